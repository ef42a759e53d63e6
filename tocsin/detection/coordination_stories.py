"""Which mentions tell the same story: the same text, or nearly the same, found without comparing all with all.

A mention is looked up by its fingerprint, then by the four smallest hashes of its sketch; among what is found the most
similar story takes it when at least half of the pairs of words are common. A story is represented by its first text,
so that a text that 100,000 authors post is one story and never 5 · 10⁹ pairs.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import Final

from tocsin.detection.coordination_rows import POSTS_LIMIT, Post, StoryRow
from tocsin.detection.traces import HASH_BYTES, SKETCH_HASHES, Trace, resemblance

#: Jaccard similarity of pairs of words from which on texts are nearly the same.
SIMILAR: Final = 0.5

#: Hashes by which a story is found: similar pairs of real texts nearly always had one of their four smallest in common.
_KEYS: Final = 4

#: A pair of words that more stories have is a phrase of the language: only so many of them, by their hash, are tried.
_STORIES_A_KEY: Final = 8


class Stories(dict[str, StoryRow]):
    """All stories of a brand that are remembered, by the fingerprint of their first text."""

    def __init__(self) -> None:
        super().__init__()
        self._variants: dict[str, str] = {}
        self._by_key: dict[bytes, list[str]] = {}
        self._hashes: dict[str, frozenset[bytes]] = {}

    def find(self, trace: Trace) -> str | None:
        """The story that a text belongs to."""
        text = trace.text
        if text in self:
            return text
        if (variant := self._variants.get(text)) is not None:
            return variant
        best: tuple[float, str] | None = None
        ours = _hashes(trace.sketch)
        # A phrase in common is no likeness: half of the smallest hashes of both would have to be.
        least = SIMILAR * min(SKETCH_HASHES, len(ours))
        hashes, tried = self._hashes, set[str]()
        for key in _keys(trace.sketch):
            for story in self._by_key.get(key, ())[:_STORIES_A_KEY]:
                if story in tried:
                    continue
                tried.add(story)
                if len(ours & hashes[story]) < least:
                    continue
                found = (-resemblance(trace.sketch, self[story].sketch), story)
                if best is None or found < best:
                    best = found
        if best is None or best[0] > -SIMILAR:
            return None
        return best[1]

    def begin(self, story: str, row: StoryRow) -> None:
        """Remember a new story, or one of another life."""
        self[story] = row
        self._hashes[story] = _hashes(row.sketch)
        for post in row.posts:
            if post[3] != story:
                self._variants[post[3]] = story
        for key in _keys(row.sketch):
            insort(self._by_key.setdefault(key, []), story)

    def add(self, story: str, post: Post) -> None:
        """Add a post to a story; the oldest of more than `POSTS_LIMIT` goes, and with it its way of putting it."""
        posts = self[story].posts
        insort(posts, post)
        if post[3] != story:
            self._variants[post[3]] = story
        if len(posts) > POSTS_LIMIT:
            gone = posts.pop(0)[3]
            if gone != story and all(each[3] != gone for each in posts):
                del self._variants[gone]

    def forget(self, story: str) -> None:
        """Forget a story."""
        row = self.pop(story)
        del self._hashes[story]
        for text in {post[3] for post in row.posts} - {story}:
            del self._variants[text]
        for key in _keys(row.sketch):
            stories = self._by_key[key]
            del stories[bisect_left(stories, story)]
            if not stories:
                del self._by_key[key]


def _hashes(sketch: bytes) -> frozenset[bytes]:
    return frozenset([sketch[at : at + HASH_BYTES] for at in range(0, len(sketch), HASH_BYTES)])


def _keys(sketch: bytes) -> Iterator[bytes]:
    for at in range(0, min(len(sketch), _KEYS * HASH_BYTES), HASH_BYTES):
        yield sketch[at : at + HASH_BYTES]
