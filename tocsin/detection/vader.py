"""VADER's numbers at a fraction of its cost.

`polarity` gives exactly what `polarity_scores` of vaderSentiment 3.3.2 gives, digit for digit, and `compound` its
signed total alone. Lexicon, emoji and word lists stay the package's own; only the order of the work is ours:

1. Every token is understood once and remembered (in a memory of bounded size), emoji included.
2. Most words carry nothing, so the rules for boosters, negations and idioms run only at words of the lexicon, and only
   where one of the three words before could change anything.
3. What needs a look at the whole text (are only some words in capitals?) waits until a word asks for it.

Where a rule looks odd, the package is odd: the property test holds us to it, not to the paper.

Source: Hutto, C.J. & Gilbert, E.E. (2014). VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social
Media Text. ICWSM-14.
"""

from collections.abc import Callable, Iterable
from functools import cache
from heapq import heappop, heappush
from itertools import chain, islice
from math import fabs, sqrt
from string import punctuation
from typing import Final

from msgspec import Struct
from vaderSentiment.vaderSentiment import (
    BOOSTER_DICT,
    C_INCR,
    N_SCALAR,
    NEGATE,
    SPECIAL_CASES,
    SentimentIntensityAnalyzer,
)

_REMEMBERED_TOKENS: Final = 50_000  # the daily words of a language, punctuation included; 5 MB, with emoji 10 MB more
_LONGEST_REMEMBERED: Final = 32  # characters; longer ones are links, which never come back
_NORMALISER: Final = 15  # VADER's alpha: about the largest total a short text reaches
_MOST_EXCLAMATIONS: Final = 4  # those beyond it add nothing
_PER_EXCLAMATION: Final = 0.292
_PER_QUESTION: Final = 0.18  # for two or three; one mark is only a question
_MANY_QUESTIONS: Final = 0.96  # for four and more

_CAPITALS: Final[float] = C_INCR
_NEGATION: Final[float] = N_SCALAR
_BOOSTERS: Final[dict[str, float]] = BOOSTER_DICT
_NEGATIONS: Final = frozenset[str](NEGATE)
_IDIOMS: Final[dict[str, float]] = SPECIAL_CASES
_PHRASES: Final = [phrase.split() for phrase in (*_IDIOMS, *_BOOSTERS) if " " in phrase]
_OPENERS: Final = frozenset(phrase[0] for phrase in _PHRASES)
_CLOSERS: Final = frozenset(phrase[-1] for phrase in _PHRASES)
_NAMED_IN_RULES: Final = frozenset({"but", "no", "least", "or", "so", "this", "at"}).union(*_PHRASES)


class Polarity(Struct, frozen=True, gc=False):
    """The shares of a text that are negative, neutral and positive (they sum to 1), and their signed total, -1…1."""

    negative: float
    neutral: float
    positive: float
    compound: float


class _Word(Struct, frozen=True, eq=False, gc=False):
    """All that VADER's rules ever ask about one word."""

    lower: str = ""
    is_upper: bool = False
    is_known: bool = False  # the lexicon has it
    valence: float = 0.0
    booster: float = 0.0  # known words do not boost …
    is_negation: bool = False  # … nor negate
    is_but: bool = False
    has_own_rule: bool = False  # a rule may fire whatever comes before: it is in capitals, say, or opens an idiom
    changes_next: bool = False  # a rule may fire for one of the three words after this one
    is_stop: bool = False  # where the walk over the text must stop: a known word or a "but"


_PLAIN: Final = _Word()
_PLAIN_UPPER: Final = _Word(is_upper=True)


@cache
def _lexicon() -> dict[str, float]:
    lexicon: dict[str, float] = SentimentIntensityAnalyzer().lexicon
    return lexicon


@cache
def _emoji_names() -> dict[int, str]:
    """Each emoji's name by its code point, a space before it. Names of several code points are never found by VADER."""
    emojis: dict[str, str] = SentimentIntensityAnalyzer().emojis
    return {ord(emoji): " " + name for emoji, name in emojis.items() if len(emoji) == 1}


@cache
def _marked_emoji(mark: str) -> list[tuple[str, int]]:
    """The emoji that have a punctuation mark in their name, such as "UP! button", and how many."""
    return [(chr(emoji), name.count(mark)) for emoji, name in _emoji_names().items() if mark in name]


