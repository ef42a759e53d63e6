"""The parts of a crisis, one for each episode that lasts: what they make of its severity, stage and end.

Severity rises at once and falls only when nothing has confirmed it for an hour. What a person raises stays up, what one
lowers stays down until it gets worse than it was then.
"""

from __future__ import annotations

from collections.abc import Iterable

from schemas.crisis import SEVERITIES, Crisis, Severity, Stage
from schemas.signal import Signal
from tocsin.instants import HOUR_MS, MINUTE_MS, instant, milliseconds
from tocsin.response.lifecycle import ACTIVE
from tocsin.response.rows import CrisisRow, Judged, Part
from tocsin.response.severity import find_severity, is_alarm, rank

#: A crisis is over when every episode has ended and nothing came for so long.
QUIET_MS = 2 * HOUR_MS

#: One that somebody has acknowledged is contained when every episode has ended and nothing came for so long.
CALM_MS = 1 * HOUR_MS

#: A severity falls only when nothing has confirmed it for so long.
FALL_MS = 1 * HOUR_MS

#: So many times the authors make it worse than what a person judged, at the same severity.
WORSE_AUTHORS = 2

#: A high-risk mention or a busy author, which have no end of their own, count for so long.
MOMENT_MS = 4 * HOUR_MS

#: Within so long, words of high risk that are too weak alone confirm one another.
CONFIRM_MS = 1 * HOUR_MS

#: Complaints that grow within so long after an answer of the brand: it was badly received, or did not help.
BACKLASH_MS = 2 * HOUR_MS

#: Nothing is due: it waits for a signal or a person.
NEVER_MS = 2**62

_MOMENTS = ("high_risk", "author_burst")
#: Moments of one crisis that are told apart: thousands in a minute must not make a row of megabytes.
_MOMENTS_LIMIT = 64


def add_part(row: CrisisRow, signal: Signal, now_ms: int) -> Part | None:
    """Bring the parts in line with a signal; the part that it makes, if it does not end one."""
    if signal.state == "ended":
        row.parts.pop(signal.episode, None)
        return None
    verdict = find_severity(signal)
    until_ms = now_ms + signal.lasts_minutes * MINUTE_MS if signal.lasts_minutes else 0
    if signal.kind in _MOMENTS:
        until_ms = now_ms + MOMENT_MS
    part = Part(signal.kind, signal.topic, verdict.severity, verdict.reasons, until_ms)
    if signal.kind == "high_risk" and not is_alarm(verdict.severity) and signal.authors:
        part.author, part.said_ms = signal.authors[0], milliseconds(signal.tick_at)
        part.text = signal.fingerprints[0] if signal.fingerprints else signal.id
        _confirm(part, row.parts.values())
    if signal.kind == "negative_burst" and is_alarm(part.severity):
        _blame_answer(part, row.crisis, milliseconds(signal.tick_at))
    row.parts[signal.episode] = part
    _drop_moments(row.parts)
    return part


def _confirm(part: Part, others: Iterable[Part]) -> None:
    """Make alarms of weak words of high risk by different authors, each in words of their own, within an hour.

    A matter of pairs, so that the order in which they come cannot matter.
    """
    for other in others:
        is_independent = other.author not in ("", part.author) and other.text != part.text
        if is_independent and abs(other.said_ms - part.said_ms) <= CONFIRM_MS:
            for each in (part, other):
                if not is_alarm(each.severity):
                    each.severity = "elevated"
                    each.reasons = ("different authors name a high risk within an hour", *each.reasons)


def _blame_answer(part: Part, crisis: Crisis, tick_ms: int) -> None:
    """Make complaints that grew after the brand's last answer one severity worse."""
    sent = [milliseconds(reply.sent_at) for reply in crisis.replies if reply.sent_at is not None]
    before = [each for each in sent if each < tick_ms]
    if before and tick_ms - max(before) <= BACKLASH_MS:
        part.severity = SEVERITIES[min(rank(part.severity) + 1, rank("critical"))]
        answered = instant(max(before))
        part.reasons = (f"complaints grew after the brand's answer of {answered:%H:%M} UTC", *part.reasons)


def _drop_moments(parts: dict[str, Part]) -> None:
    """Keep the moments that matter most: the worst ones, and of those the last. Another one outlasts what goes."""
    if len(parts) <= _MOMENTS_LIMIT:
        return
    moments = [(rank(part.severity), part.until_ms, each) for each, part in parts.items() if part.kind in _MOMENTS]
    for _, _, episode in sorted(moments)[: max(0, len(moments) - _MOMENTS_LIMIT)]:
        del parts[episode]


def is_coordinated(row: CrisisRow) -> bool:
    """Is coordination between accounts part of it now, beyond doubt?"""
    return any(part.kind == "coordination" and is_alarm(part.severity) for part in row.parts.values())


def is_worse(part: Part, signal: Signal, judged: Judged) -> bool:
    if rank(part.severity) != judged.rank:
        return rank(part.severity) > judged.rank
    return judged.authors > 0 and signal.distinct_authors >= WORSE_AUTHORS * judged.authors


