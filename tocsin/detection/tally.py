"""One walk over the words of a text: what they weigh, feel and complain of, with the scope of negations.

Every word is understood once a language and remembered; the walk itself only adds. What it does at a word of feeling:

- within four words after a negation praise turns into blame and blame into faint praise ("not good", "not bad");
- an intensifier before it strengthens or weakens it; so does a drawn-out spelling ("sooo baaad");
- what stands before a "but" counts less, what stands after it more;
- an entry of several words goes before the words in it ("no problem", "can't wait").
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from itertools import chain
from typing import Final

from ahocorasick_rs import AhoCorasick, MatchKind
from msgspec import Struct, structs

from tocsin.detection.lexicon import Lexicon, Sense, load_lexicon
from tocsin.detection.regression import NEGATED, Regression, load_regression
from tocsin.detection.words import find_words, fold_words

#: Flags of words, joined over a text.
ADDRESS: Final = 1
REQUEST: Final = 2
QUESTION: Final = 4
DOUBLE_QUESTION: Final = 8
COUNTED: Final = 16  # what follows it may be a unit: "3", "two", "a"

_SCOPE: Final = 4  # words after a negation
_STRENGTHENED: Final = 2  # words after an intensifier
_PRAISE_NEGATED: Final = -0.6
_BLAME_NEGATED: Final = -0.4
_DRAWN_OUT: Final = 1.2
_BEFORE_BUT: Final = 0.6
_AFTER_BUT: Final = 1.3
_REMEMBERED_WORDS: Final = 50_000  # a language's daily words; 15 MB
_LONGEST_REMEMBERED: Final = 24
_RUN_OF_LETTERS: Final = re.compile(r"(.)\1\1")
_DOUBLED: Final = re.compile(r"(.)\1")
_NOTHING: Final = Sense()
_MARKS: Final = frozenset({"!", "!!", "?", "??", "?!", "..."})


class Word(Struct, frozen=True, gc=False):
    """A word with all that is known of it.

    Attributes:
        weights: on the two logits (see `Regression`); not_weights: after a negation.
        is_plain: it has weights and flags, and no sense.
    """

    text: str
    weights: complex = 0j
    not_weights: complex = 0j
    sense: Sense = _NOTHING
    flags: int = 0
    is_plain: bool = True
    is_drawn_out: bool = False
    ends_scope: bool = False


class Hit(Struct, frozen=True, gc=False):
    """A sense that counted: where, its words, its valence after all rules, its points of complaint, and how."""

    at: int
    words: str
    feeling: float
    complaint: float
    how: str


class Tally(Struct, gc=False):
    """The sums of a text.

    Attributes:
        words: how many.
        weights: of the regression (real: on the negative logit; imaginary: on the positive).
        good, bad: of valences, both ≥ 0.
        cues: points of complaint.
        sarcasm, durations: how many.
        flags: of all words.
    """

    words: int
    weights: complex
    good: float
    bad: float
    cues: float
    sarcasm: int
    durations: int
    flags: int


class Vocabulary(dict[str, Word]):
    """The words of a language by how they are spelled, understood at first sight."""

    def __init__(self, lexicon: Lexicon, regression: Regression) -> None:
        super().__init__()
        self.lexicon = lexicon
        self.regression = regression
        self.phrases = (*lexicon.phrases.values(), *lexicon.phrase_stems.values())
        self.whole_phrases = len(lexicon.phrases)
        found = AhoCorasick([" " + phrase.words for phrase in self.phrases], matchkind=MatchKind.LeftmostLongest)
        self.find_phrases: Callable[[str], list[tuple[int, int, int]]] = found.find_matches_as_indexes
        self.pieces = _Pieces(self)

    def __missing__(self, token: str) -> Word:
        name = name_token(token)
        if name != token:
            return self[name]
        word = self._understand(name)
        if len(token) <= _LONGEST_REMEMBERED:
            if len(self) >= _REMEMBERED_WORDS:
                self.clear()
            self[token] = word
        return word

    def _understand(self, name: str) -> Word:
        spelled = squeeze(name, 2)
        sense = self.lexicon.find_sense(spelled)
        if sense is None and spelled != name:
            sense = self.lexicon.find_sense(squeeze(name, 1))
        if spelled.endswith("n't"):
            sense = structs.replace(sense or Sense(words=spelled), is_negator=True)
        is_word = spelled[0].isalpha()
        weights = self.regression.weigh_word(spelled)
        flags = QUESTION if "?" in name else 0
        if name in ("??", "?!"):
            flags |= DOUBLE_QUESTION
        if sense is not None:
            flags |= ADDRESS * sense.is_address | REQUEST * sense.is_request | COUNTED * sense.is_number
        if name == "0":
            flags |= COUNTED
        return Word(
            text=spelled,
            weights=weights,
            not_weights=self.regression.weigh_negated(spelled) if is_word else weights,
            sense=sense or _NOTHING,
            flags=flags,
            is_plain=(sense is None or _is_only_flags(sense)) and name not in _MARKS,
            is_drawn_out=spelled != name,
            ends_scope=name in _MARKS,
        )


class _Pieces(dict[str, tuple[tuple[Word, ...], str]]):
    """What stands between two spaces of a folded text → its words, and their tokens with spaces between."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self._vocabulary = vocabulary

    def __missing__(self, piece: str) -> tuple[tuple[Word, ...], str]:
        tokens = find_words(piece)
        read = tuple([self._vocabulary[token] for token in tokens]), " ".join(tokens)
        if len(piece) <= _LONGEST_REMEMBERED:
            if len(self) >= _REMEMBERED_WORDS:
                self.clear()
            self[piece] = read
        return read


