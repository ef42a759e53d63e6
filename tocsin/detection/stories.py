"""A wave of mentions as a person tells it: the stories in it, who began, who drove it, and five mentions that show it.

A story is one text with all its reposts: a hundred copies are one story heard a hundred times, not a hundred voices.
What is kept is a sum by text. Texts that are nearly the same (a word changed, a hashtag added) become one story only
when stories are told, by the sketches that `tocsin.detection.traces` made of them.

Everything kept is commutative, whatever the order and the grouping of the parts: least, greatest and counts. Counts of
too many texts become those of a sample of mentions, chosen by hash: a small story may be lost, a big one cannot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Final

import msgspec

from tocsin.detection.telling import (
    BEST_LIMIT,
    DRIVERS_LIMIT,
    FIRST_LIMIT,
    NEGATIVE_RANK,
    PRESS_LIMIT,
    SOURCES_LIMIT,
    Telling,
    Told,
    Voice,
    keep_best,
    keep_driver,
    keep_first,
)
from tocsin.detection.traces import SIMILAR, compare_hashes, read_sketch

#: Texts (in each class of mentions) that are counted before counts become a sample.
STORIES_LIMIT: Final = 256

#: What each quality is worth when five are chosen: the heaviest of all is worth what the first negative one is; the
#: second negative one adds half of that, the third a third.
_WEIGHTY: Final = 3.0
_NEGATIVE: Final = 3.0
_FIRST: Final = 4.0
_PRESS: Final = 4.0
_NEW_SOURCE: Final = 2.0


@dataclass(frozen=True, slots=True)
class Story:
    """One story as it is told.

    Attributes:
        fingerprints: of its texts, most heard first; several when near-identical ones were joined.
        mentions, reach: with all reposts; estimates when there were too many texts to count.
    """

    fingerprints: tuple[str, ...]
    mentions: int
    reach: int


class Wave(msgspec.Struct, array_like=True, omit_defaults=True):
    """The mentions of a burst, in bounded room (about 300 entries, 20 kB at most).

    Attributes:
        classes: class of mentions → fingerprint → its text; only classes from `level` on are kept.
        level: one in 2^level mentions is counted; 0: all.
        size: texts in all classes.
        best, press, sources: the most telling mentions: of each story, of the press, of each source; greatest first.
        first: the earliest mentions, earliest first.
        drivers: (reach, mentions by that author, author), greatest first; one for each author.
    """

    classes: dict[int, dict[str, Told]] = msgspec.field(default_factory=dict)
    level: int = 0
    size: int = 0
    best: list[Telling] = msgspec.field(default_factory=list)
    press: list[Telling] = msgspec.field(default_factory=list)
    sources: dict[str, Telling] = msgspec.field(default_factory=dict)
    first: list[Telling] = msgspec.field(default_factory=list)
    drivers: list[tuple[int, int, str]] = msgspec.field(default_factory=list)

    def hear(self, voice: Voice, place: int) -> None:
        """Add one mention of class `place`; constant time, about 1.5 µs."""
        key, reach, posted_ms, story = voice.mention, voice.reach, voice.posted_ms, voice.story
        sketch = voice.trace.sketch
        is_negative = voice.is_negative
        if place >= self.level:
            stories = self.classes.get(place)
            told = stories.get(story) if stories is not None else None
            if told is None:
                self._begin(place, story, Told(1, reach, sketch))
            else:
                told.mentions += 1
                told.reach += reach
                if sketch > told.sketch:
                    told.sketch = sketch
        again = voice.author_mentions
        rank = int((voice.weight if again < 2 else voice.weight / sqrt(again)) * 1000)
        if is_negative:
            rank += NEGATIVE_RANK
        best, first, drivers, source = self.best, self.first, self.drivers, voice.source
        kind = voice.source_kind
        is_early = len(first) < FIRST_LIMIT or posted_ms <= -first[-1].minus_ms
        if (
            len(best) < BEST_LIMIT
            or rank >= best[-1].rank
            or is_early
            or kind == "press"
            or self._may_speak(source, rank)
        ):
            telling = Telling(rank, -posted_ms, key, voice.author, story, source, kind, reach, sketch)
            self._tell(telling)
            if is_early:
                keep_first(first, telling)
        if reach and (len(drivers) < DRIVERS_LIMIT or reach >= drivers[-1][0]):
            keep_driver(drivers, (reach, again, voice.author))

    def merge(self, part: Wave) -> None:
        """Add a part."""
        if part.level > self.level:
            self._drop(part.level)
        for place, stories in part.classes.items():
            for story, told in stories.items():
                if place < self.level:  # counting raises it
                    break
                self._count(place, story, told)
        for telling in (*part.best, *part.press, *part.sources.values()):
            self._tell(telling)
        for first in part.first:
            keep_first(self.first, first)
        for driver in part.drivers:
            keep_driver(self.drivers, driver)

    def stories(self, top: int = 10) -> tuple[Story, ...]:
        """The stories heard most, near-identical texts joined; most mentions first, then reach, then by name."""
        told = self._told()
        stories = []
        for text, together in _join({text: part.sketch for text, part in told.items()}).items():
            if text != together[0]:
                continue
            parts = [told[each] for each in together]
            stories.append(
                Story(
                    tuple(sorted(together, key=lambda each: (-told[each].mentions, each))),
                    sum(part.mentions for part in parts) << self.level,
                    sum(part.reach for part in parts) << self.level,
                )
            )
        stories.sort(key=lambda story: (-story.mentions, -story.reach, story.fingerprints))
        return tuple(stories[:top])

    def choose(self, count: int = 5) -> tuple[Telling, ...]:
        """Telling mentions that differ: one of each story and author; the negative, the weighty, the first, the press.

        Greedy: each time the one that adds most; a source that has not spoken yet adds, so does the first mention.
        Told in the order of what they tell: the negative ones first, the weightier first.
        """
        pool = sorted({*self.best, *self.press, *self.sources.values(), *self.first[:1]}, reverse=True)
        first = self.first[0].mention if self.first else ""
        heaviest = max((each.weight for each in pool), default=0.0)
        # Texts between two of them may be what makes them one story.
        sketches = {text: part.sketch for text, part in self._told().items()}
        for each in pool:
            sketches[each.story] = max(sketches.get(each.story, b""), each.sketch)
        story_of = _join(sketches)
        chosen: list[Telling] = []
        while pool and len(chosen) < count:
            best = max(pool, key=lambda each: (_value(each, heaviest, first, chosen), each))
            chosen.append(best)
            story = story_of[best.story]
            pool = [each for each in pool if each.author != best.author and story_of[each.story] is not story]
        return tuple(sorted(chosen, reverse=True))

    def find_first(self) -> Telling | None:
        """The earliest mention of the wave; None before there is one."""
        return self.first[0] if self.first else None

    def who_drove(self, top: int = 5) -> tuple[str, ...]:
        """The authors who brought the largest audiences: people who follow them, once, however often they wrote."""
        return tuple(author for _, _, author in self.drivers[:top])

    def _told(self) -> dict[str, Told]:
        """All classes together: fingerprint → its text."""
        told: dict[str, Told] = {}
        for texts in self.classes.values():
            for text, part in texts.items():
                told.setdefault(text, Told()).add(part)
        return told

    def _count(self, place: int, story: str, part: Told) -> None:
        stories = self.classes.get(place)
        told = stories.get(story) if stories is not None else None
        if told is not None:
            told.add(part)
        else:
            self._begin(place, story, msgspec.structs.replace(part))

    def _begin(self, place: int, story: str, told: Told) -> None:
        """Keep a story that its class does not hold yet."""
        stories = self.classes.get(place)
        if stories is None:
            stories = self.classes[place] = {}
        stories[story] = told
        self.size += 1
        while self.size > STORIES_LIMIT and len(self.classes) > 1:
            self._drop(self.level + 1)

    def _drop(self, level: int) -> None:
        """Raise the level. Sizes only grow, so that the set of mentions decides how far."""
        self.level = level
        for place in [place for place in self.classes if place < level]:
            self.size -= len(self.classes.pop(place))

    def _may_speak(self, source: str, rank: int) -> bool:
        """May this be the most telling mention of its source, and its source one of those that are kept?"""
        sources = self.sources
        best = sources.get(source)
        if best is not None:
            return rank >= best.rank
        return len(sources) < SOURCES_LIMIT or rank >= min(sources.values()).rank

    def _tell(self, telling: Telling) -> None:
        keep_best(self.best, telling, BEST_LIMIT)
        if telling.source_kind == "press":
            keep_best(self.press, telling, PRESS_LIMIT)
        sources = self.sources
        old = sources.get(telling.source)
        if old is None or telling > old:
            sources[telling.source] = telling
            if len(sources) > SOURCES_LIMIT:
                del sources[min(sources.values()).source]


def _join(sketches: Mapping[str, bytes]) -> dict[str, list[str]]:
    """Text → the texts of its story, the same list for each of them: who is near one of a story belongs to it.

    Every two texts are compared, of some 300 at most.
    """
    story_of = {text: [text] for text in sorted(sketches)}
    before: list[tuple[str, frozenset[int]]] = []
    for text in story_of:
        hashes = frozenset(read_sketch(sketches[text]))
        if not hashes:
            continue
        for other, its in before:
            story, known = story_of[text], story_of[other]
            if story is not known and not hashes.isdisjoint(its) and compare_hashes(hashes, its, SIMILAR):
                known += story
                for each in story:
                    story_of[each] = known
        before.append((text, hashes))
    return story_of


def _value(telling: Telling, heaviest: float, first: str, chosen: list[Telling]) -> float:
    """What a mention adds to those that were chosen."""
    value = _WEIGHTY * telling.weight / heaviest if heaviest else 0.0
    if telling.is_negative:
        value += _NEGATIVE / (1 + sum(each.is_negative for each in chosen))
    if telling.mention == first:
        value += _FIRST
    if telling.source_kind == "press" and all(each.source_kind != "press" for each in chosen):
        value += _PRESS
    if chosen and all(each.source != telling.source for each in chosen):
        value += _NEW_SOURCE
    return value
