"""Conformal p-values: rare is what the stream's own past says is rare."""

from __future__ import annotations

from random import Random

import pytest

from tocsin.detection.conformal import Conformal, ConformalPolicy, find_bin


def learned(scores: list[float], policy: ConformalPolicy | None = None) -> Conformal:
    past = Conformal()
    for score in scores:
        past.learn(score, policy or ConformalPolicy())
    return past


def test_without_a_past_nothing_is_rare() -> None:
    assert Conformal().p(99.0) == 1.0
    assert Conformal().surprise(99.0) == 0.0


def test_p_counts_the_past_that_was_as_high() -> None:
    past = learned([0.0, 1.0, 2.0, 3.0])
    assert [past.p(score) for score in (-1.0, 0.5, 2.5, 4.0)] == [1.0, 4 / 5, 2 / 5, 1 / 5]


def test_ties_and_neighbours_count_as_higher() -> None:
    past = learned([1.01, 1.01, 1.01, 0.0])
    assert past.p(1.03) == 4 / 5


def test_a_surprise_is_never_above_what_the_past_can_say() -> None:
    assert learned([0.0] * 99).surprise(4.0) == pytest.approx(2.0)


@pytest.mark.parametrize("level", [0.2, 0.05, 0.01])
def test_exchangeable_scores_are_rare_as_often_as_promised(level: float) -> None:
    choose = Random(5)
    past = learned([choose.gauss(0.0, 0.5) for _ in range(5_000)])
    rare = sum(past.p(choose.gauss(0.0, 0.5)) <= level for _ in range(20_000)) / 20_000
    assert 0.6 * level <= rare <= 1.1 * level


def test_the_past_fades_and_stays_bounded() -> None:
    policy = ConformalPolicy(most=100)
    past = learned([3.0] * 60 + [0.0] * 600, policy)
    assert past.total <= 100
    assert past.p(3.0, policy) < 0.05
    assert len(past.counts) <= policy.bins


def test_scores_outside_the_bins_go_to_the_outermost() -> None:
    assert (find_bin(float("-inf")), find_bin(1e300)) == (0, ConformalPolicy().bins - 1)
