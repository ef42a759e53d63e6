"""How small an event may be and still be found: the detection curve of the simulated world, by kind and amplitude.

    python -m bench.curve [--json] [--seeds N] [--first SEED] [--amplitudes 1.2,1.5,…] [--rate R] [--days D] [--jobs N]

Runs the pipeline without Kafka (`tocsin.loop`) over one world for each seed and amplitude. An amplitude of 2 makes the
event's brand twice as loud as is usual at that hour, when the event is at its height. For a storm and a faux pas,
`found` counts alarms (`elevated` or worse) in their time on their brand and `delay` is the median time from the event's
first mention to the alarm; `seen` counts what was at least watched. For a coordinated attack, `found` counts
coordination that was told. A hot-head and a campaign should raise no alarm: what is counted as found there is wrong.
Every choice of the detectors is their default; the worlds are made up, so the curve compares versions of this code, and
promises nothing about a brand.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import timedelta
from itertools import product
from statistics import median
from typing import get_args

from schemas.crisis import EscalationEvent
from schemas.signal import Signal
from tocsin.detection.matching import Matcher
from tocsin.detection.watchlist import parse_watchlist
from tocsin.loop import run
from tocsin.setup import Setup
from tocsin.world.events import EventKind, Label
from tocsin.world.phrases import BRANDS
from tocsin.world.simulate import World
from tocsin.world.verdict import AFTERMATH, Finding, Verdict, judge

AMPLITUDES = (1.2, 1.5, 2.0, 3.0, 4.0, 5.0)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one event.

    Attributes:
        delay_minutes: from its first mention until it was found; None: it was not.
        seen: at least a watch was told of its brand in its time.
        named: share of an attack's accounts that were named; never above 1.
        wrongly_named: authors that were named with them and are none of them.
    """

    kind: EventKind
    amplitude: float | None
    seed: int
    brand: str
    is_found: bool
    delay_minutes: float | None
    seen: bool
    named: float = 0.0
    wrongly_named: int = 0


