"""What is told of events that are too old to page anyone: one line each, in one message."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from schemas.crisis import Delivery, EscalationEvent
from tocsin.response.message.inert import make_inert

#: Reasons shown with one event; the whole of them is in the event.
_REASONS = 2


def digest_card(deliveries: Sequence[Delivery]) -> str:
    """One message for many past events, oldest first, grouped by crisis."""
    crises: dict[str, list[EscalationEvent]] = {}
    for delivery in sorted(deliveries, key=lambda each: (each.event.at, each.event.sequence)):
        crises.setdefault(delivery.event.crisis.id, []).append(delivery.event)
    count, many = len(deliveries), len(crises)
    head = (
        f"Digest: {count} escalation {_plural('event', count)} of {many} {_plural('crisis', many, 'crises')}"
        " could not be told in time; nobody was paged for them."
    )
    return "\n".join([head, *_lines(crises.values())])


def event_line(event: EscalationEvent) -> str:
    """One event in one line: when, what, of which crisis, how bad, why; harmless to print."""
    crisis = event.crisis
    because = "; ".join((event.because or crisis.reasons)[:_REASONS])
    exercise = "EXERCISE " if crisis.is_exercise else ""
    parts = [
        f"{event.at:%Y-%m-%d %H:%M} UTC",
        f"{exercise}{event.type}",
        f"{crisis.brand}/{crisis.subject}",
        f"{crisis.severity}, {crisis.stage}",
        f"because: {because}" if because else "",
    ]
    return "  ".join(make_inert(part) for part in parts if part)


def _lines(crises: Iterable[list[EscalationEvent]]) -> Iterable[str]:
    for events in crises:
        for number, event in enumerate(events):
            yield f"{'  ' if number else '- '}{event_line(event)}"


def _plural(word: str, count: int, plural: str = "") -> str:
    return word if count == 1 else plural or f"{word}s"
