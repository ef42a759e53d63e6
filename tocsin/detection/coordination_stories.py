"""Which mentions tell the same story: the same text, or nearly the same, found without comparing all with all.

A mention is looked up by its fingerprint, then by the four smallest hashes of its sketch; among what is found the most
similar story takes it when at least half of the pairs of words are common. A story is represented by its first text,
so that a text that 100,000 authors post is one story and never 5 · 10⁹ pairs.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable
from operator import itemgetter
from typing import Final

from tocsin.detection.coordination_rows import POSTS_LIMIT, Post, StoryRow
from tocsin.detection.traces import SIMILAR, SKETCH_HASHES, Trace, compare_hashes, read_sketch

#: Hashes by which a story is found: similar pairs of real texts nearly always had one of their four smallest in common.
_KEYS: Final = 4

#: A pair of words that more stories have is a phrase of the language: only so many of them, by their hash, are tried.
_STORIES_A_KEY: Final = 8

#: Hashes as the bits of one integer: what two sketches have in common is seen at once, or nearly.
_BITS: Final = tuple(1 << place for place in range(256))

_NAME: Final = itemgetter(0)

#: A story where it is looked for: its name, the bits of its sketch, the sketch.
_Found = tuple[str, int, bytes]


class Stories(dict[str, StoryRow]):
    """All stories of a brand that are remembered, by the fingerprint of their first text."""

    def __init__(self) -> None:
        super().__init__()
        self._variants: dict[str, str] = {}
        self._by_key: dict[int, list[_Found]] = {}

    def find(self, trace: Trace) -> str | None:
        """The story that a text belongs to."""
        text = trace.text
        if text in self:
            return text
        if (variant := self._variants.get(text)) is not None:
            return variant
        sketch = read_sketch(trace.sketch)
        # A phrase in common is no likeness: half of the smallest hashes of both would have to be.
        mask, least = _mask(sketch), SIMILAR * min(SKETCH_HASHES, len(sketch))
        bits = least - (len(sketch) - mask.bit_count())  # two hashes may share a bit
        get = self._by_key.get
        near = [
            found
            for key in sketch[:_KEYS]
            if (stories := get(key)) is not None
            for found in (stories if len(stories) <= _STORIES_A_KEY else stories[:_STORIES_A_KEY])
            if (found[1] & mask).bit_count() >= bits
        ]
        if not near:
            return None
        ours = frozenset(sketch)
        best, likest = "", SIMILAR
        for story, _, other in near:
            likeness = compare_hashes(ours, read_sketch(other), likest)
            if likeness > likest or (likeness == likest and (not best or story < best)):
                best, likest = story, likeness
        return best or None

    def begin(self, story: str, row: StoryRow) -> None:
        """Remember a new story, or one of another life."""
        self[story] = row
        for post in row.posts:
            if post[3] != story:
                self._variants[post[3]] = story
        sketch = read_sketch(row.sketch)
        found = (story, _mask(sketch), row.sketch)
        by_key = self._by_key
        for key in sketch[:_KEYS]:
            stories = by_key.get(key)
            if stories is None:
                by_key[key] = [found]
            else:
                insort(stories, found)

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
        for text in {post[3] for post in row.posts} - {story}:
            del self._variants[text]
        for key in read_sketch(row.sketch)[:_KEYS]:
            stories = self._by_key[key]
            del stories[bisect_left(stories, story, key=_NAME)]
            if not stories:
                del self._by_key[key]


def _mask(hashes: Iterable[int]) -> int:
    mask = 0
    for each in hashes:
        mask |= _BITS[each & 255]
    return mask
