"""What `tocsin.replay` relies on, of the writer that keeps records in memory and of the one that writes to Kafka."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.streams import RAW, topic_name
from tests.raw_writers import MemoryRawWriter, Written
from tocsin.errors import BrokerError
from tocsin.kafka.admin import create_streams
from tocsin.kafka.client import client_options
from tocsin.kafka.follow import find_watermark
from tocsin.replay import KafkaRawWriter, RawWriter
from tocsin.settings import Settings

PARTITIONS = 4
#: A writer, and what its partitions hold once it is flushed.
Opened = tuple[RawWriter, Callable[[], "AsyncIterator[list[Written]]"]]


class RawWriterContract(ABC):
    @abstractmethod
    def open(self) -> AbstractAsyncContextManager[Opened]: ...

    def written(self, *calls: tuple[bytes | None, bytes] | int) -> list[list[Written]]:
        """What each partition holds after these calls: (key, value), or the time of a watermark."""

        async def write() -> list[list[Written]]:
            async with self.open() as (writer, read):
                for call in calls:
                    if isinstance(call, int):
                        await writer.write_watermark(call)
                    else:
                        await writer.write(*call)
                await writer.flush()
                return [partition async for partition in read()]

        return asyncio.run(asyncio.wait_for(write(), 20))

    def test_a_watermark_goes_to_every_partition(self) -> None:
        assert self.written(10_000) == [[Written(watermark_ms=10_000)]] * PARTITIONS

    def test_mentions_and_watermarks_keep_their_order_in_each_partition(self) -> None:
        calls = [call for n in range(2_000) for call in ((b"author %d" % (n % 40), b"%d" % n), n + 1)]
        partitions = self.written(*calls)
        assert sum(one.value is not None for partition in partitions for one in partition) == 2_000
        for partition in partitions:
            reached = 0
            for one in partition:
                if one.watermark_ms is not None:
                    assert one.watermark_ms == reached + 1
                    reached = one.watermark_ms
                else:
                    assert one.value is not None and int(one.value) == reached

    def test_one_author_is_always_in_the_same_partition(self) -> None:
        partitions = self.written(*((b"author %d" % (n % 40), b"x") for n in range(400)))
        homes = [{one.key for one in partition} for partition in partitions]
        assert sum(map(len, homes)) == 40
        assert all(homes)

    def test_records_without_a_key_take_turns(self) -> None:
        assert [len(partition) for partition in self.written(*[(None, b"{broken")] * 8)] == [2] * PARTITIONS

    def test_a_value_larger_than_any_batch_is_written_whole(self) -> None:
        big = b"x" * 1_500_000
        partitions = self.written((b"a", b"before"), (b"a", big), (b"a", b"after"))
        assert [one.value for partition in partitions for one in partition] == [b"before", big, b"after"]

    def test_flushing_nothing_is_nothing(self) -> None:
        assert self.written() == [[]] * PARTITIONS


class TestMemoryRawWriter(RawWriterContract):
    @asynccontextmanager
    async def open(self) -> AsyncIterator[Opened]:
        writer = MemoryRawWriter(PARTITIONS)

        async def read() -> AsyncIterator[list[Written]]:
            for partition in writer.partitions:
                yield partition

        yield writer, read


def read_back(record: Any, number: int) -> Written:
    """A record of Kafka as it was written to the partition of this number."""
    mark = find_watermark(record.headers)
    if mark is None:
        return Written(record.key, record.value)
    channel, _, ms = mark.partition(b"@")
    assert channel == b"%d/%d" % (number, PARTITIONS)
    return Written(watermark_ms=int(ms))


@pytest.mark.kafka
class TestKafkaRawWriter(RawWriterContract):
    @pytest.fixture(autouse=True)
    def on_kafka(self, kafka: str, namespace: str) -> None:
        self.settings = Settings(bootstrap=kafka, namespace=namespace)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Opened]:
        await create_streams(self.settings, partitions=PARTITIONS, time="replay")
        async with KafkaRawWriter(self.settings) as writer:
            yield writer, self.read

    async def read(self) -> AsyncIterator[list[Written]]:
        partitions = [TopicPartition(topic_name(self.settings.namespace, RAW), number) for number in range(PARTITIONS)]
        held: dict[TopicPartition, list[Written]] = {partition: [] for partition in partitions}
        options = client_options(self.settings) | {"enable_auto_commit": False, "auto_offset_reset": "earliest"}
        async with AIOKafkaConsumer(**options) as consumer:
            consumer.assign(partitions)
            ends = await consumer.end_offsets(partitions)
            while any(len(held[partition]) < ends[partition] for partition in partitions):
                for partition, records in (await consumer.getmany(timeout_ms=500)).items():
                    for record in records:
                        held[partition].append(read_back(record, partition.partition))
        for partition in partitions:
            yield held[partition]

    def test_a_namespace_that_is_not_there_is_told_in_one_sentence(self) -> None:
        async def enter() -> None:
            async with KafkaRawWriter(self.settings):
                raise AssertionError("entered")

        with pytest.raises(BrokerError, match=f"there is no namespace {self.settings.namespace}"):
            asyncio.run(enter())
