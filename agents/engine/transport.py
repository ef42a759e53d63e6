"""A Faust transport (`tocsin://host:port`) that hands agents chunks of records instead of single messages.

Faust 0.15.3 awaits four futures for every message it delivers, which caps an agent at some thousand events a second.
Here one *event* is up to some hundred records of one partition, so that cost is shared. Everything else stays Faust's:
agents, streams, subscription, the order of start and stop. What changes besides delivery: no offset is ever committed
by Faust (its acknowledgement fires on errors and cancellation too); the engine commits, in its transactions.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Mapping
from time import time
from typing import Any, ClassVar, cast

import faust
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import ConsumerStoppedError, KafkaError
from faust.exceptions import ConsumerNotStarted
from faust.transport import base
from faust.transport.consumer import Consumer as FaustConsumer
from faust.transport.consumer import ensure_TPset
from faust.transport.producer import Producer as FaustProducer
from faust.types import TP, ConsumerMessage

from agents.engine import lean_fetch
from agents.engine.engine import Engine
from agents.engine.protocol import Membership
from tocsin.kafka.client import client_options

#: The only version of Faust whose insides this transport knows.
FAUST_VERSION = "0.15.3"

if faust.__version__ != FAUST_VERSION:
    raise ImportError(f"tocsin's transport was tested with faust-streaming {FAUST_VERSION}, not {faust.__version__}")

#: Longest wait for records before looking around (flow stopped, process ending).
POLL_MS = 100


class _Listener(ConsumerRebalanceListener):
    def __init__(self, consumer: Consumer) -> None:
        self._consumer = consumer

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self._consumer.app.on_rebalance_start()
        await self._consumer.on_partitions_revoked(ensure_TPset(revoked))

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        generation = self._consumer.kafka._coordinator.generation
        self._consumer.app.consumer_generation_id = generation
        await self._consumer.on_partitions_assigned(ensure_TPset(assigned), generation)


class Consumer(FaustConsumer):
    """Faust's consumer over aiokafka in the same event loop, delivering chunks."""

    consumer_stopped_errors: ClassVar[tuple[type[BaseException], ...]] = (ConsumerStoppedError,)

    kafka: AIOKafkaConsumer

    #: Grows whenever partitions are revoked or assigned; for which of these we have taken over, and may hand out.
    _rebalance = 0
    _taken_over = -1
    _open = -1

    @property
    def engine(self) -> Engine:
        engine: Engine = cast(Any, self.app).runtime
        return engine

    async def on_start(self) -> None:
        settings = self.engine.settings
        lean_fetch.install()  # here: who only imports this has consumers of other kinds
        self.kafka = AIOKafkaConsumer(
            **client_options(settings),
            client_id=f"tocsin-{settings.worker}",
            group_id=self.engine.group,
            group_instance_id=settings.worker,
            # Equal numbers of partitions are split alike, so that a key's whole way runs in one process.
            partition_assignment_strategy=[RangePartitionAssignor],
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            session_timeout_ms=settings.session_timeout_ms,
            heartbeat_interval_ms=max(500, settings.session_timeout_ms // 5),
            rebalance_timeout_ms=20_000,
            max_poll_interval_ms=300_000,
            fetch_max_wait_ms=POLL_MS,
            max_partition_fetch_bytes=1 << 20,
            retry_backoff_ms=50,
            metadata_max_age_ms=30_000,
        )
        try:
            await self.engine.start(self.kafka)
            await self.kafka.start()
        except KafkaError as error:
            self.engine.give_up(error)

    async def on_stop(self) -> None:
        if not hasattr(self, "kafka"):
            return
        if self.assignment():
            await self.engine.release()
        with contextlib.suppress(KafkaError):
            await self.kafka.stop()
        await self.engine.stop()

    # -- delivery -------------------------------------------------------------------------------------------------

    async def _drain_messages(self, fetcher: Any) -> None:
        try:
            while not (self._stopped.is_set() or fetcher._stopped.is_set()):
                if not self.flow_active:
                    await self.wait(cast(Any, self.can_resume_flow))
                    continue
                rebalance, generation = self._open, self.app.consumer_generation_id
                active = set(self._get_active_partitions())
                if not active or not self._may_hand_out(rebalance):
                    await self.sleep(0.02)
                    continue
                await self._hand_out(await self._fetch(active), rebalance, generation)
        except self.consumer_stopped_errors:
            if not self.app.should_stop:
                raise
        except KafkaError as error:
            # Whatever the client could ask again for, it has: Faust would go on without its input.
            self.engine.give_up(error)
        except asyncio.CancelledError:
            if not self.app.should_stop:
                raise

    def _may_hand_out(self, rebalance: int) -> bool:
        """Whether nothing has changed since that rebalance, and Faust is through with it.

        Until it is, it clears the queues between us and the agents; what was handed out would be lost.
        """
        return self.flow_active and rebalance == self._open == self._rebalance

    async def _hand_out(self, found: Mapping[TopicPartition, list[Any]], rebalance: int, generation: int) -> None:
        deliver, engine = self.callback, self.engine
        for tp, records in found.items():
            start = 0
            while start < len(records):
                if not self._may_hand_out(rebalance):
                    # A rebalance came in between, and may be over by now: these are records of before its seek, or
                    # of after it. Handing out the first would count twice, dropping the second would lose.
                    engine.rewind(found)
                    return
                part = records[start : start + engine.chunk_records(tp)]
                start += len(part)
                chunk = engine.chunk(tp, part)
                if chunk is not None:
                    await deliver(self._message(tp, part, chunk, generation))

    async def _fetch(self, active: set[TP]) -> Mapping[TopicPartition, list[Any]]:
        fetcher = self.kafka._fetcher
        with fetcher._subscriptions.fetch_context():
            records: Mapping[TopicPartition, list[Any]] = await fetcher.fetched_records(
                active, timeout=POLL_MS / 1000, max_records=8 * self.engine.settings.chunk_records
            )
        return records

    def _message(self, tp: TopicPartition, records: list[Any], chunk: Any, generation: int) -> ConsumerMessage:
        last = records[-1]
        return ConsumerMessage(
            tp.topic, tp.partition, last.offset, last.timestamp / 1000, last.timestamp_type, [], None, chunk,
            None, 0, 0, TP(tp.topic, tp.partition), time_in=time(), generation_id=generation,
        )  # fmt: skip

    def _to_message(self, tp: TP, record: Any) -> ConsumerMessage:
        raise NotImplementedError("records travel in chunks")

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> Any:
        raise NotImplementedError("records travel in chunks")

    # -- commits: the engine's, never Faust's ---------------------------------------------------------------------

    def ack(self, message: Any) -> bool:
        """Faust is through with a message; that moves no offset."""
        message.acked = True
        self._unacked_messages.discard(message)
        return True

    async def commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:
        return False

    async def force_commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:
        return False

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        return False

    async def wait_empty(self) -> None:
        """Called when partitions are revoked and at the end: commit what is finished, let go of the rest."""
        await self.engine.release()

    # -- positions ------------------------------------------------------------------------------------------------

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        self._rebalance += 1
        await super().on_partitions_revoked(revoked)

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        self._rebalance += 1
        await super().on_partitions_assigned(assigned, generation_id)

    def resume_flow(self) -> None:
        """Called by Faust after the seek, right after it has cleared the queues: now agents get what they are given."""
        super().resume_flow()
        self._open = self._taken_over

    async def perform_seek(self) -> None:
        """Called by Faust when a rebalance is over, before the flow resumes: take over what was assigned."""
        rebalance = self._rebalance
        coordinator = self.kafka._coordinator
        member = Membership(
            self.engine.group, self.app.consumer_generation_id, coordinator.member_id, self.engine.settings.worker
        )
        await self.engine.take_over(self.kafka.assignment(), member)
        self._taken_over = rebalance

    async def seek_to_committed(self) -> Mapping[TP, int]:
        raise NotImplementedError("positions are set by the engine's takeover")

    async def seek_wait(self, partitions: Mapping[TP, int]) -> None:
        for tp, offset in partitions.items():
            await self._seek(tp, offset)

    async def _seek(self, partition: TP, offset: int) -> None:
        self.kafka.seek(TopicPartition(partition.topic, partition.partition), offset)

    async def position(self, tp: TP) -> int | None:
        position: int | None = await self.kafka.position(TopicPartition(tp.topic, tp.partition))
        return position

    # -- the group ------------------------------------------------------------------------------------------------

    async def subscribe(self, topics: Iterable[str]) -> None:
        self.kafka.subscribe(topics=list(topics), listener=_Listener(self))

    def assignment(self) -> set[TP]:
        if not hasattr(self, "kafka"):
            raise ConsumerNotStarted("the consumer was not started")
        return set(ensure_TPset(self.kafka.assignment()))

    def highwater(self, tp: TP) -> int:
        return int(self.kafka.highwater(TopicPartition(tp.topic, tp.partition)) or 0)

    async def highwaters(self, *partitions: TP) -> Mapping[TP, int]:
        ends: Mapping[TP, int] = await self.kafka.end_offsets(partitions)
        return ends

    async def earliest_offsets(self, *partitions: TP) -> Mapping[TP, int]:
        beginnings: Mapping[TP, int] = await self.kafka.beginning_offsets(partitions)
        return beginnings

    def topic_partitions(self, topic: str) -> int | None:
        numbers = self.kafka.partitions_for_topic(topic)
        return len(numbers) if numbers else None

    def key_partition(self, topic: str, key: bytes | None, partition: int | None = None) -> int | None:
        return partition

    def _new_topicpartition(self, topic: str, partition: int) -> TP:
        return TP(topic, partition)

    async def create_topic(self, *args: Any, **kwargs: Any) -> None:
        """Streams are made by `tocsin streams create`, with the settings that they need."""

    def close(self) -> None:
        """Nothing to do: `on_stop` closes."""


class Producer(FaustProducer):
    """Faust's own producer, which nothing of ours uses: it is told to start nothing."""

    async def on_start(self) -> None:
        """The engine publishes through its own transactional producer."""

    async def on_stop(self) -> None:
        """Nothing was started."""

    async def flush(self) -> None:
        """Nothing is buffered."""

    async def create_topic(self, *args: Any, **kwargs: Any) -> None:
        """See `Consumer.create_topic`."""


class Transport(base.Transport):
    """Registered as `tocsin://` through the entry-point group `faust.transports`."""

    Consumer: ClassVar[type[Consumer]] = Consumer
    Producer: ClassVar[type[Producer]] = Producer

    default_port = 9092
    driver_version = f"tocsin on faust-streaming={FAUST_VERSION}"
