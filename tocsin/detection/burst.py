"""Is this many people usual? The tail of a negative binomial, and the life of an episode.

Two kinds are judged at every tick: `burst` on everybody who speaks, `negative_burst` on those who complain. Volume is
earlier, negativity more precise. Distinct authors are counted, not mentions: one quarrel of ten people makes thirty
mentions an hour, and is no crisis.

Complaints are judged twice: are they many, and are they more of all that is said than usual? Both tails together, by
Fisher's method, are one surprise (Fisher 1925), so that a crowd which is as content as ever is no burst of complaints
however loud it is, and a crowd that turns is one before it is loud.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from math import lgamma, log, log1p, log10
from typing import NamedTuple

import msgspec

from schemas.signal import SignalKind, SignalState
from tocsin.detection.baseline import SPANS_MINUTES, BaselinePolicy, Memory
from tocsin.instants import DAY_MS, HOUR_MS, MINUTE_MS
from tocsin.shares import independent

#: What is judged, in the order of the totals of `Spans`.
KINDS: tuple[SignalKind, ...] = ("burst", "negative_burst")

#: So few people surprise nobody, however quiet it usually is.
FEWEST_AUTHORS = 5


@dataclass(frozen=True, slots=True)
class BurstPolicy:
    """When activity is a burst: one setting for every stream."""

    surprise: float = 5.0  # one window in 100,000 by chance: with windows of an hour, once in eleven years
    surprise_ends: float = 2.0  # an episode is over only when one window in a hundred is as high
    ratio: float = 2.0  # a person told of "half as much again" stops listening
    growth: float = 1.65  # told again when it grew by two thirds (measured: 24 → 78 points on the NAB tweets)
    cool_down_hours: float = 24.0  # after an alert, the next must be higher by `growth`
    calm_minutes: float = 30.0  # back in the band for so long: ended
    again_minutes: float = 10.0  # growth is told at most so often
    record_surprise: float = 2.8  # enough when the brand as a whole also sets a record: two tests that err apart
    #: Count and share together: an hour of a topic looks so once in four hundred days by chance. Shorter spans come
    #: more often and longer ones seldom, so that theirs is higher and lower by their number: each may err as often.
    negative_surprise: float = 4.0
    negative_share: float = 0.6  # of those who speak of a topic most complain: what a campaign stirs up is mixed …
    share_surprise: float = 2.0  # … of the whole brand it is enough that more do than in 99 of 100 such crowds
    record_days: float = 4.0  # a record of fewer days is broken by chance every other day
    distinct_authors: int = 10  # fewer people than this are no crowd, however rare
    distinct_negative_authors: int = 10  # four of five complaints are heard as such: ten are a dozen
    young_distinct_authors: int = 25  # without two days of history a crowd has to be a crowd
    blind_hours: float = 2.0  # so young, only a crowd that is mostly negative counts
    blind_negative_share: float = 0.6
    baseline: BaselinePolicy = field(default_factory=BaselinePolicy)


DEFAULT = BurstPolicy()


#: Of a tail probability, relative: thousands of times finer than any threshold on its logarithm.
_PRECISE = 1e-9
_TINY = 1e-300


@lru_cache(maxsize=1 << 14)  # between two lessons of the baseline the same counts come again and again
def find_surprise(count: int, mean: float, dispersion: float) -> float:
    """−log10 P(X ≥ count) for a negative binomial with this mean and variance μ + μ²·dispersion.

    Exact, by the continued fraction of the incomplete beta function (Lentz; Numerical Recipes 6.4):
    P(X ≥ k) = I_q(k, r), q = μ / (μ + r), r = 1/dispersion. At or below the mean nothing surprises: 0.

    >>> round(find_surprise(10, 2.0, 0.25), 2)
    2.78
    """
    if count <= mean or count <= 0:
        return 0.0
    mean = max(mean, 1e-6)
    r = 1.0 / max(dispersion, 1e-6)
    q = mean / (mean + r)
    k = float(count)
    front = lgamma(k + r) - lgamma(k + 1.0) - lgamma(r) + k * log(q) + r * log1p(-q)
    return -(front + log(_beta_fraction(k, r, q))) / log(10.0)


def _beta_fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of I_x(a, b), for x below (a + 1)/(a + b + 2), by the modified Lentz method."""
    c, d = 1.0, 1.0 / (1.0 - (a + b) * x / (a + 1.0) or _TINY)
    result = d
    for m in range(1, 10_000):
        twice = a + 2 * m
        up = m * (b - m) * x / ((twice - 1.0) * twice)
        down = -(a + m) * (a + b + m) * x / (twice * (twice + 1.0))
        d = 1.0 / (1.0 + up * d or _TINY)
        c = 1.0 + up / c or _TINY
        result *= c * d
        d = 1.0 / (1.0 + down * d or _TINY)
        c = 1.0 + down / c or _TINY
        step = c * d
        result *= step
        if -_PRECISE < step - 1.0 < _PRECISE:
            break
    return result


