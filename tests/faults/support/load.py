"""Mentions that are written while processes are hurt, at a pace, so that every fault hits real work."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

import orjson

from tocsin.replay import KafkaRawWriter, RawWriter
from tocsin.settings import Settings

_BEAT_SECONDS = 0.02
_POSTED_AT = datetime(2026, 1, 5, 12, tzinfo=UTC).isoformat()


class PacedWriter:
    """A `RawWriter` that lets no more than so many mentions a second through to another one.

    Attributes:
        per_second: the pace; may be changed at any time.
        written: mentions so far.
    """

    def __init__(self, inner: RawWriter, per_second: float) -> None:
        self._inner = inner
        self.per_second = per_second
        self.written = 0
        self._due = time.monotonic()
        self._flushed_at = self._due

    async def write(self, key: bytes | None, value: bytes) -> None:
        await self._inner.write(key, value)
        self.written += 1
        now = time.monotonic()
        # What was missed while the broker was away is not made up for.
        self._due = max(self._due, now - 10 * _BEAT_SECONDS) + 1 / self.per_second
        if now - self._flushed_at >= _BEAT_SECONDS or self._due - now > _BEAT_SECONDS:
            await self._inner.flush()
            await asyncio.sleep(max(0.0, self._due - time.monotonic()))
            self._flushed_at = time.monotonic()

    async def write_watermark(self, ms: int) -> None:
        await self._inner.write_watermark(ms)

    async def flush(self) -> None:
        await self._inner.flush()


class CountingLoad:
    """Mentions for the counting pipeline; those of one author are spread over all raw partitions.

    Args:
        tag: part of each author's id: tells apart what several tests write into one namespace.
        authors: how many there are.

    Attributes:
        written: mentions by author key, told apart from everything that is read back: the offline recount.
    """

    def __init__(self, settings: Settings, tag: str, authors: int = 500) -> None:
        self._settings = settings
        self._tag = tag
        self._authors = authors
        self.written: Counter[str] = Counter()

    @property
    def total(self) -> int:
        return self.written.total()

    async def run(self, per_second: float, should_go_on: Callable[[], bool]) -> None:
        """Write until told otherwise."""

        def endlessly() -> Iterator[tuple[str, bytes]]:
            while should_go_on():
                yield self._make(self.total)

        await self._write(endlessly(), per_second)

    async def write(self, mentions: int, per_second: float = 1e9) -> None:
        """Write so many more."""
        await self._write((self._make(self.total) for _ in range(mentions)), per_second)

    async def _write(self, mentions: Iterable[tuple[str, bytes]], per_second: float) -> None:
        async with KafkaRawWriter(self._settings) as raw:
            writer = PacedWriter(raw, per_second)
            for author, value in mentions:
                await writer.write(None, value)
                self.written[author] += 1
            await writer.flush()

    def _make(self, number: int) -> tuple[str, bytes]:
        # Coprime steps: which author comes next has nothing to do with which partition does.
        author = f"{self._tag}-{number * 7919 % self._authors}"
        mention = {
            "id": f"{self._tag}-{number}",
            "text": f"mention {number} of Acme",
            "source": "x",
            "posted_at": _POSTED_AT,
            "author": {"id": author},
        }
        return f"x|{author}", orjson.dumps(mention)
