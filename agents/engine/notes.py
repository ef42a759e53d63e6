"""What a lane has seen of rare things, until somebody counts it: events, answers, signals, how long people took."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from schemas.command import CommandAnswer
from schemas.crisis import EscalationEvent
from schemas.record import Record
from schemas.signal import Signal


@dataclass(slots=True)
class Notes:
    """Read and made anew by whoever observes.

    Attributes:
        events: escalation events that were written, by (type, severity).
        signals: signals that were taken, by kind.
        answers: answers to commands, by (action, outcome).
        acknowledged: (severity, seconds since the crisis was opened) of each that somebody took.
        caused: (kind of signal, its instant in seconds since 1970, monotonic seconds of the note) of each event that a
            signal caused.
        unpaged: pages that found nobody.
    """

    events: Counter[tuple[str, str]] = field(default_factory=Counter)
    signals: Counter[str] = field(default_factory=Counter)
    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    acknowledged: list[tuple[str, float]] = field(default_factory=list)
    caused: list[tuple[str, float, float]] = field(default_factory=list)
    unpaged: int = 0

    def note_sent(self, record: Record | None) -> None:
        """A record that is urgent, or has headers, was written: escalation events and answers are among those."""
        if isinstance(record, EscalationEvent):
            self._note_event(record)
        elif isinstance(record, CommandAnswer):
            self.answers[record.action, record.type.removeprefix("command.")] += 1

    def note_taken(self, record: Record) -> None:
        """A record of the inbox was read."""
        if isinstance(record, Signal):
            self.signals[record.kind] += 1

    def _note_event(self, event: EscalationEvent) -> None:
        crisis = event.crisis
        self.events[event.type, crisis.severity] += 1
        if event.signal is not None:
            self.caused.append((event.signal.kind, event.signal.tick_at.timestamp(), time.monotonic()))
        if event.type == "crisis.acknowledged":
            self.acknowledged.append((crisis.severity, (event.at - crisis.opened_at).total_seconds()))
        if event.type == "crisis.paged" and event.page is not None and not event.page.recipients:
            self.unpaged += 1
