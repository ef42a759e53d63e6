"""What one cell of a count usually holds at this hour: a fading level times the shrunken rhythm of the day.

Periods (hours) are learned when they are over, winsorised: a burst counts as three times the usual, no more.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from tocsin.detection.records import Grid
from tocsin.instants import DAY_MS, HOUR_MS

_HOURS = 24


@dataclass(frozen=True, slots=True)
class RhythmPolicy:
    """How quickly the usual is learned and forgotten."""

    half_life_days: float = 3.0  # a working week fades in about a fortnight
    clip_ratio: float = 3.0  # a lasting change is learned in days, a burst of an hour hardly
    unclipped_periods: int = 2  # the first hours are all there is to learn from
    prior_days: float = 1.0  # "every hour is alike" weighs as much as one day of this hour
    most_days: int = 7  # older days of an hour fade


DEFAULT = RhythmPolicy()


class Rhythm(msgspec.Struct, array_like=True, omit_defaults=True):
    """The usual count of one cell, by hour of the day (UTC).

    Attributes:
        period: the one that is being counted; −1 before the first.
        total, cells: its sum and its cells so far.
        taken, factors: faded sums of (clipped) means and of rhythm factors; level = taken / factors.
        hours, visits: of each hour of the day, its usual mean and how often it was learned (at most `most_days`).
        means: what was expected of the last periods' cells, newest last.
    """

    period: int = -1
    total: float = 0.0
    cells: int = 0
    taken: float = 0.0
    factors: float = 0.0
    hours: list[float] = msgspec.field(default_factory=lambda: [0.0] * _HOURS)
    visits: list[int] = msgspec.field(default_factory=lambda: [0] * _HOURS)
    means: list[float] = msgspec.field(default_factory=list)

    @property
    def is_blind(self) -> bool:
        """Was no period learned yet?"""
        return self.factors == 0.0

    @property
    def mean(self) -> float:
        """The usual count of a cell of the present period; 0 while blind."""
        return self.means[-1] if self.means else 0.0

    def enter(self, cell: int, keep: int, grid: Grid, policy: RhythmPolicy = DEFAULT) -> bool:
        """Move to the period of `cell`, learn the one before; returns whether a period began.

        Args:
            keep: of how many past periods the expectations stay.
        """
        period = grid.period(cell)
        if period == self.period:
            return False
        if self.cells:
            self._learn(grid, policy)
        missed = min(period - self.period, keep + 1) if self.period >= 0 else 1
        for each in range(period - missed + 1, period + 1):
            self.means.append(self.level * self._factor(self._hour(each, grid), policy))
        del self.means[: -keep - 1]
        self.period, self.total, self.cells = period, 0.0, 0
        return True

    def count(self, value: float) -> None:
        """A cell of the present period was counted."""
        self.total += value
        self.cells += 1

    @property
    def level(self) -> float:
        return self.taken / self.factors if self.factors else 0.0

    def expect(self, cell: int, cells: int, grid: Grid) -> float:
        """The usual sum of the last `cells` cells that end with `cell`; O(periods they touch)."""
        total, last = 0.0, cell
        for mean in reversed(self.means):
            first = max(cell - cells + 1, -(-(grid.period(last) * grid.period_ms) // grid.cell_ms))
            total += mean * (last - first + 1)
            last = first - 1
            if last <= cell - cells:
                break
        return total

    def mean_at(self, cell: int, grid: Grid) -> float:
        """What was expected of a past cell; 0 for one that is forgotten."""
        back = self.period - grid.period(cell)
        return self.means[-1 - back] if back < len(self.means) else 0.0

    def _learn(self, grid: Grid, policy: RhythmPolicy) -> None:
        hour = self._hour(self.period, grid)
        factor = self._factor(hour, policy)
        value = self.total / self.cells
        if self.factors > policy.unclipped_periods:
            value = min(value, policy.clip_ratio * self.level * factor + 1.0)
        fade = 0.5 ** (grid.period_ms / (policy.half_life_days * DAY_MS))
        self.taken = self.taken * fade + value
        self.factors = self.factors * fade + factor
        days = min(self.visits[hour] + 1, policy.most_days)
        self.visits[hour] = days
        self.hours[hour] += (value - self.hours[hour]) / days

    def _factor(self, hour: int, policy: RhythmPolicy) -> float:
        seen = sum(1 for visits in self.visits if visits)
        overall = sum(self.hours) / seen if seen else 0.0
        if overall <= 0.0:
            return 1.0
        days = self.visits[hour]
        return (days * self.hours[hour] / overall + policy.prior_days) / (days + policy.prior_days)

    @staticmethod
    def _hour(period: int, grid: Grid) -> int:
        return period * grid.period_ms // HOUR_MS % _HOURS