@dataclass(frozen=True, slots=True)
class WorldOutcome:
    """What became of a world: its events, and what was told of nothing."""

    outcomes: tuple[Outcome, ...]
    false_alarms: int
    false_coordinations: int
    brand_days: float


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the curve: a kind at an amplitude (None: as loud as it is by nature)."""

    kind: EventKind
    amplitude: float | None
    events: int
    found: int
    seen: int
    delay_minutes: float | None
    named: float
    wrongly_named: int


def run_world(world: World) -> WorldOutcome:
    """Run the pipeline over a world and judge it."""
    setup = Setup(matcher=Matcher(parse_watchlist(world.watchlist_yaml())), is_live=False)
    events: list[EscalationEvent] = []
    signals: list[Signal] = []
    for emit in run(world.mentions(), setup):
        if isinstance(emit.record, EscalationEvent):
            events.append(emit.record)
        elif isinstance(emit.record, Signal):
            signals.append(emit.record)
    verdict = judge(world.labels, events, signals=signals)
    return WorldOutcome(
        tuple(_outcome(world, finding, events, signals) for finding in verdict.findings),
        len(verdict.false_alarms),
        len(verdict.false_coordinations),
        _quiet_days(world, verdict),
    )


def summarise(outcomes: Iterable[Outcome]) -> list[Row]:
    """The curve: one row for each kind and amplitude, kinds in the order of `EventKind`, amplitudes ascending."""
    groups: dict[tuple[int, float], list[Outcome]] = {}
    for outcome in outcomes:
        key = get_args(EventKind).index(outcome.kind), outcome.amplitude or 0.0
        groups.setdefault(key, []).append(outcome)
    return [_row(group) for _, group in sorted(groups.items(), key=lambda item: item[0])]


def table(rows: Sequence[Row]) -> str:
    """The curve as a text table."""
    lines = [f"  {'kind':<19} {'amplitude':>9} {'found':>8} {'seen':>8} {'delay, min':>11} {'named':>6} {'wrongly':>8}"]
    for row in rows:
        amplitude = f"×{row.amplitude:g}" if row.amplitude else "by nature"
        delay = "" if row.delay_minutes is None else f"{row.delay_minutes:.0f}"
        accounts = f"{row.named:>6.0%} {row.wrongly_named:>8}" if row.kind == "coordinated-attack" else ""
        lines.append(
            f"  {row.kind:<19} {amplitude:>9} {f'{row.found}/{row.events}':>8} {f'{row.seen}/{row.events}':>8} "
            f"{delay:>11} {accounts}".rstrip()
        )
    return "\n".join(lines)


def _outcome(world: World, finding: Finding, events: list[EscalationEvent], signals: list[Signal]) -> Outcome:
    label = finding.label
    is_attack = label.expects == "coordination"
    is_found = finding.coordination is not None if is_attack else finding.alarm is not None
    seen = any(_is_in_time(event.crisis.brand == label.brand, event.at - label.start, label) for event in events)
    attackers, named = set(label.authors), set[str]()
    if is_attack:
        for signal in signals:
            if str(signal.kind) == "coordination" and signal.brand == label.brand:
                named.update(signal.authors)
    return Outcome(
        kind=label.kind,
        amplitude=world.amplitude,
        seed=world.seed,
        brand=label.brand,
        is_found=is_found,
        delay_minutes=finding.delay / _MINUTE if is_found and finding.delay is not None else None,
        seen=seen,
        named=len(named & attackers) / len(attackers) if attackers else 0.0,
        wrongly_named=len(named - attackers),
    )


def _is_in_time(is_brand: bool, since: timedelta, label: Label) -> bool:
    return is_brand and timedelta(0) <= since <= label.end - label.start + AFTERMATH


def _quiet_days(world: World, verdict: Verdict) -> float:
    """Days of all brands together in which nothing happened: where an alarm is false."""
    busy = sum((finding.label.end - finding.label.start + AFTERMATH for finding in verdict.findings), timedelta(0))
    return world.days * len(BRANDS) - busy / timedelta(days=1)


def _row(group: list[Outcome]) -> Row:
    delays = [outcome.delay_minutes for outcome in group if outcome.delay_minutes is not None]
    return Row(
        kind=group[0].kind,
        amplitude=group[0].amplitude,
        events=len(group),
        found=sum(outcome.is_found for outcome in group),
        seen=sum(outcome.seen for outcome in group),
        delay_minutes=round(median(delays), 1) if delays else None,
        named=sum(outcome.named for outcome in group) / len(group),
        wrongly_named=sum(outcome.wrongly_named for outcome in group),
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Print the curve as a table, or as JSON with `--json`."""
    parser = argparse.ArgumentParser(prog="python -m bench.curve", description="The detection curve by amplitude.")
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    parser.add_argument("--seeds", type=int, default=10, help="worlds of each amplitude (default: %(default)s)")
    parser.add_argument("--first", type=int, default=1, help="the first seed (default: %(default)s)")
    parser.add_argument(
        "--amplitudes", default=",".join(f"{each:g}" for each in AMPLITUDES), help="0: by nature (default: %(default)s)"
    )
    parser.add_argument("--rate", type=float, default=0.2, help="volume of the worlds (default: %(default)s)")
    parser.add_argument("--days", type=float, default=3.0, help="days of the worlds (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=1, help="processes (default: %(default)s)")
    args = parser.parse_args(argv)
    amplitudes = [float(each) or None for each in args.amplitudes.split(",")]
    worlds = [
        World(seed, days=args.days, rate=args.rate, amplitude=amplitude)
        for amplitude, seed in product(amplitudes, range(args.first, args.first + args.seeds))
    ]
    found: list[WorldOutcome] = []
    with ProcessPoolExecutor(args.jobs) as pool:
        for number, each in enumerate(pool.map(run_world, worlds), 1):
            found.append(each)
            print(f"\r{number} of {len(worlds)} worlds", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    rows = summarise(outcome for world in found for outcome in world.outcomes)
    false_alarms = sum(world.false_alarms for world in found)
    false_coordinations = sum(world.false_coordinations for world in found)
    days = sum(world.brand_days for world in found)
    if args.json:
        told = {"false_alarms": false_alarms, "false_coordinations": false_coordinations, "quiet_brand_days": days}
        settings = {"seeds": args.seeds, "first": args.first, "rate": args.rate, "days": args.days}
        print(json.dumps({**settings, "rows": [asdict(row) for row in rows], **told}))
        return 0
    print(table(rows))
    print(
        f"\n  {len(worlds)} worlds of {args.days:g} days at rate {args.rate:g}: in {days:,.0f} quiet brand-days "
        f"{false_alarms} false alarms ({false_alarms / days:.3f} a brand-day); false coordination {false_coordinations}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
