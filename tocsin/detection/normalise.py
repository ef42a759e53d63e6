"""One spelling for many: case, accents, width, ligatures, invisible characters and line breaks folded away.

Terms and texts are folded alike and compared in folded form, so nothing ever needs the offsets of the original: a
character that grows (ß → ss, ﬁ → fi) or vanishes (a soft hyphen) moves its neighbours, but not the borders of words.
Most texts are ASCII, which need no more than `str.lower`.
"""

from __future__ import annotations

import re
import unicodedata
from hashlib import blake2b
from typing import Final

#: Texts shorter than this after stripping say too little to be told from a coincidence ("thanks!").
MIN_FINGERPRINT_LENGTH: Final = 12

#: Letters that Unicode does not take apart though readers do; Vietnamese is often typed without its đ.
_LETTERS: Final = {"đ": "d", "ð": "d", "ø": "o", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe"}
_PUNCTUATION: Final = {
    **dict.fromkeys("‘’‛ʼ′＇`´", "'"),
    **dict.fromkeys("“”„‟″«»＂", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("™℠©®", " "),  # compatibility folding would glue "TM" to the brand's name
}
#: Zero-width characters and direction marks (a way to hide a name), and halves of characters that no automaton takes.
_INVISIBLE: Final = ("Cf", "Cs")
#: Accents, enclosing marks and emoji variants; the vowel signs of other scripts are letters and stay.
_MARKS: Final = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f]")
#: Scripts written without spaces between words (or, Hangul, with endings glued on): no border to look for.
_UNSPACED: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]"
)
#: Links, @handles and "rt", with the colon that follows a handle; begins with a set so that `re` can skip fast.
_NOT_SAID: Final = re.compile(
    r"[@hwr](?:(?<=@)[a-z0-9_]+|(?<=\bh)ttps?://\S+|(?<=\bw)ww\.\S+|(?<=\br)t\b):?", re.ASCII
)


def _fold_character(character: str) -> str:
    if character in _PUNCTUATION:
        return _PUNCTUATION[character]
    if character.isspace():
        return " "
    if unicodedata.category(character) in _INVISIBLE:
        return ""
    taken_apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", character).casefold())
    bare = unicodedata.normalize("NFKC", _MARKS.sub("", taken_apart))
    return "".join(_LETTERS.get(letter, letter) for letter in bare)


class _Folds(dict[int, str]):
    """What each character becomes, worked out when it is first seen and remembered for the first 65,536 of them."""

    def __missing__(self, codepoint: int) -> str:
        folded = _fold_character(chr(codepoint))
        if len(self) < 65_536:
            self[codepoint] = folded
        return folded


_FOLDS: Final = _Folds()
_BEFORE_COMPOSING: Final = str.maketrans(dict.fromkeys("™℠", " ") | dict.fromkeys("´", "'"))


def fold(text: str) -> str:
    """`text` as it is compared: NFKC, case and accents folded, invisible characters gone, white space made one space.

    >>> fold("Điện  Máy\\nXANH™ ﬁnds Straße")
    'dien may xanh finds strasse'
    """
    if text.isascii():
        folded = text.lower()
        if "\n" not in folded and "  " not in folded and "\t" not in folded and "\r" not in folded:
            return folded
    else:
        text = text.translate(_BEFORE_COMPOSING)
        folded = unicodedata.normalize("NFKC", text).translate(_FOLDS)
    return " ".join(folded.split())


def is_word_character(character: str) -> bool:
    """Whether a word goes on through this character, so that a term next to it is only part of a longer word.

    Characters of scripts without spaces (Chinese, Japanese, Thai, …) never are.
    """
    if character.isalnum() or character == "_":
        return _UNSPACED.match(character) is None
    return unicodedata.category(character)[0] == "M" and _UNSPACED.match(character) is None


class WordCharacters(dict[str, bool]):
    """`is_word_character` as a table, for loops; remembers the first 65,536 characters that it is asked for."""

    def __missing__(self, character: str) -> bool:
        answer = is_word_character(character)
        if len(self) < 65_536:
            self[character] = answer
        return answer


def fingerprint(text: str) -> str:
    """A hash of what a text says: equal for reposts that differ in links, @handles, "RT", case, accents or spaces.

    Returns:
        16 hexadecimal digits (64 bits of BLAKE2b, the same on every machine); "" when fewer than
        `MIN_FINGERPRINT_LENGTH` characters are left.
    """
    return fingerprint_folded(fold(text))


def fingerprint_folded(folded: str) -> str:
    """`fingerprint` of a text that `fold` has already been applied to."""
    said = " ".join(_NOT_SAID.sub(" ", folded).split())
    if len(said) < MIN_FINGERPRINT_LENGTH:
        return ""
    return blake2b(said.encode(), digest_size=8).hexdigest()
