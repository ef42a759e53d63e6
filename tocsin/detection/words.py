"""The words of a text as the judges of sentiment read them: folded, without links and handles, one regex pass.

Accents are folded because half of the people leave them out ("increible", "trop gache"), German umlauts to two letters
for the same reason ("schoen"). Emoji, emoticons and marks (`!`, `??`, `...`) are words of their own; an @handle is the
word `@`, a link `http`, any number `0`: who is spoken to must not count as a feeling.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final

#: What a literal \u2019 was before some program escaped it twice; real streams are full of them.
_TWICE_ESCAPED: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|[a-z]{2,8});", re.IGNORECASE)
_LINK: Final = re.compile(r"https?:\S+|www\.\S+")
#: Eyes, nose, mouth of ":-)", in small letters; hearts.
_EMOTICON: Final = r"[:;=8]'?[-o^]?[)(\]\[dp/\\|3*](?![a-z0-9])|<3+|\^_*\^|[-;]_+[-;]"
_EMOJI: Final = "\u203c\u2049\u2139\u2190-\u2bff\u3030\u303d\U0001f000-\U0001faff"
_TOKENS: Final = re.compile(rf"[a-z]+(?:'[a-z]+)*|[!?]+|@\w+|{_EMOTICON}|\d[\d.,:]*|\.\.+|[{_EMOJI}]")
_UMLAUTS: Final = {ord(letter): two for letter, two in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"))}
_APOSTROPHES: Final = "\u2018\u2019\u201b\u02bc\u2032\u00b4`"


class _Folds(dict[int, str | None]):
    """A table for `str.translate`: letters without their accents, learned one by one."""

    def __missing__(self, code: int) -> str | None:
        letter = chr(code)
        if code < 128:
            folded: str | None = letter
        elif letter in _APOSTROPHES:
            folded = "'"
        elif unicodedata.category(letter) in ("Mn", "Cf", "Sk") or code == 0xFE0F:
            folded = None  # accents on their own, joiners, skin tones: 👍🏽 is 👍
        else:
            folded = "".join(
                part for part in unicodedata.normalize("NFKD", letter) if unicodedata.category(part) != "Mn"
            ).replace("\u0111", "d")
        if len(self) < 65_536:
            self[code] = folded
        return folded


_FOLDS: Final = _Folds({ord("ß"): "ss", ord("œ"): "oe", ord("æ"): "ae", ord("ø"): "o", ord("…"): "..."})
_GERMAN_FOLDS: Final = _Folds({**_FOLDS, **_UMLAUTS})


def repair(text: str) -> str:
    r"""The text before programs escaped it: HTML entities and `\u2019` written out.

    >>> repair("Q&amp;A, c\\u2019mon")
    'Q&A, c’mon'
    """
    if "&" in text and _ENTITY.search(text):
        text = html.unescape(text)
    if "\\u" in text:
        text = _TWICE_ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return text


def fold_words(text: str, language: str) -> str:
    """Small letters without accents; what lists of words are folded with, too.

    >>> fold_words("Schön, ¡increíble!", "de")
    'schoen, ¡increible!'
    """
    lowered = text.lower()
    if lowered.isascii():
        return lowered
    if not unicodedata.is_normalized("NFC", lowered):
        lowered = unicodedata.normalize("NFC", lowered)
    return lowered.translate(_GERMAN_FOLDS if language == "de" else _FOLDS)


def read_words(text: str, language: str) -> list[str]:
    """The words of a text, in order.

    >>> read_words("@acme Never AGAIN!! 😡👎 https://t.co/x", "en")
    ['@acme', 'never', 'again', '!!', '😡', '👎', 'http']
    """
    return find_words(fold_words(text, language))


def find_words(folded: str) -> list[str]:
    """`read_words` of a text, or of what stands between two of its spaces, that `fold_words` has been applied to."""
    if "http" in folded or "www." in folded:
        folded = _LINK.sub(" http ", folded)
    return _TOKENS.findall(folded)
