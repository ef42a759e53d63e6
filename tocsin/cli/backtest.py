"""`tocsin backtest`: what would have been raised, when and how often, on a history of your own."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from rich.console import Console

from tocsin.backtest.sensitivity import SENSITIVITIES, Sensitivity
from tocsin.configuration import load_setup, load_watchlist
from tocsin.errors import ConfigurationError
from tocsin.screen import Screen
from tocsin.settings import Settings
from tocsin.sources.columns import FIELDS, parse_columns, parse_zone
from tocsin.sources.files import PRESETS

_CAUSES = 5


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `tocsin backtest`."""
    parser.add_argument("file", help="JSONL or CSV, plain or gzip; - is standard input")
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="DIR",
        help="folder for alerts.jsonl, crises.jsonl, skipped.jsonl and report.html",
    )
    parser.add_argument("--preset", choices=sorted(PRESETS), help="a well-known file: its columns and its watchlist")
    parser.add_argument("--columns", default="", metavar="FIELD=COLUMN,…", help=f"fields: {', '.join(FIELDS)}")
    parser.add_argument("--time-zone", metavar="ZONE", help="of times without an offset: Europe/Madrid, UTC, +07:00")
    parser.add_argument("--source", metavar="NAME", help="of all mentions (default: a column, or the file's name)")
    parser.add_argument("--watchlist", type=Path, help="whom to watch (default: the preset's, TOCSIN_WATCHLIST)")
    parser.add_argument(
        "--counts",
        action="store_true",
        help="the file is timestamp,value: people who spoke in each step of time; times without an offset are UTC",
    )
    parser.add_argument(
        "--sensitivity",
        choices=SENSITIVITIES,
        help="how readily alarms are raised; prints how many a week each choice gives here (default: balanced)",
    )
    parser.add_argument("--json", action="store_true", help="the summary as one JSON object")


def run(args: argparse.Namespace) -> int:
    """0 when everything was played.

    Raises:
        ConfigurationError: a file or option cannot be used as it is.
    """
    folder: Path = args.out
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _run_counts(args, folder) if args.counts else _run_mentions(args, folder)
    except OSError as error:
        raise ConfigurationError(
            f"{error.filename or folder}: {(error.strerror or str(error)).lower()}", "name a folder that can be written"
        ) from None


def _run_mentions(args: argparse.Namespace, folder: Path) -> int:
    from tocsin.backtest.reading import open_history
    from tocsin.backtest.run import back_test
    from tocsin.backtest.story import Names, tell
    from tocsin.report.render import render

    watchlist = Settings.from_environment(watchlist=args.watchlist).watchlist
    if args.preset and not args.watchlist:
        watchlist = Path(str(resources.files("tocsin") / "presets" / f"{PRESETS[args.preset].watchlist}.yaml"))
    names = Names.of(load_watchlist(watchlist))  # what is wrong with it is said before anything is read
    began = time.monotonic()
    with (
        _reading() as on_row,
        open_history(
            args.file,
            folder,
            columns=parse_columns(args.columns),
            preset=args.preset,
            zone=parse_zone(args.time_zone) if args.time_zone else None,
            source=args.source,
            on_row=on_row.tell,
        ) as intake,
    ):
        on_row.stop()
        _tell_skipped(intake.place, intake.skipped, intake.causes, folder)
        with Screen(intake.mentions, is_json=True) as screen:
            outcome = back_test(
                intake,
                load_setup(watchlist, is_live=False),
                folder,
                sensitivity=args.sensitivity or "balanced",
                is_compared=args.sensitivity is not None,
                on_progress=screen.show_progress,
            )
    (folder / "report.html").write_text(render(tell(outcome, names)), encoding="utf-8", newline="\n")
    seconds = time.monotonic() - began
    rate = round(outcome.mentions / seconds) if seconds else 0
    crises = [story.crisis for story in outcome.stories if story.crisis.peak_severity != "watch"]
    weeks = outcome.weeks
    weekly = {
        word: (round(each.alarms / weeks, 2), round(each.calls / weeks, 2)) for word, each in outcome.tallies.items()
    }
    own = (round(outcome.alarms / weeks, 2), round(outcome.calls / weeks, 2))
    if args.json:
        summary = {
            "mentions": outcome.mentions,
            "skipped_rows": intake.skipped,
            "alerts": dict(outcome.alerts),
            "alarms": outcome.alarms,
            "told": outcome.calls,
            "alarms_a_week": {word: rates[0] for word, rates in (weekly or {outcome.sensitivity: own}).items()},
            "told_a_week": {word: rates[1] for word, rates in (weekly or {outcome.sensitivity: own}).items()},
            "crises": len(crises),
            "seconds": round(seconds, 2),
            "mentions_per_second": rate,
            "report": str(folder / "report.html"),
        }
        print(json.dumps(summary))
        return 0
    print(f"{outcome.mentions:,} mentions ({rate:,} a second, {seconds:.1f} s); {intake.skipped:,} rows skipped")
    print(
        f"{outcome.alarms:,} alarms in {outcome.weeks * 7:.1f} days, {len(crises):,} crises, "
        f"{outcome.alerts['watch']:,} alerts that only watch"
    )
    for crisis in crises[:20]:
        subject = "the brand as a whole" if crisis.subject == "*" else crisis.subject
        print(f"  {crisis.opened_at:%m-%d %H:%M}  {crisis.peak_severity:<8}  {crisis.brand}, {subject}")
    if len(crises) > 20:
        print(f"  and {len(crises) - 20:,} more")
    _print_weekly(weekly, outcome.sensitivity)
    print(f"read {folder / 'report.html'}")
    return 0


