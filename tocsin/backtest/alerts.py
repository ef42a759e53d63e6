"""An alert: a signal as it is raised to files and people, with its severity; one line of `alerts.jsonl`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from heapq import heappop, heappush

import msgspec

from schemas.crisis import Crisis, EscalationEvent, Severity, Stage
from schemas.signal import Signal
from tocsin.instants import HOUR_MS, milliseconds
from tocsin.response.severity import find_severity, is_alarm, rank

#: Kinds of signal that alerts call by another name: one author again and again is a matter of influence.
_KINDS = {"author_burst": "influence"}

#: Kinds whose authors are flagged; those of the others are merely the most heard ones, and nobody's business.
_FLAGGING = frozenset({"coordination"})

#: Alerts wait for so long before they are written, so that their order is that of their time whoever raised them.
_SETTLED_MS = HOUR_MS


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One alert. An *alarm* is one of severity `elevated` or worse.

    Attributes:
        at: the end of the tick that raised it (high risk: when the mention was posted), UTC.
        topic: `*` is the brand as a whole.
        stage: of the crisis that it joined.
        score: −log10 of the chance of it; 0 where chance is not what is judged.
        current, baseline: what was counted, and what would have been usual; ratio: one over the other.
        distinct_authors: different people in the span, whether they complain or not.
        reasons: sentences a person can read: the numbers, then why it has this severity.
        authors: ids of flagged accounts (coordination only).
        state: `raised`, or `grown`: told again because it grew.
        crisis: id of the crisis that it joined; empty if it joined none.
        terms: the words that tell this span from what is usually said.
        causes: what its complaints are about → how many say so.
        projected_reach: what a story that spreads by itself would reach in the end.
        first_mention: key of the first mention of the wave.
        evidence: keys of its telling mentions.
        id: hash of what it is about: live and back-test make the same one.
    """

    at: datetime
    brand: str
    topic: str
    kind: str
    severity: Severity
    stage: Stage
    score: float
    current: float
    baseline: float
    ratio: float
    distinct_authors: int
    reasons: tuple[str, ...]
    authors: tuple[str, ...] = ()
    state: str = "raised"
    span_minutes: int = 0
    mentions: int = 0
    negative_share: float = 0.0
    reach: int = 0
    projected_reach: int = 0
    terms: tuple[str, ...] = ()
    causes: dict[str, int] = {}
    first_mention: str = ""
    is_warming_up: bool = False
    crisis: str = ""
    evidence: tuple[str, ...] = ()
    id: str = ""

    @property
    def is_alarm(self) -> bool:
        return is_alarm(self.severity)

    @property
    def rank(self) -> int:
        """0 (watch) to 3 (critical)."""
        return rank(self.severity)

    @property
    def order(self) -> tuple[datetime, str, str, str, str]:
        """By time; whoever raised several at one tick, and in which order, cannot matter."""
        return self.at, self.brand, self.topic, self.kind, self.id


def alert_of(signal: Signal, crisis: Crisis | None = None) -> Alert | None:
    """The alert that a signal is; None for one that says that something has ended.

    Args:
        crisis: the one that it joined, as it stood afterwards.
    """
    if signal.state == "ended":
        return None
    verdict = find_severity(signal)
    flagged = signal.authors if signal.kind in _FLAGGING else ()
    return Alert(
        at=signal.tick_at,
        brand=signal.brand,
        topic=signal.topic,
        kind=_KINDS.get(signal.kind, signal.kind),
        severity=verdict.severity,
        stage=crisis.stage if crisis else _usual_stage(verdict.severity),
        score=signal.surprise,
        current=signal.current,
        baseline=signal.baseline,
        ratio=signal.ratio,
        distinct_authors=signal.distinct_authors,
        reasons=tuple(dict.fromkeys((*signal.reasons, *verdict.reasons))),
        authors=tuple(author.partition("|")[2] or author for author in flagged),
        state=signal.state,
        span_minutes=signal.span_minutes,
        mentions=signal.mentions,
        negative_share=round(signal.negative_share, 4),
        reach=signal.reach,
        projected_reach=signal.projected_reach,
        terms=signal.terms,
        causes=dict(sorted(signal.causes.items(), key=lambda cause: (-cause[1], cause[0]))),
        first_mention=signal.first_mention,
        is_warming_up=signal.is_warming_up,
        crisis=crisis.id if crisis else "",
        evidence=signal.evidence,
        id=signal.id,
    )


def _usual_stage(severity: Severity) -> Stage:
    return "outbreak" if is_alarm(severity) else "smouldering"


class AlertDesk:
    """Puts signals and the crises that they joined together, and hands alerts out in the order of their time."""

    def __init__(self) -> None:
        self._waiting: dict[str, Signal] = {}
        self._joined: dict[str, Crisis] = {}
        self._queue: list[tuple[int, str]] = []

    def raise_signal(self, signal: Signal) -> None:
        """A signal on its way to the inbox."""
        if signal.state != "ended" and signal.id not in self._waiting:
            self._waiting[signal.id] = signal
            heappush(self._queue, (milliseconds(signal.tick_at), signal.id))

    def hear_event(self, event: EscalationEvent) -> None:
        """What a signal did to its crisis."""
        if event.signal is not None:
            self._join(event.signal.id, event.crisis)

    def see_crisis(self, crisis: Crisis) -> None:
        """A crisis as it stands: the last signal that it names is the one that it has just taken."""
        if crisis.signals:
            self._join(crisis.signals[-1], crisis)

    def _join(self, signal: str, crisis: Crisis) -> None:
        if signal in self._waiting:
            self._joined.setdefault(signal, crisis)

    def settle(self, now_ms: int) -> Iterator[Alert]:
        """The alerts of before an hour ago, by `Alert.order`: nothing earlier will come."""
        ready: list[Alert] = []
        while self._queue and self._queue[0][0] < now_ms - _SETTLED_MS:
            _, identity = heappop(self._queue)
            alert = alert_of(self._waiting.pop(identity), self._joined.pop(identity, None))
            if alert is not None:
                ready.append(alert)
        yield from sorted(ready, key=lambda alert: alert.order)
