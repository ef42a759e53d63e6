"""Which language a text is in: English, Spanish, Vietnamese, French, Portuguese, German, or none that we know.

Two stages. Letters of another script than the Latin settle it at once. Otherwise every word has a score for each
language: fitted weights of the word itself and of the runs of one to four letters in it, accents included, so that
Vietnamese typed without them is told by its syllables and a name tells little. Scores only add, so a word is worked
out once and remembered, and a text costs one addition a word: the scores of all languages are digits of one integer.

It says `und` rather than guess between close ones: a draw, no words, another script, or a language of the seventh
class, fitted on what stands for all that we do not know. What the producer says goes first.

`bench/fit_language.py` makes the weights. Source: Cavnar, W.B. & Trenkle, J.M. (1994). N-Gram-Based Text
Categorization. SDAIR-94.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache
from importlib import resources
from struct import Struct
from typing import Final

#: ISO 639-1 codes that `find_language` can find by itself.
LANGUAGES: Final = ("en", "es", "vi", "fr", "pt", "de")
UNKNOWN: Final = "und"
#: What the weights are for; the last stands for all other languages.
CLASSES: Final = (*LANGUAGES, UNKNOWN)
NAMED_IN_MODEL: Final = "languages.tsv"

#: How much better (natural logarithm of the odds, in hundredths) the best language must be than the next.
_CLEAR: Final = 60
_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_APOSTROPHE: Final = "\u2019"
_LONGEST_WORD: Final = 20
_LONGEST_REMEMBERED: Final = 24
_REMEMBERED_TOKENS: Final = 100_000  # 15 MB
_MOST_TOKENS: Final = 1_000  # more say no more
#: One digit of the integer that holds the scores: 32 bits. Each word adds `_ZERO` to each, so that none is negative.
_DIGIT: Final = 32
_ZERO: Final = 1 << 16
_ZEROS: Final = sum(_ZERO << (_DIGIT * place) for place in range(len(CLASSES)))
_DIGITS: Final = Struct(f"<{len(CLASSES)}I")
_BEYOND_ASCII: Final = re.compile("[^\x00-\x7f]")
#: ISO 639-2: undetermined, no linguistic content, multiple, uncoded; and what X writes for a text of links alone.
_NO_LANGUAGE: Final = frozenset({"und", "zxx", "mul", "mis", "qme", "qst", "qht", "qam", "qct", "art"})
_HINT: Final = re.compile(r"([a-zA-Z]{2,3})(?:[-_][a-zA-Z0-9]{1,8})*")


def tokens_of(text: str) -> list[str]:
    """A text as small, composed letters, between spaces.

    >>> tokens_of("Đâu rồi?! @acme")
    ['đâu', 'rồi?!', '@acme']
    """
    lowered = text.lower()
    if not lowered.isascii():
        lowered = unicodedata.normalize("NFC", lowered).replace(_APOSTROPHE, "'")
    return lowered.split()


def split_token(token: str) -> list[str]:
    """The words in a token and their runs of letters; nothing for links and handles, which are in no language.

    >>> split_token("là!")
    ['=là', '<', 'l', 'à', '>', '<l', 'là', 'à>', '<là', 'là>', '<là>']
    """
    if token[0] == "@" or token.startswith(("http", "www.")):
        return []
    pieces: list[str] = []
    for word in _WORD.findall(token):
        whole = f"<{word[:_LONGEST_WORD]}>"
        size = len(whole)
        pieces.append("=" + word)
        pieces += whole
        pieces += [whole[start : start + 2] for start in range(size - 1)]
        pieces += [whole[start : start + 3] for start in range(size - 2)]
        pieces += [whole[start : start + 4] for start in range(size - 3)]
    return pieces


@cache
def _load_weights() -> dict[str, int]:
    """Piece → its weights for all classes, in one integer."""
    text = (resources.files("tocsin.detection") / "models" / NAMED_IN_MODEL).read_text(encoding="utf-8")
    return {
        piece: sum(int(weight) << (_DIGIT * place) for place, weight in enumerate(weights))
        for piece, *weights in (line.split("\t") for line in text.splitlines()[1:])
    }


class _Scores(dict[str, int]):
    """The scores of each token, worked out at first sight; all is forgotten when the memory is full."""

    def __missing__(self, token: str) -> int:
        if token[0] == "@":
            return _ZEROS
        find = _load_weights().get
        scores = _ZEROS
        for piece in split_token(token):
            scores += find(piece, 0)
        if len(token) <= _LONGEST_REMEMBERED:
            if len(self) >= _REMEMBERED_TOKENS:
                self.clear()
            self[token] = scores
        return scores


_find_scores: Final[Callable[[str], int]] = _Scores().__getitem__


def find_language(text: str, hint: str | None = None) -> str:
    """The language of `text`.

    Args:
        hint: what the producer says, as ISO 639 or BCP 47 code ("en", "pt-BR"); believed if it is one.

    Returns:
        A code of two or three small letters; "und" when nothing speaks clearly for one of `LANGUAGES`.

    >>> find_language("khong ai nghe may"), find_language("¿Dónde está mi maleta?"), find_language("il servizio")
    ('vi', 'es', 'und')
    """
    if hint:
        code = _read_hint(hint)
        if code:
            return code
    tokens = tokens_of(text)
    if not text.isascii() and _is_other_script(text):
        return UNKNOWN
    if len(tokens) > _MOST_TOKENS:
        del tokens[_MOST_TOKENS:]
    scores = _DIGITS.unpack(sum(map(_find_scores, tokens)).to_bytes(_DIGITS.size, "little"))
    best = max(scores)
    place = scores.index(best)
    for other, score in enumerate(scores):
        if best - score < _CLEAR and other != place:
            return UNKNOWN
    return CLASSES[place]


def _is_other_script(text: str) -> bool:
    """Whether a third or more of its characters are letters of other scripts than the Latin."""
    return sum(map(_IS_FOREIGN.__getitem__, _BEYOND_ASCII.findall(text))) * 3 > len(text)


class _IsForeign(dict[str, bool]):
    """Whether a letter is of another script; remembers the first 65,536 that it is asked for."""

    def __missing__(self, letter: str) -> bool:
        answer = letter.isalpha() and not unicodedata.name(letter, "").startswith("LATIN")
        if len(self) < 65_536:
            self[letter] = answer
        return answer


_IS_FOREIGN: Final = _IsForeign()


@lru_cache(maxsize=1024)
def _read_hint(hint: str) -> str:
    """The language of a code; "" if it is none, or says that it does not know."""
    match = _HINT.fullmatch(hint.strip())
    code = match[1].lower() if match else ""
    return "" if code in _NO_LANGUAGE else code
