"""A slow climb: many cells in a row somewhat above what this hour of the day usually holds.

A cumulative sum (Page 1954) of the log-ratio of each cell to its usual count, each clipped so that a loud cell weighs
no more than a lasting rise does. It is compared with its own record of four weeks: that is the conformal p-value at its
least, 1/(1 + weeks of past), with a margin for chance, and needs no model of how calm the stream is.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt

import msgspec

from tocsin.detection.records import FIVE_MINUTES, NOTHING, Grid, Records


@dataclass(frozen=True, slots=True)
class ClimbPolicy:
    """When a run above the usual is a climb."""

    drift: float = 0.5  # half of the smallest lasting rise that is looked for, as a log-ratio: ×e
    clip: float = 1.0  # one cell adds at most so much: a climb is many cells, never one loud one
    offset: float = 2.0  # added to both counts: below a handful chance makes any ratio
    excess: float = 0.1  # the record is beaten by a tenth
    score_offset: float = 5.0  # added to both sums: records of calm streams are near zero
    most: float = 144.0  # a day of full evidence; more would blind the record for four weeks
    memory_days: int = 28  # 24 to 38 change nothing on the development series
    leave_out_minutes: int = 180  # a climb does not compete with its own beginning
    warm_up_days: float = 7.0  # the rhythm of the day and of one weekend


DEFAULT = ClimbPolicy()


class Climb(msgspec.Struct, array_like=True, omit_defaults=True):
    """The cumulative sum of one count, and its records (in hundredths).

    Attributes:
        score: the sum, never below 0.
        began: the cell after which it was last 0.
    """

    score: float = 0.0
    began: int = -1
    records: Records = msgspec.field(default_factory=Records)

    def step(
        self, cell: int, count: float, mean: float, grid: Grid = FIVE_MINUTES, policy: ClimbPolicy = DEFAULT
    ) -> float | None:
        """Add one cell of which `mean` was usual; returns by how much (as a logarithm) the record is beaten, if it is.

        O(1). None while nothing is remembered, and when the margin is missed.
        """
        weight = grid.weight
        offset = policy.offset * sqrt(weight)  # chance grows as the root of the cell
        ratio = log((count + offset) / (mean + offset))
        clipped = min(policy.clip, max(-policy.clip, ratio))
        if self.score <= 0.0:
            self.began = cell
        self.score = min(policy.most, max(0.0, self.score + (clipped - policy.drift) * weight))
        leave_out = grid.cells(policy.leave_out_minutes)
        self.records.settle(cell, leave_out, policy.memory_days, grid)
        self.records.note(cell, int(self.score * 100.0), leave_out)
        best = self.records.best
        if best == NOTHING or self.score <= 0.0:
            return None
        beaten = (self.score + policy.score_offset) / (best / 100.0 + policy.score_offset)
        return log(beaten) if beaten >= exp(policy.excess) else None
