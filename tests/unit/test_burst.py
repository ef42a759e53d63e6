"""Bursts: how surprising a count is, and the life of an episode."""

from __future__ import annotations

from math import comb, log10

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.detection.burst import BurstPolicy, Circumstances, Episode, Measured, find_surprise, judge, may_be_burst
from tocsin.instants import DAY_MS, HOUR_MS, MINUTE_MS

POLICY = BurstPolicy()
WEEK = 7 * DAY_MS


def measured(
    count: int = 0, *, place: int = 1, mean: float = 2.0, surprise: float = 0.0, record: int = 0
) -> list[Measured]:
    """All spans quiet but one."""
    spans = [Measured(each, 0, mean, 0.0, 0) for each in range(3)]
    spans[place] = Measured(place, count, mean, surprise, record)
    return spans


def at(
    now_ms: int = WEEK, *, kind: str = "negative_burst", whole: bool = True, age: int = WEEK, share: float = 0.3
) -> Circumstances:
    return Circumstances(kind, whole, now_ms, age, share)  # type: ignore[arg-type]


def an_episode(alerted_ms: int = WEEK, level: int = 20, *, is_active: bool = True) -> Episode:
    return Episode("e", 1, alerted_ms, [level] * 3, alerted_ms, is_active)


@settings(max_examples=60, deadline=None)
@given(count=st.integers(1, 60), r=st.integers(1, 8), mean=st.floats(0.1, 30))
def test_the_surprise_is_the_exact_tail_of_the_negative_binomial(count: int, r: int, mean: float) -> None:
    q = mean / (mean + r)
    tail = 1.0 - sum(comb(k + r - 1, k) * q**k * (1 - q) ** r for k in range(count))
    if count > mean and tail > 1e-9:
        assert find_surprise(count, mean, 1 / r) == pytest.approx(-log10(tail), abs=1e-4)


def test_more_people_surprise_more_and_a_wider_spread_surprises_less() -> None:
    assert find_surprise(40, 10, 0.2) > find_surprise(30, 10, 0.2) > find_surprise(30, 10, 0.5) > 0


def test_nothing_at_or_below_the_usual_surprises() -> None:
    assert find_surprise(10, 10, 0.2) == 0.0
    assert find_surprise(0, 0.0, 0.2) == 0.0


def test_a_hundred_thousand_people_are_no_problem_for_the_tail() -> None:
    assert 100 < find_surprise(100_000, 1_000, 0.2) < 1e5


def test_a_surprising_crowd_raises() -> None:
    state, best = judge(measured(12, surprise=6.0), None, at(), POLICY)
    assert state == "raised"
    assert best is not None
    assert best.count == 12


@pytest.mark.parametrize(
    "why_not",
    [
        {"count": 6, "surprise": 9.0},  # too few people
        {"count": 12, "surprise": 4.9},  # chance explains it
        {"count": 12, "surprise": 6.0, "mean": 8.0},  # not twice the usual
    ],
)
def test_what_is_too_few_too_likely_or_too_usual_is_no_burst(why_not: dict[str, float]) -> None:
    assert judge(measured(**why_not), None, at(), POLICY) == (None, None)  # type: ignore[arg-type]


def test_the_span_that_surprises_most_speaks() -> None:
    spans = [Measured(0, 12, 2.0, 5.5, 0), Measured(1, 30, 4.0, 8.0, 0), Measured(2, 50, 20.0, 5.1, 0)]
    assert judge(spans, None, at(), POLICY)[1] == spans[1]


def test_a_record_of_the_whole_brand_needs_less_surprise_once_records_mean_something() -> None:
    spans = measured(12, surprise=3.0, record=9)
    assert judge(spans, None, at(), POLICY)[0] == "raised"
    assert judge(spans, None, at(whole=False), POLICY)[0] is None
    assert judge(spans, None, at(age=3 * DAY_MS), POLICY)[0] is None
    assert judge(measured(12, surprise=3.0, record=12), None, at(), POLICY)[0] is None


def test_while_warming_up_only_a_crowd_counts() -> None:
    young = at(age=DAY_MS)
    assert judge(measured(24, surprise=9.0), None, young, POLICY)[0] is None
    assert judge(measured(25, surprise=9.0), None, young, POLICY)[0] == "raised"


def test_in_the_first_hours_a_crowd_must_be_mostly_negative() -> None:
    spans = measured(60, surprise=20.0)
    assert judge(spans, None, at(age=HOUR_MS), POLICY)[0] is None
    assert judge(spans, None, at(age=HOUR_MS, share=0.7), POLICY)[0] == "raised"


def test_an_episode_grows_when_the_count_is_two_thirds_higher_and_not_at_every_tick() -> None:
    later = WEEK + 10 * MINUTE_MS
    assert judge(measured(32, surprise=9.0), an_episode(), at(later), POLICY)[0] is None
    assert judge(measured(33, surprise=9.0), an_episode(), at(later), POLICY)[0] == "grown"
    assert judge(measured(33, surprise=9.0), an_episode(), at(later - 1), POLICY)[0] is None


def test_an_episode_ends_after_half_an_hour_in_its_band() -> None:
    assert judge(measured(3), an_episode(), at(WEEK + 29 * MINUTE_MS), POLICY)[0] is None
    assert judge(measured(3), an_episode(), at(WEEK + 30 * MINUTE_MS), POLICY)[0] == "ended"


def test_for_a_day_after_an_alert_only_a_higher_count_raises_again() -> None:
    over = an_episode(is_active=False)
    hours = WEEK + 5 * HOUR_MS
    assert judge(measured(20, surprise=9.0), over, at(hours), POLICY)[0] is None
    assert judge(measured(40, surprise=9.0), over, at(hours), POLICY)[0] == "raised"
    assert judge(measured(20, surprise=9.0), over, at(WEEK + DAY_MS), POLICY)[0] == "raised"


@settings(max_examples=100, deadline=None)
@given(count=st.integers(0, 80), mean=st.floats(0.01, 60), dispersion=st.floats(0.02, 3))
def test_the_cheap_look_never_hides_a_burst(count: int, mean: float, dispersion: float) -> None:
    spans = measured(count, mean=mean, surprise=find_surprise(count, mean, dispersion))
    if judge(spans, None, at(), POLICY)[0] == "raised":
        assert may_be_burst([each.count for each in spans], [(mean, dispersion)] * 3, POLICY)
