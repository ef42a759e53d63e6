"""How often do you want to be told? Three words, and what each costs in alarms a week on streams where nothing happens.

    tocsin backtest … --sensitivity fewer

The expected alarms are simulated, not promised: quiet streams with a day, a week and a crowd's noise, at three rates.
Real streams are rougher; the figures compare the words, and show that one setting serves streams of every loudness.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import cos, exp, pi, sqrt
from random import Random
from typing import Literal, NamedTuple, get_args

from tocsin.detection.climb import ClimbPolicy
from tocsin.detection.ladder import LadderPolicy
from tocsin.detection.records import CELL_MS, Grid
from tocsin.detection.series import DEFAULT, Series, SeriesPlan, SeriesPolicy
from tocsin.detection.silence import SilencePolicy
from tocsin.instants import DAY_MS

Sensitivity = Literal["fewer", "balanced", "more"]
SENSITIVITIES: tuple[Sensitivity, ...] = get_args(Sensitivity)

POLICIES: dict[Sensitivity, SeriesPolicy] = {
    "fewer": SeriesPolicy(
        rarity=2.0,
        ladder=LadderPolicy(excess=(0.2, 0.15, 0.15), young_excess=(0.2, 0.1, 0.1), growth=2.0),
        climb=ClimbPolicy(excess=0.25),
        silence=SilencePolicy(false_alarms_a_year=0.1),
    ),
    "balanced": DEFAULT,
    "more": SeriesPolicy(
        rarity=1.0,
        ladder=LadderPolicy(excess=(0.0, 0.0, 0.0), young_excess=(0.0, 0.0, 0.0), memory_days=14, growth=1.4),
        climb=ClimbPolicy(excess=0.05, memory_days=14),
        silence=SilencePolicy(false_alarms_a_year=10.0),
    ),
}

#: Mentions in five minutes of the simulated streams: a small brand, a known one, a loud one.
RATES = (0.4, 5.0, 80.0)

CELLS_A_DAY = DAY_MS // CELL_MS


class Expected(NamedTuple):
    """Alarms a week of one stream where nothing happens.

    Attributes:
        first_week: while everything is new.
        settled: after four weeks.
    """

    first_week: float
    settled: float


def expect_alarms(
    policy: SeriesPolicy = DEFAULT, rates: tuple[float, ...] = RATES, seeds: int = 2, settled_weeks: int = 3
) -> Expected:
    """Alarms a week with this policy, the mean of quiet streams; takes some seconds.

    Args:
        rates: mentions in five minutes; seeds: streams of each rate; settled_weeks: what is counted after four weeks.
    """
    plan = SeriesPlan.on(Grid(), policy)
    first = settled = 0
    for rate in rates:
        for seed in range(seeds):
            series = Series()
            for cell, count in enumerate(quiet_counts(rate, 28 + 7 * settled_weeks, seed)):
                for finding in series.step(cell, count, plan):
                    if finding.kind == "silence" and finding.state == "raised":
                        continue  # a watch messages nobody
                    first += cell < 7 * CELLS_A_DAY
                    settled += cell >= 28 * CELLS_A_DAY
    streams = len(rates) * seeds
    return Expected(first / streams, settled / streams / settled_weeks)


def quiet_counts(mean: float, days: int, seed: int = 0) -> Iterator[int]:
    """A stream where nothing happens, as counts of five minutes: nights, weekends, moods, and the noise of a crowd.

    Moods last for hours (±15 %), and each cell's rate is spread as well (gamma, ±30 %): variance μ + .1 μ².
    """
    choose = Random(f"quiet {mean} {seed}")
    mood, keep = 0.0, exp(-1 / 36)
    for cell in range(days * CELLS_A_DAY):
        mood = keep * mood + sqrt(1 - keep * keep) * choose.gauss(0.0, 0.15)
        hour = cell % CELLS_A_DAY / CELLS_A_DAY
        weekend = 0.75 if cell // CELLS_A_DAY % 7 >= 5 else 1.0
        rate = mean * weekend * (1 - 0.7 * cos(2 * pi * hour)) * exp(mood)
        yield _poisson(rate * choose.gammavariate(11.0, 1 / 11.0), choose)


def _poisson(mean: float, choose: Random) -> int:
    if mean > 50.0:
        return max(0, round(choose.gauss(mean, sqrt(mean))))
    least, product, count = exp(-mean), choose.random(), 0
    while product > least:
        product *= choose.random()
        count += 1
    return count