def _is_only_flags(sense: Sense) -> bool:
    return sense == Sense(
        words=sense.words, is_address=sense.is_address, is_request=sense.is_request, is_number=sense.is_number
    )


def name_token(token: str) -> str:
    """Under which name a token counts: any handle is `@`, any number `0`, any run of marks two.

    >>> [name_token(token) for token in ("@acme", "3,50", "!!!!", "late")]
    ['@', '0', '!!', 'late']
    """
    first = token[0]
    if first.isalpha():
        return token
    if first == "@":
        return "@"
    if first.isdigit():
        return token if token[-1] in ")(" else "0"  # 8) is a smiley
    if first in "!?":
        return "?!" if "!" in token and "?" in token else token[:2]
    return "..." if first == "." else token


def squeeze(word: str, most: int) -> str:
    """`word` with runs of one letter cut to `most`.

    >>> squeeze("soooo", 2), squeeze("baaad", 1)
    ('soo', 'bad')
    """
    if not _RUN_OF_LETTERS.search(word):
        return word if most > 1 else _DOUBLED.sub(r"\1", word)
    kept = word[:1]
    run = 1
    for letter in word[1:]:
        run = run + 1 if letter == kept[-1] else 1
        if run <= most:
            kept += letter
    return kept


@cache
def load_vocabulary(language: str) -> Vocabulary:
    """The vocabulary of a language that has a word list and weights; its commonest words are understood at once."""
    regression = load_regression(language)
    vocabulary = Vocabulary(load_lexicon(language), regression)
    for word in regression.words:
        if not word.startswith(NEGATED) or word in _MARKS:
            vocabulary[word]
    return vocabulary


def count_words(
    text: str,
    language: str,
    vocabulary: Vocabulary,
    hits: list[Hit] | None = None,
    spoken: list[tuple[Word, bool]] | None = None,
    domain: Callable[[list[str]], dict[int, Sense]] | None = None,
) -> Tally:
    """Walk over a text.

    Args:
        hits: takes every sense that counted, for explanations.
        spoken: takes every word and whether it was negated.
        domain: finds a brand's own terms: place of a word → their sense; they go before all others, and the words
            in them weigh nothing.
    """
    read = vocabulary.pieces
    pieces = fold_words(text, language).split()
    words = list(chain.from_iterable([read[piece][0] for piece in pieces]))
    joined = f" {' '.join(filter(None, [read[piece][1] for piece in pieces]))} "
    phrases: dict[int, Sense | None] = {}
    for index, start, end in vocabulary.find_phrases(joined):
        if index >= vocabulary.whole_phrases or joined[end] == " ":
            phrase = vocabulary.phrases[index]
            first = joined.count(" ", 0, start)
            phrases[first] = phrase
            for at in range(first + 1, first + 1 + phrase.words.count(" ")):
                phrases[at] = None
    if domain is not None:
        tokens = joined.split()
        for at, sense in domain(tokens).items():
            words[at] = Word(text=tokens[at], is_plain=False)
            phrases[at] = sense if sense.words else None
    total = 0j
    good = bad = cues = 0.0
    scope = boosted = sarcasm = durations = flags = 0
    factor = weight = 1.0
    counted = 0
    for at, word in enumerate(words):
        flags |= word.flags
        total += word.not_weights if scope else word.weights
        if spoken is not None:
            spoken.append((word, scope > 0))
        if word.is_plain and (not phrases or at not in phrases):
            if scope:
                scope -= 1
            if boosted:
                boosted -= 1
            counted = word.flags & COUNTED
            continue
        own = word.sense
        found = phrases.get(at, own)
        sense = _NOTHING if found is None else found
        feeling = sense.feeling
        if feeling:
            how = ""
            feeling *= weight
            if boosted:
                feeling *= factor
                how = "strengthened" if factor > 1 else "weakened"
            if word.is_drawn_out:
                feeling *= _DRAWN_OUT
                how = "drawn out"
            if scope:
                feeling *= _PRAISE_NEGATED if feeling > 0 else _BLAME_NEGATED
                how = "negated"
            if feeling > 0:
                good += feeling
            else:
                bad -= feeling
            if hits is not None:
                hits.append(Hit(at, sense.words, feeling, 0.0, how))
        if sense.complaint:
            cues += sense.complaint * weight
            if hits is not None:
                hits.append(Hit(at, sense.words, 0.0, sense.complaint * weight, ""))
        if scope:
            scope -= 1
        if boosted:
            boosted -= 1
        if sense.factor != 1.0:
            factor = sense.factor
            boosted = _STRENGTHENED
        if own.is_negator:
            scope = _SCOPE
        if own.is_contrast:
            scope = 0
            good *= _BEFORE_BUT
            bad *= _BEFORE_BUT
            weight = _AFTER_BUT
        if word.ends_scope:
            scope = 0
        if sense.is_sarcasm:
            sarcasm += 1
        if own.is_unit and counted:
            durations += 1
        counted = word.flags & COUNTED
    return Tally(len(words), total, good, bad, cues, sarcasm, durations, flags)