def _understand(token: str) -> _Word:
    stripped = token.strip(punctuation)
    word = token if len(stripped) <= 2 else stripped  # what little is left of an emoticon says nothing
    lower = word.lower()
    valence = _lexicon().get(lower)
    if valence is not None:
        return _Word(
            lower=lower,
            is_upper=word.isupper(),
            is_known=True,
            valence=valence,
            has_own_rule=lower in ("no", "kind") or lower in _OPENERS or lower in _CLOSERS or word.isupper(),
            changes_next=lower == "no" or lower in _CLOSERS,
            is_stop=lower not in _BOOSTERS,
        )
    booster = _BOOSTERS.get(lower, 0.0)
    is_negation = lower in _NEGATIONS or "n't" in lower
    if not (booster or is_negation or lower in _NAMED_IN_RULES):
        return _PLAIN_UPPER if word.isupper() else _PLAIN
    return _Word(
        lower=lower,
        is_upper=word.isupper(),
        booster=booster,
        is_negation=is_negation,
        is_but=lower == "but",
        changes_next=bool(booster) or is_negation or lower in ("least", "so", "this") or lower in _CLOSERS,
        is_stop=lower == "but",
    )


class _Words(dict[str, _Word]):
    """The word in each token without emoji, worked out at first sight; all is forgotten when the memory is full."""

    def __missing__(self, token: str) -> _Word:
        word = _understand(token)
        if len(token) <= _LONGEST_REMEMBERED:
            if len(self) >= _REMEMBERED_TOKENS:
                self.clear()
            self[token] = word
        return word


_find_word: Final[Callable[[str], _Word]] = _Words().__getitem__


class _Phrases(dict[str, tuple[_Word, ...]]):
    """The words in each token of a text with emoji, where the name of an emoji may be several words."""

    def __missing__(self, token: str) -> tuple[_Word, ...]:
        if token.isascii():
            phrase: tuple[_Word, ...] = (_find_word(token),)
        else:
            phrase = tuple(map(_understand, token.translate(_emoji_names()).split()))
        if len(token) <= _LONGEST_REMEMBERED:
            if len(self) >= _REMEMBERED_TOKENS:
                self.clear()
            self[token] = phrase
        return phrase


_find_phrase: Final[Callable[[str], tuple[_Word, ...]]] = _Phrases().__getitem__


def compound(text: str) -> float:
    """The signed total of `polarity` alone, which costs less.

    >>> compound("The crew was not very helpful, but the food was GREAT!")
    0.8056
    """
    valences = _weigh(_read(text))
    return _squash(sum(valences), _emphasis(text)) if valences else 0.0


def polarity(text: str) -> Polarity:
    """What vaderSentiment's `polarity_scores` gives, rounded as it rounds: shares to three digits, the total to four.

    >>> polarity("My bag is lost :(")
    Polarity(negative=0.634, neutral=0.366, positive=0.0, compound=-0.6369)
    """
    words = _read(text)
    valences = _weigh(words)
    if not valences:
        return Polarity(0.0, 1.0 if len(words) > 3 else 0.0, 0.0, 0.0)
    emphasis = _emphasis(text)
    positive = negative = 0.0
    neutral = len(words) - 3
    for valence in valences:
        if valence > 0:
            positive += valence + 1  # as much as a neutral word, and its own
            neutral -= 1
        elif valence < 0:
            negative += valence - 1
            neutral -= 1
    negative = fabs(negative)
    if positive > negative:
        positive += emphasis
    elif positive < negative:
        negative += emphasis
    total = positive + negative + neutral
    return Polarity(
        round(negative / total, 3),
        round(neutral / total, 3),
        round(positive / total, 3),
        _squash(sum(valences), emphasis),
    )


def _read(text: str) -> list[_Word]:
    """The words of the text after three plain ones, so that each has three before it."""
    if text.isascii():
        return [_PLAIN, _PLAIN, _PLAIN, *map(_find_word, text.split())]
    return [_PLAIN, _PLAIN, _PLAIN, *chain.from_iterable(map(_find_phrase, text.split()))]


def _weigh(words: list[_Word]) -> list[float]:
    """The valences of the known words, in their order."""
    valences: list[float] = []
    places: list[int] = []
    but_at = 0
    is_mixed: bool | None = None
    for at, word in enumerate(words):
        if not word.is_stop:
            continue
        if word.is_but:
            but_at = but_at or at
            continue
        valence = word.valence
        if word.has_own_rule or words[at - 1].changes_next or words[at - 2].changes_next or words[at - 3].changes_next:
            if is_mixed is None:
                is_mixed = _has_mixed_case(words)
            valence = _apply_rules(words, at, is_mixed)
        valences.append(valence)
        places.append(at)
    if but_at and valences:
        _shift_weight_after_but(valences, places, but_at)
    return valences


def _has_mixed_case(words: Iterable[_Word]) -> bool:
    """Whether a word in capitals, where there is one, stands out from others that are not."""
    for word in islice(words, 3, None):  # noqa: SIM110  `all` is slower, and mostly the first word answers
        if not word.is_upper:
            return True
    return False


