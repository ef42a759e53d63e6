"""A seeded, labelled synthetic world: brands with a daily rhythm, their mentions, and events at random times.

Four kinds of event, once each in every two days after a warm-up of two: a *storm* ramps up over hours, a *faux pas* is
sharp (a post of the brand, and within minutes many react), a *lone hot-head* is one author with dozens of angry
mentions, a *successful campaign* is loud and happy. The first two are crises. What happened when is told by
`World.labels`, which no step of the pipeline reads.

Pure: the same world always writes the same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from random import Random
from typing import Literal, NamedTuple, get_args

import orjson
import yaml

from schemas.mention import WHOLE_BRAND, Mention
from tocsin.errors import ConfigurationError
from tocsin.phrases import BRANDS, SimulatedBrand, SimulatedTopic
from tocsin.scribe import Scribe

EventKind = Literal["storm", "faux-pas", "hot-head", "campaign"]
CRISIS_KINDS: frozenset[EventKind] = frozenset({"storm", "faux-pas"})

#: Before the first event: a baseline needs two days.
WARM_UP_DAYS = 2
#: Mentions an hour of a brand of weight 1, at rate 1: five brands make some 80,000 in four days.
MENTIONS_PER_HOUR = 160.0
#: A Monday in the past: mentions that claim the future would be refused.
DEFAULT_START = datetime(2025, 3, 3, tzinfo=UTC)

_DAY_MINUTES = 24 * 60
#: The quietest hour has a seventh of the busiest one's mentions; 20:00 local time is the busiest.
_SWING, _BUSIEST_HOUR = 0.75, 20
_WEEKEND = 0.8


@dataclass(frozen=True, slots=True)
class Label:
    """What happened, for the judge of a run; never read by a step.

    Attributes:
        topic: id of the brand's topic; `*`: the brand as a whole.
        start: the event's first mention; end: when it has faded.
        is_crisis: whether an alarm is right.
    """

    kind: EventKind
    brand: str
    topic: str
    start: datetime
    end: datetime
    is_crisis: bool


@dataclass(frozen=True, slots=True)
class Event:
    """One event as it is planned. Times in minutes; `start` counts from the world's start.

    Attributes:
        peak: mentions a minute at the height.
        ramp, plateau, fade: minutes until the height, at the height, and until e⁻¹ of it afterwards.
        curve: 1 climbs straight, 2 starts slowly.
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

    @property
    def end(self) -> int:
        return self.start + self.ramp + self.plateau + 3 * self.fade

    def intensity(self, minute: int) -> float:
        """Mentions expected in this minute of the world."""
        since = minute - self.start
        if since < 0 or minute >= self.end:
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


