"""Which brands a text speaks of: every term of the watchlist at once, by one automaton.

Aho & Corasick's automaton (Aho, A.V. & Corasick, M.J. (1975). Efficient string matching. CACM 18(6)) finds all terms in
one pass, so a mention costs much the same with ten terms as with thousands. What follows from a set of found terms is
worked out once and remembered: most mentions hold the same few.

The rules:

- A term is found where it stands as whole words, case and accents folded (`tocsin.detection.normalise`). One that ends
  in `*` also finds longer words that begin with it.
- Handles are found as `@handle`. Keywords and phrases are found as `#hashtags` too, phrases without their spaces.
- A brand is matched by its handles, keywords and phrases, and by the handles of its topics. Keywords and phrases of a
  topic only say to which topics a mention of the brand belongs: "delayed" alone is nobody's.
- An exclusion that contains one of the brand's own terms ("united nations" for "united") removes the matches that it
  overlaps; the others count. Any other exclusion ("soccer") removes the brand from the mention.
- High-risk terms in a post of the brand's own official account are not reported as such: its statement on an accident
  is not news of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from itertools import count
from typing import Final, NamedTuple

import msgspec
from ahocorasick_rs import AhoCorasick, Implementation

from tocsin.detection.normalise import WordCharacters, fold
from tocsin.detection.watchlist import Brand, Watchlist

#: Characters of all terms up to which the fastest automaton is quickly built and small (about 250 bytes a character).
_FASTEST_UP_TO: Final = 100_000
#: Sets of terms whose consequences are remembered; a few hundred bytes each.
_REMEMBERED: Final = 8_192
#: Part of every version: raise it when the rules above or the folding change, since they change what is counted.
_RULES_VERSION: Final = 1

_IS_WORD: Final = WordCharacters()

#: A folded term, and whether it ends in `*`.
_Pattern = tuple[str, bool]
#: Pattern number, start and end in the folded text.
_Hit = tuple[int, int, int]


class BrandMatch(NamedTuple):
    """What a text holds of one brand.

    Attributes:
        topics: ids of the brand's topics, in the watchlist's order.
        matched: the terms found, as the watchlist writes them, in its order.
        high_risk: the high-risk terms among them.
    """

    brand: str
    topics: tuple[str, ...]
    matched: tuple[str, ...]
    high_risk: tuple[str, ...]


class _Role(NamedTuple):
    """What one term means to one brand; `order` is its place in the brand's part of the watchlist."""

    order: int
    written: str
    names_brand: bool = False
    topic: str | None = None
    is_high_risk: bool = False


class _Terms(NamedTuple):
    """All terms of one brand by pattern number.

    Attributes:
        place: of the brand in the watchlist.
        local_exclusions: those of `exclusions` that only remove what they overlap.
        official: folded handles of the brand's own accounts.
    """

    place: int
    brand: str
    roles: dict[int, tuple[_Role, ...]]
    exclusions: frozenset[int]
    local_exclusions: frozenset[int]
    official: frozenset[str]


class Matcher:
    """Finds brands, topics and high-risk terms in texts. Made from a watchlist; its memory never changes an answer.

    Attributes:
        version: hash of everything that matching depends on; equal for equal watchlists on every machine.
        languages: brand → the languages it is watched in; a brand that is watched in all of them is not listed.
        watchlist: what it was made from.
    """

    def __init__(self, watchlist: Watchlist) -> None:
        self.watchlist = watchlist
        numbers: dict[_Pattern, int] = {}
        brands = [_read(place, brand, watchlist.high_risk, numbers) for place, brand in enumerate(watchlist.brands)]
        self.languages: Mapping[str, frozenset[str]] = {
            brand.id: frozenset(brand.languages) for brand in watchlist.brands if brand.languages
        }
        meanings = [(terms.brand, [*terms.roles.items()], terms.exclusions, terms.official) for terms in brands]
        content = [_RULES_VERSION, [*numbers], meanings, self.languages]
        self.version = blake2b(msgspec.json.encode(content, order="deterministic"), digest_size=8).hexdigest()

        naming: dict[int, list[_Terms]] = {}
        for terms in brands:
            for number, roles in terms.roles.items():
                if any(role.names_brand for role in roles):
                    naming.setdefault(number, []).append(terms)
        self._named_by = naming
        self._exclusions = frozenset[int]().union(*(terms.exclusions for terms in brands))
        self._official = {terms.brand: terms.official for terms in brands}
        self._borders = [_needs_borders(pattern) for pattern in numbers]
        size = sum(len(pattern) for pattern, _ in numbers)
        self._automaton = AhoCorasick(
            [pattern for pattern, _ in numbers], implementation=Implementation.DFA if size <= _FASTEST_UP_TO else None
        )
        self._remembered: dict[frozenset[int], tuple[BrandMatch, ...]] = {}

    def match(self, text: str, author: str | None = None) -> tuple[BrandMatch, ...]:
        """Everything that `text` says of watched brands, in the watchlist's order.

        Args:
            author: handle of the account that posted it, with or without its @.
        """
        return self.match_folded(fold(text), author)

    def match_folded(self, folded: str, author: str | None = None) -> tuple[BrandMatch, ...]:
        """`match` for a text that `fold` has already been applied to."""
        hits = self._automaton.find_matches_as_indexes(folded, True)
        if not hits:
            return ()
        length, borders, is_word = len(folded), self._borders, _IS_WORD
        numbers, whole = [], []
        for hit in hits:
            number, start, end = hit
            is_bordered_left, is_bordered_right = borders[number]
            if is_bordered_left and start and is_word[folded[start - 1]]:
                continue
            if is_bordered_right and end < length and is_word[folded[end]]:
                continue
            numbers.append(number)
            whole.append(hit)
        if not numbers:
            return ()
        found = frozenset(numbers)
        matches = self._remembered.get(found)
        if matches is None:
            matches = self._judge(found, whole)
        if author is not None:
            for match in matches:
                if match.high_risk:
                    return self._without_own_statements(matches, fold(author).lstrip("@"))
        return matches

    def is_official(self, brand: str, handle: str | None) -> bool:
        """Whether a handle, with or without its @, is one of the brand's own accounts."""
        return handle is not None and fold(handle).lstrip("@") in self._official[brand]

    def _judge(self, found: frozenset[int], hits: list[_Hit]) -> tuple[BrandMatch, ...]:
        named = {terms.place: terms for number in found for terms in self._named_by.get(number, ())}
        brands = [named[place] for place in sorted(named)]
        if not self._exclusions.isdisjoint(
            found
        ):  # where things stand matters now: the answer holds for this text alone
            return tuple(_judge_brands((terms, _not_excluded(terms, found, hits)) for terms in brands))
        if len(self._remembered) >= _REMEMBERED:
            self._remembered.clear()
        matches = self._remembered[found] = tuple(_judge_brands((terms, found) for terms in brands))
        return matches

    def _without_own_statements(self, matches: tuple[BrandMatch, ...], handle: str) -> tuple[BrandMatch, ...]:
        return tuple(
            match._replace(high_risk=()) if handle in self._official[match.brand] else match for match in matches
        )


