"""The commit: a snapshot between chunks, as one Kafka transaction a process.

Outputs, changed rows and input offsets of all finished chunks, of all steps and partitions of this process, become
visible together or not at all. While one transaction is under way the agents go on; what they finish meanwhile waits
for the next. Any failure aborts and ends the process: whoever starts next finds the last whole snapshot.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

from aiokafka import TopicPartition

from agents.engine.crash import CrashPoint
from agents.engine.lane import Lane
from agents.engine.outbox import Batch, Outbox, Where
from agents.engine.producer import TransactionalProducer
from agents.engine.protocol import Membership
from agents.engine.table import TablePartition
from schemas.streams import END_OF_TIME_MS, topic_name

#: Finished work that may wait for a commit; above it, agents pause. What one commit publishes, the next steps are given
#: at once: much more, and a commit waits for their work longer than a transaction may last.
MAX_WAITING_RECORDS = 20_000
MAX_WAITING_BYTES = 64 << 20
#: With nothing more to do, a commit need not wait for the interval, but commits are not free either.
DRAINED_GAP_S = 0.025
#: How long agents may work in one turn of the event loop, beside the last chunk that they begin.
TURN_S = 0.001


@dataclass(slots=True)
class Waiting:
    """What the next transaction will hold beside what is in the outbox."""

    offsets: dict[TopicPartition, int] = field(default_factory=dict)
    #: Topic → append time (ms) of the oldest record among its inputs.
    oldest_ms: dict[str, int] = field(default_factory=dict)


class Committer:
    """Collects what finished chunks publish, and commits it.

    Args:
        lanes: the lanes of the current assignment, asked for event time and rows at each snapshot.
        is_drained: whether nothing is left to process right now.
        on_commit: told of each commit: seconds it took, and by topic the oldest append time (ms) among its inputs.
    """

    def __init__(
        self, producer: TransactionalProducer, namespace: str, crash: CrashPoint, *, interval_s: float,
        timeout_s: float, lanes: Callable[[], Iterable[Lane]], is_drained: Callable[[], bool],
        on_commit: Callable[[float, Mapping[str, int]], None],
    ) -> None:  # fmt: skip
        self._producer = producer
        self._namespace = namespace
        self._crash = crash
        self._interval_s = interval_s
        self._timeout_s = timeout_s
        self._lanes = lanes
        self._is_drained = is_drained
        self._on_commit = on_commit
        self.outbox = Outbox()
        self._waiting = Waiting()
        self._member: Membership | None = None
        self._lock = asyncio.Lock()
        self._work = asyncio.Event()
        self._urgent = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._turn = asyncio.Lock()
        self._turn_began = 0.0
        self._last = 0.0
        self._finished: dict[TopicPartition, int] = {}

    # -- what agents do -------------------------------------------------------------------------------------------

    def finish(self, tp: TopicPartition, next_offset: int, oldest_ms: int | None, *, is_urgent: bool) -> None:
        """A chunk was processed up to `next_offset`."""
        waiting = self._waiting
        waiting.offsets[tp] = self._finished[tp] = next_offset
        if oldest_ms is not None and oldest_ms < waiting.oldest_ms.get(tp.topic, END_OF_TIME_MS):
            waiting.oldest_ms[tp.topic] = oldest_ms
        if self.outbox.records >= MAX_WAITING_RECORDS or self.outbox.size >= MAX_WAITING_BYTES:
            self._room.clear()
            is_urgent = True
        self.wake(is_urgent=is_urgent)

    def wake(self, *, is_urgent: bool = False) -> None:
        """There is something to commit."""
        self._work.set()
        if is_urgent:
            self._urgent.set()

    def position(self, tp: TopicPartition) -> int | None:
        """The offset up to which an input was finished; None when nothing was yet."""
        return self._finished.get(tp)

    async def wait_for_room(self) -> None:
        """Back-pressure: returns when finished work does not pile up, and it is this agent's turn.

        A transaction takes a dozen turns of the event loop. With a busy agent for each step and partition every turn
        would last as long as all their chunks together, and a transaction some seconds. So a turn has `TURN_S` for
        chunks, of whatever agents; then whoever needs more waits for a turn of its own.
        """
        if not self._room.is_set():
            await self._room.wait()
        if time.perf_counter() - self._turn_began < TURN_S:
            return
        async with self._turn:
            await asyncio.sleep(0)
            self._turn_began = time.perf_counter()

    # -- what the engine does -------------------------------------------------------------------------------------

    def begin(self, member: Membership, positions: Mapping[TopicPartition, int]) -> None:
        """A new assignment: commit as this member from now on; what is finished but not committed is void.

        Args:
            positions: where each input goes on.
        """
        self._member = member
        self._drop()
        self._finished.update(positions)

    def end(self) -> None:
        """The assignment is gone: commit nothing until the next one."""
        self._member = None
        self._drop()

    def _drop(self) -> None:
        self.outbox.clear()
        self._waiting = Waiting()
        self._finished = {}
        self._room.set()

    async def run(self) -> None:
        """Commit for ever: at the interval while there is work, at once when it is urgent or nothing is left to do."""
        while True:
            await self._work.wait()
            await self._pause()
            self._work.clear()
            await asyncio.wait_for(self.commit(), self._timeout_s)

    async def _pause(self) -> None:
        due = self._last + self._interval_s
        drained_due = self._last + DRAINED_GAP_S
        while not self._urgent.is_set():
            now = time.monotonic()
            if now >= due or (now >= drained_due and self._is_drained()):
                return
            try:
                await asyncio.wait_for(self._urgent.wait(), min(DRAINED_GAP_S, due - now))
            except TimeoutError:
                continue

    async def commit(self) -> None:
        """Commit everything that is finished.

        Raises:
            aiokafka.errors.KafkaError: the transaction was aborted; this process must end.
        """
        async with self._lock:
            self._urgent.clear()
            member = self._member
            if member is None:
                return
            for lane in self._lanes():
                lane.pass_on_watermarks()
            waiting, self._waiting = self._waiting, Waiting()
            tables = self._snapshot_rows()
            batches = self.outbox.collect()
            self._room.set()
            if not batches and not waiting.offsets:
                return
            started = time.monotonic()
            ends = await self._transact(batches, waiting.offsets, member)
            for table, changelog in tables:
                table.persist(ends[changelog])
            self._last = time.monotonic()
            self._on_commit(self._last - started, waiting.oldest_ms)

    def _snapshot_rows(self) -> list[tuple[TablePartition, Where]]:
        tables = []
        for lane in self._lanes():
            table, state = lane.rows, lane.step.state
            if table is None or state is None:
                continue
            rows = table.snapshot()
            if rows:
                changelog = (topic_name(self._namespace, state), lane.partition)
                append = self.outbox.open(*changelog)
                for key, value in rows:
                    append(key, value, [])
                tables.append((table, changelog))
        return tables

    async def _transact(
        self, batches: Mapping[Where, list[Batch]], offsets: Mapping[TopicPartition, int], member: Membership
    ) -> dict[Where, int]:
        producer, crash = self._producer, self._crash
        # Rows and event time may change without input. Offsets are what a zombie's transaction fails by, so one is
        # committed again where it stands.
        offsets = offsets or dict(islice(self._finished.items(), 1))
        try:
            ends = await producer.publish(batches, offsets, member, self._on_sent)
            crash.reach("publish-acknowledged")
            crash.reach("before-commit")
            await producer.commit()
            crash.reach("after-commit")
        except BaseException:
            await self._abort()
            raise
        return ends

    def _on_sent(self) -> None:
        self._crash.reach("publish-sent")
        if self._crash.should_fail("publish-failed"):
            raise ConnectionError("a publication failed (provoked)")

    async def _abort(self) -> None:
        """Tell the broker not to wait for the time-out; if it cannot be told, the successor's start says so."""
        with contextlib.suppress(Exception):  # the first error is the one to report
            await asyncio.wait_for(self._producer.abort(), 2.0)
