"""Which partition a key belongs to: murmur2, as Kafka's Java client does it, so that every producer agrees."""

from __future__ import annotations

from struct import iter_unpack

_SEED = 0x9747B28C
_MIX = 0x5BD1E995
_MASK = 0xFFFFFFFF


def murmur2(data: bytes) -> int:
    """The 32-bit murmur2 hash of Kafka's default partitioner (Appleby 2008), as an unsigned number."""
    length = len(data)
    whole = length & ~3
    digest = _SEED ^ length
    for (word,) in iter_unpack("<I", data[:whole]):
        word = word * _MIX & _MASK
        digest = (digest * _MIX & _MASK) ^ ((word ^ word >> 24) * _MIX & _MASK)
    rest = length & 3
    if rest:
        digest = (digest ^ int.from_bytes(data[whole:], "little")) * _MIX & _MASK
    digest = (digest ^ digest >> 13) * _MIX & _MASK
    return digest ^ digest >> 15


class Partitioner:
    """Keys to partitions of one stream, remembered: most keys come again.

    Args:
        count: partitions of the stream.
        remembered: how many keys are kept before starting afresh.
    """

    def __init__(self, count: int, remembered: int = 100_000) -> None:
        self.count = count
        self._known: dict[str, tuple[bytes, int]] = {}
        self._remembered = remembered

    def place(self, key: str) -> tuple[bytes, int]:
        """The key as bytes, and its partition."""
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= self._remembered:
                self._known.clear()
            data = key.encode()
            known = self._known[key] = (data, (murmur2(data) & 0x7FFFFFFF) % self.count)
        return known
