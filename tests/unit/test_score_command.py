from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from tocsin.cli.main import main


def ask(monkeypatch: pytest.MonkeyPatch, *lines: bytes) -> None:
    class Input:
        buffer = io.BytesIO(b"\n".join(lines) + b"\n")

    monkeypatch.setattr("sys.stdin", Input)


def test_each_line_is_answered_in_its_order(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ask(
        monkeypatch,
        b'{"text": "on hold for 3 hours, still no refund"}',
        b"",
        b'{"text": "Muchas gracias, me encanta"}',
        b'{"text": "gracias", "lang": "pt-BR"}',
    )
    assert main(["score"]) == 0
    first, second, third = map(json.loads, capsys.readouterr().out.splitlines())
    assert list(first) == ["text", "language", "sentiment", "label", "reasons", "because"]
    assert (first["language"], first["label"]) == ("en", "negative")
    assert "billing" in first["reasons"]
    assert first["because"]
    assert (second["language"], second["label"]) == ("es", "positive")
    assert third["language"] == "pt"


def test_broken_lines_are_named_and_the_rest_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ask(monkeypatch, b"nonsense", b'{"txt": "x"}', b'{"text": 5}', b'{"text": "\xff"}', b'{"text": "thanks!"}')
    assert main(["score", "-"]) == 1
    told = capsys.readouterr()
    assert len(told.out.splitlines()) == 1
    for line in (1, 2, 3, 4):
        assert f"standard input, line {line}:" in told.err
    assert '→ write one JSON object a line: {"text": "…"' in told.err
    assert "1 texts scored, 4 lines left out" in told.err


def test_only_the_first_broken_lines_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ask(monkeypatch, *[b"nonsense"] * 30)
    assert main(["score"]) == 1
    assert capsys.readouterr().err.count("line ") == 10


def test_a_file_is_read_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "texts.jsonl"
    path.write_text('{"text": "worst service ever, never again"}\n', encoding="utf-8")
    assert main(["score", str(path)]) == 0
    assert json.loads(capsys.readouterr().out)["label"] == "negative"


def test_a_missing_file_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", str(tmp_path / "none.jsonl")]) == 2
    assert "there is no file" in capsys.readouterr().err
