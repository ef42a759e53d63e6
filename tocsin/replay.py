"""Play mentions into `mentions.raw`, in the order of their time, with the watermarks that tell the pipeline the time.

A watermark record (no key, no value, header `tocsin-watermark`) in a partition says: every mention of before this time
has been written to this partition. One goes to *every* partition whenever the next mention begins a new tick, so event
time never stands still because one partition has no mentions; the last says that time has ended.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, NamedTuple, Protocol, Self

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError, KafkaError
from aiokafka.partitioner import murmur2

from schemas.mention import Mention
from schemas.record import InvalidRecord
from schemas.streams import END_OF_TIME_MS, RAW, WATERMARK_HEADER, topic_name
from tocsin.errors import BrokerError
from tocsin.instants import TICK_MS, instant, milliseconds
from tocsin.kafka.client import client_options
from tocsin.kafka.follow import find_partitions
from tocsin.settings import Settings

#: Bytes of a batch before compression. Larger ones make no difference to the speed.
_BATCH_BYTES = 128 << 10
#: Authors whose partition is remembered: murmur2 in Python takes 5 µs, most of what a mention costs here.
_REMEMBERED_KEYS = 200_000
#: How often progress is told, in records, and how soon a mention must be due to be written with those before it.
_PROGRESS_EVERY = 1_000
_SOON_SECONDS = 0.005


class RawRecord(NamedTuple):
    """One record for `mentions.raw`.

    Attributes:
        at_ms: when it was posted, ms since 1970; None: unknown (it is no mention), written where it stands.
        key: its author's key; None spreads such records over the partitions.
    """

    at_ms: int | None
    key: bytes | None
    value: bytes


class RawWriter(Protocol):
    """Where records go. Calls take effect in their order within each partition."""

    async def write(self, key: bytes | None, value: bytes) -> None:
        """One mention, to the partition of its key."""

    async def write_watermark(self, ms: int) -> None:
        """A watermark record, to every partition."""

    async def flush(self) -> None:
        """Return when everything written so far has been acknowledged.

        Raises:
            BrokerError: some of it was refused.
        """


@dataclass(frozen=True, slots=True)
class Played:
    """What was played.

    Attributes:
        mentions: records written, watermarks not counted.
        watermarks: times told, each to every partition.
        seconds: wall time it took.
        first_at, last_at: the span of event time; None when no record had a time.
    """

    mentions: int
    watermarks: int
    seconds: float
    first_at: datetime | None
    last_at: datetime | None


#: Called with the records written so far and the event time reached (ms).
Progress = Callable[[int, int], None]


def raw_record(mention: Mention) -> RawRecord:
    """A mention as it is written: keyed by its author."""
    return RawRecord(milliseconds(mention.posted_at), mention.author_key.encode(), mention.encode())


def raw_records(values: Iterable[bytes], now: datetime | None = None) -> Iterator[RawRecord]:
    """Raw values, whatever they are, as records: those that are no mentions, or claim the future, have no time.

    Values are to be in the order of time; one that is older than the time already told is late, as in real life.
    """
    latest = milliseconds(now or datetime.now(UTC) + timedelta(days=1))
    reached = 0
    for value in values:
        try:
            mention = Mention.decode(value)
        except InvalidRecord:
            yield RawRecord(None, None, value)
            continue
        at_ms = milliseconds(mention.posted_at)
        is_in_order = reached <= at_ms <= latest
        reached = at_ms if is_in_order else reached
        yield RawRecord(at_ms if is_in_order else None, mention.author_key.encode(), value)


async def play(
    records: Iterable[RawRecord],
    writer: RawWriter,
    *,
    speed: float | None = None,
    on_progress: Progress | None = None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Played:
    """Write records with watermarks between them, and the end of time behind them.

    Args:
        records: by time.
        speed: seconds of event time in one second; None: as fast as they can be written.

    Raises:
        ValueError: a record is older than the time already told.
        BrokerError: Kafka refused some.
    """
    began = clock()
    tick = first_ms = last_ms = -1
    count = watermarks = 0
    for at_ms, key, value in records:
        if at_ms is not None:
            if first_ms < 0:
                first_ms = at_ms
            if speed is not None:
                wait = (at_ms - first_ms) / 1000 / speed - (clock() - began)
                if wait > _SOON_SECONDS:
                    await writer.flush()
                    _tell(on_progress, count, last_ms)
                    await sleep(wait)
            if at_ms < tick:
                raise ValueError(f"not sorted by time: {instant(at_ms)} comes after {instant(tick)} was told")
            if at_ms >= tick + TICK_MS or tick < 0:
                tick = at_ms - at_ms % TICK_MS
                await writer.write_watermark(tick)
                watermarks += 1
            last_ms = at_ms
        await writer.write(key, value)
        count += 1
        if not count % _PROGRESS_EVERY:
            _tell(on_progress, count, last_ms)
            await asyncio.sleep(0)  # the one who draws the progress wants a turn
    await writer.write_watermark(END_OF_TIME_MS)
    await writer.flush()
    _tell(on_progress, count, last_ms)
    return Played(
        mentions=count,
        watermarks=watermarks + 1,
        seconds=clock() - began,
        first_at=instant(first_ms) if first_ms >= 0 else None,
        last_at=instant(last_ms) if last_ms >= 0 else None,
    )


async def play_raw(values: Iterable[bytes], writer: RawWriter) -> Played:
    """Write raw values, malformed ones too, as fast as they can be written (`raw_records`, `play`)."""
    return await play(raw_records(values), writer)


def _tell(on_progress: Progress | None, count: int, at_ms: int) -> None:
    if on_progress and at_ms >= 0:
        on_progress(count, at_ms)


class KafkaRawWriter:
    """Writes to `mentions.raw` of a namespace: idempotent, compressed, whole batches, one on its way per partition.

    Partitions are chosen as Kafka's Java client does it (murmur2 of the key).

    Args:
        settings: where Kafka is, and the namespace.

    Raises:
        BrokerError: when entered: no Kafka, no such namespace.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._topic = topic_name(settings.namespace, RAW)
        self._producer: Any = None
        self._batches: list[Any] = []
        self._sent: list[asyncio.Future[Any]] = []
        self._partition_of: dict[bytes, int] = {}
        self._next = 0

    async def __aenter__(self) -> Self:
        partitions = await find_partitions(self._settings, RAW)
        self._producer = AIOKafkaProducer(
            **client_options(self._settings),
            acks="all",
            enable_idempotence=True,
            compression_type="zstd",  # aiokafka writes lz4 at its slowest level: 9.4 µs a mention instead of 5.5
            max_batch_size=_BATCH_BYTES,
            max_request_size=8 << 20,
        )
        try:
            await self._producer.start()
        except KafkaConnectionError as error:
            await self._producer.stop()
            raise BrokerError(
                f"{self._topic} cannot be written: {error}", "is Kafka well? `tocsin kafka status`"
            ) from None
        self._batches = [self._producer.create_batch() for _ in partitions]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._producer.stop()

    async def write(self, key: bytes | None, value: bytes) -> None:
        if key is None:
            partition = self._next = (self._next + 1) % len(self._batches)
        else:
            found = self._partition_of.get(key)
            partition = self._find_partition(key) if found is None else found
        if self._batches[partition].append(timestamp=None, key=key, value=value) is None:
            await self._send(partition)
            self._batches[partition].append(timestamp=None, key=key, value=value)

    async def write_watermark(self, ms: int) -> None:
        count = len(self._batches)
        for partition in range(count):
            headers = [(WATERMARK_HEADER, f"{partition}/{count}@{ms}".encode())]
            if self._batches[partition].append(timestamp=None, key=None, value=None, headers=headers) is None:
                await self._send(partition)
                self._batches[partition].append(timestamp=None, key=None, value=None, headers=headers)

    async def flush(self) -> None:
        for partition, batch in enumerate(self._batches):
            if batch.record_count():
                await self._send(partition)
        sent, self._sent = self._sent, []
        try:
            await asyncio.gather(*sent)
        except KafkaError as error:
            raise self._refused(error) from None

    async def _send(self, partition: int) -> None:
        """Hand the batch over, once the one before it is on its way, and begin a new one."""
        batch, self._batches[partition] = self._batches[partition], self._producer.create_batch()
        try:
            self._sent.append(await self._producer.send_batch(batch, self._topic, partition=partition))
            if self._sent[0].done():
                for future in self._sent:
                    if future.done():
                        future.result()
                self._sent = [future for future in self._sent if not future.done()]
        except KafkaError as error:
            raise self._refused(error) from None

    def _refused(self, error: KafkaError) -> BrokerError:
        return BrokerError(f"{self._topic} could not be written: {error}", "play again into a fresh namespace")

    def _find_partition(self, key: bytes) -> int:
        if len(self._partition_of) >= _REMEMBERED_KEYS:
            self._partition_of.clear()
        partition: int = (murmur2(key) & 0x7FFFFFFF) % len(self._batches)
        self._partition_of[key] = partition
        return partition
