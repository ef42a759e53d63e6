"""Drop to zero: a dead source, a muted brand. Nobody complains when nothing is heard, so this has to.

While nothing is heard, what would have been heard adds up. That sum is judged twice: by the chance that a count of that
mean is zero (negative binomial, since crowds pause together), against a budget of false alarms a year; and against the
longest lull of the remembered weeks, since every stream sleeps in its own way.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import expm1, log, log1p, log10
from typing import Literal

import msgspec

from tocsin.detection.records import Grid, Records


@dataclass(frozen=True, slots=True)
class SilencePolicy:
    """How much silence is too much."""

    false_alarms_a_year: float = 1.0  # a stream, if its lulls are as the model has them
    chances_a_year: float = 8_766.0  # lulls begin in different hours: an hour is one chance
    dispersion: float = 0.25  # variance μ + μ²/4: pooled over brands
    lull_ratio: float = 2.0  # twice the longest lull of the memory
    memory_days: int = 28
    leave_out_minutes: int = 60
    watch_minutes: float = 60.0  # a source that misses some minutes and comes back is not dead
    alarm_minutes: float = 180.0  # collectors stumble for two hours, on the development series all at once
    warm_up_days: float = 3.0  # each hour of the day at least twice

    @property
    def surprise(self) -> float:
        """−log10 of the probability that the budget allows to one chance."""
        return log10(self.chances_a_year / self.false_alarms_a_year)

    @property
    def unheard(self) -> float:
        """So many mentions must have been expected in vain.

        >>> round(SilencePolicy().unheard, 1)
        34.7
        """
        r = 1.0 / self.dispersion
        return r * expm1(self.surprise * log(10.0) / r)

    def surprise_of(self, unheard: float) -> float:
        """−log10 of the probability that nothing is heard where so much is usual."""
        r = 1.0 / self.dispersion
        return r * log1p(unheard / r) / log(10.0)


DEFAULT = SilencePolicy()


class Silence(msgspec.Struct, array_like=True, omit_defaults=True):
    """The present lull and the records of past ones (in hundredths).

    Attributes:
        unheard: what would usually have been heard since the last mention.
        began: the first silent cell; −1 while there are mentions.
        told: 0, or 1 when this lull was raised, or 2 when it was an alarm.
    """

    unheard: float = 0.0
    began: int = -1
    told: int = 0
    records: Records = msgspec.field(default_factory=Records)

    def step(
        self, cell: int, count: float, mean: float, age_days: float, grid: Grid, policy: SilencePolicy = DEFAULT
    ) -> Literal["raised", "grown"] | None:
        """Count one cell of which `mean` was usual; returns whether a silence is raised now, or becomes an alarm. O(1).

        Each happens at most once a lull.
        """
        leave_out = grid.cells(policy.leave_out_minutes)
        if count > 0:
            if self.began >= 0:
                if not self.told:  # a dead source teaches nothing about the brand
                    self.records.settle(cell, leave_out, policy.memory_days, grid)
                    self.records.note(cell, int(self.unheard * 100.0), leave_out)
                self.unheard, self.began, self.told = 0.0, -1, 0
            return None
        if self.began < 0:
            self.began = cell
        self.unheard += mean
        if self.told == 2 or age_days < policy.warm_up_days or self.unheard < policy.unheard:
            return None
        cells = cell - self.began + 1
        if cells < grid.cells(policy.alarm_minutes if self.told else policy.watch_minutes):
            return None
        self.records.settle(cell, leave_out, policy.memory_days, grid)
        if not self.told and self.unheard < policy.lull_ratio * max(0, self.records.best) / 100.0:
            return None
        self.told += 1
        return "raised" if self.told == 1 else "grown"
