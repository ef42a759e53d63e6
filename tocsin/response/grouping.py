"""Which crisis a signal belongs to, and what a crisis becomes when a signal joins it or time passes."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.crisis import SEVERITIES, Crisis, Severity, Stage
from schemas.mention import WHOLE_BRAND
from schemas.signal import Signal
from tocsin.instants import HOUR_MS, MINUTE_MS, instant
from tocsin.response.rows import CrisisRow, Part, hash_of
from tocsin.response.severity import find_severity, is_alarm, rank

#: A crisis is over when every episode has ended and nothing came for so long.
QUIET_MS = 2 * HOUR_MS

#: A severity falls only when nothing has confirmed it for so long.
FALL_MS = 1 * HOUR_MS

#: A high-risk mention or a busy author, which have no end of their own, count for so long.
MOMENT_MS = 4 * HOUR_MS

_SIGNALS_LIMIT = 100
_NAMES_LIMIT = 20
_TERMS_LIMIT = 12
_MOMENTS = ("high_risk", "author_burst")


def find_crisis(rows: Iterable[CrisisRow], signal: Signal) -> CrisisRow | None:
    """The open crisis of its brand that a signal belongs to.

    One crisis a brand unless it is clearly another matter: two different topics that share no author, no text and no
    evidence. A signal of the brand as a whole belongs to the worst open crisis, for the brand's totals contain it.
    """
    ranked = sorted(rows, key=lambda row: (-rank(row.crisis.severity), row.crisis.opened_at, row.crisis.id))
    for row in ranked:
        if signal.episode in row.parts or signal.episode in row.crisis.active:
            return row
    for row in ranked:
        if row.crisis.subject == signal.topic:
            return row
    for row in ranked:
        crisis = row.crisis
        if WHOLE_BRAND in (crisis.subject, signal.topic) or signal.topic in crisis.topics:
            return row
        is_same_story = (
            not set(crisis.authors).isdisjoint(signal.authors)
            or not set(crisis.evidence).isdisjoint(signal.evidence)
            or not set(row.fingerprints).isdisjoint(signal.fingerprints)
        )
        if is_same_story:
            return row
    return None


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
    """Add a signal to a crisis: severity rises at once, and falls only later (`settle`)."""
    verdict = find_severity(signal)
    if signal.state == "ended":
        row.parts.pop(signal.episode, None)
    else:
        until_ms = now_ms + signal.lasts_minutes * MINUTE_MS if signal.lasts_minutes else 0
        if signal.kind in _MOMENTS:
            until_ms = now_ms + MOMENT_MS
        row.parts[signal.episode] = Part(signal.kind, signal.topic, verdict.severity, verdict.reasons, until_ms)
    row.crisis = _describe(row, signal, now_ms)
    _weigh(row, now_ms)


def is_coordinated(row: CrisisRow) -> bool:
    """Is coordination between accounts part of it now, beyond doubt?"""
    return any(part.kind == "coordination" and is_alarm(part.severity) for part in row.parts.values())


def settle(row: CrisisRow, now_ms: int) -> bool:
    """Let time pass until `now_ms`; True when the crisis is over."""
    for episode in [each for each, part in row.parts.items() if 0 < part.until_ms <= now_ms]:
        del row.parts[episode]
    if not row.parts and row.quiet_ms and now_ms >= row.quiet_ms + QUIET_MS:
        row.crisis = row.crisis.replace(active=())
        return True
    if row.falls_ms and now_ms >= row.falls_ms:
        row.falls_ms = 0
        row.crisis = row.crisis.replace(severity=_worst(row), updated_at=instant(now_ms))
    _weigh(row, now_ms)
    return False


def find_next_change(row: CrisisRow) -> int:
    """When time alone changes this crisis next: a part stops to count, the severity falls, or it is over."""
    changes = [part.until_ms for part in row.parts.values() if part.until_ms]
    if row.falls_ms:
        changes.append(row.falls_ms)
    if row.quiet_ms:
        changes.append(row.quiet_ms + QUIET_MS)
    # Without any of these it waits for a signal.
    return min(changes, default=2**62)


def _worst(row: CrisisRow) -> Severity:
    return SEVERITIES[max((rank(part.severity) for part in row.parts.values()), default=0)]


def _weigh(row: CrisisRow, now_ms: int) -> None:
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


def _describe(row: CrisisRow, signal: Signal, now_ms: int) -> Crisis:
    """The crisis with a signal's names added, and its numbers if it is the strongest so far."""
    crisis = row.crisis
    row.fingerprints = _add(row.fingerprints, signal.fingerprints, _NAMES_LIMIT)
    described = crisis.replace(
        updated_at=instant(now_ms),
        signals=(*crisis.signals, signal.id)[:_SIGNALS_LIMIT],
        signal_count=crisis.signal_count + 1,
        kinds=_add(crisis.kinds, (signal.kind,), _NAMES_LIMIT),
        topics=_add(crisis.topics, (signal.topic,), _NAMES_LIMIT),
        configuration=signal.configuration or crisis.configuration,
    )
    if signal.state == "ended":
        return described
    described = described.replace(
        authors=_add(signal.authors, crisis.authors, _NAMES_LIMIT),
        evidence=_add(signal.evidence, crisis.evidence, 5),
        terms=_add(signal.terms, crisis.terms, _TERMS_LIMIT),
        projected_reach=max(signal.projected_reach, crisis.projected_reach),
        first_mention=crisis.first_mention or signal.first_mention,
    )
    strength = (rank(find_severity(signal).severity), signal.surprise)
    if strength <= row.strength:
        return described
    row.strength = strength
    return described.replace(
        span_minutes=signal.span_minutes,
        current=signal.current,
        baseline=signal.baseline,
        ratio=signal.ratio,
        surprise=signal.surprise,
        distinct_authors=signal.distinct_authors,
        mentions=signal.mentions,
        negative_share=signal.negative_share,
        reach=signal.reach,
        sources=signal.sources,
        causes=signal.causes or crisis.causes,
        cluster=signal.cluster or crisis.cluster,
        cause=signal.cause or crisis.cause,
        is_warming_up=signal.is_warming_up,
    )


def _add(names: tuple[str, ...], new: tuple[str, ...], limit: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*names, *new)))[:limit]
