"""Alerts on counts: scored on labelled series, held to their false-alarm budget on quiet ones, and timed.

    python -m bench.counts [--nested] [--json]

The labelled series are five of the Numenta "realTweets" (shared/data/nab); without them that part is left out. With
`--nested` every constant in `CHOICES` is chosen anew for each series by looking at the other four only (some minutes).

What no nesting undoes: the constants of the ladder were first chosen by somebody who had seen all ten series of that
set; and that there is a climb, a rarity and a young record's margin at all, the form of the climb, its offsets, the
constants of the rhythm, and the three hours after which a silence is an alarm (a collector's outage of two hours on
11 March 2015 is in every series, unlabelled) were chosen with all five in view. Held-out series decide.
"""

import argparse
import csv
import importlib.util
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from random import Random
from time import process_time
from typing import Any, NamedTuple

from tocsin.backtest.count_alerts import judge_counts
from tocsin.detection.climb import ClimbPolicy
from tocsin.detection.ladder import LadderPolicy
from tocsin.detection.sensitivity import CELLS_A_DAY, POLICIES, RATES, SENSITIVITIES, expect_alarms, quiet_counts
from tocsin.detection.series import DEFAULT, DEFAULT_PLAN, Series, SeriesPlan, SeriesPolicy

SHARED = Path(__file__).parents[2] / "shared"
NAB = SHARED / "data" / "nab"
SCORER = SHARED / "tools" / "nab_score.py"

LEVELS = (0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002)

#: A climb that never comes.
OFF = 1e9

#: The record ladder as it was published to us, and nothing else: where the nested choice begins.
BARE = replace(
    DEFAULT,
    rarity=0.0,
    ladder=replace(DEFAULT.ladder, young_excess=(0.0, 0.0, 0.0)),
    climb=replace(DEFAULT.climb, warm_up_days=OFF),
)

Change = Callable[[SeriesPolicy], SeriesPolicy]


def ladder(**values: Any) -> Change:
    return lambda policy: replace(policy, ladder=replace(policy.ladder, **values))


def climb(**values: Any) -> Change:
    return lambda policy: replace(policy, climb=replace(policy.climb, **values))


def whole(**values: Any) -> Change:
    return lambda policy: replace(policy, **values)


#: What can be chosen, one row after the other; each alternative changes the policy so far.
CHOICES: tuple[tuple[Change, ...], ...] = (
    tuple(ladder(spans_minutes=spans) for spans in ((5, 180, 720), (5, 60, 720), (5, 60, 180), (15, 180, 720))),
    tuple(climb(warm_up_days=days) for days in (OFF, 7.0)),
    tuple(whole(rarity=rarity) for rarity in (0.0, 1.3, 1.5, 2.0)),
    tuple(ladder(young_excess=young) for young in ((0.0, 0.0, 0.0), (0.1, 0.0, 0.0), (0.1, 0.05, 0.05))),
    tuple(climb(drift=drift) for drift in (0.3, 0.5, 0.7)),
    tuple(climb(excess=excess) for excess in (0.05, 0.1, 0.2)),
    tuple(climb(clip=clip) for clip in (0.7, 1.0, 1.5)),
    tuple(ladder(memory_days=days) for days in (14, 28, 38)),
    tuple(ladder(cool_down_hours=hours) for hours in (18.0, 24.0, 30.0)),
    tuple(ladder(growth=growth) for growth in (1.4, 1.65, 2.0)),
    tuple(ladder(excess=excess) for excess in ((0.03, 0.06, 0.06), (0.1, 0.06, 0.06), (0.03, 0.1, 0.1))),
    tuple(ladder(offset=offset) for offset in (4.0, 8.0, 12.0)),
)


class Labelled(NamedTuple):
    """One labelled series."""

    rows: list[tuple[datetime, float]]
    windows: list[tuple[datetime, datetime]]
    labels: list[datetime]


class Figures(NamedTuple):
    """Of some series together: the benchmark's score, and the alerts within one hour of a label."""

    score: float
    strict_f1: float
    hits: int
    windows: int
    false_per_day: float
    alerts: int


