"""A page is counted as what it is, and a delivery by how long it took; a digest tells nothing of that."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.deliveries import NOON, FakeNotifier, MemoryBook, SetClock, a_delivery, courier, until
from tocsin import metrics

pytestmark = pytest.mark.timeout(20)


def value(name: str, **labels: str) -> float:
    return metrics.REGISTRY.get_sample_value(name, labels) or 0.0


def deliver(recipient: str) -> None:
    """One delivery, taken by its service a minute and a half after its event."""

    async def story() -> None:
        early = a_delivery("timed").replace(created_at=NOON - timedelta(seconds=90), recipient=recipient)
        book = MemoryBook(early)
        async with courier(book, FakeNotifier("timed"), clock=SetClock(NOON)):
            await until(lambda: not book.pending())

    asyncio.run(story())


def test_how_long_an_event_took_to_its_notifier_is_measured_from_kafka() -> None:
    count, total = (value(f"tocsin_delivery_seconds_{part}", notifier="timed") for part in ("count", "sum"))
    deliver(recipient="")
    assert value("tocsin_delivery_seconds_count", notifier="timed") == count + 1
    assert value("tocsin_delivery_seconds_sum", notifier="timed") == pytest.approx(total + 90)


@pytest.mark.parametrize(("recipient", "pages"), [("ana", 1), ("", 0)])
def test_only_what_is_meant_for_a_person_is_a_page(recipient: str, pages: int) -> None:
    before = value("tocsin_pages_total", outcome="delivered")
    deliver(recipient=recipient)
    assert value("tocsin_pages_total", outcome="delivered") == before + pages
