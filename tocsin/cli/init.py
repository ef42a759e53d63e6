"""`tocsin init`: write a commented watchlist.yaml and response.yaml to start from."""

from __future__ import annotations

import argparse
import json
from importlib import resources
from pathlib import Path

from tocsin.errors import TocsinError

FILES = ("watchlist.yaml", "response.yaml")


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `tocsin init`."""
    parser.add_argument("--dir", type=Path, default=Path(), help="where to write them (default: here)")
    parser.add_argument("--force", action="store_true", help="overwrite files that are there")
    parser.add_argument("--json", action="store_true", help="answer in JSON")


def run(args: argparse.Namespace) -> int:
    """Write both files or none.

    Raises:
        TocsinError: one is there already and `--force` was not given, or the folder cannot be written.
    """
    starters = resources.files("tocsin") / "starter"
    paths = [args.dir / name for name in FILES]
    there = [str(path) for path in paths if path.exists()]
    if there and not args.force:
        raise TocsinError(f"{' and '.join(there)} would be overwritten", "use --force, or another folder with --dir")
    try:
        args.dir.mkdir(parents=True, exist_ok=True)
        for path in paths:
            path.write_text((starters / path.name).read_text(encoding="utf-8"), encoding="utf-8")
    except OSError as error:
        raise TocsinError(f"{error.filename or args.dir} cannot be written: {error.strerror}") from None
    if args.json:
        print(json.dumps({"written": [str(path) for path in paths]}))
    else:
        print(f"wrote {' and '.join(map(str, paths))}")
        print("next: put your brand's handles and names into the watchlist, then run `tocsin up`")
    return 0
