"""A series of counts: read, judged and told; its alerts carry the timestamps of its rows."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from tocsin.backtest.count_story import tell_counts
from tocsin.backtest.counts import judge_series, read_series
from tocsin.cli.main import main
from tocsin.errors import ConfigurationError
from tocsin.report.render import render

START = datetime(2026, 1, 5, tzinfo=UTC)


def a_series(days: int = 10, burst_day: float = 8.5, form: str = "%Y-%m-%d %H:%M:%S") -> str:
    """Every five minutes; quiet, and for an hour twenty times as loud."""
    rows = ["timestamp,value"]
    for number in range(days * 288):
        at = START + timedelta(minutes=5 * number)
        is_loud = 0 <= number - burst_day * 288 < 12
        rows.append(f"{at.strftime(form)},{(10 + number % 7) * (20 if is_loud else 1)}")
    return "\n".join(rows) + "\n"


def write(folder: Path, text: str, name: str = "acme.csv") -> Path:
    file = folder / name
    file.write_text(text)
    return file


def test_a_burst_is_told_at_a_row_as_the_file_writes_it(tmp_path: Path) -> None:
    text = a_series()
    series = read_series(write(tmp_path, text), tmp_path)
    alerts = judge_series(series, tmp_path)
    bursts = [alert for alert in alerts if alert.kind == "burst" and alert.ratio > 5]
    assert bursts
    assert {alert.at for alert in alerts} <= {line.partition(",")[0] for line in text.splitlines()}
    assert bursts[0].at_utc - (START + timedelta(days=8.5)) < timedelta(hours=1)
    lines = (tmp_path / "alerts.jsonl").read_bytes().splitlines()
    assert [orjson.loads(line)["at"] for line in lines] == [alert.at for alert in alerts]


def test_times_with_offsets_keep_their_form_and_tell_utc(tmp_path: Path) -> None:
    series = read_series(write(tmp_path, "timestamp,value\n2026-01-05T12:00:00+07:00,3\n"), tmp_path)
    assert series.rows[0].written == "2026-01-05T12:00:00+07:00"
    assert series.rows[0].at == START + timedelta(hours=5)


def test_unsorted_rows_are_sorted_and_broken_ones_listed(tmp_path: Path) -> None:
    text = "timestamp,value\n2026-01-05 00:05,2\n2026-01-05 00:00,1\nsoon,3\n2026-01-05 00:10,x\n2026-01-05 00:15,-1\n"
    series = read_series(write(tmp_path, text + "2026-01-05 00:05,9\n2026-01-05 00:20\n"), tmp_path)
    assert [row.value for row in series.rows] == [1.0, 2.0]
    listed = [orjson.loads(line) for line in (tmp_path / "skipped.jsonl").read_bytes().splitlines()]
    assert [row["line"] for row in listed] == [4, 5, 6, 7, 8]
    assert series.skipped == 5


def test_other_names_of_columns_are_found_or_asked_for(tmp_path: Path) -> None:
    file = write(tmp_path, "when;authors\n2026-01-05T00:00Z;4\n")
    with pytest.raises(ConfigurationError, match="--columns timestamp=COLUMN") as caught:
        read_series(file, tmp_path)
    assert "'when', 'authors'" in str(caught.value)
    assert read_series(file, tmp_path, {"timestamp": "when"}).rows[0].value == 4.0


@pytest.mark.parametrize("text", ["", "timestamp,value\n", "timestamp,value\nsoon,much\n"])
def test_a_file_without_a_row_is_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError):
        read_series(write(tmp_path, text), tmp_path)


def test_the_page_of_a_quiet_series_says_so(tmp_path: Path) -> None:
    series = read_series(write(tmp_path, "timestamp,value\n2026-01-05T00:00Z,1\n2026-01-05T00:05Z,1\n"), tmp_path)
    assert "no burst in 5 minutes" in render(tell_counts(series, []))


def test_the_command_writes_alerts_and_a_page_and_prints_the_budget(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, a_series())
    command = ["backtest", str(file), "--counts", "--out", str(tmp_path / "out"), "--sensitivity", "more"]
    assert main(command) == 0
    said = capsys.readouterr().out
    assert all(word in said for word in ("fewer", "balanced", "more", "← this run"))
    assert main([*command, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["rows"] == 2_880
    assert set(told["alarms_a_week"]) == {"fewer", "balanced", "more"}
    assert "acme" in (tmp_path / "out" / "report.html").read_text()
