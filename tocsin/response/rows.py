"""The rows of escalation."""

from __future__ import annotations

import msgspec

from schemas.command import Command, CommandAnswer, Silence
from schemas.crisis import Crisis, Severity
from schemas.measure import Measure
from schemas.signal import Signal
from tocsin.flow import Row
from tocsin.instants import digest as hash_of


class Part(msgspec.Struct, array_like=True, omit_defaults=True):
    """One episode inside a crisis.

    Attributes:
        severity: of its last signal.
        until_ms: when it stops to count by itself (high risk, busy author); 0: when its `ended` signal comes.
        author, text, said_ms: of a high risk that is too weak alone: who, the text's fingerprint, and when.
    """

    kind: str
    topic: str
    severity: Severity
    reasons: tuple[str, ...]
    until_ms: int = 0
    author: str = ""
    text: str = ""
    said_ms: int = 0


class Stand(msgspec.Struct, array_like=True, omit_defaults=True, frozen=True):
    """Where escalation stands: the step that is carried out next.

    Attributes:
        policy: id of the escalation policy; empty: escalation has not begun.
        step: 0 when the last step of the last round was carried out.
    """

    policy: str = ""
    step: int = 0
    round: int = 1


class Judged(msgspec.Struct, array_like=True, omit_defaults=True, frozen=True):
    """How bad it was when a person judged it: lowered its severity, or dismissed it."""

    rank: int = -1
    authors: int = 0


class Hour(msgspec.Struct, array_like=True, omit_defaults=True, frozen=True):
    """What one hour of a crisis's subject came to: mentions, who spoke, and how many of them complained."""

    mentions: int
    speaking: int
    complaining: int


class Usual(msgspec.Struct, array_like=True, omit_defaults=True, frozen=True):
    """The share of those who speak that usually complained, when the crisis began.

    Attributes:
        is_known: the baseline was old enough to say.
    """

    share: float
    is_known: bool = True


class CrisisRow(Row, tag="crisis"):
    """A crisis that is not over, with what the record does not show.

    Attributes:
        parts: by episode: those that last.
        quiet_ms: since when no part lasts; 0 while one does.
        falls_ms: when the severity may fall to what the parts say; 0: it need not.
        strength: (severity, surprise) of the signal whose numbers the crisis shows.
        sequence: events so far; previous: hash of the last one.
        fingerprints: of the texts it is about: they tell one story from another.
        timers: name (`tocsin.response.timers`) → when it is due, ms. What the parts make due is worked out from them.
        stand: where escalation stands; is_held: its next page waits for the end of a suppression.
        known: rank of the severity that was acknowledged, or at which it was contained.
        floor: rank that a person raised it to, ceiling: that one lowered it to; -1: nobody did.
        judged: how bad it was when somebody lowered or dismissed it: what is worse counts again.
        closed_ms: when it was resolved or dismissed; since: signals that have joined after that.
        told_ms: when people last heard of it; changes: signals that have joined since.
        paged_ms, paged_rank: of the last page; briefed_ms: of the last briefing.
        fell_ms, fell_rank: when the severity last fell, and from which.
        told: people who were paged or briefed: they hear the end, too.
        is_stale: the record on `crises.state` is older than this row.
        hours: start of an hour (ms) → what it came to, of the last 24; usual: as the first of them had it.
    """

    crisis: Crisis
    parts: dict[str, Part] = msgspec.field(default_factory=dict)
    quiet_ms: int = 0
    falls_ms: int = 0
    strength: tuple[int, float] = (-1, 0.0)
    sequence: int = 0
    previous: str = ""
    fingerprints: tuple[str, ...] = ()
    timers: dict[str, int] = msgspec.field(default_factory=dict)
    stand: Stand = Stand()
    is_held: bool = False
    known: int = -1
    floor: int = -1
    ceiling: int = -1
    judged: Judged = Judged()
    closed_ms: int = 0
    told_ms: int = 0
    changes: int = 0
    paged_ms: int = 0
    paged_rank: int = -1
    briefed_ms: int = 0
    fell_ms: int = 0
    fell_rank: int = -1
    told: tuple[str, ...] = ()
    is_stale: bool = False
    since: int = 0
    hours: dict[int, Hour] = msgspec.field(default_factory=dict)
    usual: Usual | None = None


class SignalRow(Row, tag="signal"):
    """A signal that waits for the watermark."""

    signal: Signal


class MeasureRow(Row, tag="measure"):
    """A measure that waits for the watermark."""

    measure: Measure


class CommandRow(Row, tag="command"):
    """A command that waits for the watermark."""

    command: Command
    appended_ms: int


class AppliedRow(Row, tag="applied"):
    """A high-risk signal or a command that was applied: it acts once.

    Attributes:
        tick_ms: its instant.
        answer: to the command: whoever sends it again is answered the same.
    """

    tick_ms: int
    answer: CommandAnswer | None = None


class SilenceRow(Row, tag="silence"):
    """A silence that a person commanded, until it ends."""

    silence: Silence


class PassedRow(Row, tag="passed"):
    """The watermark."""

    passed_ms: int


EscalateRow = CrisisRow | SignalRow | MeasureRow | CommandRow | AppliedRow | SilenceRow | PassedRow

__all__ = [
    "AppliedRow",
    "CommandRow",
    "CrisisRow",
    "EscalateRow",
    "Hour",
    "Judged",
    "MeasureRow",
    "Part",
    "PassedRow",
    "SignalRow",
    "SilenceRow",
    "Stand",
    "Usual",
    "hash_of",
]
