"""What a burst is about, in a few words: terms that it uses more than this brand's mentions usually do.

Counts alone show what people always say ("flight", "the"); ratios show what was said once. Log-odds with an informative
Dirichlet prior, divided by their deviation, show what is both frequent and new (Monroe, B.L., Colaresi, M.P. & Quinn,
K.M. (2008). Fightin' Words. Political Analysis 16(4)). A term counts once a mention.

Two counts are kept. `TermCounts` is a sum: of a sample of mentions chosen by their hashes when there are too many, so
that order cannot matter and a frequent term cannot be lost. `UsualTerms` is the brand's baseline: it takes such a sum
at a tick, fades, and keeps the most frequent terms.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import log, sqrt
from typing import Final

import msgspec

from tocsin.detection.distinct import class_of
from tocsin.detection.normalise import fold
from tocsin.detection.stop_words import STOP_WORDS
from tocsin.detection.watchlist import Brand

#: Different terms of one mention that are counted: more is a list, not a sentence.
TERMS_OF_A_MENTION: Final = 32
#: Different terms (in each class of mentions) that a sum holds before it becomes a sample.
COUNTS_LIMIT: Final = 4_096
#: Terms that the baseline remembers: about 24 kB.
USUAL_LIMIT: Final = 1_500
#: Each hour fades the hours before it so that they count half a week later.
HOURLY: Final = 0.5 ** (1 / (7 * 24))
#: Fewer usual terms than this are no baseline.
_ENOUGH: Final = 30.0
#: A usual term that faded below this is forgotten.
_FORGOTTEN: Final = 0.3

#: Words with their # or @, apostrophes inside; in Vietnamese also the signs that part one thought from the next.
_WORD: Final = re.compile(r"[#@]?\w[\w']*")
_SYLLABLE: Final = re.compile(r"[#@]?\w+|[.,;:!?…()]")
#: Pieces of text whose meaning is remembered, for each brand and language; longer ones seldom come again.
_REMEMBERED: Final = 16_384
_LONGEST_REMEMBERED: Final = 24


@dataclass(frozen=True, slots=True)
class Term:
    """One distinctive term.

    Attributes:
        word: as it is written most, in small letters; two syllables in Vietnamese; with its # or @.
        count: mentions of the burst that hold it (of the sample, when there is one).
        z: deviations above what is usual.
    """

    word: str
    count: int
    z: float


def terms_of(text: str, language: str = "und", own: frozenset[str] = frozenset()) -> set[str]:
    """The different terms of a text: words, hashtags and handles; pairs of neighbouring syllables in Vietnamese.

    Links, stop words, digits and the brand's own words are left out; about 4 µs for a tweet.

    Args:
        language: ISO 639-1; its stop words are left out, those of all languages when it is unknown.
        own: folded words of the brand (`own_words`).

    >>> sorted(terms_of("My bags are LOST again #fail @rival http://t.co/x", "en"))
    ['#fail', '@rival', 'bags', 'lost']
    >>> sorted(terms_of("giao hàng quá chậm, giao hàng", "vi"))
    ['giao hàng']
    """
    read = _reading(language, own)
    pieces = map(read.__getitem__, text.lower().split())
    found = _pairs(pieces, read.named) if language == "vi" else set[str]().union(*pieces)
    return found if len(found) <= TERMS_OF_A_MENTION else set(sorted(found)[:TERMS_OF_A_MENTION])


class _Reading(dict[str, tuple[str, ...]]):
    """What stands between two spaces → its terms. Worked out once, since words come again.

    In Vietnamese the syllables, with "" where two of them do not belong together.

    Attributes:
        named: syllables seen that are words of the brand: a pair of two such names it, one alone may be any word
            ("máy" of "điện máy").
    """

    def __init__(self, language: str, own: frozenset[str]) -> None:
        super().__init__()
        self._stop = STOP_WORDS.get(language) or STOP_WORDS["und"]
        self._own = own
        self._has_syllables = language == "vi"
        self.named: set[str] = set()

    def __missing__(self, piece: str) -> tuple[str, ...]:
        if piece.startswith(("http://", "https://", "www.")):
            return ("",) if self._has_syllables else ()
        plain = piece if piece.isascii() else unicodedata.normalize("NFC", piece).replace("’", "'")
        if self._has_syllables:
            terms = tuple(map(self._read_syllable, _SYLLABLE.findall(plain)))
        else:
            terms = tuple(filter(None, map(self._read_word, _WORD.findall(plain))))
        if len(piece) <= _LONGEST_REMEMBERED:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[piece] = terms
        return terms

    def _read_word(self, word: str) -> str:
        term = word.partition("'")[0]
        if len(term) < 3 or word in self._stop or term in self._stop or not any(map(str.isalpha, term)):
            return ""
        return "" if fold(term) in self._own else term

    def _read_syllable(self, syllable: str) -> str:
        if syllable in self._stop or not any(map(str.isalpha, syllable)):
            return ""
        if fold(syllable) in self._own:
            if syllable[0] in "#@":
                return ""
            if len(self.named) < _REMEMBERED:
                self.named.add(syllable)
        return syllable


_reading = lru_cache(maxsize=1024)(_Reading)


@lru_cache(maxsize=1024)
def own_words(brand: Brand) -> frozenset[str]:
    """What every mention of a brand holds: its name, handles, keywords and phrases, folded, also as hashtags."""
    own: set[str] = set()
    for written in (brand.id, brand.name, *brand.handles, *brand.keywords, *brand.phrases, *brand.official_accounts):
        folded = fold(written.removesuffix("*"))
        bare = folded.lstrip("@#")
        words = bare.split()
        joined = "".join(words)
        own.update(words)
        own.update(f"{one} {other}" for one, other in pairwise(words))
        own.update((joined, f"#{joined}", f"@{joined}", folded))
    return frozenset(own)


class TermCounts(msgspec.Struct, array_like=True, omit_defaults=True):
    """Mentions by term. Commutative: any order, any grouping gives the same counts.

    Each mention belongs to a class by its hash: half of them to class 0, a quarter to class 1 and so on. When the
    counts are too many the lowest class is dropped, and what is left is an even sample of the mentions.

    Attributes:
        classes: class → term → mentions; only classes from `level` on.
        mentions: class → mentions.
        level: lowest class that is kept; one in 2^level mentions is in the sample.
        size: terms in all classes.
    """

    classes: dict[int, dict[str, int]] = msgspec.field(default_factory=dict)
    mentions: dict[int, int] = msgspec.field(default_factory=dict)
    level: int = 0
    size: int = 0

    def add(self, mention: str, terms: Iterable[str], limit: int = COUNTS_LIMIT) -> None:
        """Count one mention by its key; constant time."""
        self.count(class_of(mention), terms, limit)

    def count(self, place: int, terms: Iterable[str], limit: int = COUNTS_LIMIT) -> None:
        """`add` of a mention whose class is known."""
        if place < self.level:
            return
        self.mentions[place] = self.mentions.get(place, 0) + 1
        counts = self.classes.get(place)
        if counts is None:
            counts = self.classes[place] = {}
        before = len(counts)
        get = counts.get
        for term in terms:
            counts[term] = get(term, 0) + 1
        self.size += len(counts) - before
        if self.size > limit:
            self._thin(limit)

    def merge(self, other: TermCounts, limit: int = COUNTS_LIMIT) -> None:
        """Add a part."""
        if other.level > self.level:
            self._drop(other.level)
        for place, mentions in other.mentions.items():
            if place < self.level:
                continue
            self.mentions[place] = self.mentions.get(place, 0) + mentions
            counts = self.classes.setdefault(place, {})
            before = len(counts)
            for term, count in other.classes[place].items():
                counts[term] = counts.get(term, 0) + count
            self.size += len(counts) - before
        self._thin(limit)

    def totals(self) -> tuple[dict[str, int], int]:
        """(term → mentions, all mentions) of the sample. Every 2^`level`-th mention is in it."""
        totals: dict[str, int] = {}
        for place in sorted(self.classes):
            for term, count in self.classes[place].items():
                totals[term] = totals.get(term, 0) + count
        return totals, sum(self.mentions.values())

    def _thin(self, limit: int) -> None:
        """Drop classes until the terms fit. Sizes only grow, so that it is the set of mentions that decides."""
        while self.size > limit and len(self.classes) > 1:
            self._drop(self.level + 1)

    def _drop(self, level: int) -> None:
        self.level = level
        for place in [place for place in self.classes if place < level]:
            self.size -= len(self.classes.pop(place))
            del self.mentions[place]


class UsualTerms(msgspec.Struct, array_like=True, omit_defaults=True):
    """How often a brand's mentions usually hold a term: faded counts of the most frequent ones.

    `learn` is called at ticks, once for each period (an hour, a day) that has ended. A loud period teaches no more than
    `loudest` usual ones, so that a burst does not become what is usual while it lasts.

    Attributes:
        counts: term → mentions, faded; mentions: all of them; periods: how many, faded.
    """

    counts: dict[str, float] = msgspec.field(default_factory=dict)
    mentions: float = 0.0
    periods: float = 0.0

    def learn(self, heard: TermCounts, keep: float = HOURLY, loudest: float = 3.0) -> None:
        """Fade by the factor `keep` (periods are hours unless told otherwise) and add what was heard.

        Costs as many steps as there are terms, about a millisecond.
        """
        fresh, mentions = heard.totals()
        scale = float(1 << heard.level)
        if self.periods >= 1.0:
            most = loudest * self.mentions / self.periods
            scale *= min(1.0, max(most, 1.0) / max(mentions * scale, 1.0))
        counts = {term: count * keep for term, count in self.counts.items()}
        for term, count in fresh.items():
            counts[term] = counts.get(term, 0.0) + count * scale
        kept = sorted((item for item in counts.items() if item[1] >= _FORGOTTEN), key=_most)[:USUAL_LIMIT]
        self.counts = dict(kept)
        self.mentions = self.mentions * keep + mentions * scale
        self.periods = self.periods * keep + 1.0


def distinctive(
    burst: TermCounts, usual: UsualTerms, top: int = 8, least_count: int = 3, least_z: float = 2.0
) -> tuple[Term, ...]:
    """The terms that tell a burst from what is usual, most distinctive first; about a millisecond.

    The prior is what both say together, with the weight of a tenth of the usual (100 terms at least): a term that the
    baseline never saw is compared with that, not with zero. Spellings that differ in accents only count as one term.
    Before enough is usual nothing is distinctive.

    Args:
        least_count: mentions that a term needs; one in fifty at least, whatever this says.
        least_z: deviations that it needs.
    """
    heard, mentions = burst.totals()
    written, here = _gather(heard)
    _, there = _gather(usual.counts)
    n_here, n_there = float(sum(here.values())), float(sum(there.values()))
    least = max(least_count, mentions / 50)
    if n_there < _ENOUGH:
        return ()
    prior_total = max(100.0, 0.1 * n_there)
    share = min(1.0, n_there / max(n_here, 1.0))  # a burst ten times its baseline must not be its own prior
    found: list[Term] = []
    for key, count in here.items():
        if count < least:
            continue
        before = there.get(key, 0.0)
        prior = prior_total * (count * share + before) / (n_here * share + n_there)
        odds_here = (count + prior) / (n_here + prior_total - count - prior)
        odds_there = (before + prior) / (n_there + prior_total - before - prior)
        z = log(odds_here / odds_there) / sqrt(1.0 / (count + prior) + 1.0 / (before + prior))
        if z >= least_z:
            found.append(Term(written[key], round(count), round(z, 2)))
    found.sort(key=lambda term: (-term.z, -term.count, term.word))
    return tuple(_without_echoes(found, top))


def _most(item: tuple[str, float]) -> tuple[float, str]:
    return -item[1], item[0]


def _gather(counts: Mapping[str, float]) -> tuple[dict[str, str], dict[str, float]]:
    """Counts by folded term, and how each is written most (accents before none, then by name)."""
    best: dict[str, tuple[float, bool, str]] = {}
    sums: dict[str, float] = {}
    for term, count in counts.items():
        key = term if term.isascii() else fold(term)
        sums[key] = sums.get(key, 0.0) + count
        candidate = (-count, term.isascii(), term)
        if key not in best or candidate < best[key]:
            best[key] = candidate
    return {key: candidate[2] for key, candidate in best.items()}, sums


def _without_echoes(found: list[Term], top: int) -> list[Term]:
    """The first `top` that do not repeat one before them: a hashtag of the same word, a pair that shares a syllable."""
    chosen: list[Term] = []
    said: set[str] = set()
    for term in found:
        parts = set(fold(term.word).lstrip("#@").split())
        if parts & said:
            continue
        chosen.append(term)
        said |= parts
        if len(chosen) == top:
            break
    return chosen


def _pairs(pieces: Iterable[tuple[str, ...]], named: set[str]) -> set[str]:
    """Hashtags, handles, and pairs of neighbouring syllables, which a stop word, a number or a sign part."""
    found: set[str] = set()
    last = ""
    for piece in pieces:
        for syllable in piece:
            if syllable and syllable[0] in "#@":
                found.add(syllable)
                last = ""
                continue
            if syllable and last and not (last in named and syllable in named):
                found.add(last + " " + syllable)
            last = syllable
    return found
