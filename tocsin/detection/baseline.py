"""What is usual for one measure of one topic: a level, its rhythm over the day, its spread, its records.

Windows are learned at fixed instants of event time, whether anything was said or not, so that a quiet night is learned
as well as a loud one. Updates are winsorised: a burst must not become what is usual (Rousseeuw & Leroy 1987; measured
on the NAB tweets, clipping at three to four sigmas is worth several points).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import msgspec

from tocsin.instants import DAY_MS, HOUR_MS, MINUTE_MS

#: The spans that are judged, all at once: a faux pas is sharp, a storm is a ramp.
SPANS_MINUTES = (15, 60, 360)

#: How often each span is learned: never more often than a quarter of it, at instants that divide the hour.
LEARN_EVERY_MS = {15: 5 * MINUTE_MS, 60: 15 * MINUTE_MS, 360: 90 * MINUTE_MS}

#: Authors return, so that distinct ones grow slower than time: as its power (.8 to .9 on the airline tweets).
_RETURNING = 0.85

#: The span that teaches the rhythm of the day.
_RHYTHM_SPAN = 60


@dataclass(frozen=True, slots=True)
class BaselinePolicy:
    """How quickly the usual is learned and forgotten."""

    half_life_days: float = 3.0  # a working week fades in about a fortnight; a burst of an hour weighs 1 %
    warm_up_days: float = 2.0  # two days show every hour of the day twice
    clip_sigmas: float = 3.5  # between 3 and 4 nothing changes on the development series
    young_clip_sigmas: float = 8.0  # before that the level is a guess: let it be corrected quickly
    unclipped_hours: float = 2.0  # the first windows are all there is to learn from
    prior_level_per_hour: float = 3.0  # pooled over small brands: a few different authors an hour
    prior_hours: float = 1.0  # the prior counts as much as one hour of own history
    spread_sigmas: float = 2.5  # what is further out tells of bursts, not of how wide ordinary days spread …
    spread_lost: float = 1.1  # … and a tenth of the variance of a skewed count lies out there
    prior_dispersion: float = 0.25  # counts of crowds spread wider than chance: variance μ + μ²/4
    rhythm_prior_days: float = 1.5  # how many days of an hour weigh as much as "every hour is alike"
    rhythm_days: float = 7.0  # the rhythm forgets slower weeks
    record_half_days: int = 28  # records are of the last 14 days


class Baseline(msgspec.Struct, array_like=True, omit_defaults=True):
    """The usual count of one span: the level times the rhythm of the hour, with a spread around it.

    All sums fade with the policy's half-life. Ratios of sums instead of means of ratios: quiet hours weigh little.

    Attributes:
        taken: faded sum of (clipped) counts.
        factors: faded sum of the rhythm's factors at the same instants; level = taken / factors.
        excess: faded sum of squared residuals above what chance alone makes; squares: faded sum of squared means.
        records: [half-day, greatest count], oldest first.
    """

    taken: float = 0.0
    factors: float = 0.0
    excess: float = 0.0
    squares: float = 0.0
    records: list[list[int]] = msgspec.field(default_factory=list)

    def level(self, span: int, prior: float, policy: BaselinePolicy) -> float:
        weight = policy.prior_hours * HOUR_MS / LEARN_EVERY_MS[span]
        return (self.taken + weight * prior) / (self.factors + weight)

    def dispersion(self, mean: float, policy: BaselinePolicy) -> float:
        """1/r of a negative binomial: variance = μ + μ²·dispersion."""
        weight = 8.0 * (mean * mean + 1.0)
        return max(0.02, (self.excess + weight * policy.prior_dispersion) / (self.squares + weight))

    def learn(self, span: int, clipped: float, mean: float, factor: float, policy: BaselinePolicy) -> None:
        """Learn one window that was expected to be `mean`, of which `factor` is the hour's."""
        fade = 0.5 ** (LEARN_EVERY_MS[span] / (policy.half_life_days * DAY_MS))
        self.taken = self.taken * fade + clipped
        self.factors = self.factors * fade + factor
        furthest = policy.spread_sigmas**2 * (mean + mean * mean * self.dispersion(mean, policy))
        squared = min((clipped - mean) * (clipped - mean), furthest) * policy.spread_lost
        self.excess = max(0.0, self.excess * fade + squared - mean)
        self.squares = self.squares * fade + mean * mean

    def note(self, count: int, at_ms: int, policy: BaselinePolicy) -> None:
        """Remember a count, unclipped, for the records."""
        half_day = at_ms // (DAY_MS // 2)
        if count and self.records and self.records[-1][0] == half_day:
            self.records[-1][1] = max(self.records[-1][1], count)
        elif count:
            self.records.append([half_day, count])
            del self.records[: -policy.record_half_days]

    def record(self, span: int, at_ms: int, policy: BaselinePolicy) -> int:
        """The greatest count of the last 14 days, leaving out the present half-day and what overlaps its windows."""
        half_day = at_ms // (DAY_MS // 2)
        newest = (at_ms - span * MINUTE_MS) // (DAY_MS // 2) - 1 if at_ms % (DAY_MS // 2) else half_day - 1
        oldest = half_day - policy.record_half_days
        return max((count for day, count in self.records if oldest <= day <= newest), default=0)


