"""Spellings for comparison, letter for letter beside the original: people, telephones and models write in many ways."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

_SIGNS = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201b\u02bc\u2032\u00b4`", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
)
#: Vietnamese is written with the tone on either vowel of an open oa, oe, uy ("xoá", "xóa"): one of them is enough.
_TONES = {
    "oá": "óa", "oà": "òa", "oả": "ỏa", "oã": "õa", "oạ": "ọa",
    "oé": "óe", "oè": "òe", "oẻ": "ỏe", "oẽ": "õe", "oẹ": "ọe",
    "uý": "úy", "uỳ": "ùy", "uỷ": "ủy", "uỹ": "ũy", "uỵ": "ụy",
}  # fmt: skip
_OPEN = re.compile(rf"(?<!q)({'|'.join(_TONES)})(?!\w)")


class Spelling(NamedTuple):
    """A text thrice, all of equal length, so that a place in one is the same place in the others.

    Attributes:
        shown: composed, with plain quotation marks and dashes, without invisible characters.
        lowered: in small letters.
        bare: in small letters without accents.
    """

    shown: str
    lowered: str
    bare: str


def spell(text: str) -> Spelling:
    """The text in its three spellings.

    >>> spell("Xoá bài, Đạt").bare
    'xoa bai, dat'
    """
    composed = unicodedata.normalize("NFKC", text).translate(_SIGNS)
    shown = "".join(letter for letter in composed if letter in "\n\t" or unicodedata.category(letter)[0] != "C")
    lowered = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in shown)
    lowered = _OPEN.sub(lambda match: _TONES[match[1]], lowered)
    return Spelling(shown, lowered, make_bare(lowered))


def make_bare(text: str) -> str:
    """Composed small letters without their accents, one for one.

    >>> make_bare("đã xóa")
    'da xoa'
    """
    return text if text.isascii() else "".join(map(_bare_letter, text))


def is_bare(text: str) -> bool:
    """Whether a text has no accents at all, as it is often typed on telephones."""
    return all(_bare_letter(letter) == letter for letter in text)


def _bare_letter(letter: str) -> str:
    return "d" if letter == "đ" else unicodedata.normalize("NFD", letter)[0]
