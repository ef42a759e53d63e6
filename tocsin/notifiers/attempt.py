"""One attempt to tell a notifier, written down before and after.

The order of writing is what the guarantee rests on. An attempt is written down durably *before* its request goes out,
its receipt after the answer. A process that dies in between leaves a row that says "under way"; whoever takes it over
makes one more attempt, with the same idempotency key, marked as possible repeat.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from schemas.crisis import Delivery, EscalationEvent
from tocsin import metrics
from tocsin.notifiers.notifier import Misconfigured, Notifier, Refused, TryLater
from tocsin.notifiers.retry import DeliveryPolicy, begin, give_up, is_answer_lost, put_off, receive, take_back
from tocsin.response.digest import digest_card, event_line

log = logging.getLogger(__name__)


class DeliveryBook(Protocol):
    """The table of deliveries, as the courier needs it."""

    def pending(self) -> list[Delivery]:
        """All deliveries of our partitions that are not settled, in any order."""
        ...

    async def record(self, delivery: Delivery) -> None:
        """Replace the row of `delivery.key`; returns when it is durable, and `pending` shows it.

        Raises:
            NoLongerOurs: its partition went to another worker. Any other error ends the courier.
        """
        ...


class NoLongerOurs(Exception):
    """The delivery belongs to another worker now, which will take care of it."""


class Ended(NamedTuple):
    """How an attempt ended.

    Attributes:
        is_settled: nothing is left to do for its deliveries, here at least.
        rests_until: the notifier is misconfigured, and left alone until then.
    """

    is_settled: bool
    rests_until: datetime | None = None


class Attempts:
    """Makes attempts; everything it decides is in `tocsin.notifiers.retry`.

    Args:
        book: where every step is written down.
        card: the event as text for people.
        now: wall time in UTC.
        chance: of the jitter.
    """

    def __init__(
        self,
        book: DeliveryBook,
        card: Callable[[EscalationEvent], str],
        now: Callable[[], datetime],
        chance: random.Random,
    ) -> None:
        self._book = book
        self._card = card
        self._now = now
        self._chance = chance

    async def make(
        self, notifier: Notifier, policy: DeliveryPolicy, deliveries: Sequence[Delivery], is_digest: bool
    ) -> Ended:
        """Tell of one delivery, or of many in one digest.

        Raises:
            Exception: what the book raised.
        """
        begun = [each for each in [await self._begin(delivery, policy) for delivery in deliveries] if each is not None]
        if not begun:
            return Ended(is_settled=True)
        bound = policy.send_timeout.total_seconds()
        try:
            async with asyncio.timeout(bound):
                if is_digest:
                    await notifier.digest(begun, digest_card(begun))
                else:
                    await notifier.send(begun[0], self._render(begun[0].event))
        except Refused as error:
            await self.give_up(begun, str(error))
            return Ended(is_settled=True)
        except Misconfigured as error:
            return await self._rest(notifier.name, policy, begun, str(error))
        except TryLater as error:
            return await self._put_off(policy, begun, str(error), error.retry_after, error.may_have_arrived)
        except TimeoutError:
            return await self._put_off(policy, begun, f"{notifier.name}: no answer within {bound:g} s", None, True)
        except Exception as error:
            # A fault of the notifier's own is no worse than a service that fails, and bounded by the same attempts.
            log.exception("notifier %s failed", notifier.name)
            return await self._put_off(policy, begun, f"{type(error).__name__}: {error}", None, True)
        for delivery in begun:
            receipt = receive(delivery, self._now(), is_digest)
            await self._record(receipt, receipt.state)
        return Ended(is_settled=True)

    async def give_up(self, deliveries: Sequence[Delivery], error: str) -> None:
        """Make them dead letters: written down, counted, logged."""
        for delivery in deliveries:
            if await self._record(give_up(delivery, error), "failed"):
                log.error(
                    "dead letter: %s was not told of %s of crisis %s after %d attempts: %s",
                    delivery.notifier,
                    delivery.event.type,
                    delivery.event.crisis.id,
                    delivery.attempts,
                    error,
                )

    async def _begin(self, delivery: Delivery, policy: DeliveryPolicy) -> Delivery | None:
        """Write down that an attempt begins; None when none is to be made."""
        if policy.is_given_up(delivery):
            lost = "the answers of its last two attempts were lost"
            await self.give_up([delivery], lost if is_answer_lost(delivery) else delivery.error)
            return None
        begun = begin(delivery)
        return begun if await self._record(begun, None) else None

    async def _put_off(
        self,
        policy: DeliveryPolicy,
        begun: Sequence[Delivery],
        error: str,
        retry_after: timedelta | None,
        may_have_arrived: bool,
    ) -> Ended:
        # One draw for all: the events of a digest stay together.
        delay = policy.delay(max(each.attempts for each in begun), self._chance)
        next_attempt_at = self._now() + max(delay, retry_after or timedelta())
        is_settled = True
        for delivery in begun:
            later = put_off(delivery, next_attempt_at, error, may_have_arrived)
            if policy.is_given_up(later):
                await self.give_up([later], error)
                continue
            is_settled = False
            log.warning("%s; delivery %s is tried again at %s UTC", error, later.key, f"{next_attempt_at:%H:%M:%S}")
            await self._record(later, "retried")
        return Ended(is_settled)

    async def _rest(self, notifier: str, policy: DeliveryPolicy, begun: Sequence[Delivery], error: str) -> Ended:
        rests_until = self._now() + policy.rest
        log.error("notifier %s is misconfigured, it rests until %s UTC: %s", notifier, f"{rests_until:%H:%M}", error)
        for delivery in begun:
            await self._record(take_back(delivery, rests_until, error), "stopped")
        return Ended(is_settled=False, rests_until=rests_until)

    async def _record(self, delivery: Delivery, outcome: str | None) -> bool:
        """Write one row durably, then count it; False when it is another worker's by now."""
        try:
            await self._book.record(delivery)
        except NoLongerOurs:
            return False
        if outcome is not None:
            metrics.DELIVERIES.labels(delivery.notifier, outcome).inc()
        return True

    def _render(self, event: EscalationEvent) -> str:
        try:
            return self._card(event)
        except Exception:
            log.exception("the card of event %s could not be made; its plain line is sent instead", event.id)
            return event_line(event)