def _apply_rules(words: list[_Word], at: int, is_mixed: bool) -> float:
    """The valence of the known word at `at`, given the three words before it and the two after."""
    word, first, second, third = words[at], words[at - 1], words[at - 2], words[at - 3]
    if word.has_own_rule and at + 1 < len(words) and word.lower == "kind" and words[at + 1].lower == "of":
        return 0.0
    valence = word.valence
    if word.has_own_rule and at + 1 < len(words) and word.lower == "no" and words[at + 1].is_known:
        valence = 0.0  # it only negates the next word
    if first.lower == "no" or second.lower == "no" or (third.lower == "no" and first.lower in ("or", "nor")):
        valence = word.valence * _NEGATION
    if word.is_upper and is_mixed:
        valence = valence + _CAPITALS if valence > 0 else valence - _CAPITALS

    if first.booster:
        valence += _boost(first, valence, is_mixed)
    if first.is_negation:
        valence *= _NEGATION

    if second.booster:
        valence += _boost(second, valence, is_mixed) * 0.95
    if second.is_negation:
        if second.lower == "never" and first.lower in ("so", "this"):
            valence *= 1.25
        elif second.lower != "without" or first.lower != "doubt":
            valence *= _NEGATION

    if at > 5 and not third.is_known:  # there is a third word, it is not one of the plain ones in front
        if third.booster:
            valence += _boost(third, valence, is_mixed) * 0.9
        if first.lower in ("so", "this") or (third.lower == "never" and second.lower in ("so", "this")):
            valence *= 1.25
        elif third.is_negation and (third.lower != "without" or "doubt" not in (first.lower, second.lower)):
            valence *= _NEGATION
        if word.has_own_rule or first.lower in _CLOSERS or second.lower in _CLOSERS:
            valence = _apply_idioms(words, at, valence)

    if first.lower == "least" and second.lower not in ("at", "very"):
        valence *= _NEGATION
    return valence


def _boost(booster: _Word, valence: float, is_mixed: bool) -> float:
    boost = -booster.booster if valence < 0 else booster.booster
    if booster.is_upper and is_mixed:
        boost = boost + _CAPITALS if valence > 0 else boost - _CAPITALS
    return boost


def _apply_idioms(words: list[_Word], at: int, valence: float) -> float:
    """The valence of the idiom around the word, if there is one, and "kind of" and the like before it."""
    third, second, first, zero, *after = [word.lower for word in words[at - 3 : at + 3]]
    second_first, third_second = f"{second} {first}", f"{third} {second}"
    for idiom in (
        f"{first} {zero}",
        f"{second_first} {zero}",
        second_first,
        f"{third_second} {first}",
        third_second,
    ):
        if idiom in _IDIOMS:
            valence = _IDIOMS[idiom]
            break
    for end in range(1, len(after) + 1):
        valence = _IDIOMS.get(" ".join((zero, *after[:end])), valence)
    return valence + _BOOSTERS.get(third_second, 0) + _BOOSTERS.get(second_first, 0)


def _shift_weight_after_but(valences: list[float], places: list[int], but_at: int) -> None:
    """Halve what stands before the first "but" and raise what stands after it by half, in place.

    VADER does it once a word, but each time to the first word that has the same valence at that moment, which need not
    be the same word. So do we, with a heap of places per valence in place of its search from the start.
    """
    holders: dict[float, list[int]] = {}
    for index, valence in enumerate(valences):
        holders.setdefault(valence, []).append(index)
    for index in range(len(valences)):
        wanted = valences[index]
        holding = holders[wanted]
        while valences[holding[0]] != wanted:
            heappop(holding)
        first = holding[0]
        changed = wanted * (0.5 if places[first] < but_at else 1.5)
        valences[first] = changed
        heappush(holders.setdefault(changed, []), first)


def _emphasis(text: str) -> float:
    exclamations, questions = text.count("!"), text.count("?")
    if not text.isascii():
        exclamations += sum(text.count(emoji) * marks for emoji, marks in _marked_emoji("!"))
        questions += sum(text.count(emoji) * marks for emoji, marks in _marked_emoji("?"))
    emphasis = 0.0
    if exclamations:
        emphasis = min(exclamations, _MOST_EXCLAMATIONS) * _PER_EXCLAMATION
    if questions > 1:
        emphasis += questions * _PER_QUESTION if questions <= 3 else _MANY_QUESTIONS
    return emphasis


def _squash(total: float, emphasis: float) -> float:
    if total > 0:
        total += emphasis
    elif total < 0:
        total -= emphasis
    return round(total / sqrt(total * total + _NORMALISER), 4)
