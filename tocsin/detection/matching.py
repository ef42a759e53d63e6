"""Which brands a text speaks of: every term of the watchlist at once, by one automaton.

All terms are found in one pass (`tocsin.detection.whole_words`). What follows from a set of found terms is worked out
once and remembered: most mentions hold the same few.

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

from tocsin.detection.normalise import fold
from tocsin.detection.profile import Relations
from tocsin.detection.watchlist import Brand, Watchlist
from tocsin.detection.whole_words import Hit, Pattern, WholeWords

#: Sets of terms whose consequences are remembered; a few hundred bytes each.
_REMEMBERED: Final = 8_192
#: Part of every version: raise it when the rules above or the folding change, since they change what is counted.
_RULES_VERSION: Final = 1


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
    """

    place: int
    brand: str
    roles: dict[int, tuple[_Role, ...]]
    exclusions: frozenset[int]
    local_exclusions: frozenset[int]


class Matcher:
    """Finds brands, topics and high-risk terms in texts. Made from a watchlist; its memory never changes an answer.

    Attributes:
        version: hash of everything that matching depends on; equal for equal watchlists on every machine.
        languages: brand → the languages it is watched in; a brand that is watched in all of them is not listed.
        watchlist: what it was made from.
        relations: what it declares of authors.
    """

    def __init__(self, watchlist: Watchlist) -> None:
        self.watchlist = watchlist
        self.relations = Relations(watchlist)
        numbers: dict[Pattern, int] = {}
        brands = [_read(place, brand, watchlist.high_risk, numbers) for place, brand in enumerate(watchlist.brands)]
        self.languages: Mapping[str, frozenset[str]] = {
            brand.id: frozenset(brand.languages) for brand in watchlist.brands if brand.languages
        }
        meanings = [
            (terms.brand, [*terms.roles.items()], terms.exclusions, {*map(fold, brand.official_accounts)})
            for terms, brand in zip(brands, watchlist.brands, strict=True)
        ]
        content = [_RULES_VERSION, [*numbers], meanings, self.languages]
        self.version = blake2b(msgspec.json.encode(content, order="deterministic"), digest_size=8).hexdigest()

        naming: dict[int, list[_Terms]] = {}
        for terms in brands:
            for number, roles in terms.roles.items():
                if any(role.names_brand for role in roles):
                    naming.setdefault(number, []).append(terms)
        self._named_by = naming
        self._exclusions = frozenset[int]().union(*(terms.exclusions for terms in brands))
        self._words = WholeWords(numbers)
        self._remembered: dict[frozenset[int], tuple[BrandMatch, ...]] = {}

    def match(self, text: str, author: str | None = None) -> tuple[BrandMatch, ...]:
        """Everything that `text` says of watched brands, in the watchlist's order.

        Args:
            author: handle of the account that posted it, with or without its @.
        """
        return self.match_folded(fold(text), author)

    def match_folded(self, folded: str, author: str | None = None) -> tuple[BrandMatch, ...]:
        """`match` for a text that `fold` has already been applied to."""
        hits = self._words.find(folded)
        if not hits:
            return ()
        found = frozenset([hit[0] for hit in hits])
        matches = self._remembered.get(found)
        if matches is None:
            matches = self._judge(found, hits)
        if author is not None:
            for match in matches:
                if match.high_risk:
                    return self._without_own_statements(matches, author)
        return matches

    def _judge(self, found: frozenset[int], hits: list[Hit]) -> tuple[BrandMatch, ...]:
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
            match._replace(high_risk=()) if self.relations.find(match.brand, handle)[0] == "official" else match
            for match in matches
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


def _not_excluded(terms: _Terms, found: frozenset[int], hits: list[Hit]) -> frozenset[int]:
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


def _read(place: int, brand: Brand, high_risk: tuple[str, ...], numbers: dict[Pattern, int]) -> _Terms:
    """All terms of one brand; patterns that no brand before it has get the next of `numbers`."""
    roles: dict[int, tuple[_Role, ...]] = {}
    own: list[Pattern] = []
    for role, patterns in _roles_of(brand, high_risk):
        own.append(patterns[0])
        for pattern in patterns:
            number = numbers.setdefault(pattern, len(numbers))
            roles[number] = (*roles.get(number, ()), role)
    exclusions: set[int] = set()
    local: set[int] = set()
    own_words = WholeWords(own if brand.exclusions else ())
    for term in brand.exclusions:
        patterns = _spoken(term)
        new = {numbers.setdefault(pattern, len(numbers)) for pattern in patterns}
        exclusions |= new
        if own_words.find(patterns[0][0]):
            local |= new
    return _Terms(place, brand.id, roles, frozenset(exclusions), frozenset(local))


def _roles_of(brand: Brand, high_risk: tuple[str, ...]) -> Iterator[tuple[_Role, tuple[Pattern, ...]]]:
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


def _plain(term: str) -> Pattern:
    return fold(term.removesuffix("*")), term.endswith("*")


def _spoken(term: str) -> tuple[Pattern, ...]:
    """The term as words and, if it has several, as one hashtag."""
    words, is_stem = _plain(term)
    return ((words, is_stem), ("#" + words.replace(" ", ""), is_stem)) if " " in words else ((words, is_stem),)
