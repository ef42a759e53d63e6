"""Live equals back-test: one file through Kafka, however it is partitioned, and through `tocsin backtest`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from schemas import streams
from schemas.mention import Mention
from schemas.signal import Signal
from tests.faults.support.outputs import read_all
from tests.faults.support.processes import ROOT, WORKER, Crew
from tocsin.backtest.alerts import Alert, alert_of
from tocsin.cli.main import main
from tocsin.feed import wait_until_done
from tocsin.kafka.admin import create_streams
from tocsin.replay import KafkaRawWriter, play, raw_record
from tocsin.settings import Settings
from tocsin.sources.files import read_mentions

DATA = ROOT.parent / "shared" / "data" / "airline"
WATCHLIST = ROOT / "tocsin" / "presets" / "airline.yaml"

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.exists(), reason="the airline data is not beside this checkout (shared/data/airline)"),
]

#: What has to be the same: brand, topic, kind, at, severity.
Told = tuple[str, str, str, datetime, str]


def told(alerts: Iterable[Alert | None]) -> list[Told]:
    return sorted((each.brand, each.topic, each.kind, each.at, each.severity) for each in alerts if each is not None)


@cache
def mentions() -> tuple[Mention, ...]:
    return tuple(read_mentions(DATA / "tweets.csv", preset="airline").mentions)


@pytest.fixture(scope="module")
def back_tested(tmp_path_factory: pytest.TempPathFactory) -> list[Told]:
    folder = tmp_path_factory.mktemp("back-test")
    assert main(["backtest", str(DATA / "tweets.csv"), "--preset", "airline", "--out", str(folder), "--json"]) == 0
    lines = (folder / "alerts.jsonl").read_bytes().splitlines()
    return told(msgspec.json.decode(line, type=Alert) for line in lines)


@pytest.mark.parametrize(
    ("workers", "keyed", "raw"), [(1, 1, 1), (2, 4, 6)], ids=["one partition", "six raw and four keyed"]
)
def test_the_airline_file_raises_the_same_alerts_through_kafka(
    workers: int, keyed: int, raw: int, kafka: str, tmp_path: Path, back_tested: list[Told]
) -> None:
    settings = Settings(bootstrap=kafka, namespace=f"test-{uuid4().hex[:12]}", watchlist=WATCHLIST)

    async def story() -> list[Told]:
        names = [f"w{number}" for number in range(workers)]
        with Crew(settings, tmp_path, WORKER) as crew:
            await create_streams(settings, partitions=keyed, raw_partitions=raw, time="replay")
            crew.start(*names)
            await crew.wait_ready(*names)
            async with KafkaRawWriter(settings) as writer:
                await play(map(raw_record, mentions()), writer)
            async with asyncio.timeout(120):
                await wait_until_done(settings)
            decode = streams.INBOX.decoder()
            inbox = [decode(record.value) for record in await read_all(settings, streams.INBOX)]
            signals = [record for record in inbox if isinstance(record, Signal)]
        # A high-risk mention that is announced at once may be read twice: a signal is one by its id.
        return told(alert_of(signal) for signal in {signal.id: signal for signal in signals}.values())

    found = asyncio.run(story())
    assert found == back_tested
    assert any(severity != "watch" for *_, severity in found)
