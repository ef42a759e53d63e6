"""The rows of escalation."""

from __future__ import annotations

import msgspec

from schemas.crisis import Crisis, Severity
from schemas.signal import Signal
from tocsin.flow import Row
from tocsin.instants import digest as hash_of


class Part(msgspec.Struct, array_like=True, omit_defaults=True):
    """One episode inside a crisis.

    Attributes:
        severity: of its last signal.
        until_ms: when it stops to count by itself (high risk, busy author); 0: when its `ended` signal comes.
    """

    kind: str
    topic: str
    severity: Severity
    reasons: tuple[str, ...]
    until_ms: int = 0


class CrisisRow(Row, tag="crisis"):
    """An open crisis, with what the record does not show.

    Attributes:
        parts: by episode: those that last.
        quiet_ms: since when no part lasts; 0 while one does.
        falls_ms: when the severity may fall to what the parts say; 0: it need not.
        strength: (severity, surprise) of the signal whose numbers the crisis shows.
        sequence: events so far; previous: hash of the last one.
        fingerprints: of the texts it is about: they tell one story from another.
    """

    crisis: Crisis
    parts: dict[str, Part] = msgspec.field(default_factory=dict)
    quiet_ms: int = 0
    falls_ms: int = 0
    strength: tuple[int, float] = (-1, 0.0)
    sequence: int = 0
    previous: str = ""
    fingerprints: tuple[str, ...] = ()


class SignalRow(Row, tag="signal"):
    """A signal that waits for the watermark."""

    signal: Signal


class AppliedRow(Row, tag="applied"):
    """A high-risk signal that was applied."""

    tick_ms: int


class PassedRow(Row, tag="passed"):
    """The watermark."""

    passed_ms: int


EscalateRow = CrisisRow | SignalRow | AppliedRow | PassedRow

__all__ = ["AppliedRow", "CrisisRow", "EscalateRow", "Part", "PassedRow", "SignalRow", "hash_of"]
