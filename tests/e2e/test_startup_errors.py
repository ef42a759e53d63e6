"""What is wrong at the start is one clear message and an exit status, never a traceback: the real commands."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from schemas.streams import SCORED, topic_name
from tocsin.cli.main import main
from tocsin.kafka.admin import check_streams, create_streams
from tocsin.settings import Settings

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

Start = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the starter watchlist and response plan."""
    assert main(["init", "--dir", str(tmp_path)]) == 0
    return tmp_path


@pytest.fixture
def start(folder: Path, namespace: str) -> Start:
    """Runs a command in the folder to its end."""

    def run(*command: str, bootstrap: str | None) -> subprocess.CompletedProcess[str]:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("KAFKA_", "TOCSIN_"))
        } | {"TOCSIN_NAMESPACE": namespace, **({"KAFKA_BOOTSTRAP": bootstrap} if bootstrap else {})}
        return subprocess.run(
            [*command],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


#: The command, and the process that a pool starts: both check by themselves.
TOCSIN = str(Path(sys.executable).with_name("tocsin"))
WORKERS = {"tocsin worker": (TOCSIN, "worker"), "agents worker": (sys.executable, "-m", "agents", "worker")}
each_worker = pytest.mark.parametrize("command", WORKERS.values(), ids=WORKERS)


def expect(outcome: subprocess.CompletedProcess[str], status: int, what: str, then: str) -> None:
    """One message of two lines on standard error: what is wrong, and what to do."""
    assert outcome.returncode == status, outcome.stderr
    assert outcome.stdout == ""
    first, *rest = outcome.stderr.strip().splitlines()
    assert what in first
    assert len(rest) == 1
    assert then in rest[0]


@each_worker
def test_a_worker_that_was_told_of_no_kafka(start: Start, command: tuple[str, ...]) -> None:
    expect(start(*command, bootstrap=None), 2, "no Kafka was named", "KAFKA_BOOTSTRAP")


@each_worker
def test_a_worker_without_kafka(start: Start, command: tuple[str, ...]) -> None:
    expect(start(*command, bootstrap="127.0.0.1:1"), 3, "no Kafka answers at 127.0.0.1:1", "tocsin kafka start")


@each_worker
def test_a_worker_without_its_streams(kafka: str, namespace: str, start: Start, command: tuple[str, ...]) -> None:
    expect(
        start(*command, bootstrap=kafka),
        3,
        f"the namespace {namespace} has no streams",
        f"tocsin streams create --namespace {namespace}",
    )


@each_worker
def test_a_worker_with_a_missing_stream(kafka: str, namespace: str, start: Start, command: tuple[str, ...]) -> None:
    settings = Settings(bootstrap=kafka, namespace=namespace)

    async def lose_one() -> None:
        await create_streams(settings, partitions=4)
        admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
        await admin.start()
        await admin.delete_topics([topic_name(namespace, SCORED)])
        await admin.close()
        while len(await check_streams(settings)) == 0:  # a deletion takes a moment to be known
            await asyncio.sleep(0.05)

    asyncio.run(lose_one())

    expect(
        start(*command, bootstrap=kafka),
        3,
        f"the stream {namespace}.mentions.scored is missing",
        f"tocsin streams create --namespace {namespace}",
    )


@each_worker
def test_a_worker_with_a_broken_watchlist(
    kafka: str, namespace: str, folder: Path, start: Start, command: tuple[str, ...]
) -> None:
    asyncio.run(create_streams(Settings(bootstrap=kafka, namespace=namespace), partitions=4))
    (folder / "watchlist.yaml").write_text("brands:\n  - id: acme\n    name: Acme\n    keyword: [acme]\n")

    expect(start(*command, bootstrap=kafka), 2, "watchlist.yaml:4", "keywords")


def test_a_worker_without_a_watchlist(kafka: str, namespace: str, folder: Path, start: Start) -> None:
    asyncio.run(create_streams(Settings(bootstrap=kafka, namespace=namespace), partitions=4))
    (folder / "watchlist.yaml").unlink()

    expect(start(TOCSIN, "worker", bootstrap=kafka), 2, "watchlist.yaml is not there", "tocsin init")


def test_a_notifier_whose_secret_is_not_there(kafka: str, namespace: str, folder: Path, start: Start) -> None:
    asyncio.run(create_streams(Settings(bootstrap=kafka, namespace=namespace), partitions=4))
    (folder / "response.yaml").write_text(
        "notifiers:\n  crew:\n    kind: webhook\n    url: https://example.org/hook\n    secret_env: CREW_SECRET\n"
    )

    expect(start(TOCSIN, "notify", bootstrap=kafka), 2, "crew signs with CREW_SECRET", "set CREW_SECRET")


def test_up_with_a_broken_response_plan_starts_no_broker(folder: Path, start: Start) -> None:
    (folder / "response.yaml").write_text("notifier:\n  log:\n    kind: log\n")

    expect(start(TOCSIN, "up", bootstrap=None), 2, "response.yaml:1", "notifiers")
    assert not (folder / ".tocsin").exists()
