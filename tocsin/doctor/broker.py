"""Checks of Kafka: it answers, the streams are sound, the groups keep up, its clock is ours."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.streams import INBOX, topic_name
from tocsin.doctor.finding import Check, Finding, examine
from tocsin.errors import BrokerError
from tocsin.kafka.admin import describe_streams, how_to_create, read_namespace
from tocsin.kafka.client import client_options
from tocsin.kafka.follow import find_partitions
from tocsin.kafka.namespace import in_words
from tocsin.kafka.reach import reach
from tocsin.settings import Settings

#: Application → what runs in its consumer group, and the command that starts one.
GROUPS = {"worker": ("worker", "tocsin worker"), "notify": ("notifier", "tocsin notify")}
#: As many waiting records as the alert TocsinLagGrowing looks for.
MUCH_LAG = 10_000
#: A second is what two well-kept clocks and one answer over the network may differ by.
DOUBTFUL_SKEW_MS = 1_000
#: Live workers write watermarks every second.
LISTEN_MS = 2_500
_LOG_APPEND_TIME = 1


async def check_kafka(settings: Settings) -> list[Finding]:
    """All checks that need the broker; the first alone when it cannot be reached.

    Raises:
        TocsinError: no Kafka can be reached, or not in this way.
    """
    began = time.monotonic()
    async with reach(settings) as admin:
        cluster = await admin.describe_cluster()
    count = len(cluster["brokers"])
    took = f"{(time.monotonic() - began) * 1000:.0f} ms"
    what = f"{settings.bootstrap} answers in {took}, {count} broker{'s' if count > 1 else ''}"
    others = (
        Check("streams", lambda: check_streams(settings)),
        Check("lag", lambda: check_lag(settings)),
        Check("clock", lambda: check_clock(settings)),
    )
    return [Finding("broker", "ok", what), *await examine(others)]


# -- streams -------------------------------------------------------------------------------------------------------


async def check_streams(settings: Settings) -> list[Finding]:
    """Whether the namespace is there and as its makers meant it, with every stream."""
    statuses = await describe_streams(settings)
    if not any(status.exists for status in statuses):
        what = f"the namespace {settings.namespace} has no streams on this Kafka"
        return [Finding("streams", "problem", what, how_to_create(settings))]
    then = f"`tocsin streams check --namespace {settings.namespace}` tells more"
    findings = [
        Finding("streams", "problem", problem, then if status.exists else how_to_create(settings))
        for status in statuses
        for problem in status.problems
    ]
    findings += [Finding("streams", "warning", note) for status in statuses for note in status.notes]
    if not findings:
        partitions = max(status.partitions or 0 for status in statuses)
        findings.append(Finding("streams", "ok", f"all {len(statuses)} are sound, {partitions} partitions"))
    try:
        info = await read_namespace(settings)
    except BrokerError as error:
        return [*findings, Finding("namespace", "problem", error.what, error.then)]
    mode = in_words(info.time, info.is_exercise)
    return [*findings, Finding("namespace", "ok", f"{settings.namespace} is {mode}, since {info.created_at:%Y-%m-%d}")]


# -- lag -----------------------------------------------------------------------------------------------------------


class GroupState(NamedTuple):
    """A consumer group.

    Attributes:
        members: how many work in it.
        waiting: records that it has not read, by topic; empty when it never committed.
    """

    members: int
    waiting: Mapping[str, int]


async def check_lag(settings: Settings) -> list[Finding]:
    """How many work in each group, and how far behind they are; a group may be hidden from this user."""
    return [await _check_group(settings, app) for app in GROUPS]


async def _check_group(settings: Settings, app: str) -> Finding:
    try:
        async with reach(settings) as admin:
            return judge_group(app, await _look_at_group(admin, settings, f"{settings.namespace}.{app}"))
    except BrokerError as error:
        return Finding(
            "lag", "warning", f"how far the {GROUPS[app][0]} is behind is not known: {error.what}", error.then
        )


async def _look_at_group(admin: Any, settings: Settings, group: str) -> GroupState:
    (answer,) = await admin.describe_consumer_groups([group])
    members = len(answer.groups[0][5])
    committed = {
        partition: found.offset
        for partition, found in (await admin.list_consumer_group_offsets(group)).items()
        if found.offset >= 0
    }
    if not committed:
        return GroupState(members, {})
    consumer = AIOKafkaConsumer(**client_options(settings), enable_auto_commit=False)
    async with consumer:
        ends = await consumer.end_offsets([*committed])
    return GroupState(members, sum_by_topic({each: ends[each] - offset for each, offset in committed.items()}))


def sum_by_topic(waiting: Mapping[TopicPartition, int]) -> dict[str, int]:
    """Records that wait, by topic."""
    topics: dict[str, int] = {}
    for partition, count in waiting.items():
        topics[partition.topic] = topics.get(partition.topic, 0) + max(count, 0)
    return topics


def judge_group(app: str, state: GroupState) -> Finding:
    """What a group's state means."""
    what, command = GROUPS[app]
    waiting = sum(state.waiting.values())
    most = max(state.waiting, key=lambda topic: state.waiting[topic], default="")
    where = f"{waiting:,} records wait, most of them in {most}" if waiting else "nothing waits"
    if not state.members:
        return Finding("lag", "warning", f"no {what} runs; {where if most else 'none ever has'}", f"start `{command}`")
    runs = f"{state.members} {what}{'s' if state.members > 1 else ''}"
    if waiting > MUCH_LAG:
        then = "add a worker, or look for one hot brand; `tocsin_lag_records` shows whether it falls"
        return Finding("lag", "warning", f"{runs} fall{'s' if state.members == 1 else ''} behind: {where}", then)
    return Finding("lag", "ok", f"{runs}; {where}" if waiting else f"{runs}, all is read")


