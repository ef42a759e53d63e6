"""What a wave keeps of single mentions: those that may be shown, and how the greatest of them are kept.

Keeping is commutative: the order in which mentions come cannot matter.
"""

from __future__ import annotations

from typing import Final

import msgspec

#: Mentions from which the telling ones are chosen: the best of so many stories, of the press, of so many sources, and
#: the earliest ones.
BEST_LIMIT: Final = 16
PRESS_LIMIT: Final = 3
SOURCES_LIMIT: Final = 6
FIRST_LIMIT: Final = 3
DRIVERS_LIMIT: Final = 12

#: Negative mentions tell more than any other, whatever their weight (milli-units); as in the topic window.
NEGATIVE_RANK: Final = 1_000_000


class Voice(msgspec.Struct, array_like=True, omit_defaults=True, gc=False):
    """One mention of a topic as its wave and its words count it; no text.

    Attributes:
        story: fingerprint of its text, or its key where that is too short.
        terms: telling words; none for an author's repeats.
    """

    posted_ms: int
    mention: str
    author: str
    reach: int = 0
    weight: float = 1.0
    story: str = ""
    source: str = ""
    source_kind: str = "social"
    author_mentions: int = 1
    is_negative: bool = False
    terms: tuple[str, ...] = ()


class Telling(msgspec.Struct, array_like=True, frozen=True, omit_defaults=True, order=True):
    """A mention that may be shown. Ordered: a greater one tells more; ties go to the earlier, then by name.

    Attributes:
        rank: weight in thousandths, less the more often the author has spoken today (divided by the root), so that one
            who writes all day does not fill the list; and a million for a negative one.
        minus_ms: −posting time, so that earlier is greater.
        story: fingerprint, or the mention's key for a text too short to have one.
        signature: 64-bit SimHash of the text; 0 when there is none.
    """

    rank: int
    minus_ms: int
    mention: str
    author: str
    story: str
    source: str = ""
    source_kind: str = "social"
    reach: int = 0
    signature: int = 0

    @property
    def posted_ms(self) -> int:
        return -self.minus_ms

    @property
    def weight(self) -> float:
        return self.rank % NEGATIVE_RANK / 1000

    @property
    def is_negative(self) -> bool:
        return self.rank >= NEGATIVE_RANK


class Told(msgspec.Struct, array_like=True, omit_defaults=True):
    """One text and its reposts, in the sample. Sums, and the least of times.

    Attributes:
        reach: sum of the authors' reach; negatives: negative mentions; first: its earliest (posted_ms, mention).
    """

    mentions: int = 0
    negatives: int = 0
    reach: int = 0
    first: tuple[int, str] = (0, "")
    signature: int = 0


def keep_best(kept: list[Telling], new: Telling, limit: int) -> None:
    """Keep the most telling mention of each story, of the most telling stories: order cannot matter."""
    if len(kept) >= limit and new <= kept[-1]:
        return  # less than all that are kept, and than another of its story if that is one of them
    story = new.story
    for place, old in enumerate(kept):
        if old.story == story:
            if new <= old:
                return
            del kept[place]
            break
    _insert(kept, new)
    del kept[limit:]


def _insert(kept: list[Telling], new: Telling) -> None:
    """Insert where it belongs, greatest first; few are kept, so that a walk is as quick as a search."""
    for place, old in enumerate(kept):
        if new > old:
            kept.insert(place, new)
            return
    kept.append(new)


def keep_first(kept: list[Telling], new: Telling) -> None:
    if new not in kept:
        kept.append(new)
        kept.sort(key=lambda each: (each.posted_ms, each.mention, each))
        del kept[FIRST_LIMIT:]


def keep_driver(kept: list[tuple[int, int, str]], new: tuple[int, int, str]) -> None:
    """Keep the greatest (reach, mentions) of each author, of the greatest authors."""
    order = _driver_order(new)
    if len(kept) >= DRIVERS_LIMIT and order >= _driver_order(kept[-1]):
        return  # less than all that are kept, its author's own among them
    author = new[2]
    for place, old in enumerate(kept):
        if old[2] == author:
            if new <= old:
                return
            del kept[place]
            break
    for place, old in enumerate(kept):
        if order < _driver_order(old):
            kept.insert(place, new)
            break
    else:
        kept.append(new)
    del kept[DRIVERS_LIMIT:]


def _driver_order(driver: tuple[int, int, str]) -> tuple[int, int, str]:
    return -driver[0], -driver[1], driver[2]


def add_told(told: Told, part: Told) -> None:
    if not told.mentions or part.first < told.first:
        told.first = part.first
    # The least signature but 0: reposts of one text have the same, unless one came without.
    signatures = [each for each in (told.signature, part.signature) if each]
    told.signature = min(signatures, default=0)
    told.mentions += part.mentions
    told.negatives += part.negatives
    told.reach += part.reach
