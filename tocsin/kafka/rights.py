"""What Kafka lets this user do, asked before anything is started: what is missing is told at once and by name.

Brokers hide what a user may not see. Without asking, a missing right looks like a missing stream, and one that only
shows in the middle of work ends a worker again and again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.client import CoordinationType
from aiokafka.errors import GroupAuthorizationFailedError, TransactionalIdAuthorizationFailed

from tocsin.errors import BrokerError
from tocsin.kafka.authorized import AuthorizedGroup, AuthorizedTopics
from tocsin.kafka.explain import how_to_grant, user_of
from tocsin.settings import Settings

Resource = Literal["Topic", "Group", "TransactionalId"]
Operation = Literal["Read", "Write", "Create", "Describe", "DescribeConfigs"]

#: Numbers of the operations in Kafka's bit fields (org.apache.kafka.common.acl.AclOperation).
_BITS: dict[Operation, int] = {"Read": 3, "Write": 4, "Create": 5, "Describe": 8, "DescribeConfigs": 10}
_TOPIC_AUTHORIZATION_FAILED = 29
_GROUP_AUTHORIZATION_FAILED = 30
#: So many missing rights are named; all of them together are the list that `tocsin streams acls` prints.
_NAMED = 6


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """One operation on one resource.

    Attributes:
        name: of the topic, group or transactional id; what it begins with, if `is_prefix`.
        why: what it is needed for, in a few words.
    """

    resource: Resource
    name: str
    operation: Operation
    is_prefix: bool = False
    why: str = ""


async def require_rights(
    admin: AIOKafkaAdminClient, settings: Settings, rights: Iterable[Right], role: str = ""
) -> None:
    """Ask whether this user has these rights, none of them on a prefix.

    A topic that is not there is no complaint of this. Of transactional ids Kafka tells only who coordinates them:
    whoever may write may ask for that.

    Args:
        role: whose rights they are (tocsin.kafka.acls), for the message.

    Raises:
        BrokerError: some are missing; they are named.
        aiokafka.errors.KafkaError: the broker does not answer.
    """
    wanted = sorted(rights)
    missing = [
        *await _missing_on_topics(admin, [right for right in wanted if right.resource == "Topic"]),
        *await _missing_on_groups(admin, [right for right in wanted if right.resource == "Group"]),
        *await _missing_on_ids(admin, [right for right in wanted if right.resource == "TransactionalId"]),
    ]
    if missing:
        named = ", ".join(f"{right.operation} on {_kind(right)} {right.name}" for right in missing[:_NAMED])
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        raise BrokerError(
            f"Kafka at {settings.bootstrap} does not give {user_of(settings)} the right to {named}{more}",
            how_to_grant(settings, role),
        )


def _kind(right: Right) -> str:
    return {"Topic": "the topic", "Group": "the group", "TransactionalId": "the transactional id"}[right.resource]


async def _missing_on_topics(admin: Any, rights: list[Right]) -> list[Right]:
    if not rights:
        return []
    answer = await admin._send_request(AuthorizedTopics(sorted({right.name for right in rights})))
    allowed: dict[str, int] = {}
    for code, topic, _is_internal, _partitions, operations in answer.topics:
        if code == _TOPIC_AUTHORIZATION_FAILED:
            allowed[topic] = 0
        elif code == 0:
            allowed[topic] = operations
    return [right for right in rights if right.name in allowed and not _has(allowed[right.name], right)]


async def _missing_on_groups(admin: Any, rights: list[Right]) -> list[Right]:
    missing = []
    for right in rights:
        try:
            node = await admin._client.coordinator_lookup(CoordinationType.GROUP, right.name)
        except GroupAuthorizationFailedError:
            missing.append(right)
            continue
        answer = await admin._client.send(node, AuthorizedGroup(right.name))
        for code, *_about, operations in answer.groups:
            if code == _GROUP_AUTHORIZATION_FAILED or (code == 0 and not _has(operations, right)):
                missing.append(right)
    return missing


async def _missing_on_ids(admin: Any, rights: list[Right]) -> list[Right]:
    missing = []
    for right in rights:
        try:
            await admin._client.coordinator_lookup(CoordinationType.TRANSACTION, right.name)
        except TransactionalIdAuthorizationFailed:
            missing.append(right)
    return missing


def _has(operations: int, right: Right) -> bool:
    return bool(operations & 1 << _BITS[right.operation])
