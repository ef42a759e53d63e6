"""The local broker is a real Kafka: it starts, keeps what it was told, survives a kill, and ends when asked."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

from tocsin.cli.main import main
from tocsin.errors import BrokerError
from tocsin.kafka import BrokerSettings, LocalBroker
from tocsin.kafka.state import find_start

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

STREAM = "mentions.raw"


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalBroker]:
    with LocalBroker(BrokerSettings(directory=tmp_path_factory.mktemp("kafka"), sasl=True)) as broker:
        asyncio.run(create_stream(broker.bootstrap))
        yield broker


async def create_stream(bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(STREAM, num_partitions=2, replication_factor=1)])
    finally:
        await admin.close()


async def publish(values: list[bytes], **client: Any) -> None:
    async with AIOKafkaProducer(acks="all", **client) as producer:
        for value in values:
            await producer.send_and_wait(STREAM, value, partition=0)


async def read_all(**client: Any) -> list[bytes]:
    """Every committed value of the stream's partition 0."""
    async with AIOKafkaConsumer(isolation_level="read_committed", **client) as consumer:
        partition = TopicPartition(STREAM, 0)
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        end = (await consumer.end_offsets([partition]))[partition]
        values: list[bytes] = []
        while await consumer.position(partition) < end:
            batches = await consumer.getmany(partition, timeout_ms=200)
            values += [record.value for records in batches.values() for record in records]
        return values


async def publish_in_transaction(bootstrap: str, values: list[bytes], commit: bool) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, transactional_id="test") as producer:
        await producer.begin_transaction()
        for value in values:
            await producer.send_and_wait(STREAM, value, partition=0)
        await (producer.commit_transaction() if commit else producer.abort_transaction())


def test_what_is_published_can_be_read_and_only_committed_transactions_are_seen(broker: LocalBroker) -> None:
    asyncio.run(publish([b"plain"], bootstrap_servers=broker.bootstrap))
    asyncio.run(publish_in_transaction(broker.bootstrap, [b"in doubt"], commit=False))
    asyncio.run(publish_in_transaction(broker.bootstrap, [b"committed"], commit=True))

    values = asyncio.run(read_all(bootstrap_servers=broker.bootstrap))

    assert values[-2:] == [b"plain", b"committed"]
    assert b"in doubt" not in values


def test_a_killed_broker_comes_back_on_its_port_with_its_data(broker: LocalBroker) -> None:
    asyncio.run(publish([b"before the kill"], bootstrap_servers=broker.bootstrap))
    before = broker.find_running()
    assert before

    broker.kill()

    assert broker.find_running() is None
    assert find_start(before.pid) is None
    after = broker.restart()
    assert after.bootstrap == before.bootstrap
    assert after.pid != before.pid
    assert asyncio.run(read_all(bootstrap_servers=broker.bootstrap))[-1] == b"before the kill"


def test_a_paused_broker_goes_on_where_it_stood(broker: LocalBroker) -> None:
    broker.pause()
    time.sleep(0.5)
    broker.resume()

    asyncio.run(publish([b"after the pause"], bootstrap_servers=broker.bootstrap))

    assert asyncio.run(read_all(bootstrap_servers=broker.bootstrap))[-1] == b"after the pause"


def test_sasl_lets_in_the_user_of_the_folder_and_nobody_else(broker: LocalBroker) -> None:
    client = {
        "bootstrap_servers": broker.sasl_bootstrap,
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-256",
        "sasl_plain_username": broker.identity.user,
        "sasl_plain_password": broker.identity.password,
    }
    asyncio.run(publish([b"authenticated"], **client))
    assert asyncio.run(read_all(**client))[-1] == b"authenticated"

    with pytest.raises(KafkaError):
        asyncio.run(publish([b"stranger"], **{**client, "sasl_plain_password": "wrong"}))


def test_a_second_start_of_a_folder_finds_the_first(broker: LocalBroker) -> None:
    with LocalBroker(broker.settings) as second:
        assert second.find_running() == broker.find_running()
    assert broker.find_running()  # the block that did not start it does not end it


def test_the_command_line_starts_finds_and_stops_a_broker(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = ["--dir", str(tmp_path)]
    assert main(["kafka", "status", *folder]) == 1
    assert main(["kafka", "start", *folder]) == 0
    try:
        assert "KAFKA_BOOTSTRAP=127.0.0.1:" in capfd.readouterr().out
        assert main(["kafka", "start", *folder]) == 0
        assert "runs already" in capfd.readouterr().err
        assert main(["kafka", "status", "--json", *folder]) == 0
        running = LocalBroker(BrokerSettings(directory=tmp_path)).find_running()
        assert running
        assert os.getsid(running.pid) == running.pid  # closing the terminal does not end it
    finally:
        assert main(["kafka", "stop", *folder]) == 0
    assert find_start(running.pid) is None
    assert main(["kafka", "status", *folder]) == 1


def test_an_attached_broker_ends_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from tocsin.kafka import BrokerSettings, LocalBroker\n"
        "LocalBroker(BrokerSettings(directory=Path(sys.argv[1]))).start(); print('ready', flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE)
    assert parent.stdout
    assert parent.stdout.readline() == b"ready\n"
    broker = LocalBroker(BrokerSettings(directory=tmp_path))
    assert broker.find_running()

    parent.send_signal(signal.SIGKILL)
    parent.wait()

    end = time.monotonic() + 10
    while broker.find_running() and time.monotonic() < end:
        time.sleep(0.05)
    assert broker.find_running() is None
    parent.stdout.close()


def test_a_broker_that_dies_at_its_start_quotes_its_log(tmp_path: Path) -> None:
    broker = LocalBroker(BrokerSettings(directory=tmp_path))
    broker.start()
    broker.stop()
    meta = tmp_path / "data" / "meta.properties"
    meta.write_text(meta.read_text().replace("node.id=1", "node.id=7"))

    with pytest.raises(BrokerError, match=r"died at its start:(?s:.*)node id 7") as caught:
        broker.start()

    assert "broker.log" in caught.value.then
    assert broker.find_running() is None
