"""Tells again what must not be forgotten: an Alertmanager takes an alert for resolved that nobody repeats.

Nothing is kept here. What stands is what the receipts say was told last, so a restart goes on where the last process
stopped, and a process that takes partitions over repeats what stands in them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from schemas.crisis import Delivery
from tocsin import metrics
from tocsin.notifiers.attempt import DeliveryBook
from tocsin.notifiers.notifier import Notifier, NotifierError, Standing
from tocsin.response.message.message import Message, is_over

log = logging.getLogger(__name__)

#: A crisis of which nothing was heard for so long does not stand any more.
LONGEST_STAND = timedelta(days=3)


class Repeater:
    """Works until it is cancelled: `run` in a task.

    Args:
        notifiers: those that are `Standing` are served, each at its own pace.
        book: the table of deliveries.
        message: what a delivery says to its reader.
        now: wall time in UTC.
        send_timeout: for one attempt; the next comes soon enough, so nothing is retried.
    """

    def __init__(
        self,
        notifiers: Iterable[Notifier],
        book: DeliveryBook,
        message: Callable[[Delivery], Message],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        send_timeout: timedelta = timedelta(seconds=30),
    ) -> None:
        self._notifiers = [each for each in notifiers if isinstance(each, Standing)]
        self._book = book
        self._message = message
        self._now = now
        self._send_timeout = send_timeout.total_seconds()

    async def run(self) -> None:
        """Repeat what stands, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for notifier in self._notifiers:
                tasks.create_task(self._serve(notifier))

    async def repeat(self, notifier: Standing) -> int:
        """Tell one notifier once of all that stands; returns how many crises that were, 0 when it was not heard."""
        standing = [delivery for delivery in self._book.told(notifier.name) if self._stands(delivery)]
        if not standing:
            return 0
        try:
            async with asyncio.timeout(self._send_timeout):
                await notifier.stand(standing, [self._message(delivery) for delivery in standing])
        except (NotifierError, TimeoutError) as error:
            log.warning("%s: what stands could not be repeated: %s", notifier.name, error or "no answer in time")
            metrics.DELIVERIES.labels(notifier.name, "retried").inc()
            return 0
        return len(standing)

    async def _serve(self, notifier: Standing) -> None:
        while True:
            try:
                await self.repeat(notifier)
            except Exception:
                # A fault here must not stop what pages people.
                log.exception("%s: what stands could not be repeated", notifier.name)
            await asyncio.sleep(notifier.repeat_every.total_seconds())

    def _stands(self, delivery: Delivery) -> bool:
        told_at = delivery.delivered_at or delivery.created_at
        return not is_over(delivery.event.crisis) and self._now() - told_at < LONGEST_STAND
