"""Both files with all their mistakes: where the parsers stop at the first one, the rest is read without that entry.

Only entries that nothing refers to are left out: a brand, a policy, an escalation, a silence, a maintenance window.
After a mistake elsewhere the rest of the file is not read, for it could only be blamed for the first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar

from tocsin.configuration import load_playbooks, read_text
from tocsin.detection.watchlist import Watchlist, parse_watchlist
from tocsin.errors import ConfigurationError
from tocsin.proofread.advice import Advice, advise_on_plan, advise_on_watchlist
from tocsin.proofread.lines import without_entry
from tocsin.response.plan import Plan, parse_plan

T = TypeVar("T")

_NOT_REFERRED_TO: Final = ("brands", "policies", "escalations", "silences", "maintenance")
#: After so many nobody reads on.
_MOST_MISTAKES: Final = 50


@dataclass(frozen=True, slots=True)
class Files:
    """What the files say, as far as they can be read.

    Attributes:
        watchlist, plan: None when the file is not there or has mistakes.
        mistakes: what keeps a file from being used, by file and line.
        advice: what can be used and may not be meant.
    """

    watchlist: Watchlist | None
    plan: Plan | None
    mistakes: tuple[ConfigurationError, ...]
    advice: tuple[Advice, ...]


def read_files(watchlist: Path, response: Path, now: datetime, *, needs_response: bool = False) -> Files:
    """Read both files.

    Args:
        now: silences and maintenance that have ended by then are told.
        needs_response: a response.yaml that is not there is a mistake; else it is worth a word.
    """
    advice: list[Advice] = []
    brands, mistakes = _read(watchlist, parse_watchlist)
    if brands:
        advice += advise_on_watchlist(brands, read_text(watchlist), str(watchlist))
    ids = [brand.id for brand in brands.brands] if brands else None
    plan: Plan | None = None
    if response.exists() or needs_response:
        plan, wrong = _read(response, lambda text, file: parse_plan(text, file, ids))
        mistakes += wrong
    else:
        advice.append(Advice(str(response), "it is not there: crises page nobody", "write a starter: `tocsin init`"))
    if plan:
        try:
            load_playbooks(plan, response)
        except ConfigurationError as error:
            mistakes.append(error)
        advice += advise_on_plan(plan, brands, read_text(response), str(response), now)
    return Files(brands, plan, tuple(mistakes), tuple(advice))


def _read(path: Path, parse: Callable[[str, str], T]) -> tuple[T | None, list[ConfigurationError]]:
    try:
        text = read_text(path)
    except ConfigurationError as error:
        return None, [error]
    mistakes = find_mistakes(text, str(path), parse)
    return (None if mistakes else parse(text, str(path))), mistakes


def find_mistakes(
    text: str, file: str, parse: Callable[[str, str], object], sections: Collection[str] = _NOT_REFERRED_TO
) -> list[ConfigurationError]:
    """Every mistake that can be told from the others, in the order in which `parse` meets them.

    Args:
        file: its name, which begins the messages of `parse`.
        parse: takes a text and the file's name, and raises ConfigurationError at the first mistake.
    """
    mistakes: list[ConfigurationError] = []
    rest: str | None = text
    while rest is not None and len(mistakes) < _MOST_MISTAKES:
        try:
            parse(rest, file)
            break
        except ConfigurationError as error:
            found = re.match(rf"{re.escape(file)}:(\d+): (not YAML)?", error.what)
            if mistakes and (found is None or found[2] or not rest.splitlines()[int(found[1]) - 1].strip()):
                break  # it is about what was left out
            mistakes.append(error)
            rest = without_entry(rest, int(found[1]), sections) if found and not found[2] else None
    return mistakes
