"""The law of records: two layers of blocks say what a walk over all values says; pauses and restarts change nothing."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.detection.ladder import Ladder, LadderPolicy, Rungs
from tocsin.detection.records import FIVE_MINUTES, NOTHING, Grid, Number, Records, block_cells
from tocsin.detection.series import CountFinding, Series, SeriesPlan, SeriesPolicy

GRIDS = (FIVE_MINUTES, Grid(60_000 * 60), Grid(60_000 * 420), Grid(86_400_000))

#: Values and the pauses before them: mostly none, at times days.
steps = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from((0, 0, 0, 0, 1, 7, 300, 9_000))), min_size=1, max_size=300
)
counts = st.lists(st.integers(0, 40) | st.integers(0, 2_000), min_size=300, max_size=900)


def naive_record(values: dict[int, int], cell: int, leave_out: int, memory_days: int, grid: Grid) -> Number:
    """The greatest value whose block ended `leave_out` cells ago, on a day that is remembered."""
    length = block_cells(leave_out)
    best = NOTHING
    for at, value in values.items():
        ends = (at // length + 1) * length - 1
        if ends <= cell - leave_out and grid.day(ends) >= grid.day(cell) - memory_days:
            best = max(best, value)
    return best


@settings(max_examples=60, deadline=None)
@given(steps, st.sampled_from(GRIDS), st.sampled_from((1, 5, 12, 36, 144)), st.sampled_from((2, 28)))
def test_block_maxima_are_the_naive_maxima(
    given_steps: list[tuple[int, int]], grid: Grid, leave_out: int, memory_days: int
) -> None:
    records, values, cell = Records(), dict[int, int](), 1_000
    for value, pause in given_steps:
        cell += 1 + pause
        records.settle(cell, leave_out, memory_days, grid)
        assert records.best == naive_record(values, cell, leave_out, memory_days, grid)
        records.note(cell, value, leave_out)
        values[cell] = value
    assert len(records.newest) <= leave_out + 2
    assert len(records.days) <= memory_days + 2


@settings(max_examples=40, deadline=None)
@given(steps)
def test_sliding_sums_are_the_sums_of_the_last_cells(given_steps: list[tuple[int, int]]) -> None:
    rungs = Rungs.on(FIVE_MINUTES, LadderPolicy())
    ladder, values, cell = Ladder(), dict[int, int](), 500
    for value, pause in given_steps:
        if pause:
            ladder.pass_over(cell + 1, cell + pause, rungs)
        cell += 1 + pause
        ladder.step(cell, value, 1.0, rungs)
        values[cell] = value
        for total, rung in zip(ladder.sums, rungs.every, strict=True):
            assert total == sum(values.get(at, 0) for at in range(cell - rung.cells + 1, cell + 1))


#: Quick to warm up, so that short series say something.
HASTY = SeriesPlan.on(
    FIVE_MINUTES,
    SeriesPolicy(rarity=0.0, learn_after_minutes=10, ladder=LadderPolicy(warm_up_days=0.5, cool_down_hours=2.0)),
)


def play(values: list[int], restarts: set[int], pauses: dict[int, int]) -> tuple[list[CountFinding], bytes]:
    """Count all values; at a restart nothing but the bytes of the state survives."""
    series, cell, findings = Series(), 4_000, list[CountFinding]()
    for number, value in enumerate(values):
        cell += 1 + pauses.get(number, 0)
        findings += series.step(cell, value, HASTY)
        if number in restarts:
            series = msgspec.msgpack.decode(msgspec.msgpack.encode(series), type=Series)
    return findings, msgspec.msgpack.encode(series)


@settings(max_examples=30, deadline=None)
@given(counts, st.sets(st.integers(0, 899)), st.dictionaries(st.integers(1, 899), st.integers(1, 400), max_size=4))
def test_restarts_change_neither_findings_nor_state(
    values: list[int], restarts: set[int], pauses: dict[int, int]
) -> None:
    assert play(values, restarts, pauses) == play(values, set(), pauses)


@settings(max_examples=30, deadline=None)
@given(counts, st.integers(1, 2_000))
def test_what_is_expected_is_the_same_step_by_step_and_at_once(values: list[int], pause: int) -> None:
    series = Series()
    plan = SeriesPlan.on()
    for number, value in enumerate(values):
        series.step(number + (pause if number > 200 else 0), value, plan)
        for expected, rung in zip(series.expected, plan.rungs.every, strict=True):
            at_once = series.rhythm.expect(series.cell, rung.cells, plan.grid)
            assert abs(expected - at_once) <= 1e-6 * (1.0 + at_once)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 10_000), min_size=300, max_size=1_500))
def test_the_state_stays_small(values: list[int]) -> None:
    series = Series()
    for cell, value in enumerate(values):
        series.step(cell, value)
    assert len(msgspec.msgpack.encode(series)) < 3_000
