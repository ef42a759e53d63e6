from __future__ import annotations

import json
import re
from datetime import time
from pathlib import Path

import pytest

from tocsin.cli import main
from tocsin.configuration import load_response, load_setup, load_watchlist
from tocsin.response.plan import Stakeholders

_COMMENTED_SETTING = re.compile(r"^( *)# ((?:- )? *[a-z_]+:( .*)?)$")


def test_init_writes_two_files_that_load_and_says_what_comes_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "--dir", str(tmp_path / "new")]) == 0
    said = capsys.readouterr().out
    assert "watchlist.yaml" in said
    assert "tocsin up" in said
    watchlist = load_watchlist(tmp_path / "new" / "watchlist.yaml")
    load_response(tmp_path / "new" / "response.yaml", [brand.id for brand in watchlist.brands])


def test_the_starter_does_what_its_comments_say(tmp_path: Path) -> None:
    main(["init", "--dir", str(tmp_path)])
    matcher = load_setup(tmp_path / "watchlist.yaml").matcher
    (match,) = matcher.match("#AcmeCoffee made me sick: food poisoning!")
    assert match == (
        "acme",
        ("quality",),
        ("acmecoffee", "acme coffee", "sick", "made me sick", "food poisoning"),
        ("food poisoning",),
    )
    assert not matcher.match("a nice acme coffee table")
    assert matcher.match("acme coffee on my acme coffee table")
    assert not matcher.match("acme coffee, as seen in looney tunes")


def test_what_stands_in_comments_of_the_starter_would_load_too(tmp_path: Path) -> None:
    main(["init", "--dir", str(tmp_path)])
    for name in ("watchlist.yaml", "response.yaml"):
        text = (tmp_path / name).read_text()
        lines = text.replace("silences: []", "silences:").replace("maintenance: []", "maintenance:").splitlines()
        settings = [_COMMENTED_SETTING.sub(r"\1\2", line) for line in lines]
        assert settings != lines
        (tmp_path / name).write_text("\n".join(settings))
    assert load_watchlist(tmp_path / "watchlist.yaml").brands[0].languages == ("en", "es")
    plan = load_response(tmp_path / "response.yaml")
    assert [notifier.id for notifier in plan.notifiers] == ["log", "hook"]
    assert plan.silences[0].topic == "app"
    assert plan.maintenance[0].mutes_up_to == "elevated"
    assert plan.rotations[0].hours == (time(9), time(18))
    assert plan.rotations[0].overrides[0].person == "ben"
    assert plan.escalations[0].stakeholders == Stakeholders(targets=("ben",))


def test_init_overwrites_nothing_unless_forced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "response.yaml"
    mine.write_text("mine")
    assert main(["init", "--dir", str(tmp_path)]) == 1
    assert "would be overwritten" in capsys.readouterr().err
    assert mine.read_text() == "mine"
    assert not (tmp_path / "watchlist.yaml").exists()
    assert main(["init", "--dir", str(tmp_path), "--force"]) == 0
    assert mine.read_text() != "mine"


def test_init_answers_programs_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["init", "--dir", str(tmp_path), "--json"])
    written = json.loads(capsys.readouterr().out)["written"]
    assert [Path(path).name for path in written] == ["watchlist.yaml", "response.yaml"]


def test_a_folder_that_cannot_be_written_is_one_clear_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert main(["init", "--dir", str(tmp_path / "file" / "below")]) == 1
    assert "cannot be written" in capsys.readouterr().err
