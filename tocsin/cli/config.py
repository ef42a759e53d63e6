"""`tocsin config diff`: what changes between two watchlists, or two response plans, in words."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from tocsin.configuration import load_response, load_watchlist, read_text
from tocsin.errors import ConfigurationError
from tocsin.proofread.differences import Change, compare_plans, compare_watchlists
from tocsin.response.message.inert import make_inert
from tocsin.strict_yaml import read_yaml

_SIGNS = {"added": "+", "removed": "−", "changed": "~"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `tocsin config`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="diff")
    diff = actions.add_parser("diff", help="tell what changes from one watchlist, or response plan, to another")
    diff.add_argument("old", type=Path, help="the file as it was")
    diff.add_argument("new", type=Path, help="the file as it is to be")
    diff.add_argument("--json", action="store_true", help="answer in JSON")


def run(args: argparse.Namespace) -> int:
    """0, whether they differ or not.

    Raises:
        ConfigurationError: a file cannot be used, or they are of different kinds.
    """
    changes = compare(args.old, args.new)
    if args.json:
        print(json.dumps([each._asdict() for each in changes], ensure_ascii=False))
    else:
        print("\n".join(describe(changes)))
    return 0


def compare(old: Path, new: Path) -> list[Change]:
    """What differs between two files of one kind.

    Raises:
        ConfigurationError: one cannot be used, or they are of different kinds.
    """
    kinds = [_is_watchlist(old), _is_watchlist(new)]
    if kinds[0] != kinds[1]:
        names = ["a watchlist" if each else "a response plan" for each in kinds]
        raise ConfigurationError(f"{old} is {names[0]}, {new} is {names[1]}", "compare two of a kind")
    if kinds[0]:
        return compare_watchlists(load_watchlist(old), load_watchlist(new))
    return compare_plans(load_response(old), load_response(new))


def describe(changes: Iterable[Change]) -> Iterator[str]:
    """The changes as lines for people."""
    is_empty = True
    for change in changes:
        is_empty = False
        yield f"{_SIGNS[change.kind]} {make_inert(change.what)}"
        yield from (f"    {make_inert(detail)}" for detail in change.details)
    if is_empty:
        yield "they say the same"


def _is_watchlist(path: Path) -> bool:
    """A watchlist is the file with brands; whatever else is wrong with it is told when it is read."""
    return any(key.node.value == "brands" for key, _ in read_yaml(read_text(path), str(path)).entries())
