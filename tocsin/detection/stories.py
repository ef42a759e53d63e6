"""A wave of mentions as a person tells it: the stories in it, who began, who drove it, and five mentions that show it.

A story is one text with all its reposts: a hundred copies are one story heard a hundred times, not a hundred voices.
Texts that differ in a word are joined when a story is told, by their signatures (SimHash: Charikar 2002; few differing
bits: Manku et al. 2007), so that what is kept stays a sum.

Everything kept is commutative, whatever the order and the grouping of the parts: least, greatest and counts. Counts of
too many stories become those of a sample of mentions, chosen by hash: a small story may be lost, a big one cannot.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from typing import Final, NamedTuple

import msgspec

from schemas.mention import TopicMention
from tocsin.detection.distinct import class_of
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
    add_told,
    keep_best,
    keep_driver,
    keep_first,
)

#: Stories (in each class of mentions) that are counted before counts become a sample.
STORIES_LIMIT: Final = 256
#: Signatures of 64 bits that differ in no more than so many are near-duplicates.
NEAR_BITS: Final = 3

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
        mentions, negatives, reach: with all reposts; estimates when there were too many stories to count.
        first_mention, first_ms: the earliest known mention of it.
    """

    fingerprints: tuple[str, ...]
    mentions: int
    negatives: int
    reach: int
    first_mention: str
    first_ms: int


class Driver(NamedTuple):
    """An author and the audience they brought: people who follow them, once, however often they wrote."""

    author: str
    reach: int
    mentions: int


class Chosen(NamedTuple):
    """A mention that was chosen to be shown, and what for."""

    mention: str
    author: str
    story: str
    because: tuple[str, ...]


class Wave(msgspec.Struct, array_like=True, omit_defaults=True):
    """The mentions of a burst, in bounded room (about 300 entries, 20 kB at most).

    Attributes:
        classes: class of mentions → fingerprint → story; only classes from `level` on are kept.
        level: one in 2^level mentions is counted; 0: all.
        size: stories in all classes.
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

    def add(self, mention: TopicMention, posted_ms: int, signature: int = 0) -> None:
        """Add one mention; constant time.

        Args:
            posted_ms: its posting time, ms since 1970.
            signature: 64-bit SimHash of its text; 0 when there is none.
        """
        key = mention.mention
        voice = Voice(
            posted_ms,
            key,
            mention.author,
            mention.reach,
            mention.weight,
            mention.fingerprint or key,
            mention.source,
            mention.source_kind,
            mention.author_mentions,
            mention.label == "negative",
        )
        self.hear(voice, class_of(key), signature)

    def hear(self, voice: Voice, place: int, signature: int = 0) -> None:
        """`add` of what a window keeps of a mention, whose class is known; about 1.5 µs."""
        key, reach, posted_ms, story = voice.mention, voice.reach, voice.posted_ms, voice.story
        is_negative = voice.is_negative
        if place >= self.level:
            stories = self.classes.get(place)
            told = stories.get(story) if stories is not None else None
            if told is None:
                self._begin(place, story, Told(1, 1 if is_negative else 0, reach, (posted_ms, key), signature))
            elif signature or told.signature:
                add_told(told, Told(1, 1 if is_negative else 0, reach, (posted_ms, key), signature))
            else:
                told.mentions += 1
                told.reach += reach
                if is_negative:
                    told.negatives += 1
                if (posted_ms, key) < told.first:
                    told.first = (posted_ms, key)
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
            telling = Telling(rank, -posted_ms, key, voice.author, story, source, kind, reach, signature)
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
        """The stories heard most, near-identical ones joined; most mentions first, then reach, then by name."""
        scale = 1 << self.level
        told = self._told()
        stories = []
        for group in _joined(told):
            group.sort(key=lambda each: (-told[each].mentions, each))
            parts = [told[each] for each in group]
            first_ms, first_mention = min(part.first for part in parts)
            stories.append(
                Story(
                    tuple(group),
                    scale * sum(part.mentions for part in parts),
                    scale * sum(part.negatives for part in parts),
                    scale * sum(part.reach for part in parts),
                    first_mention,
                    first_ms,
                )
            )
        stories.sort(key=lambda story: (-story.mentions, -story.reach, story.fingerprints))
        return tuple(stories[:top])

    def choose(self, count: int = 5) -> tuple[Chosen, ...]:
        """Telling mentions that differ: one of each story and author; the negative, the weighty, the first, the press.

        Greedy: each time the one that adds most; a source that has not spoken yet adds, so does the first mention.
        Told in the order of what they tell: the negative ones first, the weightier first.
        """
        first = self.first[0].mention if self.first else ""
        heard = {story: told.mentions << self.level for story, told in self._told().items()}
        pool = sorted({*self.best, *self.press, *self.sources.values(), *self.first[:1]}, reverse=True)
        heaviest = max((each.weight for each in pool), default=0.0)
        chosen: list[Telling] = []
        while pool and len(chosen) < count:
            best = max(pool, key=lambda each: (_value(each, heaviest, first, chosen), each))
            chosen.append(best)
            pool = [each for each in pool if not _is_same_voice(each, best)]
        return tuple(
            Chosen(each.mention, each.author, each.story, tuple(_why(each, first, heard.get(each.story, 1))))
            for each in sorted(chosen, reverse=True)
        )

    def find_first(self) -> Telling | None:
        """The earliest mention of the wave; None before there is one."""
        return self.first[0] if self.first else None

    def who_drove(self, top: int = 5) -> tuple[Driver, ...]:
        """The authors who brought the largest audiences."""
        return tuple(Driver(author, reach, mentions) for reach, mentions, author in self.drivers[:top])

    def _told(self) -> dict[str, Told]:
        """All classes together: fingerprint → story."""
        told: dict[str, Told] = {}
        for place in sorted(self.classes):
            for story, part in self.classes[place].items():
                add_told(told.setdefault(story, Told()), part)
        return told

    def _count(self, place: int, story: str, part: Told) -> None:
        stories = self.classes.get(place)
        told = stories.get(story) if stories is not None else None
        if told is not None:
            add_told(told, part)
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


def _joined(told: dict[str, Told]) -> Iterable[list[str]]:
    """Fingerprints in groups of near-identical texts. Every two are compared, at most 256: some milliseconds."""
    names = sorted(told)
    group_of = {name: [name] for name in names}
    signed = [(name, told[name].signature) for name in names if told[name].signature]
    for place, (name, signature) in enumerate(signed):
        for other, another in signed[place + 1 :]:
            if (signature ^ another).bit_count() <= NEAR_BITS and group_of[name] is not group_of[other]:
                group_of[name].extend(group_of[other])
                for each in group_of[other]:
                    group_of[each] = group_of[name]
    return [group for name, group in group_of.items() if group[0] == name]


def _is_same_voice(one: Telling, other: Telling) -> bool:
    if one.story == other.story or one.author == other.author:
        return True
    has_signatures = bool(one.signature and other.signature)
    return has_signatures and (one.signature ^ other.signature).bit_count() <= NEAR_BITS


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


def _why(telling: Telling, first: str, heard: int) -> Iterable[str]:
    if telling.mention == first:
        yield "the first of the wave"
    if telling.is_negative:
        yield "negative"
    if telling.source_kind == "press":
        yield "the press"
    if telling.reach:
        yield f"reaches {telling.reach:,}"
    if heard > 1:
        yield f"told {heard:,} times"
