"""`tocsin simulate`: write a synthetic world to files."""

from __future__ import annotations

import argparse
import json
import secrets
import shlex
from pathlib import Path

from tocsin.errors import ConfigurationError
from tocsin.world.simulate import World


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `tocsin simulate`."""
    parser.add_argument("--seed", type=int, help="everything follows from it (default: a fresh one, which is printed)")
    parser.add_argument(
        "--days", type=float, default=4.0, help="how long, two days being warm-up (default: %(default)s)"
    )
    parser.add_argument(
        "--rate", type=float, default=1.0, help="volume; 1 is 20,000 mentions a day (default: %(default)s)"
    )
    parser.add_argument(
        "--amplitude",
        type=float,
        help="how loud events make their brand, times what is usual then; above 1 (default: by the event's nature)",
    )
    parser.add_argument("--growth", action="store_true", help="newer counts of popular mentions, as engagement records")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the three files")
    parser.add_argument("--json", action="store_true", help="answer in JSON")


def run(args: argparse.Namespace) -> int:
    """Write mentions.jsonl, labels.json and watchlist.yaml; 0 when done."""
    seed = args.seed if args.seed is not None else secrets.randbelow(1_000_000)
    world = World(seed, days=args.days, rate=args.rate, amplitude=args.amplitude, has_growth=args.growth)
    folder: Path = args.out
    files = {name: folder / name for name in ("mentions.jsonl", "labels.json", "watchlist.yaml")}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        count = 0
        with files["mentions.jsonl"].open("wb") as out:
            for mention in world.mentions():
                out.write(mention.encode() + b"\n")
                count += 1
        files["labels.json"].write_bytes(world.labels_json())
        files["watchlist.yaml"].write_text(world.watchlist_yaml(), encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"{error.filename or folder}: {(error.strerror or str(error)).lower()}", "name a folder that can be written"
        ) from None
    paths = [str(files["mentions.jsonl"]), "--watchlist", str(files["watchlist.yaml"])]
    command = shlex.join(["tocsin", "replay", *paths, "--speed", "max"])
    if args.json:
        named = {name.partition(".")[0]: str(path) for name, path in files.items()}
        print(json.dumps({"seed": seed, "count": count, **named, "replay": command}))
        return 0
    print(f"seed {seed}: {count:,} mentions of {args.days:g} days in {files['mentions.jsonl']}")
    for label in world.labels:
        crisis = "a crisis" if label.is_crisis else "no crisis"
        subject = label.brand if label.topic == "*" else f"{label.brand} {label.topic}"
        accounts = f", {len(label.authors)} accounts" if label.authors else ""
        print(f"  {label.kind:<18} {label.start:%a %H:%M} to {label.end:%a %H:%M}  {subject}, {crisis}{accounts}")
    print(f"labels in {files['labels.json']}; replay it with\n  {command}")
    return 0
