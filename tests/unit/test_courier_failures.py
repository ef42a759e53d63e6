"""The senders when something goes wrong: crashes, retries, refusals, dead letters."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import pytest

from schemas.crisis import Delivery
from tests.deliveries import (
    NOON,
    FakeNotifier,
    MemoryBook,
    SetClock,
    a_delivery,
    count,
    courier,
    message_of,
    settle_down,
    until,
)
from tocsin.notifiers.courier import Courier
from tocsin.notifiers.notifier import Misconfigured, Refused, TryLater
from tocsin.notifiers.retry import DeliveryPolicy
from tocsin.response.message.message import Message

pytestmark = pytest.mark.timeout(20)


async def crash(courier: Courier) -> None:
    """End it as kill -9 does, as far as its rows can tell: nothing is written any more."""
    for task in [*courier._tasks]:
        task.cancel()
    await asyncio.gather(*courier._tasks, return_exceptions=True)


def test_after_a_crash_between_answer_and_receipt_exactly_one_more_attempt_is_made_and_marked() -> None:
    async def story() -> None:
        delivery, first = a_delivery(), FakeNotifier()
        first.hold = asyncio.Event()
        book = MemoryBook(delivery)
        dying = Courier([first], book, message_of, now=SetClock())
        run = asyncio.create_task(dying.run())
        await until(lambda: first.under_way == 1)
        run.cancel()
        await crash(dying)
        assert first.pages == [delivery.key]
        assert book.rows[delivery.key].state == "pending"

        second = FakeNotifier()
        async with courier(book, second) as working:
            await until(lambda: not book.pending())
            working.wake()
            await settle_down()
        assert second.pages == second.repeats == [delivery.key], "the same key, once, marked"
        assert book.rows[delivery.key].attempts == 2

    asyncio.run(story())


def test_a_crash_before_the_attempt_was_written_leaves_no_mark() -> None:
    async def story() -> None:
        delivery, desk = a_delivery(), FakeNotifier()
        book = MemoryBook(delivery)
        book.failure = OSError("Kafka is gone")
        dying = Courier([desk], book, message_of, now=SetClock())
        with pytest.raises(OSError, match="Kafka is gone"):
            await dying.run()
        assert desk.pages == [], "no request goes out that is not written down"
        book.failure = None
        async with courier(book, desk):
            await until(lambda: not book.pending())
        assert desk.pages == [delivery.key]
        assert desk.repeats == []

    asyncio.run(story())


def test_a_delivery_that_was_given_to_another_worker_is_let_go() -> None:
    async def story() -> None:
        lost, kept = a_delivery(id="lost", crisis="crisis-a"), a_delivery(id="kept", crisis="crisis-b")
        desk = FakeNotifier()
        book = MemoryBook(lost, kept)
        book.given_away = {lost.key}
        async with courier(book, desk):
            await until(lambda: book.rows[kept.key].state == "delivered")
        assert desk.pages == [kept.key]

    asyncio.run(story())


def test_failures_are_tried_again_after_growing_delays_until_the_delivery_is_a_dead_letter(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def story() -> list[timedelta]:
        delivery, desk, clock = a_delivery(), FakeNotifier(), SetClock()
        desk.is_down = True
        book, before = MemoryBook(delivery), count("desk", "failed")
        delays = []
        async with courier(book, desk, clock=clock) as working:
            for attempt in range(1, 12):
                await until(lambda: book.rows[delivery.key].next_attempt_at not in (None, clock.now))
                assert book.rows[delivery.key].attempts == attempt
                row = book.rows[delivery.key]
                assert row.next_attempt_at is not None
                assert row.error == "desk is down"
                delays.append(row.next_attempt_at - clock.now)
                clock.now = row.next_attempt_at - timedelta(milliseconds=1)
                working.wake()
                await settle_down()
                assert book.rows[delivery.key].attempts == attempt, "not a moment too soon"
                clock.now = row.next_attempt_at
                working.wake()
            await until(lambda: not book.pending())
        assert book.rows[delivery.key].state == "failed"
        assert book.rows[delivery.key].attempts == 12
        assert not book.rows[delivery.key].is_possible_repeat, "the service said each time that it took nothing"
        assert count("desk", "failed") == before + 1
        return delays

    delays = asyncio.run(story())
    for delay, longest in zip(delays, (5, 10, 20, 40, 80, 160, 320, 600, 600, 600, 600), strict=True):
        assert timedelta(seconds=longest * 0.75) <= delay <= timedelta(seconds=longest)
    assert timedelta(minutes=25) < sum(delays, timedelta()) < timedelta(hours=1)
    assert (
        "dead letter: desk was not told of crisis.opened of crisis crisis-1 after 12 attempts: desk is down"
        in caplog.text
    )


def test_a_receiver_that_names_its_time_is_left_alone_until_then() -> None:
    async def story() -> None:
        delivery, desk, clock = a_delivery(), FakeNotifier(), SetClock()
        desk.answers = [TryLater("busy", timedelta(minutes=7))]
        book = MemoryBook(delivery)
        async with courier(book, desk, clock=clock) as working:
            await until(lambda: book.rows[delivery.key].next_attempt_at is not None)
            assert book.rows[delivery.key].next_attempt_at == NOON + timedelta(minutes=7)
            clock.advance(minutes=7)
            working.wake()
            await until(lambda: not book.pending())
        assert desk.pages == [delivery.key]

    asyncio.run(story())


@pytest.mark.parametrize(
    "answer", [TryLater("lost", may_have_arrived=True), TimeoutError(), RuntimeError("a fault of the notifier")]
)
def test_an_attempt_that_may_have_arrived_is_followed_by_a_marked_one(answer: Exception) -> None:
    async def story() -> None:
        delivery, desk, clock = a_delivery(), FakeNotifier(), SetClock()
        desk.answers = [answer]
        book = MemoryBook(delivery)
        async with courier(book, desk, clock=clock) as working:
            await until(lambda: book.rows[delivery.key].next_attempt_at is not None)
            clock.advance(minutes=1)
            working.wake()
            await until(lambda: not book.pending())
        assert desk.repeats == [delivery.key]

    asyncio.run(story())


def test_a_notifier_that_never_answers_is_given_up_on_and_tried_again() -> None:
    async def story() -> None:
        delivery, desk = a_delivery(), FakeNotifier()
        desk.hold = asyncio.Event()
        book = MemoryBook(delivery)
        async with courier(book, desk, policy=DeliveryPolicy(send_timeout=timedelta(seconds=0.05))):
            await until(lambda: book.rows[delivery.key].next_attempt_at is not None)
        row = book.rows[delivery.key]
        assert row.error == "desk: no answer within 0.05 s"
        assert row.is_possible_repeat

    asyncio.run(story())


def test_a_refusal_is_a_dead_letter_at_once_and_the_next_event_of_the_crisis_goes_out() -> None:
    async def story() -> None:
        first, second = a_delivery(), a_delivery(id="event-2", sequence=2)
        desk = FakeNotifier()
        desk.answers = [Refused("400: no such hook")]
        book = MemoryBook(second, first)
        async with courier(book, desk):
            await until(lambda: not book.pending())
        assert (book.rows[first.key].state, book.rows[first.key].error) == ("failed", "400: no such hook")
        assert book.rows[first.key].attempts == 1
        assert desk.pages == [second.key]

    asyncio.run(story())


def test_a_misconfigured_notifier_rests_says_so_and_loses_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        delivery, other = a_delivery(), a_delivery(id="event-2", crisis="crisis-2")
        desk, clock = FakeNotifier(), SetClock()
        desk.answers = [Misconfigured("the address is wrong")]
        book = MemoryBook(delivery)
        async with courier(book, desk, clock=clock) as working:
            await until(lambda: bool(book.rows[delivery.key].error))
            assert book.rows[delivery.key].attempts == 0, "the delivery is not to blame"
            book.add(other)
            clock.advance(minutes=9)
            working.wake()
            await settle_down()
            assert desk.pages == []
            clock.advance(minutes=1)
            working.wake()
            await until(lambda: not book.pending())
        assert sorted(desk.pages) == sorted([delivery.key, other.key])
        assert desk.repeats == []

    asyncio.run(story())
    assert "notifier desk is misconfigured, it rests until 12:10 UTC: the address is wrong" in caplog.text


def test_what_waits_for_its_turn_is_not_sent_to_a_notifier_that_has_just_begun_to_rest() -> None:
    async def story() -> None:
        first, second = a_delivery(), a_delivery(id="event-2", crisis="crisis-2")
        desk, book = FakeNotifier(), MemoryBook(first, second)
        desk.answers = [Misconfigured("the address is wrong")]
        async with courier(book, desk, policy=DeliveryPolicy(concurrency=1)):
            await until(lambda: any(row.error for row in book.rows.values()))
            await settle_down()
        assert desk.pages == []

    asyncio.run(story())


def test_a_delivery_to_a_notifier_that_is_no_more_is_a_dead_letter() -> None:
    async def story() -> None:
        delivery, desk = a_delivery("gone"), FakeNotifier()
        book = MemoryBook(delivery)
        async with courier(book, desk):
            await until(lambda: not book.pending())
        row = book.rows[delivery.key]
        assert (row.state, row.attempts) == ("failed", 0)
        assert "response.yaml names no notifier 'gone'" in row.error

    asyncio.run(story())


@pytest.mark.parametrize(("attempts", "sends"), [(11, 1), (12, 1), (13, 0)])
def test_a_lost_answer_is_made_up_for_once_even_when_it_was_the_last_attempts(attempts: int, sends: int) -> None:
    async def story() -> None:
        delivery, desk = a_delivery().replace(attempts=attempts), FakeNotifier()
        book = MemoryBook(delivery)
        async with courier(book, desk):
            await until(lambda: not book.pending())
        assert len(desk.pages) == len(desk.repeats) == sends
        assert book.rows[delivery.key].state == ("delivered" if sends else "failed")

    asyncio.run(story())


def test_a_card_that_cannot_be_made_does_not_lose_the_page(caplog: pytest.LogCaptureFixture) -> None:
    def broken(delivery: Delivery) -> Message:
        raise KeyError(delivery.key)

    async def story() -> None:
        desk, book = FakeNotifier(), MemoryBook(a_delivery())
        working = Courier([desk], book, broken, now=SetClock())
        run = asyncio.create_task(working.run())
        await until(lambda: not book.pending())
        await working.stop()
        await run
        assert "SEVERE · Crisis opened" in desk.cards[0]

    asyncio.run(story())
    assert "the message of event event-1 could not be made" in caplog.text


def test_a_receipt_that_cannot_be_written_ends_the_courier() -> None:
    async def story() -> None:
        desk, book = FakeNotifier(), MemoryBook(a_delivery())
        desk.hold = asyncio.Event()
        working = Courier([desk], book, message_of, now=SetClock())
        run = asyncio.create_task(working.run())
        await until(lambda: desk.under_way == 1)
        book.failure = OSError("fenced")
        desk.hold.set()
        with pytest.raises(OSError, match="fenced"):
            await run
        await working.stop()

    asyncio.run(story())


def test_logging_is_at_warning_for_what_mends_itself_and_at_error_for_what_does_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def story(answer: Exception) -> Delivery:
        desk, book = FakeNotifier(), MemoryBook(a_delivery())
        desk.answers = [answer]
        async with courier(book, desk):
            await until(lambda: any(row.error for row in book.rows.values()))
        return next(iter(book.rows.values()))

    asyncio.run(story(TryLater("busy")))
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    caplog.clear()
    asyncio.run(story(Refused("no")))
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
