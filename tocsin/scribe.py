"""Who writes the simulated world's mentions: authors with heavy-tailed followers and activity, on several sources."""

from __future__ import annotations

from bisect import bisect
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import TYPE_CHECKING, TypeVar

from schemas.mention import Author, Engagement, Mention, SourceKind
from tocsin.phrases import (
    BRAND_POSTS,
    BRANDS,
    CLOSERS,
    CORES,
    HASHTAGS,
    HEADLINES,
    OPENERS,
    PLACES,
    Language,
    Mood,
    SimulatedBrand,
    SimulatedTopic,
)

if TYPE_CHECKING:
    from tocsin.simulate import Event

T = TypeVar("T")

#: source → its kind, and its share of all mentions.
SOURCES: dict[str, tuple[SourceKind, float]] = {
    "chirper": ("social", 0.56),
    "plaza": ("social", 0.22),
    "commons": ("forum", 0.12),
    "fivestars": ("review", 0.07),
    "wire": ("press", 0.03),
}
_SOCIAL, _PRESS = "chirper", "wire"

#: Share of complaints among ordinary mentions; a sentiment lexicon will see two thirds of them.
_COMPLAINTS, _QUESTIONS, _PRAISE = 0.18, 0.10, 0.32
_RESHARES, _REPLIES = 0.10, 0.12
#: Larger: a few authors write more of all mentions. At 2.5 the busiest 1 % write 16 %.
_ACTIVITY_TAIL = 2.5
#: Followers are log-normal: median 180, a hundredth above 10,000. Ordinary people, so no more than:
_MOST_FOLLOWERS = 60_000

_UNTIL_NEWS_MS = 3_600_000
#: Share of an event's mentions that only chat.
_ASIDES = {"storm": 0.15, "faux-pas": 0.12, "campaign": 0.4}
_SOURCE_NAMES = tuple(SOURCES)
_NO_ENGAGEMENT = Engagement()

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_REACTIONS: dict[str, Mood] = {
    "storm": "outrage",
    "faux-pas": "reaction",
    "hot-head": "rant",
    "campaign": "campaign",
}


@dataclass(slots=True)
class _Story:
    """What the authors of one event share: the post that began it, its hot-head, what can be reshared."""

    start_ms: int
    opener: Mention | None = None
    hot_head: Author | None = None
    recent: deque[Mention] = field(default_factory=lambda: deque(maxlen=40))


