"""Read a stream from outside the pipeline: for `tail`, lists, the end of a replay. No group, nothing committed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any, Literal, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from schemas.streams import END_OF_TIME_MS, RAW, WATERMARK_HEADER, StreamSpec, topic_name
from tocsin.errors import BrokerError
from tocsin.kafka.client import client_options
from tocsin.kafka.reach import reach
from tocsin.kafka.rights import Operation, Right, require_rights
from tocsin.settings import Settings

Start = Literal["start", "end"]

_END_OF_TIME = f"@{END_OF_TIME_MS}".encode()


class StreamReader:
    """All partitions of one stream, committed records only, without the records that carry watermarks.

    Args:
        settings: where Kafka is, and the namespace.
        start: from the oldest record that is kept, or only what is written from now on.

    Raises:
        BrokerError: when entered: Kafka cannot be reached, or has no such stream.
    """

    def __init__(self, settings: Settings, stream: StreamSpec, *, start: Start = "start") -> None:
        self._settings = settings
        self._stream = stream
        self._topic = topic_name(settings.namespace, stream)
        self._start = start
        self._consumer: Any = None
        self._partitions: list[TopicPartition] = []
        self._ended: set[int] = set()

    async def __aenter__(self) -> Self:
        numbers = await find_partitions(self._settings, self._stream, to="Read")
        self._partitions = [TopicPartition(self._topic, number) for number in numbers]
        self._consumer = AIOKafkaConsumer(
            **client_options(self._settings),
            isolation_level="read_committed",
            enable_auto_commit=False,
            # Not by seeking: after `assign` the client resets to this in the background, and may overwrite the seek.
            auto_offset_reset="earliest" if self._start == "start" else "latest",
            fetch_max_wait_ms=100,
        )
        try:
            await self._consumer.start()
            self._consumer.assign(self._partitions)
            for partition in self._partitions:
                await self._consumer.position(partition)  # known from here on: what is written now is read
        except BaseException as error:
            await self._consumer.stop()
            if isinstance(error, KafkaError):
                raise BrokerError(
                    f"{self._topic} cannot be read: {error}", "is Kafka well? `tocsin kafka status`"
                ) from None
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._consumer.stop()

    @property
    def is_done(self) -> bool:
        """Whether every partition has said that no more data will come: the end of a replay."""
        return len(self._ended) == len(self._partitions)

    async def is_empty(self) -> bool:
        """Whether nothing was ever written to it (or all of it has expired)."""
        ends = await self._consumer.end_offsets(self._partitions)
        return bool(ends == await self._consumer.beginning_offsets(self._partitions))

    async def poll(self, timeout_ms: int = 500) -> list[Any]:
        """The records that came, each partition's in order; empty when none did within the time.

        Raises:
            BrokerError: the stream can no longer be read.
        """
        try:
            batches = await self._consumer.getmany(timeout_ms=timeout_ms, max_records=5_000)
        except KafkaError as error:
            raise BrokerError(
                f"{self._topic} can no longer be read: {error}", "start again once Kafka is back"
            ) from None
        records = []
        for partition, batch in batches.items():
            for record in batch:
                mark = find_watermark(record.headers)
                if mark is None:
                    records.append(record)
                elif mark.endswith(_END_OF_TIME):
                    self._ended.add(partition.partition)
        return records

    async def read_to_end(self) -> AsyncIterator[Any]:
        """What is not yet read of what is written now; then it stops."""
        ends = await self._consumer.end_offsets(self._partitions)
        while not await self._is_at(ends):
            for record in await self.poll(100):
                yield record

    async def _is_at(self, ends: dict[TopicPartition, int]) -> bool:
        for partition, end in ends.items():
            if await self._consumer.position(partition) < end:
                return False
        return True


def find_watermark(headers: Any) -> bytes | None:
    """The value of the watermark header of a record that carries event time; None for every other record."""
    for name, value in headers:
        if name == WATERMARK_HEADER:
            return bytes(value)
    return None


async def find_partitions(settings: Settings, stream: StreamSpec, *, to: Operation = "Describe") -> list[int]:
    """The partition numbers of a stream of the settings' namespace, ascending.

    Args:
        to: what this user is going to do with it.

    Raises:
        BrokerError: Kafka cannot be reached; it has no such namespace, or no such stream in it, or does not give this
            user the right.
    """
    namespace, wanted = settings.namespace, topic_name(settings.namespace, stream)
    async with reach(settings) as admin:
        await require_rights(admin, settings, [Right("Topic", wanted, to)])
        # All topics are listed: asking for one by name creates it on a cluster that creates topics by itself.
        topics = {topic["topic"]: topic["partitions"] for topic in await admin.describe_topics()}
    if partitions := topics.get(wanted):
        return sorted(partition["partition"] for partition in partitions)
    if any(topic.startswith(f"{namespace}.") for topic in topics):
        raise BrokerError(
            f"the stream {wanted} does not exist", f"`tocsin streams check --namespace {namespace}` tells more"
        )
    tail = f".{RAW.name}"
    known = sorted(topic.removesuffix(tail) for topic in topics if topic.endswith(tail))
    raise BrokerError(
        f"there is no namespace {namespace} on Kafka at {settings.bootstrap}",
        f"it has: {', '.join(known[-20:])} (--namespace NAME)" if known else "`tocsin up` and `tocsin replay` make one",
    )
