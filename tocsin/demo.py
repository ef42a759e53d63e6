"""`make demo`: a simulated world through a real Kafka and two workers, held against its labels.

Exit status 0 only if the storm and the faux pas raised an alarm in their time and neither hot-head nor campaign did.
Whether the attack was told as coordination is shown, and does not decide: in fifteen of sixteen worlds it was, in the
other one people were told of it as a burst.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tocsin.cli.replay import next_commands
from tocsin.errors import TocsinError
from tocsin.playback import Outcome, fresh_namespace, play_back, some_kafka
from tocsin.screen import Screen
from tocsin.settings import Settings
from tocsin.world.simulate import World
from tocsin.world.verdict import Finding, Verdict, judge


def main(argv: list[str] | None = None) -> int:
    """Run the demo; 0 right, 1 wrong, else the status of the error that ended it."""
    parser = argparse.ArgumentParser(prog="python -m tocsin.demo", description="Play a simulated world and judge it.")
    parser.add_argument("--seed", type=int, help="the world's seed (default: a fresh one)")
    parser.add_argument("--days", type=float, default=4.0, help="days of the world (default: %(default)s)")
    parser.add_argument("--rate", type=float, default=1.0, help="volume of the world (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="worker processes (default: %(default)s)")
    args = parser.parse_args(argv)
    console = Console(highlight=False)
    try:
        return _run(args, console)
    except TocsinError as error:
        sys.stderr.write(f"demo: {error}\n")
        return error.status
    except KeyboardInterrupt:
        return 130


def _run(args: argparse.Namespace, console: Console) -> int:
    seed = args.seed if args.seed is not None else secrets.randbelow(1_000_000)
    console.print(
        f"A world of {args.days:g} days, five brands, seed {seed} (again: python -m tocsin.demo --seed {seed})"
    )
    world = World(seed, days=args.days, rate=args.rate)
    mentions = list(world.mentions())
    console.print(f"{len(mentions):,} mentions; starting Kafka and {args.workers} workers …")
    settings = Settings.from_environment(namespace=fresh_namespace("demo"))
    is_local = settings.bootstrap is None
    with (
        tempfile.TemporaryDirectory(prefix="tocsin-demo-") as folder,
        some_kafka(settings) as settings,
        Screen(len(mentions)) as screen,
    ):
        watchlist = Path(folder) / "watchlist.yaml"
        watchlist.write_text(world.watchlist_yaml(), encoding="utf-8")
        outcome = asyncio.run(
            play_back(
                mentions,
                settings,
                watchlist=watchlist,
                workers=args.workers,
                on_progress=screen.show_progress,
                on_event=screen.show_event,
            )
        )
    verdict = judge(world.labels, outcome.events)
    _print_summary(console, verdict, outcome, is_local=is_local)
    return 0 if verdict.is_right else 1


def _print_summary(console: Console, verdict: Verdict, outcome: Outcome, *, is_local: bool) -> None:
    table = Table("event", "brand", "starts", "expected", "found", "delay", box=None, pad_edge=False)
    for finding in verdict.findings:
        table.add_row(*_row(finding))
    console.print(table)
    crises = [finding for finding in verdict.findings if finding.label.is_crisis]
    found = sum(finding.is_right for finding in crises)
    console.print(f"crises expected {len(crises)}, found {found}; false alarms {len(verdict.false_alarms)}")
    for alarm in verdict.false_alarms:
        console.print(f"  {alarm.at:%a %H:%M} {alarm.crisis.severity} {alarm.crisis.brand} {alarm.crisis.subject}")
    console.print(
        f"{outcome.played.mentions:,} mentions in {outcome.seconds:.1f} s: {outcome.mentions_per_second:,.0f} a second "
        f"through all steps; {sum(outcome.rejected.values())} rejected"
    )
    console.print("Right." if verdict.is_right else "WRONG: see the lines marked so above.")
    console.print(f"next:\n{next_commands(outcome.namespace, is_local=is_local)}")


def _row(finding: Finding) -> tuple[str, ...]:
    label = finding.label
    delay = f"{finding.delay.total_seconds() / 60:.0f} min" if finding.delay is not None else ""
    is_missed = label.expects == "coordination" and finding.coordination is None
    mark = "" if finding.is_right else "  WRONG"
    mark = "  MISSED" if is_missed else mark
    where, when = f"{label.brand} {label.topic}", f"{label.start:%a %H:%M}"
    return label.kind, where, when, finding.expected, finding.found + mark, delay


if __name__ == "__main__":
    sys.exit(main())
