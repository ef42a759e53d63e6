"""The page of a series of counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from schemas.crisis import SEVERITIES
from tocsin.backtest.counts import CountRow, Series, WrittenAlert
from tocsin.backtest.curves import choose_width, find_usual
from tocsin.backtest.meaning import explain, say_span
from tocsin.backtest.sensitivity import Sensitivity, find_rate_range
from tocsin.instants import DAY_MS, milliseconds
from tocsin.report.page import BrandPart, Budget, Card, Chart, Fact, Mark, Moment, Page
from tocsin.report.words import (
    say_count,
    say_day,
    say_length,
    say_number,
    say_period,
    say_rate,
    say_time,
)

#: Alarms so close together are one story.
_TOGETHER = timedelta(hours=24)
#: Stories told in full, and those told at all.
_FULL, _CARDS = 6, 60
_MOMENTS, _WATCHES = 7, 40

_METHOD = (
    "Each row was judged when it came, by what came before it and nothing else.",
    "Several spans are judged at once, against what is usual and against the records of the last weeks.",
    "Times are UTC. The same file always gives the same page.",
)
_LIMITS = (
    "Counts alone tell how many, not what they say: an alarm may be good news.",
    "A young series knows no records: its first alarms are the least certain.",
)


def tell_counts(
    series: Series,
    alerts: Sequence[WrittenAlert],
    budgets: Mapping[Sensitivity, int] | None = None,
    sensitivity: Sensitivity = "balanced",
) -> Page:
    """The page of a series and its alerts.

    Args:
        budgets: alarms of each sensitivity on this series, if they were compared.
    """
    rows = series.rows
    first, last = rows[0].at, rows[-1].at
    stories = _group([alert for alert in alerts if alert.severity != "watch"])
    chart = _chart(rows, alerts)
    worst = sorted(range(len(stories)), key=lambda place: max(map(_rank, stories[place])), reverse=True)
    cards = tuple(
        replace(_card(number, stories[place], chart), is_brief=place not in worst[:_FULL])
        for number, place in enumerate(sorted(worst[:_CARDS]), start=1)
    )
    alarms = sum(alert.severity != "watch" for alert in alerts)
    watches = [alert for alert in alerts if alert.severity == "watch"]
    length = say_length(last - first)
    weeks = max(timedelta(days=1), last - first) / timedelta(days=7)
    low, high = find_rate_range(alarms, weeks)
    part = BrandPart(
        anchor="series",
        name=series.name,
        sentence=f"{say_count(len(rows), 'row')}, one every {say_span(_step_minutes(rows))}; "
        f"{say_number(median(row.value for row in rows))} in the middle.",
        chart=chart,
        cards=cards,
        watches=tuple(Moment(say_time(each.at_utc), each.severity, _say(each)) for each in watches[:_WATCHES]),
        omitted=max(0, len(watches) - _WATCHES) + max(0, len(stories) - _CARDS),
    )
    return Page(
        eyebrow=f"Back-test of counts, {say_period(first, last)}",
        headlines=_headlines(stories, length),
        lead=f"{series.name}: {_say(_worst(stories))}." if stories else f"{series.name} stayed in its usual range.",
        start_ms=chart.start_ms,
        end_ms=chart.end_ms,
        facts=(
            Fact(f"{len(stories):,}", "burst" if len(stories) == 1 else "bursts"),
            Fact(f"{alarms:,}", "alarms: somebody would have been told"),
            Fact(say_rate(alarms / weeks), "alarms a week"),
            Fact(f"{len(watches):,}", "watches: noted, nobody told"),
            Fact(f"{len(rows):,}", f"rows in {length}"),
        ),
        parts=(part,),
        budget=Budget(
            f"This series gave {say_count(alarms, 'alarm')} in {length}. If the weeks to come are like it, expect "
            f"between {say_rate(low)} and {say_rate(high)} a week (nine times in ten).",
            ("alarms a week", "in this history"),
            tuple(
                (word, (say_rate(count / weeks), f"{count:,}"), word == sensitivity)
                for word, count in (budgets or {}).items()
            ),
        ),
        method=_METHOD,
        limits=_LIMITS,
        footer="Everything on this page, as data: alerts.jsonl and skipped.jsonl beside it.",
    )


def _group(alarms: Sequence[WrittenAlert]) -> list[list[WrittenAlert]]:
    stories: list[list[WrittenAlert]] = []
    for alarm in alarms:
        if stories and alarm.at_utc - stories[-1][-1].at_utc < _TOGETHER:
            stories[-1].append(alarm)
        else:
            stories.append([alarm])
    return stories


def _rank(alert: WrittenAlert) -> tuple[int, float]:
    return SEVERITIES.index(alert.severity), alert.ratio


def _worst(stories: list[list[WrittenAlert]]) -> WrittenAlert:
    return max((alert for story in stories for alert in story), key=_rank)


def _headlines(stories: list[list[WrittenAlert]], length: str) -> tuple[str, ...]:
    if not stories:
        return "A quiet time:", f"no burst in {length}"
    return f"{say_count(len(stories), 'burst')} in {length}.", f"The strongest: {say_day(_worst(stories).at_utc)}"


def _say(alert: WrittenAlert) -> str:
    if alert.kind == "silence":
        return f"silence, where {say_number(alert.baseline)} is usual"
    slowly = "a slow climb: " if alert.kind == "climb" else ""
    return f"{slowly}{say_number(alert.current)} where {say_number(alert.baseline)} is usual (×{alert.ratio:.1f})"


def _card(number: int, story: list[WrittenAlert], chart: Chart) -> Card:
    worst = max(story, key=_rank)
    start, end = story[0].at_utc, story[-1].at_utc
    end_ms = max(milliseconds(end), milliseconds(start) + chart.width_ms)
    return Card(
        number=number,
        anchor=f"burst-{number}",
        severity=worst.severity,
        title=f"{worst.severity} from {say_time(start)}",
        when=f"{say_time(start)} UTC" if start == end else f"{say_time(start)} to {say_time(end)} UTC",
        headline=_say(worst),
        meaning=explain((worst.kind,), worst.severity),
        start_ms=milliseconds(start),
        end_ms=end_ms,
        moments=tuple(Moment(_clock(each.at_utc, start), each.severity, _say(each)) for each in story[:_MOMENTS]),
        reasons=worst.reasons,
    )


def _clock(at: datetime, start: datetime) -> str:
    return f"{at:%H:%M}" if at.date() == start.date() else say_time(at)


def _step_minutes(rows: Sequence[CountRow]) -> int:
    """The usual distance of two rows."""
    steps = [(later.at - row.at) / timedelta(minutes=1) for row, later in pairwise(rows[:1_000])]
    return max(1, round(median(steps))) if steps else 5


def _chart(rows: Sequence[CountRow], alerts: Sequence[WrittenAlert]) -> Chart:
    """The highest row of each stretch: a burst of one row must not vanish on a page."""
    width_ms = choose_width(rows[0].at, rows[-1].at)
    start_ms = milliseconds(rows[0].at) // width_ms * width_ms
    values = [0.0] * ((milliseconds(rows[-1].at) - start_ms) // width_ms + 1)
    for row in rows:
        place = (milliseconds(row.at) - start_ms) // width_ms
        values[place] = max(values[place], row.value)
    step = say_span(_step_minutes(rows))
    of = "" if width_ms >= DAY_MS else f", highest of {say_span(width_ms // 60_000)}"
    return Chart(
        start_ms=start_ms,
        width_ms=width_ms,
        values=values,
        negatives=[],
        usual=find_usual(values, width_ms),
        unit=f"in {step}{of}",
        marks=tuple(Mark(milliseconds(each.at_utc), each.severity, _say(each)) for each in alerts),
    )
