"""How long everything took, against what one may ask for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from schemas.crisis import Crisis, Delivery, EscalationEvent, EventType
from tocsin.response.severity import is_alarm

_MINUTE: Final = timedelta(minutes=1)
#: 28 % of crises are international within an hour; a first answer takes 21 hours on average (Freshfields 2013).
DETECT_WITHIN: Final = 60 * _MINUTE
AVERAGE_ANSWER: Final = timedelta(hours=21)
#: Of the first message, after the escalation event.
TELL_WITHIN: Final = timedelta(seconds=30)
TELL_CRITICAL_WITHIN: Final = timedelta(seconds=2)
#: PagerDuty's habits (response.pagerduty.com): a first statement, and news after it.
ANSWER_WITHIN: Final = 5 * _MINUTE
ACKNOWLEDGE_WITHIN: Final = 5 * _MINUTE
NEWS_EVERY: Final = 20 * _MINUTE
REVIEW_CRITICAL_WITHIN: Final = timedelta(days=3)
REVIEW_WORKING_DAYS: Final = 5
#: Receipts are wall time: in a replay they are of another day, and tell nothing of how long it took.
_SAME_TIME: Final = timedelta(days=1)


class Clock(NamedTuple):
    """One of the times.

    Attributes:
        span: None: it has not happened, or nothing is known of it (`note` says which).
        target: None: there is none.
    """

    name: str
    span: timedelta | None
    target: timedelta | None = None
    note: str = ""

    @property
    def is_met(self) -> bool | None:
        """None: there is nothing to compare."""
        return None if self.span is None or self.target is None else self.span <= self.target


def read_clocks(
    crisis: Crisis, events: Sequence[EscalationEvent], deliveries: Iterable[Delivery], first_at: datetime | None
) -> tuple[Clock, ...]:
    """The times of one crisis, in the order in which they come.

    Args:
        events: of this crisis, in their order. first_at: when the first mention of the wave was posted, if known.
    """
    opened_at = find_alarm(crisis, events)
    detect = Clock("Detect", None, DETECT_WITHIN, "when its first mention was posted is not known any more")
    if opened_at is not None and first_at is not None:
        detect = Clock("Detect", max(opened_at - first_at, timedelta(0)), DETECT_WITHIN, "first mention to alarm")
    if opened_at is None:
        return (Clock("Detect", None, None, "it never was an alarm"),)
    told = TELL_CRITICAL_WITHIN if _severity_at(opened_at, events) == "critical" else TELL_WITHIN

    def since(name: str, at: datetime | None, target: timedelta | None, note: str, missing: str) -> Clock:
        return Clock(name, None if at is None else max(at - opened_at, timedelta(0)), target, note if at else missing)

    answered = crisis.first_answer_at or _find(events, "crisis.reply_sent")
    resolved = _find_last(events, "crisis.resolved")
    return (
        detect,
        _tell(events, deliveries, told),
        since("Acknowledge", _find(events, "crisis.acknowledged"), ACKNOWLEDGE_WITHIN, "alarm to a name", "nobody did"),
        since(
            "First answer", answered, ANSWER_WITHIN, "alarm to the brand's first reply; 21 h on average elsewhere",
            "no reply was recorded; 21 h on average elsewhere",
        ),
        _find_gap(events),
        since("Contain", _find(events, "crisis.contained"), None, "alarm to no longer growing", "not told apart"),
        since("Recover", resolved, None, "alarm to over", "it is not over"),
        _review(crisis, events, resolved),
    )  # fmt: skip


def find_alarm(crisis: Crisis, events: Sequence[EscalationEvent]) -> datetime | None:
    """When it became an alarm; when it opened, if that event is not kept any more; None: it never was one."""
    found = next((event.at for event in events if is_alarm(event.crisis.severity)), None)
    return found or (crisis.opened_at if is_alarm(crisis.peak_severity) else None)


def working_days_after(at: datetime, days: int) -> datetime:
    """So many days later, Saturdays and Sundays not counted."""
    while days:
        at += timedelta(days=1)
        days -= at.weekday() < 5
    return at


def _tell(events: Sequence[EscalationEvent], deliveries: Iterable[Delivery], target: timedelta) -> Clock:
    waits = []
    for each in deliveries:
        if each.state == "delivered" and each.delivered_at is not None and each.event.type != "crisis.watched":
            wait = each.delivered_at - each.event.at
            if timedelta(0) <= wait < _SAME_TIME:
                waits.append((each.event.sequence, wait))
    if not events or not waits:
        return Clock("First message", None, target, "no receipt tells of it")
    return Clock("First message", min(waits)[1], target, "escalation event to receipt")


def _find_gap(events: Sequence[EscalationEvent]) -> Clock:
    """The longest time without anything done by a person, between taking it and its end."""
    moments: list[datetime] = []
    longest = timedelta(0)
    for event in events:
        is_end = event.type in ("crisis.contained", "crisis.resolved", "crisis.dismissed")
        if (event.by or is_end) and moments:
            longest = max(longest, event.at - moments[-1])
        if event.by:
            moments.append(event.at)
        if is_end:
            break
    if not moments:
        return Clock("Longest silence", None, NEWS_EVERY, "nobody wrote anything down")
    return Clock("Longest silence", longest, NEWS_EVERY, "without anything done or written by a person")


def _review(crisis: Crisis, events: Sequence[EscalationEvent], resolved: datetime | None) -> Clock:
    if resolved is None:
        return Clock("Review", None, None, "due when it is over")
    is_worst = crisis.peak_severity == "critical"
    due = resolved + REVIEW_CRITICAL_WITHIN if is_worst else working_days_after(resolved, REVIEW_WORKING_DAYS)
    reviewed = _find_last(events, "crisis.reviewed")
    if reviewed is None or reviewed < resolved:
        return Clock("Review", None, due - resolved, f"due {due:%Y-%m-%d %H:%M} UTC")
    return Clock("Review", reviewed - resolved, due - resolved, "end to review")


def _severity_at(at: datetime, events: Sequence[EscalationEvent]) -> str:
    return next((event.crisis.severity for event in events if event.at >= at), "")


def _find(events: Iterable[EscalationEvent], kind: EventType) -> datetime | None:
    return next((event.at for event in events if event.type == kind), None)


def _find_last(events: Sequence[EscalationEvent], kind: EventType) -> datetime | None:
    return _find(reversed(events), kind)