class Bench:
    """The labelled series, and the parts of their scores by policy."""

    def __init__(self) -> None:
        spec = importlib.util.spec_from_file_location("nab_score", SCORER)
        assert spec is not None and spec.loader is not None
        self.scorer: Any = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.scorer)
        truth = json.loads((NAB / "labels.json").read_text())
        self.series = {name: self._read(name, each) for name, each in sorted(truth.items())}
        self.part = cache(self._part)

    def _read(self, name: str, truth: dict[str, Any]) -> Labelled:
        with (NAB / name).open(newline="") as lines:
            rows = [(datetime.fromisoformat(row["timestamp"]), float(row["value"])) for row in csv.DictReader(lines)]
        windows = [(datetime.fromisoformat(first), datetime.fromisoformat(last)) for first, last in truth["windows"]]
        return Labelled(rows, windows, [datetime.fromisoformat(label) for label in truth["labels"]])

    def _part(self, policy: SeriesPolicy, name: str, profile: str = "standard") -> dict[str, float]:
        rows, windows, labels = self.series[name]
        alerts = [alert.at for alert in judge_counts(rows, policy)]
        times = [at for at, _ in rows]
        part: dict[str, float] = self.scorer.score_series(times, windows, labels, alerts, profile)
        return part

    def score(self, chosen: Iterable[tuple[SeriesPolicy, str]], profile: str = "standard") -> Figures:
        """The figures of some series, each with its policy; the sums of the scorer's `score_all`."""
        parts = [self.part(policy, name, profile) for policy, name in chosen]
        total = {key: sum(part[key] for part in parts) for key in parts[0]}
        missed = self.scorer.PROFILES[profile][2]
        windows = total["windows"]
        recall = total["found"] / total["labels"]
        precision = total["true"] / total["fired"] if total["fired"] else 0.0
        return Figures(
            score=100 * (total["total"] + missed * windows) / (windows + missed * windows),
            strict_f1=2 * recall * precision / (recall + precision) if recall + precision else 0.0,
            hits=int(total["hits"]),
            windows=int(windows),
            false_per_day=total["false"] / total["days"],
            alerts=int(total["fired"]),
        )

    def choose(self, names: list[str]) -> SeriesPolicy:
        """The best policy for these series: one choice after the other, by score and strict F1 alike."""
        policy = BARE
        for alternatives in CHOICES:
            tried = [change(policy) for change in alternatives]
            policy = max(tried, key=lambda each: self._worth(each, names))
        return policy

    def _worth(self, policy: SeriesPolicy, names: list[str]) -> float:
        figures = self.score([(policy, name) for name in names])
        return figures.score / 100 + figures.strict_f1


def show(about: str, figures: Figures) -> dict[str, float]:
    print(
        f"  {about:<38}{figures.score:7.2f}{figures.strict_f1:8.3f}{figures.hits:6}/{figures.windows}"
        f"{figures.false_per_day:8.3f}{figures.alerts:8}"
    )
    return {key: round(value, 4) for key, value in figures._asdict().items()}


def measure_labelled(is_nested: bool) -> dict[str, object]:
    """The table of the labelled series."""
    bench = Bench()
    names = list(bench.series)
    print(f"\n{'labelled series':<40}{'score':>7}{'F1':>8}{'hits':>8}{'false/d':>9}{'alerts':>7}")
    found: dict[str, object] = {"in_sample": show("all, in sample", bench.score([(DEFAULT, name) for name in names]))}
    found["low_fp"] = show("  low-FP profile", bench.score([(DEFAULT, name) for name in names], "low_fp"))
    for name in names:
        show(f"  {name.removeprefix('Twitter_volume_').removesuffix('.csv')}", bench.score([(DEFAULT, name)]))
    without: tuple[tuple[str, Change], ...] = (
        ("without the climb", climb(warm_up_days=OFF)),
        ("without rarity", whole(rarity=0.0)),
        ("without a young record's margin", ladder(young_excess=(0.0, 0.0, 0.0))),
        ("the ladder alone", lambda _: BARE),
    )
    for about, change in without:
        found[about] = show(about, bench.score([(change(DEFAULT), name) for name in names]))
    for about, each in (("fewer", POLICIES["fewer"]), ("more", POLICIES["more"])):
        show(f"sensitivity {about}", bench.score([(each, name) for name in names]))
    if is_nested:
        chosen = [(bench.choose([other for other in names if other != name]), name) for name in names]
        found["nested"] = show("nested leave-one-series-out", bench.score(chosen))
        for policy, name in chosen:
            differs = {
                f"{part}.{key}": value
                for part, mine, ours in (
                    ("ladder", policy.ladder, DEFAULT.ladder),
                    ("climb", policy.climb, DEFAULT.climb),
                )
                for key, value in vars_of(mine).items()
                if value != vars_of(ours)[key]
            }
            show(f"  {name}", bench.score([(policy, name)]))
            print(f"      chosen: rarity {policy.rarity}, {differs or 'as the default'}")
    return found


