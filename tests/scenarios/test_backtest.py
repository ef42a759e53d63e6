"""`tocsin backtest` on a story: what a team gets that tries Tocsin on its own history."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from schemas.crisis import SEVERITIES
from tests.scenarios.story import ANGRY, CALM, MONDAY, WATCHLIST, Story
from tocsin.cli.main import main

FILES = ("alerts.jsonl", "crises.jsonl", "report.html", "skipped.jsonl")
#: What the angry say, with markup that must not reach the page as such.
MARKED = tuple(f"{text} <b>now</b>" for text in ANGRY)
STORM = MONDAY + timedelta(days=4, hours=14)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five quiet days; on the fifth sixty people complain within forty minutes, and somebody names a high risk."""
    folder = tmp_path_factory.mktemp("story")
    story = Story().quiet(days=5).people(MARKED, day=4, hour=14, count=60, minutes=40)
    story.one_person("my acme battery caught fire", day=4, hour=16)
    (folder / "watchlist.yaml").write_text(WATCHLIST)
    lines = [mention.encode() for mention in story.mentions]
    (folder / "story.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    random.Random(3).shuffle(lines)
    broken = [
        b'{"id": "half',
        b'{"id": "x", "text": "acme", "source": "x", "posted_at": "soon", "author": {"id": "a"}}',
    ]
    (folder / "shuffled.jsonl").write_bytes(b"\n".join([*lines[:50], *broken, *lines[50:]]) + b"\n")
    return folder


def back_test(folder: Path, file: str, out: str, *options: str) -> Path:
    command = ["backtest", str(folder / file), "--watchlist", str(folder / "watchlist.yaml")]
    assert main([*command, "--out", str(folder / out), "--json", *options]) == 0
    return folder / out


def rows(path: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


@pytest.fixture(scope="module")
def out(folder: Path) -> Path:
    return back_test(folder, "story.jsonl", "out")


def test_the_storm_is_an_alarm_soon_and_nothing_before_it_is(out: Path) -> None:
    alarms = [row for row in rows(out / "alerts.jsonl") if row["severity"] != "watch"]
    first = datetime.fromisoformat(alarms[0]["at"])
    assert alarms[0]["brand"] == "acme"
    assert timedelta() <= first - STORM <= timedelta(minutes=30)


def test_an_alert_says_all_that_the_contract_promises(out: Path) -> None:
    alerts = rows(out / "alerts.jsonl")
    assert [row["at"] for row in alerts] == sorted(row["at"] for row in alerts)
    for row in alerts:
        assert row.keys() >= {
            "at", "brand", "topic", "kind", "severity", "stage", "score", "current", "baseline", "ratio",
            "distinct_authors", "reasons", "authors",
        }  # fmt: skip
        assert row["severity"] in SEVERITIES
        assert row["reasons"]
        assert datetime.fromisoformat(row["at"]).utcoffset() == timedelta()


def test_a_high_risk_is_told_at_the_time_of_its_mention(out: Path) -> None:
    risks = [row for row in rows(out / "alerts.jsonl") if row["kind"] == "high_risk"]
    assert [datetime.fromisoformat(row["at"]) for row in risks] == [MONDAY + timedelta(days=4, hours=16)]


def test_a_crisis_is_written_with_its_history(out: Path) -> None:
    stories = rows(out / "crises.jsonl")
    worst = max(stories, key=lambda story: SEVERITIES.index(story["crisis"]["peak_severity"]))
    assert worst["history"][0]["event"] in ("crisis.watched", "crisis.opened")
    assert worst["history"][-1]["event"] == "crisis.resolved"
    known = {story["crisis"]["id"] for story in stories}
    assert {row["crisis"] for row in rows(out / "alerts.jsonl")} <= known


def test_the_page_tells_the_storm_and_quotes_people_harmlessly(out: Path) -> None:
    page = (out / "report.html").read_text()
    assert "Acme, Fri 9 Jan" in page
    assert "&lt;b&gt;now&lt;/b&gt;" in page
    assert "<b>now</b>" not in page


def test_two_runs_write_the_same_bytes(folder: Path, out: Path) -> None:
    again = back_test(folder, "story.jsonl", "elsewhere/again")
    assert [(again / name).read_bytes() for name in FILES] == [(out / name).read_bytes() for name in FILES]


def test_order_and_broken_rows_change_nothing_but_the_list_of_skipped_rows(
    folder: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shuffled = back_test(folder, "shuffled.jsonl", "shuffled")
    for name in ("alerts.jsonl", "crises.jsonl", "report.html"):
        assert (shuffled / name).read_bytes() == (out / name).read_bytes()
    assert [row["line"] for row in rows(shuffled / "skipped.jsonl")] == [51, 52]
    said = capsys.readouterr()
    assert "2 rows are skipped" in said.err
    assert json.loads(said.out)["skipped_rows"] == 2


def test_comparing_sensitivities_changes_no_file_but_the_page(folder: Path, out: Path) -> None:
    compared = back_test(folder, "story.jsonl", "compared", "--sensitivity", "balanced")
    for name in ("alerts.jsonl", "crises.jsonl"):
        assert (compared / name).read_bytes() == (out / name).read_bytes()
    assert "How many alarms to expect" in (compared / "report.html").read_text()


def test_each_sensitivity_gives_what_the_others_foretold(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = []
    for word in ("fewer", "balanced", "more"):
        back_test(folder, "story.jsonl", word, "--sensitivity", word)
        told.append(json.loads(capsys.readouterr().out))
    assert all(each["alarms_a_week"] == told[0]["alarms_a_week"] for each in told)
    assert all(each["told_a_week"] == told[0]["told_a_week"] for each in told)


def test_quiet_days_say_so(tmp_path: Path) -> None:
    story = Story().quiet(days=3).people(CALM, day=1, hour=9, count=3, minutes=40)
    (tmp_path / "watchlist.yaml").write_text(WATCHLIST)
    (tmp_path / "quiet.jsonl").write_bytes(b"\n".join(mention.encode() for mention in story.mentions))
    out = back_test(tmp_path, "quiet.jsonl", "out")
    assert "no crisis in 3 days" in (out / "report.html").read_text()


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "is empty"), ("id,text,posted_at\n1,acme,2026-01-05T00:00Z\n", "--columns author=")],
    ids=["empty", "no author"],
)
def test_a_file_that_cannot_be_used_is_told_and_is_wrong_usage(
    tmp_path: Path, text: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "watchlist.yaml").write_text(WATCHLIST)
    (tmp_path / "h.csv").write_text(text)
    command = ["backtest", str(tmp_path / "h.csv"), "--watchlist", str(tmp_path / "watchlist.yaml")]
    assert main([*command, "--out", str(tmp_path / "out")]) == 2
    assert words in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert main(["backtest", "h.csv", "--preset", "airline", "--out", str(tmp_path / "file")]) == 2
    assert "name a folder that can be written" in capsys.readouterr().err
