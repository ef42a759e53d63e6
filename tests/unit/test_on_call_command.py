from __future__ import annotations

import json
from pathlib import Path

import pytest

from tocsin.cli import main

RESPONSE = """
people:
  ana: {name: Ana, time_zone: Europe/Madrid, notifiers: [push, sms]}
  ben: {name: "Ben \\e[31m", notifiers: [push]}
  eva: {name: Eva, notifiers: [sms]}
notifiers:
  push: {kind: webhook, url: https://example.org/push}
  sms: {kind: webhook, url: https://example.org/sms}
rotations:
  desk: {people: [ana, ben], time_zone: Europe/Madrid, starts_on: 2026-01-05}
policies:
  all: {notifiers: [push]}
escalations:
  night:
    brands: [acme]
    only_from: severe
    steps: [{targets: [desk]}, {targets: [ben], delay: 5 min}]
    repeats: 0
    stakeholders: {targets: [eva]}
"""


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "response.yaml"
    path.write_text(RESPONSE)
    return path


def test_it_tells_the_whole_night(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["on-call", "--at", "2026-03-03T03:00", "--brand", "acme"]) == 0
    assert capsys.readouterr().out == (
        "on duty at 2026-03-03 03:00:00 UTC\n"
        "  desk: Ana (ana): on call in the rotation desk until 2026-03-09 09:00 (Europe/Madrid)\n"
        "\n"
        "a severe crisis of acme that opens at 2026-03-03 03:00:00 UTC\n"
        "  escalation night: it names acme and pages from severe on\n"
        "\n"
        "  2026-03-03 03:00:30 UTC (+0:00:30), digest to stakeholders, every 1 h while the crisis is severe or worse\n"
        "    - Eva (eva), by sms: named by the escalation\n"
        "\n"
        "  2026-03-03 03:00:30 UTC (+0:00:30), step 1 of 2: as the crisis opens\n"
        "    - Ana (ana), by push, then sms, at 04:00 there: "
        "on call in the rotation desk until 2026-03-09 09:00 (Europe/Madrid)\n"
        "\n"
        "  2026-03-03 03:05:30 UTC (+0:05:30), step 2 of 2: 5 min after step 1, unacknowledged\n"
        "    - Ben \ufffd[31m (ben), by push: named by the escalation\n"
        "\n"
        "  after 2026-03-03 03:05:30 UTC nobody else is paged: the steps have run one round\n"
        "  when somebody acknowledges, paging stops; after 30 min without progress it goes on\n"
        "  the first message waits 30 s for what belongs to it, unless it is critical\n"
        "  what changes is told every 5 min at most\n"
        "  every event goes to: push\n"
    )


def test_it_answers_programs_in_json(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["on-call", "--at", "2026-03-03T04:00+01:00", "--json", "--severity", "critical"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["on_duty"][0]["person"] == "ana"
    (crisis,) = told["crises"]
    assert crisis["brand"] == "acme"
    assert [page["at"] for page in crisis["pages"]] == ["2026-03-03T03:00:00Z", "2026-03-03T03:05:00Z"]
    assert crisis["pages"][0]["recipients"][0]["notifiers"] == ["push", "sms"]
    assert crisis["briefing"]["recipients"][0]["person"] == "eva"
    assert (crisis["group_for_s"], crisis["briefing_every_s"]) == (0, 3600)


def test_times_are_told_in_the_offset_that_was_asked_with(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["on-call", "--at", "2026-03-03T04:00+01:00"])
    assert "\n  2026-03-03 04:05:30+0100 (+0:05:30), step 2 of 2" in capsys.readouterr().out


def test_a_crisis_that_would_page_nobody_is_a_failure(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["on-call", "--brand", "acme", "--severity", "elevated"]) == 1
    assert "nobody is paged: no escalation is for acme and pages for what is elevated" in capsys.readouterr().out


def test_the_watchlist_names_the_brands_where_there_is_one(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("watchlist.yaml").write_text("brands: [{id: acme, keywords: [acme]}, {id: beta, keywords: [beta]}]\n")
    assert main(["on-call", "--at", "2026-03-03T03:00"]) == 1
    told = capsys.readouterr().out
    assert "a severe crisis of acme" in told
    assert "a severe crisis of beta" in told
    assert main(["on-call", "--brand", "acne"]) == 2
    assert 'did you mean "acme"?' in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--at", "tonight"], '--at is no time: "tonight"\n  → for example 2026-03-01T03:00+01:00'),
        (["--response", "other.yaml"], "other.yaml is not there"),
    ],
)
def test_what_cannot_be_answered_is_one_clear_message(
    plan: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(["on-call", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_what_has_ended_is_refused(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan.write_text(
        RESPONSE + "silences:\n- {brand: acme, until: 2020-01-01T00:00:00Z, by: ana, reason: a drill long ago}\n"
    )
    assert main(["on-call"]) == 2
    assert "response.yaml:21: until of silence 1 has passed" in capsys.readouterr().err
