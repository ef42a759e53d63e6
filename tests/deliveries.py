"""Builders and fakes around deliveries: events, a clock that is set, a notifier and a book in memory."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.crisis import Crisis, Delivery, EscalationEvent, EventType
from tocsin import metrics
from tocsin.cards import render_message
from tocsin.notifiers.courier import Courier, NoLongerOurs
from tocsin.notifiers.notifier import Notifier, TryLater
from tocsin.notifiers.retry import DeliveryPolicy
from tocsin.response.message.compose import compose
from tocsin.response.message.message import Message, Reader
from tocsin.response.notify import delivery_key

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def milliseconds(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)


def a_crisis(**changes: Any) -> Crisis:
    """An open crisis of acme's delivery, `severe` unless told otherwise."""
    severity = changes.get("severity", "severe")
    fields: dict[str, Any] = {
        "id": "crisis-1",
        "brand": "acme",
        "subject": "delivery",
        "severity": severity,
        "peak_severity": severity,
        "stage": "outbreak",
        "opened_at": NOON,
        "updated_at": NOON,
        "reasons": ("41 distinct authors, usually 3",),
    }
    return Crisis(**(fields | changes))


def an_event(
    id: str = "event-1",
    type: EventType = "crisis.opened",
    sequence: int = 1,
    crisis: str = "crisis-1",
    **fields: Any,
) -> EscalationEvent:
    """An escalation event of the crisis of this id; `fields` are the crisis's."""
    return EscalationEvent(id=id, type=type, sequence=sequence, at=NOON, crisis=a_crisis(id=crisis, **fields))


def a_delivery(notifier: str = "desk", created_at: datetime = NOON, **event: Any) -> Delivery:
    """A pending delivery of `an_event(**event)`."""
    told = an_event(**event)
    return Delivery(key=delivery_key(told.id, notifier), notifier=notifier, event=told, created_at=created_at)


class SetClock:
    """A clock that stands until a test moves it."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **duration: float) -> None:
        self.now += timedelta(**duration)


class FakeNotifier:
    """Hears everything; answers what a test told it to.

    Attributes:
        pages: keys in the order they were heard; `digests`: the keys of each digest.
        repeats: keys that came marked as possible repeat.
        messages: what it was told, one by one; `cards`: the same as text, and the cards of digests.
        reference: what it answers.
        answers: raised one after the other, instead of hearing, before anything is heard again.
        is_down: it takes nothing.
        hold: when set, a send hears and then waits here for its answer to get out.
    """

    def __init__(self, name: str = "desk") -> None:
        self.name = name
        self.pages: list[str] = []
        self.messages: list[Message] = []
        self.cards: list[str] = []
        self.references: list[str] = []
        self.reference = ""
        self.digests: list[list[str]] = []
        self.repeats: list[str] = []
        self.answers: list[BaseException] = []
        self.is_down = False
        self.is_closed = False
        self.hold: asyncio.Event | None = None
        self.under_way = 0
        self.most_under_way = 0

    async def send(self, delivery: Delivery, message: Message) -> str:
        self._answer()
        self.pages.append(delivery.key)
        self.messages.append(message)
        self.cards.append(render_message(message))
        self.references.append(delivery.reference)
        if delivery.is_possible_repeat:
            self.repeats.append(delivery.key)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            if self.hold is not None:
                await self.hold.wait()
        finally:
            self.under_way -= 1
        return self.reference

    async def digest(self, deliveries: Sequence[Delivery], card: str, reader: Reader) -> None:
        self._answer()
        self.digests.append([delivery.key for delivery in deliveries])
        self.cards.append(card)

    async def close(self) -> None:
        self.is_closed = True

    def _answer(self) -> None:
        if self.is_down:
            raise TryLater(f"{self.name} is down")
        if self.answers:
            raise self.answers.pop(0)


class MemoryBook:
    """Deliveries in a dictionary, and every row that was ever written.

    Attributes:
        given_away: keys whose partition went to another worker.
        failure: raised by the next write.
    """

    def __init__(self, *deliveries: Delivery) -> None:
        self.rows = {delivery.key: delivery for delivery in deliveries}
        self.history: list[Delivery] = []
        self.given_away: set[str] = set()
        self.failure: Exception | None = None

    def pending(self) -> list[Delivery]:
        return [delivery for delivery in self.rows.values() if delivery.state == "pending"]

    def told(self, notifier: str) -> list[Delivery]:
        crises = {row.event.crisis.id for row in self.rows.values()}
        found = (self.find_told(notifier, crisis) for crisis in crises)
        return [told for told in found if told is not None]

    def find_told(self, notifier: str, crisis: str) -> Delivery | None:
        told = [
            row
            for row in self.rows.values()
            if (row.notifier, row.event.crisis.id) == (notifier, crisis) and row.state != "pending" and row.reference
        ]
        return max(told, key=lambda row: row.event.sequence, default=None)

    async def record(self, delivery: Delivery) -> None:
        await asyncio.sleep(0)  # the real one waits for Kafka
        if self.failure is not None:
            raise self.failure
        if delivery.key in self.given_away:
            self.rows.pop(delivery.key, None)
            raise NoLongerOurs(delivery.key)
        self.rows[delivery.key] = delivery
        self.history.append(delivery)

    def add(self, *deliveries: Delivery) -> None:
        self.rows.update((delivery.key, delivery) for delivery in deliveries)


async def until(is_true: Callable[[], bool], seconds: float = 5.0) -> None:
    """Let the loop work until something holds.

    Raises:
        TimeoutError: it never did.
    """
    async with asyncio.timeout(seconds):
        while not is_true():
            await asyncio.sleep(0.001)


async def settle_down(rounds: int = 50) -> None:
    """Give everything that could happen without the clock the chance to happen."""
    for _ in range(rounds):
        await asyncio.sleep(0)


def message_of(delivery: Delivery) -> Message:
    """What the delivery says in English, without evidence."""
    return compose(delivery.event, is_possible_repeat=delivery.is_possible_repeat)


@asynccontextmanager
async def courier(
    book: MemoryBook,
    *notifiers: Notifier,
    clock: SetClock | None = None,
    policy: DeliveryPolicy | None = None,
    stop_within: timedelta = timedelta(seconds=5),
) -> AsyncIterator[Courier]:
    """A courier at work while the block runs."""
    policies = {notifier.name: policy for notifier in notifiers} if policy else None
    made = Courier(notifiers, book, message_of, policies, clock or SetClock(), random.Random(0), stop_within)
    run = asyncio.create_task(made.run())
    try:
        yield made
        await made.stop()
        await run
    finally:
        run.cancel()


def count(notifier: str, outcome: str) -> float:
    """Attempts counted so far."""
    return metrics.REGISTRY.get_sample_value(
        "tocsin_deliveries_total", {"notifier": notifier, "outcome": outcome}
    ) or 0.0  # fmt: skip
