"""A real Prometheus scrapes a real run: every query of rules, dashboard and promises is answered, most with numbers."""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from schemas.mention import Author, Mention
from tests.e2e.test_health import free_port
from tests.house.test_rules import ALERTS, ASKED, DEPLOY
from tests.receiver import Receiver
from tests.tools import require_tool
from tocsin.kafka.admin import create_streams
from tocsin.replay import KafkaRawWriter
from tocsin.settings import Settings
from tocsin.workers import WorkerPool

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

WATCHLIST = "brands:\n  - id: acme\n    name: Acme\n    keywords: [acme]\n    high_risk: [explosion]\n"
RESPONSE = """\
people:
  ana: {{name: Ana Example, notifiers: [push]}}
notifiers:
  push: {{kind: webhook, url: "http://127.0.0.1:{port}/hook", allow_private: true}}
escalations:
  everything:
    steps:
      - {{targets: [ana]}}
"""
#: What nobody does in this story, so that there is nothing to measure: nobody takes a crisis, no baseline is old enough
#: for a burst, no transaction fails. An alert's query has an answer only when something is wrong.
SILENT = ("tocsin_acknowledged_seconds", "slo:tocsin_acknowledged", "slo:tocsin_escalation", "tocsin_commands_total",
          'kind!="high_risk"')  # fmt: skip


class Prometheus:
    """A real one, over `deploy/`, that scrapes a run every second.

    Args:
        folder: its own.
        targets: job → ports.
    """

    def __init__(self, folder: Path, targets: Mapping[str, list[int]]) -> None:
        self._folder = folder
        self._port = free_port()
        config = yaml.safe_load((DEPLOY / "prometheus.yml").read_text(encoding="utf-8"))
        config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s", "scrape_timeout": "1s"}
        del config["alerting"]
        for job in config["scrape_configs"]:
            job["static_configs"] = [{"targets": [f"127.0.0.1:{port}" for port in targets[job["job_name"]]]}]
        folder.mkdir()
        for name in config["rule_files"]:
            rules = yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))
            for group in rules["groups"]:
                group.pop("interval", None)  # a minute is long for a test
            (folder / name).write_text(yaml.safe_dump(rules), encoding="utf-8")
        (folder / "prometheus.yml").write_text(yaml.safe_dump(config), encoding="utf-8")

    @contextmanager
    def running(self) -> Iterator[None]:
        command = [
            require_tool("prometheus"),
            f"--config.file={self._folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={self._folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{self._port}",
        ]
        with (
            (self._folder / "log").open("w") as log,
            subprocess.Popen(command, stdout=log, stderr=log) as process,
        ):
            try:
                yield
            finally:
                process.terminate()

    def get(self, path: str, **parameters: str) -> Any:
        url = f"http://127.0.0.1:{self._port}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            found = json.loads(answer.read())
        assert found["status"] == "success", found
        return found["data"]

    def ask(self, expr: str) -> list[Any]:
        found: list[Any] = self.get("query", query=expr)["result"]
        return found

    async def wait_for(self, expr: str, seconds: float) -> None:
        """Until a query has an answer."""
        end = time.monotonic() + seconds
        while True:
            try:
                if self.ask(expr):
                    return
            except OSError:
                pass  # it is starting
            assert time.monotonic() < end, f"no answer within {seconds:.0f} s: {expr}"
            await asyncio.sleep(0.25)


async def write(settings: Settings, count: int, prefix: str) -> None:
    """Mentions of now, one of them dangerous, one of them twice, and one that cannot be read."""
    async with KafkaRawWriter(settings) as writer:
        for number in range(count):
            danger = "an explosion at acme" if number == count - 1 else "acme is late"
            mention = Mention(
                id=f"{prefix}{number}", text=danger, source="forum", posted_at=datetime.now(UTC),
                author=Author(id=f"a{number}"),
            )  # fmt: skip
            for _ in range(2 if number == 0 else 1):
                await writer.write(mention.author_key.encode(), mention.encode())
        await writer.write(b"k", b"{not json")
        await writer.flush()


def test_every_query_is_answered_by_a_real_prometheus_over_a_real_run(
    kafka: str, namespace: str, tmp_path: Path
) -> None:
    require_tool("prometheus")

    async def story(receiver: Receiver) -> None:
        (tmp_path / "watchlist.yaml").write_text(WATCHLIST, encoding="utf-8")
        (tmp_path / "response.yaml").write_text(RESPONSE.format(port=receiver.port), encoding="utf-8")
        settings = Settings(
            bootstrap=kafka, namespace=namespace, watchlist=tmp_path / "watchlist.yaml",
            response=tmp_path / "response.yaml", state_directory=tmp_path / "state",
        )  # fmt: skip
        await create_streams(settings, partitions=2, raw_partitions=2)
        pool = WorkerPool(settings, count=1, log_directory=tmp_path / "logs", with_notifier=True)
        async with pool:
            await pool.wait_ready(90)
            ports = pool.metrics_ports()
            prometheus = Prometheus(
                tmp_path / "prometheus",
                {"tocsin-worker": [ports["worker-1"]], "tocsin-notify": [ports["notifier"]]},
            )
            with prometheus.running():
                await prometheus.wait_for('count(up{job=~"tocsin-.*"} == 1) == 2', 30)
                await write(settings, 50, "first")
                await prometheus.wait_for('tocsin_deliveries_total{outcome="delivered"} > 0', 60)
                await write(settings, 50, "second")
                await prometheus.wait_for('tocsin_mentions_total{step="window-author", outcome="repeated"} > 0', 60)
                await prometheus.wait_for("slo:tocsin_delivery:good_ratio_1h", 30)
                await prometheus.wait_for("source:tocsin_source_silent_seconds:min", 30)
                look(prometheus)

    async def run() -> None:
        async with Receiver(is_trusting=True) as receiver:
            await story(receiver)

    asyncio.run(run())


def look(prometheus: Prometheus) -> None:
    """Ask everything."""
    alerts = {rule["alert"] for rule in ALERTS}
    empty = {what for what, expr in ASKED.items() if not prometheus.ask(expr) and what not in alerts}
    assert not {what for what in empty if not any(silent in what + ASKED[what] for silent in SILENT)}
    rules = [rule for group in prometheus.get("rules")["groups"] for rule in group["rules"]]
    assert {rule["name"] for rule in rules} >= alerts
    assert not [(rule["name"], rule["lastError"]) for rule in rules if rule.get("lastError")]
    firing = {rule["name"] for rule in rules if rule.get("state") == "firing"}
    assert firing == {"TocsinWatchdog"}
    assert prometheus.ask('tocsin_rejected_total{step="enrich", cause="not-json"}')[0]["value"][1] == "2"
    assert prometheus.ask('sum(tocsin_crises_open{status="open"})')[0]["value"][1] != "0"
    roles = {each["metric"]["role"]: each["metric"]["time"] for each in prometheus.ask("tocsin_build_info")}
    assert roles == {"worker": "live", "notify": "live"}
