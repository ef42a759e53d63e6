"""Counting different things in little room: exactly while they are few, by a mergeable sketch when they are many.

Everything here is a commutative, associative sum: the order of arrival cannot change a result. That is why the windows
add a mention when it comes and need not keep it until its tick is judged.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from typing import Any
from zlib import crc32

import datasketches
import msgspec

#: Distinct authors of one bucket are exact up to here, an estimate above.
EXACT_LIMIT = 256

#: HyperLogLog with 2^11 registers of one byte: 2 KiB, relative standard error 1.04 / √2048 = 2.3 %.
LG_REGISTERS = 11
RELATIVE_ERROR = 0.023


def hash_once(name: str) -> int:
    """A stable 64-bit hash (Python's own differs from process to process) of a name that does not come again."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)


#: The same for names that do come again, such as authors; remembers the latest.
hash64 = lru_cache(maxsize=1 << 16)(hash_once)


def class_of(name: str) -> int:
    """0 for half of all names, 1 for a quarter and so on: the zeros at the end of its hash.

    Counts that became too many drop whole classes; what is left is an even sample, whatever the order of arrival.
    """
    hashed = crc32(name.encode()) | 1 << 31
    return (hashed & -hashed).bit_length() - 1


class Distinct(msgspec.Struct, array_like=True, omit_defaults=True):
    """Different hashes: a set up to `EXACT_LIMIT`, above it a HyperLogLog sketch (Flajolet et al. 2007; DataSketches).

    >>> few = Distinct()
    >>> few.update({1, 2, 3})
    >>> few.update({3})
    >>> few.count
    3

    Attributes:
        members: the hashes, while they are few; empty once there is a sketch.
        sketch: the serialised sketch; empty while the members are kept. Opened for each use (8 µs): the library's own
            objects must not live in rows, it complains of every one that is alive when the process ends.
    """

    members: set[int] = msgspec.field(default_factory=set)
    sketch: bytes = b""

    @property
    def is_sketched(self) -> bool:
        return bool(self.sketch)

    @property
    def count(self) -> int:
        return union_count((self,)) if self.sketch else len(self.members)

    def update(self, hashes: Iterable[int]) -> None:
        """Add hashes; above the limit the set becomes a sketch, for good."""
        if self.sketch:
            opened = datasketches.hll_sketch.deserialize(self.sketch)
        else:
            self.members.update(hashes)
            if len(self.members) <= EXACT_LIMIT:
                return
            hashes, self.members = self.members, set()
            opened = datasketches.hll_sketch(LG_REGISTERS, datasketches.tgt_hll_type.HLL_8)
        for each in hashes:
            opened.update(each)
        self.sketch = opened.serialize_compact()

    def add_to(self, union: Any) -> None:
        """Add everything seen to a union of sketches."""
        if self.sketch:
            union.update(datasketches.hll_sketch.deserialize(self.sketch))
        for each in self.members:
            union.update(each)


def unite(parts: Iterable[Distinct]) -> Distinct:
    """All parts together as one sketch. Unions of unions see the same, however they are grouped."""
    union = datasketches.hll_union(LG_REGISTERS)
    for part in parts:
        part.add_to(union)
    return Distinct(sketch=union.get_result(datasketches.tgt_hll_type.HLL_8).serialize_compact())


def union_count(parts: Iterable[Distinct]) -> int:
    """How many different hashes all parts have seen together: an estimate, whatever the parts are."""
    union = datasketches.hll_union(LG_REGISTERS)
    for part in parts:
        part.add_to(union)
    # A sketch that was filled one by one remembers in which order, and its estimate with it. One that was merged with
    # another is estimated from its registers alone: so it is merged with itself, which changes none of them.
    union.update(union.get_result())
    estimate: float = union.get_estimate()
    return round(estimate)


class Tally(msgspec.Struct, array_like=True, omit_defaults=True):
    """Counts by name, for at most `limit` names.

    When there are more names, half of them, chosen by their hash, are no longer counted, then three quarters and so on.
    Which names stay depends on the set of names alone and their counts are exact, so that sums of tallies commute:
    the usual heavy-hitter sketches depend on the order of arrival.

    Attributes:
        level: a name is counted when the lowest `level` bits of its hash are zero; 0 counts every name.
    """

    counts: dict[str, int] = msgspec.field(default_factory=dict)
    level: int = 0

    def add(self, name: str, count: int = 1, limit: int = 64) -> None:
        counts = self.counts
        if name in counts:
            counts[name] += count
        elif not self.level or not crc32(name.encode()) & ((1 << self.level) - 1):
            counts[name] = count
            if len(counts) > limit:
                self._thin(limit)

    def merge(self, other: Tally, limit: int = 64) -> None:
        if other.level > self.level:
            self.level = other.level - 1
            self._thin(limit)
        for name, count in other.counts.items():
            self.add(name, count, limit)

    def top(self, count: int) -> dict[str, int]:
        """The `count` most counted names, most counted first, equal ones by name."""
        return dict(sorted(self.counts.items(), key=lambda item: (-item[1], item[0]))[:count])

    def _thin(self, limit: int) -> None:
        """Raise the level by one, and further until the names fit."""
        while True:
            self.level += 1
            mask = (1 << self.level) - 1
            self.counts = {name: count for name, count in self.counts.items() if not crc32(name.encode()) & mask}
            if len(self.counts) <= limit:
                return
