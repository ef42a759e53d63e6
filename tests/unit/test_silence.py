"""Drop to zero: a dead source is told, a quiet night is not."""

from __future__ import annotations

import pytest

from tocsin.detection.records import Grid
from tocsin.detection.silence import Silence, SilencePolicy

POLICY = SilencePolicy()
GRID = Grid()


def pass_by(silence: Silence, cells: int, count: int, mean: float, first: int, age_days: float = 10.0) -> list[str]:
    """What is told, as `minutes:state`."""
    told = []
    for cell in range(first, first + cells):
        state = silence.step(cell, count, mean, age_days, GRID, POLICY)
        if state is not None:
            told.append(f"{(cell - first + 1) * 5}:{state}")
    return told


def test_a_loud_stream_that_stops_is_watched_after_an_hour_and_an_alarm_after_three() -> None:
    assert pass_by(Silence(), 600, 0, 50.0, 0) == ["60:raised", "180:grown"]


def test_a_quiet_stream_needs_longer_to_be_missed() -> None:
    (raised, _) = pass_by(Silence(), 600, 0, 0.5, 0)
    assert raised == f"{70 * 5}:raised"  # 70 · 0.5 ≥ 34.7


def test_one_mention_ends_it_and_the_next_lull_is_told_anew() -> None:
    silence = Silence()
    assert pass_by(silence, 20, 0, 50.0, 0) == ["60:raised"]
    assert pass_by(silence, 1, 1, 50.0, 20) == []
    assert pass_by(silence, 20, 0, 50.0, 21) == ["60:raised"]


def test_a_stream_that_often_sleeps_as_long_is_not_told_of() -> None:
    silence = Silence()
    pass_by(silence, 30, 0, 3.0, 0, age_days=1.0)  # young: learned, not told
    pass_by(silence, 100, 3, 3.0, 30)
    assert pass_by(silence, 50, 0, 3.0, 130) == []
    assert pass_by(silence, 30, 0, 3.0, 180) == ["50:raised", "55:grown"]  # twice the longest lull


def test_a_young_stream_is_not_missed() -> None:
    assert pass_by(Silence(), 600, 0, 50.0, 0, age_days=1.0) == []


@pytest.mark.parametrize("alarms", [0.1, 1.0, 10.0])
def test_the_budget_is_the_chance_that_the_model_gives_to_what_must_be_missed(alarms: float) -> None:
    policy = SilencePolicy(false_alarms_a_year=alarms)
    chance = 10 ** -policy.surprise_of(policy.unheard)
    assert chance * policy.chances_a_year == pytest.approx(alarms)
