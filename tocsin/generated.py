"""Files that are generated and committed: written by a command, compared by the same command and by a house test."""

from __future__ import annotations

import argparse
import difflib
import inspect
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

#: The folder that holds pyproject.toml: generated files exist only in a checkout.
ROOT = Path(__file__).resolve().parents[1]


def find_differences(files: Mapping[Path, str]) -> list[str]:
    """One unified diff for each file whose committed text is not the generated one."""
    differences = []
    for path, wanted in files.items():
        found = path.read_text(encoding="utf-8") if path.exists() else ""
        if found != wanted:
            name = path.relative_to(ROOT).as_posix()
            lines = difflib.unified_diff(
                found.splitlines(), wanted.splitlines(), name, f"{name} (generated)", lineterm=""
            )
            differences.append("\n".join(lines))
    return differences


def between(name: str, text: str, generated: str) -> str:
    """`text` with what stands between `<!-- name: begin -->` and `<!-- name: end -->` replaced.

    Raises:
        ValueError: the marks are missing.
    """
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
    if begin not in text or end not in text:
        raise ValueError(f"the marks {begin.strip()} and {end} are missing")
    head, _, rest = text.partition(begin)
    return head + begin + generated + end + rest.partition(end)[2]


def described(cls: type[Any], names: Collection[str]) -> tuple[str, dict[str, str]]:
    """What a docstring tells: of the class, and of each name in its "Attributes:" section.

    Raises:
        ValueError: the section describes something that is not in `names`.
    """
    about, _, section = inspect.cleandoc(cls.__doc__ or "").partition("\nAttributes:\n")
    entries: list[str] = []
    for line in section.splitlines():
        if line.startswith("        ") and entries:
            entries[-1] += " " + line.strip()
        elif line.strip():
            entries.append(line.strip())
    told: dict[str, str] = {}
    for entry in entries:
        described_names, _, text = entry.partition(": ")
        for name in described_names.split(", "):
            if name not in names:
                raise ValueError(f"the docstring of {cls.__name__} describes {name!r}, which it does not have")
            told[name] = text
    return " ".join(about.split()), told


def run(module: str, files: Mapping[Path, str], argv: Sequence[str] | None = None) -> int:
    """The command line of a generator: write the files, or with `--check` only compare them.

    Returns:
        0 written or equal; 1 a file differs.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description="Write the generated files.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file is not current")
    if not parser.parse_args(argv).check:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return 0
    differences = find_differences(files)
    for difference in differences:
        sys.stderr.write(difference + "\n")
    if differences:
        sys.stderr.write(f"not current; write them again with `python -m {module}`\n")
    return 1 if differences else 0
