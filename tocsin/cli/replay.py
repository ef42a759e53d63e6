"""`tocsin replay`: play a file through the pipeline and show what fires."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
from collections import Counter
from importlib import resources
from pathlib import Path

from schemas.crisis import SEVERITIES
from tocsin.configuration import load_response, load_watchlist
from tocsin.errors import ConfigurationError
from tocsin.playback import Outcome, fresh_namespace, play_back, some_kafka
from tocsin.screen import Screen
from tocsin.settings import Settings
from tocsin.sources.columns import FIELDS, parse_columns, parse_zone
from tocsin.sources.files import PRESETS, Reading, read_mentions
from tocsin.world.verdict import is_alarming


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `tocsin replay`."""
    parser.add_argument("file", help="JSONL or CSV, plain or gzip; - is standard input")
    parser.add_argument("--preset", choices=sorted(PRESETS), help="a well-known file: its columns and its watchlist")
    parser.add_argument("--columns", default="", metavar="FIELD=COLUMN,…", help=f"fields: {', '.join(FIELDS)}")
    parser.add_argument("--time-zone", metavar="ZONE", help="of times without an offset: Europe/Madrid, UTC, +07:00")
    parser.add_argument("--source", metavar="NAME", help="of all mentions (default: a column, or the file's name)")
    parser.add_argument("--watchlist", type=Path, help="whom to watch (default: the preset's, TOCSIN_WATCHLIST)")
    parser.add_argument(
        "--response", type=Path, help="whom to page (default: TOCSIN_RESPONSE, or response.yaml if any)"
    )
    parser.add_argument("--namespace", help="one that was never played into (default: a fresh one)")
    parser.add_argument("--speed", default="max", help="real, a factor such as 60, or max (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="processes that run the steps (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="one JSON object a line: events, then the summary")


def run(args: argparse.Namespace) -> int:
    """0 when everything was digested."""
    if args.workers < 1:
        raise ConfigurationError(f"--workers {args.workers} would run no step", "use 1 or more")
    speed = parse_speed(args.speed)
    namespace = args.namespace or fresh_namespace("replay")
    settings = Settings.from_environment(namespace=namespace, watchlist=args.watchlist, response=args.response)
    watchlist = settings.watchlist
    if args.preset and not args.watchlist:
        watchlist = Path(str(resources.files("tocsin") / "presets" / f"{PRESETS[args.preset].watchlist}.yaml"))
    load_watchlist(watchlist)  # what is wrong with it is said before anything starts
    if args.response or settings.response.exists():
        load_response(settings.response)
    reading = read_mentions(
        args.file,
        columns=parse_columns(args.columns),
        preset=args.preset,
        zone=parse_zone(args.time_zone) if args.time_zone else None,
        source=args.source,
    )
    _tell_refused(reading)
    print(f"{len(reading.mentions):,} mentions of {reading.place} into namespace {namespace}", file=sys.stderr)
    with some_kafka(settings) as settings, Screen(len(reading.mentions), is_json=args.json) as screen:
        outcome = asyncio.run(
            play_back(
                reading.mentions,
                settings,
                watchlist=watchlist,
                workers=args.workers,
                speed=speed,
                on_progress=screen.show_progress,
                on_event=screen.show_event,
            )
        )
    if args.json:
        print(json.dumps({"summary": summarise(outcome, reading)}))
    else:
        _print_summary(outcome, reading, is_local=Settings.from_environment().bootstrap is None)
    return 0


def parse_speed(text: str) -> float | None:
    """Seconds of event time in one second; None for `max`.

    Raises:
        ConfigurationError: it is neither `real`, `max` nor a number above 0.
    """
    if text == "max":
        return None
    with contextlib.suppress(ValueError):
        speed = 1.0 if text == "real" else float(text.removeprefix("x"))
        if 0 < speed < float("inf"):
            return speed
    raise ConfigurationError(f"--speed {text!r} is no speed", "use real, a factor such as 60, or max")


def summarise(outcome: Outcome, reading: Reading) -> dict[str, object]:
    """The summary for a program; crises by the worst severity that each reached."""
    last = {event.crisis.id: event.crisis for event in outcome.events}
    return {
        "namespace": outcome.namespace,
        "mentions": outcome.played.mentions,
        "refused_rows": reading.refused_count,
        "rejected": outcome.rejected,
        "events": len(outcome.events),
        "crises": dict(Counter(crisis.peak_severity for crisis in last.values())),
        "seconds": round(outcome.seconds, 2),
        "mentions_per_second": round(outcome.mentions_per_second),
    }


def _tell_refused(reading: Reading) -> None:
    if not reading.refused_count:
        return
    print(f"{reading.place}: {reading.refused_count} rows are no mentions and are left out:", file=sys.stderr)
    for row in reading.refused:
        print(f"  {row}", file=sys.stderr)
    if reading.refused_count > len(reading.refused):
        print(f"  and {reading.refused_count - len(reading.refused)} more", file=sys.stderr)


def _print_summary(outcome: Outcome, reading: Reading, *, is_local: bool) -> None:
    rate = f"{outcome.mentions_per_second:,.0f} a second, {outcome.seconds:.1f} s"
    print(f"{outcome.played.mentions:,} mentions digested ({rate}); {sum(outcome.rejected.values())} rejected", end="")
    print(f", {reading.refused_count} rows left out" if reading.refused_count else "")
    last = {event.crisis.id: event.crisis for event in outcome.events}
    counts = Counter(crisis.peak_severity for crisis in last.values())
    by_severity = ", ".join(f"{counts[severity]} {severity}" for severity in reversed(SEVERITIES) if counts[severity])
    print(f"{len(last)} crises, by the worst they were: {by_severity}" if last else "no crisis, not even a watch")
    for crisis in sorted(last.values(), key=lambda crisis: crisis.opened_at):
        first = next((e for e in outcome.events if e.crisis.id == crisis.id and is_alarming(e)), None)
        alarm = f"alarm {first.at:%m-%d %H:%M}" if first else "a watch only"
        subject = "the brand as a whole" if crisis.subject == "*" else crisis.subject
        print(f"  {crisis.opened_at:%m-%d %H:%M}  {crisis.peak_severity:<8}  {crisis.brand}, {subject} ({alarm})")
    print(f"next:\n{next_commands(outcome.namespace, is_local=is_local)}")


def next_commands(namespace: str, *, is_local: bool) -> str:
    """Where to look next, as commands."""
    start = "  tocsin kafka start\n" if is_local else ""
    return f"{start}  tocsin tail --namespace {namespace} --from start\n  tocsin rejected list --namespace {namespace}"