@dataclass(frozen=True, slots=True)
class World:
    """A world of mentions.

    Attributes:
        seed: everything follows from it.
        days: how long it lasts; at least three, two of which are warm-up.
        rate: scales the volume; 1 is some 20,000 mentions a day.

    Raises:
        ConfigurationError: too short, or a rate that makes no world.
    """

    seed: int
    days: float = 4.0
    rate: float = 1.0
    start: datetime = DEFAULT_START

    def __post_init__(self) -> None:
        if not WARM_UP_DAYS + 1 <= self.days <= 366:
            raise ConfigurationError(
                f"a world of {self.days:g} days cannot be made: {WARM_UP_DAYS} days are warm-up, events need one more",
                f"use between {WARM_UP_DAYS + 1} and 366 days",
            )
        if not 0.01 <= self.rate <= 1000:
            raise ConfigurationError(
                f"a world at rate {self.rate:g} cannot be made", "use a rate between 0.01 and 1000; 1 is the default"
            )

    @property
    def events(self) -> tuple[Event, ...]:
        """The events in the order of their start; those of one round are of different brands."""
        rng = Random(f"{self.seed}/events")
        rounds = max(1, int((self.days - WARM_UP_DAYS) // 2))
        slot = int((self.days - WARM_UP_DAYS) / rounds * _DAY_MINUTES)
        events = []
        for number in range(rounds):
            opens = WARM_UP_DAYS * _DAY_MINUTES + number * slot
            kinds = get_args(EventKind)
            for kind, brand in zip(kinds, rng.sample(BRANDS, len(kinds)), strict=True):
                events.append(self._plan(rng, kind, brand, opens, opens + slot))
        return tuple(sorted(events, key=attrgetter("start")))

    @property
    def labels(self) -> tuple[Label, ...]:
        """What happens, in the order of its start."""
        return tuple(
            Label(
                kind=event.kind,
                brand=event.brand.id,
                topic=WHOLE_BRAND if event.kind == "campaign" else event.topic.id,
                start=self.start + timedelta(minutes=event.start),
                end=self.start + timedelta(minutes=event.end),
                is_crisis=event.kind in CRISIS_KINDS,
            )
            for event in self.events
        )

    def labels_json(self) -> bytes:
        """The labels as a JSON list of objects, times in ISO 8601."""
        return orjson.dumps(self.labels, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

    def mentions(self) -> Iterator[Mention]:
        """All mentions, by `posted_at`."""
        rng = Random(f"{self.seed}/mentions")
        scribe = Scribe(rng, self.start, authors=int(16_000 * min(20.0, max(0.1, self.rate))))
        usual = [(brand, self._per_minute(brand), _rhythm(brand)) for brand in BRANDS]
        events = self.events
        openings = {event.start: event for event in events}
        first_ms = int(self.start.timestamp() * 1000)
        random, by_time = rng.random, attrgetter("posted_at")
        for minute in range(int(self.days * _DAY_MINUTES)):
            opens_ms = first_ms + minute * 60_000
            of_minute: list[Mention] = []
            weekend = _WEEKEND if (self.start + timedelta(minutes=minute)).weekday() >= 5 else 1.0
            for brand, per_minute, rhythm in usual:
                for _ in range(_poisson(rng, per_minute * rhythm[minute % _DAY_MINUTES] * weekend)):
                    of_minute.append(scribe.write_ordinary(brand, opens_ms + int(random() * 60_000)))
            if minute in openings:
                of_minute.extend(scribe.open_event(openings[minute], opens_ms))
            for event in events:
                if event.start <= minute < event.end:
                    for _ in range(_poisson(rng, event.intensity(minute))):
                        of_minute.append(scribe.write_of(event, opens_ms + 1 + int(random() * 59_999)))
            of_minute.sort(key=by_time)
            scribe.remember(of_minute)
            yield from of_minute

    def watchlist_yaml(self) -> str:
        """A watchlist.yaml that watches the world's brands."""
        brands = [
            {
                "id": brand.id,
                "name": brand.name,
                "handles": [brand.handle],
                "keywords": [brand.id],
                "official_accounts": [brand.handle],
                "topics": {
                    topic.id: {
                        "keywords": [word for word in topic.keywords if " " not in word],
                        "phrases": [word for word in topic.keywords if " " in word],
                    }
                    for topic in brand.topics
                },
            }
            for brand in BRANDS
        ]
        head = f"# The brands of the simulated world, seed {self.seed}. Invented; any likeness is chance.\n"
        return head + yaml.safe_dump({"brands": brands}, sort_keys=False, allow_unicode=True, width=100)

    def _per_minute(self, brand: SimulatedBrand) -> float:
        return brand.weight * self.rate * MENTIONS_PER_HOUR / 60

    def _plan(self, rng: Random, kind: EventKind, brand: SimulatedBrand, opens: int, closes: int) -> Event:
        shape = _SHAPES[kind]
        draft = Event(
            kind=kind,
            brand=brand,
            topic=rng.choice(brand.topics),
            start=0,
            peak=max(shape.least, self._per_minute(brand) * rng.uniform(*shape.times_usual)),
            ramp=rng.randint(*shape.ramp),
            plateau=rng.randint(*shape.plateau),
            fade=rng.randint(*shape.fade),
            curve=shape.curve,
        )
        return replace(draft, start=rng.randint(opens, closes - draft.end - 60))


def _rhythm(brand: SimulatedBrand) -> list[float]:
    """The brand's volume in each minute of a UTC day, mean 1."""
    return [
        1 + _SWING * math.cos(2 * math.pi * ((minute / 60 + brand.hours_east) - _BUSIEST_HOUR) / 24)
        for minute in range(_DAY_MINUTES)
    ]


def _poisson(rng: Random, mean: float) -> int:
    """A Poisson count: exact (Knuth) for small means, the normal approximation above 50."""
    if mean > 50:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count
