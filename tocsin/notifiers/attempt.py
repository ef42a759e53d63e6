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

from schemas.crisis import Delivery
from tocsin import metrics
from tocsin.notifiers.notifier import Misconfigured, Notifier, Refused, TryLater
from tocsin.notifiers.retry import (
    DeliveryPolicy,
    begin,
    give_up,
    hand_over,
    is_answer_lost,
    put_off,
    receive,
    take_back,
)
from tocsin.response.digest import digest_card
from tocsin.response.message.compose import compose
from tocsin.response.message.message import Message

log = logging.getLogger(__name__)


class DeliveryBook(Protocol):
    """The table of deliveries, as the courier needs it."""

    def pending(self) -> list[Delivery]:
        """All deliveries of our partitions that are not settled, in any order."""
        ...

    def told(self, notifier: str) -> list[Delivery]:
        """Of each crisis of our partitions what this notifier was told last under a reference, in any order."""
        ...

    def find_told(self, notifier: str, crisis: str) -> Delivery | None:
        """What this notifier was told last of one crisis under a reference."""
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
        compose: what a delivery says to its reader.
        now: wall time in UTC.
        chance: of the jitter.
    """

    def __init__(
        self,
        book: DeliveryBook,
        compose: Callable[[Delivery], Message],
        now: Callable[[], datetime],
        chance: random.Random,
    ) -> None:
        self._book = book
        self._compose = compose
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
                    await notifier.digest(begun, digest_card(begun), self.message(begun[0]).reader)
                    reference = ""
                else:
                    reference = await notifier.send(begun[0], self.message(begun[0]))
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
            receipt = receive(delivery, self._now(), is_digest, reference)
            await self._record(receipt, receipt.state)
        return Ended(is_settled=True)

    async def give_up(self, deliveries: Sequence[Delivery], error: str) -> None:
        """Try the next way to their people, or make them dead letters: written down, counted, logged."""
        for delivery in deliveries:
            if delivery.alternatives:
                await self.hand_over(delivery, error)
            elif await self._record(give_up(delivery, error), "failed"):
                log.error(
                    "dead letter: %s was not told of %s of crisis %s after %d attempts: %s",
                    delivery.notifier,
                    delivery.event.type,
                    delivery.event.crisis.id,
                    delivery.attempts,
                    error,
                )

    async def hand_over(self, delivery: Delivery, error: str) -> None:
        """Make the next way to its person responsible: written down, counted, logged."""
        passed = hand_over(delivery, error)
        try:
            await self._book.record(passed)
        except NoLongerOurs:
            return
        _count(delivery, "failed_over")
        log.error(
            "%s did not reach %s with %s of crisis %s; %s is tried now: %s",
            delivery.notifier,
            delivery.recipient or "its people",
            delivery.event.type,
            delivery.event.crisis.id,
            passed.notifier,
            error,
        )

    def message(self, delivery: Delivery) -> Message:
        """What it says; in plain English with all that needs no look-up, when that cannot be made."""
        try:
            return self._compose(delivery)
        except Exception:
            log.exception("the message of event %s could not be made as it should be", delivery.event.id)
            return compose(delivery.event, is_possible_repeat=delivery.is_possible_repeat)

    async def _begin(self, delivery: Delivery, policy: DeliveryPolicy) -> Delivery | None:
        """Write down that an attempt begins; None when none is to be made."""
        if policy.is_given_up(delivery):
            lost = "the answers of its last two attempts were lost"
            await self.give_up([delivery], lost if is_answer_lost(delivery) else delivery.error)
            return None
        last = self._book.find_told(delivery.notifier, delivery.event.crisis.id)
        begun = begin(delivery, last.reference if last is not None else "")
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
            if later.alternatives:  # it leaves this way then, and must not sleep longer
                later = later.replace(
                    next_attempt_at=min(next_attempt_at, max(policy.hand_over_at(later), self._now()))
                )
            log.warning("%s; delivery %s is tried again at %s UTC", error, later.key, f"{next_attempt_at:%H:%M:%S}")
            await self._record(later, "retried")
        return Ended(is_settled)

    async def _rest(self, notifier: str, policy: DeliveryPolicy, begun: Sequence[Delivery], error: str) -> Ended:
        rests_until = self._now() + policy.rest
        log.error("notifier %s is misconfigured, it rests until %s UTC: %s", notifier, f"{rests_until:%H:%M}", error)
        for delivery in begun:
            if delivery.alternatives:
                await self.hand_over(delivery, error)
            else:
                await self._record(take_back(delivery, rests_until, error), "stopped")
        return Ended(is_settled=False, rests_until=rests_until)

    async def _record(self, delivery: Delivery, outcome: str | None) -> bool:
        """Write one row durably, then count it; False when it is another worker's by now."""
        try:
            await self._book.record(delivery)
        except NoLongerOurs:
            return False
        if outcome is not None:
            _count(delivery, outcome)
        return True


def _count(delivery: Delivery, outcome: str) -> None:
    metrics.DELIVERIES.labels(delivery.notifier, outcome).inc()
    if delivery.recipient:
        metrics.PAGES.labels(outcome).inc()
    if outcome == "delivered" and delivery.delivered_at is not None:
        waited = delivery.delivered_at - delivery.created_at
        metrics.DELIVERY.labels(delivery.notifier).observe(max(0.0, waited.total_seconds()))
