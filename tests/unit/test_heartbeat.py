"""The heartbeat goes out while work goes on, and only then."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

import pytest

from tests.receiver import Receiver
from tocsin.health import Health
from tocsin.notifiers.heartbeat import Heartbeat

NOON_MS = 1_767_614_400_000


class EventTime:
    """How far it has got; a test moves it."""

    def __init__(self, ms: int | None = NOON_MS) -> None:
        self.ms = ms

    def __call__(self) -> int | None:
        return self.ms


Story = Callable[[Receiver, Heartbeat, Health, EventTime], Awaitable[None]]


def play(story: Story, *, allow_private: bool = True, ms: int | None = NOON_MS) -> Receiver:
    async def run() -> Receiver:
        receiver = Receiver(is_trusting=True)
        async with receiver:
            health, event_time = Health(), EventTime(ms)
            health.begin()
            url = f"http://127.0.0.1:{receiver.port}/secret-path"
            beating = Heartbeat(url, "worker w1 of tocsin", health, event_time, allow_private=allow_private)
            await story(receiver, beating, health, event_time)
            await beating.close()
        return receiver

    return asyncio.run(asyncio.wait_for(run(), 20))


def test_it_beats_while_event_time_moves_and_says_how_far_it_has_got() -> None:
    async def story(receiver: Receiver, beating: Heartbeat, health: Health, event_time: EventTime) -> None:
        assert await beating.beat() == "sent"
        event_time.ms = NOON_MS + 60_000
        assert await beating.beat() == "sent"

    told = [request.body for request in play(story).requests]
    assert told == [
        b"worker w1 of tocsin is ready, event time 2026-01-05T12:00:00+00:00\n",
        b"worker w1 of tocsin is ready, event time 2026-01-05T12:01:00+00:00\n",
    ]


def test_it_is_silent_while_event_time_stands_still(caplog: pytest.LogCaptureFixture) -> None:
    async def story(receiver: Receiver, beating: Heartbeat, health: Health, event_time: EventTime) -> None:
        assert [await beating.beat() for _ in range(3)] == ["sent", "withheld", "withheld"]

    assert len(play(story).requests) == 1
    assert "no heartbeat: event time stands still at 2026-01-05T12:00:00" in caplog.text


def test_it_is_silent_while_the_process_is_not_ready(caplog: pytest.LogCaptureFixture) -> None:
    async def story(receiver: Receiver, beating: Heartbeat, health: Health, event_time: EventTime) -> None:
        health.wait("rows are recovered")
        assert await beating.beat() == "withheld"
        health.begin()
        assert await beating.beat() == "sent"

    assert len(play(story).requests) == 1
    assert "no heartbeat: rows are recovered" in caplog.text


def test_where_no_event_time_is_known_being_ready_is_enough() -> None:
    async def story(receiver: Receiver, beating: Heartbeat, health: Health, event_time: EventTime) -> None:
        assert [await beating.beat() for _ in range(2)] == ["sent", "sent"]

    assert [request.body for request in play(story, ms=None).requests] == [b"worker w1 of tocsin is ready\n"] * 2


def test_one_that_was_not_taken_does_not_count_as_told() -> None:
    async def story(receiver: Receiver, beating: Heartbeat, health: Health, event_time: EventTime) -> None:
        receiver.answers.append((503, {}, b""))
        assert [await beating.beat() for _ in range(2)] == ["failed", "sent"]

    play(story)


def test_a_private_address_is_refused_unless_it_is_meant_and_never_told(caplog: pytest.LogCaptureFixture) -> None:
    async def story(receiver: Receiver, beating: Heartbeat, health: Health, event_time: EventTime) -> None:
        assert await beating.beat() == "failed"

    assert play(story, allow_private=False).requests == []
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert "TOCSIN_HEARTBEAT_ALLOW_PRIVATE" in record.getMessage()
    assert "secret-path" not in caplog.text


def test_it_beats_at_its_interval_until_it_is_cancelled() -> None:
    async def story(receiver: Receiver, beating: Heartbeat, health: Health, event_time: EventTime) -> None:
        task = asyncio.create_task(beating.run(interval_s=0.01))
        while len(receiver.requests) < 3:
            await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    play(story, ms=None)