class Memory(msgspec.Struct, array_like=True, omit_defaults=True, dict=True):
    """The usual of one measure at every span, and its rhythm over the day.

    Attributes:
        spans: one baseline a span, in the order of `SPANS_MINUTES`.
        hours: for each hour of the day (UTC) the usual count of that hour.
        visits: how many days each hour was learned, at most `rhythm_days`.
    """

    spans: list[Baseline] = msgspec.field(default_factory=lambda: [Baseline() for _ in SPANS_MINUTES])
    hours: list[float] = msgspec.field(default_factory=lambda: [0.0] * 24)
    visits: list[int] = msgspec.field(default_factory=lambda: [0] * 24)

    def learn(self, place: int, count: int, at_ms: int, age_ms: int, policy: BaselinePolicy) -> None:
        """Learn the count of the span at `place` of `SPANS_MINUTES` whose window ends at `at_ms`."""
        span, baseline = SPANS_MINUTES[place], self.spans[place]
        mean, dispersion = self.expect(at_ms, policy)[place]
        clipped = float(count)
        if age_ms >= policy.unclipped_hours * HOUR_MS:
            is_young = age_ms < policy.warm_up_days * DAY_MS
            sigmas = policy.young_clip_sigmas if is_young else policy.clip_sigmas
            clipped = min(clipped, mean + sigmas * sqrt(mean + mean * mean * dispersion) + 1.0)
        baseline.learn(span, clipped, mean, self.factor(span, at_ms - 1, policy), policy)
        baseline.note(count, at_ms, policy)
        if span == _RHYTHM_SPAN and at_ms % HOUR_MS == 0:
            hour = (at_ms // HOUR_MS - 1) % 24
            days = min(self.visits[hour] + 1, int(policy.rhythm_days))
            self.visits[hour] = days
            self.hours[hour] += (clipped - self.hours[hour]) / days
        self.__dict__.pop("expected", None)

    def expect(self, at_ms: int, policy: BaselinePolicy) -> list[tuple[float, float]]:
        """Of each span: the usual count of the window that ends at `at_ms`, and its dispersion."""
        hour = (at_ms - 1) // HOUR_MS
        known = self.__dict__.get("expected")
        if known is None or known[0] != hour:
            # Asked for at every tick, changed by learning and by the hour only.
            known = self.__dict__["expected"] = (hour, self._expect_all(at_ms, policy))
        expected: list[tuple[float, float]] = known[1]
        return expected

    def factor(self, span: int, at_ms: int, policy: BaselinePolicy) -> float:
        """How loud the window of `span` minutes that holds `at_ms` as its last is, 1 being the mean of all hours."""
        overall = sum(self.hours) / 24
        if overall <= 0.0 or min(self.visits) == 0:
            return 1.0
        last = at_ms // HOUR_MS
        hours = range(last - max(1, span // 60) + 1, last + 1)
        total, prior = 0.0, policy.rhythm_prior_days
        for hour in hours:
            days = self.visits[hour % 24]
            total += (days * self.hours[hour % 24] / overall + prior) / (days + prior)
        return max(0.05, total / len(hours))

    def _expect_all(self, at_ms: int, policy: BaselinePolicy) -> list[tuple[float, float]]:
        expected = []
        prior, before = policy.prior_level_per_hour, 60
        for span, baseline in zip(SPANS_MINUTES, self.spans, strict=True):
            # What the shorter span has learned is the prior of the longer one.
            level = baseline.level(span, prior * (span / before) ** _RETURNING, policy)
            mean = level * self.factor(span, at_ms - 1, policy)
            expected.append((mean, baseline.dispersion(mean, policy)))
            prior, before = level, span
        return expected
