"""The senders: retries, crashes, order, stale events, and that nobody holds up anybody else."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from schemas.crisis import Delivery, EscalationEvent
from tests.deliveries import NOON, FakeNotifier, MemoryBook, SetClock, a_delivery, settle_down, until
from tocsin import metrics
from tocsin.notifiers.courier import Courier
from tocsin.notifiers.notifier import Misconfigured, Refused, TryLater
from tocsin.notifiers.retry import DeliveryPolicy

pytestmark = pytest.mark.timeout(20)


def card_of(event: EscalationEvent) -> str:
    return f"card of {event.id}"


@asynccontextmanager
async def courier(
    book: MemoryBook,
    *notifiers: FakeNotifier,
    clock: SetClock | None = None,
    policy: DeliveryPolicy | None = None,
    stop_within: timedelta = timedelta(seconds=5),
) -> AsyncIterator[Courier]:
    """A courier at work while the block runs."""
    policies = {notifier.name: policy for notifier in notifiers} if policy else None
    made = Courier(notifiers, book, card_of, policies, clock or SetClock(), random.Random(0), stop_within)
    run = asyncio.create_task(made.run())
    try:
        yield made
        await made.stop()
        await run
    finally:
        run.cancel()


async def crash(courier: Courier) -> None:
    """End it as kill -9 does, as far as its rows can tell: nothing is written any more."""
    for task in [*courier._tasks]:
        task.cancel()
    await asyncio.gather(*courier._tasks, return_exceptions=True)


def count(notifier: str, outcome: str) -> float:
    return metrics.REGISTRY.get_sample_value(
        "tocsin_deliveries_total", {"notifier": notifier, "outcome": outcome}
    ) or 0.0  # fmt: skip


def test_a_pending_delivery_goes_out_once_and_leaves_its_receipt() -> None:
    async def story() -> None:
        delivery, desk = a_delivery(), FakeNotifier()
        book, before = MemoryBook(delivery), count("desk", "delivered")
        async with courier(book, desk) as working:
            await until(lambda: not book.pending())
            working.wake()
            await settle_down()
        assert desk.pages == [delivery.key]
        assert desk.cards == ["card of event-1"]
        assert book.rows[delivery.key] == delivery.replace(state="delivered", attempts=1, delivered_at=NOON)
        assert count("desk", "delivered") == before + 1
        assert desk.is_closed

    asyncio.run(story())


def test_what_comes_while_it_works_is_found_at_its_waking() -> None:
    async def story() -> None:
        book, desk = MemoryBook(), FakeNotifier()
        async with courier(book, desk) as working:
            await settle_down()
            book.add(a_delivery())
            working.wake()
            await until(lambda: len(desk.pages) == 1, seconds=1)

    asyncio.run(story())


def test_the_attempt_is_written_down_before_the_request_goes_out() -> None:
    async def story() -> None:
        delivery, desk = a_delivery(), FakeNotifier()
        desk.hold = asyncio.Event()
        book = MemoryBook(delivery)
        async with courier(book, desk):
            await until(lambda: desk.under_way == 1)
            assert book.history == [delivery.replace(attempts=1)]
            desk.hold.set()
            await until(lambda: not book.pending())

    asyncio.run(story())


def test_after_a_crash_between_answer_and_receipt_exactly_one_more_attempt_is_made_and_marked() -> None:
    async def story() -> None:
        delivery, first = a_delivery(), FakeNotifier()
        first.hold = asyncio.Event()
        book = MemoryBook(delivery)
        dying = Courier([first], book, card_of, now=SetClock())
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
        dying = Courier([desk], book, card_of, now=SetClock())
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


def test_the_events_of_one_crisis_go_out_in_order_and_wait_for_one_that_is_retried() -> None:
    async def story() -> None:
        events = [a_delivery(id=f"event-{number}", sequence=number) for number in (1, 2, 3)]
        desk, clock = FakeNotifier(), SetClock()
        desk.answers = [TryLater("not yet")]
        book = MemoryBook(*reversed(events))
        async with courier(book, desk, clock=clock) as working:
            await until(lambda: book.rows[events[0].key].next_attempt_at is not None)
            await settle_down()
            assert desk.pages == []
            clock.advance(seconds=5)
            working.wake()
            await until(lambda: not book.pending())
        assert desk.pages == [delivery.key for delivery in events]
        assert desk.most_under_way == 1

    asyncio.run(story())


def test_crises_go_out_side_by_side_the_worst_first_within_the_bound() -> None:
    async def story() -> None:
        severities = ["elevated"] * 6 + ["critical"]
        deliveries = [
            a_delivery(id=f"event-{number}", crisis=f"crisis-{number}", severity=severity)
            for number, severity in enumerate(severities)
        ]
        desk = FakeNotifier()
        desk.hold = asyncio.Event()
        book = MemoryBook(*deliveries)
        async with courier(book, desk, policy=DeliveryPolicy(concurrency=3)):
            await until(lambda: desk.under_way == 3)
            await settle_down()
            assert desk.pages[0] == deliveries[-1].key
            desk.hold.set()
            await until(lambda: not book.pending())
        assert desk.most_under_way == 3
        assert len(desk.pages) == 7

    asyncio.run(story())


def test_a_notifier_that_hangs_holds_up_no_other() -> None:
    async def story() -> None:
        hung, well = FakeNotifier("hung"), FakeNotifier("well")
        hung.hold = asyncio.Event()
        stuck = [a_delivery("hung", id=f"event-{number}", crisis=f"crisis-{number}") for number in range(20)]
        fine = [a_delivery("well", id=f"event-{number}", crisis=f"crisis-{number}") for number in range(20)]
        book = MemoryBook(*stuck, *fine)
        async with courier(book, hung, well):
            await until(lambda: len(well.pages) == 20)
            assert all(book.rows[delivery.key].state == "delivered" for delivery in fine)
            hung.hold.set()
            await until(lambda: not book.pending())

    asyncio.run(story())


def test_what_is_older_than_an_hour_is_told_in_one_digest_and_pages_nobody() -> None:
    async def story() -> None:
        clock = SetClock(NOON + timedelta(hours=2))
        old = [a_delivery(id=f"old-{number}", crisis=f"crisis-{number}") for number in range(3)]
        fresh = a_delivery(id="fresh", crisis="crisis-9", created_at=clock.now - timedelta(hours=1))
        desk, book = FakeNotifier(), MemoryBook(*old[:2], fresh)
        async with courier(book, desk, clock=clock) as working:
            await until(lambda: desk.pages == [fresh.key])
            await settle_down()
            assert desk.digests == [], "after a long outage more of them are on their way"
            book.add(old[2])
            clock.advance(seconds=10)
            working.wake()
            await until(lambda: not book.pending())
        assert [sorted(keys) for keys in desk.digests] == [sorted(delivery.key for delivery in old)]
        assert desk.pages == [fresh.key]
        assert {book.rows[delivery.key].state for delivery in old} == {"digested"}
        assert "nobody was paged" in desk.cards[-1]

    asyncio.run(story())


def test_a_page_that_is_still_unsent_after_an_hour_is_digested() -> None:
    async def story() -> None:
        delivery, desk, clock = a_delivery(), FakeNotifier(), SetClock()
        desk.answers = [TryLater("maintenance", timedelta(hours=3))]
        book = MemoryBook(delivery)
        async with courier(book, desk, clock=clock) as working:
            await until(lambda: book.rows[delivery.key].next_attempt_at is not None)
            clock.advance(hours=3)
            working.wake()
            await settle_down()
            clock.advance(seconds=10)
            working.wake()
            await until(lambda: not book.pending())
        assert desk.pages == []
        assert desk.digests == [[delivery.key]]

    asyncio.run(story())


def test_a_digest_that_fails_is_tried_again_as_one_and_given_up_as_any_other() -> None:
    async def story() -> None:
        clock = SetClock(NOON + timedelta(hours=2))
        old = [a_delivery(id=f"old-{number}") for number in range(2)]
        desk, book = FakeNotifier(), MemoryBook(*old)
        desk.is_down = True
        async with courier(book, desk, clock=clock) as working:
            for _ in range(40):
                await settle_down(20)
                assert len({book.rows[delivery.key].next_attempt_at for delivery in old}) == 1
                clock.advance(minutes=10)
                working.wake()
            assert {(row.state, row.attempts) for row in book.rows.values()} == {("failed", 12)}

    asyncio.run(story())


def test_a_digest_is_no_longer_than_its_bound() -> None:
    async def story() -> None:
        clock = SetClock(NOON + timedelta(hours=2))
        desk, book = FakeNotifier(), MemoryBook(*(a_delivery(id=f"old-{number}") for number in range(5)))
        policy = DeliveryPolicy(digest_size=2, gather=timedelta())
        async with courier(book, desk, clock=clock, policy=policy):
            await until(lambda: not book.pending())
        assert [len(keys) for keys in desk.digests] == [2, 2, 1]

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
    def broken(event: EscalationEvent) -> str:
        raise KeyError(event.id)

    async def story() -> None:
        desk, book = FakeNotifier(), MemoryBook(a_delivery())
        working = Courier([desk], book, broken, now=SetClock())
        run = asyncio.create_task(working.run())
        await until(lambda: not book.pending())
        await working.stop()
        await run
        assert "crisis.opened  acme/delivery" in desk.cards[0]

    asyncio.run(story())
    assert "the card of event event-1 could not be made" in caplog.text


def test_stopping_lets_what_is_under_way_end_and_begins_nothing() -> None:
    async def story() -> None:
        first, second = a_delivery(), a_delivery(id="event-2", sequence=2)
        desk, book = FakeNotifier(), MemoryBook(first, second)
        desk.hold = asyncio.Event()
        working = Courier([desk], book, card_of, now=SetClock())
        run = asyncio.create_task(working.run())
        await until(lambda: desk.under_way == 1)
        stopping = asyncio.create_task(working.stop())
        await settle_down()
        assert not stopping.done()
        desk.hold.set()
        await stopping
        await run
        assert book.rows[first.key].state == "delivered"
        assert book.rows[second.key] == second
        assert desk.is_closed

    asyncio.run(story())


def test_stopping_does_not_wait_for_ever_and_leaves_the_row_as_under_way() -> None:
    async def story() -> None:
        delivery, desk = a_delivery(), FakeNotifier()
        desk.hold = asyncio.Event()
        book = MemoryBook(delivery)
        async with courier(book, desk, stop_within=timedelta(seconds=0.05)) as working:
            await until(lambda: desk.under_way == 1)
            async with asyncio.timeout(1):
                await working.stop()
        assert book.rows[delivery.key] == delivery.replace(attempts=1)

    asyncio.run(story())


def test_a_receipt_that_cannot_be_written_ends_the_courier() -> None:
    async def story() -> None:
        desk, book = FakeNotifier(), MemoryBook(a_delivery())
        desk.hold = asyncio.Event()
        working = Courier([desk], book, card_of, now=SetClock())
        run = asyncio.create_task(working.run())
        await until(lambda: desk.under_way == 1)
        book.failure = OSError("fenced")
        desk.hold.set()
        with pytest.raises(OSError, match="fenced"):
            await run
        await working.stop()

    asyncio.run(story())


def test_a_great_many_deliveries_are_worked_off_quickly() -> None:
    async def story() -> None:
        desk = FakeNotifier()
        book = MemoryBook(*(a_delivery(id=f"event-{n}", crisis=f"crisis-{n % 200}", sequence=n) for n in range(2_000)))
        async with courier(book, desk):
            await until(lambda: not book.pending(), seconds=10)
        assert len(desk.pages) == 2_000

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
