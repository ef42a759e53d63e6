"""What the engine tells of itself: once a chunk or a commit, never once a mention."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Protocol

from agents.engine.lane import Lane
from schemas.streams import END_OF_TIME_MS
from tocsin import metrics
from tocsin.metrics import StepMetrics


class Observer(Protocol):
    """Hears what happens in the engine."""

    def chunk(self, lane: Lane) -> None:
        """A chunk was processed; the lane's counters have moved."""
        ...

    def committed(
        self, seconds: float, oldest_ms: int | None, lanes: Iterable[Lane], lag: Callable[[Lane], int | None]
    ) -> None:
        """A commit took `seconds`; the oldest of its inputs was appended to Kafka at `oldest_ms`."""
        ...

    def recovered(self, seconds: float, rows: int) -> None:
        """Partitions were taken over."""
        ...


class PrometheusObserver:
    """Turns what it hears into the metrics of docs/metrics.md."""

    def __init__(self) -> None:
        self._steps: dict[str, StepMetrics] = {}

    def _metrics(self, lane: Lane) -> StepMetrics:
        name = lane.step.name
        known = self._steps.get(name)
        if known is None:
            known = self._steps[name] = StepMetrics(name)
        return known

    def chunk(self, lane: Lane) -> None:
        step = self._metrics(lane)
        step.taken.inc(lane.taken)
        step.emitted.inc(lane.emitted)
        if lane.step.is_source:
            step.unmatched.inc(lane.fruitless)
            step.matched.inc(lane.taken - lane.fruitless - sum(lane.rejected.values()))
        for cause, count in lane.rejected.items():
            step.reject(cause, count)
        for (event, severity), count in lane.events.items():
            metrics.CRISES.labels(event, severity).inc(count)
        lane.taken = lane.fruitless = lane.emitted = 0
        lane.rejected.clear()
        lane.events.clear()

    def committed(
        self, seconds: float, oldest_ms: int | None, lanes: Iterable[Lane], lag: Callable[[Lane], int | None]
    ) -> None:
        metrics.COMMIT.observe(seconds)
        metrics.COMMITS.labels("committed").inc()
        slowest: dict[str, int] = {}
        waiting: dict[str, int] = {}
        for lane in lanes:
            name = lane.step.name
            slowest[name] = min(slowest.get(name, END_OF_TIME_MS), lane.watermark_ms)
            waiting[name] = waiting.get(name, 0) + (lag(lane) or 0)
            step = self._metrics(lane)
        for name, watermark_ms in slowest.items():
            step = self._steps[name]
            step.watermark.set(watermark_ms / 1000)
            step.lag.set(waiting[name])
            if oldest_ms is not None:
                step.end_to_end.observe(max(0.0, time.time() - oldest_ms / 1000))

    def recovered(self, seconds: float, rows: int) -> None:
        metrics.RECOVERY.set(seconds)