def _judge_brands(candidates: Iterable[tuple[_Terms, frozenset[int]]]) -> Iterator[BrandMatch]:
    for terms, found in candidates:
        roles = sorted(role for number in found for role in terms.roles.get(number, ()))
        if any(role.names_brand for role in roles):
            yield BrandMatch(
                terms.brand,
                tuple(dict.fromkeys(role.topic for role in roles if role.topic is not None)),
                tuple(dict.fromkeys(role.written for role in roles)),
                tuple(dict.fromkeys(role.written for role in roles if role.is_high_risk)),
            )


def _not_excluded(terms: _Terms, found: frozenset[int], hits: list[_Hit]) -> frozenset[int]:
    """The pattern numbers that count for this brand once its exclusions have removed theirs."""
    exclusions = found & terms.exclusions
    if exclusions - terms.local_exclusions:
        return frozenset()
    spans = [(start, end) for number, start, end in hits if number in exclusions]
    return frozenset(
        number
        for number, start, end in hits
        if not any(start < excluded_end and excluded_start < end for excluded_start, excluded_end in spans)
    )


def _read(place: int, brand: Brand, high_risk: tuple[str, ...], numbers: dict[_Pattern, int]) -> _Terms:
    """All terms of one brand; patterns that no brand before it has get the next of `numbers`."""
    roles: dict[int, tuple[_Role, ...]] = {}
    own: list[_Pattern] = []
    for role, patterns in _roles_of(brand, high_risk):
        own.append(patterns[0])
        for pattern in patterns:
            number = numbers.setdefault(pattern, len(numbers))
            roles[number] = (*roles.get(number, ()), role)
    exclusions: set[int] = set()
    local: set[int] = set()
    for term in brand.exclusions:
        patterns = _spoken(term)
        new = {numbers.setdefault(pattern, len(numbers)) for pattern in patterns}
        exclusions |= new
        if any(_stands_in(pattern, patterns[0][0]) for pattern in own):
            local |= new
    official = frozenset(fold(handle).lstrip("@") for handle in brand.official_accounts)
    return _Terms(place, brand.id, roles, frozenset(exclusions), frozenset(local), official)


def _roles_of(brand: Brand, high_risk: tuple[str, ...]) -> Iterator[tuple[_Role, tuple[_Pattern, ...]]]:
    order = count()
    for term in brand.handles:
        yield _Role(next(order), term, names_brand=True), (_plain(term),)
    for term in (*brand.keywords, *brand.phrases):
        yield _Role(next(order), term, names_brand=True), _spoken(term)
    for topic in brand.topics:
        for term in topic.handles:
            yield _Role(next(order), term, names_brand=True, topic=topic.id), (_plain(term),)
        for term in (*topic.keywords, *topic.phrases):
            yield _Role(next(order), term, topic=topic.id), _spoken(term)
    for term in (*brand.high_risk, *high_risk):
        yield _Role(next(order), term, is_high_risk=True), _spoken(term)


def _plain(term: str) -> _Pattern:
    return fold(term.removesuffix("*")), term.endswith("*")


def _spoken(term: str) -> tuple[_Pattern, ...]:
    """The term as words and, if it has several, as one hashtag."""
    words, is_stem = _plain(term)
    return ((words, is_stem), ("#" + words.replace(" ", ""), is_stem)) if " " in words else ((words, is_stem),)


def _needs_borders(pattern: _Pattern) -> tuple[bool, bool]:
    """Whether a word must have ended before the pattern, and must end with it."""
    term, is_stem = pattern
    return term[0] in "@#" or _IS_WORD[term[0]], not is_stem and _IS_WORD[term[-1]]


def _stands_in(pattern: _Pattern, text: str) -> bool:
    term = pattern[0]
    is_bordered_left, is_bordered_right = _needs_borders(pattern)
    start = text.find(term)
    while start >= 0:
        end = start + len(term)
        is_clear_left = not (is_bordered_left and start and _IS_WORD[text[start - 1]])
        if is_clear_left and not (is_bordered_right and end < len(text) and _IS_WORD[text[end]]):
            return True
        start = text.find(term, start + 1)
    return False
