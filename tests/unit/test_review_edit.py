"""Edits of a person's YAML: the smallest change, everything else as it was, and a diff that `patch` takes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from tocsin.response.review.edit import CannotEdit, add_to_mapping, append_items, make_diff, quote, set_entry

BLOCK = """\
# What we watch.
brands:
  - id: acme      # never change it
    name: Acme    # as people say

    exclusions:
      - looney tunes   # cartoons
      - acme table
    topics:
      # small fires
      service:
        keywords: [rude, "no"]
"""


def patched(before: str, diff: str, folder: Path, name: str = "file.yaml") -> str:
    (folder / name).write_bytes(before.encode())
    done = subprocess.run(
        ["patch", "--binary", name], cwd=folder, input=diff.encode(), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return (folder / name).read_bytes().decode()


@pytest.mark.parametrize(
    ("after", "added"),
    [
        (append_items(BLOCK, ("brands", 0), "exclusions", ['"x y"']), ['      - "x y"']),
        (append_items(BLOCK, ("brands", 0, "topics", "service"), "keywords", ['"late"', '"lost"']), None),
        (append_items(BLOCK, ("brands", 0), "phrases", ['"acme co"']), ['    phrases: ["acme co"]']),
        (add_to_mapping(BLOCK, ("brands", 0), "topics", "fees", "{keywords: [fee]}"), None),
        (set_entry(BLOCK, ("brands", 0), "name", "Acme Inc"), None),
        (set_entry(BLOCK, ("brands", 0), "languages", "[en]"), ["    languages: [en]"]),
    ],
)
def test_nothing_but_what_is_meant_changes(after: str, added: list[str] | None, tmp_path: Path) -> None:
    before = BLOCK.splitlines()
    new = [line for line in after.splitlines() if line not in before]
    assert len(new) == 1
    assert added is None or new == added
    kept = [line for line in before if line in after.splitlines()]
    assert len(kept) >= len(before) - 1
    assert after.count("#") == BLOCK.count("#")
    assert patched(BLOCK, make_diff(BLOCK, after, "file.yaml"), tmp_path) == after
    yaml.safe_load(after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: [x]", 'a: [x, "n"]'),
        ("a: []", 'a: ["n"]'),
        ("a: [x, y, ]", 'a: [x, y, "n", ]'),
        ("a:\n- x\n- y", 'a:\n- x\n- y\n- "n"'),
        ("a:\r\n  - x\r\nb: 1\r\n", 'a:\r\n  - x\r\n  - "n"\r\nb: 1\r\n'),
        ("{b: 1}", '{a: ["n"], b: 1}'),
        ("{}", '{a: ["n"]}'),
        ("b:\n  c: 1\n", 'a: ["n"]\nb:\n  c: 1\n'),
        ("b: |\n  text\n", 'a: ["n"]\nb: |\n  text\n'),
        ("b: 1\nc: 2", 'b: 1\na: ["n"]\nc: 2'),
        ("\ufeffa: [x]\n", '\ufeffa: [x, "n"]\n'),
        ("é: 🙂\na: [x]\n", 'é: 🙂\na: [x, "n"]\n'),
    ],
)
def test_every_way_to_write_a_list_gets_its_item(before: str, after: str, tmp_path: Path) -> None:
    changed = append_items(before, (), "a", [quote("n")])
    assert changed == after
    assert yaml.safe_load(changed)["a"][-1] == "n"
    assert patched(before, make_diff(before, changed, "file.yaml"), tmp_path) == after


@pytest.mark.parametrize(
    "text",
    [
        "b: &x [1]\na: *x\n",
        "a: &x [1]\nb: *x\n",
        "a:\n  - |\n    long\n",
        "a:\n  - {x: 1}\n",
        "a: text\n",
        "- 1\n",
        "a: [1\n",
    ],
)
def test_what_is_shared_or_unusual_is_refused_and_not_guessed(text: str) -> None:
    with pytest.raises(CannotEdit):
        append_items(text, (), "a", ["2"])


def test_a_place_that_is_not_there_is_refused() -> None:
    with pytest.raises(CannotEdit, match="there is no 7"):
        set_entry(BLOCK, ("brands", 7), "name", "x")
    with pytest.raises(CannotEdit, match="there is no fees"):
        set_entry(BLOCK, ("brands", 0, "topics", "fees"), "name", "x")


def test_a_new_file_is_made_by_its_diff(tmp_path: Path) -> None:
    diff = make_diff("", "id: x\nversion: 1", "own.yaml")
    done = subprocess.run(["patch", "-p0"], cwd=tmp_path, input=diff.encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stdout
    assert (tmp_path / "own.yaml").read_text(encoding="utf-8") == "id: x\nversion: 1"


def test_a_name_cannot_forge_lines_of_a_diff() -> None:
    assert "\n+++ /etc/passwd" not in make_diff("a\n", "b\n", "x\n+++ /etc/passwd")