def _run_counts(args: argparse.Namespace, folder: Path) -> int:
    from tocsin.backtest.count_story import tell_counts
    from tocsin.backtest.counts import compare_sensitivities, judge_series, read_series
    from tocsin.report.render import render

    series = read_series(
        args.file,
        folder,
        _parse_count_columns(args.columns),
        parse_zone(args.time_zone) if args.time_zone else None,
    )
    _tell_skipped(args.file, series.skipped, series.causes, folder)
    sensitivity: Sensitivity = args.sensitivity or "balanced"
    alerts = judge_series(series, folder, sensitivity)
    budgets = compare_sensitivities(series) if args.sensitivity else {}
    weeks = max(1.0, (series.rows[-1].at - series.rows[0].at).total_seconds() / 86_400) / 7
    weekly = {word: (round(count / weeks, 2),) for word, count in budgets.items()}
    (folder / "report.html").write_text(
        render(tell_counts(series, alerts, budgets, sensitivity)), encoding="utf-8", newline="\n"
    )
    alarms = sum(alert.severity != "watch" for alert in alerts)
    if args.json:
        summary: dict[str, object] = {
            "rows": len(series.rows),
            "skipped_rows": series.skipped,
            "alerts": len(alerts),
            "alarms": alarms,
        }
        summary |= {
            "alarms_a_week": {word: rates[0] for word, rates in weekly.items()} or {sensitivity: alarms / weeks}
        }
        print(json.dumps(summary))
        return 0
    print(f"{len(series.rows):,} rows; {series.skipped:,} rows skipped")
    print(f"{len(alerts):,} alerts, {alarms:,} of them alarms")
    for alert in alerts[:20]:
        print(f"  {alert.at}  {alert.severity:<8}  {alert.kind}  {alert.current:g}, usually {alert.baseline:g}")
    _print_weekly(weekly, sensitivity)
    print(f"read {folder / 'report.html'}")
    return 0


def _print_weekly(weekly: Mapping[Sensitivity, tuple[float, ...]], sensitivity: Sensitivity) -> None:
    """Alarms a week, and how often people would be told: most alarms join a crisis that they know of."""
    if not weekly:
        return
    print("expected a week, from this history:")
    for word, rates in weekly.items():
        told = f", somebody told {rates[1]:.2f} times" if len(rates) > 1 else ""
        print(f"  {word:<8}  {rates[0]:>7.2f} alarms{told}{'  ← this run' if word == sensitivity else ''}")


def _parse_count_columns(text: str) -> dict[str, str]:
    columns: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        field, equals, column = (piece.strip() for piece in part.partition("="))
        if field not in ("timestamp", "value") or not (equals and column):
            raise ConfigurationError(
                f"--columns: {part!r} is not of the form timestamp=COLUMN or value=COLUMN",
                "for example timestamp=time,value=authors",
            )
        columns[field] = column
    return columns


def _tell_skipped(place: str, skipped: int, causes: Mapping[str, int], folder: Path) -> None:
    if not skipped:
        return
    print(f"{place}: {skipped:,} rows are skipped, each listed in {folder / 'skipped.jsonl'}:", file=sys.stderr)
    for cause, count in list(causes.items())[:_CAUSES]:
        print(f"  {count:>7,}  {cause}", file=sys.stderr)
    if len(causes) > _CAUSES:
        print(f"  and {len(causes) - _CAUSES} more causes", file=sys.stderr)


class _Reading:
    """A line on a terminal that says how far reading is; nothing elsewhere."""

    def __init__(self) -> None:
        self._status = Console(stderr=True).status("reading …") if sys.stderr.isatty() else None
        if self._status:
            self._status.start()

    def tell(self, count: int) -> None:
        if self._status:
            self._status.update(f"reading … {count:,} mentions")

    def stop(self) -> None:
        if self._status:
            self._status.stop()
            self._status = None


@contextmanager
def _reading() -> Iterator[_Reading]:
    reading = _Reading()
    try:
        yield reading
    finally:
        reading.stop()
