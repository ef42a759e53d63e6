"""A transaction is three rounds of requests; what Kafka answers decides what comes next.

What is asked and answered here goes through the bytes of the protocol, in the newest versions that are spoken. Which
answers a real broker gives, and when, `tests/faults/` and `tests/e2e/` tell: no broker gives every error on demand.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.client import CoordinationType
from aiokafka.errors import KafkaConnectionError, MessageSizeTooLargeError, ProducerFenced

from agents.engine import producer as producer_module
from agents.engine.outbox import Outbox
from agents.engine.producer import StaleGeneration, TransactionalProducer
from agents.engine.protocol import Membership

MEMBER = Membership("group", 7, "member", "w1")
OFFSETS = {TopicPartition("in", 0): 41}
NEWEST = (0, 99)
CONCURRENT, NOT_COORDINATOR, NOT_LEADER, TOO_LARGE, ILLEGAL_GENERATION, EPOCH = 51, 16, 6, 10, 22, 47


class Client:
    """Answers as it is told, and says yes when it was told nothing."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.looked_up: list[CoordinationType] = []
        self.written: list[dict[tuple[str, int], bytes]] = []
        self.codes: defaultdict[str, deque[Any]] = defaultdict(deque)
        self.ends: defaultdict[tuple[str, int], int] = defaultdict(int)
        self.cluster = SimpleNamespace(leader_for_partition=lambda tp: tp.partition % 2)
        self.answering = asyncio.Event()
        self.answering.set()

    async def bootstrap(self) -> None:
        self.asked.append("bootstrap")

    async def coordinator_lookup(self, kind: CoordinationType, key: str) -> int:
        self.looked_up.append(kind)
        return 9

    def add_topic(self, topic: str) -> None:
        pass

    def force_metadata_update(self) -> None:
        self.asked.append("metadata")

    async def send(self, node: int, request: Any, group: Any = None) -> Any:
        name = type(request).__name__.removesuffix("Request")
        self.asked.append(name)
        code = self.codes[name].popleft() if self.codes[name] else 0
        await asyncio.sleep(0)
        await self.answering.wait()
        if isinstance(code, Exception):
            raise code
        wire = request.prepare({request.API_KEY: NEWEST})
        asked = type(wire).decode(wire.encode())
        known: dict[str, Any] = {
            "throttle_time_ms": 0,
            "error_code": code,
            "producer_id": 5,
            "producer_epoch": 2,
            "tags": {},
        }
        if name == "Produce":
            assert all(partition % 2 == node for _, partitions in asked.topics for partition, _ in partitions)
            known["topics"] = [(topic, self._write(topic, partitions, code)) for topic, partitions in asked.topics]
        elif name == "FencedTxnOffsetCommit":
            known["errors"] = [("some", [(0, code, {})], {})]
        else:
            known["errors"] = [("some", [(0, code)])]
        answer = wire.RESPONSE_TYPE
        return answer.decode(answer(*(known[field] for field in answer.SCHEMA.names)).encode())

    def _write(self, topic: str, partitions: list[tuple[int, bytes]], code: int) -> list[tuple[Any, ...]]:
        self.written.append({(topic, partition): bytes(data) for partition, data in partitions})
        answer: list[tuple[Any, ...]] = []
        for partition, data in partitions:
            answer.append((partition, code, self.ends[topic, partition], -1, 0))
            if code == 0:
                self.ends[topic, partition] += 1 + int.from_bytes(data[23:27], "big")  # its last record's number
        return answer


class Bench:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.client = Client()
        monkeypatch.setattr(producer_module, "AIOKafkaClient", lambda **options: self.client)
        monkeypatch.setattr(producer_module, "RETRY_S", 0.0)
        self.outbox = Outbox()
        self.producer = TransactionalProducer({}, "id", timeout_ms=10_000)

    def write(self, *partitions: int) -> None:
        for partition in partitions:
            self.outbox.open("out", partition)(b"k", b"v", [])

    async def publish(self, **options: Any) -> dict[tuple[str, int], int]:
        return await self.producer.publish(self.outbox.collect(), OFFSETS, MEMBER, **options)


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(monkeypatch)


