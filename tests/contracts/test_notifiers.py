"""What every notifier keeps to, the fake in memory included."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import orjson
import pytest

from tests.deliveries import a_delivery, message_of
from tests.services import KINDS, Bench, log
from tocsin.notifiers.log import LogNotifier
from tocsin.notifiers.notifier import TryLater
from tocsin.response.message.message import Reader

pytestmark = pytest.mark.timeout(30)

Opened = Callable[[], AbstractAsyncContextManager[Bench]]


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Opened:
    return lambda: request.param(tmp_path)


def test_it_tells_its_service_once_under_the_deliverys_key(opened: Opened) -> None:
    async def story() -> None:
        async with opened() as bench:
            delivery = a_delivery(reasons=("acme is burning",))
            await bench.notifier.send(delivery, message_of(delivery))
            assert bench.heard() == [delivery.key]
            assert "acme is burning" in bench.heard_text()
            await bench.notifier.close()

    asyncio.run(story())


def test_a_digest_names_every_event_in_one_message(opened: Opened) -> None:
    async def story() -> None:
        async with opened() as bench:
            deliveries = [a_delivery(id=f"event-{number}", crisis=f"crisis-{number}") for number in range(3)]
            await bench.notifier.digest(deliveries, "three things happened", Reader())
            if bench.carries_keys:
                assert bench.heard() == [delivery.key for delivery in deliveries]
            if bench.shows_digest:
                assert "three things happened" in bench.heard_text()
            if bench.http is not None:
                assert len(bench.http.requests) == 1
            await bench.notifier.close()

    asyncio.run(story())


def test_a_service_that_is_not_there_is_tried_later_and_then_hears_the_same_key(opened: Opened) -> None:
    async def story() -> None:
        async with opened() as bench:
            delivery = a_delivery()
            await bench.break_down()
            with pytest.raises(TryLater) as caught:
                await bench.notifier.send(delivery, message_of(delivery))
            assert str(caught.value), "the message is what people see of it"
            assert not caught.value.may_have_arrived
            with pytest.raises(TryLater):
                await bench.notifier.digest([delivery], "card", Reader())
            await bench.mend()
            await bench.notifier.send(delivery, message_of(delivery))
            assert bench.heard() == [delivery.key]
            await bench.notifier.close()

    asyncio.run(story())


def test_deliveries_sent_side_by_side_all_arrive_whole(opened: Opened) -> None:
    async def story() -> None:
        async with opened() as bench:
            deliveries = [
                a_delivery(id=f"event-{number}", sequence=number, reasons=(f"reason {number}.",)) for number in range(8)
            ]
            await asyncio.gather(*(bench.notifier.send(each, message_of(each)) for each in deliveries))
            assert sorted(bench.heard()) == sorted(delivery.key for delivery in deliveries)
            assert len(set(re.findall(r"reason \d\.", bench.heard_text()))) == 8
            await bench.notifier.close()

    asyncio.run(story())


def test_one_that_never_sent_anything_can_be_closed(opened: Opened) -> None:
    async def story() -> None:
        async with opened() as bench:
            assert bench.notifier.name == "desk"
            await bench.notifier.close()

    asyncio.run(story())


def test_a_possible_repeat_says_so_to_whoever_reads_it(opened: Opened) -> None:
    async def story() -> None:
        async with opened() as bench:
            delivery = a_delivery().replace(attempts=2, is_possible_repeat=True)
            await bench.notifier.send(delivery, message_of(delivery))
            assert bench.heard() == [delivery.key]
            assert "POSSIBLE REPEAT" in bench.heard_text()
            await bench.notifier.close()

    asyncio.run(story())


def test_an_exercise_is_marked(opened: Opened) -> None:
    async def story() -> None:
        async with opened() as bench:
            delivery = a_delivery(is_exercise=True)
            await bench.notifier.send(delivery, message_of(delivery))
            assert "EXERCISE" in bench.heard_text()
            await bench.notifier.close()

    asyncio.run(story())


def test_the_log_shows_no_escape_sequences_of_a_mention(tmp_path: Path) -> None:
    async def story() -> None:
        async with log(tmp_path) as bench:
            await bench.notifier.digest([a_delivery()], "red \x1b[31malert\x1b[0m\nsecond \u202etxt.exe", Reader())
            assert "\x1b" not in bench.heard_text()
            assert "\u202e" not in bench.heard_text()
            assert "\nsecond" in bench.heard_text()
            await bench.notifier.close()

    asyncio.run(story())


def test_the_log_writes_to_the_standard_output_when_it_has_no_file(capsys: pytest.CaptureFixture[str]) -> None:
    async def story() -> None:
        notifier = LogNotifier("desk")
        await notifier.send(a_delivery(), message_of(a_delivery()))
        await notifier.close()

    asyncio.run(story())
    first, *_, line = capsys.readouterr().out.splitlines()
    assert first == "| SEVERE · Crisis opened"
    assert orjson.loads(line)["crisis"] == "crisis-1"
