"""What becomes of a delivery: when it is tried, what an attempt leaves behind, when it is given up. Pure.

The life of one delivery, as its row tells it:

    new               attempts 0
    under way         attempts n, no next attempt      ← written before the request goes out
    to be tried again attempts n, next attempt at …
    settled           delivered | digested | failed
    handed over       attempts 0 at the next notifier of the same person

A row that is *under way* although nobody is sending it is what a crash between answer and receipt leaves behind.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from schemas.crisis import Delivery

#: What is kept of an error's message.
_ERROR_SHOWN = 500


@dataclass(frozen=True, slots=True)
class DeliveryPolicy:
    """How patient the senders are with one notifier.

    Attributes:
        max_attempts: then the delivery is a dead letter. One more is made when the last one's answer was lost.
        first_delay: after the first failed attempt: short, a restarting receiver is back in seconds.
        growth: of the delay, from attempt to attempt.
        longest_delay: of all. With these numbers the twelfth attempt is 38 to 51 minutes after the first: the whole
            story ends within the hour after which nobody is paged any more.
        jitter: share of the delay that is left to chance, so that a receiver that comes back is not met by everybody.
        stale_after: age at which an event is digested instead of paged.
        gather: how long a digest waits for more of its kind: after a long outage they come in over some seconds.
        digest_size: most events in one digest.
        concurrency: requests under way at once, for each notifier.
        send_timeout: for one attempt of any notifier; what has not answered by then counts as lost.
        rest: how long a misconfigured notifier is left alone: people mend receivers without restarting us.
        hand_over_after: a page that one way has not brought to a person by then is given to the next one: a second
            attempt has failed by then, and a minute more is a minute in which nobody acts.
    """

    max_attempts: int = 12
    first_delay: timedelta = timedelta(seconds=5)
    growth: float = 2.0
    longest_delay: timedelta = timedelta(minutes=10)
    jitter: float = 0.25
    stale_after: timedelta = timedelta(hours=1)
    gather: timedelta = timedelta(seconds=10)
    digest_size: int = 100
    concurrency: int = 4
    send_timeout: timedelta = timedelta(seconds=30)
    rest: timedelta = timedelta(minutes=10)
    hand_over_after: timedelta = timedelta(minutes=2)

    def delay(self, attempts: int, chance: random.Random) -> timedelta:
        """How long to wait after so many failed attempts (at least one)."""
        # The exponent is capped too: a power of many attempts would overflow before `min` could help.
        delay = min(self.first_delay * self.growth ** min(attempts - 1, 30), self.longest_delay)
        return delay * (1 - self.jitter * chance.random())

    def is_stale(self, delivery: Delivery, now: datetime) -> bool:
        """Whether its event is too old to page anyone; Kafka's clock said when it came."""
        return now - delivery.created_at > self.stale_after

    def hand_over_at(self, delivery: Delivery) -> datetime:
        """When a page that has another way to its person leaves this one: each way has the same time."""
        return delivery.created_at + self.hand_over_after * (1 + len(delivery.failed_over))

    def is_overdue(self, delivery: Delivery, now: datetime, *, is_held_up: bool = False) -> bool:
        """Whether the next way to its person has to be tried.

        An attempt was made, or is `is_held_up` by the notifier: after an outage of our own all pages are old, and none
        of them has been tried.
        """
        was_tried = delivery.attempts > 0 or is_held_up
        return bool(delivery.alternatives) and was_tried and now >= self.hand_over_at(delivery)

    def is_given_up(self, delivery: Delivery) -> bool:
        """Whether no attempt is left, counting the one that makes up for a lost answer."""
        return delivery.attempts >= self.max_attempts + (1 if is_answer_lost(delivery) else 0)


def is_answer_lost(delivery: Delivery) -> bool:
    """Whether an attempt was begun and never ended: its process died before the receipt was written."""
    return delivery.state == "pending" and delivery.attempts > 0 and delivery.next_attempt_at is None


def is_due(delivery: Delivery, now: datetime) -> bool:
    """Whether it may be tried now."""
    return delivery.next_attempt_at is None or delivery.next_attempt_at <= now


def begin(delivery: Delivery, reference: str = "") -> Delivery:
    """The row to write before a request goes out.

    Args:
        reference: under which the service knows what it was told of the crisis last.
    """
    return delivery.replace(
        attempts=delivery.attempts + 1,
        next_attempt_at=None,
        is_possible_repeat=delivery.is_possible_repeat or is_answer_lost(delivery),
        reference=reference or delivery.reference,
    )


def take_back(begun: Delivery, next_attempt_at: datetime, error: str) -> Delivery:
    """The row when the notifier was at fault, not the delivery: this attempt does not count."""
    return begun.replace(attempts=begun.attempts - 1, next_attempt_at=next_attempt_at, error=error[:_ERROR_SHOWN])


def put_off(begun: Delivery, next_attempt_at: datetime, error: str, may_have_arrived: bool) -> Delivery:
    """The row after a failed attempt that will be followed by another."""
    return begun.replace(
        next_attempt_at=next_attempt_at,
        error=error[:_ERROR_SHOWN],
        is_possible_repeat=begun.is_possible_repeat or may_have_arrived,
    )


def give_up(delivery: Delivery, error: str) -> Delivery:
    """The dead letter."""
    return delivery.replace(state="failed", next_attempt_at=None, error=error[:_ERROR_SHOWN])


def hand_over(delivery: Delivery, error: str) -> Delivery:
    """The row that makes the next way to its person responsible, under the same key.

    Raises:
        IndexError: there is no other way.
    """
    return delivery.replace(
        notifier=delivery.alternatives[0],
        alternatives=delivery.alternatives[1:],
        failed_over=(*delivery.failed_over, delivery.notifier),
        attempts=0,
        next_attempt_at=None,
        error=error[:_ERROR_SHOWN],
        is_possible_repeat=delivery.is_possible_repeat or is_answer_lost(delivery),
        reference="",
    )


def receive(begun: Delivery, now: datetime, is_digest: bool, reference: str = "") -> Delivery:
    """The receipt. A service that gives no new reference still knows the crisis under the old one."""
    return begun.replace(
        state="digested" if is_digest else "delivered",
        delivered_at=now,
        error="",
        reference=reference or begun.reference,
    )
