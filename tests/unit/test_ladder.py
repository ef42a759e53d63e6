"""The record ladder: what is more than anything of the last weeks, and when to say so again."""

from __future__ import annotations

from math import log

import pytest

from tocsin.detection.ladder import Excess, Ladder, LadderPolicy, Rungs, Told
from tocsin.detection.records import FIVE_MINUTES, Grid
from tocsin.instants import DAY_MS, HOUR_MS

RUNGS = Rungs.on(FIVE_MINUTES)
DAY = 288


def fill(ladder: Ladder, count: int, first: int, cells: int) -> int:
    """Count the same in each cell; returns the next cell."""
    for cell in range(first, first + cells):
        ladder.step(cell, count, cell / DAY, RUNGS)
    return first + cells


def test_a_loud_cell_beats_the_record_of_five_minutes_only() -> None:
    ladder = Ladder()
    cell = fill(ladder, 10, 0, 30 * DAY)
    (beaten,) = ladder.step(cell, 30, 30.0, RUNGS)
    assert (beaten.place, beaten.current, beaten.record) == (0, 30, 10)
    assert beaten.log_ratio == pytest.approx(log((30 + 8) / (10 + 8)))


def test_a_ramp_beats_the_record_of_twelve_hours_without_one_loud_cell() -> None:
    ladder = Ladder()
    cell = fill(ladder, 10, 0, 20 * DAY)
    ladder.step(cell, 20, 20.0, RUNGS)
    cell = fill(ladder, 10, cell + 1, 8 * DAY)
    found: set[int] = set()
    for each in range(cell, cell + DAY):
        found |= {beaten.place for beaten in ladder.step(each, 14, 28.0, RUNGS)}
    assert found == {1, 2}


def test_a_record_of_five_weeks_ago_is_forgotten() -> None:
    ladder = Ladder()
    ladder.step(0, 500, 0.0, RUNGS)
    cell = fill(ladder, 10, 1, 20 * DAY)
    assert ladder.step(cell, 100, 20.0, RUNGS) == []
    cell = fill(ladder, 10, cell + 1, 20 * DAY)
    assert [beaten.place for beaten in ladder.step(cell, 130, 40.0, RUNGS)] == [0]


def test_a_rise_does_not_compete_with_its_own_beginning() -> None:
    ladder = Ladder()
    cell = fill(ladder, 10, 0, 30 * DAY)
    for number, count in enumerate((30, 40, 50)):
        assert ladder.step(cell + number, count, 30.0, RUNGS)[0].record == 10


def test_a_young_record_needs_more() -> None:
    excess = []
    for days in (3, 30):
        ladder = Ladder()
        cell = fill(ladder, 100, 0, days * DAY)
        excess.append(bool(ladder.step(cell, 120, float(days), RUNGS)))
    assert excess == [False, True]


def test_spans_are_times_whatever_the_step() -> None:
    hours = Rungs.on(Grid(HOUR_MS))
    assert [rung.minutes for rung in hours.every] == [60, 180, 720]
    days = Rungs.on(Grid(DAY_MS), LadderPolicy(excess=(0.01, 0.02, 0.5)))
    assert [(rung.minutes, rung.excess) for rung in days.every] == [(1440, 0.5)]


def test_cells_that_nobody_counted_set_no_record_and_leave_the_sums() -> None:
    ladder = Ladder()
    cell = fill(ladder, 10, 0, 2 * DAY)
    ladder.pass_over(cell, cell + DAY, RUNGS)
    assert ladder.sums == [0, 0, 0]
    ladder.step(cell + DAY + 1, 10, 3.0, RUNGS)
    assert ladder.sums == [10, 10, 10]


def test_fractions_do_not_pile_up() -> None:
    ladder = Ladder()
    for cell in range(2_000):
        ladder.step(cell, 0.1, 1.0, RUNGS)
    assert ladder.sums == pytest.approx([0.1, 3.6, 14.4], abs=1e-9)


def told(levels: tuple[float, float, float]) -> Told:
    state = Told()
    state.tell(1_000, list(levels), is_new=True)
    return state


@pytest.mark.parametrize(("cells", "expected"), [(287, False), (288, True)])
def test_after_a_day_the_next_alert_is_due(cells: int, expected: bool) -> None:
    assert told((3.0, 3.0, 3.0)).is_due(1_000 + cells, RUNGS) is expected


@pytest.mark.parametrize(
    ("cells", "log_ratio", "level", "expected"),
    [(11, 0.6, 3.6, False), (12, 0.6, 3.6, True), (12, 0.4, 3.6, False), (12, 0.6, 3.4, False)],
    ids=["too early", "grown", "hardly a record", "hardly above what was told"],
)
def test_inside_the_cool_down_only_growth_is_told(cells: int, log_ratio: float, level: float, expected: bool) -> None:
    beaten = [Excess(0, 100, 50, log_ratio)]
    found = told((3.0, 3.0, 3.0)).find_grown(1_000 + cells, beaten, [level, 3.0, 3.0], RUNGS)
    assert (found is not None) is expected


def test_growth_does_not_restart_the_cool_down_and_raises_what_comes_next() -> None:
    state = told((3.0, 3.0, 3.0))
    state.tell(1_100, [3.8, 2.9, 3.0], is_new=False)
    assert state.levels == [3.8, 3.0, 3.0]
    assert state.is_due(1_288, RUNGS)
    assert state.find_grown(1_150, [Excess(0, 90, 40, 0.7)], [4.0, 3.0, 3.0], RUNGS) is None