# -- clock ---------------------------------------------------------------------------------------------------------


async def check_clock(settings: Settings) -> list[Finding]:
    """How far the broker's clock is from ours, by the time that it stamps on what is written just now.

    Nothing is written for it: live workers promise watermarks to the inbox every second.
    """
    try:
        numbers = await find_partitions(settings, INBOX, to="Read")
    except BrokerError as error:
        return [Finding("clock", "warning", f"the broker's clock is not known: {error.what}", error.then)]
    partitions = [TopicPartition(topic_name(settings.namespace, INBOX), number) for number in numbers]
    consumer = AIOKafkaConsumer(
        **client_options(settings), enable_auto_commit=False, auto_offset_reset="latest", fetch_max_wait_ms=100
    )
    async with consumer:
        consumer.assign(partitions)
        for partition in partitions:
            await consumer.position(partition)
        until = time.monotonic() + LISTEN_MS / 1000
        while time.monotonic() < until:
            heard = await consumer.getmany(timeout_ms=200)
            now_ms = time.time() * 1000
            records = [record for records in heard.values() for record in records]
            if stamps := [each.timestamp for each in records if each.timestamp_type == _LOG_APPEND_TIME]:
                return [judge_skew(max(stamps) - now_ms, settings.grace_ms)]
    what = "the broker's clock is not known: nobody writes to the inbox now"
    return [Finding("clock", "warning", what, "ask again while a worker of a live namespace runs")]


def judge_skew(skew_ms: float, grace_ms: int) -> Finding:
    """Whether two clocks are near enough.

    Args:
        skew_ms: the broker's less ours.
        grace_ms: a mention that is later than this misses its window.
    """
    size = abs(skew_ms) / 1000
    ahead = "ahead of" if skew_ms > 0 else "behind"
    then = "set both clocks by NTP: `timedatectl status` tells whether this one is"
    if abs(skew_ms) <= DOUBTFUL_SKEW_MS:
        return Finding("clock", "ok", f"the broker's and ours agree to {max(size, 0.1):.1f} s")
    if abs(skew_ms) <= grace_ms:
        return Finding("clock", "warning", f"the broker's is {size:.1f} s {ahead} ours", then)
    what = (
        f"the broker's is {size:.1f} s {ahead} ours, more than the grace of {grace_ms / 1000:g} s: mentions come late"
    )
    return Finding("clock", "problem", what, then)
