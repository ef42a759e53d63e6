"""Tell people: every escalation event becomes deliveries, which the courier brings to their notifiers.

An App of its own, so that a slow receiver never holds up the pipeline.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from typing import Any

from agents.deliveries import DeliveryTable, EngineBook
from agents.engine.app import App
from agents.engine.chunk import chunks
from agents.engine.crash import CrashPoint
from schemas.crisis import Delivery, EscalationEvent
from tocsin.cards import render_card
from tocsin.evidence import EvidenceTexts
from tocsin.notifiers.attempt import DeliveryBook
from tocsin.notifiers.build import build_notifiers
from tocsin.notifiers.courier import Courier
from tocsin.notifiers.notifier import Notifier
from tocsin.pipeline import NOTIFY
from tocsin.preflight import Ready, check_notifier
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
        self._courier = Courier(
            [_Watched(notifier, crash) for notifier in built.notifiers],
            _Watching(EngineBook(lambda: self.runtime), crash),
            self._card,
            built.policies,
        )
        DeliveryTable.on_change = staticmethod(self._courier.wake)
        await super().on_start()
        self.runtime.on_assigned = self._courier.wake
        self._work = [asyncio.ensure_future(w) for w in (self._courier.run(), self._texts.follow(), self._expire())]
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

    def _card(self, event: EscalationEvent) -> str:
        return render_card(event, self._texts.find(event))

    def _on_work_done(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            self.runtime.give_up(task.exception())


class _Watched:
    """A notifier with a crash point after the answer, before the receipt."""

    def __init__(self, inner: Notifier, crash: CrashPoint) -> None:
        self._inner = inner
        self._crash = crash
        self.name = inner.name

    async def send(self, delivery: Delivery, card: str) -> None:
        await self._inner.send(delivery, card)
        self._crash.reach("request-sent")

    async def digest(self, deliveries: Sequence[Delivery], card: str) -> None:
        await self._inner.digest(deliveries, card)
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

    async def record(self, delivery: Delivery) -> None:
        await self._inner.record(delivery)
        if delivery.state == "delivered":
            self._crash.reach("receipt")


app = NotifyApp("notify", Settings.from_environment(), [NOTIFY], check_notifier, table=DeliveryTable)
app.agent(app.source(NOTIFY), name=NOTIFY.name)(notify)