def judge(row: CrisisRow) -> Judged:
    """How bad it is by the rules, now that a person says that it is less."""
    return Judged(_rank_of_parts(row), row.crisis.distinct_authors)


def set_severity(row: CrisisRow, severity: Severity, now_ms: int) -> None:
    """Raise or lower by hand: at once, until the rules or another person say otherwise."""
    if rank(severity) > rank(row.crisis.severity):
        row.floor, row.ceiling = rank(severity), -1
        row.quiet_ms = row.quiet_ms and now_ms  # what a person raises is not over because it was quiet before
    else:
        row.judged = judge(row)
        row.floor, row.ceiling = -1, rank(severity)
    row.crisis = row.crisis.replace(severity=severity, updated_at=instant(now_ms))
    weigh(row, now_ms)


def weigh_again(row: CrisisRow, now_ms: int) -> None:
    """Give an opened crisis the severity of what lasts now, or the one that a person gave it."""
    _expire(row, now_ms)
    row.quiet_ms = row.falls_ms = 0
    row.crisis = row.crisis.replace(severity="watch")
    weigh(row, now_ms)


def settle(row: CrisisRow, now_ms: int) -> None:
    """Let time pass until `now_ms`: what had its time ends, and the severity falls if nothing has confirmed it."""
    _expire(row, now_ms)
    if row.falls_ms and now_ms >= row.falls_ms:
        row.falls_ms = 0
        row.crisis = row.crisis.replace(severity=_worst(row), updated_at=instant(now_ms))
    weigh(row, now_ms)


def is_over(row: CrisisRow, now_ms: int) -> bool:
    """Has every episode ended, and did it stay quiet for `QUIET_MS`?"""
    return not row.parts and 0 < row.quiet_ms <= now_ms - QUIET_MS


def is_calm(row: CrisisRow, now_ms: int) -> bool:
    """Is activity back in its band for `CALM_MS`?"""
    return not row.parts and 0 < row.quiet_ms <= now_ms - CALM_MS


def find_next_change(row: CrisisRow) -> int:
    """When time alone changes this crisis next: a part stops to count, the severity falls, it is contained or over."""
    if row.crisis.status not in ACTIVE:
        return NEVER_MS
    changes = [part.until_ms for part in row.parts.values() if part.until_ms]
    if row.falls_ms:
        changes.append(row.falls_ms)
    if row.quiet_ms and row.crisis.status == "acknowledged":
        taken_at = row.crisis.acknowledged_at
        changes.append(max(row.quiet_ms + CALM_MS, milliseconds(taken_at) if taken_at else 0))
    elif row.quiet_ms:
        changes.append(row.quiet_ms + QUIET_MS)
    return min(changes, default=NEVER_MS)


def _expire(row: CrisisRow, now_ms: int) -> None:
    for episode in [each for each, part in row.parts.items() if 0 < part.until_ms <= now_ms]:
        del row.parts[episode]


def _rank_of_parts(row: CrisisRow) -> int:
    return max((rank(part.severity) for part in row.parts.values()), default=0)


def _worst(row: CrisisRow) -> Severity:
    """What the parts say, within what a person says."""
    by_rules = _rank_of_parts(row)
    return SEVERITIES[max(row.floor, min(by_rules, row.ceiling) if row.ceiling >= 0 else by_rules)]


def weigh(row: CrisisRow, now_ms: int) -> None:
    """Bring severity, timers, stage and reasons in line with the parts that last."""
    crisis, worst = row.crisis, _worst(row)
    if rank(worst) >= rank(crisis.severity):
        row.falls_ms = 0
    elif not row.falls_ms:
        row.falls_ms = now_ms + FALL_MS
    severity = SEVERITIES[max(rank(worst), rank(crisis.severity))]
    row.quiet_ms = 0 if row.parts else row.quiet_ms or now_ms
    said = sorted(row.parts.values(), key=lambda part: -rank(part.severity))
    reasons = tuple(dict.fromkeys(reason for part in said for reason in part.reasons)) or crisis.reasons
    peak = SEVERITIES[max(rank(severity), rank(crisis.peak_severity))]
    row.crisis = crisis.replace(
        severity=severity,
        peak_severity=peak,
        stage=_find_stage(crisis, severity),
        is_paracrisis=severity in ("watch", "elevated") and "high_risk" not in crisis.kinds,
        active=tuple(sorted(row.parts)),
        reasons=reasons,
    )


def _find_stage(crisis: Crisis, severity: Severity) -> Stage:
    """Smouldering while it is a watch, an outbreak as an alarm, spreading when it leaves its source or grows severe."""
    if not is_alarm(severity):
        return "smouldering"
    is_elsewhere = sum(1 for count in crisis.sources.values() if count * 10 >= sum(crisis.sources.values())) > 1
    return "spreading" if is_elsewhere or rank(severity) >= rank("severe") else "outbreak"
