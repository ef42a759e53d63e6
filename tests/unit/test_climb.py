"""Slow climbs: many cells a little above the usual, never one loud one."""

from __future__ import annotations

from tocsin.detection.climb import Climb, ClimbPolicy
from tocsin.detection.records import Grid
from tocsin.instants import HOUR_MS

POLICY = ClimbPolicy()


def count(climb: Climb, values: list[float], mean: float, first: int = 0, grid: Grid | None = None) -> list[int]:
    """Cells that beat the record."""
    found = []
    for cell, value in enumerate(values, first):
        if climb.step(cell, value, mean, grid or Grid()) is not None:
            found.append(cell)
    return found


def test_what_is_usual_adds_up_to_nothing() -> None:
    climb = Climb()
    assert count(climb, [20.0] * 3_000, 20.0) == []
    assert climb.score == 0.0


def test_three_times_the_usual_for_an_hour_is_a_climb() -> None:
    climb = Climb()
    count(climb, [20.0] * 3_000, 20.0)
    assert count(climb, [60.0] * 12, 20.0, first=3_000) == list(range(3_001, 3_012))
    assert climb.began == 3_000


def test_one_loud_cell_weighs_no_more_than_a_lasting_rise() -> None:
    loud, lasting = Climb(), Climb()
    count(loud, [5_000.0], 20.0)
    count(lasting, [60.0], 20.0)
    assert loud.score == lasting.score == POLICY.clip - POLICY.drift


def test_a_climb_has_to_beat_the_climbs_of_the_last_weeks() -> None:
    climb = Climb()
    usual, rise = [20.0] * 600, [60.0] * 12
    cell = 0
    beaten = []
    for part in (usual, rise, usual, rise, usual, [60.0] * 24):
        beaten.append(len(count(climb, part, 20.0, first=cell)))
        cell += len(part)
    assert beaten == [0, 11, 10, 0, 0, 10]  # it fades for a while; the third one has to be longer than the second


def test_a_handful_is_no_climb_whatever_the_ratio() -> None:
    climb = Climb()
    count(climb, [0.0] * 600, 0.05)
    assert count(climb, [1.0] * 12, 0.05, first=600) == []


def test_a_climb_without_end_does_not_grow_without_end() -> None:
    climb = Climb()
    count(climb, [500.0] * 5_000, 20.0)
    assert climb.score == POLICY.most


def test_an_hour_of_evidence_weighs_the_same_in_hours_and_in_five_minutes() -> None:
    fine, coarse = Climb(), Climb()
    count(fine, [6_000.0] * 12, 1_000.0)
    count(coarse, [72_000.0], 12_000.0, grid=Grid(HOUR_MS))
    assert fine.score == coarse.score
