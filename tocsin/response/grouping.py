"""Which crisis a signal belongs to, and what a crisis becomes when it joins."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.crisis import Crisis
from schemas.mention import WHOLE_BRAND
from schemas.signal import Signal
from tocsin.instants import HOUR_MS, instant
from tocsin.response.describe import describe
from tocsin.response.parts import add_part, is_worse, weigh
from tocsin.response.rows import CrisisRow, hash_of
from tocsin.response.severity import is_alarm, rank

#: A signal of the same subject belongs to a crisis that was resolved or dismissed so long before, not to a new one.
REOPEN_MS = 48 * HOUR_MS

#: Complaints about one thing that make a signal one about it: below, they are somebody's.
_FEWEST_COMPLAINTS = 5


def find_crisis(rows: Iterable[CrisisRow], signal: Signal) -> CrisisRow | None:
    """The open crisis of its brand that a signal belongs to.

    One crisis a brand unless it is clearly another matter: two different topics that share no author, no text and no
    evidence. A signal of the brand as a whole belongs to the worst open crisis, for the brand's totals contain it;
    but a high risk joins the last one, or two weak ones could never confirm each other.
    """
    ranked = sorted(rows, key=lambda row: (-rank(row.crisis.severity), row.crisis.opened_at, row.crisis.id))
    for row in ranked:
        if signal.episode in row.parts or signal.episode in row.crisis.active:
            return row
    if signal.kind == "high_risk":
        for row in ranked:
            if any(part.kind == "high_risk" for part in row.parts.values()):
                return row
    for row in ranked:
        if row.crisis.subject == signal.topic:
            return row
    for row in ranked:
        crisis = row.crisis
        if WHOLE_BRAND in (crisis.subject, signal.topic) or signal.topic in crisis.topics:
            return row
        if _is_same_story(row, signal):
            return row
    return None


def find_closed(rows: Iterable[CrisisRow], signal: Signal, now_ms: int) -> CrisisRow | None:
    """The crisis that was resolved or dismissed and that a signal belongs to all the same; the last one closed.

    It does when it goes on with one of its episodes, or comes within `REOPEN_MS` and is about the same matter: the same
    topic, or, where the brand as a whole is the subject, the same story or mostly the same complaint.
    """
    fitting = [row for row in rows if signal.episode in row.parts or _is_sequel(row, signal, now_ms)]
    return max(fitting, key=lambda row: (signal.episode in row.parts, row.closed_ms, row.crisis.id), default=None)


def _is_sequel(row: CrisisRow, signal: Signal, now_ms: int) -> bool:
    crisis = row.crisis
    if now_ms > row.closed_ms + REOPEN_MS or signal.state == "ended" or crisis.subject != signal.topic:
        return False
    # Everything that is said of a brand is about the brand: a joke that fails is no sequel to yesterday's delays.
    return signal.topic != WHOLE_BRAND or _is_same_story(row, signal) or _is_same_complaint(crisis, signal)


def _is_same_story(row: CrisisRow, signal: Signal) -> bool:
    crisis = row.crisis
    return (
        not set(crisis.authors).isdisjoint(signal.authors)
        or not set(crisis.evidence).isdisjoint(signal.evidence)
        or not set(row.fingerprints).isdisjoint(signal.fingerprints)
    )


def _is_same_complaint(crisis: Crisis, signal: Signal) -> bool:
    """Do enough complain, and mostly about one of the two things that the crisis was mostly about?"""
    cause, complaints = next(iter(signal.causes.items()), ("", 0))
    return complaints >= _FEWEST_COMPLAINTS and cause in list(crisis.causes)[:2]


def open_crisis(signal: Signal, now_ms: int, is_exercise: bool) -> CrisisRow:
    """A new crisis. Its id is a hash of brand, subject and opening signal."""
    crisis = Crisis(
        id=hash_of("crisis", signal.brand, signal.topic, signal.id),
        brand=signal.brand,
        subject=signal.topic,
        severity="watch",
        peak_severity="watch",
        stage="smouldering",
        is_exercise=is_exercise,
        opened_at=instant(now_ms),
        updated_at=instant(now_ms),
    )
    row = CrisisRow(crisis)
    join(row, signal, now_ms)
    return row


def join(row: CrisisRow, signal: Signal, now_ms: int) -> None:
    """Add a signal to a crisis: severity rises at once, and falls only later (`settle`).

    What a person has lowered stays low until it gets worse than it was then.
    """
    part = add_part(row, signal, now_ms)
    row.crisis = describe(row, signal, now_ms)
    if row.ceiling >= 0 and part is not None and is_worse(part, signal, row.judged):
        row.ceiling = -1
        row.crisis = row.crisis.replace(raised_by="")
    weigh(row, now_ms)


def overhear(row: CrisisRow, signal: Signal, now_ms: int) -> bool:
    """Add a signal to a crisis that was closed; True when it has to be opened again.

    A crisis that was dismissed only when it is worse than what was dismissed, another one when it is an alarm.
    """
    part = add_part(row, signal, now_ms)
    row.crisis = describe(row, signal, now_ms)
    if part is None:
        return False
    is_alarming = is_alarm(part.severity)
    return is_alarming and (row.crisis.status != "dismissed" or is_worse(part, signal, row.judged))
