"""One transactional producer a process, whose offsets only the current generation of the group can commit.

A transaction is three rounds of requests over aiokafka's connections: its partitions and the group are added; records
and offsets are written, all at once; it ends. aiokafka's own sender takes five rounds, one after the other, and when
the last transaction's markers are still being written it sleeps 20 ms: 33 ms a commit, where this takes some 8.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from aiokafka import TopicPartition
from aiokafka import errors as kafka_errors
from aiokafka.client import AIOKafkaClient, ConnectionGroup, CoordinationType
from aiokafka.errors import KafkaError, ProducerFenced
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.protocol.transaction import (
    AddOffsetsToTxnRequest,
    AddPartitionsToTxnRequest,
    EndTxnRequest,
    InitProducerIdRequest,
)

from agents.engine.outbox import Batch, Where
from agents.engine.protocol import FencedTxnOffsetCommit, Membership

logger = logging.getLogger(__name__)

#: The coordinator's ways of saying "you are not (or no longer) the owner" (numbers of the Kafka protocol).
FENCED = {22: "illegal generation", 25: "unknown member", 27: "rebalance in progress", 82: "fenced instance"}
#: Another process of this worker's name has started (`InvalidProducerEpoch`, `ProducerFenced`).
_EPOCH = frozenset((47, 90))
#: The coordinator has moved (or is not there yet): look it up again.
_MOVED = frozenset((15, 16))
#: Markers of the last transaction are still being written, for some ms.
_CONCURRENT = 51
#: Come again: coordinator loading, unknown partition (metadata on their way), time-out, network, not attempted.
_AGAIN = _MOVED | {_CONCURRENT, 3, 7, 13, 14, 55}

RETRY_S = 0.02
_CONCURRENT_S = 0.001
#: How long what was already sent may take to be answered before its transaction is aborted.
_ANSWER_S = 2.0


class StaleGeneration(KafkaError):
    """The group has moved on without this worker: what it was about to commit belongs to somebody else now."""


class TransactionalProducer:
    """Publishes batches and offsets, all or nothing.

    Args:
        options: how to reach Kafka (`tocsin.kafka.client.client_options`).
        transactional_id: starting a producer ends what an earlier one of this id has left open, and fences it.
        timeout_ms: a transaction that nobody ends is ended by the broker after this.
        request_timeout_ms: a request that takes longer is sent again, over a new connection.
    """

    def __init__(
        self, options: Mapping[str, Any], transactional_id: str, *, timeout_ms: int, request_timeout_ms: int = 20_000
    ) -> None:  # fmt: skip
        self._client: Any = AIOKafkaClient(
            **options,
            client_id=transactional_id,
            request_timeout_ms=request_timeout_ms,
            retry_backoff_ms=int(RETRY_S * 1000),
        )
        self._id = transactional_id
        self._timeout_ms = timeout_ms
        self._request_timeout_ms = request_timeout_ms
        self._producer_id = self._epoch = -1
        self._sequences: defaultdict[Where, int] = defaultdict(int)
        self._coordinators: dict[tuple[CoordinationType, str], int] = {}
        self._is_open = False

    async def start(self) -> None:
        """Fence an earlier producer of this id.

        Raises:
            aiokafka.errors.KafkaError: Kafka cannot be reached, or refuses.
        """
        await self._client.bootstrap()
        answer = await self._ask(
            CoordinationType.TRANSACTION, self._id, InitProducerIdRequest(self._id, self._timeout_ms), _one_code
        )
        self._producer_id, self._epoch = answer.producer_id, answer.producer_epoch

    async def stop(self) -> None:
        await self._client.close()

    # -- a transaction --------------------------------------------------------------------------------------------

    async def publish(
        self, batches: Mapping[Where, list[Batch]], offsets: Mapping[TopicPartition, int], member: Membership,
        on_sent: Callable[[], None] = lambda: None,
    ) -> dict[Where, int]:  # fmt: skip
        """Open a transaction with batches and offsets; returns when all of it was acknowledged.

        Args:
            offsets: they count only while `member` is in the group's current generation.
            on_sent: called when the batches are under way; what it raises fails the transaction.

        Returns:
            The next offset of each place.

        Raises:
            StaleGeneration: the group has moved on without this worker: abort.
            aiokafka.errors.KafkaError: something was not acknowledged: abort.
        """
        self._is_open = True
        await _together(self._add_partitions(batches), self._add_group(member.group))
        writing = asyncio.ensure_future(self._write(batches))
        moving = asyncio.ensure_future(self._move_offsets(offsets, member))
        try:
            for _ in range(2):
                await asyncio.sleep(0)  # a turn for both, and one for the requests to each leader
            on_sent()
            await asyncio.gather(writing, moving)
        except BaseException:
            # What is under way must not arrive after the abort: it would open a transaction that nobody ends.
            _, late = await asyncio.wait((writing, moving), timeout=_ANSWER_S)
            for task in late:
                task.cancel()
            raise
        return writing.result()

    async def commit(self) -> None:
        """Make it visible."""
        await self._end(is_commit=True)

    async def abort(self) -> None:
        """Make it void, if there is one."""
        if self._is_open:
            await self._end(is_commit=False)

    async def _end(self, *, is_commit: bool) -> None:
        request = EndTxnRequest(self._id, self._producer_id, self._epoch, is_commit)
        await self._ask(CoordinationType.TRANSACTION, self._id, request, _one_code)
        self._is_open = False

    async def _add_partitions(self, batches: Iterable[Where]) -> None:
        by_topic: dict[str, list[int]] = {}
        for topic, partition in batches:
            by_topic.setdefault(topic, []).append(partition)
        if by_topic:
            request = AddPartitionsToTxnRequest(self._id, self._producer_id, self._epoch, list(by_topic.items()))
            await self._ask(CoordinationType.TRANSACTION, self._id, request, _codes_by_partition)

    async def _add_group(self, group: str) -> None:
        request = AddOffsetsToTxnRequest(self._id, self._producer_id, self._epoch, group)
        await self._ask(CoordinationType.TRANSACTION, self._id, request, _one_code)

    async def _move_offsets(self, offsets: Mapping[TopicPartition, int], member: Membership) -> None:
        request = FencedTxnOffsetCommit(self._id, self._producer_id, self._epoch, member, offsets)
        await self._ask(CoordinationType.GROUP, member.group, request, _codes_by_partition)

    # -- coordinators ---------------------------------------------------------------------------------------------

    async def _ask(
        self, kind: CoordinationType, key: str, request: Any, codes: Callable[[Any], Iterable[int]]
    ) -> Any:  # fmt: skip
        """A coordinator's answer, asked for until it says yes or no."""
        pause_s = _CONCURRENT_S
        while True:
            try:
                node = await self._coordinator(kind, key)
                answer = await self._client.send(node, request, group=ConnectionGroup.COORDINATION)
            except KafkaError as error:
                await self._survive(error)
                self._coordinators.pop((kind, key), None)
                continue
            refused = set(codes(answer)) - {0}
            if not refused:
                return answer
            for code in refused - _AGAIN:
                if code in FENCED and kind is CoordinationType.GROUP:
                    raise StaleGeneration(FENCED[code])
                if code in _EPOCH:
                    raise ProducerFenced
                raise kafka_errors.for_code(code)(_topics_refused(answer, code) or key)
            if refused & _MOVED:
                self._coordinators.pop((kind, key), None)
            if refused - {_CONCURRENT, 55}:
                pause_s = RETRY_S
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, RETRY_S)

    async def _coordinator(self, kind: CoordinationType, key: str) -> int:
        node = self._coordinators.get((kind, key))
        if node is None:
            node = self._coordinators[kind, key] = await self._client.coordinator_lookup(kind, key)
        return node

    async def _survive(self, error: KafkaError) -> None:
        """Wait a moment after an error that another try may not meet; raise any other."""
        if not error.retriable:
            raise error
        logger.debug("Kafka did not answer (%s); asking again", error)  # what lasts is told by `/ready` and the commit
        self._client.force_metadata_update()
        await asyncio.sleep(RETRY_S)

    # -- leaders --------------------------------------------------------------------------------------------------

    async def _write(self, batches: Mapping[Where, list[Batch]]) -> dict[Where, int]:
        """Write all batches, of each place one after the other; returns the next offset of each place."""
        for topic, _partition in batches:
            self._client.add_topic(topic)  # its leaders are asked for; one answer tells of all
        ends: dict[Where, int] = {}
        left = {where: list(reversed(waiting)) for where, waiting in batches.items()}
        while left:
            by_leader: dict[int, dict[Where, Batch]] = {}
            for where, waiting in left.items():
                batch = waiting[-1]
                if not batch.is_sealed:
                    sequence = self._sequences[where]
                    batch.seal(self._producer_id, self._epoch, sequence)
                    self._sequences[where] = (sequence + batch.count) % 2**31
                by_leader.setdefault(await self._leader(where), {})[where] = batch
            for written in await _together(*(self._write_to(*each) for each in by_leader.items())):
                for where, end in written.items():
                    ends[where] = end
                    left[where].pop()
                    if not left[where]:
                        del left[where]
        return ends

    async def _leader(self, where: Where) -> int:
        tp = TopicPartition(*where)
        while True:
            leader: int | None = self._client.cluster.leader_for_partition(tp)
            if leader is not None and leader != -1:
                return leader
            await self._client.force_metadata_update()
            leader = self._client.cluster.leader_for_partition(tp)
            if leader is None or leader == -1:
                await asyncio.sleep(RETRY_S)

    async def _write_to(self, leader: int, batches: dict[Where, Batch]) -> dict[Where, int]:
        """One request with a batch for each place; returns the next offsets of those that were written.

        The others have to be written again, as they are: the broker knows them by their sequence numbers.
        """
        by_topic: dict[str, list[tuple[int, bytes]]] = {}
        for (topic, partition), batch in batches.items():
            by_topic.setdefault(topic, []).append((partition, batch.data))
        request = ProduceRequest(self._id, -1, self._request_timeout_ms, list(by_topic.items()))
        try:
            answer = await self._client.send(leader, request)
        except KafkaError as error:
            await self._survive(error)
            return {}
        ends: dict[Where, int] = {}
        refused: KafkaError | None = None
        for topic, partitions in answer.topics:
            for partition, code, offset, *_rest in partitions:
                if code == 0:
                    ends[topic, partition] = offset + batches[topic, partition].count
                elif code in _EPOCH:
                    raise ProducerFenced
                else:
                    refused = kafka_errors.for_code(code)(f"{topic}/{partition}")
                    if not refused.retriable:
                        raise refused
        if refused is not None:
            await self._survive(refused)
        return ends


def _one_code(answer: Any) -> tuple[int]:
    return (answer.error_code,)


def _codes_by_partition(answer: Any) -> Iterable[int]:
    # The newer layout has tags behind each topic and each partition.
    return (partition[1] for _topic, partitions, *_tags in answer.errors for partition in partitions)


def _topics_refused(answer: Any, code: int) -> list[str]:
    """The topics that were answered with this code, if the answer tells of topics."""
    return [
        topic
        for topic, partitions, *_tags in getattr(answer, "errors", ())
        if any(partition[1] == code for partition in partitions)
    ]


async def _together(*work: Awaitable[Any]) -> list[Any]:
    """Results of all; the first error, once none of them is at work any more."""
    results = await asyncio.gather(*work, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results