#: Of complaints, before a topic has told its own: of every ten who speak, three complain.
_USUAL_SHARE = 0.3


@lru_cache(maxsize=1 << 12)
def find_share_surprise(count: int, of: int, share: float) -> float:
    """−log10 P(so many or more of `of` people complain), when usually `share` of them do.

    A binomial tail of so many people as would weigh the same if they did not hear each other (`tocsin.shares`).

    >>> round(find_share_surprise(18, 21, 0.37), 2)
    3.82
    """
    weighs = independent(of)
    a = weighs * count / of if of else 0.0
    if count > of or a <= weighs * share:
        return 0.0
    b, x = weighs - a + 1.0, share
    front = lgamma(a + b) - lgamma(a + 1.0) - lgamma(b) + a * log(x) + b * log1p(-x)
    return max(0.0, -(front + log(_beta_fraction(a, b, x))) / log(10.0))


def combine(count: float, share: float) -> float:
    """Two surprises that err apart as one: Fisher's method for two tails, p = q·(1 − ln q) with q their product.

    >>> round(combine(2.3, 2.0), 2)
    3.26
    """
    both = count + share
    return both - log1p(both * log(10.0)) / log(10.0) if both > 0 else 0.0


class Measured(msgspec.Struct, frozen=True):
    """One span of one kind at one tick: the count, what is usual, and how surprising that is.

    Attributes:
        surprise: of complaints, count and share together.
        record: the greatest count of the remembered past; 0 when there is none.
        share: how many of those who speak at all are counted; share_surprise: how surprising that is.
    """

    place: int
    count: int
    mean: float
    surprise: float
    record: int
    share: float = 1.0
    share_surprise: float = 0.0

    @property
    def ratio(self) -> float:
        return self.count / max(1.0, self.mean)

    @property
    def record_ratio(self) -> float:
        return self.count / self.record if self.record else 0.0


class Episode(msgspec.Struct, array_like=True, omit_defaults=True):
    """A burst while it lasts, and its memory while it cools down.

    Attributes:
        id: shared by its signals.
        place: the span that raised it.
        alerted_ms: the last tick that told of it.
        levels: the counts of all spans that were told last: what growth is measured against.
        high_ms: the last tick that was above the band.
    """

    id: str
    place: int
    alerted_ms: int
    levels: list[int]
    high_ms: int
    is_active: bool = True


class Circumstances(NamedTuple):
    """What is judged, besides the counts.

    Attributes:
        is_whole_brand: the brand as a whole, not one of its topics.
        age_ms: how long the key has been learning.
        negative_share: of the mentions of the shortest span.
    """

    kind: SignalKind
    is_whole_brand: bool
    now_ms: int
    age_ms: int
    negative_share: float


def usual_share(complaining: float, speaking: float) -> float:
    """The share that usually complains, of two means; never above 0.95, which everybody may exceed."""
    return min((complaining + _USUAL_SHARE) / (speaking + 1.0), 0.95)


def weigh_share(measured: list[Measured], speaking: list[int], usual: list[float]) -> list[Measured]:
    """Complaints that were counted, weighed against all who speak: the surprise of both together.

    Args:
        speaking: everybody, complaining or not, of each span; usual: how many that usually are.
    """
    weighed = []
    for each, people, mean in zip(measured, speaking, usual, strict=True):
        people = max(people, each.count)
        share = usual_share(each.mean, mean)
        surprise = find_share_surprise(each.count, people, round(share, 3)) if each.surprise else 0.0
        weighed.append(
            msgspec.structs.replace(
                each,
                surprise=combine(each.surprise, surprise),
                share=each.count / people if people else 0.0,
                share_surprise=surprise,
            )
        )
    return weighed


