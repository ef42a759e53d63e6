"""The files of this checkout, as the house tests look at them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_OURS_WITH_A_DOT = {".ci", ".github", ".gitignore", ".dockerignore"}
_MADE = {"__pycache__", "build", "dist"}


def files(*suffixes: str) -> Iterator[Path]:
    """Every file that is ours, not made by a tool; only those with one of `suffixes` when there are any."""
    return _below(ROOT, suffixes)


def _below(folder: Path, suffixes: tuple[str, ...]) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        is_hidden = path.name.startswith(".") and path.name not in _OURS_WITH_A_DOT
        if is_hidden or path.name in _MADE or path.name.endswith(".egg-info"):
            continue
        if path.is_dir():
            yield from _below(path, suffixes)
        elif not suffixes or path.suffix in suffixes:
            yield path


def name(path: Path) -> str:
    """The path inside the repository."""
    return path.relative_to(ROOT).as_posix()
