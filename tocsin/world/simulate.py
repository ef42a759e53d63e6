"""A seeded, labelled synthetic world: brands with a daily rhythm, their mentions, and events at random times.

Each kind of event (`events`) happens once in every two days after a warm-up of two. Storms and faux pas are
crises, hot-heads and campaigns are not, and an attack is to be found as coordination. What happened when is told by
`World.labels`, which no step of the pipeline reads.

Pure: the same world always writes the same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from operator import attrgetter
from random import Random

import orjson
import yaml

from schemas.mention import WHOLE_BRAND, Mention
from tocsin.errors import ConfigurationError
from tocsin.world.events import CRISIS_KINDS, DAY_MINUTES, ORGANIC_KINDS, Event, EventKind, Label, plan, plan_attack
from tocsin.world.growth import Growth
from tocsin.world.phrases import BRANDS, SimulatedBrand
from tocsin.world.scribe import SOCIAL, Scribe

__all__ = ["Event", "EventKind", "Label", "World"]

#: Before the first event: a baseline needs two days.
WARM_UP_DAYS = 2
#: Mentions an hour of a brand of weight 1, at rate 1: five brands make some 80,000 in four days.
MENTIONS_PER_HOUR = 160.0
#: A Monday in the past: mentions that claim the future would be refused.
DEFAULT_START = datetime(2025, 3, 3, tzinfo=UTC)

#: The quietest hour has a seventh of the busiest one's mentions; 20:00 local time is the busiest.
_SWING, _BUSIEST_HOUR = 0.75, 20
_WEEKEND = 0.8
_LOUDEST = 100.0


@dataclass(frozen=True, slots=True)
class World:
    """A world of mentions.

    Attributes:
        seed: everything follows from it.
        days: how long it lasts; at least three, two of which are warm-up.
        rate: scales the volume; 1 is some 20,000 mentions a day.
        amplitude: how loud every event of many authors makes its brand at its height, in multiples of what is usual at
            that hour: 1.2 is hardly heard, 5 is a storm. None: each kind as loud as it is by nature, and loud enough
            to be one where mentions are few.
        has_growth: reshared and popular mentions are followed by records of kind `engagement`, with newer counts.

    Raises:
        ConfigurationError: too short, or a rate or an amplitude that makes no world.
    """

    seed: int
    days: float = 4.0
    rate: float = 1.0
    start: datetime = DEFAULT_START
    amplitude: float | None = None
    has_growth: bool = False

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
        if self.amplitude is not None and not 1 < self.amplitude <= _LOUDEST:
            raise ConfigurationError(
                f"a world with events of ×{self.amplitude:g} cannot be made",
                f"use an amplitude above 1 (what is usual) and up to {_LOUDEST:g}",
            )

    @property
    def events(self) -> tuple[Event, ...]:
        """The events in the order of their start; those of one round are of different brands."""
        rng = Random(f"{self.seed}/events")
        rounds = max(1, int((self.days - WARM_UP_DAYS) // 2))
        slot = int((self.days - WARM_UP_DAYS) / rounds * DAY_MINUTES)
        events: list[Event] = []
        for number in range(rounds):
            opens = WARM_UP_DAYS * DAY_MINUTES + number * slot
            brands = rng.sample(BRANDS, len(ORGANIC_KINDS))
            for kind, brand in zip(ORGANIC_KINDS, brands, strict=True):
                events.append(self._plan(rng, kind, brand, opens, opens + slot))
            left = next(brand for brand in BRANDS if brand not in brands)
            events.append(self._plan_attack(f"{self.seed}/attack/{number}", left, opens, opens + slot))
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
                expects=event.expects,
                authors=tuple(f"{SOCIAL}|{account}" for account in event.accounts),
            )
            for event in self.events
        )

    def labels_json(self) -> bytes:
        """The labels as a JSON list of objects, times in ISO 8601."""
        return orjson.dumps(self.labels, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

    def mentions(self) -> Iterator[Mention]:
        """All mentions, by `posted_at`."""
        rng = Random(f"{self.seed}/mentions")
        scribe = Scribe(rng, self.start, authors=int(16_000 * min(20.0, max(0.1, self.rate))), seed=self.seed)
        growth = Growth() if self.has_growth else None
        usual = [(brand, self._per_minute(brand), _rhythm(brand.hours_east)) for brand in BRANDS]
        events = self.events
        openings: dict[int, list[Event]] = {}
        for event in events:
            openings.setdefault(event.start, []).append(event)
        first_ms = int(self.start.timestamp() * 1000)
        random, by_time = rng.random, attrgetter("posted_at")
        for minute in range(int(self.days * DAY_MINUTES)):
            opens_ms = first_ms + minute * 60_000
            of_minute: list[Mention] = []
            weekend = _WEEKEND if (self.start + timedelta(minutes=minute)).weekday() >= 5 else 1.0
            for brand, per_minute, rhythm in usual:
                for _ in range(_poisson(rng, per_minute * rhythm[minute % DAY_MINUTES] * weekend)):
                    of_minute.append(scribe.write_ordinary(brand, opens_ms + int(random() * 60_000)))
            for event in openings.get(minute, ()):
                of_minute.extend(scribe.open_event(event, opens_ms))
            for event in events:
                if event.start <= minute < event.end:
                    of_minute.extend(scribe.write_attack(event, minute, opens_ms))
                    for _ in range(_poisson(rng, event.intensity(minute))):
                        of_minute.append(scribe.write_of(event, opens_ms + 1 + int(random() * 59_999)))
            of_minute.sort(key=by_time)
            scribe.remember(of_minute)
            yield from growth.follow(of_minute, opens_ms) if growth else of_minute

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
        # One person writes as much as one person can, however loud the world is.
        by_nature = self.amplitude is None or kind == "hot-head"
        event = plan(kind, rng, brand, self._per_minute(brand), opens, closes, has_least=by_nature)
        return event if by_nature else replace(event, peak=self._extra(event))

    def _plan_attack(self, chance: str, brand: SimulatedBrand, opens: int, closes: int) -> Event:
        event = plan_attack(Random(chance), brand, opens, closes)
        if self.amplitude is None:
            return event
        # The same attack, its bursts as loud as the hour asks for.
        return plan_attack(Random(chance), brand, opens, closes, posts_a_minute=self._extra(event))

    def _extra(self, event: Event) -> float:
        """Mentions a minute that make the brand as loud as `amplitude` says, at the event's height."""
        assert self.amplitude is not None
        usual = self._per_minute(event.brand) * _rhythm(event.brand.hours_east)[event.height % DAY_MINUTES]
        return (self.amplitude - 1) * usual


@cache
def _rhythm(hours_east: int) -> tuple[float, ...]:
    """The volume of a brand in each minute of a UTC day, mean 1."""
    return tuple(
        1 + _SWING * math.cos(2 * math.pi * ((minute / 60 + hours_east) - _BUSIEST_HOUR) / 24)
        for minute in range(DAY_MINUTES)
    )


def _poisson(rng: Random, mean: float) -> int:
    """A Poisson count: exact (Knuth) for small means, the normal approximation above 50."""
    if mean > 50:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count
