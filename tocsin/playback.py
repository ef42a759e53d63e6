"""A whole replay: a fresh namespace, workers, mentions in, escalation events out, until the pipeline has digested it.

`tocsin replay` and the demo are two faces of `play_back`.
"""

from __future__ import annotations

import asyncio
import dataclasses
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from schemas.crisis import EscalationEvent
from schemas.mention import Mention
from schemas.streams import RAW
from tocsin.errors import BrokerError, TocsinError
from tocsin.feed import CrisisFeed, Heard, read_rejected
from tocsin.kafka.admin import create_streams
from tocsin.kafka.broker import LocalBroker
from tocsin.kafka.follow import StreamReader
from tocsin.kafka.reach import hush_client
from tocsin.replay import KafkaRawWriter, Played, Progress, play, raw_record
from tocsin.settings import Settings
from tocsin.workers import WorkerPool

#: Of a replay's own namespace: two workers share them, as they would twelve.
PARTITIONS = 4
READY_SECONDS = 60.0
#: Workers are started again when they end; so many ends in one replay are no accident.
MOST_ENDS = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a replay came to.

    Attributes:
        events: every escalation event, by partition as they came.
        rejected: mentions rejected, by cause.
        seconds: from the first mention written to the last one digested.
    """

    namespace: str
    played: Played
    events: tuple[EscalationEvent, ...]
    rejected: dict[str, int]
    seconds: float

    @property
    def mentions_per_second(self) -> float:
        return self.played.mentions / self.seconds if self.seconds else 0.0


def fresh_namespace(prefix: str) -> str:
    """A name nobody has used: `<prefix>-<date>-<random>`."""
    return f"{prefix}-{datetime.now(UTC):%Y%m%d}-{secrets.token_hex(3)}"


@contextmanager
def some_kafka(settings: Settings) -> Iterator[Settings]:
    """The settings, naming a Kafka: the one that they name, else the local broker.

    A local broker that is started here is stopped at the end of the block; its data stays in its folder.

    Raises:
        TocsinError: the local broker cannot be started.
    """
    if settings.bootstrap:
        yield settings
        return
    with LocalBroker() as broker:
        yield dataclasses.replace(settings, bootstrap=broker.bootstrap)


def find_kafka(settings: Settings) -> Settings:
    """The settings, naming a Kafka: the one that they name, else the local broker if it runs here.

    Raises:
        BrokerError: neither.
    """
    if settings.bootstrap:
        return settings
    if running := LocalBroker().find_running():
        return dataclasses.replace(settings, bootstrap=running.bootstrap)
    raise BrokerError(
        "no Kafka was named, and none runs in this folder",
        "start it with `tocsin kafka start`, or set KAFKA_BOOTSTRAP=host:port",
    )


async def play_back(
    mentions: Sequence[Mention],
    settings: Settings,
    *,
    watchlist: Path,
    workers: int = 2,
    speed: float | None = None,
    on_progress: Progress | None = None,
    on_event: Callable[[Heard], None] | None = None,
) -> Outcome:
    """Play mentions through the pipeline in a namespace of their own, and wait until it has digested them.

    Args:
        mentions: by time.
        settings: where Kafka is, and the namespace, which is created.
        speed: seconds of event time in one second; None: as fast as possible.
        on_event: called with each escalation event as it is written.

    Raises:
        BrokerError: Kafka is not usable, or the namespace was played into before.
        TocsinError: a worker ended before its time.
    """
    with hush_client():
        return await _play_back(mentions, settings, watchlist, workers, speed, on_progress, on_event)


async def _play_back(
    mentions: Sequence[Mention],
    settings: Settings,
    watchlist: Path,
    workers: int,
    speed: float | None,
    on_progress: Progress | None,
    on_event: Callable[[Heard], None] | None,
) -> Outcome:
    await create_streams(settings, partitions=PARTITIONS, time="replay")
    async with StreamReader(settings, RAW) as raw:
        if not await raw.is_empty():
            raise BrokerError(
                f"the namespace {settings.namespace} was played into before: its time has ended",
                "leave --namespace out for a fresh one",
            )
    events: list[EscalationEvent] = []

    async def listen(feed: CrisisFeed) -> None:
        async for heard in feed.events(until_done=True):
            events.append(heard.event)
            if on_event:
                on_event(heard)

    logs = settings.state_directory.parent / "logs" / settings.namespace
    ends: list[str] = []
    # Rows on disk are a cache of what Kafka keeps: nobody needs those of a replay after it.
    with TemporaryDirectory(prefix="tocsin-state-") as rows:
        own = dataclasses.replace(settings, watchlist=watchlist.absolute(), state_directory=Path(rows))
        pool = WorkerPool(own, count=workers, log_directory=logs, say=ends.append)
        async with pool, CrisisFeed(settings) as feed, KafkaRawWriter(settings) as writer:
            await pool.wait_ready(READY_SECONDS)
            began = time.monotonic()
            try:
                async with asyncio.TaskGroup() as tasks:
                    watching = tasks.create_task(_watch(pool, ends, logs))
                    listening = tasks.create_task(listen(feed))
                    played = await play(map(raw_record, mentions), writer, speed=speed, on_progress=on_progress)
                    await listening
                    watching.cancel()
            except BaseExceptionGroup as group:
                raise _find_reason(group) from None
            seconds = time.monotonic() - began
    rejected = Counter([rejected.about.cause async for rejected in read_rejected(settings)])
    return Outcome(settings.namespace, played, tuple(events), dict(rejected), seconds)


async def _watch(pool: WorkerPool, ends: list[str], logs: Path) -> None:
    """Raise when the workers cannot do their work."""
    waiting = asyncio.create_task(pool.wait())
    try:
        while not waiting.done():
            if len(ends) >= MOST_ENDS:
                raise TocsinError(f"the workers keep ending: {ends[-1]}", f"read their logs in {logs}")
            await asyncio.wait([waiting], timeout=0.5)
        waiting.result()
    finally:
        waiting.cancel()


def _find_reason(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first error in it that a person can mend, else all of it."""
    found: BaseException | None = group.subgroup(TocsinError)
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found or group
