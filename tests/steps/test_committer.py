"""A commit is a snapshot of what is finished, and belongs to one generation of the group."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from aiokafka import TopicPartition

from agents.engine.committer import Committer
from agents.engine.crash import CrashPoint
from agents.engine.outbox import Batch, Where
from agents.engine.producer import StaleGeneration
from agents.engine.protocol import Membership
from schemas import streams
from schemas.streams import topic_name
from tests.builders import a_topic_mention
from tests.steps.wires import NAMESPACE, Stored, Wires
from tocsin.pipeline import WINDOW_TOPIC

MEMBER = Membership("wires.worker", 7, "member", "w1")
INPUT = TopicPartition(topic_name(NAMESPACE, streams.BY_TOPIC), 0)


class Producer:
    """Keeps transactions in memory; refuses offsets when the group has moved on."""

    def __init__(self) -> None:
        self.told: list[Any] = []
        self.is_stale = False

    async def publish(
        self, batches: Mapping[Where, list[Batch]], offsets: Mapping[TopicPartition, int], member: Membership,
        on_sent: Callable[[], None],
    ) -> dict[Where, int]:  # fmt: skip
        self.told.append("publish")
        on_sent()
        if self.is_stale:
            raise StaleGeneration("illegal generation")
        self.told.append((dict(offsets), member))
        return {where: sum(batch.count for batch in waiting) for where, waiting in batches.items()}

    async def commit(self) -> None:
        self.told.append("commit")

    async def abort(self) -> None:
        self.told.append("abort")


class Bench:
    def __init__(self, folder: Path) -> None:
        self.producer = Producer()
        self.lane = Wires(folder).lane(WINDOW_TOPIC)
        producer: Any = self.producer
        self.committer = Committer(
            producer, NAMESPACE, CrashPoint(), interval_s=1, timeout_s=1,
            lanes=lambda: [self.lane], is_drained=lambda: True, on_commit=lambda seconds, oldest_ms: None,
        )  # fmt: skip


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_nothing_is_committed_before_an_assignment_or_after_its_end(bench: Bench) -> None:
    async def story() -> None:
        bench.committer.finish(INPUT, 3, None, is_urgent=False)
        await bench.committer.commit()
        bench.committer.begin(MEMBER, {INPUT: 0})
        bench.committer.finish(INPUT, 3, None, is_urgent=False)
        bench.committer.end()
        await bench.committer.commit()

    asyncio.run(story())
    assert bench.producer.told == []


def test_what_an_assignment_finished_is_void_in_the_next_one(bench: Bench) -> None:
    async def story() -> None:
        bench.committer.begin(MEMBER, {INPUT: 0})
        bench.committer.finish(INPUT, 3, None, is_urgent=False)
        bench.committer.begin(MEMBER, {INPUT: 0})
        await bench.committer.commit()

    asyncio.run(story())
    assert bench.producer.told == []


def test_rows_that_changed_without_input_are_committed_with_an_offset_that_a_zombie_fails_by(bench: Bench) -> None:
    async def story() -> None:
        bench.committer.begin(MEMBER, {INPUT: 41})
        bench.lane.take([Stored(41, a_topic_mention().encode())])  # its chunk is not finished
        await bench.committer.commit()

    asyncio.run(story())
    assert bench.producer.told == ["publish", ({INPUT: 41}, MEMBER), "commit"]


def test_a_zombie_aborts_and_keeps_nothing_on_disk(bench: Bench) -> None:
    async def story() -> None:
        bench.committer.begin(MEMBER, {INPUT: 41})
        bench.lane.take([Stored(41, a_topic_mention().encode())])
        bench.producer.is_stale = True
        await bench.committer.commit()

    with pytest.raises(StaleGeneration):
        asyncio.run(story())
    assert bench.producer.told == ["publish", "abort"]
    assert bench.lane.rows is not None
    assert bench.lane.rows.stamp is None
