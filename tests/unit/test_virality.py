"""Virality: the branching number is found, forecasts come close, intervals hold, and fed by counts it says the same."""

from __future__ import annotations

import math
import random
import statistics

import msgspec
import pytest

from bench.virality import LOOKS_S, Reshare, World, simulate
from tocsin.detection.reactions import draw_delay, due, future_cells, outstanding
from tocsin.detection.virality import Cascade, Projection, Spread, ViralityPolicy
from tocsin.instants import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS

POLICY = ViralityPolicy()


def fed(world: World, reshares: list[Reshare], until_s: float) -> Cascade:
    cascade = Cascade(0, world.followers)
    for at, followers in reshares:
        if at < until_s:
            cascade.reshare(int(at * SECOND_MS), followers)
    return cascade


def looked_at(world: World, at_s: int, cascades: int = 60, seed: int = 3) -> list[tuple[Spread, Projection, int]]:
    """Judgements and forecasts of many cascades at one look, with how many reshares there were in the end."""
    rng = random.Random(seed)
    looks = []
    for _ in range(cascades):
        reshares = simulate(world, rng)
        cascade = fed(world, reshares, at_s)
        if cascade.count >= POLICY.least_reshares:
            spread = cascade.judge(at_s * SECOND_MS)
            looks.append((spread, cascade.project(at_s * SECOND_MS, spread), len(reshares)))
    return looks


