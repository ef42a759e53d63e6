"""One transactional producer a process, whose offsets only the current generation of the group can commit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.client import CoordinationType
from aiokafka.errors import GroupAuthorizationFailedError, KafkaError
from aiokafka.producer.sender import Sender, TxnOffsetCommitHandler
from aiokafka.structs import OffsetAndMetadata

from agents.engine.protocol import FencedTxnOffsetCommit, Membership

#: The coordinator's ways of saying "you are not (or no longer) the owner" (numbers of the Kafka protocol).
FENCED = {22: "illegal generation", 25: "unknown member", 27: "rebalance in progress", 82: "fenced instance"}


class StaleGeneration(KafkaError):
    """The group has moved on without this worker: what it was about to commit belongs to somebody else now."""


class _FencedOffsetCommitHandler(TxnOffsetCommitHandler):
    def __init__(self, sender: Sender, offsets: Mapping[TopicPartition, Any], member: Membership) -> None:
        super().__init__(sender, offsets, member.group)
        self._member = member

    def create_request(self) -> FencedTxnOffsetCommit:
        manager = self._sender._txn_manager
        return FencedTxnOffsetCommit(
            manager.transactional_id, manager.producer_id, manager.producer_epoch, self._member, self._offsets
        )

    def handle_response(self, response: Any) -> float | None:
        errors = [
            (topic, [(partition, code) for partition, code, _tags in partitions])
            for topic, partitions, _tags in response.errors
        ]
        for _topic, partitions in errors:
            for _partition, code in partitions:
                if code in FENCED:
                    # Abortable, not fatal: the transaction has to be aborted before the process ends.
                    self._sender._txn_manager.error_transaction(StaleGeneration(FENCED[code]))
                    return None
        response.errors = errors  # the layout that the client's own handler reads
        result: float | None = super().handle_response(response)
        return result


class _FencedSender(Sender):
    #: Set before offsets are added to a transaction.
    member: Membership | None = None

    async def _do_txn_offset_commit(self, offsets: Mapping[TopicPartition, Any], group_id: str) -> None:
        if not offsets:
            return
        assert self.member is not None
        try:
            node = await self._find_coordinator(CoordinationType.GROUP, group_id)
        except GroupAuthorizationFailedError as error:
            self._txn_manager.error_transaction(error)
            return
        await _FencedOffsetCommitHandler(self, offsets, self.member).do(node)


class FencedProducer(AIOKafkaProducer):
    """aiokafka's transactional producer, with offsets bound to a generation of the consumer group."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        plain: Any = self._sender
        self._sender: Any = _FencedSender(
            self.client,
            acks=plain._acks,
            txn_manager=plain._txn_manager,
            retry_backoff_ms=plain._retry_backoff * 1000,
            message_accumulator=plain._message_accumulator,
            request_timeout_ms=plain._request_timeout_ms,
        )

    async def send_fenced_offsets(self, offsets: Mapping[TopicPartition, int], member: Membership) -> None:
        """Add offsets to the open transaction; they count only while `member` is in the group's current generation.

        Raises:
            StaleGeneration: the group has moved on without this worker: abort.
        """
        self._sender.member = member
        await self.send_offsets_to_transaction(
            {tp: OffsetAndMetadata(offset, "") for tp, offset in offsets.items()}, member.group
        )
