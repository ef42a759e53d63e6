"""Counts that somebody else made: any step, any order, gaps; alarms with their reasons."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from random import Random

import pytest

from bench.counts import NAB, SCORER, Bench
from tocsin.backtest.count_alerts import CountAlert, Skipped, infer_step_ms, judge_counts
from tocsin.detection.sensitivity import POLICIES, expect_alarms, quiet_counts
from tocsin.detection.series import DEFAULT, Series

START = datetime(2025, 3, 3, 21, 42, 53)  # noqa: DTZ001  files without a zone are the usual ones
FIVE = timedelta(minutes=5)

Row = tuple[datetime, float]


def rows(counts: Iterable[float], step: timedelta = FIVE, start: datetime = START) -> list[Row]:
    return [(start + number * step, float(count)) for number, count in enumerate(counts)]


def quiet(days: int, mean: float = 20.0) -> list[float]:
    return [float(count) for count in quiet_counts(mean, days, seed=3)]


def alarms(given: Iterable[Row]) -> list[CountAlert]:
    return list(judge_counts(given))


def test_a_loud_cell_is_an_outbreak_at_its_own_row() -> None:
    counts = quiet(16)
    counts[15 * 288 + 100] = 900.0
    (alarm,) = (each for each in alarms(rows(counts)) if each.at == START + (15 * 288 + 100) * FIVE)
    assert (alarm.kind, alarm.severity, alarm.stage, alarm.current) == ("burst", "critical", "outbreak", 900.0)
    assert alarm.ratio > 10
    assert alarm.score > 3
    assert "900 in 5 minutes" in alarm.reasons[0]
    assert "a record" in alarm.reasons[1]


def test_a_slow_climb_is_told_before_any_record_of_five_minutes() -> None:
    counts = quiet(30, 60.0)
    begin = 29 * 288 + 24  # at night, when twice as many are still fewer than at noon
    for cell in range(begin, begin + 48):
        counts[cell] *= 2.2
    found = [each for each in alarms(rows(counts)) if START + begin * FIVE <= each.at < START + (begin + 60) * FIVE]
    assert [(each.kind, each.stage, each.severity) for each in found] == [("climb", "smouldering", "elevated")]
    assert "hours on end" in found[0].reasons[1]


def test_a_source_that_dies_is_told_after_three_hours() -> None:
    counts = quiet(20)
    counts[15 * 288 + 144 :] = [0.0] * (5 * 288 - 144)
    (alarm,) = (each for each in alarms(rows(counts)) if each.kind == "silence")
    assert alarm.at == START + (15 * 288 + 144 + 35) * FIVE
    assert (alarm.severity, alarm.current) == ("elevated", 0)
    assert alarm.reasons[0].startswith("nothing for 3 hours")


def test_missing_rows_are_no_silence() -> None:
    given = rows(quiet(20))
    del given[10 * 288 : 12 * 288]
    assert [each for each in alarms(given) if each.kind == "silence"] == []


def test_a_young_series_says_that_it_is_warming_up() -> None:
    counts = quiet(4)
    counts[2 * 288 + 150] = 900.0
    (alarm,) = (each for each in alarms(rows(counts)) if each.current == 900.0)
    assert alarm.severity == "elevated"
    assert "warming up" in alarm.reasons[-1]


def test_growth_inside_the_cool_down_is_told_as_spreading() -> None:
    counts = quiet(16)
    counts[15 * 288 : 15 * 288 + 60 : 30] = [300.0, 900.0]
    found = [each for each in alarms(rows(counts)) if each.current in (300.0, 900.0)]
    assert [each.stage for each in found] == ["outbreak", "spreading"]
    assert "grown" in found[1].reasons[2]


def test_order_duplicates_and_broken_rows_change_nothing_but_are_listed() -> None:
    counts = quiet(16)
    counts[15 * 288 + 100] = 900.0
    given = rows(counts)
    messy = [*given, given[4_000], (START - FIVE, -3.0), (START - FIVE, float("nan"))]
    Random(1).shuffle(messy)
    skipped: list[Skipped] = []
    assert list(judge_counts(messy, skipped=skipped)) == alarms(given)
    reasons = " ".join(each.why for each in skipped)
    assert len(skipped) == 3
    assert all(word in reasons for word in ("-3.0 is no count", "nan is no count", "was there before"))


def test_time_zones_may_be_mixed() -> None:
    counts = quiet(16)
    counts[15 * 288 + 100] = 900.0
    plain = rows(counts)
    east = timezone(timedelta(hours=7))
    mixed = [(at.replace(tzinfo=UTC).astimezone(east) if n % 2 else at, value) for n, (at, value) in enumerate(plain)]
    assert [each.kind for each in alarms(mixed)] == [each.kind for each in alarms(plain)]


def test_minutes_are_added_up_to_five() -> None:
    minutes = [count / 5 for count in quiet(16) for _ in range(5)]
    place = (15 * 288 + 100) * 5
    minutes[place : place + 5] = [180.0] * 5
    start = datetime(2025, 3, 3, tzinfo=UTC)
    found = alarms(rows(minutes, timedelta(minutes=1), start))
    assert [each.current for each in found if each.at == start + timedelta(minutes=place + 4)] == [900.0]


@pytest.mark.parametrize(("hours", "days"), [(1, 30), (6, 60), (24, 90)])
def test_coarser_steps_have_the_spans_that_they_can_have(hours: int, days: int) -> None:
    choose = Random(hours)
    counts = [float(max(0, round(choose.gauss(500.0, 30.0)))) for _ in range(days * 24 // hours)]
    counts[-3] = 2_500.0
    step = timedelta(hours=hours)
    found = alarms(rows(counts, step))
    assert [each.at for each in found if each.current == 2_500.0] == [START + (len(counts) - 3) * step]
    assert len(found) <= 1 + days / 14


@pytest.mark.parametrize("given", [[], rows([5.0]), rows([5.0] * 3)], ids=["empty", "one row", "three rows"])
def test_too_few_rows_are_no_error(given: list[Row]) -> None:
    assert alarms(given) == []


def test_the_step_is_the_most_frequent_one() -> None:
    assert infer_step_ms([0, 300_000, 600_000, 1_500_000, 1_800_000]) == 300_000


def test_each_cell_is_counted_once() -> None:
    series = Series()
    series.step(10, 3)
    with pytest.raises(ValueError, match="cell 10 is not after cell 10"):
        series.step(10, 3)


def test_the_words_of_sensitivity_are_in_their_order() -> None:
    fewer, balanced, more = (
        expect_alarms(POLICIES[word], rates=(5.0,), seeds=1, settled_weeks=2) for word in ("fewer", "balanced", "more")
    )
    assert fewer.settled <= balanced.settled <= more.settled
    assert balanced.settled <= 1.0
    assert balanced.first_week <= 1


@pytest.mark.skipif(
    not (NAB.is_dir() and SCORER.is_file()), reason="the labelled series are not beside this checkout (shared/data/nab)"
)
def test_labelled_series_are_scored_as_the_documents_say() -> None:
    bench = Bench()
    figures = bench.score([(DEFAULT, name) for name in bench.series])
    assert figures.score >= 90
    assert figures.strict_f1 >= 0.75
    assert figures.hits == figures.windows == 16
