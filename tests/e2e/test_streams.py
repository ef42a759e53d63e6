"""Streams on a real broker: created once, the same when created again, and told apart when they are wrong."""

from __future__ import annotations

import asyncio
import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic

from schemas.streams import CRISES, ENRICHED, EVIDENCE, NAMESPACE, RAW, SCORED, STREAMS, StreamSpec, topic_name
from tocsin.cli.main import main
from tocsin.errors import BrokerError
from tocsin.kafka.admin import check_streams, create_streams, describe_streams, partition_counts, read_namespace
from tocsin.settings import Settings

pytestmark = pytest.mark.kafka


@pytest.fixture
def settings(kafka: str, namespace: str) -> Settings:
    return Settings(bootstrap=kafka, namespace=namespace)


async def by_hand(settings: Settings, what: str, *arguments: Any) -> None:
    """What an operator might have done with Kafka's own tools."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap)
    await admin.start()
    try:
        await getattr(admin, what)(*arguments)
    finally:
        await admin.close()


async def delete(settings: Settings, stream: StreamSpec) -> None:
    await by_hand(settings, "delete_topics", [topic_name(settings.namespace, stream)])
    async with asyncio.timeout(10):
        while f"{stream.name} is missing" not in await check_streams(settings):
            await asyncio.sleep(0.05)


async def give_more_partitions(settings: Settings, stream: StreamSpec, count: int) -> None:
    topic = topic_name(settings.namespace, stream)
    await by_hand(settings, "create_partitions", {topic: NewPartitions(total_count=count)})
    async with asyncio.timeout(10):
        while (await partition_counts(settings))[stream.name] != count:
            await asyncio.sleep(0.05)


def test_creating_twice_changes_nothing(settings: Settings) -> None:
    first = asyncio.run(create_streams(settings, partitions=4, raw_partitions=3))
    second = asyncio.run(create_streams(settings))

    assert first.created == tuple(stream.name for stream in STREAMS)
    assert second.created == ()
    assert second.existing == first.created
    assert second.partitions == first.partitions
    assert second.namespace == first.namespace
    assert asyncio.run(check_streams(settings)) == []


def test_each_group_has_its_count_and_each_stream_its_retention(settings: Settings) -> None:
    asyncio.run(create_streams(settings, partitions=4, raw_partitions=3))

    statuses = {status.name: status for status in asyncio.run(describe_streams(settings))}

    counts = {"raw": 3, "keyed": 4, "single": 1}
    assert {name: status.partitions for name, status in statuses.items()} == {
        stream.name: counts[stream.group] for stream in STREAMS
    }
    assert {name: status.retention for name, status in statuses.items()} == {
        stream.name: stream.retention or stream.expires for stream in STREAMS
    }
    assert statuses[RAW.name].retention == timedelta(days=7)
    assert asyncio.run(partition_counts(settings)) == {name: status.partitions for name, status in statuses.items()}


def test_four_who_create_at_once_agree(settings: Settings) -> None:
    async def go() -> list[Any]:
        return await asyncio.gather(*(create_streams(settings, partitions=4) for _ in range(4)))

    done = asyncio.run(go())

    assert all(one.partitions == done[0].partitions for one in done)
    assert asyncio.run(check_streams(settings)) == []


def test_another_number_of_partitions_is_refused_and_explained(settings: Settings) -> None:
    asyncio.run(create_streams(settings, partitions=4))

    with pytest.raises(BrokerError) as raised:
        asyncio.run(create_streams(settings, partitions=6))

    assert "has 4 partitions, not the 6 that were asked for" in raised.value.what
    assert "keys would move" in raised.value.what
    assert "--partitions 4" in raised.value.then


def test_streams_whose_counts_differ_are_refused_and_found_by_the_check(settings: Settings) -> None:
    asyncio.run(create_streams(settings, partitions=4))
    asyncio.run(give_more_partitions(settings, SCORED, 5))

    with pytest.raises(BrokerError, match=r"mentions\.scored has 5 partitions, not 4"):
        asyncio.run(create_streams(settings, partitions=4))
    [problem] = asyncio.run(check_streams(settings))
    assert problem.startswith("mentions.scored has 5 partitions, not 4")


def test_a_stream_that_was_deleted_is_named_and_created_again_with_the_number_of_the_others(settings: Settings) -> None:
    asyncio.run(create_streams(settings, partitions=4))
    asyncio.run(delete(settings, CRISES))

    with pytest.raises(BrokerError) as raised:
        asyncio.run(partition_counts(settings))
    again = asyncio.run(create_streams(settings))

    assert f"{settings.namespace}.crises does not exist" in raised.value.what
    assert f"tocsin streams create --namespace {settings.namespace}" in raised.value.then
    assert again.created == (CRISES.name,)
    assert again.partitions[CRISES.name] == 4


def test_a_stream_that_somebody_made_without_compaction_is_a_problem(settings: Settings) -> None:
    topics = [NewTopic(topic_name(settings.namespace, EVIDENCE), num_partitions=4, replication_factor=1)]
    asyncio.run(by_hand(settings, "create_topics", topics))
    asyncio.run(create_streams(settings, partitions=4))

    problems = asyncio.run(check_streams(settings))

    assert any(problem.startswith("mentions.evidence: cleanup.policy is delete, not compact") for problem in problems)


def test_a_namespace_keeps_its_time_mode(settings: Settings) -> None:
    asyncio.run(create_streams(settings, partitions=4, time="replay", is_exercise=True))

    info = asyncio.run(read_namespace(settings))
    with pytest.raises(BrokerError, match=r"is replay, an exercise since .* and cannot become live"):
        asyncio.run(create_streams(settings))

    assert (info.time, info.is_exercise) == ("replay", True)
    assert asyncio.run(read_namespace(settings)) == info


def test_a_refusal_creates_nothing(settings: Settings) -> None:
    asyncio.run(create_streams(settings, partitions=4, time="replay"))
    asyncio.run(delete(settings, ENRICHED))

    with pytest.raises(BrokerError):
        asyncio.run(create_streams(settings, time="live"))

    statuses = {status.name: status for status in asyncio.run(describe_streams(settings))}
    assert not statuses[ENRICHED.name].exists
    assert statuses[NAMESPACE.name].exists


def test_a_namespace_that_was_never_created_says_how_to(settings: Settings) -> None:
    with pytest.raises(BrokerError) as raised:
        asyncio.run(read_namespace(settings))

    assert raised.value.then == f"create what is missing: `tocsin streams create --namespace {settings.namespace}`"


def test_more_copies_than_brokers_is_refused_in_kafkas_words(settings: Settings) -> None:
    with pytest.raises(BrokerError, match=r"Kafka refused to create .*[Rr]eplica"):
        asyncio.run(create_streams(settings, partitions=4, replication=64))


def test_no_kafka_is_told_at_once_and_the_clients_own_log_stays_silent(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(BrokerError) as raised:
        asyncio.run(partition_counts(Settings(bootstrap="127.0.0.1:1")))

    assert raised.value.what == "no Kafka answers at 127.0.0.1:1 (connection refused)"
    assert [record for record in caplog.records if record.name.startswith("aiokafka")] == []
    assert raised.value.status == 3


def test_a_port_that_accepts_and_says_nothing_is_given_up_in_five_seconds() -> None:
    async def go() -> float:
        server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
        began = asyncio.get_running_loop().time()
        async with server:
            address = server.sockets[0].getsockname()
            with pytest.raises(BrokerError, match="silent for 5 s"):
                await partition_counts(Settings(bootstrap=f"{address[0]}:{address[1]}"))
        return asyncio.get_running_loop().time() - began

    assert asyncio.run(go()) < 7


def test_the_command_creates_lists_and_checks(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP", str(settings.bootstrap))
    common = ["--namespace", settings.namespace, "--json"]

    assert main(["streams", "check", *common]) == 1
    assert json.loads(capsys.readouterr().out)["problems"] == [
        f"the namespace {settings.namespace} has no streams: they are all missing"
    ]
    assert main(["streams", "create", "--partitions", "4", *common]) == 0
    assert len(json.loads(capsys.readouterr().out)["created"]) == len(STREAMS)
    assert main(["streams", "list", *common]) == 0
    assert {row["topic"] for row in json.loads(capsys.readouterr().out)} == {
        topic_name(settings.namespace, stream) for stream in STREAMS
    }
    assert main(["streams", "check", *common]) == 0
    assert main(["streams", "create", "--partitions", "5", *common]) == 3
    assert "has 4 partitions, not the 5" in capsys.readouterr().err
