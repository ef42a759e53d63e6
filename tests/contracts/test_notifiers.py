"""What every notifier keeps to, the fake in memory included."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest

from tests.deliveries import FakeNotifier, a_delivery
from tests.receiver import SECRET, Receiver
from tocsin.notifiers.log import LogNotifier
from tocsin.notifiers.notifier import Notifier, TryLater
from tocsin.notifiers.webhook import WebhookNotifier

pytestmark = pytest.mark.timeout(20)


@dataclass
class Bench:
    """One notifier and its service, which can be asked what it heard, broken and mended."""

    notifier: Notifier
    heard: Callable[[], list[str]]
    heard_text: Callable[[], str]
    break_down: Callable[[], Awaitable[None]]
    mend: Callable[[], Awaitable[None]]


@asynccontextmanager
async def fake(_: Path) -> AsyncIterator[Bench]:
    notifier = FakeNotifier()

    async def set_down(is_down: bool) -> None:
        notifier.is_down = is_down

    yield Bench(
        notifier,
        heard=lambda: [*notifier.pages, *(key for keys in notifier.digests for key in keys)],
        heard_text=lambda: "\n".join(notifier.cards),
        break_down=lambda: set_down(True),
        mend=lambda: set_down(False),
    )


@asynccontextmanager
async def log(directory: Path) -> AsyncIterator[Bench]:
    path = directory / "pages" / "log.txt"
    path.parent.mkdir()

    def text() -> str:
        return path.read_text(encoding="utf-8") if path.exists() else ""

    async def break_down() -> None:
        path.parent.rename(directory / "away")

    async def mend() -> None:
        (directory / "away").rename(path.parent)

    yield Bench(
        LogNotifier("desk", path),
        heard=lambda: [orjson.loads(line)["key"] for line in text().splitlines() if line.startswith('{"notifier"')],
        heard_text=text,
        break_down=break_down,
        mend=mend,
    )


@asynccontextmanager
async def webhook(_: Path) -> AsyncIterator[Bench]:
    async with Receiver() as receiver:

        def keys() -> list[str]:
            bodies = [request.json for request in receiver.requests]
            return [
                event["idempotencykey"] for body in bodies for event in (body if isinstance(body, list) else [body])
            ]

        yield Bench(
            WebhookNotifier("desk", receiver.url, SECRET, "tocsin"),
            heard=keys,
            heard_text=lambda: "\n".join(request.body.decode() for request in receiver.requests),
            break_down=receiver.deafen,
            mend=receiver.listen,
        )


Opened = Callable[[], AbstractAsyncContextManager[Bench]]


@pytest.fixture(params=[fake, log, webhook], ids=lambda kind: kind.__name__)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Opened:
    return lambda: request.param(tmp_path)


def test_it_tells_its_service_once_under_the_deliverys_key(opened: Opened) -> None:
    async def story() -> None:
        async with opened() as bench:
            delivery = a_delivery()
            await bench.notifier.send(delivery, "acme is burning")
            assert bench.heard() == [delivery.key]
            assert "acme is burning" in bench.heard_text()
            await bench.notifier.close()

    asyncio.run(story())


def test_a_digest_names_every_event_in_one_message(opened: Opened) -> None:
    async def story() -> None:
        async with opened() as bench:
            deliveries = [a_delivery(id=f"event-{number}") for number in range(3)]
            await bench.notifier.digest(deliveries, "three things happened")
            assert bench.heard() == [delivery.key for delivery in deliveries]
            assert bench.heard_text().count("three things happened") == 1
            await bench.notifier.close()

    asyncio.run(story())


def test_a_service_that_is_not_there_is_tried_later_and_then_hears_the_same_key(opened: Opened) -> None:
    async def story() -> None:
        async with opened() as bench:
            delivery = a_delivery()
            await bench.break_down()
            with pytest.raises(TryLater) as caught:
                await bench.notifier.send(delivery, "card")
            assert str(caught.value), "the message is what people see of it"
            assert not caught.value.may_have_arrived
            with pytest.raises(TryLater):
                await bench.notifier.digest([delivery], "card")
            await bench.mend()
            await bench.notifier.send(delivery, "card")
            assert bench.heard() == [delivery.key]
            await bench.notifier.close()

    asyncio.run(story())


def test_deliveries_sent_side_by_side_all_arrive_whole(opened: Opened) -> None:
    async def story() -> None:
        async with opened() as bench:
            deliveries = [a_delivery(id=f"event-{number}") for number in range(8)]
            await asyncio.gather(*(bench.notifier.send(each, f"card of {each.event.id}.") for each in deliveries))
            assert sorted(bench.heard()) == sorted(delivery.key for delivery in deliveries)
            assert len(set(re.findall(r"card of event-\d\.", bench.heard_text()))) == 8
            await bench.notifier.close()

    asyncio.run(story())


def test_one_that_never_sent_anything_can_be_closed(opened: Opened) -> None:
    async def story() -> None:
        async with opened() as bench:
            assert bench.notifier.name == "desk"
            await bench.notifier.close()

    asyncio.run(story())


def test_the_log_shows_no_escape_sequences_of_a_mention(tmp_path: Path) -> None:
    async def story() -> None:
        async with log(tmp_path) as bench:
            await bench.notifier.send(a_delivery(), "red \x1b[31malert\x1b[0m\nsecond line \u202etxt.exe")
            assert "\x1b" not in bench.heard_text()
            assert "\u202e" not in bench.heard_text()
            assert "\nsecond line" in bench.heard_text()
            await bench.notifier.close()

    asyncio.run(story())


def test_the_log_writes_to_the_standard_output_when_it_has_no_file(capsys: pytest.CaptureFixture[str]) -> None:
    async def story() -> None:
        notifier = LogNotifier("desk")
        await notifier.send(a_delivery(), "the card")
        await notifier.close()

    asyncio.run(story())
    card, line = capsys.readouterr().out.splitlines()
    assert card == "the card"
    assert orjson.loads(line)["crisis"] == "crisis-1"
