"""Hold the alarms of a simulated world against its labels: what was found, how soon, what was false. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from schemas.crisis import SEVERITIES, EscalationEvent
from tocsin.simulate import Label

#: An alarm belongs to an event until so long after it has faded: a storm's last hour may be judged after it.
AFTERMATH = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Finding:
    """One label and the first alarm in its time on its brand.

    Attributes:
        alarm: None: there was none.
    """

    label: Label
    alarm: EscalationEvent | None

    @property
    def is_right(self) -> bool:
        """A crisis raised an alarm, or no crisis raised none."""
        return self.label.is_crisis == (self.alarm is not None)

    @property
    def delay(self) -> timedelta | None:
        """From the label's start to the alarm, event time."""
        return self.alarm.at - self.label.start if self.alarm else None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run was worth.

    Attributes:
        findings: one for each label, in their order.
        false_alarms: alarms that belong to no label at all.
    """

    findings: tuple[Finding, ...]
    false_alarms: tuple[EscalationEvent, ...]

    @property
    def is_right(self) -> bool:
        """Each crisis was found, and nothing that only looks like one raised an alarm."""
        return all(finding.is_right for finding in self.findings)


def find_alarms(events: Iterable[EscalationEvent]) -> list[EscalationEvent]:
    """The event with which each crisis became one: opened or escalated to `elevated` or worse; by event time."""
    alarms: dict[str, EscalationEvent] = {}
    for event in sorted(events, key=lambda event: (event.at, event.crisis.id, event.sequence)):
        if event.type in ("crisis.opened", "crisis.escalated") and is_alarming(event):
            alarms.setdefault(event.crisis.id, event)
    return list(alarms.values())


def is_alarming(event: EscalationEvent) -> bool:
    """Whether its crisis is `elevated` or worse."""
    return SEVERITIES.index(event.crisis.severity) >= SEVERITIES.index("elevated")


def judge(labels: Sequence[Label], events: Iterable[EscalationEvent]) -> Verdict:
    """Match alarms and labels by brand and event time: from the label's start until `AFTERMATH` after its end."""
    alarms = find_alarms(events)
    findings = [Finding(label, next((alarm for alarm in alarms if _belongs(alarm, label)), None)) for label in labels]
    false_alarms = [alarm for alarm in alarms if not any(_belongs(alarm, label) for label in labels)]
    return Verdict(tuple(findings), tuple(false_alarms))


def _belongs(alarm: EscalationEvent, label: Label) -> bool:
    return alarm.crisis.brand == label.brand and label.start <= alarm.at <= label.end + AFTERMATH