def measure_spans(
    memory: Memory, counts: list[int], expected: list[tuple[float, float]], now_ms: int, policy: BurstPolicy = DEFAULT
) -> list[Measured]:
    """Every span's count beside what is usual; records are looked up only where the count is rare."""
    measured = []
    for place, (count, (mean, dispersion)) in enumerate(zip(counts, expected, strict=True)):
        surprise = find_surprise(count, mean, dispersion) if count >= FEWEST_AUTHORS else 0.0
        is_rare = surprise >= policy.record_surprise
        record = memory.spans[place].record(SPANS_MINUTES[place], now_ms, policy.baseline) if is_rare else 0
        measured.append(Measured(place, count, mean, surprise, record))
    return measured


def may_be_burst(counts: list[int], expected: list[tuple[float, float]], policy: BurstPolicy = DEFAULT) -> bool:
    """A cheap look that spares most ticks the tail: is any span's ratio high enough?"""
    for count, (mean, _) in zip(counts, expected, strict=True):
        if count >= FEWEST_AUTHORS and count >= policy.ratio * mean:
            return True
    return False


def judge(
    measured: list[Measured], episode: Episode | None, at: Circumstances, policy: BurstPolicy = DEFAULT
) -> tuple[SignalState | None, Measured | None]:
    """What these numbers mean for an episode: raised, grown, ended, or nothing; and the span that says so.

    Changes nothing. Args:
        measured: every span, in the order of `SPANS_MINUTES`.
        episode: the one that lasts or cools down, if any.
    """
    telling = [each for each in measured if _is_burst(each, at, policy)]
    if episode is not None and at.now_ms - episode.alerted_ms < policy.cool_down_hours * HOUR_MS:
        telling = [each for each in telling if each.count >= policy.growth * episode.levels[each.place]]
    best = max(telling, key=lambda each: (each.surprise, -each.place), default=None)
    if episode is None or not episode.is_active:
        return ("raised", best) if best is not None else (None, None)
    if best is not None and at.now_ms - episode.alerted_ms >= policy.again_minutes * MINUTE_MS:
        return "grown", best
    if at.now_ms - episode.high_ms >= policy.calm_minutes * MINUTE_MS:
        return "ended", measured[episode.place]
    return None, None


def is_high(measured: list[Measured], episode: Episode, policy: BurstPolicy = DEFAULT) -> bool:
    """Is an episode still above its band? Its own span and shorter ones say so, the hour at least: the six hours that
    hold a sharp burst stay high long after it is over."""
    last = max(episode.place, SPANS_MINUTES.index(60))
    return any(each.surprise >= policy.surprise_ends for each in measured[: last + 1])


def _is_burst(each: Measured, at: Circumstances, policy: BurstPolicy) -> bool:
    is_warm = at.age_ms >= policy.baseline.warm_up_days * DAY_MS
    least = policy.distinct_authors if at.kind == "burst" else policy.distinct_negative_authors
    if each.count < (least if is_warm else policy.young_distinct_authors) or each.ratio < policy.ratio:
        return False
    if at.kind == "burst":
        has_records = at.is_whole_brand and at.age_ms >= policy.record_days * DAY_MS
        is_record = has_records and each.record_ratio > 1.0
        enough = policy.record_surprise if is_record else policy.surprise
    else:
        is_turned = at.is_whole_brand and each.share_surprise >= policy.share_surprise
        if each.share < policy.negative_share and not is_turned:
            return False
        enough = policy.negative_surprise + log10(60 / SPANS_MINUTES[each.place])
    if each.surprise < enough:
        return False
    blind_ms = max(policy.blind_hours * HOUR_MS, 2 * SPANS_MINUTES[each.place] * MINUTE_MS)
    return at.age_ms >= blind_ms or at.negative_share >= policy.blind_negative_share
