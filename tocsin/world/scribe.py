"""Who writes the simulated world's mentions: authors with heavy-tailed followers and activity, on several sources."""

from __future__ import annotations

from bisect import bisect
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import TypeVar

from schemas.mention import Author, Engagement, Mention, SourceKind
from tocsin.world.attack import Attack
from tocsin.world.events import Event
from tocsin.world.people import make_official, make_outlet, make_person
from tocsin.world.phrases import BRANDS, LANGUAGES, Dialect, Mood, SimulatedBrand, SimulatedTopic
from tocsin.world.wording import BOOKS, Wording, write_line

T = TypeVar("T")

#: source → its kind, and its share of all mentions.
SOURCES: dict[str, tuple[SourceKind, float]] = {
    "chirper": ("social", 0.56),
    "plaza": ("social", 0.22),
    "commons": ("forum", 0.12),
    "fivestars": ("review", 0.07),
    "wire": ("press", 0.03),
}
SOCIAL, _PRESS = "chirper", "wire"

#: Share of complaints among ordinary mentions; a sentiment lexicon will see two thirds of them.
_COMPLAINTS, _QUESTIONS, _PRAISE = 0.18, 0.10, 0.32
_MOODS: tuple[Mood, ...] = ("complaint", "question", "praise", "chatter")
_UNTIL_MOOD = list(accumulate((_COMPLAINTS, _QUESTIONS, _PRAISE)))
_RESHARES, _REPLIES = 0.10, 0.12
#: Larger: a few authors write more of all mentions. At 2.5 the busiest 1 % write 16 %.
_ACTIVITY_TAIL = 2.5

_UNTIL_NEWS_MS = 3_600_000
#: Share of an event's mentions that only chat.
_ASIDES = {"storm": 0.15, "faux-pas": 0.12, "campaign": 0.4}
#: The first reaction of an author with so many followers goes viral: it gets so much of the event's reshares, some of
#: them by people who saw another reshare of it.
_HEARD, _VIRAL, _CHAINED = 2_000, 0.5, 0.3
#: Far more than the reshares of what can still be reshared.
_RESHARES_KEPT = 10_000
_SOURCE_NAMES = tuple(SOURCES)
_SOURCE_KINDS = {source: kind for source, (kind, _) in SOURCES.items()}
_SOURCE_SHARES = list(accumulate(share for _, share in SOURCES.values()))[:-1]
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
    """What the authors of one event share: the post that began it, its hot-head, what can be reshared.

    `viral` holds the mention that went viral, and after it the reshares of it; `reshared` who reshared which text.
    """

    start_ms: int
    opener: Mention | None = None
    hot_head: Author | None = None
    attack: Attack | None = None
    recent: deque[tuple[Mention, Dialect]] = field(default_factory=lambda: deque(maxlen=40))
    viral: list[tuple[Mention, Dialect]] = field(default_factory=list)
    reshared: set[tuple[str, str]] = field(default_factory=set)


class _Customers:
    """What is needed for every text about a brand, looked up once."""

    def __init__(self, brand: SimulatedBrand) -> None:
        self.brand = brand
        # Eleven in twenty write the handle, seven the name, two a hashtag.
        self.names = (f"@{brand.id}",) * 11 + (brand.name,) * 7 + (f"#{brand.id}",) * 2
        self.dialects: tuple[Dialect, ...] = tuple(dialect for dialect, _ in brand.dialects)
        self.until = list(accumulate(share for _, share in brand.dialects))[:-1]
        self.words = {(topic.id, dialect): topic.words(dialect) for topic in brand.topics for dialect in LANGUAGES}
        self.recent: deque[tuple[Mention, Dialect]] = deque(maxlen=60)
        self._reshared: set[tuple[str, str]] = set()

    def allows(self, author: Author, target: Mention) -> bool:
        """Nobody reshares the same mention twice, or their own."""
        if len(self._reshared) > _RESHARES_KEPT:
            self._reshared.clear()
        pair = author.id, target.id
        if pair in self._reshared or author.id == target.author.id:
            return False
        self._reshared.add(pair)
        return True


