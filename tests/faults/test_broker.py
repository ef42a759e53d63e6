"""The broker dies in the middle and comes back; or is not there when a worker starts."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.faults.support.load import CountingLoad
from tests.faults.support.outputs import Counts, assert_rows_exact
from tests.faults.support.processes import WORKER, Crew
from tocsin.kafka import BrokerSettings, LocalBroker
from tocsin.kafka.admin import create_streams
from tocsin.settings import Settings

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

#: From the moment that the broker serves again.
MOST_SECONDS_UNTIL_OUTPUT = 30.0


def test_a_broker_that_is_killed_and_restarted_loses_nothing(tmp_path: Path, namespace: str) -> None:
    async def story(broker: LocalBroker) -> None:
        settings = Settings(bootstrap=broker.bootstrap, namespace=namespace, session_timeout_ms=6_000)
        await create_streams(settings, partitions=4, raw_partitions=6, time="replay")
        load, counts = CountingLoad(settings, "b"), Counts(settings, "b")
        with Crew(settings, tmp_path / "crew") as crew:
            crew.start("w1", "w2")
            await crew.wait_ready()
            keeping, following = asyncio.create_task(crew.keep()), asyncio.create_task(counts.follow())
            is_over = asyncio.Event()
            writing = asyncio.create_task(load.run(1_000, lambda: not is_over.is_set()))
            await asyncio.sleep(1.5)
            await asyncio.to_thread(broker.kill)
            await asyncio.to_thread(broker.start)
            seconds = await counts.wait_for_output(counts.now_ms(), MOST_SECONDS_UNTIL_OUTPUT)
            print(f"output again {seconds:.1f} s after the broker was ready")  # noqa: T201 (a figure)
            is_over.set()
            await writing
            await counts.wait_for(load.total)
            keeping.cancel()
            following.cancel()
        counts.assert_exact(load.written)
        await assert_rows_exact(settings, "b", load.written)

    with LocalBroker(BrokerSettings(directory=tmp_path / "kafka")) as broker:
        asyncio.run(story(broker))
        broker.kill()
        settings = Settings(bootstrap=broker.bootstrap, namespace=namespace)

        async def start_without_it() -> None:
            with Crew(settings, tmp_path / "late", WORKER) as crew:
                crew.start("w1", "w2")
                for name in ("w1", "w2"):
                    assert await crew.wait_ended(name) == 3
                    assert f"tocsin worker: no Kafka answers at {broker.bootstrap}" in crew.log(name)
                    assert "Traceback" not in crew.log(name)

        asyncio.run(start_without_it())
