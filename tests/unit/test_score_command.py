"""`tocsin score`: each line answered in its order, broken ones named."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tocsin.cli.main import main

ASKED = (
    b'{"text": "on hold for 3 hours, still no refund"}',
    b"",
    b'{"text": "Muchas gracias, me encanta"}',
    b'{"text": "gracias", "lang": "pt-BR"}',
)


def write(folder: Path, *lines: bytes) -> str:
    path = folder / "texts.jsonl"
    path.write_bytes(b"\n".join(lines) + b"\n")
    return str(path)


def test_each_line_is_answered_in_its_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", write(tmp_path, *ASKED)]) == 0
    first, second, third = map(json.loads, capsys.readouterr().out.splitlines())
    assert list(first) == ["text", "language", "sentiment", "label", "reasons", "because"]
    assert (first["language"], first["label"]) == ("en", "negative")
    assert "billing" in first["reasons"]
    assert first["because"]
    assert (second["language"], second["label"]) == ("es", "positive")
    assert third["language"] == "pt"


def test_broken_lines_are_named_and_the_rest_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, b"nonsense", b'{"txt": "x"}', b'{"text": 5}', b'{"text": "\xff"}', b'{"text": "thanks!"}')
    assert main(["score", path]) == 1
    told = capsys.readouterr()
    assert len(told.out.splitlines()) == 1
    for line in (1, 2, 3, 4):
        assert f"{path}, line {line}:" in told.err
    assert '→ write one JSON object a line: {"text": "…"' in told.err
    assert "1 texts scored, 4 lines left out" in told.err


def test_only_the_first_broken_lines_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", write(tmp_path, *[b"nonsense"] * 30)]) == 1
    assert capsys.readouterr().err.count("line ") == 10


@pytest.mark.parametrize("arguments", [[], ["-"]])
def test_what_is_piped_in_is_answered_like_a_file(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [*ASKED, b"nonsense"]
    program = "import sys; from tocsin.cli import main; sys.exit(main())"
    piped = subprocess.run(
        [sys.executable, "-c", program, "score", *arguments],
        input=b"\n".join(lines) + b"\n", capture_output=True, check=False,
    )  # fmt: skip
    assert main(["score", write(tmp_path, *lines)]) == piped.returncode == 1
    assert piped.stdout.decode() == capsys.readouterr().out
    assert "standard input, line 5:" in piped.stderr.decode()


def test_a_missing_file_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", str(tmp_path / "none.jsonl")]) == 2
    assert "there is no file" in capsys.readouterr().err
