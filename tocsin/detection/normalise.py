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
_LETTERS: Final = str.maketrans({"đ": "d", "ð": "d", "ø": "o", "ł": "l", "ħ": "h", "\u0131": "i", "æ": "ae", "œ": "oe"})
#: Typographic signs and what people type: apostrophes, quotation marks, dashes. ™ and its like become spaces, because
#: compatibility folding would glue "TM" to the brand's name.
_PUNCTUATION: Final = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201b\u02bc\u2032\uff07\u00b4", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\uff02", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    | dict.fromkeys("™℠©®", " ")
)
_BEYOND_ASCII: Final = re.compile("[^\x00-\x7f]+")
#: Zero-width characters and direction marks (a way to hide a name), and halves of characters that no automaton takes.
_INVISIBLE: Final = ("Cf", "Cs")
#: Accents, enclosing marks and emoji variants; the vowel signs of other scripts are letters and stay.
_MARKS: Final = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f]")
#: Scripts written without spaces between words (or, Hangul, with endings glued on): no border to look for.
_UNSPACED: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]"
)
#: Links, @handles and "rt", with the colon and the space that follow; begins with a set so that `re` can skip fast.
_NOT_SAID: Final = re.compile(
    r"[@hwr](?:(?<=@)[a-z0-9_]+|(?<=\bh)ttps?://\S+|(?<=\bw)ww\.\S+|(?<=\br)t\b):? ?", re.ASCII
)


def _fold_run(run: str) -> str:
    """What a run of characters beyond ASCII becomes."""
    visible = "".join(
        letter for letter in run.translate(_PUNCTUATION) if unicodedata.category(letter) not in _INVISIBLE
    )
    taken_apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", visible).casefold())
    bare = unicodedata.normalize("NFKC", _MARKS.sub("", taken_apart).translate(_LETTERS))
    return "".join(" " if letter.isspace() else letter for letter in bare)


class _Folds(dict[str, str]):
    """`_fold_run` as a table: the short runs of a language ("ấ", "đượ", an emoji) come again and again."""

    def __missing__(self, run: str) -> str:
        folded = _fold_run(run)
        if len(run) <= 4:
            if len(self) >= 65_536:
                self.clear()
            self[run] = folded
        return folded


_FOLDS: Final = _Folds()


def _look_up(match: re.Match[str]) -> str:
    return _FOLDS[match[0]]


def fold(text: str) -> str:
    """`text` as it is compared: NFKC, case and accents folded, invisible characters gone, white space made one space.

    >>> fold("Điện  Máy\\nXANH™ ﬁnds Straße")
    'dien may xanh finds strasse'
    """
    folded = text.lower()
    if not folded.isascii():
        folded = _BEYOND_ASCII.sub(_look_up, folded)
    if "  " in folded or "\n" in folded or "\t" in folded or "\r" in folded:
        return " ".join(folded.split())
    return folded


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
    said = _NOT_SAID.sub("", folded).strip()
    if len(said) < MIN_FINGERPRINT_LENGTH:
        return ""
    return blake2b(said.encode(), digest_size=8).hexdigest()
