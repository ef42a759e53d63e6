"""How far an author reaches, against whom this brand usually hears; and when one author alone matters.

Followers mean nothing by themselves: an airline hears a hundred thousand every hour, a café once a year. So an author
is judged by how seldom the brand hears somebody with that reach. That is also the false-alarm budget: "once in 14
days" cannot happen every evening, however big the brand.

An angry author without reach stays what they are, one angry author, however often they write: repetition moves a
verdict only together with reach, or when others take it up (`judge_lone_author`).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, log10, sqrt
from typing import Final, Literal, NamedTuple

import msgspec

from tocsin.detection.profile import BUSY_DAY, BUSY_HOUR
from tocsin.instants import DAY_MS

Level = Literal["ordinary", "notable", "major"]
#: What a lone author deserves: nothing, a record that messages nobody, or an alarm.
Attention = Literal["none", "watch", "elevated"]

#: Classes of followers: ten to every factor of ten, the last for a billion and more.
_CLASSES_A_DECADE: Final = 10
_LAST_CLASS: Final = 90
#: Powers of ten that begin a class: a table is exact where a logarithm is rounded.
_BOUNDS: Final = tuple(round(10 ** (place / _CLASSES_A_DECADE)) for place in range(_LAST_CLASS + 1))


@dataclass(frozen=True, slots=True)
class InfluencePolicy:
    """From where on reach is notable: one setting for every brand."""

    notable_days: float = 2.0  # heard less often than every other day
    notable_followers: int = 5_000  # and never less than this: seldom is not influential
    major_days: float = 14.0  # a record of recent weeks, as for volumes
    major_followers: int = 20_000
    half_life_days: float = 14.0  # what is usual follows the brand's own growth within a month
    prior_authors: float = 50.0  # weigh as much as the pooled prior
    prior_log10: float = 2.6  # which has a median of 400 followers …
    prior_spread: float = 0.9  # … and 7 in 100,000 authors of a million
    prior_authors_a_day: float = 200.0  # a new brand may be a big one: better late than an alarm every hour …
    prior_days: float = 0.1  # … until some days have shown how many it hears
    repeats: int = 3  # negative mentions in 24 h that make a notable author persistent
    echo_authors: int = 3  # others who take a complaint up
    busy_hour: int = BUSY_HOUR  # negative mentions of one author that are a burst
    busy_day: int = BUSY_DAY


DEFAULT: Final = InfluencePolicy()


class Influence(NamedTuple):
    """How an author's reach compares with the brand's usual.

    Attributes:
        percentile: share of the brand's authors who reach fewer (0 to 1).
        every_days: the brand hears somebody with this reach once in so many days.
    """

    level: Level
    followers: int
    percentile: float
    every_days: float
    reasons: tuple[str, ...]


class LoneVerdict(NamedTuple):
    """What one author alone deserves, and why."""

    attention: Attention
    reasons: tuple[str, ...]


class BrandReach(msgspec.Struct, array_like=True, omit_defaults=True):
    """Whom a brand usually hears: authors by followers, ten classes a decade. A sum, so that order cannot matter.

    Count an author once a day (`TopicMention.author_mentions == 1`), and not at all without followers. `fade` is called
    at ticks, so that when it fades is decided by event time.

    >>> reach = BrandReach()
    >>> for followers in (90, 300, 800, 2_000) * 50:
    ...     reach.add(followers)
    >>> reach.fade(1_000 * 86_400_000)
    >>> judge_influence(250_000, reach).level
    'major'

    Attributes:
        counts: class → authors that day; past: the same of the days before, faded.
        days: faded days that `past` holds; day: the day (since 1970) that `counts` is of.
    """

    counts: dict[int, int] = msgspec.field(default_factory=dict)
    past: dict[int, float] = msgspec.field(default_factory=dict)
    days: float = 0.0
    day: int = 0

    def add(self, followers: int) -> None:
        """Count one author; constant time."""
        place = _class_of(followers)
        counts = self.counts
        counts[place] = counts.get(place, 0) + 1

    def merge(self, part: BrandReach) -> None:
        """Add the authors that a part counted on the same day."""
        for place, count in part.counts.items():
            self.counts[place] = self.counts.get(place, 0) + count

    def fade(self, tick_ms: int, policy: InfluencePolicy = DEFAULT) -> None:
        """Turn to the day of a tick: the days that have passed become the past, quiet ones too."""
        today = tick_ms // DAY_MS
        if today <= self.day:
            return
        passed = today - self.day if self.day else 1
        self.day = today
        if not self.past and not self.counts:
            return
        keep = 0.5 ** (1 / policy.half_life_days)
        faded = keep**passed
        self.days = self.days * faded + keep * (1.0 - faded) / (1.0 - keep)
        past = {place: count * faded for place, count in self.past.items()}
        for place, count in self.counts.items():
            past[place] = past.get(place, 0.0) + count * faded
        self.past = {place: count for place, count in sorted(past.items()) if count >= 0.01}
        self.counts = {}

    def share_above(self, followers: int, policy: InfluencePolicy = DEFAULT) -> float:
        """The share of the brand's authors who reach at least as many: what was heard, shrunk towards the prior.

        Of the days before today only: what is usual must not depend on the order in which today's mentions come.
        """
        place = _class_of(followers)
        total = above = 0.0
        for each, count in self.past.items():
            total += count
            if each >= place:  # the whole of its own class: rather too usual than an alarm too many
                above += count
        prior = erfc((log10(max(1, followers)) - policy.prior_log10) / policy.prior_spread / sqrt(2.0)) / 2
        return (above + policy.prior_authors * prior) / (total + policy.prior_authors)

    def authors_a_day(self, policy: InfluencePolicy = DEFAULT) -> float:
        """Authors with followers that the brand hears on a day."""
        expected = policy.prior_authors_a_day * policy.prior_days
        return (sum(self.past.values()) + expected) / (self.days + policy.prior_days)


def judge_influence(followers: int | None, usual: BrandReach, policy: InfluencePolicy = DEFAULT) -> Influence:
    """How unusual this reach is for the brand; a few microseconds.

    Args:
        followers: None when the source does not tell: such an author is ordinary, and the reasons say so.
    """
    if followers is None:
        return Influence("ordinary", 0, 0.0, 0.0, ("how many follow the author is not known",))
    if followers < policy.notable_followers:
        return Influence("ordinary", followers, 0.0, 0.0, ())
    share = usual.share_above(followers, policy)
    every = 1.0 / max(share * usual.authors_a_day(policy), 1e-6)
    if every >= policy.major_days and followers >= policy.major_followers:
        level: Level = "major"
    elif every >= policy.notable_days:
        level = "notable"
    else:
        level = "ordinary"
    percentile = 1.0 - share
    reasons = (
        f"{followers:,} followers: more than {_percent(percentile)} of the authors that this brand hears",
        f"somebody with this reach speaks of it {_how_often(every, usual.days)}",
    )
    return Influence(level, followers, percentile, every, reasons)


def judge_lone_author(
    influence: Influence,
    *,
    hour: int,
    day: int,
    is_negative: bool = True,
    echoing_authors: int = 0,
    is_supercritical: bool = False,
    policy: InfluencePolicy = DEFAULT,
) -> LoneVerdict:
    """What one author's mention deserves on its own, before any crowd: reach times repetition, never repetition alone.

    | author | one complaint | complains again (`repeats` a day) | others take it up, or it spreads by itself |
    |---|---|---|---|
    | ordinary | nothing | watch, from `busy_hour` or `busy_day` on | watch |
    | notable | nothing | watch | elevated |
    | major | elevated | elevated | elevated |

    Args:
        hour, day: negative mentions by this author in the last hour and day, this one included.
        echoing_authors: other authors who complained with the same text or in answer.
    """
    if not is_negative:
        return LoneVerdict("none", ("not negative",))
    is_echoed = echoing_authors >= policy.echo_authors
    is_busy = hour >= policy.busy_hour or day >= policy.busy_day
    reasons = list(influence.reasons) if influence.level != "ordinary" else []
    if is_busy or (day >= policy.repeats and influence.level != "ordinary"):
        reasons.append(f"{day} complaints by one author in 24 hours, {hour} of them in the last")
    if is_echoed:
        reasons.append(f"{echoing_authors} others take it up")
    if is_supercritical:
        reasons.append("it spreads by itself: every reshare makes more than one")
    has_spread = is_echoed or is_supercritical
    if influence.level == "major" or (influence.level == "notable" and has_spread):
        return LoneVerdict("elevated", tuple(reasons))
    if has_spread or is_busy or (influence.level == "notable" and day >= policy.repeats):
        if not has_spread:
            reasons.append("one author alone, however angry, is no crisis")
        return LoneVerdict("watch", tuple(reasons))
    return LoneVerdict("none", (*reasons, "one complaint by one author"))


def _class_of(followers: int) -> int:
    """Ten classes a decade: 0 for one follower or none, 40 from 10,000 on."""
    if followers < 1:
        return 0
    place = min(_LAST_CLASS, int(log10(followers) * _CLASSES_A_DECADE + 1e-9))
    return place - 1 if _BOUNDS[place] > followers else place


def _percent(share: float) -> str:
    return f"{share:.1%}" if share < 0.999 else "99.9%"


def _how_often(every_days: float, days: float) -> str:
    """A rate in words; a few days of experience cannot tell a year."""
    most = max(14.0, 3.0 * days)
    if every_days >= most:
        return f"less than once in {most:.0f} days"
    if every_days >= 1.5:
        return f"once in {every_days:.0f} days"
    return f"{1 / every_days:.0f} times a day" if every_days < 0.7 else "once a day"