def vars_of(policy: LadderPolicy | ClimbPolicy) -> dict[str, object]:
    return {key: getattr(policy, key) for key in policy.__dataclass_fields__}


def measure_uniformity(weeks: int, seeds: int) -> dict[str, list[float]]:
    """How often p ≤ a, over a, on quiet streams after four weeks: 1 is exact, below is cautious."""
    print(f"\n{'p-values on quiet weeks: P(p ≤ a) / a':<40}" + "".join(f"{level:>8}" for level in LEVELS))
    found: dict[str, list[float]] = {}
    for rate in RATES:
        for place, rung in enumerate(DEFAULT_PLAN.rungs.every):
            below, total = [0] * len(LEVELS), 0
            for seed in range(seeds):
                for p in _p_values(rate, weeks, seed, place):
                    total += 1
                    for number, level in enumerate(LEVELS):
                        below[number] += p <= level
            shares = [count / total / level for count, level in zip(below, LEVELS, strict=True)]
            found[f"{rate} in 5 min, span {rung.minutes} min"] = [round(share, 3) for share in shares]
            print(f"  {rate:>5} in 5 min, span {rung.minutes:>4} min        " + "".join(f"{x:8.2f}" for x in shares))
    return found


@cache
def _quiet_surprises(rate: float, weeks: int, seed: int) -> list[list[float]]:
    """Of each rung, the p-value of each cell after four weeks."""
    series = Series()
    found: list[list[float]] = [[] for _ in DEFAULT_PLAN.rungs.every]
    for cell, count in enumerate(quiet_counts(rate, 28 + 7 * weeks, seed)):
        if cell > 28 * CELLS_A_DAY:
            # The p-value is that of the last cell, which its own past holds already: at 8,000 that changes nothing.
            for place, each in enumerate(found):
                each.append(10 ** -series.surprise(place))
        series.step(cell, count)
    return found


def _p_values(rate: float, weeks: int, seed: int, place: int) -> list[float]:
    return _quiet_surprises(rate, weeks, seed)[place]


def measure_quiet(seeds: int) -> dict[str, dict[str, float]]:
    """Alarms of each sensitivity where nothing happens."""
    print(f"\n{'alarms where nothing happens':<40}{'a week, first':>15}{'a week, settled':>17}{'a day, settled':>16}")
    found: dict[str, dict[str, float]] = {}
    for word in SENSITIVITIES:
        for rate in RATES:
            first, settled = expect_alarms(POLICIES[word], (rate,), seeds)
            found[f"{word} {rate}"] = {"first_week": first, "settled": settled}
            print(f"  {word:<10}{rate:>6} in 5 min{'':<14}{first:12.2f}{settled:17.2f}{settled / 7:16.3f}")
    return found


