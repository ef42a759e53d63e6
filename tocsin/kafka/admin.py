"""The streams of a namespace on Kafka: create, describe, check them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from schemas.streams import NAMESPACE, STREAMS, StreamSpec, topic_name
from tocsin.errors import BrokerError
from tocsin.kafka.layout import DEFAULT_PARTITIONS, Found, find_notes, find_problems, group_counts, stream_configs
from tocsin.kafka.namespace import NamespaceInfo, TimeMode, decide_namespace, find_namespace, refuse_other
from tocsin.kafka.reach import reach
from tocsin.settings import Settings

__all__ = [
    "CreatedStreams",
    "NamespaceInfo",
    "StreamStatus",
    "check_streams",
    "create_streams",
    "describe_streams",
    "partition_counts",
    "read_namespace",
]

#: How long new streams may take until a broker leads each of their partitions.
LEADERS_SECONDS = 30.0
_EXISTS = 36  # TOPIC_ALREADY_EXISTS: somebody else created it in the same moment
_BROKER_DEFAULT = -1


@dataclass(frozen=True, slots=True)
class CreatedStreams:
    """What `create_streams` did.

    Attributes:
        created: names of the streams that are new; `existing`: of those that were there.
        partitions: partition count of every stream, by name.
        namespace: its time mode, as it holds now.
    """

    created: tuple[str, ...]
    existing: tuple[str, ...]
    partitions: Mapping[str, int]
    namespace: NamespaceInfo


@dataclass(frozen=True, slots=True)
class StreamStatus:
    """One stream as it is on Kafka.

    Attributes:
        partitions, replication: None when it does not exist.
        retention: as the broker holds it; None when it is compacted for ever, unlimited or missing.
        problems: what keeps it from being used; `notes`: what should be known.
    """

    name: str
    topic: str
    exists: bool
    partitions: int | None
    replication: int | None
    retention: timedelta | None
    problems: tuple[str, ...]
    notes: tuple[str, ...]


async def create_streams(
    settings: Settings,
    *,
    partitions: int | None = None,
    raw_partitions: int | None = None,
    replication: int | None = None,
    time: TimeMode = "live",
    is_exercise: bool = False,
) -> CreatedStreams:
    """Create what is missing of a namespace's streams. Done twice, it changes nothing.

    Args:
        partitions: of each keyed stream; None: as many as there are, 12 in a new namespace.
        raw_partitions: of the raw and the rejected mentions; None: as many as there are, else as `partitions`.
        replication: copies of each partition; None: the broker's default.
        time: see `NamespaceInfo`; decided once.
        is_exercise: see `NamespaceInfo`; decided once.

    Raises:
        BrokerError: nobody answers, or what is there cannot be what was asked for.
    """
    async with reach(settings) as admin:
        found, _ = await _look(admin, settings)
        wanted = _plan(settings, found, {"keyed": partitions, "raw": raw_partitions, "single": 1})
        held = await find_namespace(settings) if NAMESPACE.name in found else None
        if held:
            refuse_other(settings, held, time, is_exercise)
        missing = [stream for stream in STREAMS if stream.name not in found]
        if missing:
            await _create(admin, settings, missing, wanted, replication)
            found = await _wait_for_leaders(admin, settings)
            _plan(settings, found, wanted)  # what somebody else created in the same moment may differ
        if held is None:
            held = await decide_namespace(settings, time, is_exercise)
            refuse_other(settings, held, time, is_exercise)
    created = {stream.name for stream in missing}
    return CreatedStreams(
        created=tuple(stream.name for stream in missing),
        existing=tuple(stream.name for stream in STREAMS if stream.name not in created),
        partitions={stream.name: found[stream.name].partitions for stream in STREAMS},
        namespace=held,
    )


async def describe_streams(settings: Settings) -> list[StreamStatus]:
    """Every stream of the registry, as it is on Kafka.

    Raises:
        BrokerError: nobody answers.
    """
    async with reach(settings) as admin:
        found, brokers = await _look(admin, settings, with_configs=True)
    return [_describe(settings, stream, found, brokers) for stream in STREAMS]


async def check_streams(settings: Settings) -> list[str]:
    """What is wrong with the namespace's streams, in words; empty when a worker can use them.

    Raises:
        BrokerError: nobody answers.
    """
    statuses = await describe_streams(settings)
    if not any(status.exists for status in statuses):
        return [f"the namespace {settings.namespace} has no streams: they are all missing"]
    problems = [problem for status in statuses for problem in status.problems]
    if any(status.exists for status in statuses if status.name == NAMESPACE.name):
        try:
            await read_namespace(settings)
        except BrokerError as error:
            problems.append(error.what)
    return problems


async def read_namespace(settings: Settings) -> NamespaceInfo:
    """The time mode of the namespace, and whether it is an exercise.

    Raises:
        BrokerError: nobody answers, or it was never created.
    """
    async with reach(settings) as admin:
        found, _ = await _look(admin, settings)
        info = await find_namespace(settings) if NAMESPACE.name in found else None
    if info is None:
        raise BrokerError(f"the namespace {settings.namespace} was never created", how_to_create(settings))
    return info


async def partition_counts(settings: Settings) -> dict[str, int]:
    """The partition count of every stream, by its name.

    Raises:
        BrokerError: nobody answers, or a stream is missing.
    """
    async with reach(settings) as admin:
        found, _ = await _look(admin, settings)
    if missing := [topic_name(settings.namespace, stream) for stream in STREAMS if stream.name not in found]:
        raise BrokerError(
            f"the stream {missing[0]} does not exist" + (f", nor do {len(missing) - 1} others" * (len(missing) > 1)),
            how_to_create(settings),
        )
    return {stream.name: found[stream.name].partitions for stream in STREAMS}


def how_to_create(settings: Settings) -> str:
    """The command that creates what is missing."""
    return f"create what is missing: `tocsin streams create --namespace {settings.namespace}`"


# -- asking the broker ---------------------------------------------------------------------------------------------


async def _look(
    admin: AIOKafkaAdminClient, settings: Settings, with_configs: bool = False
) -> tuple[dict[str, Found], int]:
    """The streams that exist, by name, and the number of brokers."""
    names = {topic_name(settings.namespace, stream): stream.name for stream in STREAMS}
    # All topics are listed: asking for one by name creates it on a cluster that creates topics by itself.
    topics = [topic for topic in await admin.describe_topics() if topic["topic"] in names and topic["partitions"]]
    configs = await _configs(admin, [topic["topic"] for topic in topics]) if with_configs and topics else {}
    found = {
        names[topic["topic"]]: Found(
            partitions=len(topic["partitions"]),
            replication=min(len(partition["replicas"]) for partition in topic["partitions"]),
            leaderless=sum(partition["leader"] < 0 for partition in topic["partitions"]),
            configs=configs.get(topic["topic"]),
        )
        for topic in topics
    }
    return found, len((await admin.describe_cluster())["brokers"])


async def _configs(admin: AIOKafkaAdminClient, topics: list[str]) -> dict[str, dict[str, str]]:
    resources = [ConfigResource(ConfigResourceType.TOPIC, topic) for topic in topics]
    return {
        name: {entry[0]: entry[1] for entry in entries}
        for response in await admin.describe_configs(resources)
        for code, _message, _kind, name, entries in response.resources
        if code == 0  # a user may see streams whose configuration is not his to see
    }


async def _create(
    admin: AIOKafkaAdminClient,
    settings: Settings,
    streams: list[StreamSpec],
    counts: Mapping[str, int],
    replication: int | None,
) -> None:
    new = [
        NewTopic(
            topic_name(settings.namespace, stream),
            num_partitions=counts[stream.group],
            replication_factor=_BROKER_DEFAULT if replication is None else replication,
            replica_assignments={} if replication is None else None,  # the client's way of allowing -1
            topic_configs=stream_configs(stream, replication),
        )
        for stream in streams
    ]
    response: Any = await admin.create_topics(new)
    for topic, code, message in response.topic_errors:
        if code not in (0, _EXISTS):
            raise BrokerError(
                f"Kafka refused to create {topic}: {message or f'error {code}'}",
                "mend that and run the same command again: what was created stays, the rest follows",
            )


async def _wait_for_leaders(admin: AIOKafkaAdminClient, settings: Settings) -> dict[str, Found]:
    try:
        async with asyncio.timeout(LEADERS_SECONDS):
            while True:
                found, _ = await _look(admin, settings)
                if len(found) == len(STREAMS) and not any(own.leaderless for own in found.values()):
                    return found
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise BrokerError(
            f"the new streams of {settings.namespace} have no leaders after {LEADERS_SECONDS:.0f} s",
            "are all brokers up? Then run the same command again",
        ) from None


# -- judging -------------------------------------------------------------------------------------------------------


def _plan(settings: Settings, found: Mapping[str, Found], asked: Mapping[str, int | None]) -> dict[str, int]:
    """The partition count of each group of streams: what exists and what was asked for, if they agree."""
    there = group_counts(found)
    counts = {"single": 1}
    counts["keyed"] = asked["keyed"] or there.get("keyed", DEFAULT_PARTITIONS)
    counts["raw"] = asked["raw"] or there.get("raw", counts["keyed"])
    for stream in STREAMS:
        own = found.get(stream.name)
        if own is None or own.partitions == counts[stream.group]:
            continue
        topic = topic_name(settings.namespace, stream)
        option = {"keyed": "--partitions", "raw": "--raw-partitions"}.get(stream.group)
        even = {
            found[other.name].partitions for other in STREAMS if other.group == stream.group and other.name in found
        }
        if option and len(even) == 1:
            raise BrokerError(
                f"{topic} has {own.partitions} partitions, not the {counts[stream.group]} that were asked for: with "
                "another number its keys would move to other partitions, away from the rows that belong to them",
                f"use the existing number ({option} {own.partitions}), or another namespace (--namespace NAME)",
            )
        raise BrokerError(
            f"{topic} has {own.partitions} partitions, not {counts[stream.group]}: streams that are read together "
            "must have equal counts, or a key and its rows are in different partitions",
            "somebody changed it by hand: delete that stream if it may be lost, or use another namespace "
            "(--namespace NAME)",
        )
    return counts


def _describe(settings: Settings, stream: StreamSpec, found: Mapping[str, Found], brokers: int) -> StreamStatus:
    own = found.get(stream.name)
    configs = own.configs or {} if own else {}
    kept = configs.get("retention.ms") if "delete" in configs.get("cleanup.policy", "") else None
    return StreamStatus(
        name=stream.name,
        topic=topic_name(settings.namespace, stream),
        exists=own is not None,
        partitions=own.partitions if own else None,
        replication=own.replication if own else None,
        retention=timedelta(milliseconds=int(kept)) if kept and int(kept) >= 0 else None,
        problems=tuple(find_problems(stream, found)),
        notes=tuple(find_notes(stream, own, brokers)) if own else (),
    )
