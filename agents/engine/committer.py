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
from typing import Any

from aiokafka import TopicPartition

from agents.engine.crash import CrashPoint
from agents.engine.lane import Headers, Lane
from agents.engine.producer import FencedProducer
from agents.engine.protocol import Membership
from agents.engine.table import TablePartition
from schemas.streams import topic_name

#: Finished work that may wait for a commit; above it, agents pause. What one commit publishes, the next steps are given
#: at once: much more, and a commit waits for their work longer than a transaction may last.
MAX_WAITING_RECORDS = 20_000
MAX_WAITING_BYTES = 64 << 20
#: With nothing more to do, a commit need not wait for the interval, but commits are not free either.
DRAINED_GAP_S = 0.025

Sending = tuple[bytes | None, bytes | None, Headers]


@dataclass(slots=True)
class Waiting:
    """What the next transaction will hold."""

    outputs: dict[tuple[str, int], list[Sending]] = field(default_factory=dict)
    offsets: dict[TopicPartition, int] = field(default_factory=dict)
    oldest_ms: int | None = None
    records: int = 0
    size: int = 0

    def __bool__(self) -> bool:
        return bool(self.outputs or self.offsets)


class Committer:
    """Collects what finished chunks publish, and commits it.

    Args:
        lanes: the lanes of the current assignment, asked for event time and rows at each snapshot.
        is_drained: whether nothing is left to process right now.
        on_commit: told of each commit: seconds it took, and the oldest append time (ms) among its inputs.
    """

    def __init__(
        self, producer: FencedProducer, namespace: str, crash: CrashPoint, *, interval_s: float, timeout_s: float,
        lanes: Callable[[], Iterable[Lane]], is_drained: Callable[[], bool],
        on_commit: Callable[[float, int | None], None],
    ) -> None:  # fmt: skip
        self._producer = producer
        self._namespace = namespace
        self._crash = crash
        self._interval_s = interval_s
        self._timeout_s = timeout_s
        self._lanes = lanes
        self._is_drained = is_drained
        self._on_commit = on_commit
        self._waiting = Waiting()
        self._member: Membership | None = None
        self._lock = asyncio.Lock()
        self._work = asyncio.Event()
        self._urgent = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._turn = asyncio.Lock()
        self._last = 0.0
        self._finished: dict[TopicPartition, int] = {}
        #: Records in the last batch sent to each place: its offset plus this is the place's next offset.
        self._last_batch: dict[tuple[str, int], int] = {}

    # -- what agents do -------------------------------------------------------------------------------------------

    def publish(self, topic: str, partition: int, key: bytes | None, value: bytes | None, headers: Headers) -> None:
        """Let one record go out with the next commit."""
        waiting = self._waiting
        place = (topic, partition)
        outputs = waiting.outputs.get(place)
        if outputs is None:
            outputs = waiting.outputs[place] = []
        outputs.append((key, value, headers))
        waiting.records += 1
        if value is not None:
            waiting.size += len(value)

    def finish(self, tp: TopicPartition, next_offset: int, oldest_ms: int | None, *, is_urgent: bool) -> None:
        """A chunk was processed up to `next_offset`."""
        waiting = self._waiting
        waiting.offsets[tp] = self._finished[tp] = next_offset
        if oldest_ms is not None and (waiting.oldest_ms is None or oldest_ms < waiting.oldest_ms):
            waiting.oldest_ms = oldest_ms
        if waiting.records >= MAX_WAITING_RECORDS or waiting.size >= MAX_WAITING_BYTES:
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

        One chunk a turn of the event loop. A transaction takes a dozen turns; with a busy agent for each step and
        partition every turn would last as long as all their chunks together, and a transaction some seconds.
        """
        if not self._room.is_set():
            await self._room.wait()
        async with self._turn:
            await asyncio.sleep(0)

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
            tables = self._snapshot_rows(waiting)
            self._room.set()
            if not waiting:
                return
            started = time.monotonic()
            changelog_ends = await self._transact(waiting, member, tables)
            for table, tp in tables:
                table.persist(changelog_ends[tp])
            self._last = time.monotonic()
            self._on_commit(self._last - started, waiting.oldest_ms)

    def _snapshot_rows(self, waiting: Waiting) -> list[tuple[TablePartition, tuple[str, int]]]:
        tables = []
        for lane in self._lanes():
            table, state = lane.rows, lane.step.state
            if table is None or state is None:
                continue
            rows = table.snapshot()
            if rows:
                place = (topic_name(self._namespace, state), lane.partition)
                waiting.outputs[place] = [(key, value, []) for key, value in rows]
                tables.append((table, place))
        return tables

    async def _transact(
        self, waiting: Waiting, member: Membership, tables: list[tuple[TablePartition, tuple[str, int]]]
    ) -> dict[tuple[str, int], int]:
        producer, crash = self._producer, self._crash
        await producer.begin_transaction()
        try:
            sent = {place: await self._send(*place, sendings) for place, sendings in waiting.outputs.items()}
            crash.reach("publish-sent")
            if crash.should_fail("publish-failed"):
                raise ConnectionError("a publication failed (provoked)")
            # Rows and event time may change without input. Offsets are what a zombie's transaction fails by, so one is
            # committed again where it stands.
            offsets = waiting.offsets or dict(islice(self._finished.items(), 1))
            await producer.send_fenced_offsets(offsets, member)
            # Every publication is awaited: a flush would hide one that failed, while its input's offset commits.
            acknowledged: dict[tuple[str, int], Any] = {}
            for place, futures in sent.items():
                for future in futures:
                    acknowledged[place] = await future
            crash.reach("publish-acknowledged")
            crash.reach("before-commit")
            await producer.commit_transaction()
            crash.reach("after-commit")
        except BaseException:
            await self._abort()
            raise
        return {place: acknowledged[place].offset + self._last_batch[place] for _, place in tables}

    async def _send(self, topic: str, partition: int, sendings: list[Sending]) -> list[asyncio.Future[Any]]:
        producer = self._producer
        futures = []
        batch = producer.create_batch()
        append, count = batch.append, 0
        for key, value, headers in sendings:
            if append(timestamp=None, key=key, value=value, headers=headers) is None:
                futures.append(await producer.send_batch(batch, topic, partition=partition))
                batch = producer.create_batch()
                append, count = batch.append, 0
                if append(timestamp=None, key=key, value=value, headers=headers) is None:
                    raise ValueError(f"a record of {len(value or b'')} bytes for {topic} is larger than a batch")
            count += 1
        futures.append(await producer.send_batch(batch, topic, partition=partition))
        self._last_batch[(topic, partition)] = count
        return futures

    async def _abort(self) -> None:
        """Tell the broker not to wait for the time-out; if it cannot be told, the successor's start says so."""
        with contextlib.suppress(Exception):  # the first error is the one to report
            await asyncio.wait_for(self._producer.abort_transaction(), 2.0)
