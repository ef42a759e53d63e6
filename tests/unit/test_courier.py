"""The senders at their work: order, side by side, digests, stopping, and that nobody holds up anybody else."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

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
from tocsin.notifiers.notifier import TryLater
from tocsin.notifiers.retry import DeliveryPolicy

pytestmark = pytest.mark.timeout(20)


def test_a_pending_delivery_goes_out_once_and_leaves_its_receipt() -> None:
    async def story() -> None:
        delivery, desk = a_delivery(), FakeNotifier()
        book, before = MemoryBook(delivery), count("desk", "delivered")
        async with courier(book, desk) as working:
            await until(lambda: not book.pending())
            working.wake()
            await settle_down()
        assert desk.pages == [delivery.key]
        assert [message.event for message in desk.messages] == ["event-1"]
        assert book.rows[delivery.key] == delivery.replace(state="delivered", attempts=1, delivered_at=NOON)
        assert count("desk", "delivered") == before + 1
        assert desk.is_closed

    asyncio.run(story())


def test_what_comes_while_it_works_is_found_at_its_waking() -> None:
    async def story() -> None:
        book, desk = MemoryBook(), FakeNotifier()
        async with courier(book, desk) as working:
            await settle_down()
            book.add(delivery := a_delivery())
            working.wake()
            await until(lambda: len(desk.pages) == 1, seconds=1)
        assert desk.pages == [delivery.key]

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
            await until(lambda: all(book.rows[delivery.key].state == "delivered" for delivery in fine))
            assert len(well.pages) == 20
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


def test_a_page_that_is_under_way_when_its_hour_ends_is_not_digested_as_well() -> None:
    async def story() -> None:
        delivery, desk, clock = a_delivery(), FakeNotifier(), SetClock()
        desk.hold = asyncio.Event()
        book = MemoryBook(delivery)
        policy = DeliveryPolicy(gather=timedelta())
        async with courier(book, desk, clock=clock, policy=policy) as working:
            await until(lambda: desk.under_way == 1)
            clock.advance(hours=2)
            working.wake()
            await settle_down()
            assert desk.digests == []
            desk.hold.set()
            await until(lambda: not book.pending())
        assert desk.pages == [delivery.key]
        assert desk.digests == []

    asyncio.run(story())


def test_a_page_whose_hour_ends_while_it_waits_for_its_turn_is_digested() -> None:
    async def story() -> None:
        first, second = a_delivery(), a_delivery(id="event-2", crisis="crisis-2")
        desk, clock = FakeNotifier(), SetClock()
        desk.hold = asyncio.Event()
        book = MemoryBook(first, second)
        policy = DeliveryPolicy(concurrency=1, gather=timedelta())
        async with courier(book, desk, clock=clock, policy=policy):
            await until(lambda: desk.under_way == 1)
            await settle_down()
            clock.advance(hours=2)
            desk.hold.set()
            await until(lambda: not book.pending())
        assert desk.pages == [first.key]
        assert desk.digests == [[second.key]]

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


def test_stopping_lets_what_is_under_way_end_and_begins_nothing() -> None:
    async def story() -> None:
        first, second = a_delivery(), a_delivery(id="event-2", sequence=2)
        desk, book = FakeNotifier(), MemoryBook(first, second)
        desk.hold = asyncio.Event()
        working = Courier([desk], book, message_of, now=SetClock())
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


def test_a_great_many_deliveries_are_worked_off_quickly() -> None:
    async def story() -> None:
        desk = FakeNotifier()
        book = MemoryBook(*(a_delivery(id=f"event-{n}", crisis=f"crisis-{n % 200}", sequence=n) for n in range(2_000)))
        async with courier(book, desk):
            await until(lambda: not book.pending(), seconds=10)
        assert len(desk.pages) == 2_000

    asyncio.run(story())
