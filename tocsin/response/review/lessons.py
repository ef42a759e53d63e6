"""What went well and what to change: only what the data say, one sentence each, with the number that says so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from schemas.crisis import Crisis, Delivery, EscalationEvent
from tocsin.response.review.clocks import Clock
from tocsin.response.review.steps import Done
from tocsin.response.severity import is_alarm


def find_lessons(
    crisis: Crisis,
    events: Sequence[EscalationEvent],
    deliveries: Iterable[Delivery],
    clocks: Sequence[Clock],
    steps: Sequence[Done],
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Sentences for what went well, and for what to change."""
    well: list[str] = []
    change: list[str] = []
    for clock in clocks:
        if clock.is_met is not None and clock.span is not None and clock.target is not None:
            sentence = f"{clock.name}: {say_span(clock.span)}, target {say_span(clock.target)}."
            (well if clock.is_met else change).append(sentence)
    if crisis.status == "dismissed":
        change.append(f"It was a false alarm: {crisis.closed_because or 'dismissed'}.")
    elif crisis.first_answer_at is None and is_alarm(crisis.peak_severity):
        change.append("No reply of the brand was recorded.")
    change += _look_at_paging(events, deliveries)
    change += _look_at_end(crisis)
    if crisis.is_warming_up:
        change.append("What is usual was still a guess: the baseline was younger than two days.")
    kept = [each for each in steps if each.done_at is not None and not each.late]
    if kept:
        well.append(f"{_count(len(kept), 'step')} of the playbook in time: {', '.join(each.step.id for each in kept)}.")
    change += [
        f"The step {each.step.id} was {say_span(each.late)} late (due {each.due_at:%H:%M} UTC)."
        for each in steps
        if each.late
    ]
    untold = [each.step.id for each in steps if each.done_at is None]
    if untold:
        change.append(f"Nothing says whether these steps were done: {', '.join(untold)}.")
    good = [each for each in crisis.follow_ups if each.is_good]
    well += [f"Looked at again ({each.id}): {each.finding}." for each in good]
    return tuple(well), tuple(change)


def say_span(span: timedelta) -> str:
    """`40 s`, `12 min`, `3 h 5 min`, `2 d 4 h`: as exact as one would say it.

    >>> say_span(timedelta(seconds=100)), say_span(timedelta(hours=27, minutes=5))
    ('2 min', '1 d 3 h')
    """
    seconds = round(span.total_seconds())
    if seconds < 90:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def _look_at_paging(events: Sequence[EscalationEvent], deliveries: Iterable[Delivery]) -> list[str]:
    found = []
    expired = sum(event.type == "crisis.acknowledgement_expired" for event in events)
    if expired:
        found.append(f"{_count(expired, 'acknowledgement')} expired: taken, and nothing done for too long.")
    unheard = sum(
        event.type == "crisis.paged" and event.page is not None and not event.page.recipients for event in events
    )
    if unheard:
        found.append(f"{_count(unheard, 'step')} of the escalation found nobody to tell.")
    failed = [each for each in deliveries if each.state == "failed"]
    if failed:
        ways = ", ".join(sorted({each.notifier for each in failed}))
        found.append(f"{_count(len(failed), 'message')} did not arrive, by way of {ways}.")
    silenced = sum(bool(event.silenced) and event.crisis.severity in ("severe", "critical") for event in events)
    if silenced:
        found.append(f"{_count(silenced, 'message')} kept back while it was severe or worse.")
    return found


def _look_at_end(crisis: Crisis) -> list[str]:
    found = []
    if crisis.reopened:
        found.append(f"It was opened again {_count(crisis.reopened, 'time')}: it had not been over.")
    found += [f"Looked at again ({each.id}): {each.finding}." for each in crisis.follow_ups if each.is_good is False]
    return found


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
