"""What the engine tells of itself: once a chunk, a commit or a second, never once a mention."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Protocol

from agents.engine.lane import Lane
from agents.engine.notes import Notes
from schemas.crisis import SEVERITIES
from schemas.streams import END_OF_TIME_MS
from tocsin import metrics
from tocsin.health import Health
from tocsin.metrics import SourcesHeard, StepMetrics
from tocsin.response.lifecycle import ACTIVE

#: Every crisis is looked at for this.
COUNT_CRISES_S = 10.0


class Observer(Protocol):
    """Hears what happens in the engine."""

    def chunk(self, lane: Lane) -> None:
        """A chunk was processed, or event time was; the lane's counters have moved."""
        ...

    def committed(self, seconds: float, oldest_ms: Mapping[str, int]) -> None:
        """A commit took `seconds`; the oldest of each step's inputs was appended to Kafka at `oldest_ms[step]`."""
        ...

    def released(self) -> None:
        """Partitions were given back; others follow, or the end."""
        ...

    def recovered(self, seconds: float, rows: int) -> None:
        """Partitions were taken over: their rows are here."""
        ...

    def sampled(self, lanes: Sequence[tuple[Lane, int | None]]) -> None:
        """A second has passed; each lane with how many records wait for it, as far as that is known."""
        ...

    def reached(self) -> None:
        """Kafka has answered."""
        ...


class PrometheusObserver:
    """Turns what it hears into the metrics of docs/metrics.md, and into the state of the process.

    Args:
        health: told when work goes on and when it does not.
        is_live: the namespace's time is the clock's.
        follows: name of the step whose event time is that of the process; empty: it has none.

    Attributes:
        event_time_ms: how far that step has got; None: not known, or not by the clock.
    """

    def __init__(self, health: Health | None = None, *, is_live: bool = True, follows: str = "") -> None:
        self.health = health or Health()
        self.event_time_ms: int | None = None
        self._is_live = is_live
        self._follows = follows
        self._steps: dict[str, StepMetrics] = {}
        self._sources = SourcesHeard()
        self._caused: list[tuple[str, float, float]] = []
        #: When nothing waited for a lane the last time, seconds since 1970.
        self._caught_up: dict[Lane, float] = {}
        self._counted_at = 0.0

    def _metrics(self, step: str) -> StepMetrics:
        known = self._steps.get(step)
        if known is None:
            known = self._steps[step] = StepMetrics(step)
        return known

    def chunk(self, lane: Lane) -> None:
        step = self._metrics(lane.step.name)
        step.count("taken", lane.taken)
        step.count("emitted", lane.emitted)
        if lane.seconds:
            step.seconds.observe(lane.seconds)
        if lane.step.is_source:
            step.count("unmatched", lane.fruitless)
            step.count("matched", lane.taken - lane.fruitless - sum(lane.rejected.values()))
        for cause, count in lane.rejected.items():
            step.reject(cause, count)
        lane.taken = lane.fruitless = lane.emitted = 0
        lane.seconds = 0.0
        lane.rejected.clear()
        for outcome, count in lane.noted.items():
            step.count(outcome, count)
        lane.noted.clear()
        for source, appended_ms in lane.heard.items():
            self._sources.hear(source, appended_ms)
        lane.heard.clear()
        if lane.notes is not None:
            self._tell(lane.notes)
            lane.notes = None

    def _tell(self, notes: Notes) -> None:
        for (event, severity), count in notes.events.items():
            metrics.CRISES.labels(event, severity).inc(count)
        for kind, count in notes.signals.items():
            metrics.SIGNALS.labels(kind).inc(count)
        for (action, outcome), count in notes.answers.items():
            metrics.COMMANDS.labels(action, outcome).inc(count)
        for severity, seconds in notes.acknowledged:
            metrics.ACKNOWLEDGED.labels(severity).observe(seconds)
        if notes.unpaged:
            metrics.PAGES.labels("nobody").inc(notes.unpaged)
        if self._is_live:
            self._caused += notes.caused

    def committed(self, seconds: float, oldest_ms: Mapping[str, int]) -> None:
        metrics.COMMIT.observe(seconds)
        metrics.COMMITS.inc()
        now = time.time()
        for name, at_ms in oldest_ms.items():
            self._metrics(name).end_to_end.observe(max(0.0, now - at_ms / 1000))
        if self._caused:
            # What was noted while the transaction was under way belongs to the next one.
            began = time.monotonic() - seconds
            for kind, at, noted in self._caused:
                if noted <= began:
                    metrics.ESCALATION.labels(kind).observe(max(0.0, now - at))
            self._caused = [each for each in self._caused if each[2] > began]

    def released(self) -> None:
        self.health.wait("partitions are being handed over, or their rows recovered")

    def recovered(self, seconds: float, rows: int) -> None:
        metrics.RECOVERY.set(seconds)
        metrics.RECOVERED.set(rows)
        metrics.REBALANCES.inc()
        self._caught_up = {}
        self._counted_at = 0.0
        self.health.hear_kafka()
        self.health.begin()

    def reached(self) -> None:
        self.health.hear_kafka()

    def sampled(self, lanes: Sequence[tuple[Lane, int | None]]) -> None:
        self.health.turn()
        now = time.time()
        waiting: Counter[str] = Counter()
        waited: dict[str, float] = {}
        owned: Counter[str] = Counter()
        slowest: dict[str, int] = {}
        for lane, lag in lanes:
            name = lane.step.name
            owned[name] += 1
            waiting[name] += lag or 0
            waited[name] = max(waited.get(name, 0.0), self._find_wait(lane, lag, now))
            slowest[name] = min(slowest.get(name, END_OF_TIME_MS), lane.watermark_ms)
        self.event_time_ms = slowest.get(self._follows) if self._is_live else None
        for name in self._steps.keys() | owned.keys():
            step = self._metrics(name)
            step.partitions.set(owned[name])
            step.lag.set(waiting[name])
            step.lag_seconds.set(waited.get(name, 0.0))
            if watermark_s := slowest.get(name, 0) / 1000:
                step.watermark.set(watermark_s)
                if self._is_live:
                    metrics.WATERMARK_LAG.labels(name).set(max(0.0, now - watermark_s))
        if now - self._counted_at >= COUNT_CRISES_S:
            self._counted_at = now
            self._count_crises([lane for lane, _ in lanes])

    def _find_wait(self, lane: Lane, lag: int | None, now: float) -> float:
        """For how long the next record has waited at most: it came after the last one, and after the lane was idle."""
        if not lag:
            self._caught_up[lane] = now
            return 0.0
        since = max(lane.last_appended_ms / 1000, self._caught_up.get(lane, 0.0))
        return max(0.0, now - since) if since else 0.0

    def _count_crises(self, lanes: Sequence[Lane]) -> None:
        active: Counter[tuple[str, str]] = Counter()
        counting = [lane.count_crises for lane in lanes if lane.count_crises is not None]
        if not counting:
            return
        for count in counting:
            active.update(count())
        for severity in SEVERITIES:
            for status in ACTIVE:
                metrics.CRISES_OPEN.labels(severity, status).set(active[severity, status])
