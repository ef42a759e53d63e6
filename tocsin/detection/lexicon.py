"""The word lists of a language, read from `lexicons/<language>.tsv`.

A line is `entry TAB value TAB kind TAB origin`; `lexicons/README.md` tells the kinds and the origins. An entry may be
several words, and may end in `*`: then it is a stem.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Final, Literal, NamedTuple, get_args

from msgspec import Struct
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from tocsin.detection.words import fold_words

Kind = Literal[
    "feeling", "complaint", "sarcasm", "neutral", "intensifier", "negator", "contrast", "unit", "number", "address",
    "request",
]  # fmt: skip
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
#: A word this long or longer is looked up by its beginnings, too.
_SHORTEST_STEM: Final = 2


class Entry(NamedTuple):
    """One line of a word list: folded words, a valence (or factor), what it is, where it is from."""

    words: str
    is_stem: bool
    value: float
    kind: Kind
    origin: str


class Sense(Struct, frozen=True, gc=False):
    """What a word, or a phrase, does.

    Attributes:
        feeling: valence, −3…3.
        complaint: points of complaint, 0…3.
        factor: what it multiplies the next words by (an intensifier), 1 otherwise.
        is_sarcasm: praise that means the contrary where something is complained of ("great job").
        is_neutral: brands use it without feeling, whatever VADER says ("credit", "united").
        is_unit, is_number: "3 hours", "two weeks": together a duration.
        is_address: speaks to the reader ("you", "your").
        is_request: a polite question begins with it ("can", "please").
    """

    words: str = ""
    feeling: float = 0.0
    complaint: float = 0.0
    factor: float = 1.0
    is_sarcasm: bool = False
    is_neutral: bool = False
    is_negator: bool = False
    is_contrast: bool = False
    is_unit: bool = False
    is_number: bool = False
    is_address: bool = False
    is_request: bool = False


class Lexicon(NamedTuple):
    """One language's entries by how they are looked up.

    Attributes:
        words: single words.
        stems: beginnings of single words.
        phrases: entries of several words, joined by a space.
        phrase_stems: the same, whose last word may go on.
    """

    words: dict[str, Sense]
    stems: dict[str, Sense]
    phrases: dict[str, Sense]
    phrase_stems: dict[str, Sense]

    def find_sense(self, word: str) -> Sense | None:
        """The sense of one folded word: its own, else of its longest listed beginning."""
        sense = self.words.get(word)
        if sense is None:
            stems = self.stems
            for end in range(len(word), _SHORTEST_STEM - 1, -1):
                sense = stems.get(word[:end])
                if sense is not None:
                    return sense
        return sense


def read_entries(language: str) -> Iterator[Entry]:
    """The lines of a word list, folded.

    Raises:
        ValueError: a line that is none, with its number.
    """
    name = f"{language}.tsv"
    text = (resources.files("tocsin.detection") / "lexicons" / name).read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        if number == 1 or not line.strip():
            continue
        try:
            words, value, kind, origin = line.split("\t")
            if kind not in KINDS:
                raise ValueError(kind)
            folded = fold_words(words, language)
            yield Entry(folded.removesuffix("*").strip(), folded.endswith("*"), float(value or 0), kind, origin)
        except ValueError as error:
            raise ValueError(f"{name}, line {number}: no entry: {line!r} ({error})") from error


@cache
def load_lexicon(language: str) -> Lexicon:
    """The word list of a language together with the emoji, which all languages share."""
    lexicon = Lexicon(_read_vader() if language == "en" else {}, {}, {}, {})
    for entry in (*_emoji(), *read_entries(language)):
        is_phrase = " " in entry.words
        if is_phrase:
            place = lexicon.phrase_stems if entry.is_stem else lexicon.phrases
        else:
            place = lexicon.stems if entry.is_stem else lexicon.words
        place[entry.words] = _merge(place.get(entry.words), entry)
        if is_phrase and not entry.is_stem and len(glued := entry.words.replace(" ", "")) >= 8:
            lexicon.words.setdefault(glued, _merge(None, entry))  # as a hashtag
    return lexicon


def _read_vader() -> dict[str, Sense]:
    """The words of VADER's lexicon, −4…4 there, on our scale. What is no plain word stays with VADER itself."""
    valences: dict[str, float] = SentimentIntensityAnalyzer().lexicon
    return {
        word: Sense(words=word, feeling=valence * 0.75)
        for word, valence in valences.items()
        if word.isascii() and word.replace("'", "").isalpha()
    }


def _emoji() -> Iterator[Entry]:
    for entry in read_entries("emoji"):
        for emoji in entry.words.split():
            yield entry._replace(words=emoji)


def _merge(known: Sense | None, entry: Entry) -> Sense:
    """The sense of an entry, added to what another line said about the same words ("no" negates and complains)."""
    sense = known or Sense(words=entry.words)
    kind, value = entry.kind, entry.value
    return Sense(
        words=sense.words,
        feeling=value if kind == "feeling" else 0.0 if kind == "neutral" else sense.feeling,
        complaint=-value if kind == "complaint" else sense.complaint,
        factor=value if kind == "intensifier" else sense.factor,
        is_sarcasm=sense.is_sarcasm or kind == "sarcasm",
        is_neutral=sense.is_neutral or kind == "neutral",
        is_negator=sense.is_negator or kind == "negator",
        is_contrast=sense.is_contrast or kind == "contrast",
        is_unit=sense.is_unit or kind == "unit",
        is_number=sense.is_number or kind == "number",
        is_address=sense.is_address or kind == "address",
        is_request=sense.is_request or kind == "request",
    )
