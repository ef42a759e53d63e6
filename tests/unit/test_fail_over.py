"""A page that one way does not bring to a person goes the next way; none is ever lost in silence."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

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
    settle_down,
    until,
)
from tocsin.notifiers.notifier import Misconfigured, Refused, TryLater
from tocsin.notifiers.retry import DeliveryPolicy

pytestmark = pytest.mark.timeout(20)


def a_page(notifier: str = "desk", **event: Any) -> Delivery:
    """A page for Ana, who can also be reached by mail and then by telephone."""
    page = a_delivery(notifier, type="crisis.paged", **event)
    return page.replace(recipient="ana", alternatives=("mail", "phone"))


@pytest.mark.parametrize("answer", [Refused("no such person"), Misconfigured("the token was revoked")])
def test_a_way_that_cannot_work_is_left_at_once_for_the_next_under_the_same_key(
    answer: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        page, desk, mail, phone = a_page(), FakeNotifier(), FakeNotifier("mail"), FakeNotifier("phone")
        desk.answers = [answer]
        book, before = MemoryBook(page), count("desk", "failed_over")
        async with courier(book, desk, mail, phone):
            await until(lambda: not book.pending())
        assert (desk.pages, mail.pages, phone.pages) == ([], [page.key], [])
        row = book.rows[page.key]
        assert (row.state, row.notifier, row.attempts) == ("delivered", "mail", 1)
        assert (row.failed_over, row.alternatives) == (("desk",), ("phone",))
        assert count("desk", "failed_over") == before + 1

    asyncio.run(story())
    assert "desk did not reach ana with crisis.paged of crisis crisis-1; mail is tried now" in caplog.text


def test_a_way_that_is_down_is_left_after_two_minutes_and_each_next_one_has_two_more() -> None:
    async def story() -> None:
        page, desk, mail, phone = a_page(), FakeNotifier(), FakeNotifier("mail"), FakeNotifier("phone")
        desk.is_down = mail.is_down = True
        clock, book = SetClock(), MemoryBook(page)
        async with courier(book, desk, mail, phone, clock=clock) as working:
            when: dict[str, timedelta] = {}
            for _ in range(60):
                await settle_down()
                when.setdefault(book.rows[page.key].notifier, clock.now - NOON)
                clock.advance(seconds=5)
                working.wake()
            await until(lambda: not book.pending())
        assert when == {"desk": timedelta(), "mail": timedelta(minutes=2), "phone": timedelta(minutes=4)}
        assert phone.pages == [page.key]

    asyncio.run(story())


def test_the_last_way_is_tried_to_the_end_and_then_it_is_a_dead_letter_that_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def story() -> None:
        page, desk, mail = a_page().replace(alternatives=("mail",)), FakeNotifier(), FakeNotifier("mail")
        desk.answers = [Refused("gone")]
        mail.is_down = True
        clock, book = SetClock(), MemoryBook(page)
        policy = DeliveryPolicy(max_attempts=3)
        async with courier(book, desk, mail, clock=clock, policy=policy) as working:
            for _ in range(20):
                await settle_down()
                clock.advance(minutes=2)
                working.wake()
            await until(lambda: not book.pending())
        row = book.rows[page.key]
        assert (row.state, row.notifier, row.attempts, row.failed_over) == ("failed", "mail", 3, ("desk",))

    asyncio.run(story())
    assert "dead letter: mail was not told" in caplog.text


def test_after_an_outage_of_our_own_the_first_way_is_tried_first() -> None:
    async def story() -> None:
        page, desk, mail, phone = a_page(), FakeNotifier(), FakeNotifier("mail"), FakeNotifier("phone")
        book = MemoryBook(page)
        async with courier(book, desk, mail, phone, clock=SetClock(NOON + timedelta(minutes=30))):
            await until(lambda: not book.pending())
        assert (desk.pages, mail.pages) == ([page.key], [])

    asyncio.run(story())


def test_a_page_that_waits_behind_others_for_two_minutes_goes_another_way_and_only_that_way() -> None:
    async def story() -> None:
        desk, mail, phone, clock = FakeNotifier(), FakeNotifier("mail"), FakeNotifier("phone"), SetClock()
        desk.hold = asyncio.Event()
        stuck, page = a_delivery(crisis="crisis-0", severity="critical"), a_page(id="event-2", crisis="crisis-2")
        book = MemoryBook(stuck, page)
        async with courier(book, desk, mail, phone, clock=clock, policy=DeliveryPolicy(concurrency=1)) as working:
            await until(lambda: desk.under_way == 1)
            clock.advance(minutes=2)
            working.wake()
            await until(lambda: mail.pages == [page.key])
            desk.hold.set()
            await until(lambda: not book.pending())
        assert desk.pages == [stuck.key]

    asyncio.run(story())


def test_a_page_whose_answer_was_lost_goes_the_next_way_marked_as_possible_repeat() -> None:
    async def story() -> None:
        page, desk, mail, phone = a_page(), FakeNotifier(), FakeNotifier("mail"), FakeNotifier("phone")
        desk.answers = [TryLater("no answer", may_have_arrived=True), *[TryLater("down")] * 20]
        clock, book = SetClock(), MemoryBook(page)
        async with courier(book, desk, mail, phone, clock=clock) as working:
            for _ in range(30):
                await settle_down()
                clock.advance(seconds=5)
                working.wake()
            await until(lambda: not book.pending())
        assert mail.repeats == [page.key]
        assert mail.messages[0].marks == ("POSSIBLE REPEAT",)

    asyncio.run(story())


def test_a_notifier_that_is_no_more_in_response_yaml_is_passed_over() -> None:
    async def story() -> None:
        page, mail, phone = a_page("gone"), FakeNotifier("mail"), FakeNotifier("phone")
        book = MemoryBook(page)
        async with courier(book, mail, phone):
            await until(lambda: not book.pending())
        assert mail.pages == [page.key]

    asyncio.run(story())


def test_what_a_service_knows_a_crisis_by_is_carried_from_receipt_to_receipt() -> None:
    async def story() -> None:
        desk = FakeNotifier()
        desk.reference = "C1/1.0"
        first, second = a_delivery(), a_delivery(id="event-2", sequence=2)
        other = a_delivery(id="event-3", crisis="crisis-2")
        book = MemoryBook(first, second, other)
        async with courier(book, desk):
            await until(lambda: not book.pending())
        known = dict(zip(desk.pages, desk.references, strict=True))
        assert known == {first.key: "", second.key: "C1/1.0", other.key: ""}
        assert book.rows[second.key].reference == "C1/1.0"

    asyncio.run(story())


def test_a_digest_is_for_one_reader() -> None:
    async def story() -> None:
        clock = SetClock(NOON + timedelta(hours=2))
        old = [a_delivery(id=f"old-{n}").replace(recipient=person) for n, person in enumerate(("ana", "bao", "ana"))]
        desk, book = FakeNotifier(), MemoryBook(*old)
        async with courier(book, desk, clock=clock, policy=DeliveryPolicy(gather=timedelta())):
            await until(lambda: not book.pending())
        assert [set(keys) for keys in desk.digests] == [{old[0].key, old[2].key}, {old[1].key}]

    asyncio.run(story())
