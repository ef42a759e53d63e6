"""What a namespace is, for as long as it lives: its time mode and whether it is an exercise. Kept on Kafka itself."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Literal

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from schemas.streams import NAMESPACE, topic_name
from tocsin.errors import BrokerError
from tocsin.kafka.client import client_options
from tocsin.settings import Settings

TimeMode = Literal["live", "replay"]

KEY = b"namespace"
VERSION = 1
READ_SECONDS = 10.0


class NamespaceInfo(msgspec.Struct, frozen=True):
    """The one record of the stream `namespace`.

    Attributes:
        time: `live`: watermarks follow the clock when a source is idle; `replay`: the data carry the time.
        is_exercise: its crises are marked, and only notifiers that opt in hear them.
        created_at: when it was decided.
        version: of this layout.
    """

    time: TimeMode
    is_exercise: bool
    created_at: datetime
    version: int = VERSION


def in_words(time: TimeMode, is_exercise: bool) -> str:
    """`live`, or `replay, an exercise`."""
    return f"{time}, an exercise" if is_exercise else time


async def find_namespace(settings: Settings) -> NamespaceInfo | None:
    """What was decided for this namespace; None when its stream exists and is empty.

    Raises:
        BrokerError: the record is of a newer version, or not one at all.
    """
    partition = TopicPartition(topic_name(settings.namespace, NAMESPACE), 0)
    consumer = AIOKafkaConsumer(**client_options(settings), auto_offset_reset="earliest", enable_auto_commit=False)
    consumer.assign([partition])
    last: bytes | None = None
    async with asyncio.timeout(READ_SECONDS), consumer:
        end = (await consumer.end_offsets([partition]))[partition]
        await consumer.seek_to_beginning(partition)
        while await consumer.position(partition) < end:
            for records in (await consumer.getmany(partition, timeout_ms=200)).values():
                for record in records:
                    last = record.value if record.key == KEY else last
    if last is None:
        return None
    try:
        info = msgspec.json.decode(last, type=NamespaceInfo)
    except msgspec.MsgspecError as error:
        raise BrokerError(
            f"the stream {partition.topic} does not say what the namespace is: {error}",
            "use another namespace, or restore the record; only `tocsin streams create` should write there",
        ) from None
    if info.version > VERSION:
        raise BrokerError(
            f"the namespace {settings.namespace} was made by a newer Tocsin (layout {info.version}, not {VERSION})",
            "update this one, or use another namespace",
        )
    return info


async def decide_namespace(settings: Settings, time: TimeMode, is_exercise: bool) -> NamespaceInfo:
    """Write the record, and read back what holds: somebody else may have decided in the same moment."""
    info = NamespaceInfo(time, is_exercise, datetime.now(UTC))
    async with AIOKafkaProducer(**client_options(settings), acks="all", enable_idempotence=True) as producer:
        value = msgspec.json.encode(info)
        await producer.send_and_wait(topic_name(settings.namespace, NAMESPACE), value, key=KEY, partition=0)
    return await find_namespace(settings) or info


def refuse_other(settings: Settings, held: NamespaceInfo, time: TimeMode, is_exercise: bool) -> None:
    """A namespace is what it was made as, for good.

    Raises:
        BrokerError: something else is wanted of it now.
    """
    if (held.time, held.is_exercise) != (time, is_exercise):
        raise BrokerError(
            f"the namespace {settings.namespace} is {in_words(held.time, held.is_exercise)} since "
            f"{held.created_at:%Y-%m-%d %H:%M} UTC, and cannot become {in_words(time, is_exercise)}: "
            "its windows and crises were made under that rule",
            "use another one: --namespace NAME",
        )
