import json
from pathlib import Path

import pytest

from tocsin.cli.main import main
from tocsin.cli.rejected import preview
from tocsin.cli.replay import parse_speed
from tocsin.configuration import load_watchlist
from tocsin.errors import ConfigurationError
from tocsin.sources.files import read_mentions


def test_simulate_writes_what_replay_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--seed", "3", "--rate", "0.02", "--out", str(tmp_path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    reading = read_mentions(told["mentions"])
    assert (told["seed"], told["count"], reading.refused_count) == (3, len(reading.mentions), 0)
    assert len(load_watchlist(Path(told["watchlist"])).brands) == 5
    assert len(json.loads(Path(told["labels"]).read_text())) == 5


def test_simulate_says_its_seed_and_how_to_go_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--rate", "0.02", "--out", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("seed ")
    assert f"tocsin replay {tmp_path / 'mentions.jsonl'} --watchlist {tmp_path / 'watchlist.yaml'}" in said


def test_simulate_takes_an_amplitude_and_grows_engagement(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = ["--seed", "3", "--rate", "0.02", "--out", str(tmp_path)]
    assert main(["simulate", *small, "--amplitude", "1.5", "--growth"]) == 0
    said = capsys.readouterr().out
    attack = next(label for label in json.loads((tmp_path / "labels.json").read_text()) if label["authors"])
    assert f"no crisis, {len(attack['authors'])} accounts" in said
    assert {mention.kind for mention in read_mentions(tmp_path / "mentions.jsonl").mentions} == {
        "mention",
        "engagement",
    }
    assert main(["simulate", *small, "--amplitude", "1"]) == 2
    assert "amplitude above 1" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert main(["simulate", "--out", str(tmp_path / "file")]) == 2
    assert "file" in capsys.readouterr().err


def test_replay_tells_what_is_wrong_before_it_starts_anything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments, words in (
        (["--preset", "airline", "--speed", "fast"], "is no speed"),
        (["--preset", "airline", "--workers", "0"], "would run no step"),
        (["--watchlist", str(tmp_path / "none.yaml")], "none.yaml"),
        (["--preset", "airline"], "no such file"),
    ):
        assert main(["replay", str(tmp_path / "none.csv"), *arguments]) == 2
        assert words in capsys.readouterr().err


@pytest.mark.parametrize(("text", "speed"), [("max", None), ("real", 1.0), ("60", 60.0), ("x60", 60.0), ("0.5", 0.5)])
def test_a_speed_is_a_factor(text: str, speed: float | None) -> None:
    assert parse_speed(text) == speed


@pytest.mark.parametrize("text", ["0", "-1", "inf", "nan", "fast", ""])
def test_other_speeds_are_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="is no speed"):
        parse_speed(text)


@pytest.mark.parametrize("command", [["tail"], ["rejected", "list"]])
def test_without_kafka_there_is_one_clear_message(
    command: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KAFKA_BOOTSTRAP", raising=False)
    assert main(command) == 3
    assert "tocsin kafka start" in capsys.readouterr().err
    monkeypatch.setenv("KAFKA_BOOTSTRAP", "127.0.0.1:9")
    assert main(command) == 3
    assert "no Kafka answers at 127.0.0.1:9" in capsys.readouterr().err


def test_a_preview_of_bytes_is_short_and_inert() -> None:
    assert preview(b"\x1b[2J" + b"x" * 10_000 + b"\xff").startswith("\ufffd[2Jxxx")
    assert len(preview(b"x" * 10_000)) == 120
