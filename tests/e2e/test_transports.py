"""The same agents on the engine and on Faust's own transport: the same totals, crises and windows (fault-free)."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.mention import Mention
from tests.faults.support.load import CountingLoad
from tests.faults.support.outputs import Counts, Digested, read_digested
from tests.faults.support.processes import ROOT, WORKER, Crew
from tocsin.kafka.admin import create_streams
from tocsin.pipeline import PIPELINE
from tocsin.replay import KafkaRawWriter, play, raw_record
from tocsin.settings import Settings
from tocsin.world.simulate import World

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

COUNTED = int(os.environ.get("TOCSIN_TEST_COUNTED_MENTIONS", "3000"))
#: Half an hour of a world; the stock transport takes some hundred records a second.
WORLD = World(seed=7, days=3, rate=float(os.environ.get("TOCSIN_TEST_WORLD_RATE", "0.2")))
FROM, UNTIL = datetime(2025, 3, 5, 1, 15, tzinfo=UTC), datetime(2025, 3, 5, 1, 45, tzinfo=UTC)


async def count(settings: Settings, folder: Path, *, is_stock: bool) -> dict[str, list[int]]:
    """What the counting pipeline puts out."""
    await create_streams(settings, partitions=4, raw_partitions=6, time="replay")
    load, counts = CountingLoad(settings, "c", authors=100), Counts(settings, "c")
    with Crew(settings, folder) as crew:
        crew.start("w1", "w2", is_stock=is_stock)
        await crew.wait_ready()
        following = asyncio.create_task(counts.follow())
        await load.write(COUNTED)
        await counts.wait_for(load.total, seconds=max(60, COUNTED / 100))
        following.cancel()
    counts.assert_exact(load.written)
    return dict(counts.of)


async def digest(settings: Settings, folder: Path, mentions: Iterable[Mention], *, is_stock: bool) -> Digested:
    """What the whole pipeline makes of a world."""
    await create_streams(settings, partitions=4, raw_partitions=6, time="replay")
    with Crew(settings, folder, WORKER) as crew:
        crew.start("w1", "w2", is_stock=is_stock)
        await crew.wait_ready()
        if is_stock:
            await asyncio.sleep(5)  # its first worker says so before it has heard of the second
        async with KafkaRawWriter(settings) as writer:
            await play(map(raw_record, mentions), writer)
        return await read_digested(settings)


def test_both_transports_count_alike(kafka: str, namespace: str, tmp_path: Path) -> None:
    ours = Settings(bootstrap=kafka, namespace=namespace)
    stock = Settings(bootstrap=kafka, namespace=f"{namespace}-stock")
    assert asyncio.run(count(ours, tmp_path / "ours", is_stock=False)) == asyncio.run(
        count(stock, tmp_path / "stock", is_stock=True)
    )


def test_both_transports_make_the_same_crises_and_windows(kafka: str, namespace: str, tmp_path: Path) -> None:
    watchlist = tmp_path / "watchlist.yaml"
    watchlist.write_text(WORLD.watchlist_yaml() + "high_risk: [lawsuit]\n", encoding="utf-8")
    mentions = [mention for mention in WORLD.mentions() if FROM <= mention.posted_at < UNTIL]
    told = mentions[len(mentions) // 2]  # that is too little for a baseline, and so for a burst
    mentions[len(mentions) // 2] = told.replace(text=f"{told.text} There is a lawsuit already.")
    ours = Settings(bootstrap=kafka, namespace=namespace, watchlist=watchlist)
    made = asyncio.run(digest(ours, tmp_path / "ours", mentions, is_stock=False))
    assert made.crises
    assert made.activities
    stock = Settings(bootstrap=kafka, namespace=f"{namespace}-stock", watchlist=watchlist)
    made_by_stock = asyncio.run(digest(stock, tmp_path / "stock", mentions, is_stock=True))
    assert made.crises == made_by_stock.crises
    assert made.activities == made_by_stock.activities


def test_faust_lists_the_steps() -> None:
    told = subprocess.run(
        [str(Path(sys.executable).with_name("faust")), "-A", "agents.app", "agents"],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    listed = re.findall(r"@([\w-]+)", told.stdout)
    assert [name for name in listed if name in {step.name for step in PIPELINE}] == listed
    assert sorted(listed) == sorted(step.name for step in PIPELINE)
