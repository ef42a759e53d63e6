"""Tell people: every escalation event becomes deliveries, which the courier brings to their notifiers.

An App of its own, so that a slow receiver never holds up the pipeline.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from agents.deliveries import DeliveryTable, EngineBook
from agents.engine.app import App
from agents.engine.chunk import chunks
from agents.engine.crash import CrashPoint
from schemas.crisis import Delivery
from tocsin.configuration import load_playbooks
from tocsin.evidence import EvidenceTexts
from tocsin.notifiers.attempt import DeliveryBook
from tocsin.notifiers.build import build_notifiers
from tocsin.notifiers.courier import Courier
from tocsin.notifiers.notifier import Notifier
from tocsin.notifiers.standing import Repeater
from tocsin.pipeline import NOTIFY
from tocsin.preflight import Ready, check_notifier
from tocsin.response.links import LIFETIME, Link, check_address, make_link, read_secret
from tocsin.response.message.message import Message, Reader
from tocsin.response.message.write import MessageWriter
from tocsin.response.notify import NotifySetup
from tocsin.response.plan import Plan
from tocsin.settings import Settings

logger = logging.getLogger(__name__)

#: Receipts older than their lifetime are removed this often.
EXPIRY_S = 3600.0


async def notify(stream: Any) -> None:
    """Put down who has to be told of every escalation event."""
    async for chunk in chunks(stream):
        chunk.take()
        chunk.advance()
        await chunk.done()


class NotifyApp(App):
    """The notifier: the step NOTIFY on the engine, and the courier beside it."""

    async def on_start(self) -> None:
        ready = self.ready or await self.check(self.tocsin)
        plan: Plan = ready.setup
        self.ready = Ready(
            setup=NotifySetup.from_response(plan), partitions=ready.partitions, time=ready.time,
            is_exercise=ready.is_exercise, notes=ready.notes,
        )  # fmt: skip
        self._texts = await EvidenceTexts(self.tocsin).__aenter__()
        built = build_notifiers(plan, self.tocsin.namespace)
        crash = CrashPoint(self.tocsin.crash_at)
        book = _Watching(EngineBook(lambda: self.runtime), crash)
        writer = MessageWriter(
            plan, self._texts.find, load_playbooks(plan, self.tocsin.response).find, acknowledge_links(self.tocsin)
        )
        self._courier = Courier(
            [_Watched(notifier, crash) for notifier in built.notifiers], book, writer.write, built.policies
        )
        self._repeater = Repeater(built.notifiers, book, writer.write)
        DeliveryTable.on_change = staticmethod(self._courier.wake)
        await super().on_start()
        self.runtime.on_assigned = self._courier.wake
        work = (self._courier.run(), self._repeater.run(), self._texts.follow(), self._expire())
        self._work = [asyncio.ensure_future(each) for each in work]
        for task in self._work:
            task.add_done_callback(self._on_work_done)

    async def on_stop(self) -> None:
        if hasattr(self, "_work"):
            await self._courier.stop()
            for task in self._work:
                task.cancel()
            await asyncio.gather(*self._work, return_exceptions=True)
            await self._texts.__aexit__(None, None, None)
        await super().on_stop()

    async def _expire(self) -> None:
        """Remove old receipts; say so when one of them was never delivered."""
        while True:
            for lane in self.runtime.lanes.values():
                for delivery in lane.processor.expire(int(time.time() * 1000)):
                    logger.error("nobody was told of %s by %s: it is too old", delivery.event.id, delivery.notifier)
            self.runtime.committer.wake()
            await asyncio.sleep(EXPIRY_S)

    def _on_work_done(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            self.runtime.give_up(task.exception())


def acknowledge_links(settings: Settings) -> Callable[[Delivery], str]:
    """What makes the address where the person of a delivery takes its crisis; nothing where `tocsin respond` is not.

    Raises:
        ConfigurationError: an address without a usable secret, or the other way round.
    """
    if not settings.respond_url:
        return lambda _: ""
    base, secret = check_address(settings.respond_url), read_secret(settings.respond_secret)

    def make(delivery: Delivery) -> str:
        link = Link(
            namespace=settings.namespace,
            action="acknowledge",
            brand=delivery.event.crisis.brand,
            crisis=delivery.event.crisis.id,
            person=delivery.recipient,
            expires_at=delivery.created_at + LIFETIME,  # the same link in every attempt
        )
        return make_link(base, secret, link)

    return make


class _Watched:
    """A notifier with a crash point after the answer, before the receipt."""

    def __init__(self, inner: Notifier, crash: CrashPoint) -> None:
        self._inner = inner
        self._crash = crash
        self.name = inner.name

    async def send(self, delivery: Delivery, message: Message) -> str:
        reference = await self._inner.send(delivery, message)
        self._crash.reach("request-sent")
        return reference

    async def digest(self, deliveries: Sequence[Delivery], card: str, reader: Reader) -> None:
        await self._inner.digest(deliveries, card, reader)
        self._crash.reach("request-sent")

    async def close(self) -> None:
        await self._inner.close()


class _Watching:
    """A book with a crash point after the receipt."""

    def __init__(self, inner: DeliveryBook, crash: CrashPoint) -> None:
        self._inner = inner
        self._crash = crash

    def pending(self) -> list[Delivery]:
        return self._inner.pending()

    def told(self, notifier: str) -> list[Delivery]:
        return self._inner.told(notifier)

    def find_told(self, notifier: str, crisis: str) -> Delivery | None:
        return self._inner.find_told(notifier, crisis)

    async def record(self, delivery: Delivery) -> None:
        await self._inner.record(delivery)
        if delivery.state == "delivered":
            self._crash.reach("receipt")


app = NotifyApp("notify", Settings.from_environment(), [NOTIFY], check_notifier, table=DeliveryTable)
app.agent(app.source(NOTIFY), name=NOTIFY.name)(notify)
