"""What came out, read as any consumer reads it: committed records only."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
import orjson

from schemas import streams
from schemas.activity import TopicActivity
from schemas.crisis import EscalationEvent
from schemas.streams import StreamSpec
from tocsin.feed import wait_until_done
from tocsin.kafka.follow import StreamReader
from tocsin.settings import Settings

#: Partitions are read side by side: what was stored this much later may be read before.
_READING_MS = 5_000


class Written(NamedTuple):
    """Where and when Kafka stored a record; ms since 1970."""

    partition: int
    appended_ms: int


class Counts:
    """The output of the counting pipeline: each author's running counts, in the order in which they were committed.

    Attributes:
        of: author → running counts; exact when they are 1, 2, … up to what was written.
        stored: all records, by partition and time.
    """

    def __init__(self, settings: Settings, tag: str) -> None:
        self._settings = settings
        self._tag = f"x|{tag}-".encode()
        self.of: dict[str, list[int]] = defaultdict(list)
        self.stored: list[Written] = []

    async def follow(self) -> None:
        """Read for ever."""
        async with StreamReader(self._settings, streams.BY_AUTHOR_ACTIVITY) as reader:
            while True:
                for record in await reader.poll(200):
                    if record.key.startswith(self._tag):
                        self.of[record.key.decode()].append(orjson.loads(record.value)["mentions"])
                        self.stored.append(Written(record.partition, record.timestamp))

    async def wait_for(self, total: int, seconds: float = 60.0) -> None:
        """Return when so many records came, and a little later, so that one too many would show."""
        end = time.monotonic() + seconds
        while len(self.stored) < total:
            assert time.monotonic() < end, f"{len(self.stored)} of {total} records after {seconds:.0f} s"
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.3)

    def assert_exact(self, written: Mapping[str, int]) -> None:
        """Every author's counts are 1, 2, … up to the number of mentions that were written: none lost, none twice."""
        wrong = {
            author: self.of.get(author, [])
            for author in {*written, *self.of}
            if self.of.get(author, []) != [*range(1, written.get(author, 0) + 1)]
        }
        assert not wrong, f"{len(wrong)} authors, for example {dict(list(wrong.items())[:3])}"

    async def wait_for_output(self, since_ms: float, seconds: float) -> float:
        """Wait until every partition has put out something again since an instant (ms since 1970).

        Returns:
            the seconds it took, by Kafka's clock.
        """
        partitions = {each.partition for each in self.stored}
        assert partitions, "nothing was put out before the fault"
        while True:
            first = {partition: float("inf") for partition in partitions}
            for each in reversed(self.stored):
                if each.appended_ms <= since_ms - _READING_MS:
                    break
                if each.appended_ms > since_ms:
                    first[each.partition] = min(first[each.partition], each.appended_ms)
            took = (max(first.values()) - since_ms) / 1000
            if took < float("inf"):
                assert took <= seconds, f"no output for {took:.1f} s"
                return took
            assert self.now_ms() - since_ms < 1000 * seconds + _READING_MS, f"no output after {seconds:.0f} s: {first}"
            await asyncio.sleep(0.05)

    @staticmethod
    def now_ms() -> float:
        """Ms since 1970, as Kafka's append times are counted."""
        return time.time() * 1000


async def read_all(settings: Settings, stream: StreamSpec) -> list[Any]:
    """Every committed record of a stream, without watermarks."""
    async with StreamReader(settings, stream) as reader:
        return [record async for record in reader.read_to_end()]


async def read_rows(settings: Settings, stream: StreamSpec, tag: str = "") -> dict[str, Any]:
    """The rows that a step keeps, as whoever takes over would find them; without those of the engine itself."""
    rows: dict[str, Any] = {}
    for record in await read_all(settings, stream):
        key = record.key.decode()
        if key.startswith("\0") or not key.startswith(tag):
            continue
        rows.pop(key, None)
        if record.value is not None:
            rows[key] = msgspec.msgpack.decode(record.value)
    return rows


async def assert_rows_exact(settings: Settings, tag: str, written: Mapping[str, int]) -> None:
    """The counting pipeline's rows say what was written."""
    rows = await read_rows(settings, streams.AUTHOR_STATE, f"x|{tag}-")
    assert {author: row[0] for author, row in rows.items()} == dict(written)


class Digested(NamedTuple):
    """Everything that the whole pipeline made of its input, in an order that does not depend on who did the work.

    Attributes:
        crises: escalation events, each brand's in the order in which they were committed.
        activities: windows of topics as they closed.
        rows: what every step keeps in the end, by state stream, partition and key.
        rejected: how many mentions were.
    """

    crises: dict[str, list[EscalationEvent]]
    activities: list[TopicActivity]
    rows: dict[tuple[str, int, str], Any]
    rejected: int


async def read_digested(settings: Settings) -> Digested:
    """Wait for the end of event time on the crisis stream, then read everything."""
    async with asyncio.timeout(120):
        await wait_until_done(settings)
    crises: dict[str, list[EscalationEvent]] = defaultdict(list)
    for record in await read_all(settings, streams.CRISES):
        crises[record.key.decode()].append(EscalationEvent.decode(record.value))
    activities = [TopicActivity.decode(record.value) for record in await read_all(settings, streams.BY_TOPIC_ACTIVITY)]
    rows: dict[tuple[str, int, str], Any] = {}
    for stream in (streams.AUTHOR_STATE, streams.TOPIC_STATE, streams.ESCALATE_STATE):
        for record in await read_all(settings, stream):
            place = (stream.name, record.partition, record.key.decode())
            rows.pop(place, None)
            if record.value is not None and not record.key.startswith(b"\0"):
                rows[place] = _without_order(msgspec.msgpack.decode(record.value))
    activities.sort(key=lambda each: (each.start_at, each.brand, each.topic))
    return Digested(dict(crises), activities, rows, len(await read_all(settings, streams.REJECTED)))


def _without_order(value: Any) -> Any:
    """A row with its sets of hashes in order: a set that was written and read again may list them otherwise."""
    if not isinstance(value, list):
        return value
    if len(value) > 1 and all(isinstance(each, int) and abs(each) > 2**40 for each in value):
        return sorted(value)
    return [_without_order(each) for each in value]