def steady(per_minute: int, minutes: int, followers: int | None = 100) -> Cascade:
    cascade = Cascade(0, 2_000)
    for number in range(per_minute * minutes):
        cascade.reshare(number * MINUTE_MS // per_minute, followers)
    return cascade


def test_the_kernel_sums_to_one_and_its_tail_is_heavy() -> None:
    assert outstanding(0) == 1
    assert outstanding(300) == pytest.approx(outstanding(300.001), abs=1e-4)
    assert outstanding(1e12) < 0.01
    assert 0.2 < outstanding(86_400) < 0.25


def test_what_is_due_in_a_window_is_the_weighted_integral_of_the_kernel() -> None:
    for age, window in ((100.0, 600.0), (900.0, 600.0), (5_000.0, 7_200.0), (90_000.0, 7_200.0)):
        steps = 40_000
        begin = max(0.0, age - window)
        width = (age - begin) / steps
        edges = [begin + width * step for step in range(steps + 1)]
        summed = sum(
            (1 - (age - (edges[step] + width / 2)) / window) * (outstanding(edges[step]) - outstanding(edges[step + 1]))
            for step in range(steps)
        )
        assert due(age, window) == pytest.approx(summed, rel=1e-3)


def test_delays_are_drawn_from_the_kernel() -> None:
    for share in (0.05, 0.188, 0.5, 0.9):
        assert 1 - outstanding(draw_delay(share)) == pytest.approx(share, abs=1e-4)


def test_the_cells_of_the_future_answer_no_more_than_everything() -> None:
    edges, shares = future_cells(7 * 86_400.0)
    assert edges[-1] == 7 * 86_400
    for place in range(len(shares)):
        answered = sum(row[place] for row in shares[place:])
        assert 0 < answered < 1 - outstanding(edges[-1] - edges[place])


@pytest.mark.parametrize("branching", [0.3, 0.6, 0.9])
def test_the_branching_number_is_found(branching: float) -> None:
    found = [spread.branching for spread, _, _ in looked_at(World("", branching, spread=0.5), 10_800)]
    assert statistics.median(found) == pytest.approx(branching, abs=0.12)


@pytest.mark.parametrize(("at_s", "error"), list(zip(LOOKS_S, (0.35, 0.3, 0.25), strict=True)))
def test_forecasts_come_close_and_closer_with_time(at_s: int, error: float) -> None:
    world = World("", 0.6)
    errors = [abs(told.reshares - final) / final for _, told, final in looked_at(world, at_s)]
    assert statistics.median(errors) < error


@pytest.mark.parametrize("world", [World("", 0.6), World("", 0.8, half_life_h=12), World("", 0.6, spread=1.8)])
def test_intervals_hold_about_as_often_as_they_say(world: World) -> None:
    held = [told.reshares_low <= final <= told.reshares_high for _, told, final in looked_at(world, 3_600)]
    assert statistics.mean(held) >= 0.7


def test_a_mention_that_feeds_itself_is_told_from_those_that_do_not() -> None:
    viral = looked_at(World("", 2.0, half_life_h=12, followers=5_000), 3_600, cascades=40)
    ordinary = looked_at(World("", 0.6), 3_600, cascades=40)
    assert statistics.mean(spread.is_supercritical for spread, _, _ in viral) > 0.6
    assert statistics.mean(spread.is_supercritical for spread, _, _ in ordinary) <= 0.05


def test_a_forecast_is_finite_even_where_every_reshare_makes_more_than_one() -> None:
    cascade = Cascade(0, 500)
    for minute in range(60):
        for _ in range(1 + minute):
            cascade.reshare(minute * MINUTE_MS, 100)
    spread = cascade.judge(HOUR_MS)
    told = cascade.project(HOUR_MS, spread)
    assert spread.is_supercritical
    assert spread.final == math.inf
    assert cascade.count < told.reshares_low < told.reshares <= told.reshares_high <= 101 * cascade.count
    assert told.reach > spread.reach > 100 * cascade.count
    assert "it spreads by itself: every reshare makes more than one" in spread.reasons


def test_what_has_stopped_is_going_nowhere() -> None:
    cascade = steady(per_minute=10, minutes=30)
    soon, later = cascade.judge(30 * MINUTE_MS), cascade.judge(2 * DAY_MS)
    assert later.branching < soon.branching / 2
    told = cascade.project(2 * DAY_MS, later)
    assert told.reshares < 1.3 * cascade.count


def test_a_handful_of_reshares_is_not_believed() -> None:
    cascade = Cascade(0, 10)
    for second in range(10):
        cascade.reshare(second * SECOND_MS, 10)
    spread = cascade.judge(10 * SECOND_MS)
    assert not spread.is_supercritical
    assert spread.high > 2 * spread.low


def test_the_mention_alone_can_be_judged() -> None:
    spread = Cascade(0, 1_000).judge(HOUR_MS)
    assert 0 < spread.branching < POLICY.prior_branching
    assert (spread.reshares, spread.reach, spread.is_supercritical) == (0, 1_000, False)


def test_unknown_followers_count_as_usual_ones() -> None:
    known = steady(5, 60, followers=round(POLICY.usual_followers)).judge(HOUR_MS)
    unknown = steady(5, 60, followers=None).judge(HOUR_MS)
    assert unknown.branching == pytest.approx(known.branching, rel=0.02)
    assert unknown.reach == pytest.approx(known.reach, rel=0.02)


def test_counts_that_a_service_shows_tell_much_the_same_as_the_reshares_themselves() -> None:
    world = World("", 0.8, spread=0.3)
    reshares = simulate(world, random.Random(11))
    counts = Cascade(0, world.followers)
    for look_s in range(300, 7_201, 300):
        counts.observe(sum(at < look_s for at, _ in reshares), look_s * SECOND_MS)
    by_counts = counts.judge(7_200 * SECOND_MS)
    by_reshares = fed(world, reshares, 7_200).judge(7_200 * SECOND_MS)
    assert by_counts.reshares == by_reshares.reshares
    assert by_counts.branching == pytest.approx(by_reshares.branching, rel=0.25)


def test_counts_of_one_tick_commute_and_old_or_lower_ones_say_nothing() -> None:
    one, other = Cascade(0, 900), Cascade(0, 900)
    for total, at_ms in ((20, HOUR_MS), (50, 2 * HOUR_MS), (80, 2 * HOUR_MS), (70, 3 * HOUR_MS)):
        one.observe(total, at_ms)
    for total, at_ms in ((20, HOUR_MS), (80, 2 * HOUR_MS), (50, 2 * HOUR_MS), (30, HOUR_MS), (70, 3 * HOUR_MS)):
        other.observe(total, at_ms)
    assert one.judge(3 * HOUR_MS) == other.judge(3 * HOUR_MS)
    assert one.count == 80


def test_looking_twice_changes_nothing() -> None:
    cascade = Cascade(0, 900)
    cascade.observe(40, HOUR_MS)
    first = cascade.judge(HOUR_MS)
    assert cascade.judge(HOUR_MS) == first
    cascade.observe(60, HOUR_MS)
    assert cascade.judge(HOUR_MS).reshares == 60


def test_it_is_judged_again_only_when_it_has_grown() -> None:
    cascade = Cascade(0, 100)
    due_at = []
    for number in range(1, 1_001):
        cascade.reshare(number * SECOND_MS, 50)
        if cascade.is_due():
            due_at.append(number)
            cascade.judge(number * SECOND_MS)
    assert due_at[:4] == [10, 13, 17, 22]
    assert len(due_at) < 25


def test_a_month_of_reshares_stays_small_and_survives_a_restart() -> None:
    cascade = Cascade(0, 10_000)
    rng = random.Random(2)
    for _ in range(20_000):
        cascade.reshare(rng.randrange(30 * DAY_MS), rng.randrange(5_000))
    spread = cascade.judge(30 * DAY_MS)
    assert len(cascade.cells) < 100
    data = msgspec.msgpack.encode(cascade)
    assert len(data) < 4_096
    assert msgspec.msgpack.decode(data, type=Cascade).judge(30 * DAY_MS) == spread


def test_reasons_say_how_many_and_how_sure() -> None:
    cascade = steady(5, 60)
    spread = cascade.judge(HOUR_MS)
    assert spread.reasons[0].startswith("300 reshares so far; each makes ")
    (words,) = cascade.project(HOUR_MS, spread).reasons
    assert "within 7 days (80 %: " in words
