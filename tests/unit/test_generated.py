"""Generated files: written, compared, and told apart from what people wrote around them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tocsin import generated


class Described:
    """What it is,
    over two lines.

    Attributes:
        one, two: numbers: of both.
        three: a text that goes on
            in the next line.
    """


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(generated, "ROOT", tmp_path)
    return tmp_path / "docs" / "page.md"


def test_a_written_file_is_current(file: Path) -> None:
    assert generated.run("tocsin.x", {file: "text\n"}, []) == 0
    assert file.read_text(encoding="utf-8") == "text\n"
    assert generated.run("tocsin.x", {file: "text\n"}, ["--check"]) == 0


def test_a_check_shows_the_difference_and_writes_nothing(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    generated.run("tocsin.x", {file: "old\n"}, [])
    assert generated.run("tocsin.x", {file: "new\n"}, ["--check"]) == 1
    told = capsys.readouterr().err
    assert "-old" in told
    assert "+new" in told
    assert "python -m tocsin.x" in told
    assert file.read_text(encoding="utf-8") == "old\n"


def test_a_missing_file_is_a_difference(file: Path) -> None:
    (difference,) = generated.find_differences({file: "text\n"})
    assert "docs/page.md" in difference


def test_only_what_stands_between_the_marks_is_replaced() -> None:
    page = "head\n<!-- table: begin -->\nold\n<!-- table: end -->\nfoot\n"
    assert generated.between("table", page, "new\n") == page.replace("old", "new")


def test_a_page_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="table: begin"):
        generated.between("table", "head\n", "new\n")


def test_a_docstring_tells_of_the_class_and_of_each_attribute() -> None:
    about, told = generated.described(Described, ("one", "two", "three"))
    assert about == "What it is, over two lines."
    assert told == {
        "one": "numbers: of both.",
        "two": "numbers: of both.",
        "three": "a text that goes on in the next line.",
    }


def test_a_docstring_that_describes_what_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="'three'"):
        generated.described(Described, ("one", "two"))
