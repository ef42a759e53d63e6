"""Is it going viral? How many new reshares each reshare makes, and how many there will be.

The idea is SEISMIC (Zhao, Q. et al. (2015). SEISMIC: A self-exciting point process model for predicting tweet
popularity. KDD): every reshare shows the mention to the followers of whoever reshared it, who react after a delay with
a heavy tail. The infectiousness is what was reshared lately, divided by how many people were due to see it lately; by
the followers of a usual resharer it makes the *branching number*: the reshares that one reshare makes, sooner or later.
Above 1 the mention feeds itself (supercritical): that is an escalation before any count is high.

Ours differs where a desk needs it to: followers may be unknown; few reshares are not believed but shrunk, the recent
ones towards the whole cascade and that towards a prior; an interval comes with every figure; attention fades; and the
forecast is for a horizon, so that it is finite for a supercritical mention too.

Reshares are summed in cells that are wide where they are old: any order gives the same cells, at most about a hundred.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import exp, inf, log, sqrt
from operator import mul
from typing import Final, NamedTuple

import msgspec

from tocsin.detection.reactions import due, future_cells, outstanding
from tocsin.instants import DAY_MS, HOUR_MS, SECOND_MS

#: Width of the finest cell; a cell is merged into one of twice its width when it is `_AGED` of those widths old.
CELL_MS: Final = 30 * SECOND_MS
_AGED: Final = 4
_LEVEL_BITS: Final = 5
#: Above so many cells the old ones are merged: twice what can stay, so that merging costs little a reshare.
_MANY_CELLS: Final = 192
#: Sums stay within the integers that a row can hold.
_LARGEST: Final = 1 << 62
_LARGEST_FOLLOWERS: Final = 10_000_000
#: The quantile of a normal that leaves 10 % above: intervals hold 80 %.
_Z80: Final = 1.2815515655


@dataclass(frozen=True, slots=True)
class ViralityPolicy:
    """When and how the spread is judged: one setting for every mention."""

    least_reshares: int = 10  # fewer say nothing: the interval would reach from "over" to "everywhere"
    growth: float = 1.25  # judged again when a quarter more came: forty times on the way to fifty thousand
    least_supercritical: int = 20  # a circle of friends is no cascade
    sure: float = 1.64  # standard deviations above 1: of cascades of .6, 2 % are ever taken for it; of those of 2, 97 %
    shortest_window_s: float = 300.0  # SEISMIC's own: the kernel's flat part …
    longest_window_s: float = 7_200.0  # … to two hours; between them half of the age
    fewest_in_window: int = 5
    usual_followers: float = 250.0  # of a resharer nothing is known of
    usual_author_followers: float = 5_000.0  # of an author who is reshared and nothing is known of
    usual_weight: float = 5.0  # so many resharers' worth
    prior_branching: float = 0.6  # most mentions die out
    prior_reshares: float = 2.0  # the prior weighs as much as two reshares …
    whole_reshares: float = 10.0  # … and the whole cascade as much as ten of the recent ones
    attention_half_life_hours: float = 24.0  # news of today is half as infectious tomorrow
    attention_spread: float = 4.0  # for all we know it is a quarter of that, or lasts four times as long
    horizon_days: float = 7.0
    furthest: float = 100.0  # the world is finite: at most a hundred times what was seen, approached smoothly


DEFAULT: Final = ViralityPolicy()


class Spread(NamedTuple):
    """How a mention spreads at one instant.

    Attributes:
        branching: new reshares that one reshare makes, sooner or later; low, high: its 80 % interval.
        infectiousness: reshares a follower who was due to see it.
        followers: of a usual resharer.
        expected: reshares still to come from what was reshared until now, not counting those that they make.
        certainty: how many reshares' worth of evidence the estimate rests on.
        reshares: so far; reach: followers of everybody who posted or reshared it.
    """

    branching: float
    low: float
    high: float
    infectiousness: float
    followers: float
    expected: float
    certainty: float
    reshares: int
    reach: int
    is_supercritical: bool

    @property
    def final(self) -> float:
        """SEISMIC's forecast of all reshares there will ever be; infinite when it feeds itself."""
        return self.reshares + self.expected / (1.0 - self.branching) if self.branching < 1.0 else inf

    @property
    def reasons(self) -> tuple[str, ...]:
        """The same in words."""
        likely = f"80 %: {self.low:.2f}–{self.high:.2f}"
        said = [f"{self.reshares:,} reshares so far; each makes {self.branching:.2f} more ({likely})"]
        if self.is_supercritical:
            said.append("it spreads by itself: every reshare makes more than one")
        return tuple(said)


