"""Baselines: they learn the level, the rhythm and the spread, and a burst teaches them little."""

from __future__ import annotations

import pytest

from tocsin.detection.baseline import LEARN_EVERY_MS, SPANS_MINUTES, Baseline, BaselinePolicy, Memory
from tocsin.instants import DAY_MS, HOUR_MS

POLICY = BaselinePolicy()
HOUR = SPANS_MINUTES.index(60)


def taught(days: float, count_at: dict[int, int] | int, memory: Memory | None = None, start_day: int = 0) -> Memory:
    """A memory that has seen the hour span for some days: one count, or one by hour of the day."""
    memory = memory or Memory()
    for at_ms in range(
        start_day * DAY_MS + LEARN_EVERY_MS[60], int((start_day + days) * DAY_MS) + 1, LEARN_EVERY_MS[60]
    ):
        hour = (at_ms - 1) // HOUR_MS % 24
        count = count_at if isinstance(count_at, int) else count_at.get(hour, 0)
        memory.learn(HOUR, count, at_ms, at_ms, POLICY)
    return memory


def test_before_anything_was_learned_a_few_authors_an_hour_are_expected() -> None:
    quarter, hour, six_hours = (mean for mean, _ in Memory().expect(DAY_MS, POLICY))
    assert hour == pytest.approx(POLICY.prior_level_per_hour)
    assert quarter < hour < six_hours < 6 * hour


def test_a_day_of_twenty_authors_an_hour_makes_twenty_the_usual() -> None:
    mean, _ = taught(1, 20).expect(DAY_MS, POLICY)[HOUR]
    assert mean == pytest.approx(20, rel=0.1)


def test_what_the_hour_has_learned_is_the_prior_of_six_hours() -> None:
    assert taught(1, 50).expect(DAY_MS, POLICY)[2][0] > 150


def test_the_rhythm_of_the_day_is_expected_once_every_hour_was_seen() -> None:
    memory = taught(4, {20: 40, 21: 40})
    evening, _ = memory.expect(4 * DAY_MS + 21 * HOUR_MS, POLICY)[HOUR]
    morning, _ = memory.expect(4 * DAY_MS + 9 * HOUR_MS, POLICY)[HOUR]
    assert evening > 4 * morning


def test_a_burst_of_an_hour_hardly_moves_what_is_usual() -> None:
    memory = taught(5, 10)
    before, _ = memory.expect(5 * DAY_MS, POLICY)[HOUR]
    for quarter in range(1, 5):
        at_ms = 5 * DAY_MS + quarter * LEARN_EVERY_MS[60]
        memory.learn(HOUR, 5_000, at_ms, at_ms, POLICY)
    after, _ = memory.expect(5 * DAY_MS + HOUR_MS, POLICY)[HOUR]
    assert before < after < 1.25 * before


def test_a_lasting_change_becomes_usual_within_days() -> None:
    memory = taught(3, 60, taught(5, 10), start_day=5)
    assert memory.expect(8 * DAY_MS, POLICY)[HOUR][0] > 30


def test_counts_that_swing_spread_wider_than_counts_that_do_not() -> None:
    calm = taught(4, 20)
    restless = Memory()
    for number in range(1, 4 * 96):
        restless.learn(HOUR, 40 if number % 2 else 0, number * LEARN_EVERY_MS[60], number * LEARN_EVERY_MS[60], POLICY)
    assert restless.expect(4 * DAY_MS, POLICY)[HOUR][1] > 3 * calm.expect(4 * DAY_MS, POLICY)[HOUR][1]


def test_one_storm_hardly_widens_what_is_expected_of_the_next() -> None:
    memory = taught(5, 10)
    _, before = memory.expect(5 * DAY_MS, POLICY)[HOUR]
    taught(0.25, 200, memory, start_day=5)
    _, after = memory.expect(6 * DAY_MS, POLICY)[HOUR]
    assert before < after < before + 0.1


def test_a_record_is_the_greatest_of_the_last_fortnight_without_the_present_half_day() -> None:
    baseline = Baseline()
    for day, count in ((0, 90), (10, 40), (12, 30), (14, 70)):
        baseline.note(count, day * DAY_MS + HOUR_MS, POLICY)
    assert baseline.record(60, 14 * DAY_MS + 2 * HOUR_MS, POLICY) == 90
    assert baseline.record(60, 15 * DAY_MS, POLICY) == 70
    assert baseline.record(60, 11 * DAY_MS, POLICY) == 90


def test_records_are_remembered_for_a_fortnight_only() -> None:
    baseline = Baseline()
    for half_day in range(200):
        baseline.note(1 + half_day, half_day * DAY_MS // 2, POLICY)
    assert len(baseline.records) == POLICY.record_half_days
