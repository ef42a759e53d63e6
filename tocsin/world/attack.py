"""A coordinated attack as it is posted: copies and near-copies of a few texts, the same hashtags and links, in bursts.

Modelled on what is known of real ones: half of the texts are not negative at all, a copy is mostly exact, and each
account posts in most of the bursts, one text a burst.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from random import Random
from typing import Final, NamedTuple

from schemas.mention import Author
from tocsin.world.events import Event, taking_part
from tocsin.world.people import make_attacker
from tocsin.world.wording import BOOKS, fill

#: Share of posts that are exact copies; the others are edited once or twice.
_EXACT = 0.6
_TEXTS, _LINKS, _TAGS = (4, 6), 2, 3
_PREFIXES: Final = ("wow. ", "!!! ", "👉 ", "RT pls: ", "look: ", "⚠️ ")
_SUFFIXES: Final = (" 😡", " !!", " 👇", " 🙏", " pls share", " ...")
_SITES: Final = ("thestory", "seewhy", "openletter", "worldwatch")


class Post(NamedTuple):
    """What one account posts: so many ms after the start of its minute."""

    after_ms: int
    author: Author
    text: str


class Attack:
    """The posts of one coordinated attack, by minute of the world.

    Args:
        at: when it begins; its accounts are older.
    """

    def __init__(self, event: Event, rng: Random, at: datetime) -> None:
        self.language = event.brand.language
        self._event = event
        self._rng = rng
        self._links = [
            f"https://{rng.choice(_SITES)}.example/{rng.randrange(16**5, 16**6):x}"
            for _ in range(rng.randint(1, _LINKS))
        ]
        tags = rng.sample(BOOKS[self.language].attack_tags, _TAGS)
        self._tags = [f"#{tag.format(h=event.brand.name)}" for tag in tags]
        self._posts: dict[int, list[Post]] = {}
        authors = [make_attacker(rng, id, at) for id in event.accounts]
        self._schedule(authors, self._make_texts())

    def due(self, minute: int) -> Sequence[Post]:
        """What is posted in this minute of the world."""
        return self._posts.get(minute, ())

    def _make_texts(self) -> list[str]:
        """The texts to copy, mild and harsh ones in turn: half of each, or one mild one more."""
        rng, event, book = self._rng, self._event, BOOKS[self.language]
        count = rng.randint(*_TEXTS)
        mild = rng.sample(book.attack_mild, (count + 1) // 2)
        harsh = rng.sample(book.attack_harsh, count // 2)
        texts = []
        for place in range(count):
            phrase = fill((harsh if place % 2 else mild)[place // 2], book, rng)
            said = phrase.format(event.brand.name, rng.choice(event.topic.words(self.language)), event.brand.campaign)
            texts.append(f"{said} {rng.choice(self._links)} {' '.join(rng.sample(self._tags, rng.randint(1, 2)))}")
        return texts

    def _schedule(self, authors: list[Author], texts: list[str]) -> None:
        rng, event = self._rng, self._event
        queue = self._queue(authors)
        for place, burst in enumerate(event.bursts):
            # One mild and one harsh text a burst: everybody who takes part has copied from the same few.
            active = (texts[place % len(texts)], texts[(place + 1) % len(texts)])
            for number in range(taking_part(event)):
                # The very first post begins the event; most of a burst comes at once, the rest trickles.
                share = 0.0 if place == number == 0 else rng.triangular(0, 1, 0.25)
                minute, rest = divmod(burst.after + share * burst.minutes * 0.999, 1)
                text = rng.choice(active)
                post = Post(int(rest * 60_000), next(queue), text if rng.random() < _EXACT else self._edit(text))
                self._posts.setdefault(event.start + int(minute), []).append(post)

    def _queue(self, authors: list[Author]) -> Iterator[Author]:
        """Everybody in turn, in another order each time."""
        while True:
            self._rng.shuffle(authors)
            yield from authors

    def _edit(self, text: str) -> str:
        """A near-copy: one or two small changes."""
        rng = self._rng
        for _ in range(rng.randint(1, 2)):
            match rng.randrange(5):
                case 0:
                    text = rng.choice(_PREFIXES) + text
                case 1:
                    text += rng.choice(_SUFFIXES)
                case 2:
                    words = text.split(" ")
                    place = rng.randrange(len(words) // 2)
                    if self._event.brand.name not in words[place]:  # nobody forgets whom it is about
                        del words[place]
                    text = " ".join(words)
                case 3:
                    text = f"{text} {rng.choice(self._tags)}"
                case _:
                    text = text.replace(" the ", " their ", 1).replace("!", "!!", 1)
        return text
