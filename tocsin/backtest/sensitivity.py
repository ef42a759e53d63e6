"""How readily alarms are raised, in words; and how many a week each word would have raised on the same history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import exp

from schemas.crisis import EscalationEvent
from schemas.measure import Measure
from schemas.mention import TopicMention
from schemas.signal import Signal
from tocsin.detection.burst import DEFAULT, BurstPolicy
from tocsin.detection.sensitivity import POLICIES, SENSITIVITIES, Sensitivity
from tocsin.detection.series import SeriesPlan
from tocsin.detection.window_topic import WindowTopic
from tocsin.flow import Emit, MemoryRows, Rows, Step
from tocsin.pipeline import ESCALATE, PIPELINE, WINDOW_TOPIC
from tocsin.response.escalate import Escalate
from tocsin.response.severity import find_severity, is_alarm

#: What each word asks of the bursts of a topic; `balanced` is what runs live.
BURST_POLICIES: dict[Sensitivity, BurstPolicy] = {
    "fewer": replace(
        DEFAULT,
        surprise=DEFAULT.surprise + 2.0,  # a hundred times as rare
        ratio=DEFAULT.ratio * 1.25,
        record_surprise=DEFAULT.record_surprise + 1.0,
        negative_surprise=DEFAULT.negative_surprise + 1.5,
        distinct_authors=15,
        distinct_negative_authors=15,
    ),
    "balanced": DEFAULT,
    "more": replace(
        DEFAULT,
        surprise=DEFAULT.surprise - 1.5,  # thirty times as frequent
        ratio=DEFAULT.ratio * 0.8,
        record_surprise=DEFAULT.record_surprise - 0.8,
        negative_surprise=DEFAULT.negative_surprise - 0.8,
        distinct_authors=8,
        distinct_negative_authors=7,
    ),
}
#: The same words for records, climbs and silence.
SERIES_PLANS: dict[Sensitivity, SeriesPlan] = {word: SeriesPlan.on(policy=POLICIES[word]) for word in SENSITIVITIES}


@dataclass(slots=True)
class Tally:
    """What one sensitivity comes to.

    Attributes:
        alarms: signals of severity `elevated` or worse.
        calls: how often somebody would have been told: a crisis opened, grew worse, or came back. Most alarms join a
            crisis that people know of already.
    """

    alarms: int = 0
    calls: int = 0

    def count(self, emits: Iterable[Emit]) -> None:
        for emit in emits:
            if isinstance(emit.record, Signal):
                self.alarms += is_raised(emit.record)
            elif isinstance(emit.record, EscalationEvent):
                self.calls += is_call(emit.record)


def is_raised(signal: Signal) -> bool:
    """Is it an alarm, by its own numbers?"""
    return signal.state != "ended" and is_alarm(find_severity(signal).severity)


def is_call(event: EscalationEvent) -> bool:
    """Does it tell people?"""
    is_told = event.type in ("crisis.opened", "crisis.escalated", "crisis.reopened")
    return is_told and is_alarm(event.crisis.severity)


def choose_steps(sensitivity: Sensitivity, tallies: Mapping[Sensitivity, Tally] | None = None) -> tuple[Step, ...]:
    """The pipeline at a sensitivity.

    Args:
        tallies: when given, the topic window and escalation run at every other sensitivity beside it, on the same
            mentions, and each is counted here; only what `sensitivity` says goes on.
    """
    beside = _Beside(sensitivity, tallies) if tallies is not None else None

    def start_window(setup: object, rows: Rows) -> WindowTopic | _Windows:
        window = WindowTopic(setup, rows, BURST_POLICIES[sensitivity], SERIES_PLANS[sensitivity])
        return window if beside is None else _Windows(window, setup, beside)

    def start_escalate(setup: object, rows: Rows) -> Escalate | _Escalates:
        escalate = ESCALATE.start(setup, rows)
        assert isinstance(escalate, Escalate)
        return escalate if beside is None else _Escalates(escalate, setup, beside)

    changed = {WINDOW_TOPIC.name: start_window, ESCALATE.name: start_escalate}
    return tuple(replace(step, start=changed.get(step.name, step.start)) for step in PIPELINE)


@dataclass(slots=True)
class _Beside:
    """What runs beside the chosen sensitivity, and what its signals are told apart by."""

    sensitivity: Sensitivity
    tallies: Mapping[Sensitivity, Tally]
    escalates: dict[Sensitivity, Escalate] = field(default_factory=dict)
    #: Signals of the chosen topic window on their way to escalation: the others have their own.
    own: set[str] = field(default_factory=set)


class _Windows:
    """The topic window that was chosen; those of the other sensitivities hear the same and speak to their own."""

    def __init__(self, window: WindowTopic, setup: object, beside: _Beside) -> None:
        self._window = window
        self._beside = beside
        self._others = {
            word: WindowTopic(setup, MemoryRows(), policy, SERIES_PLANS[word])
            for word, policy in BURST_POLICIES.items()
            if word != beside.sensitivity
        }

    def take(self, record: TopicMention, appended_ms: int) -> Iterable[Emit]:
        for word, other in self._others.items():
            self._pass_on(word, other.take(record, appended_ms), appended_ms)
        return self._own(list(self._window.take(record, appended_ms)))

    def advance(self, watermark_ms: int) -> Iterable[Emit]:
        for word, other in self._others.items():
            self._pass_on(word, other.advance(watermark_ms), watermark_ms)
        return self._own(list(self._window.advance(watermark_ms)))

    def _own(self, emits: list[Emit]) -> list[Emit]:
        self._beside.tallies[self._beside.sensitivity].count(emits)
        self._beside.own.update(emit.record.id for emit in emits if isinstance(emit.record, Signal))
        return emits

    def _pass_on(self, word: Sensitivity, emits: Iterable[Emit], appended_ms: int) -> None:
        emits = list(emits)
        tally, escalate = self._beside.tallies[word], self._beside.escalates[word]
        tally.count(emits)
        for emit in emits:
            if isinstance(emit.record, Signal | Measure):
                tally.count(escalate.take(emit.record, appended_ms))


class _Escalates:
    """Escalation, and beside it that of the other sensitivities; signals of other steps go to all of them."""

    def __init__(self, escalate: Escalate, setup: object, beside: _Beside) -> None:
        self._escalate = escalate
        self._beside = beside
        for word in BURST_POLICIES:
            if word != beside.sensitivity:
                other = ESCALATE.start(setup, MemoryRows())
                assert isinstance(other, Escalate)
                beside.escalates[word] = other

    def take(self, record: Signal | Measure, appended_ms: int) -> Iterable[Emit]:
        if isinstance(record, Measure):
            pass  # each topic window measures for its own
        elif record.id in self._beside.own:
            self._beside.own.discard(record.id)
        else:
            for tally in self._beside.tallies.values():
                tally.alarms += is_raised(record)
            for word, other in self._beside.escalates.items():
                self._beside.tallies[word].count(other.take(record, appended_ms))
        return self._own(list(self._escalate.take(record, appended_ms)))

    def advance(self, watermark_ms: int) -> Iterable[Emit]:
        for word, other in self._beside.escalates.items():
            self._beside.tallies[word].count(other.advance(watermark_ms))
        return self._own(list(self._escalate.advance(watermark_ms)))

    def _own(self, emits: list[Emit]) -> list[Emit]:
        self._beside.tallies[self._beside.sensitivity].count(emits)
        return emits


def find_rate_range(count: int, weeks: float) -> tuple[float, float]:
    """Between which rates a week, nine times in ten, a stream lies that gave `count` in so many weeks.

    The exact Poisson interval (Garwood 1936), by bisection.

    >>> low, high = find_rate_range(3, 1.0)
    >>> round(low, 2), round(high, 2)
    (0.82, 7.75)
    """
    low = 0.0 if count == 0 else _solve(lambda mean: 1.0 - _at_most(count - 1, mean) < 0.05, count)
    high = _solve(lambda mean: _at_most(count, mean) > 0.05, count)
    return low / weeks, high / weeks


def _at_most(count: int, mean: float) -> float:
    """P(X ≤ count) of a Poisson count; a step where the terms would vanish."""
    if mean > 700:
        return 0.0 if count < mean else 1.0
    term = total = exp(-mean)
    for number in range(1, count + 1):
        term *= mean / number
        total += term
    return min(1.0, total)


def _solve(is_below: Callable[[float], bool], count: int) -> float:
    """The mean at which `is_below` turns false."""
    low, high = 0.0, 3.0 * count + 20.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if is_below(middle) else (low, middle)
    return low


__all__ = ["BURST_POLICIES", "SENSITIVITIES", "Sensitivity", "Tally", "choose_steps", "find_rate_range", "is_call"]
