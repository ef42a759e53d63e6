"""The events of the simulated world: their kinds, what each is like, their labels.

A *storm* ramps up over hours, a *faux pas* is sharp (a post of the brand, and within minutes many react), a *lone
hot-head* is one author with dozens of angry mentions, a *successful campaign* is loud and happy, a *coordinated attack*
is some dozens of accounts that post copies of a few texts in bursts of minutes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Literal, NamedTuple

from tocsin.world.phrases import SimulatedBrand, SimulatedTopic

EventKind = Literal["storm", "faux-pas", "hot-head", "campaign", "coordinated-attack"]
CRISIS_KINDS: frozenset[EventKind] = frozenset({"storm", "faux-pas"})
#: What a run should make of an event. An attack has to be found as what it is; whether it raises an alarm is open.
Expectation = Literal["alarm", "no-alarm", "coordination"]

DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Label:
    """What happened, for the judge of a run; never read by a step.

    Attributes:
        topic: id of the brand's topic; `*`: the brand as a whole.
        start: the event's first mention; end: when it has faded.
        is_crisis: whether an alarm has to be raised.
        expects: what should come of it.
        authors: keys (`source|id`) of the accounts of a coordinated attack; each of them posts.
    """

    kind: EventKind
    brand: str
    topic: str
    start: datetime
    end: datetime
    is_crisis: bool
    expects: Expectation
    authors: tuple[str, ...] = ()


class Burst(NamedTuple):
    """Some minutes in which the accounts of an attack post: after so many minutes of the event, so long."""

    after: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Event:
    """One event as it is planned. Times in minutes; `start` counts from the world's start.

    Attributes:
        peak: mentions a minute at the height.
        ramp, plateau, fade: minutes until the height, at the height, and until e⁻¹ of it afterwards.
        curve: 1 climbs straight, 2 starts slowly.
        accounts: ids of the authors of a coordinated attack.
        bursts: when they post; empty for every other kind.
    """

    kind: EventKind
    brand: SimulatedBrand
    topic: SimulatedTopic
    start: int
    peak: float
    ramp: int
    plateau: int
    fade: int
    curve: int = 1
    accounts: tuple[str, ...] = ()
    bursts: tuple[Burst, ...] = ()

    @property
    def key(self) -> tuple[int, str]:
        """No other event of its world begins in this minute with this brand."""
        return self.start, self.brand.id

    @property
    def height(self) -> int:
        """The minute at which it reaches its height."""
        return self.start + self.ramp

    @property
    def end(self) -> int:
        return self.start + self.ramp + self.plateau + 3 * self.fade

    @property
    def expects(self) -> Expectation:
        """What a run should make of it."""
        if self.kind == "coordinated-attack":
            return "coordination"
        return "alarm" if self.kind in CRISIS_KINDS else "no-alarm"

    def intensity(self, minute: int) -> float:
        """Mentions expected in this minute of the world; those of an attack are counted, not drawn: 0."""
        since = minute - self.start
        if since < 0 or minute >= self.end or self.bursts:
            return 0.0
        if since < self.ramp:
            return self.peak * float(((since + 1) / self.ramp) ** self.curve)
        return self.peak * math.exp(-max(0, since - self.ramp - self.plateau) / max(1, self.fade))


class _Shape(NamedTuple):
    """What events of one kind are like: ranges to draw from, minutes and multiples of the brand's usual volume."""

    times_usual: tuple[float, float]
    #: Mentions a minute at the height, at least: an event stays one in a world of few mentions.
    least: float
    ramp: tuple[int, int]
    plateau: tuple[int, int]
    fade: tuple[int, int]
    curve: int = 1


_SHAPES: dict[EventKind, _Shape] = {
    "storm": _Shape((6, 9), 3.0, (180, 360), (30, 30), (60, 90), curve=2),
    "faux-pas": _Shape((10, 15), 6.0, (5, 5), (20, 20), (35, 60)),
    "hot-head": _Shape((0, 0), 0.6, (1, 1), (60, 110), (0, 0)),
    "campaign": _Shape((3, 5), 2.0, (30, 60), (120, 300), (60, 60)),
}
#: Kinds that organic people make, in the order in which they are planned.
ORGANIC_KINDS: tuple[EventKind, ...] = tuple(_SHAPES)

#: A coordinated attack: accounts, bursts, minutes of a burst and between two, and how many of the accounts take part.
_ACCOUNTS, _BURSTS, _BURST_MINUTES, _PAUSE_MINUTES = (40, 120), (4, 7), (3, 6), (12, 35)
_TAKING_PART = 0.7
_FEWEST_ACCOUNTS = 5


def plan(
    kind: EventKind, rng: Random, brand: SimulatedBrand, usual: float, opens: int, closes: int, *, has_least: bool
) -> Event:
    """One organic event that begins and ends between two minutes of the world.

    Args:
        usual: the brand's mentions a minute, on the mean of a day.
        has_least: a height below the least of its kind is raised to it.
    """
    shape = _SHAPES[kind]
    topic = rng.choice(brand.topics)
    peak = usual * rng.uniform(*shape.times_usual)
    draft = Event(
        kind=kind,
        brand=brand,
        topic=topic,
        start=0,
        peak=max(shape.least, peak) if has_least else peak,
        ramp=rng.randint(*shape.ramp),
        plateau=rng.randint(*shape.plateau),
        fade=rng.randint(*shape.fade),
        curve=shape.curve,
    )
    return replace(draft, start=rng.randint(opens, closes - draft.end - 60))


def plan_attack(
    rng: Random, brand: SimulatedBrand, opens: int, closes: int, *, posts_a_minute: float | None = None
) -> Event:
    """One coordinated attack.

    Args:
        posts_a_minute: how loud a burst is; None: by a number of accounts that real attacks had.
    """
    bursts: list[Burst] = []
    lasts = 0
    for _ in range(rng.randint(*_BURSTS)):
        pause = rng.randint(*_PAUSE_MINUTES) if bursts else 0
        bursts.append(Burst(lasts + pause, rng.randint(*_BURST_MINUTES)))
        lasts = bursts[-1].after + bursts[-1].minutes
    minutes = sum(burst.minutes for burst in bursts) / len(bursts)
    topic, start, count = rng.choice(brand.topics), rng.randint(opens, closes - lasts - 60), rng.randint(*_ACCOUNTS)
    if posts_a_minute is not None:
        count = max(_FEWEST_ACCOUNTS, round(posts_a_minute * minutes / _TAKING_PART))
    # Drawn last: how many there are changes neither when nor where the attack is.
    ids = dict.fromkeys(str(rng.randrange(10**9, 10**10)) for _ in range(count))
    return Event(
        kind="coordinated-attack",
        brand=brand,
        topic=topic,
        start=start,
        peak=_TAKING_PART * len(ids) / minutes,
        ramp=0,
        plateau=lasts,
        fade=0,
        accounts=tuple(ids),
        bursts=tuple(bursts),
    )


def taking_part(event: Event) -> int:
    """How many accounts of an attack post in each of its bursts."""
    return max(1, round(_TAKING_PART * len(event.accounts)))
