"""The record ladder: is this more than anything of the last four weeks, at five minutes, three hours or twelve?

What people call an event on mention counts is, more often than anything else, a new record of recent weeks. Each rung
of the ladder is a sliding sum S of one span, as a level y = ln(S/√k + 8), where k is the span in cells of five minutes:
the root because chance grows with it, the offset because below a handful chance makes any ratio. The excess of a level
over the record of 28 days, the newest left out, is what is judged; its exponential says how bad it is.

Its constants were chosen on all ten Numenta "realTweets" series: no figure on any of them is untouched by that choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt
from typing import NamedTuple, Self

import msgspec

from tocsin.detection.records import NOTHING, Grid, Number, Records
from tocsin.instants import HOUR_MS, MINUTE_MS


@dataclass(frozen=True, slots=True)
class LadderPolicy:
    """What is a record, by how much, and when to say so again. Tuples go by span."""

    spans_minutes: tuple[int, ...] = (5, 180, 720)  # five minutes make it precise, twelve hours make it complete
    excess: tuple[float, ...] = (0.03, 0.06, 0.06)  # least margin over the record, as a log-ratio
    young_excess: tuple[float, ...] = (0.1, 0.0, 0.0)  # times ln(28 days / own days): a young record is easily broken
    offset: float = 8.0  # 6 to 12 change little
    memory_days: int = 28  # 24 to 38 change little
    leave_out_minutes: int = 60  # and never less than the span: a rise does not compete with its own beginning
    warm_up_days: float = 1.0  # before that there is no record worth its name
    least_cells: int = 14  # nor before so many cells, where a cell is long
    cool_down_hours: float = 24.0  # 22 to 30 change little
    growth: float = 1.65  # inside the cool-down: above the record and above what was told last by this
    growth_gap_hours: float = 1.0  # and at most so often


DEFAULT = LadderPolicy()


class Rung(NamedTuple):
    """One span on one grid.

    Attributes:
        cells: its length; leave_out: the newest cells that records leave out.
        scale: the root of its length in cells of five minutes.
    """

    minutes: int
    cells: int
    leave_out: int
    scale: float
    excess: float
    young_excess: float


class Excess(NamedTuple):
    """A rung that beats its record.

    Attributes:
        place: of the rung.
        current, record: sums of the span.
        log_ratio: by how much the level is above the record's.
    """

    place: int
    current: Number
    record: Number
    log_ratio: float


class Rungs(NamedTuple):
    """A ladder on a grid: worked out once, used for every count.

    Attributes:
        every: the rungs, shortest first; longest: cells of the longest.
    """

    grid: Grid
    policy: LadderPolicy
    every: tuple[Rung, ...]
    longest: int

    @classmethod
    def on(cls, grid: Grid, policy: LadderPolicy = DEFAULT) -> Self:
        """Spans shorter than a cell are one cell; equal ones become one, and the stricter margins win.

        >>> for cell_ms in (300_000, 3_600_000, 86_400_000):
        ...     print([rung.cells for rung in Rungs.on(Grid(cell_ms)).every])
        [1, 36, 144]
        [1, 3, 12]
        [1]
        """
        found: dict[int, Rung] = {}
        for minutes, excess, young in zip(policy.spans_minutes, policy.excess, policy.young_excess, strict=True):
            cells = grid.cells(minutes)
            leave_out = max(cells, grid.cells(policy.leave_out_minutes))
            if (same := found.get(cells)) is not None:
                excess, young = max(excess, same.excess), max(young, same.young_excess)
            span = round(cells * grid.cell_ms / MINUTE_MS)
            found[cells] = Rung(span, cells, leave_out, sqrt(cells * grid.weight), excess, young)
        return cls(grid, policy, tuple(found.values()), max(found))

    def level(self, place: int, total: Number) -> float:
        """The level of a sum: what excess and growth are differences of."""
        return log(total / self.every[place].scale + self.policy.offset)


class Ladder(msgspec.Struct, array_like=True, omit_defaults=True):
    """The sums of all spans of one count, and their records: about half a kilobyte.

    Attributes:
        ring: the counts of the last cells, as many as the longest span has; cell `n` is at `n` modulo that.
        sums: of each rung; records: of each rung's sums.
    """

    ring: list[Number] = msgspec.field(default_factory=list)
    sums: list[Number] = msgspec.field(default_factory=list)
    records: list[Records] = msgspec.field(default_factory=list)

    def step(self, cell: int, count: Number, age_days: float, rungs: Rungs) -> list[Excess]:
        """Add the count of one cell, each cell in turn; returns the rungs that beat their record by the margin. O(1).

        Args:
            cell: number of the cell on the grid; the one after the last. `pass_over` cells that nobody counted.
            age_days: how long this count is known: young records need more.
        """
        self._add(cell, count, rungs)
        beaten = []
        memory_days = rungs.policy.memory_days
        for place, rung in enumerate(rungs.every):
            records, current = self.records[place], self.sums[place]
            records.settle(cell, rung.leave_out, memory_days, rungs.grid)
            best = records.best
            # The cheap half first: nearly nothing gets past it.
            if current > best != NOTHING:
                excess = rungs.level(place, current) - rungs.level(place, best)
                young = log(memory_days / max(0.5, age_days)) if age_days < memory_days else 0.0
                if excess >= rung.excess + rung.young_excess * young:
                    beaten.append(Excess(place, current, best, excess))
            records.note(cell, current, rung.leave_out)
        return beaten

    def pass_over(self, first: int, last: int, rungs: Rungs) -> None:
        """Nobody counted these cells: they hold nothing, and set no record. O(longest span)."""
        if last - first + 1 >= rungs.longest:
            self.ring = [0] * rungs.longest
            self.sums = [0] * len(rungs.every)
            return
        for cell in range(first, last + 1):
            self._add(cell, 0, rungs)

    def _add(self, cell: int, count: Number, rungs: Rungs) -> None:
        longest = rungs.longest
        if not self.ring:
            self.ring = [0] * longest
            self.sums = [0] * len(rungs.every)
        if not self.records:
            self.records = [Records() for _ in rungs.every]
        place = cell % longest
        for number, rung in enumerate(rungs.every):
            self.sums[number] += count - self.ring[(cell - rung.cells) % longest]
        self.ring[place] = count
        if place == 0 and any(isinstance(total, float) for total in self.sums):
            # Fractions round: once a turn the sums are made anew.
            for number, rung in enumerate(rungs.every):
                self.sums[number] = sum(self.ring[(cell - back) % longest] for back in range(rung.cells))


class Told(msgspec.Struct, array_like=True, omit_defaults=True):
    """What was told of a count: when it is too early to tell again.

    Attributes:
        new_cell: the last new alert; cell: the last alert of either kind; −1 before the first.
        levels: of each rung, the highest that was told since the last new alert.
    """

    new_cell: int = -1
    cell: int = -1
    levels: list[float] = msgspec.field(default_factory=list)

    def is_due(self, cell: int, rungs: Rungs) -> bool:
        """Is the cool-down over?"""
        cool_down_ms = rungs.policy.cool_down_hours * HOUR_MS
        return self.new_cell < 0 or (cell - self.new_cell) * rungs.grid.cell_ms >= cool_down_ms

    def find_grown(self, cell: int, beaten: list[Excess], levels: list[float], rungs: Rungs) -> Excess | None:
        """The rung that grew most since the last alert, if any grew enough; ask only inside the cool-down."""
        if (cell - self.cell) * rungs.grid.cell_ms < rungs.policy.growth_gap_hours * HOUR_MS:
            return None
        growth = log(rungs.policy.growth)
        grown = [
            each
            for each in beaten
            if each.log_ratio >= growth and levels[each.place] >= self.levels[each.place] + growth
        ]
        return max(grown, key=lambda each: each.log_ratio, default=None)

    def tell(self, cell: int, levels: list[float], *, is_new: bool) -> None:
        """An alert was raised (`is_new`), or a running one has grown: that does not restart the cool-down."""
        self.cell = cell
        if is_new:
            self.new_cell, self.levels = cell, list(levels)
        else:
            self.levels = [max(pair) for pair in zip(self.levels, levels, strict=True)]
