"""The detection curve: rows by kind and amplitude, and one small world run and judged."""

from __future__ import annotations

import json

import pytest

from bench.curve import Outcome, main, run_world, summarise, table
from tocsin.world.events import EventKind
from tocsin.world.simulate import World


def an_outcome(
    kind: EventKind = "storm", amplitude: float | None = 2.0, *, delay: float | None = None, seen: bool = True
) -> Outcome:
    return Outcome(kind, amplitude, 1, "acme", is_found=delay is not None, delay_minutes=delay, seen=seen)


def test_a_row_counts_what_was_found_and_takes_the_median_delay() -> None:
    (row,) = summarise([an_outcome(delay=10), an_outcome(delay=40), an_outcome(delay=70), an_outcome(seen=False)])
    assert (row.events, row.found, row.seen, row.delay_minutes) == (4, 3, 3, 40)


def test_rows_come_by_kind_and_amplitude() -> None:
    rows = summarise([an_outcome("campaign"), an_outcome(amplitude=5.0), an_outcome(), an_outcome(amplitude=None)])
    assert [(row.kind, row.amplitude) for row in rows] == [
        ("storm", None),
        ("storm", 2.0),
        ("storm", 5.0),
        ("campaign", 2.0),
    ]
    assert all(row.delay_minutes is None for row in rows)


def test_the_table_has_a_line_for_each_row() -> None:
    lines = table(summarise([an_outcome(delay=12.4), an_outcome("coordinated-attack", None)])).splitlines()
    assert lines[1].split() == ["storm", "×2", "1/1", "1/1", "12"]
    assert lines[2].split() == ["coordinated-attack", "by", "nature", "0/1", "1/1", "0%", "0"]


def test_a_world_is_run_and_judged() -> None:
    found = run_world(World(3, days=3, rate=0.02))
    assert {outcome.kind for outcome in found.outcomes} == {
        "storm",
        "faux-pas",
        "hot-head",
        "campaign",
        "coordinated-attack",
    }
    assert next(outcome for outcome in found.outcomes if outcome.kind == "faux-pas").is_found
    assert 10 < found.brand_days < 15


def test_the_command_answers_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--seeds", "1", "--amplitudes", "0", "--rate", "0.01", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [row["events"] for row in told["rows"]] == [1] * 5
    assert told["rate"] == 0.01
