"""Two requests that aiokafka 0.14.0 speaks only in old versions, and that exactly-once needs in newer ones.

- TxnOffsetCommit v3 carries the group's generation and member: the coordinator refuses the offsets of a worker that
  was declared dead (a zombie), so that its whole transaction aborts (KIP-447).
- OffsetFetch v7 can demand stable offsets: while a transaction with offsets of this group is open, the answer is
  "not yet", so that a successor never starts from a position that is about to move.

Layouts: Apache Kafka, clients/src/main/resources/common/message/{TxnOffsetCommit,OffsetFetch}{Request,Response}.json.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from aiokafka import TopicPartition
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    Boolean,
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Int64,
    Schema,
    TaggedFields,
)

_text = CompactString("utf-8")
_tags = ("tags", TaggedFields)

#: Error code of OffsetFetch: a transaction that commits this offset is still open.
UNSTABLE_OFFSET_COMMIT = 88


class Membership(NamedTuple):
    """Which member of the consumer group this worker is, and since which rebalance."""

    group: str
    generation: int
    member: str
    instance: str | None


class TxnOffsetCommitResponse_v3(Response):  # noqa: N801 (the client's own naming of versions)
    API_KEY = 28
    API_VERSION = 3
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "errors",
            CompactArray(
                ("topic", _text),
                ("partition_errors", CompactArray(("partition", Int32), ("error_code", Int16), _tags)),
                _tags,
            ),
        ),
        _tags,
    )


class TxnOffsetCommitRequest_v3(RequestStruct):  # noqa: N801
    API_KEY = 28
    API_VERSION = 3
    FLEXIBLE_VERSION = True
    RESPONSE_TYPE = TxnOffsetCommitResponse_v3
    SCHEMA = Schema(
        ("transactional_id", _text),
        ("group_id", _text),
        ("producer_id", Int64),
        ("producer_epoch", Int16),
        ("generation_id", Int32),
        ("member_id", _text),
        ("group_instance_id", _text),
        (
            "topics",
            CompactArray(
                ("topic", _text),
                (
                    "partitions",
                    CompactArray(
                        ("partition", Int32),
                        ("offset", Int64),
                        ("leader_epoch", Int32),
                        ("metadata", _text),
                        _tags,
                    ),
                ),
                _tags,
            ),
        ),
        _tags,
    )


class FencedTxnOffsetCommit(Request[TxnOffsetCommitRequest_v3]):
    """Offsets of a transaction, valid only for one generation of the group."""

    API_KEY = 28

    def __init__(
        self, transactional_id: str, producer_id: int, producer_epoch: int, member: Membership,
        offsets: Mapping[TopicPartition, int],
    ) -> None:  # fmt: skip
        self._head = (transactional_id, member.group, producer_id, producer_epoch)
        self._member = member
        by_topic: dict[str, list[tuple[int, int, int, str, dict[int, bytes]]]] = {}
        for tp, offset in sorted(offsets.items()):
            by_topic.setdefault(tp.topic, []).append((tp.partition, offset, -1, "", {}))
        self._topics: list[Any] = [(topic, partitions, {}) for topic, partitions in by_topic.items()]

    def build(self, request_struct_class: type[TxnOffsetCommitRequest_v3]) -> TxnOffsetCommitRequest_v3:
        member = self._member
        return request_struct_class(
            *self._head, member.generation, member.member, member.instance, self._topics, {}
        )  # fmt: skip


class OffsetFetchResponse_v7(Response):  # noqa: N801
    API_KEY = 9
    API_VERSION = 7
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "topics",
            CompactArray(
                ("topic", _text),
                (
                    "partitions",
                    CompactArray(
                        ("partition", Int32),
                        ("offset", Int64),
                        ("leader_epoch", Int32),
                        ("metadata", _text),
                        ("error_code", Int16),
                        _tags,
                    ),
                ),
                _tags,
            ),
        ),
        ("error_code", Int16),
        _tags,
    )


class OffsetFetchRequest_v7(RequestStruct):  # noqa: N801
    API_KEY = 9
    API_VERSION = 7
    FLEXIBLE_VERSION = True
    RESPONSE_TYPE = OffsetFetchResponse_v7
    SCHEMA = Schema(
        ("group_id", _text),
        ("topics", CompactArray(("topic", _text), ("partitions", CompactArray(Int32)), _tags)),
        ("require_stable", Boolean),
        _tags,
    )


class StableOffsetFetch(Request[OffsetFetchRequest_v7]):
    """Committed offsets of a group, refused while a transaction that moves them is open."""

    API_KEY = 9

    def __init__(self, group: str, partitions: set[TopicPartition]) -> None:
        self._group = group
        by_topic: dict[str, list[int]] = {}
        for tp in sorted(partitions):
            by_topic.setdefault(tp.topic, []).append(tp.partition)
        self._topics: list[Any] = [(topic, numbers, {}) for topic, numbers in by_topic.items()]

    def build(self, request_struct_class: type[OffsetFetchRequest_v7]) -> OffsetFetchRequest_v7:
        return request_struct_class(self._group, self._topics, True, {})
