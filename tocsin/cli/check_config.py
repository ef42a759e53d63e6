"""`tocsin check-config`: read both files as a careful colleague would, and tell what is wrong and what is doubtful."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from tocsin.proofread.read import Files, read_files
from tocsin.response.message.inert import make_inert
from tocsin.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `tocsin check-config`."""
    parser.add_argument("--watchlist", type=Path, help="what to watch (default: TOCSIN_WATCHLIST, or watchlist.yaml)")
    parser.add_argument("--response", type=Path, help="whom to tell (default: TOCSIN_RESPONSE, or response.yaml)")
    parser.add_argument("--strict", action="store_true", help="warnings count as mistakes, for automatic checks")
    parser.add_argument("--json", action="store_true", help="answer in JSON")


def run(args: argparse.Namespace) -> int:
    """0 when both files can be used; 2 when one cannot, or with `--strict` when anything is doubtful.

    Raises:
        ConfigurationError: a setting cannot be read.
    """
    settings = Settings.from_environment(watchlist=args.watchlist, response=args.response)
    files = read_files(
        settings.watchlist, settings.response, datetime.now(UTC), needs_response=args.response is not None
    )
    if args.json:
        answer = {
            "mistakes": [{"what": each.what, "then": each.then} for each in files.mistakes],
            "warnings": [each._asdict() for each in files.advice],
        }
        print(json.dumps(answer, ensure_ascii=False))
    else:
        print("\n".join(describe(files, settings)))
    return 2 if files.mistakes or (args.strict and files.advice) else 0


def describe(files: Files, settings: Settings) -> Iterator[str]:
    """What was found as lines for people."""
    lines = [("mistake", each.what, each.then) for each in files.mistakes]
    lines += [("warning", f"{each.place}: {each.what}", each.then) for each in files.advice]
    for kind, what, then in lines:
        yield f"{kind}: {make_inert(what)}"
        if then:
            yield f"  → {make_inert(then)}"
    if files.mistakes:
        yield f"{len(files.mistakes)} mistake{'s' if len(files.mistakes) > 1 else ''}"
        return
    brands = len(files.watchlist.brands) if files.watchlist else 0
    both = f"{settings.watchlist} and {settings.response}" if files.plan else f"{settings.watchlist}"
    yield f"{both} can be used: {brands} brand{'s' if brands > 1 else ''}"
