"""The stand that benchmarks run on: a broker of their own, one process on one core, meters that look on from outside.

CPU times are read from /proc, so this needs Linux. The measured process has the first core that we may use, the broker
and the one who measures share the others: on one core alone, wall times say little and CPU times still hold.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from schemas.streams import StreamSpec, topic_name
from tocsin.child import Child
from tocsin.errors import TocsinError
from tocsin.kafka import BrokerSettings, LocalBroker
from tocsin.kafka.admin import create_streams
from tocsin.kafka.client import client_options
from tocsin.kafka.follow import StreamReader, find_partitions
from tocsin.kafka.namespace import TimeMode
from tocsin.settings import Settings
from tocsin.workers import environment_of

#: Partitions of raw and of keyed streams.
PARTITIONS = 4
#: How often progress is asked for: the precision of a timed part, which lasts seconds.
SAMPLE_S = 0.05
#: Starting Faust and joining a group.
READY_S = 60.0
#: Nothing moves for so long: the process under measurement is stuck.
STALL_S = 60.0
#: What a process may take to leave its group.
STOP_S = 10.0

_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and its threads so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND


class Sample(NamedTuple):
    """How far a process had got at one instant (monotonic seconds), and what it and the broker had used."""

    at: float
    done: int
    worker_s: float
    broker_s: float


@dataclass(frozen=True, slots=True)
class Figures:
    """A timed part: records, wall seconds, CPU seconds of the worker and of the broker (0 when it is not ours)."""

    records: int
    seconds: float
    worker_s: float
    broker_s: float

    @classmethod
    def between(cls, first: Sample, last: Sample, records: int | None = None) -> Self:
        """What happened between two samples."""
        return cls(
            last.done - first.done if records is None else records,
            last.at - first.at,
            last.worker_s - first.worker_s,
            last.broker_s - first.broker_s,
        )

    @property
    def per_second(self) -> float:
        """Records a wall second."""
        return self.records / self.seconds

    @property
    def worker_us(self) -> float:
        """Worker CPU, µs a record."""
        return self.worker_s / self.records * 1e6

    @property
    def broker_us(self) -> float:
        """Broker CPU, µs a record."""
        return self.broker_s / self.records * 1e6

    def row(self, name: str) -> str:
        """One line of a table; `HEAD` stands above it."""
        return f"  {name:<44} {self.per_second:>10,.0f} {self.worker_us:>12.1f} {self.broker_us:>12.1f}"


HEAD = f"  {'':<44} {'records/s':>10} {'worker µs':>12} {'broker µs':>12}"


@dataclass(frozen=True, slots=True)
class Stand:
    """Where Kafka is, and a directory for everything else. `broker_pid` is None for a Kafka that is not ours."""

    bootstrap: str
    directory: Path
    broker_pid: int | None

    def settings(self, namespace: str, **changes: Any) -> Settings:
        """Settings of a process in a namespace of this run."""
        own: dict[str, Any] = {"worker": "bench", "state_directory": self.directory / "state" / namespace}
        return Settings(bootstrap=self.bootstrap, namespace=namespace, **(own | changes))

    async def create(self, name: str, time: TimeMode = "replay", **changes: Any) -> Settings:
        """A fresh namespace with its streams, and the settings of its worker."""
        settings = self.settings(f"bench-{name}-{os.getpid()}", **changes)
        await create_streams(settings, partitions=PARTITIONS, raw_partitions=PARTITIONS, time=time)
        return settings

    def sample(self, child: Child, done: int = 0) -> Sample:
        """Now.

        Raises:
            TocsinError: the process has ended.
        """
        if child.pid is None:
            raise child.error(child.find_end() or 0)
        broker_s = cpu_seconds(self.broker_pid) if self.broker_pid else 0.0
        return Sample(time.monotonic(), done, cpu_seconds(child.pid), broker_s)

    @contextmanager
    def run(self, settings: Settings, command: Sequence[str]) -> Iterator[Child]:
        """A process on a core of its own, ended with the block."""
        log = self.directory / f"{settings.namespace}-{'-'.join(command[2:])}{'-stock' * settings.is_stock}.log"
        child = Child(settings.worker, command, environment_of(settings), log)
        with _on(_worker_cores()):
            child.start()
        try:
            yield child
        finally:
            child.send(signal.SIGTERM)
            end = time.monotonic() + STOP_S
            while child.pid is not None and time.monotonic() < end:
                time.sleep(SAMPLE_S)
            child.close()

    async def wait_ready(self, child: Child) -> Sample:
        """The moment at which a process says that it is ready.

        Raises:
            TocsinError: it cannot start, or takes too long.
        """
        end = time.monotonic() + READY_S
        while not child.is_ready():
            if (status := child.find_end()) is not None:
                raise child.error(status)
            if time.monotonic() > end:
                raise TocsinError(f"{child.name} is not ready after {READY_S:.0f} s", child.last_line())
            await asyncio.sleep(0.01)
        return self.sample(child)

    async def watch(self, child: Child, progress: Callable[[], Awaitable[int]], goal: int) -> Figures:
        """Follow a process from its first visible record to its last.

        Args:
            progress: records done so far, as Kafka sees it.
            goal: how many will be done.

        Raises:
            TocsinError: the process ended, is stuck, or was through before it could be watched.
        """
        first: Sample | None = None
        best, moved_at = 0, time.monotonic()
        while True:
            now = self.sample(child, await progress())
            if now.done > best:
                best, moved_at = now.done, now.at
                first = first or now
                if now.done >= goal:
                    break
            if now.at > moved_at + STALL_S:
                raise TocsinError(
                    f"{child.name} has stood at {best:,} of {goal:,} records for {STALL_S:.0f} s", child.last_line()
                )
            await asyncio.sleep(SAMPLE_S)
        if first is now:
            raise TocsinError(f"{goal:,} records were done at once", "use more records")
        return Figures.between(first, now)


@contextmanager
def stand() -> Iterator[Stand]:
    """Kafka by KAFKA_BOOTSTRAP, else a broker that is started for the block, in a temporary directory."""
    if not Path("/proc/self/stat").exists():
        raise SystemExit("benchmarks read CPU times from /proc: run them on Linux")
    # New topics and transactions of clients of this age make it warn of retries, which are part of what is measured.
    logging.getLogger("aiokafka").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as name:
        directory = Path(name)
        if named := os.environ.get("KAFKA_BOOTSTRAP"):
            yield Stand(named, directory, None)
            return
        broker = LocalBroker(BrokerSettings(directory=directory / "kafka"))
        with _on(_other_cores()):
            running = broker.start()
            try:
                yield Stand(broker.bootstrap, directory, running.pid)
            finally:
                broker.stop()


class Gauge:
    """Asks Kafka how far somebody has got."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._admin: Any = AIOKafkaAdminClient(**client_options(settings))
        self._consumer: Any = AIOKafkaConsumer(**client_options(settings), enable_auto_commit=False)

    async def __aenter__(self) -> Self:
        await self._admin.start()
        await self._consumer.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._consumer.stop()
        await self._admin.close()

    async def committed(self, group: str, stream: StreamSpec) -> int:
        """Records of a stream that a group has committed; right for streams written without transactions."""
        topic = topic_name(self._settings.namespace, stream)
        offsets = await self._admin.list_consumer_group_offsets(group)
        return sum(max(0, mark.offset) for tp, mark in offsets.items() if tp.topic == topic)

    async def written(self, stream: StreamSpec) -> int:
        """Records that were ever written to a stream; right for streams written without transactions."""
        topic = topic_name(self._settings.namespace, stream)
        partitions = [TopicPartition(topic, number) for number in await find_partitions(self._settings, stream)]
        return sum((await self._consumer.end_offsets(partitions)).values())


async def count_records(settings: Settings, stream: StreamSpec) -> int:
    """Committed records of a stream, watermarks not counted."""
    count = 0
    async with StreamReader(settings, stream) as reader:
        async for _ in reader.read_to_end():
            count += 1
    return count


def arguments(name: str, about: str, **counts: tuple[int, str]) -> argparse.ArgumentParser:
    """The parser of a benchmark: --json, and one option for each number with its default and meaning."""
    parser = argparse.ArgumentParser(prog=f"python -m bench.{name}", description=about)
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    for option, (default, meaning) in counts.items():
        parser.add_argument(f"--{option}", type=int, default=default, help=f"{meaning} (default: {default:,})")
    return parser


def _worker_cores() -> set[int]:
    return {min(_CORES)}


def _other_cores() -> set[int]:
    return _CORES - _worker_cores() or _CORES


_CORES = set(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else {0}


@contextmanager
def _on(cores: set[int]) -> Iterator[None]:
    """What is started inside the block, and we ourselves, run on these cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