class Scribe:
    """Writes mentions, one a call; ids rise, texts hardly ever repeat except as reshares.

    Args:
        rng: all chance comes from it.
        start: the world's start; accounts are older.
        authors: how many people there are, on all sources together.
        seed: of the world; what an attack posts follows from it alone.
    """

    def __init__(self, rng: Random, start: datetime, *, authors: int, seed: int) -> None:
        self._rng = rng
        self._random = rng.random
        self._start = start
        self._seed = seed
        self._serial = 0
        self._customers = {brand.id: _Customers(brand) for brand in BRANDS}
        self._wordings: dict[Dialect, Wording] = {dialect: Wording.of(dialect) for dialect in LANGUAGES}
        self._crowds = {source: self._make_crowds(source, authors * share) for source, (_, share) in SOURCES.items()}
        self._stories: dict[tuple[int, str], _Story] = {}
        #: id of a mention that is not yet published → where it can be reshared from once it is.
        self._shelves: dict[str, tuple[deque[tuple[Mention, Dialect]] | list[tuple[Mention, Dialect]], Dialect]] = {}

    def write_ordinary(self, brand: SimulatedBrand, at_ms: int) -> Mention:
        """One mention of an ordinary day."""
        random, customers = self._random, self._customers[brand.id]
        recent = customers.recent
        topic = brand.topics[int(len(brand.topics) * random())]
        chance = random()
        if chance < _RESHARES + _REPLIES and recent:
            target, dialect = recent[int(len(recent) * random())]
            source = target.source
        else:
            target, source = None, _SOURCE_NAMES[bisect(_SOURCE_SHARES, random())]
            dialect = customers.dialects[bisect(customers.until, random())]
        crowd = self._crowds[source][dialect]
        # Everybody reshares alike: a few who reshare everything would look like accounts that act as one.
        is_reshare = target is not None and chance < _RESHARES
        author = crowd[int(len(crowd) * random() ** (1.0 if is_reshare else _ACTIVITY_TAIL))]
        if source == _PRESS:
            return self._write(source, author, at_ms, self._headline(brand, topic, "calm", dialect), LANGUAGES[dialect])
        if target and is_reshare:
            if customers.allows(author, target):
                return self._reshare(target, author, at_ms)
            target = None
        mood = _MOODS[bisect(_UNTIL_MOOD, random())]
        mention = self._speak(customers, topic, mood, source, dialect, author, at_ms, target)
        self._shelves[mention.id] = recent, dialect
        return mention

    def open_event(self, event: Event, at_ms: int) -> list[Mention]:
        """What begins an event: the brand's own post for a faux pas or a campaign, else nothing."""
        story = self._stories[event.key] = _Story(at_ms)
        brand, book = event.brand, BOOKS[event.brand.language]
        if event.kind == "hot-head":
            story.hot_head = make_person(self._rng, SOCIAL, f"{10**6 + event.start}", self._start)
        if event.accounts:
            chance = Random(f"{self._seed}/posts/{event.start}")
            story.attack = Attack(event, chance, _EPOCH + timedelta(milliseconds=at_ms))
        if event.kind not in book.brand_posts:
            return []
        words = {"t": event.topic.words(brand.language)[0], "c": brand.campaign, "h": f"#{brand.name}"}
        text = write_line(self._pick(book.brand_posts[event.kind]), book, self._rng, words)
        story.opener = self._write(SOCIAL, make_official(brand), at_ms, text, brand.language)
        return [story.opener]

    def write_attack(self, event: Event, minute: int, opens_ms: int) -> list[Mention]:
        """What the accounts of a coordinated attack post in this minute of the world; nothing for other events."""
        attack = self._stories[event.key].attack
        if attack is None:
            return []
        return [
            self._write(SOCIAL, post.author, opens_ms + post.after_ms, post.text, attack.language)
            for post in attack.due(minute)
        ]

    def write_of(self, event: Event, at_ms: int) -> Mention:
        """One mention that an event causes."""
        random, brand, topic = self._random, event.brand, event.topic
        customers = self._customers[brand.id]
        story = self._stories[event.key]
        mood = _REACTIONS[event.kind]
        if story.hot_head:
            return self._speak(customers, topic, mood, SOCIAL, "en", story.hot_head, at_ms, None)
        target, dialect = self._find_target(story)
        if target is None:
            dialect = customers.dialects[bisect(customers.until, random())]
        is_reply = target is None and story.opener is not None and random() < 0.55
        free = SOCIAL if is_reply else _SOURCE_NAMES[bisect(_SOURCE_SHARES, random())]
        source = target.source if target else free
        # Events draw people who hardly ever write; a fifth has never been seen.
        author = self._pick(self._crowds[source][dialect]) if random() < 0.8 else self._make_author(source)
        if source == _PRESS:
            about = event.kind if at_ms - story.start_ms > _UNTIL_NEWS_MS else "calm"
            return self._write(source, author, at_ms, self._headline(brand, topic, about, dialect), LANGUAGES[dialect])
        if target:
            reshare = self._reshare(target, author, at_ms)
            if (author.id, reshare.text) in story.reshared:  # no service lets one account do it twice
                reshare = reshare.replace(author=self._make_author(source))
            story.reshared.add((reshare.author.id, reshare.text))
            if story.viral and target.text in (story.viral[0][0].text, story.viral[-1][0].text):
                self._shelves[reshare.id] = story.viral, dialect
            return reshare
        if random() < _ASIDES[event.kind]:
            return self._speak(customers, topic, "chatter", source, dialect, author, at_ms, None)
        mention = self._speak(
            customers, topic, mood, source, dialect, author, at_ms, story.opener if is_reply else None
        )
        is_heard = not story.viral and (author.followers or 0) >= _HEARD
        self._shelves[mention.id] = story.viral if is_heard else story.recent, dialect
        return mention

    def remember(self, mentions: Iterable[Mention]) -> None:
        """These are published: later ones may reshare them and reply to them."""
        shelves = self._shelves
        for mention in mentions:
            if (place := shelves.pop(mention.id, None)) is not None:
                place[0].append((mention, place[1]))

    # -- texts ---------------------------------------------------------------------------------------------------

    def _speak(
        self,
        customers: _Customers,
        topic: SimulatedTopic,
        mood: Mood,
        source: str,
        dialect: Dialect,
        author: Author,
        at_ms: int,
        target: Mention | None,
    ) -> Mention:
        random, wording = self._random, self._wordings[dialect]
        words, cores = customers.words[topic.id, dialect], wording.cores[mood]
        openers, endings = wording.openers, wording.endings[mood]
        core = cores[int(len(cores) * random())].format(
            customers.names[int(20 * random())], words[int(len(words) * random())], customers.brand.campaign
        )
        text = f"{openers[int(len(openers) * random())]}{core}{endings[int(len(endings) * random())]}"
        if target:
            text = f"@{target.author.handle} {text}"
            return self._write(source, author, at_ms, text, LANGUAGES[dialect], in_reply_to=target.id)
        return self._write(source, author, at_ms, text, LANGUAGES[dialect])

    def _headline(self, brand: SimulatedBrand, topic: SimulatedTopic, about: str, dialect: Dialect) -> str:
        language = LANGUAGES[dialect]
        words = {"b": brand.name, "t": topic.words(language)[0], "c": brand.campaign}
        return write_line(self._pick(BOOKS[language].headlines[about]), BOOKS[language], self._rng, words)

    def _find_target(self, story: _Story) -> tuple[Mention | None, Dialect]:
        """What the next author of an event reshares: mostly nothing."""
        random = self._random
        if not story.recent or random() >= 2 * _RESHARES:
            return None, "en"
        if story.viral and random() < _VIRAL:
            return self._pick(story.viral) if random() < _CHAINED else story.viral[0]
        return self._pick(story.recent)

    def _reshare(self, original: Mention, author: Author, at_ms: int) -> Mention:
        """A reshare, or a reshare of a reshare, which shows the same text."""
        text = original.text if original.reshare_of else f"RT @{original.author.handle}: {original.text}"
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
            source_kind=_SOURCE_KINDS[source],
            posted_at=_EPOCH + timedelta(0, 0, 0, at_ms),
            author=author,
            url=f"https://{source}.example/{self._serial}",
            # Only some services tell the language.
            lang=language if source in (SOCIAL, _PRESS) else None,
            in_reply_to=in_reply_to,
            reshare_of=reshare_of,
            engagement=Engagement(likes=likes, reshares=likes // 5, replies=likes // 8, views=likes * 40)
            if likes
            else _NO_ENGAGEMENT,
        )

    # -- people --------------------------------------------------------------------------------------------------

    def _make_crowds(self, source: str, people: float) -> dict[Dialect, list[Author]]:
        """The authors of a source by how they type, as many of each as brands of the world need."""
        shares = dict.fromkeys(LANGUAGES, 0.0)
        for brand in BRANDS:
            for dialect, share in brand.dialects:
                shares[dialect] += share * brand.weight / len(BRANDS)
        rng, crowds, number = self._rng, {}, 0
        for dialect, share in shares.items():
            count = max(4, int(people * share))
            make = make_outlet if source == _PRESS else None
            crowds[dialect] = [
                make(rng, str(each)) if make else make_person(rng, source, str(each), self._start)
                for each in range(number, number + count)
            ]
            number += count
        return crowds

    def _make_author(self, source: str) -> Author:
        """Somebody who was never seen."""
        number = f"{10**5 + self._serial}"
        return (
            make_outlet(self._rng, number) if source == _PRESS else make_person(self._rng, source, number, self._start)
        )

    def _pick(self, choices: Sequence[T]) -> T:
        return choices[int(len(choices) * self._random())]
