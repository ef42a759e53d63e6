"""Hold the alarms of a simulated world against its labels: what was found, how soon, what was false. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from schemas.crisis import SEVERITIES, EscalationEvent
from schemas.signal import Signal
from tocsin.world.events import Label

#: An alarm belongs to an event until so long after it has faded: a storm's last hour may be judged after it.
AFTERMATH = timedelta(hours=1)

#: The kind of signal by which accounts that act as one are told.
COORDINATION: Final = "coordination"
_EXPECTED: Final = {"alarm": "an alarm", "no-alarm": "no alarm", "coordination": "coordination"}


@dataclass(frozen=True, slots=True)
class Coordination:
    """Coordination as it was told: by a crisis, or by a signal.

    Attributes:
        at: event time.
        authors: keys of the authors it names, as far as they were told.
    """

    at: datetime
    brand: str
    authors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One label, the first alarm in its time on its brand, and the first coordination.

    Attributes:
        alarm: None: there was none.
        coordination: None: none was told.
        expect_coordination: whether an attack that was not told as coordination was missed; else it is only reported.
    """

    label: Label
    alarm: EscalationEvent | None
    coordination: Coordination | None = None
    expect_coordination: bool = False

    @property
    def is_right(self) -> bool:
        """A crisis raised an alarm, no crisis raised none; an attack may, and was told as coordination if it had to."""
        if self.label.expects == "coordination":
            return self.coordination is not None or not self.expect_coordination
        return self.label.is_crisis == (self.alarm is not None)

    @property
    def delay(self) -> timedelta | None:
        """From the label's start to what was expected of it (else to the alarm), event time."""
        if self.label.expects == "coordination" and self.coordination is not None:
            return self.coordination.at - self.label.start
        return self.alarm.at - self.label.start if self.alarm else None

    @property
    def expected(self) -> str:
        """What should have come of it, in words."""
        return _EXPECTED[self.label.expects]

    @property
    def found(self) -> str:
        """What came of it, in words: a severity, coordination, both, or none."""
        told = [COORDINATION] if self.coordination else []
        return ", ".join([*told, self.alarm.crisis.severity] if self.alarm else told) or "none"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run was worth.

    Attributes:
        findings: one for each label, in their order.
        false_alarms: alarms that belong to no label at all.
        false_coordinations: coordination told at any time but that of an attack on its brand.
    """

    findings: tuple[Finding, ...]
    false_alarms: tuple[EscalationEvent, ...]
    false_coordinations: tuple[Coordination, ...] = ()

    @property
    def is_right(self) -> bool:
        """Each crisis was found, and nothing that only looks like one raised an alarm.

        With `expect_coordination` also: each attack was told as coordination, and nothing else was.
        """
        is_expected = any(finding.expect_coordination for finding in self.findings)
        return all(finding.is_right for finding in self.findings) and not (is_expected and self.false_coordinations)


def find_told(events: Iterable[EscalationEvent]) -> list[EscalationEvent]:
    """Every event that tells people of a crisis: opened, escalated, reopened, `elevated` or worse; by event time."""
    told = ("crisis.opened", "crisis.escalated", "crisis.reopened")
    return [event for event in sorted(events, key=_by_time) if event.type in told and is_alarming(event)]


def find_alarms(events: Iterable[EscalationEvent]) -> list[EscalationEvent]:
    """The event with which each crisis became one, or became one again; by event time."""
    alarms: dict[tuple[str, int], EscalationEvent] = {}
    for event in find_told(events):
        alarms.setdefault((event.crisis.id, event.crisis.reopened), event)
    return list(alarms.values())


def is_alarming(event: EscalationEvent) -> bool:
    """Whether its crisis is `elevated` or worse."""
    return SEVERITIES.index(event.crisis.severity) >= SEVERITIES.index("elevated")


def find_coordinations(events: Iterable[EscalationEvent], signals: Iterable[Signal] = ()) -> list[Coordination]:
    """Coordination wherever it was told, by event time.

    A crisis that is known already is told of again when coordination becomes part of it.
    """
    told = [
        Coordination(signal.tick_at, signal.brand, signal.authors) for signal in signals if _tells_coordination(signal)
    ]
    for event in sorted(events, key=_by_time):
        signal = event.signal
        if signal is not None and _tells_coordination(signal):
            told.append(Coordination(event.at, event.crisis.brand, signal.authors))
    return sorted(told, key=lambda each: (each.at, each.brand, each.authors))


def judge(
    labels: Sequence[Label],
    events: Iterable[EscalationEvent],
    *,
    signals: Iterable[Signal] = (),
    expect_coordination: bool = False,
) -> Verdict:
    """Match what was told and labels by brand and event time: from the label's start until `AFTERMATH` after its end.

    Args:
        signals: those that were raised, if they are at hand: a watch tells of some that no escalation event shows.
        expect_coordination: an attack that is not told as coordination is a mistake, and so is any other coordination.
    """
    events = list(events)
    told, alarms, coordinations = find_told(events), find_alarms(events), find_coordinations(events, signals)
    findings = tuple(
        Finding(
            label,
            # A crisis that was open already is found when people are told of it again; what is none must open none.
            next((each for each in (told if label.is_crisis else alarms) if _is_about(each, label)), None),
            next((each for each in coordinations if _belongs(each.brand, each.at, label)), None),
            expect_coordination,
        )
        for label in labels
    )
    attacks = [label for label in labels if label.expects == "coordination"]
    return Verdict(
        findings,
        tuple(each for each in alarms if not any(_belongs(each.crisis.brand, each.at, label) for label in labels)),
        tuple(each for each in coordinations if not any(_belongs(each.brand, each.at, label) for label in attacks)),
    )


def _is_about(event: EscalationEvent, label: Label) -> bool:
    return _belongs(event.crisis.brand, event.at, label)


def _tells_coordination(signal: Signal) -> bool:
    return signal.kind == COORDINATION and signal.verdict == "coordinated" and signal.state != "ended"


def _belongs(brand: str, at: datetime, label: Label) -> bool:
    return brand == label.brand and label.start <= at <= label.end + AFTERMATH


def _by_time(event: EscalationEvent) -> tuple[datetime, str, int]:
    return event.at, event.crisis.id, event.sequence
