"""Workers that were thought dead and are not: whoever was replaced gives up, and nothing of its work counts twice."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from agents.engine.engine import EXIT_GAVE_UP
from tests.faults.support.load import CountingLoad
from tests.faults.support.outputs import Counts, assert_rows_exact
from tests.faults.support.processes import Crew
from tocsin.kafka.admin import create_streams
from tocsin.settings import Settings

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


@pytest.fixture
def settings(kafka: str, namespace: str) -> Settings:
    settings = Settings(bootstrap=kafka, namespace=namespace, session_timeout_ms=3_000)
    asyncio.run(create_streams(settings, partitions=4, raw_partitions=6, time="replay"))
    return settings


def test_a_worker_that_was_paused_until_another_took_over_gives_up(settings: Settings, tmp_path: Path) -> None:
    load, counts = CountingLoad(settings, "z"), Counts(settings, "z")

    async def story() -> None:
        with Crew(settings, tmp_path) as crew:
            crew.start("w1", "w2")
            await crew.wait_ready()
            following, is_over = asyncio.create_task(counts.follow()), asyncio.Event()
            writing = asyncio.create_task(load.run(1_000, lambda: not is_over.is_set()))
            await asyncio.sleep(1)
            crew.pause("w1")
            await counts.wait_for_output(counts.now_ms() + 1_000, seconds=30)  # of all partitions: w2 has taken over
            crew.resume("w1")
            assert await crew.wait_ended("w1") == EXIT_GAVE_UP
            assert "tocsin: worker w1 gives up" in crew.log("w1")
            crew.start("w1")
            await crew.wait_ready("w1")
            is_over.set()
            await writing
            await counts.wait_for(load.total)
            following.cancel()
        counts.assert_exact(load.written)
        await assert_rows_exact(settings, "z", load.written)

    asyncio.run(story())


def test_the_first_of_two_workers_of_one_name_is_fenced_and_says_so(settings: Settings, tmp_path: Path) -> None:
    load, counts = CountingLoad(settings, "f"), Counts(settings, "f")

    async def story() -> None:
        with Crew(settings, tmp_path / "a") as crew, Crew(settings, tmp_path / "b") as other:
            crew.start("w1", "w2")
            await crew.wait_ready()
            following, is_over = asyncio.create_task(counts.follow()), asyncio.Event()
            writing = asyncio.create_task(load.run(1_000, lambda: not is_over.is_set()))
            await asyncio.sleep(0.5)
            other.start("w1")
            assert await crew.wait_ended("w1") == EXIT_GAVE_UP
            assert "fenced" in crew.log("w1").lower()
            await other.wait_ready("w1")
            is_over.set()
            await writing
            await counts.wait_for(load.total)
            following.cancel()
            assert other.find_end("w1") is None
        counts.assert_exact(load.written)
        await assert_rows_exact(settings, "f", load.written)

    asyncio.run(story())
