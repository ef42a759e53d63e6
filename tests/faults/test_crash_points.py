"""Dying at every named point, locally: nothing is lost, nothing is counted twice, whoever takes over.

One pipeline serves all tests of this file; each writes mentions of authors of its own.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count
from typing import NamedTuple
from uuid import uuid4

import pytest

from agents.engine.crash import CRASH_POINTS
from agents.engine.engine import EXIT_GAVE_UP
from tests.faults.support.load import CountingLoad
from tests.faults.support.outputs import Counts, assert_rows_exact
from tests.faults.support.processes import Crew
from tocsin.kafka.admin import create_streams
from tocsin.settings import Settings

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

_numbers = count()


class Case(NamedTuple):
    """One way to die.

    Attributes:
        crash_at: the point, and how many times it is passed before.
        is_state_lost: its rows on disk are deleted before it comes back.
        is_taken_over: the other one has done all its work before it comes back.
    """

    crash_at: str
    is_state_lost: bool = False
    is_taken_over: bool = False


WHILE_WORKING = (
    Case("publish-sent#5"),
    Case("publish-acknowledged#5", is_state_lost=True),
    Case("before-commit#5"),
    Case("before-commit#5", is_state_lost=True, is_taken_over=True),
    Case("after-commit#5"),
    Case("after-commit#5", is_state_lost=True),
)


@pytest.fixture(scope="module")
def crew(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crew]:
    """Two workers of the counting pipeline: 6 raw partitions, 4 keyed ones."""
    settings = Settings(bootstrap=kafka, namespace=f"test-{uuid4().hex[:12]}", session_timeout_ms=3_000)
    asyncio.run(create_streams(settings, partitions=4, raw_partitions=6, time="replay"))
    with Crew(settings, tmp_path_factory.mktemp("crash-points")) as crew:
        crew.start("w1", "w2")
        asyncio.run(crew.wait_ready())
        yield crew


@asynccontextmanager
async def all_counted(crew: Crew) -> AsyncIterator[CountingLoad]:
    """Mentions are written for as long as the block lasts; afterwards each of them was counted exactly once."""
    tag = f"t{next(_numbers)}"
    load, counts = CountingLoad(crew.settings, tag), Counts(crew.settings, tag)
    is_over = asyncio.Event()
    following = asyncio.create_task(counts.follow())
    writing = asyncio.create_task(load.run(1_000, lambda: not is_over.is_set()))
    try:
        yield load
        is_over.set()
        await writing
        await counts.wait_for(load.total)
        counts.assert_exact(load.written)
        await assert_rows_exact(crew.settings, tag, load.written)
    finally:
        for task in (following, writing):
            task.cancel()
        await asyncio.gather(following, writing, return_exceptions=True)


def test_every_crash_point_has_its_test() -> None:
    tested = {case.crash_at.partition("#")[0] for case in WHILE_WORKING} | {"publish-failed", "takeover", "revoke"}
    assert tested | {"request-sent", "receipt"} == set(CRASH_POINTS)  # the last two: test_notifier_crashes.py


@pytest.mark.parametrize("case", WHILE_WORKING, ids=str)
def test_a_worker_that_dies_while_it_works(crew: Crew, case: Case) -> None:
    async def story() -> None:
        await crew.terminate("w1")
        async with all_counted(crew):
            crew.start("w1", crash_at=case.crash_at)
            assert await crew.wait_ended("w1") == -signal.SIGKILL
            assert "worker w1 is ready" in crew.last_words("w1")
            if case.is_state_lost:
                crew.forget_state("w1")
            if not case.is_taken_over:
                crew.start("w1")
                await crew.wait_ready("w1")
        if case.is_taken_over:  # all was counted without it
            crew.start("w1")
            await crew.wait_ready("w1")

    asyncio.run(story())


def test_a_failed_publication_ends_the_process_with_a_message(crew: Crew) -> None:
    async def story() -> None:
        await crew.terminate("w1")
        async with all_counted(crew):
            crew.start("w1", crash_at="publish-failed")
            assert await crew.wait_ended("w1") == EXIT_GAVE_UP
            assert "tocsin: worker w1 gives up: ConnectionError: a publication failed" in crew.last_words("w1")
            assert "start it again" in crew.last_words("w1")
            crew.start("w1")
            await crew.wait_ready("w1")

    asyncio.run(story())


def test_a_worker_that_dies_while_it_takes_over(crew: Crew) -> None:
    async def story() -> None:
        async with all_counted(crew):
            crew.kill("w1")
            crew.start("w1", crash_at="takeover")
            assert await crew.wait_ended("w1") == -signal.SIGKILL
            assert "is ready" not in crew.last_words("w1")
            crew.start("w1")
            await crew.wait_ready("w1")

    asyncio.run(story())


def test_a_worker_that_dies_when_it_is_asked_to_end(crew: Crew) -> None:
    async def story() -> None:
        await crew.terminate("w1")
        crew.start("w1", crash_at="revoke")
        await crew.wait_ready("w1")
        async with all_counted(crew):
            await asyncio.sleep(0.5)
            crew.send("w1", signal.SIGTERM)
            assert await crew.wait_ended("w1") == -signal.SIGKILL
            crew.start("w1")
            await crew.wait_ready("w1")

    asyncio.run(story())


def test_a_worker_that_dies_when_another_one_joins(crew: Crew) -> None:
    async def story() -> None:
        await crew.terminate("w1")
        crew.start("w1", crash_at="revoke")
        await crew.wait_ready("w1")
        async with all_counted(crew):
            await asyncio.sleep(0.5)
            crew.start("w3")
            assert await crew.wait_ended("w1") == -signal.SIGKILL
            crew.start("w1")
            await crew.wait_ready("w1", "w3")

    asyncio.run(story())
