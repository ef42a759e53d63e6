"""`/live`, `/ready` and the log of a real worker: while it starts, works, loses Kafka and finds it again."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.support.processes import WORKER, Crew
from tocsin.kafka import BrokerSettings, LocalBroker
from tocsin.kafka.admin import create_streams
from tocsin.settings import Settings

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

WATCHLIST = "brands:\n  - id: acme\n    name: Acme\n    keywords: [acme]\n"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def ask(port: int, page: str) -> tuple[int, str]:
    """Status and text; status 0 while nobody listens."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{page}", timeout=5) as answer:
            return answer.status, answer.read().decode().strip()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode().strip()
    except OSError:
        return 0, ""


async def until(seconds: float, condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {what}"
        await asyncio.sleep(0.05)


def test_a_worker_says_when_it_is_ready_when_it_is_not_and_why(tmp_path: Path, namespace: str) -> None:
    watchlist = tmp_path / "watchlist.yaml"
    watchlist.write_text(WATCHLIST, encoding="utf-8")

    async def story(broker: LocalBroker) -> None:
        settings = Settings(bootstrap=broker.bootstrap, namespace=namespace, watchlist=watchlist, log="json")
        await create_streams(settings, partitions=2, raw_partitions=2)
        with Crew(settings, tmp_path / "crew", WORKER) as crew:
            port, answers = free_port(), set[tuple[int, str]]()
            crew.start("w1", metrics_port=port)

            def is_ready() -> bool:
                answers.add(answer := ask(port, "ready"))
                return answer[0] == 200

            await until(60, is_ready, "ready")
            assert (503, "not ready: it is starting") in answers
            await crew.wait_ready()
            assert ask(port, "live") == (200, "live")

            await asyncio.to_thread(broker.pause)
            try:
                await until(40, lambda: ask(port, "ready")[0] == 503, "not ready without Kafka")
                assert re.fullmatch(r"not ready: Kafka has not answered for \d+ s", ask(port, "ready")[1])
                assert ask(port, "live") == (200, "live")
                await asyncio.sleep(2)  # it looks at itself every second
            finally:
                await asyncio.to_thread(broker.resume)
            keeping = asyncio.create_task(crew.keep())  # a transaction that took too long may have ended it
            await asyncio.sleep(5)
            await until(60, is_ready, "ready again")
            keeping.cancel()
            await crew.terminate("w1")
            said = [json.loads(line) for line in crew.log("w1").splitlines()]
        messages = [line["message"] for line in said]
        assert "ready: partitions are ours, their rows are here, Kafka answers" in messages
        assert any(message.startswith("not ready: Kafka has not answered for") for message in messages)
        assert all((line["worker"], line["namespace"]) == ("w1", namespace) for line in said)

    with LocalBroker(BrokerSettings(directory=tmp_path / "kafka")) as broker:
        asyncio.run(story(broker))