def measure_ramps(seeds: int) -> dict[str, dict[str, float]]:
    """Storms as they build up: the rate grows for twelve hours in the sixth week, and stays for six."""
    print(f"\n{'a ramp of 12 hours to …':<40}{'found':>8}{'median delay, h':>18}{'found without climb':>22}")
    found: dict[str, dict[str, float]] = {}
    for times in (1.5, 2.0, 3.0, 5.0):
        for rate in RATES:
            ours = [_ramp_delay(rate, times, seed, DEFAULT) for seed in range(seeds)]
            bare = [_ramp_delay(rate, times, seed, climb(warm_up_days=OFF)(DEFAULT)) for seed in range(seeds)]
            delays = sorted(delay for delay in ours if delay is not None)
            share = len(delays) / seeds
            median = delays[len(delays) // 2] if delays else float("nan")
            bare_share = sum(delay is not None for delay in bare) / seeds
            found[f"x{times} {rate}"] = {"found": share, "median_hours": median, "without_climb": bare_share}
            about = f"×{times:<4}{rate:>6} in 5 min"
            print(f"  {about:<38}{share:8.2f}{median:18.1f}{bare_share:22.2f}")
    return found


def _ramp_delay(rate: float, times: float, seed: int, policy: SeriesPolicy) -> float | None:
    """Hours from a ramp's first cell to its first alarm; None when there was none in 24 hours."""
    choose = Random(f"ramp {rate} {times} {seed}")
    begins = 37 * CELLS_A_DAY + seed % 4 * CELLS_A_DAY // 4  # at any time of the day
    plan, series = SeriesPlan.on(policy=policy), Series()
    for cell, count in enumerate(quiet_counts(rate, 39, seed)):
        since = cell - begins
        more = (times - 1.0) * min(1.0, since / 144) if 0 <= since < 216 else 0.0
        # Each mention brings `more` further ones: a whole part, and a chance of one more.
        count += sum(int(more) + (choose.random() < more % 1.0) for _ in range(count))
        findings = series.step(cell, count, plan)
        if 0 <= since < CELLS_A_DAY and any(each.kind != "silence" for each in findings):
            return since / 12
    return None


def measure_silences(seeds: int) -> dict[str, float]:
    """Hours until a stream that went dead is watched."""
    print(f"\n{'a source dies in the sixth week':<40}{'hours until watch':>18}")
    found: dict[str, float] = {}
    for rate in RATES:
        hours = []
        for seed in range(seeds):
            series, dies = Series(), 37 * CELLS_A_DAY + CELLS_A_DAY // 2
            for cell, count in enumerate(quiet_counts(rate, 39, seed)):
                findings = series.step(cell, count if cell < dies else 0)
                if any(each.kind == "silence" for each in findings) and cell >= dies:
                    hours.append((cell + 1 - dies) / 12)
                    break
        found[str(rate)] = sum(hours) / len(hours) if hours else float("nan")
        print(f"  {rate:>5} in 5 min{'':<26}{found[str(rate)]:16.1f}")
    return found


def measure_cost() -> float:
    """Microseconds of one update."""
    fastest = OFF
    for turn in range(3):
        counts = list(quiet_counts(5.0, 28, turn))
        series = Series()
        started = process_time()
        for cell, count in enumerate(counts):
            series.step(cell, count)
        fastest = min(fastest, (process_time() - started) / len(counts) * 1e6)
    print(f"\none update of one count: {fastest:.1f} µs")
    return round(fastest, 2)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.counts", description="Alerts on counts, scored and timed.")
    parser.add_argument("--nested", action="store_true", help="choose every constant anew for each series (minutes)")
    parser.add_argument("--seeds", type=int, default=4, help="quiet streams of each rate")
    parser.add_argument("--json", action="store_true", help="print one line of JSON at the end")
    options = parser.parse_args()
    found: dict[str, object] = {}
    if NAB.is_dir() and SCORER.is_file():
        found["labelled"] = measure_labelled(options.nested)
    else:
        print("the labelled series are not beside this checkout (shared/data/nab): left out")
    found["uniformity"] = measure_uniformity(weeks=4, seeds=2)
    found["quiet"] = measure_quiet(options.seeds)
    found["ramps"] = measure_ramps(options.seeds)
    found["silences"] = measure_silences(options.seeds)
    found["update_us"] = measure_cost()
    if options.json:
        print(json.dumps(found))


if __name__ == "__main__":
    main()
