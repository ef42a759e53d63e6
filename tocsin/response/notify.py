"""An escalation event becomes one delivery for every notifier that has to hear of it, and for every person it pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Self

from schemas.crisis import SEVERITIES, Crisis, Delivery, EscalationEvent, Recipient, Severity
from tocsin.flow import Emit, Rows
from tocsin.response.lifecycle import ENDS, RECORDED
from tocsin.response.plan import LogNotifier, Plan, Silence

#: Receipts make a page idempotent against producers, replays and restarts; none of them reaches back a month.
RECEIPT_LIFETIME = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Subscription:
    """What one notifier hears.

    Attributes:
        name: of the notifier, unique; part of the idempotency key, so a renamed notifier is a new one.
        min_severity: the least severity it hears; below `elevated` nobody is messaged, whatever is written here.
        hears_exercises: it also hears the crises of a namespace that is an exercise: a drill never pages the company.
        brands: ids of the brands it hears of; None: all.
        is_record: it messages nobody, it keeps a record (the log): it may hear of what is only watched, too.
    """

    name: str
    min_severity: Severity = "elevated"
    hears_exercises: bool = False
    brands: frozenset[str] | None = None
    is_record: bool = False

    def wants(self, event: EscalationEvent) -> bool:
        """Whether this notifier has to be told of the event.

        The end of a crisis is told to everyone who heard of it at its worst, though its severity has fallen since.
        """
        crisis = event.crisis
        if self.brands is not None and crisis.brand not in self.brands:
            return False
        if (event.type in RECORDED and not self.is_record) or (crisis.is_exercise and not self.hears_exercises):
            return False
        severity = crisis.peak_severity if event.type in ENDS else crisis.severity
        floor: Severity = "watch" if self.is_record else "elevated"
        return SEVERITIES.index(severity) >= max(SEVERITIES.index(self.min_severity), SEVERITIES.index(floor))


@dataclass(frozen=True, slots=True)
class NotifySetup:
    """Handed to the step when it starts on a partition: who hears what, and what is muted for a time.

    Attributes:
        hear_exercises: notifiers that take a page of an exercise.
    """

    subscriptions: tuple[Subscription, ...] = ()
    silences: tuple[Silence, ...] = ()
    hear_exercises: frozenset[str] = frozenset()

    @classmethod
    def from_response(cls, plan: Plan) -> Self:
        """What response.yaml says. With policies, a notifier that none of them names hears of nothing."""
        subscriptions = []
        for notifier in plan.notifiers:
            policies = [policy for policy in plan.policies if notifier.id in policy.notifiers]
            if plan.policies and not policies:
                continue
            hears_all = not all(policy.brands for policy in policies) or not policies
            subscriptions.append(
                Subscription(
                    name=notifier.id,
                    min_severity=notifier.only_from,
                    hears_exercises=notifier.hears_exercises,
                    brands=None if hears_all else frozenset(brand for policy in policies for brand in policy.brands),
                    is_record=isinstance(notifier, LogNotifier),
                )
            )
        hear_exercises = frozenset(notifier.id for notifier in plan.notifiers if notifier.hears_exercises)
        return cls(tuple(subscriptions), plan.silences, hear_exercises)

    def find_silence(self, crisis: Crisis, at: datetime) -> Silence | None:
        """The silence that mutes this crisis at an instant of wall time; one of a topic mutes that subject alone."""
        for silence in self.silences:
            if silence.brand == crisis.brand and silence.topic in (None, crisis.subject) and at < silence.until:
                return silence
        return None


class Notify:
    """Keeps one row per event and notifier: first the intent to tell, later its receipt (`schemas.crisis.Delivery`).

    It sends nothing: the senders (`tocsin.notifiers.courier`) work from these rows, after the chunk was committed.

    Args:
        setup: who hears what.
        rows: deliveries by their key, one partition's.
    """

    def __init__(self, setup: NotifySetup, rows: Rows) -> None:
        self._setup = setup
        self._rows = rows

    def take(self, event: EscalationEvent, appended_ms: int) -> Iterable[Emit]:
        """Put down who has to be told of one event.

        A row that is there already is left alone, pending or settled: an event that is read again pages nobody again.
        What a silence mutes is put down as settled, with whose silence it was and why: nothing goes unsaid unseen.

        Args:
            appended_ms: when Kafka stored the event, ms since 1970. It dates the delivery: the event's own time is
                long past in a replay, and says nothing of how late the page is.
        """
        created_at = datetime.fromtimestamp(appended_ms / 1000, UTC)
        silenced = event.silenced or self._find_silence(event, created_at)
        for subscription in self._setup.subscriptions:
            key = delivery_key(event.id, subscription.name)
            if not subscription.wants(event) or self._rows.get(key) is not None:
                continue
            delivery = Delivery(key=key, notifier=subscription.name, event=event, created_at=created_at)
            # A record is kept of what was muted as well.
            if silenced and not subscription.is_record:
                delivery = delivery.replace(state="silenced", error=silenced)
            self._rows.put(key, delivery)
        for recipient in event.page.recipients if event.page else ():
            self._page(event, recipient, created_at)
        return ()

    def _find_silence(self, event: EscalationEvent, at: datetime) -> str:
        """Why response.yaml, as it is here and now, mutes an event; empty when it does not."""
        silence = self._setup.find_silence(event.crisis, at)
        return f"silenced by {silence.by} until {silence.until.isoformat()}: {silence.reason}" if silence else ""

    def _page(self, event: EscalationEvent, recipient: Recipient, created_at: datetime) -> None:
        """Put down that one person has to be told, by the first of their notifiers; the others are for when it fails.

        What keeps pages back was decided before there was one (`tocsin.response.paging`).
        """
        key = delivery_key(event.id, f"@{recipient.person}")  # no notifier has a name like this
        if self._rows.get(key) is not None:
            return
        ways = recipient.notifiers
        if event.crisis.is_exercise:  # a drill never pages the company
            ways = tuple(way for way in ways if way in self._setup.hear_exercises)
            if not ways:
                return
        delivery = Delivery(
            key=key,
            notifier=ways[0] if ways else "",
            event=event,
            created_at=created_at,
            recipient=recipient.person,
            alternatives=ways[1:],
        )
        if not ways:
            why = f"{recipient.person} has no notifier: name some in response.yaml (`notifiers` of the person)"
            delivery = delivery.replace(state="failed", error=why)
        self._rows.put(key, delivery)

    def advance(self, watermark_ms: int) -> Iterable[Emit]:  # noqa: ARG002 - deliveries live by wall time
        """Event time means nothing to a delivery."""
        return ()

    def expire(self, now_ms: int) -> list[Delivery]:
        """Delete what is older than `RECEIPT_LIFETIME`.

        Call it before the senders look: an event that is read again after its receipt has gone is then never told.

        Args:
            now_ms: wall time, ms since 1970.

        Returns:
            the deleted deliveries that were still pending: nobody was told, so the caller has to say so.
        """
        horizon = datetime.fromtimestamp(now_ms / 1000, UTC) - RECEIPT_LIFETIME
        expired = [(key, delivery) for key, delivery in self._rows.items() if delivery.created_at < horizon]
        for key, _ in expired:
            self._rows.delete(key)
        return [delivery for _, delivery in expired if delivery.state == "pending"]


def delivery_key(event_id: str, notifier: str) -> str:
    """The idempotency key: 32 hexadecimal digits that event and notifier alone decide, equal in every attempt.

    Args:
        notifier: its name, or `@` and the person who is paged: a page that moves to another notifier keeps its key.
    """
    return blake2b(f"{event_id}\n{notifier}".encode(), digest_size=16).hexdigest()
