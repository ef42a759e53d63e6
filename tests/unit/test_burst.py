"""Bursts: how surprising a count is, and the life of an episode."""

from __future__ import annotations

from math import comb, log10

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin import shares
from tocsin.detection.burst import (
    BurstPolicy,
    Circumstances,
    Episode,
    Measured,
    combine,
    find_share_surprise,
    find_surprise,
    judge,
    may_be_burst,
    weigh_share,
)
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
        {"count": 9, "surprise": 9.0},  # too few people
        {"count": 12, "surprise": 3.9},  # chance explains it
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
    assert judge(spans, None, at(kind="burst"), POLICY)[0] == "raised"
    assert judge(spans, None, at(kind="burst", whole=False), POLICY)[0] is None
    assert judge(spans, None, at(kind="burst", age=3 * DAY_MS), POLICY)[0] is None
    assert judge(measured(12, surprise=3.0, record=12), None, at(kind="burst"), POLICY)[0] is None


@pytest.mark.parametrize(("place", "enough"), [(0, 4.61), (1, 4.0), (2, 3.23)])
def test_complaints_of_a_shorter_span_must_surprise_more_for_it_comes_more_often(place: int, enough: float) -> None:
    assert judge(measured(12, place=place, surprise=enough), None, at(), POLICY)[0] == "raised"
    assert judge(measured(12, place=place, surprise=enough - 0.02), None, at(), POLICY)[0] is None


def test_complaints_must_be_most_of_what_is_said_or_for_a_brand_far_more_than_usual() -> None:
    def of(share: float, surprise: float) -> list[Measured]:
        spans = measured()
        spans[1] = Measured(1, 12, 2.0, 9.0, 0, share, surprise)
        return spans

    assert judge(of(0.6, 0.0), None, at(whole=False), POLICY)[0] == "raised"
    assert judge(of(0.5, 4.0), None, at(whole=False), POLICY)[0] is None
    assert judge(of(0.5, 4.0), None, at(whole=True), POLICY)[0] == "raised"
    assert judge(of(0.5, 1.9), None, at(whole=True), POLICY)[0] is None


@settings(max_examples=60, deadline=None)
@given(of=st.integers(1, 60), share=st.floats(0.02, 0.95), data=st.data())
def test_without_agreement_the_surprise_of_a_share_is_the_exact_tail_of_the_binomial(
    of: int, share: float, data: st.DataObject
) -> None:
    count = data.draw(st.integers(0, of))
    tail = sum(comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(count, of + 1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shares, "AGREEMENT", 0.0)
        find_share_surprise.cache_clear()
        found = find_share_surprise(count, of, share)
        find_share_surprise.cache_clear()
    if count > of * share and tail > 1e-12:
        assert found == pytest.approx(-log10(tail), abs=1e-3)
    elif count <= of * share:
        assert found == 0.0


def test_a_share_of_thousands_surprises_hardly_more_than_one_of_hundreds() -> None:
    few, many = find_share_surprise(60, 100, 0.3), find_share_surprise(6_000, 10_000, 0.3)
    assert find_share_surprise(12, 20, 0.3) < few < many < 2 * few


def test_two_surprises_together_are_more_than_each_and_less_than_their_sum() -> None:
    assert 3.0 < combine(3.0, 2.0) < 5.0
    assert combine(0.0, 0.0) == 0.0


def test_a_crowd_as_content_as_ever_surprises_less_than_one_that_turned() -> None:
    counted = measured(20, mean=5.0, surprise=4.0)
    content = weigh_share(counted, [0, 80, 0], [1.0, 20.0, 1.0])[1]
    turned = weigh_share(counted, [0, 24, 0], [1.0, 20.0, 1.0])[1]
    assert content.share == 0.25
    assert content.share_surprise == 0.0
    assert content.surprise < 4.0 < turned.surprise


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
