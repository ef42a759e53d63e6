"""The doctor at a real broker: a namespace that is not there, one that is sound, one that is broken; lag and clock."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from schemas.streams import INBOX, SCORED, topic_name
from tests.secure_kafka import SecureKafka
from tocsin.doctor.broker import check_clock, check_kafka, check_lag, check_streams
from tocsin.doctor.finding import Finding
from tocsin.kafka.acls import needed_rights
from tocsin.kafka.admin import check_streams as find_problems
from tocsin.kafka.admin import create_streams
from tocsin.kafka.client import client_options
from tocsin.settings import Settings

pytestmark = [pytest.mark.kafka]


@pytest.fixture
def settings(kafka: str, namespace: str) -> Settings:
    return Settings(bootstrap=kafka, namespace=namespace)


def find(findings: Iterable[Finding], check: str) -> Finding:
    return next(each for each in findings if each.check == check)


def test_a_namespace_that_was_never_created_is_one_problem_with_its_cure(settings: Settings) -> None:
    began = time.monotonic()
    findings = asyncio.run(check_kafka(settings))
    assert time.monotonic() - began < 10
    assert find(findings, "broker").state == "ok"
    streams = find(findings, "streams")
    assert (streams.state, f"tocsin streams create --namespace {settings.namespace}" in streams.then) == (
        "problem",
        True,
    )
    assert "problem" not in [each.state for each in findings if each.check != "streams"]


def test_a_new_namespace_is_sound_and_nobody_works_in_it(settings: Settings) -> None:
    async def story() -> list[Finding]:
        await create_streams(settings, partitions=2, time="replay", is_exercise=True)
        return await check_kafka(settings)

    findings = asyncio.run(story())
    assert "are sound, 2 partitions" in find(findings, "streams").what
    assert "is replay, an exercise" in find(findings, "namespace").what
    assert [each.what for each in findings if each.check == "lag"] == [
        "no worker runs; none ever has",
        "no notifier runs; none ever has",
    ]
    assert find(findings, "clock").state == "warning"


def test_a_stream_that_was_deleted_is_named(settings: Settings) -> None:
    async def story() -> list[Finding]:
        await create_streams(settings, partitions=2)
        admin = AIOKafkaAdminClient(**client_options(settings))
        await admin.start()
        await admin.delete_topics([topic_name(settings.namespace, SCORED)])
        await admin.close()
        while not await find_problems(settings):  # a deletion takes a moment to be known
            await asyncio.sleep(0.05)
        return await check_streams(settings)

    problems = [each.what for each in asyncio.run(story()) if each.state == "problem"]
    assert problems == ["mentions.scored is missing"]


def test_lag_is_what_a_group_has_not_read_and_its_members_are_counted(settings: Settings) -> None:
    partition = TopicPartition(topic_name(settings.namespace, SCORED), 0)

    async def story() -> tuple[list[Finding], list[Finding]]:
        await create_streams(settings, partitions=1)
        async with AIOKafkaProducer(**client_options(settings)) as producer:
            for _ in range(5):
                await producer.send_and_wait(partition.topic, b"{}", partition=0)
        group = AIOKafkaConsumer(
            partition.topic,
            **client_options(settings),
            group_id=f"{settings.namespace}.worker",
            enable_auto_commit=False,
        )
        async with group:
            while not group.assignment():
                await asyncio.sleep(0.05)
            await group.commit({partition: 2})
            with_member = await check_lag(settings)
        return with_member, await check_lag(settings)

    (worker, _), (gone, _) = asyncio.run(story())
    assert worker.what == f"1 worker; 3 records wait, most of them in {partition.topic}"
    assert (gone.state, gone.what.startswith("no worker runs; 3 records wait")) == ("warning", True)


def test_the_clock_is_read_from_what_is_written_meanwhile(settings: Settings) -> None:
    async def write(topic: str) -> None:
        async with AIOKafkaProducer(**client_options(settings)) as producer:
            while True:
                await producer.send_and_wait(topic, b"{}", partition=0, timestamp_ms=1)
                await asyncio.sleep(0.1)

    async def story() -> list[Finding]:
        await create_streams(settings, partitions=2)
        writing = asyncio.create_task(write(topic_name(settings.namespace, INBOX)))
        try:
            return await check_clock(settings)
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)

    (found,) = asyncio.run(story())
    assert (found.state, found.what) == ("ok", "the broker's and ours agree to 0.1 s")


def test_a_user_who_may_not_see_everything_is_told_what_is_not_known(secure_kafka: SecureKafka, namespace: str) -> None:
    settings = secure_kafka.settings("notifier", namespace)

    async def story() -> list[Finding]:
        await create_streams(secure_kafka.settings_of_admin(namespace), partitions=2)
        await secure_kafka.grant("notifier", needed_rights("notifier", namespace))
        return await check_kafka(settings)

    findings = asyncio.run(story())
    assert find(findings, "streams").state == "ok"
    hidden, own = (each for each in findings if each.check == "lag")
    assert (hidden.state, "how far the worker is behind is not known" in hidden.what) == ("warning", True)
    assert "the right to" in hidden.what
    assert own.what == "no notifier runs; none ever has"
    assert "problem" not in [each.state for each in findings]
