"""A notifier that dies between request, answer and receipt: everybody is told, at most one page comes twice."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from agents.engine.partition import Partitioner
from schemas import streams
from schemas.crisis import Delivery, EscalationEvent
from schemas.streams import topic_name
from tests.deliveries import an_event
from tests.faults.support.outputs import read_all
from tests.faults.support.processes import NOTIFIER, Crew
from tests.receiver import SECRET, Receiver, Request
from tocsin.kafka.admin import create_streams
from tocsin.response.notify import delivery_key
from tocsin.settings import Settings

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

PARTITIONS = 4
#: Of each crisis; they go out one after the other.
EVENTS = 8


def brand_in(partition: int) -> str:
    """A brand whose events are in this partition."""
    places = Partitioner(PARTITIONS)
    return next(brand for n in count() if places.place(brand := f"brand-{n}")[1] == partition)


#: One crisis for each of two notifiers: whichever way partitions are split in halves, they have one each.
CRISES = [
    [
        an_event(f"{brand}-{n}", "crisis.opened" if n == 1 else "crisis.escalated", n, f"crisis-{brand}", brand=brand)
        for n in range(1, EVENTS + 1)
    ]
    for brand in (brand_in(0), brand_in(PARTITIONS - 1))
]
KEYS = {delivery_key(event.id, "hook"): event for crisis in CRISES for event in crisis}


async def publish(settings: Settings, crises: list[list[EscalationEvent]]) -> None:
    async with AIOKafkaProducer(bootstrap_servers=settings.bootstrap) as producer:
        for event in (event for crisis in crises for event in crisis):
            key, partition = Partitioner(PARTITIONS).place(event.crisis.brand)
            topic = topic_name(settings.namespace, streams.CRISES)
            await producer.send_and_wait(topic, event.encode(), key=key, partition=partition)


async def wait_until_settled(settings: Settings) -> None:
    """Return when every delivery has its receipt on Kafka."""
    end = time.monotonic() + 40
    while True:
        rows = {record.key: record.value for record in await read_all(settings, streams.NOTIFICATIONS)}
        deliveries = [Delivery.decode(row) for key, row in rows.items() if row and not key.startswith(b"\0")]
        if {each.key for each in deliveries if each.state == "delivered"} == KEYS.keys():
            return
        assert time.monotonic() < end, [(each.key, each.state, each.attempts) for each in deliveries]
        await asyncio.sleep(0.2)


@asynccontextmanager
async def told(settings: Settings, folder: Path, crash_at: str, *, is_state_lost: bool) -> AsyncIterator[list[Request]]:
    """What the receiver got from two notifiers, one of which died at a point and was started again."""
    await create_streams(settings, partitions=PARTITIONS, raw_partitions=6, time="replay")
    async with Receiver() as receiver:
        plan = folder / "response.yaml"
        plan.write_text(
            f"notifiers:\n  hook:\n    kind: webhook\n    url: {receiver.url}\n    secret_env: HOOK_SECRET\n"
            "    allow_private: true\n"
        )
        with Crew(settings, folder, NOTIFIER, {"HOOK_SECRET": SECRET.decode()}) as crew:
            crew.start("n1", crash_at=crash_at)
            crew.start("n2")
            await crew.wait_ready()
            await publish(settings, CRISES)
            assert await crew.wait_ended("n1") == -signal.SIGKILL, crew.log("n1")
            if is_state_lost:
                crew.forget_state("n1")
            crew.start("n1")
            await crew.wait_ready("n1")
            await wait_until_settled(settings)
            await asyncio.sleep(0.5)  # one too many would come now
            yield receiver.requests


@pytest.fixture
def settings(kafka: str, namespace: str, tmp_path: Path) -> Settings:
    return Settings(
        bootstrap=kafka, namespace=namespace, session_timeout_ms=6_000,
        response=tmp_path / "response.yaml", watchlist=tmp_path / "watchlist.yaml",
    )  # fmt: skip


@pytest.mark.parametrize("is_state_lost", [False, True], ids=["state kept", "state lost"])
def test_dying_between_answer_and_receipt_repeats_one_page_and_marks_it(
    settings: Settings, tmp_path: Path, is_state_lost: bool
) -> None:
    async def story() -> None:
        async with told(settings, tmp_path, "request-sent#3", is_state_lost=is_state_lost) as requests:
            assert {request.key for request in requests} == KEYS.keys()
            assert len(requests) == len(KEYS) + 1
            first, second = (r for r in requests if sum(r.key == other.key for other in requests) == 2)
            assert "Tocsin-Possible-Repeat" not in first.headers
            assert second.headers["Tocsin-Possible-Repeat"] == "true"
            assert KEYS[first.key].sequence == 3

    asyncio.run(story())


def test_dying_after_the_receipt_repeats_nothing(settings: Settings, tmp_path: Path) -> None:
    async def story() -> None:
        async with told(settings, tmp_path, "receipt#3", is_state_lost=False) as requests:
            assert sorted(request.key for request in requests) == sorted(KEYS)
            assert not [request for request in requests if "Tocsin-Possible-Repeat" in request.headers]
            for crisis in CRISES:
                mine = [KEYS[r.key].sequence for r in requests if KEYS[r.key].crisis.id == crisis[0].crisis.id]
                assert mine == [*range(1, EVENTS + 1)]

    asyncio.run(story())
