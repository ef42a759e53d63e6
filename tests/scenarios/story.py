"""Stories of one brand: what people wrote, told in a few words, and the timeline that the pipeline makes of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

from schemas.crisis import EscalationEvent
from schemas.mention import Mention
from tests.builders import a_mention, an_author
from tocsin.detection.matching import Matcher
from tocsin.detection.watchlist import parse_watchlist
from tocsin.loop import run
from tocsin.setup import Setup

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)

WATCHLIST = """
brands:
  - id: acme
    name: Acme
    keywords: [acme]
    topics:
      battery:
        name: Battery
        keywords: [battery, batteries]
high_risk: [caught fire]
"""

CALM = ("using acme again today", "is acme open on sunday?", "acme has a new colour", "love my acme, works great")
ANGRY = ("acme is terrible, worst support ever", "i hate acme, awful and useless", "acme is a horrible scam, so angry")
HAPPY = ("acme is awesome, i love it", "wonderful idea by acme, so happy", "best campaign ever, thanks acme")


class Story:
    """Mentions of one brand, added in any order; `day` counts from 0, `hour` is UTC."""

    def __init__(self, seed: int = 1) -> None:
        self._rng = Random(seed)
        self._mentions: list[Mention] = []

    def quiet(self, *, days: float, per_hour: float = 12) -> Story:
        """Ordinary life: by night a fifth of the day's mentions, one in ten of them a complaint."""
        for minute in range(int(days * 24 * 60)):
            is_night = minute // 60 % 24 < 7
            if self._rng.random() < per_hour / 60 * (0.2 if is_night else 1.0):
                text = self._rng.choice(ANGRY if self._rng.random() < 0.1 else CALM)
                self._write(MONDAY + timedelta(minutes=minute), text, f"regular-{self._rng.randrange(2_000)}")
        return self

    def people(
        self, texts: tuple[str, ...], *, day: int, hour: float, count: int, minutes: float, ramp: bool = False
    ) -> Story:
        """Many different people within some minutes; with `ramp` few at first and most at the end."""
        start = MONDAY + timedelta(days=day, hours=hour)
        for number in range(count):
            share = self._rng.random() ** (0.5 if ramp else 1.0)
            self._write(start + timedelta(minutes=minutes * share), self._rng.choice(texts), f"crowd-{day}-{number}")
        return self

    def one_person(self, text: str, *, day: int, hour: float, count: int = 1, minutes: float = 0) -> Story:
        """One author, again and again."""
        start = MONDAY + timedelta(days=day, hours=hour)
        for number in range(count):
            self._write(start + timedelta(minutes=minutes * number / count), text, "somebody")
        return self

    @property
    def mentions(self) -> list[Mention]:
        """All mentions, by time."""
        return sorted(self._mentions, key=lambda mention: mention.posted_at)

    def events(self, partitions: int = 1) -> list[EscalationEvent]:
        """What the pipeline told of it."""
        setup = Setup(matcher=Matcher(parse_watchlist(WATCHLIST)))
        emits = run(self.mentions, setup, partitions=partitions)
        return [emit.record for emit in emits if isinstance(emit.record, EscalationEvent)]

    def timeline(self) -> list[str]:
        """The events as an operator would read them: `day 5 10:12 opened elevated`."""
        return [
            f"day {(event.at - MONDAY).days} {event.at:%H:%M} {event.type.removeprefix('crisis.')} "
            f"{event.crisis.peak_severity}"
            for event in self.events()
        ]

    def _write(self, at: datetime, text: str, author: str) -> None:
        identity = str(len(self._mentions))
        self._mentions.append(a_mention(text, id=identity, author=an_author(author, followers=120), at=at))


def alarms(events: list[EscalationEvent]) -> list[EscalationEvent]:
    return [event for event in events if event.type == "crisis.opened"]


def minutes_after(event: EscalationEvent, day: int, hour: float) -> float:
    """How long after an instant of the story an event was told."""
    return (event.at - MONDAY - timedelta(days=day, hours=hour)) / timedelta(minutes=1)
