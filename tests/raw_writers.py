"""A writer of raw records that keeps them in memory, by the contract of `tocsin.replay.RawWriter`."""

from __future__ import annotations

from typing import NamedTuple


class Written(NamedTuple):
    """What one partition holds: a mention's key and value, or the time of a watermark."""

    key: bytes | None = None
    value: bytes | None = None
    watermark_ms: int | None = None


class MemoryRawWriter:
    """Partitions as lists; keys find theirs by their bytes, records without a key take turns."""

    def __init__(self, partitions: int = 4) -> None:
        self.partitions: list[list[Written]] = [[] for _ in range(partitions)]
        self.flushes = 0
        self._next = 0

    async def write(self, key: bytes | None, value: bytes) -> None:
        if key is None:
            self._next = number = (self._next + 1) % len(self.partitions)
        else:
            number = sum(key) % len(self.partitions)
        self.partitions[number].append(Written(key, value))

    async def write_watermark(self, ms: int) -> None:
        for partition in self.partitions:
            partition.append(Written(watermark_ms=ms))

    async def flush(self) -> None:
        self.flushes += 1