class Scribe:
    """Writes mentions, one a call; ids rise, texts hardly ever repeat except as reshares.

    Args:
        rng: all chance comes from it.
        start: the world's start; accounts are older.
        authors: how many people there are, on all sources together.
    """

    def __init__(self, rng: Random, start: datetime, *, authors: int) -> None:
        self._rng = rng
        self._random = rng.random
        self._start = start
        self._serial = 0
        self._crowds = {
            source: [self._make_author(source, str(number)) for number in range(max(20, int(authors * share)))]
            for source, (_, share) in SOURCES.items()
        }
        self._sources = list(accumulate(share for _, share in SOURCES.values()))
        self._languages = {brand.id: list(accumulate(share for _, share in brand.languages)) for brand in BRANDS}
        self._recent: dict[str, deque[Mention]] = {brand.id: deque(maxlen=60) for brand in BRANDS}
        self._stories: dict[int, _Story] = {}
        #: id of a mention that is not yet published → where it can be reshared from once it is.
        self._shelves: dict[str, deque[Mention]] = {}

    def write_ordinary(self, brand: SimulatedBrand, at_ms: int) -> Mention:
        """One mention of an ordinary day."""
        random, recent = self._random, self._recent[brand.id]
        topic = self._pick(brand.topics)
        target = self._pick(recent) if recent and random() < _RESHARES + _REPLIES else None
        source = target.source if target else self._pick_source()
        crowd = self._crowds[source]
        author = crowd[int(len(crowd) * random() ** _ACTIVITY_TAIL)]
        if source == _PRESS:
            return self._write(source, author, at_ms, self._headline(brand, topic, "calm"), "en")
        if target and random() * (_RESHARES + _REPLIES) < _RESHARES:
            return self._reshare(target, author, at_ms)
        chance = random()
        if chance < _COMPLAINTS:
            mood: Mood = "complaint"
        elif chance < _COMPLAINTS + _QUESTIONS:
            mood = "question"
        elif chance < _COMPLAINTS + _QUESTIONS + _PRAISE:
            mood = "praise"
        else:
            mood = "chatter"
        mention = self._speak(brand, topic, mood, source, author, at_ms, target)
        self._shelves[mention.id] = recent
        return mention

    def open_event(self, event: Event, at_ms: int) -> list[Mention]:
        """What begins an event: the brand's own post for a faux pas or a campaign, else nothing."""
        story = self._stories[event.start] = _Story(at_ms)
        brand = event.brand
        if event.kind == "hot-head":
            story.hot_head = self._make_author(_SOCIAL, f"h{event.start}")
        if event.kind not in BRAND_POSTS:
            return []
        official = Author(id=f"{brand.id}-official", handle=brand.id, name=brand.name, followers=50_000, verified=True)
        words = {"t": event.topic.en[0], "c": brand.campaign, "p": self._pick(PLACES), "h": f"#{brand.name}"}
        text = self._pick(BRAND_POSTS[event.kind]).format(**words)
        story.opener = self._write(_SOCIAL, official, at_ms, text, "en")
        return [story.opener]

    def write_of(self, event: Event, at_ms: int) -> Mention:
        """One mention that an event causes."""
        random, brand, topic = self._random, event.brand, event.topic
        story = self._stories[event.start]
        mood = _REACTIONS[event.kind]
        if story.hot_head:
            return self._speak(brand, topic, mood, _SOCIAL, story.hot_head, at_ms, None, language="en")
        target = self._pick(story.recent) if story.recent and random() < 2 * _RESHARES else None
        is_reply = target is None and story.opener is not None and random() < 0.55
        source = target.source if target else _SOCIAL if is_reply else self._pick_source()
        # Events draw people who hardly ever write; a fifth has never been seen.
        author = self._pick(self._crowds[source]) if random() < 0.8 else self._make_author(source, f"n{self._serial}")
        if source == _PRESS:
            is_news = at_ms - story.start_ms > _UNTIL_NEWS_MS
            return self._write(
                source, author, at_ms, self._headline(brand, topic, event.kind if is_news else "calm"), "en"
            )
        if target:
            return self._reshare(target, author, at_ms)
        if random() < _ASIDES[event.kind]:
            return self._speak(brand, topic, "chatter", source, author, at_ms, None)
        mention = self._speak(brand, topic, mood, source, author, at_ms, story.opener if is_reply else None)
        self._shelves[mention.id] = story.recent
        return mention

    def remember(self, mentions: Iterable[Mention]) -> None:
        """These are published: later ones may reshare them and reply to them."""
        for mention in mentions:
            if (shelf := self._shelves.pop(mention.id, None)) is not None:
                shelf.append(mention)

    # -- texts ---------------------------------------------------------------------------------------------------

    def _speak(
        self,
        brand: SimulatedBrand,
        topic: SimulatedTopic,
        mood: Mood,
        source: str,
        author: Author,
        at_ms: int,
        target: Mention | None,
        language: Language | None = None,
    ) -> Mention:
        random, pick = self._random, self._pick
        if language is None:
            language = brand.languages[bisect(self._languages[brand.id], random())][0]
        chance = random()
        name = f"@{brand.id}" if chance < 0.55 else brand.name if chance < 0.9 else f"#{brand.id}"
        words = {
            "b": name,
            "t": pick(topic.words(language)),
            "c": brand.campaign,
            "n": int(2 + random() * 9),
            "p": pick(PLACES),
            "i": pick(HASHTAGS),
        }
        pattern = pick(OPENERS[language]) + pick(CORES[language][mood]) + pick(CLOSERS[language])
        text = pattern.format_map(words)
        if target:
            text = f"@{target.author.handle} {text}"
        return self._write(source, author, at_ms, text, language, in_reply_to=target.id if target else None)

    def _headline(self, brand: SimulatedBrand, topic: SimulatedTopic, about: str) -> str:
        pattern = self._pick(HEADLINES[about])
        return pattern.format(b=brand.name, t=topic.en[0], c=brand.campaign, p=self._pick(PLACES))

    def _reshare(self, original: Mention, author: Author, at_ms: int) -> Mention:
        text = f"RT @{original.author.handle}: {original.text}"
        return self._write(original.source, author, at_ms, text, original.lang, reshare_of=original.id)

    def _write(
        self,
        source: str,
        author: Author,
        at_ms: int,
        text: str,
        language: str | None,
        *,
        in_reply_to: str | None = None,
        reshare_of: str | None = None,
    ) -> Mention:
        self._serial += 1
        luck = self._random()
        likes = int(0.02 * (author.followers or 0) ** 0.7 / (luck + 0.01))
        return Mention(
            id=str(self._serial),
            text=text,
            source=source,
            source_kind=SOURCES[source][0],
            posted_at=_EPOCH + timedelta(milliseconds=at_ms),
            author=author,
            url=f"https://{source}.example/{self._serial}",
            # Only some services tell the language.
            lang=language if source in (_SOCIAL, _PRESS) else None,
            in_reply_to=in_reply_to,
            reshare_of=reshare_of,
            engagement=Engagement(likes=likes, reshares=likes // 5, replies=likes // 8, views=likes * 40)
            if likes
            else _NO_ENGAGEMENT,
        )

    # -- people --------------------------------------------------------------------------------------------------

    def _make_author(self, source: str, number: str) -> Author:
        rng = self._rng
        if source == _PRESS:
            name = f"{self._pick(PLACES)} Courier {number}"
            return Author(id=number, handle=f"courier{number}", name=name, followers=rng.randint(20_000, 400_000))
        followers = min(_MOST_FOLLOWERS, int(rng.lognormvariate(5.2, 1.8)))
        age = timedelta(days=int(3_000 * self._random()) + 3)
        return Author(id=number, handle=f"{source[:2]}_{number}", followers=followers, created_at=self._start - age)

    def _pick_source(self) -> str:
        return _SOURCE_NAMES[bisect(self._sources, self._random() * self._sources[-1])]

    def _pick(self, choices: Sequence[T]) -> T:
        return choices[int(len(choices) * self._random())]
