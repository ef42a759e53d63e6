"""The engine of one process: partitions come and go, chunks come in, snapshots go out."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from agents.engine.chunk import Chunk
from agents.engine.committer import Committer
from agents.engine.crash import CrashPoint
from agents.engine.lane import KafkaRecord, Lane, Wiring
from agents.engine.producer import TransactionalProducer
from agents.engine.protocol import Membership
from agents.engine.table import Store, TablePartition
from agents.engine.takeover import Changelogs, fetch_stable_offsets
from schemas.record import Record
from schemas.streams import topic_name
from tocsin.flow import Step
from tocsin.kafka.client import client_options
from tocsin.kafka.explain import find_refusal
from tocsin.logs import announce
from tocsin.settings import Settings

logger = logging.getLogger(__name__)

#: A transaction that nobody ends is ended by the broker after this; until then it holds up every reader.
TRANSACTION_TIMEOUT_MS = 10_000
#: A live channel unheard of for so long no longer holds the ticks.
STALL_MS = 60_000
#: How often a live source tells its event time.
HEARTBEAT_S = 1.0
#: How often the state of things is told, and how often Kafka is asked.
LOOK_S = 1.0
ASK_KAFKA_S = 5.0
#: A commit that takes longer than this will not come: the process ends and starts afresh.
COMMIT_TIMEOUT_S = 60.0

#: Exit status of a worker that gave up so that its successor can start from the last commit.
EXIT_GAVE_UP = 75


class Engine:
    """Runs steps over the partitions that the group gives to this process. Implements `Runtime`.

    Args:
        group: the consumer group.
        wiring: names and sizes of the streams, the steps.
        setup: handed to each step when it starts on a partition.
        is_live: live namespaces take event time from the clock, replays from markers in the data.
        observe: told what happened, for metrics (see `agents.engine.observer`).
    """

    def __init__(
        self, settings: Settings, group: str, wiring: Wiring, setup: Any, *, is_live: bool, observe: Any,
        table: type[TablePartition] = TablePartition,
    ) -> None:  # fmt: skip
        self.settings = settings
        self.group = group
        self.crash = CrashPoint(settings.crash_at)
        self.on_ready: Callable[[], None] = lambda: None
        self.on_assigned: Callable[[], None] = lambda: None
        self._wiring = wiring
        self._setup = setup
        self._is_live = is_live
        self._observe = observe
        self._table = table
        self._steps: dict[str, Step] = {topic_name(settings.namespace, s.reads): s for s in wiring.steps}
        self._lanes: dict[TopicPartition, Lane] = {}
        self._queued: dict[TopicPartition, int] = {}
        #: Where each input goes on: the offset after the last record that was handed out as a chunk.
        self._next: dict[TopicPartition, int] = {}
        self._releases = 0
        self._consumer: Any = None
        self._tasks: list[asyncio.Task[None]] = []
        self._is_ready = False

    @property
    def topics(self) -> list[str]:
        return list(self._steps)

    @property
    def lanes(self) -> Mapping[TopicPartition, Lane]:
        """The lanes of the current assignment."""
        return self._lanes

    # -- life -----------------------------------------------------------------------------------------------------

    async def start(self, consumer: Any) -> None:
        """Get ready to take over partitions.

        Initialising the producer comes before the group is joined: it fences an earlier process of this worker's name
        and ends whatever transaction that left open.
        """
        self._consumer = consumer
        options = client_options(self.settings)
        directory = self.settings.state_directory / self.settings.namespace / self.group / self.settings.worker
        self._store = Store(directory)
        self.producer = TransactionalProducer(
            options, f"{self.group}.{self.settings.worker}", timeout_ms=TRANSACTION_TIMEOUT_MS
        )
        self.committer = Committer(
            self.producer, self.settings.namespace, self.crash,
            interval_s=self.settings.commit_interval_ms / 1000,
            timeout_s=COMMIT_TIMEOUT_S,
            lanes=lambda: self._lanes.values(), is_drained=self._is_drained, on_commit=self._on_commit,
        )  # fmt: skip
        self._changelogs = Changelogs(options)
        await self.producer.start()
        await self._changelogs.start()
        self._spawn(self.committer.run())
        self._spawn(self._look_on())
        self._spawn(self._ask_kafka())
        if self._is_live:
            self._spawn(self._tell_time())

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._changelogs.stop()
        await self.producer.stop()
        self._store.close()

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        task.add_done_callback(self._on_task_done)
        self._tasks.append(task)

    def _on_task_done(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            self.give_up(task.exception())

    def give_up(self, error: BaseException | None) -> None:
        """End this process now: the last commit is whole, whoever starts next goes on from there."""
        refusal = find_refusal(self.settings, error) if error is not None else None
        if refusal is not None:
            # Somebody took a right away: no fault of ours, and nothing to trace.
            announce(self.settings, f"tocsin: worker {self.settings.worker} gives up: {refusal}", logging.ERROR)
            os._exit(EXIT_GAVE_UP)
        announce(
            self.settings,
            f"tocsin: worker {self.settings.worker} gives up: {type(error).__name__}: {error}\n"
            "  → nothing is lost or counted twice; start it again (a supervisor does)",
            logging.ERROR,
        )
        logger.error("the reason", exc_info=error)
        os._exit(EXIT_GAVE_UP)

    # -- assignment -----------------------------------------------------------------------------------------------

    async def release(self) -> None:
        """The group rebalances, or this worker stops: commit what is finished, then let go of everything."""
        self.crash.reach("revoke")
        self._releases += 1
        self._observe.released()
        await self.commit_now()
        self.committer.end()
        self._lanes, self._queued, self._next = {}, {}, {}

    async def take_over(self, partitions: Iterable[TopicPartition], member: Membership) -> None:
        """Become the owner of partitions: rows as committed, positions as committed, nothing cached from before."""
        started, releases = time.monotonic(), self._releases
        mine = {TopicPartition(tp.topic, tp.partition) for tp in partitions if tp.topic in self._steps}
        coordinator = self._consumer._coordinator
        offsets = await fetch_stable_offsets(coordinator, self.group, mine)
        self.crash.reach("takeover")
        tables: dict[TopicPartition, TablePartition] = {}
        by_input: dict[TopicPartition, TablePartition] = {}
        for tp in mine:
            step = self._steps[tp.topic]
            if step.state is not None:
                table = self._open_table(step, tp.partition)
                tables[TopicPartition(topic_name(self.settings.namespace, step.state), tp.partition)] = table
                by_input[tp] = table
        rows = await self._changelogs.restore(tables)
        if releases != self._releases:
            return  # the group has moved on meanwhile: there is another takeover to come
        lanes = {}
        for tp in sorted(mine):
            lanes[tp] = self.make_lane(self._steps[tp.topic], tp.partition, by_input.get(tp))
            self._consumer.seek(tp, offsets.get(tp, 0))
        self._lanes, self._queued, self._next = lanes, {}, {tp: offsets.get(tp, 0) for tp in mine}
        self.committer.begin(member, self._next)
        for lane in lanes.values():
            if lane.is_behind:  # the predecessor ended in the middle of a long stretch of time
                self._spawn(self._catch_up(lane))
        self.on_assigned()
        self._observe.recovered(time.monotonic() - started, rows)
        logger.info("%d partitions taken over in %.2f s", len(mine), time.monotonic() - started)
        if not self._is_ready:
            self._is_ready = True
            self.on_ready()

    def _open_table(self, step: Step, partition: int) -> TablePartition:
        if isinstance(step.row, type) and issubclass(step.row, Record):
            # A state stream that others read too: its rows are JSON records.
            return self._table(
                step.name, partition, step.row, self._store, encode=step.row.encode, decode=step.row.decode
            )
        return self._table(step.name, partition, step.row, self._store)

    def make_lane(self, step: Step, partition: int, rows: Any) -> Lane:
        """A step at work on a partition, with a processor made from its rows."""
        return Lane(
            step, partition, self._wiring, step.start(self._setup, rows), self.committer.outbox.open, rows,
            stall_ms=STALL_MS if self._is_live else None,
        )  # fmt: skip

    # -- chunks ---------------------------------------------------------------------------------------------------

    def chunk(self, tp: TopicPartition, records: Sequence[KafkaRecord]) -> Chunk | None:
        """Records as a chunk for the agent; None when the partition is no longer ours."""
        lane = self._lanes.get(tp)
        if lane is None:
            return None
        self._queued[tp] = self._queued.get(tp, 0) + 1
        self._next[tp] = next_offset = records[-1].offset + 1
        return Chunk(self, lane, records, next_offset)

    def chunk_records(self, tp: TopicPartition) -> int:
        """How many records the next chunk of an input should have."""
        lane = self._lanes.get(tp)
        most = self.settings.chunk_records
        return most if lane is None else min(most, lane.chunk_records)

    def rewind(self, partitions: Iterable[TopicPartition]) -> None:
        """Records of these were fetched but not handed out: fetch them again, unless a takeover is still to seek."""
        for tp in partitions:
            if tp in self._next:
                self._consumer.seek(tp, self._next[tp])

    def is_current(self, lane: Lane) -> bool:
        return self._lanes.get(self._input(lane)) is lane

    def wrap(self, message: Any) -> Chunk:
        raise TypeError("a single message on the engine's transport")

    async def finish(self, lane: Lane, records: Sequence[KafkaRecord], next_offset: int) -> None:
        if not self.is_current(lane):
            return
        tp = self._input(lane)
        self._queued[tp] -= 1
        urgent, lane.is_urgent = lane.is_urgent, False
        self.committer.finish(tp, next_offset, records[0].timestamp if records else None, is_urgent=urgent)
        self._observe.chunk(lane)
        await self.committer.wait_for_room()
        await self._catch_up(lane)

    def take(self, lane: Lane, records: Sequence[KafkaRecord]) -> None:
        try:
            lane.take(records)
        except Exception as error:
            self.give_up(error)  # mentions' errors are caught in there; this is one of ours, and half a chunk is done

    def advance(self, lane: Lane) -> None:
        try:
            lane.advance()
        except Exception as error:
            # No mention is to blame that could be rejected, and half a judgement must not be committed. Faust would
            # log it, skip the chunk and go on.
            self.give_up(error)

    async def _catch_up(self, lane: Lane) -> None:
        """Go on telling a step of event time, a short stretch at a time, each of them fit to be committed."""
        while lane.is_behind and self.is_current(lane):
            self.advance(lane)
            self._observe.chunk(lane)
            self.committer.wake()
            await self.committer.wait_for_room()

    def _input(self, lane: Lane) -> TopicPartition:
        return TopicPartition(topic_name(self.settings.namespace, lane.step.reads), lane.partition)

    def _is_drained(self) -> bool:
        return not any(self._queued.values())

    def _on_commit(self, seconds: float, oldest_ms: Mapping[str, int]) -> None:
        self._observe.committed(seconds, {self._steps[topic].name: at_ms for topic, at_ms in oldest_ms.items()})

    def _lag(self, lane: Lane) -> int | None:
        tp = self._input(lane)
        highwater = self._consumer.highwater(tp)
        waiting = self.committer.position(tp)
        return None if highwater is None or waiting is None else max(0, highwater - waiting)

    async def commit_now(self) -> None:
        """Commit what is finished, whatever the interval; a failure ends the process."""
        try:
            await asyncio.wait_for(self.committer.commit(), COMMIT_TIMEOUT_S)
        except Exception as error:
            self.give_up(error)

    # -- what is told of it ---------------------------------------------------------------------------------------

    async def _look_on(self) -> None:
        """Tell once a second how things stand, whether anything is committed or not."""
        while True:
            self._observe.sampled([(lane, self._lag(lane)) for lane in self._lanes.values()])
            await asyncio.sleep(LOOK_S)

    async def _ask_kafka(self) -> None:
        """Ask the brokers how they are; whoever observes draws the conclusion from their silence."""
        while True:
            await asyncio.sleep(ASK_KAFKA_S)
            with contextlib.suppress(TimeoutError, KafkaError):
                async with asyncio.timeout(ASK_KAFKA_S):
                    if await self._consumer._client.force_metadata_update():
                        self._observe.reached()

    # -- time -----------------------------------------------------------------------------------------------------

    async def _tell_time(self) -> None:
        """In a live namespace, a source that has nothing to read still promises event time by the clock.

        Idle means standing at the high watermark; the last stable offset would hide a hanging transaction.
        """
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            moved = False
            now_ms = int(time.time() * 1000) - self.settings.grace_ms
            for tp, lane in list(self._lanes.items()):
                if not lane.step.is_source or self._queued.get(tp):
                    continue
                state = self._consumer._subscription.subscription.assignment.state_value(tp)
                if state is None or not state.has_valid_position:
                    continue
                highwater = self._consumer.highwater(tp)
                if highwater is not None and state.position >= highwater:
                    moved |= lane.promise(now_ms)
                elif lane.last_appended_ms:
                    moved |= lane.promise(lane.last_appended_ms - self.settings.grace_ms)
            if moved:
                self.committer.wake()