class Projection(NamedTuple):
    """Reshares and reach that will have been counted when the horizon has passed, with 80 % intervals."""

    reshares: int
    reshares_low: int
    reshares_high: int
    reach: int
    reach_low: int
    reach_high: int
    horizon_days: float

    @property
    def reasons(self) -> tuple[str, ...]:
        return (
            f"about {self.reshares:,} reshares within {self.horizon_days:g} days "
            f"(80 %: {self.reshares_low:,}–{self.reshares_high:,}), seen by up to {self.reach:,}",
        )


class Cascade(msgspec.Struct, array_like=True, omit_defaults=True):
    """The reshares of one mention or story. Commutative: any order of `reshare` and `merge` gives the same answers.

    Feed one cascade either by its reshares or by counts of them, not by both.

    >>> cascade = Cascade(started_ms=0, followers=50_000)
    >>> for second in range(60, 1260, 20):
    ...     cascade.reshare(second * 1000, followers=100)
    >>> spread = cascade.judge(1_260_000)
    >>> spread.reshares, spread.is_supercritical
    (60, False)

    Attributes:
        started_ms: when it was posted, or the first reshare known.
        followers: of its author; 0 when unknown.
        cells: cell → [reshares, those of known followers, sum of these].
        squares: sum of squared followers; judged: reshares when it was judged last.
        counted_ms, counted: the newest engagement count, which waits for the next one; settled_ms: the one before.
    """

    started_ms: int
    followers: int = 0
    newest_ms: int = 0
    count: int = 0
    cells: dict[int, list[int]] = msgspec.field(default_factory=dict)
    squares: int = 0
    judged: int = 0
    counted_ms: int = 0
    counted: int = 0
    settled_ms: int = 0

    def reshare(self, at_ms: int, followers: int | None = None, count: int = 1) -> None:
        """Add a reshare (or `count` alike); constant time. Followers of None (or 0) are unknown."""
        if at_ms > self.newest_ms:
            self.newest_ms = at_ms
        if at_ms < self.started_ms:
            self.started_ms = at_ms
        self.count += count
        key = at_ms // CELL_MS << _LEVEL_BITS
        cell = self.cells.get(key)
        if cell is None:
            cell = self.cells[key] = [0, 0, 0]
            if len(self.cells) > _MANY_CELLS:
                self.settle()
                cell = self.cells.setdefault(key, cell)
        cell[0] += count
        if followers:
            cell[1] += count
            cell[2] += followers * count
            self.squares = min(self.squares + min(followers, _LARGEST_FOLLOWERS) ** 2 * count, _LARGEST)

    def observe(self, total: int, at_ms: int) -> None:
        """Take the count of reshares that a service showed at the end of a tick. Ticks come in their order.

        What came since the last count is spread evenly over the time between. Counts of one tick commute: the greatest
        holds. One that is older than the newest, or lower, says nothing.
        """
        if at_ms > self.counted_ms:
            self._settle_count()
            self.counted_ms = at_ms
        if at_ms == self.counted_ms and total > self.counted:
            self.counted = total

    def merge(self, other: Cascade) -> None:
        """Add the reshares of a part. (Counts of a service are not parts of a sum: merge those fed by reshares.)"""
        self.started_ms = min(self.started_ms, other.started_ms)
        self.followers = max(self.followers, other.followers)
        self.newest_ms = max(self.newest_ms, other.newest_ms)
        self.count += other.count
        self.squares = min(self.squares + other.squares, _LARGEST)
        self.judged = max(self.judged, other.judged)
        for key, cell in other.cells.items():
            _add_cell(self.cells, key, cell)
        self.settle()

    def settle(self) -> None:
        """Merge what has grown old: which cells there are is decided by the newest reshare, not by when we look."""
        settled: dict[int, list[int]] = {}
        for key, cell in self.cells.items():
            _add_cell(settled, _aged(key, self.newest_ms), cell)
        self.cells = settled

    def is_due(self, policy: ViralityPolicy = DEFAULT) -> bool:
        """Is there enough, and enough that is new, to be worth judging? Asked at ticks."""
        total = max(self.count, self.counted)
        return total >= policy.least_reshares and total >= policy.growth * self.judged

    def judge(self, now_ms: int, policy: ViralityPolicy = DEFAULT) -> Spread:
        """How it spreads at `now_ms`, the end of a tick that holds every reshare so far; about 30 µs.

        Remembers that it was asked (`is_due`).
        """
        self._settle_count(keep=True)
        self.settle()
        self.judged = self.count
        known, followers = sum(cell[1] for cell in self.cells.values()), sum(cell[2] for cell in self.cells.values())
        usual = (policy.usual_weight * policy.usual_followers + followers) / (policy.usual_weight + known)
        shown = list(self._shown(now_ms, usual, policy))
        window = self._find_window(shown, policy)
        weight = square = recent = shown_to = waiting = 0.0
        for age, count, people in shown:
            if age < window:
                near = 1.0 - age / window
                weight += near * count
                square += near * near * count
            recent += people * due(age, window)
            shown_to += people
            waiting += people * outstanding(age)
        # Expected is what a branching number of 1 would have made: of the whole cascade, and in the window.
        whole_prior = policy.prior_reshares
        whole = (self.count + whole_prior) / ((shown_to - waiting) / usual + whole_prior / policy.prior_branching)
        pull = min(policy.whole_reshares, self.count + whole_prior)
        branching = (weight + pull) / (recent / usual + pull / whole)
        evidence = weight * weight / square if square else 0.0
        shape = min(evidence + pull, self.count + whole_prior)  # the window is a part of the whole
        is_sure = self.count >= policy.least_supercritical and branching * _gamma_quantile(shape, -policy.sure) >= 1.0
        return Spread(
            branching=branching,
            low=branching * _gamma_quantile(shape, -_Z80),
            high=branching * _gamma_quantile(shape, _Z80),
            infectiousness=branching / usual,
            followers=usual,
            expected=branching * waiting / usual,
            certainty=shape,
            reshares=self.count,
            reach=self.followers + followers + round(usual * (self.count - known)),
            is_supercritical=is_sure,
        )

    def project(self, now_ms: int, spread: Spread, policy: ViralityPolicy = DEFAULT) -> Projection:
        """The forecast for a judgement that was made at the same instant; about 130 µs, so ask when telling.

        Solves the renewal equation of the expected reshares on cells that widen with the distance from now.
        """
        edges, shares = future_cells(policy.horizon_days * DAY_MS / SECOND_MS)
        answered = [0.0] * len(edges)
        for age, _, people in self._shown(now_ms, spread.followers, policy):
            before = outstanding(age)
            for place, edge in enumerate(edges):
                answered[place] += people * (before - outstanding(age + edge))
        first = [spread.infectiousness * (until - before) for before, until in pairwise(answered)]
        half_life = policy.attention_half_life_hours * HOUR_MS / SECOND_MS
        futures = []
        for times in (1.0 / policy.attention_spread, 1.0, policy.attention_spread):
            attention = [0.5 ** ((start + end) / 2 / (times * half_life)) for start, end in pairwise(edges)]
            coming: list[float] = []
            for fresh, direct, row in zip(attention, first, shares, strict=True):
                branching = fresh * spread.branching
                made = fresh * direct + branching * sum(map(mul, coming, row))
                coming.append(made / max(0.1, 1.0 - branching * row[-1]))
            futures.append((sum(coming), sum(map(mul, attention, first))))
        (low, _), (future, direct), (high, _) = futures
        narrow, wide = self._widen(future, direct, spread)
        most = policy.furthest * max(1, self.count)
        low, future, high = (more / (1.0 + more / most) for more in (low * narrow, future, high * wide))
        spread_reach, each = spread.reach, spread.followers
        return Projection(
            reshares=self.count + round(future),
            reshares_low=self.count + round(low),
            reshares_high=self.count + round(high),
            reach=spread_reach + round(each * future),
            reach_low=spread_reach + round(each * low),
            reach_high=spread_reach + round(each * high),
            horizon_days=policy.horizon_days,
        )

    def _widen(self, future: float, direct: float, spread: Spread) -> tuple[float, float]:
        """Factors of an 80 % interval: chance in how the cascade branches, and what we do not know of its branching.

        A branching process that multiplies by m on average has the variance direct·(m² + σ²·m³), σ² that of the
        children of one reshare (Harris 1963); the spread of followers is most of it. Taken as a lognormal.
        """
        if future <= 0.0 or direct <= 0.0:
            return 1.0, 1.0
        known = sum(cell[1] for cell in self.cells.values())
        variation = max(0.0, self.squares / known / spread.followers**2 - 1.0) if known else 1.0
        times = future / direct
        children = spread.branching + spread.branching**2 * variation
        chance = direct * (times**2 + children * times**3) / future**2
        doubt = times**2 / spread.certainty
        deviation = sqrt(log(1.0 + chance + doubt))
        return exp(-_Z80 * deviation), exp(_Z80 * deviation)

    def _shown(self, now_ms: int, usual: float, policy: ViralityPolicy) -> Iterator[tuple[float, int, float]]:
        """(age in seconds, reshares, people that it was shown to): the mention itself and every cell."""
        yield max(0, now_ms - self.started_ms) / SECOND_MS, 0, self.followers or policy.usual_author_followers
        for key, (count, known, followers) in sorted(self.cells.items()):
            width = CELL_MS << (key & (1 << _LEVEL_BITS) - 1)
            start = (key >> _LEVEL_BITS) * width
            middle = (start + min(start + width, max(now_ms, start))) / 2
            yield max(0.0, (now_ms - middle) / SECOND_MS), count, followers + (count - known) * usual

    @staticmethod
    def _find_window(shown: list[tuple[float, int, float]], policy: ViralityPolicy) -> float:
        """Half of the age, within the policy's bounds, and longer where too little was reshared in it."""
        age = shown[0][0]
        window = min(max(age / 2, policy.shortest_window_s), policy.longest_window_s)
        while window < age and sum(each[1] for each in shown if each[0] < window) < policy.fewest_in_window:
            window *= 2
        return window

    def _settle_count(self, keep: bool = False) -> None:
        """Spread what the newest count added over the time since the one before, in at most 16 equal parts."""
        added = self.counted - self.count
        if added > 0:
            since = self.settled_ms or self.started_ms
            parts = max(1, min(16, (self.counted_ms - since) // CELL_MS, added))
            for part in range(parts):
                at_ms = since + (self.counted_ms - since) * (2 * part + 1) // (2 * parts)
                self.reshare(at_ms, None, added * (part + 1) // parts - added * part // parts)
        if not keep or added > 0:
            self.settled_ms = self.counted_ms


def _add_cell(cells: dict[int, list[int]], key: int, cell: list[int]) -> None:
    old = cells.get(key)
    if old is None:
        cells[key] = cell[:]
    else:
        old[0] += cell[0]
        old[1] += cell[1]
        old[2] += cell[2]


def _aged(key: int, newest_ms: int) -> int:
    """The widest cell that holds this one and is old enough for its width."""
    level, index = key & (1 << _LEVEL_BITS) - 1, key >> _LEVEL_BITS
    while level < (1 << _LEVEL_BITS) - 1:
        width = CELL_MS << (level + 1)
        if ((index >> 1) + 1 + _AGED) * width > newest_ms:
            break
        level, index = level + 1, index >> 1
    return index << _LEVEL_BITS | level


def _gamma_quantile(shape: float, z: float) -> float:
    """A quantile of a gamma variable of mean 1 (Wilson & Hilferty 1931); `z` is the normal's."""
    step = 1.0 / (9.0 * shape)
    return max(0.0, 1.0 - step + z * sqrt(step)) ** 3
