"""One count, cell by cell, watched by all who know counts: the record ladder, the slow climb, the drop to zero.

The count may be anything that is counted in cells: distinct authors in five minutes of a topic, or a column of a file.
A record must also be rare for its hour of the day (conformal p of the count over what is usual), so that the loudest
hour of an ordinary week is no news.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp, log
from typing import Literal, NamedTuple, Self

import msgspec

from tocsin.detection.climb import Climb, ClimbPolicy
from tocsin.detection.conformal import Conformal, ConformalPolicy
from tocsin.detection.ladder import Excess, Ladder, LadderPolicy, Rungs, Told
from tocsin.detection.records import FIVE_MINUTES, Grid, Number
from tocsin.detection.rhythm import Rhythm, RhythmPolicy
from tocsin.detection.silence import Silence, SilencePolicy
from tocsin.instants import DAY_MS, MINUTE_MS

CountKind = Literal["burst", "climb", "silence"]
CountState = Literal["raised", "grown"]


@dataclass(frozen=True, slots=True)
class SeriesPolicy:
    """All that decides about one count: one setting for every stream.

    Attributes:
        rarity: −log10 of the conformal p that a record must reach among the counts of its own hour and past.
    """

    rarity: float = 1.3  # one in twenty; up to 1.85 little changes on the development series
    rarity_offset: float = 2.0  # as in the climb: below a handful chance makes any ratio
    learn_after_minutes: int = 180  # so early, rarity is learned in rough weather: the first week errs to silence
    warming_up_days: float = 7.0  # younger than that, alerts say so
    ladder: LadderPolicy = field(default_factory=LadderPolicy)
    climb: ClimbPolicy = field(default_factory=ClimbPolicy)
    silence: SilencePolicy = field(default_factory=SilencePolicy)
    rhythm: RhythmPolicy = field(default_factory=RhythmPolicy)
    conformal: ConformalPolicy = field(default_factory=ConformalPolicy)


DEFAULT = SeriesPolicy()


class CountFinding(NamedTuple):
    """What one cell says.

    Attributes:
        span_minutes: of `current`, `baseline` and `record`, sums of the count.
        record: the greatest of the remembered weeks; 0 for a silence, whose baseline is what was missed.
        ratio: current / baseline, at least one in the denominator.
        record_ratio: level over the record's level (a climb: its cumulative sum over the record's); 1 for a silence.
        surprise: −log10 of the conformal p of this span at this hour; of a silence, of its probability.
        is_warming_up: younger than a week; began: the first cell of a climb or a silence, else the cell itself.
    """

    kind: CountKind
    state: CountState
    cell: int
    span_minutes: int
    current: Number
    baseline: float
    record: Number
    ratio: float
    record_ratio: float
    surprise: float
    is_warming_up: bool
    began: int


class SeriesPlan(NamedTuple):
    """A policy on a grid: worked out once, used for every count.

    Attributes:
        keep: how many past periods stay in mind, those of the longest span.
        learn_after: cells after which rarity is learned.
    """

    grid: Grid
    policy: SeriesPolicy
    rungs: Rungs
    keep: int
    learn_after: int

    @classmethod
    def on(cls, grid: Grid = FIVE_MINUTES, policy: SeriesPolicy = DEFAULT) -> Self:
        rungs = Rungs.on(grid, policy.ladder)
        keep = rungs.longest * grid.cell_ms // grid.period_ms + 1
        return cls(grid, policy, rungs, keep, grid.cells(policy.learn_after_minutes))


DEFAULT_PLAN = SeriesPlan.on()


class Series(msgspec.Struct, array_like=True, omit_defaults=True):
    """The state of one count, around a kilobyte; written and read again it goes on as if nothing had happened.

    Attributes:
        first, cell: the first and the last cell that was seen; −1 before.
        expected: of each rung, what was usual for its span.
    """

    first: int = -1
    cell: int = -1
    expected: list[float] = msgspec.field(default_factory=list)
    rhythm: Rhythm = msgspec.field(default_factory=Rhythm)
    ladder: Ladder = msgspec.field(default_factory=Ladder)
    pasts: list[Conformal] = msgspec.field(default_factory=list)
    climb: Climb = msgspec.field(default_factory=Climb)
    silence: Silence = msgspec.field(default_factory=Silence)
    told: Told = msgspec.field(default_factory=Told)

    def step(self, cell: int, count: Number, plan: SeriesPlan = DEFAULT_PLAN) -> list[CountFinding]:
        """Count one cell; cells between the last one and this one count as unknown. O(1).

        A key whose silence is known to be silence (a live topic) is stepped through its empty cells with 0.

        Raises:
            ValueError: the cell is not after the last one.
        """
        grid, policy = plan.grid, plan.policy
        if cell <= self.cell:
            raise ValueError(f"cell {cell} is not after cell {self.cell}: count each cell once, in order")
        if self.first < 0:
            self.first = cell
            self.expected = [0.0] * len(plan.rungs.every)
            self.pasts = [Conformal() for _ in plan.rungs.every]
        elif cell > self.cell + 1:
            self.ladder.pass_over(self.cell + 1, cell - 1, plan.rungs)
        self._expect(cell, plan)
        self.cell = cell
        age_days = (cell - self.first) * grid.cell_ms / DAY_MS
        mean, is_blind = self.rhythm.mean, self.rhythm.is_blind
        beaten = self.ladder.step(cell, count, age_days, plan.rungs)
        climbed = None if is_blind else self.climb.step(cell, count, mean, grid, policy.climb)
        silenced = self.silence.step(cell, count, mean, age_days, grid, policy.silence)
        findings = []
        if beaten or climbed is not None:
            finding = self._judge(cell, beaten, climbed, age_days, plan)
            if finding is not None:
                findings.append(finding)
        if silenced is not None:
            findings.append(self._silent(cell, silenced, plan))
        if cell - self.first >= plan.learn_after and not is_blind:
            for place, past in enumerate(self.pasts):
                past.learn(self._ratio(place, plan), policy.conformal)
        self.rhythm.count(count)
        return findings

    def surprise(self, place: int, plan: SeriesPlan = DEFAULT_PLAN) -> float:
        """−log10 of the conformal p of a rung's present sum, against its past."""
        return self.pasts[place].surprise(self._ratio(place, plan), plan.policy.conformal)

    def _expect(self, cell: int, plan: SeriesPlan) -> None:
        grid, every = plan.grid, plan.rungs.every
        is_next = cell == self.cell + 1
        if self.rhythm.enter(cell, plan.keep, grid, plan.policy.rhythm) or not is_next:
            self.expected = [self.rhythm.expect(cell, rung.cells, grid) for rung in every]
            return
        mean = self.rhythm.mean
        for place, rung in enumerate(every):
            self.expected[place] += mean - self.rhythm.mean_at(cell - rung.cells, grid)

    def _ratio(self, place: int, plan: SeriesPlan) -> float:
        offset = plan.policy.rarity_offset * plan.rungs.every[place].scale
        return log((self.ladder.sums[place] + offset) / (max(0.0, self.expected[place]) + offset))

    def _judge(
        self, cell: int, beaten: list[Excess], climbed: float | None, age_days: float, plan: SeriesPlan
    ) -> CountFinding | None:
        policy = plan.policy
        if age_days < policy.ladder.warm_up_days or cell - self.first < policy.ladder.least_cells:
            return None
        is_due = self.told.is_due(cell, plan.rungs)
        if is_due:
            beaten = [each for each in beaten if self.surprise(each.place, plan) >= policy.rarity]
        if age_days < policy.climb.warm_up_days or not is_due:
            climbed = None
        if not beaten and climbed is None:
            return None
        levels = [plan.rungs.level(place, total) for place, total in enumerate(self.ladder.sums)]
        best = max(beaten, key=lambda each: each.log_ratio, default=None)
        if not is_due:
            best = self.told.find_grown(cell, beaten, levels, plan.rungs)
            if best is None:
                return None
        self.told.tell(cell, levels, is_new=is_due)
        is_young = age_days < policy.warming_up_days
        if best is not None:
            return self._record(cell, "raised" if is_due else "grown", best, is_young, plan)
        return None if climbed is None else self._climbing(cell, climbed, is_young, plan)

    def _record(self, cell: int, state: CountState, best: Excess, is_young: bool, plan: SeriesPlan) -> CountFinding:
        baseline = self.expected[best.place]
        return CountFinding(
            kind="burst",
            state=state,
            cell=cell,
            span_minutes=plan.rungs.every[best.place].minutes,
            current=best.current,
            baseline=baseline,
            record=best.record,
            ratio=best.current / max(1.0, baseline),
            record_ratio=exp(best.log_ratio),
            surprise=self.surprise(best.place, plan),
            is_warming_up=is_young,
            began=cell,
        )

    def _climbing(self, cell: int, climbed: float, is_young: bool, plan: SeriesPlan) -> CountFinding:
        place = min(1, len(plan.rungs.every) - 1)  # three hours: what a climb is told in
        current, baseline = self.ladder.sums[place], self.expected[place]
        return CountFinding(
            kind="climb",
            state="raised",
            cell=cell,
            span_minutes=plan.rungs.every[place].minutes,
            current=current,
            baseline=baseline,
            record=max(0, self.ladder.records[place].best),
            ratio=current / max(1.0, baseline),
            record_ratio=exp(climbed),
            surprise=self.surprise(place, plan),
            is_warming_up=is_young,
            began=self.climb.began,
        )

    def _silent(self, cell: int, state: CountState, plan: SeriesPlan) -> CountFinding:
        unheard, began = self.silence.unheard, self.silence.began
        return CountFinding(
            kind="silence",
            state=state,
            cell=cell,
            span_minutes=(cell - began + 1) * plan.grid.cell_ms // MINUTE_MS,
            current=0,
            baseline=unheard,
            record=0,
            ratio=0.0,
            record_ratio=1.0,
            surprise=plan.policy.silence.surprise_of(unheard),
            is_warming_up=False,
            began=began,
        )
