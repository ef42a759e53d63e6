"""Alerts on a series that somebody else counted: rows of `timestamp,value`, any step, in any order.

    for alert in judge_counts(rows):
        print(alert.at, alert.kind, alert.severity, *alert.reasons)

Spans are times, not rows. Rows that come more often than every five minutes are added up to five minutes. Where they
come less often, spans shorter than the step are one row: with hours the ladder has one, three and twelve hours and is
up to an hour later; with days all its rungs are one, the rhythm of the day is unknown, and nothing is judged in the
first fortnight. Missing rows are unknown, not silent: sums go without them, and nothing is learned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import isfinite
from typing import NamedTuple

from schemas.crisis import Severity, Stage
from tocsin.detection.records import CELL_MS, Grid, Number
from tocsin.detection.series import DEFAULT, CountFinding, CountKind, Series, SeriesPlan, SeriesPolicy
from tocsin.instants import MINUTE_MS, instant, milliseconds

#: Severity by the ratio to the record of four weeks; any record is an alarm.
SEVERE_RECORD_RATIO = 1.65
CRITICAL_RECORD_RATIO = 3.0


class CountAlert(NamedTuple):
    """One alarm on a series of counts.

    Attributes:
        at: the timestamp of the row that raised it, as it was given.
        score: −log10 of how rare this is in the series' own past at its hour of the day.
        current, baseline: the sum over the span that tells, and the usual one; of a silence 0 and what was missed.
        ratio: current / baseline, at least one in the denominator.
        reasons: sentences a person can read.
    """

    at: datetime
    kind: CountKind
    severity: Severity
    stage: Stage
    score: float
    current: float
    baseline: float
    ratio: float
    reasons: tuple[str, ...]


class Skipped(NamedTuple):
    """A row that was not used; `row` is its number, from 1."""

    row: int
    why: str


def judge_counts(
    rows: Iterable[tuple[datetime, float]], policy: SeriesPolicy = DEFAULT, skipped: list[Skipped] | None = None
) -> Iterator[CountAlert]:
    """The alarms of one series, in order of time.

    A silence is told once it is an alarm (three hours), not as the watch before it.

    Args:
        rows: timestamp (without a zone: UTC) and value ≥ 0, in any order; all are kept in memory.
        skipped: takes the rows that were not used: second ones of a timestamp, values below 0 or not finite.
    """
    usable = _sort(rows, [] if skipped is None else skipped)
    step_ms = infer_step_ms([ms for ms, _, _ in usable])
    grid = Grid(max(CELL_MS, step_ms))
    plan = SeriesPlan.on(grid, policy)
    series = Series()
    for cell, count, at in _cells(usable, step_ms, grid):
        for finding in series.step(cell, count, plan):
            if finding.kind != "silence" or finding.state == "grown":
                yield _tell(finding, at, grid, plan)


def infer_step_ms(times_ms: list[int]) -> int:
    """The most frequent distance of two rows, the shorter of equals; five minutes for fewer than two rows.

    >>> infer_step_ms([0, 60_000, 120_000, 600_000, 660_000])
    60000
    """
    distances = Counter(after - before for before, after in pairwise(times_ms))
    return min(distances, key=lambda distance: (-distances[distance], distance), default=CELL_MS)


def _sort(rows: Iterable[tuple[datetime, float]], skipped: list[Skipped]) -> list[tuple[int, Number, datetime]]:
    usable: list[tuple[int, Number, datetime]] = []
    seen: set[int] = set()
    for number, (at, value) in enumerate(rows, 1):
        ms = milliseconds(at if at.tzinfo is not None else at.replace(tzinfo=UTC))
        if not isfinite(value) or value < 0:
            skipped.append(Skipped(number, f"{at.isoformat()}: {value} is no count"))
        elif ms in seen:
            skipped.append(Skipped(number, f"{at.isoformat()} was there before: the first row of a time is used"))
        else:
            seen.add(ms)
            usable.append((ms, int(value) if float(value).is_integer() else value, at))
    usable.sort(key=lambda row: row[0])
    return usable


def _cells(
    rows: list[tuple[int, Number, datetime]], step_ms: int, grid: Grid
) -> Iterator[tuple[int, Number, datetime]]:
    """Each cell with the sum of its rows and the time of its last one."""
    if not rows:
        return
    first_ms = rows[0][0]
    last: tuple[int, Number, datetime] | None = None
    for ms, value, at in rows:
        if step_ms < CELL_MS:
            cell = ms // grid.cell_ms
        else:
            # Rows are where they are: a step that starts at 21:42:53 has its cells from there on.
            cell = first_ms // grid.cell_ms + round((ms - first_ms) / grid.cell_ms)
        if last is not None and last[0] == cell:
            last = (cell, last[1] + value, at)
            continue
        if last is not None:
            yield last
        last = (cell, value, at)
    if last is not None:
        yield last


def _tell(finding: CountFinding, at: datetime, grid: Grid, plan: SeriesPlan) -> CountAlert:
    return CountAlert(
        at=at,
        kind=finding.kind,
        severity=_find_severity(finding),
        stage=_find_stage(finding),
        score=round(finding.surprise, 2),
        current=finding.current,
        baseline=round(finding.baseline, 1),
        ratio=round(finding.ratio, 2),
        reasons=tuple(_reasons(finding, grid, plan)),
    )


def _find_severity(finding: CountFinding) -> Severity:
    if finding.kind != "burst" or finding.is_warming_up or finding.record_ratio < SEVERE_RECORD_RATIO:
        return "elevated"
    return "critical" if finding.record_ratio >= CRITICAL_RECORD_RATIO else "severe"


def _find_stage(finding: CountFinding) -> Stage:
    if finding.kind != "burst":
        return "smouldering"
    return "spreading" if finding.state == "grown" else "outbreak"


def _reasons(finding: CountFinding, grid: Grid, plan: SeriesPlan) -> Iterator[str]:
    span = _say_span(finding.span_minutes)
    if finding.kind == "silence":
        since = instant(finding.began * grid.cell_ms)
        yield f"nothing for {span} (since {since:%d %B %H:%M} UTC), where {finding.baseline:,.0f} are usual"
        yield "a dead source, a muted brand, or a collector that stands still"
        return
    yield f"{finding.current:,.0f} in {span}; {finding.baseline:,.0f} are usual at this hour"
    if finding.kind == "climb":
        hours = (finding.cell - finding.began + 1) * grid.cell_ms / (60 * MINUTE_MS)
        yield f"above the usual of the hour for {hours:,.1f} hours on end: the longest climb of the last four weeks"
    elif finding.record:
        yield f"a record: {finding.record:,.0f} was the most of the last four weeks"
    if finding.state == "grown":
        yield f"grown by more than {plan.policy.ladder.growth - 1:.0%} since the last alert"
    if finding.is_warming_up:
        yield "warming up: less than a week of history, so records are easily broken"


def _say_span(minutes: int) -> str:
    """
    >>> _say_span(5), _say_span(180), _say_span(60), _say_span(1440)
    ('5 minutes', '3 hours', '1 hour', '24 hours')
    """
    span = timedelta(minutes=minutes)
    hours, rest = divmod(span, timedelta(hours=1))
    if rest or not hours:
        return f"{minutes} minutes"
    return f"{hours} hour{'s' if hours > 1 else ''}"
