"""The greatest values of the last weeks, leaving out the newest: what a record has to beat.

Kept as maxima of blocks in two layers: a dozen short blocks that are still too new to count, and one maximum a day.
Looking up is one comparison; noting a value costs the same, and a new day a walk over at most four weeks.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from tocsin.instants import DAY_MS, HOUR_MS, MINUTE_MS

Number = int | float

#: The cell in which everything is counted; rows that come more often are added up to it, rarer ones are cells.
CELL_MS = 5 * MINUTE_MS

#: Values are never negative: this is "nothing is remembered yet".
NOTHING = -1

#: The newest values are left out in so many blocks: what counts is exact to a twelfth of what is left out.
_BLOCKS = 12


class Grid(NamedTuple):
    """How time is cut into cells: cell number `n` holds the times from n·`cell_ms` on."""

    cell_ms: int = CELL_MS

    def cells(self, minutes: float) -> int:
        """So many whole cells make up a span, at least one.

        >>> Grid().cells(60), Grid(HOUR_MS).cells(180), Grid(HOUR_MS).cells(5)
        (12, 3, 1)
        """
        return max(1, round(minutes * MINUTE_MS / self.cell_ms))

    def day(self, cell: int) -> int:
        return cell * self.cell_ms // DAY_MS

    @property
    def period_ms(self) -> int:
        """What is usual is the same for all cells of a period: an hour, or the cell where that is longer."""
        return max(HOUR_MS, self.cell_ms)

    def period(self, cell: int) -> int:
        return cell * self.cell_ms // self.period_ms

    @property
    def weight(self) -> float:
        """How many cells of five minutes one cell is: scales of policies are said for those."""
        return self.cell_ms / CELL_MS


FIVE_MINUTES = Grid()


class Records(msgspec.Struct, array_like=True, omit_defaults=True):
    """The greatest value of the remembered days: around a hundred bytes.

    Attributes:
        best: the record; `NOTHING` while there is none.
        block: number of the first of `newest`, the maxima of blocks that are too new to count.
        day: number of the first of `days`, the maxima of days. `NOTHING` stands where nobody counted.
    """

    best: Number = NOTHING
    block: int = 0
    newest: list[Number] = msgspec.field(default_factory=list)
    day: int = 0
    days: list[Number] = msgspec.field(default_factory=list)

    def settle(self, cell: int, leave_out: int, memory_days: int, grid: Grid) -> None:
        """Move to `cell`: blocks that ended `leave_out` cells ago now count, days before the memory are forgotten."""
        length = block_cells(leave_out)
        if self.days and grid.day(cell) - self.day > 2 * memory_days:
            self.days, self.best = [], NOTHING  # a pause longer than the memory
        while self.newest and (self.block + 1) * length - 1 <= cell - leave_out:
            greatest = self.newest.pop(0)
            self.block += 1
            self.day = _put(self.day, self.days, grid.day(self.block * length - 1), greatest)
            self.best = max(self.best, greatest)
        gone = grid.day(cell) - memory_days - self.day
        if self.days and gone > 0:
            del self.days[:gone]
            self.day += gone
            self.best = max(self.days, default=NOTHING)

    def note(self, cell: int, value: Number, leave_out: int) -> None:
        """Remember the value of a cell; it counts once `settle` has left it behind."""
        self.block = _put(self.block, self.newest, cell // block_cells(leave_out), value)


def _put(first: int, values: list[Number], number: int, value: Number) -> int:
    """Raise entry `number` of a list that begins with `first`; returns where it begins now."""
    if not values:
        values.append(value)
        return number
    place = number - first
    if place >= len(values):
        values.extend([NOTHING] * (place + 1 - len(values)))
    if value > values[place]:
        values[place] = value
    return first


def block_cells(leave_out: int) -> int:
    """How many cells share one maximum while they are too new to count."""
    return max(1, leave_out // _BLOCKS)