def test_a_transaction_takes_three_rounds(bench: Bench) -> None:
    async def story() -> dict[tuple[str, int], int]:
        await bench.producer.start()
        bench.write(0, 1, 2, 2)
        ends = await bench.publish()
        await bench.producer.commit()
        return ends

    assert asyncio.run(story()) == {("out", 0): 1, ("out", 1): 1, ("out", 2): 2}
    assert bench.client.asked == [
        "bootstrap", "InitProducerId",
        "AddPartitionsToTxn", "AddOffsetsToTxn",
        "FencedTxnOffsetCommit", "Produce", "Produce",
        "EndTxn",
    ]  # fmt: skip


def test_markers_of_the_last_transaction_are_waited_for(bench: Bench) -> None:
    bench.client.codes["AddPartitionsToTxn"] += [CONCURRENT, CONCURRENT]
    bench.client.codes["AddOffsetsToTxn"] += [CONCURRENT]
    bench.write(0)
    assert asyncio.run(bench.publish()) == {("out", 0): 1}
    assert bench.client.asked.count("AddPartitionsToTxn") == 3
    assert bench.client.asked.count("AddOffsetsToTxn") == 2


def test_a_coordinator_that_moved_is_looked_up_again(bench: Bench) -> None:
    bench.client.codes["EndTxn"] += [NOT_COORDINATOR, KafkaConnectionError()]

    async def story() -> None:
        await bench.publish()
        await bench.producer.commit()

    asyncio.run(story())
    assert bench.client.asked.count("EndTxn") == 3
    assert bench.client.looked_up.count(CoordinationType.TRANSACTION) == 3
    assert bench.client.looked_up.count(CoordinationType.GROUP) == 1


def test_a_batch_that_may_have_been_written_is_sent_again_as_it_is(bench: Bench) -> None:
    bench.client.codes["Produce"] += [KafkaConnectionError(), NOT_LEADER]

    async def story() -> dict[tuple[str, int], int]:
        bench.write(0)
        await bench.publish()
        bench.write(0, 0)
        return await bench.publish()

    assert asyncio.run(story()) == {("out", 0): 3}
    refused, first, second = bench.client.written
    assert refused == first
    assert [int.from_bytes(batch["out", 0][53:57], "big") for batch in (first, second)] == [0, 1]  # sequence numbers


def test_batches_of_one_place_are_written_one_after_the_other(bench: Bench) -> None:
    append = bench.outbox.open("out", 0)
    for _ in range(3):
        append(None, b"x" * 800_000, [])
    assert asyncio.run(bench.publish()) == {("out", 0): 3}
    assert len(bench.client.written) == 3


@pytest.mark.parametrize(
    ("request_name", "code", "error"),
    [
        ("FencedTxnOffsetCommit", ILLEGAL_GENERATION, StaleGeneration),
        ("FencedTxnOffsetCommit", EPOCH, ProducerFenced),
        ("AddPartitionsToTxn", EPOCH, ProducerFenced),
        ("Produce", EPOCH, ProducerFenced),
        ("Produce", TOO_LARGE, MessageSizeTooLargeError),
    ],
)
def test_what_another_try_would_not_change_fails_the_transaction(
    bench: Bench, request_name: str, code: int, error: type[Exception]
) -> None:
    bench.client.codes[request_name] += [code]
    bench.write(0)

    async def story() -> None:
        with pytest.raises(error):
            await bench.publish()
        await bench.producer.abort()

    asyncio.run(story())
    assert bench.client.asked[-1] == "EndTxn"


def test_nothing_is_aborted_before_what_is_under_way_was_answered(bench: Bench) -> None:
    def fail() -> None:
        bench.client.answering.clear()
        asyncio.get_running_loop().call_soon(lambda: asyncio.get_running_loop().call_soon(bench.client.answering.set))
        raise ConnectionError("provoked")

    async def story() -> None:
        bench.write(0)
        with pytest.raises(ConnectionError, match="provoked"):
            await bench.publish(on_sent=fail)
        assert bench.client.written
        await bench.producer.abort()
        await bench.producer.abort()

    asyncio.run(story())
    assert bench.client.asked.count("EndTxn") == 1
