"""The syllables and phrases of Vietnamese as people type them: with diacritics, without, in teencode, stretched.

Vietnamese writes a space after each syllable, so a word is mostly a phrase. A `Lexicon` finds the longest phrase that
begins at a syllable. There are two of it: one of phrases as they are spelt, one without diacritics for the many who do
not type them. The second leaves out single syllables that mean too much without their marks ("chat": chất, quality,
or chat).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Final

from msgspec import Struct

_REMEMBERED: Final = 50_000  # syllables, each some 150 bytes; Vietnamese has about 7,000 that are in use
_LONGEST_REMEMBERED: Final = 24  # characters; longer ones are links, which never come back

#: Words, numbers, marks that end a clause, and any other sign (an emoji) by itself.
TOKENS: Final = re.compile(r"\w+|[:=][-']?[()]+|<3|[.!?…\n]+|[^\w\s]")
_TONES: Final = "\u0300\u0301\u0303\u0309\u0323"
_THREE_ALIKE: Final = re.compile(r"([^\W\d])\1{2,}")
_LAUGHTER: Final = re.compile(r"k{3,}|(?:ha){2,}h?|(?:hi){2,}h?|(?:he){2,}h?|(?:hj){2,}|hah?a+|hehe+")
#: The tone stands on either vowel of these: hoà and hòa, thuỷ and thủy.
_OPEN_PAIRS: Final = re.compile(rf"(?<!q)([ou])([aey])([{_TONES}])$")
#: i and y after these consonants are one sound: kĩ and kỹ, lí and lý.
_I_OR_Y: Final = re.compile(rf"^([hklmst]|qu)y([{_TONES}]?)$")


class Entry(Struct, frozen=True, gc=False):
    """What a phrase does. Most do one thing; "không" is a complaint of its own and turns what follows."""

    text: str
    points: float = 0.0
    factor: float = 1.0
    is_plain: bool = True  # it has points, or none, and no other part to play
    is_negator: bool = False
    is_contrast: bool = False
    is_concession: bool = False
    is_wish: bool = False
    is_cause: bool = False
    ends_clause: bool = False  # counts only where nothing follows that it could belong to


class Trie(dict[str, "Trie"]):
    """Phrases by their syllables; `entry` is the phrase that ends here."""

    __slots__ = ("entry",)

    def __init__(self) -> None:
        self.entry: Entry | None = None


class Lexicon:
    """Entries by their syllables, from `root` on."""

    def __init__(self, entries: Iterator[Entry] | list[Entry]) -> None:
        self.root = Trie()
        for entry in entries:
            node = self.root
            for syllable in entry.text.split():
                node = node.setdefault(syllable, Trie())
            node.entry = entry


def strip_marks(text: str) -> str:
    """`text` without tones and hats, đ as d.

    >>> strip_marks("giao hàng quá chậm, đợi mãi")
    'giao hang qua cham, doi mai'
    """
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFD", text.replace("đ", "d"))
    return unicodedata.normalize("NFC", "".join(letter for letter in apart if not "\u0300" <= letter <= "\u036f"))


def respell(syllable: str) -> str:
    """One spelling for a syllable in small letters: stretches, tone places, i or y, teencode.

    Returns:
        One syllable, or several with spaces between where teencode shortens a phrase.

    >>> respell("quáaaa"), respell("huỷ"), respell("kĩ"), respell("vđ")
    ('quá', 'hủy', 'kĩ', 'vấn đề')
    """
    if syllable[0] in ".!?…\n":
        return "??" if "??" in syllable else "?" if "?" in syllable else "!" if "!" in syllable else "."
    if syllable[0] in ":=" and len(syllable) > 1:
        return ":(" if "(" in syllable else ":)"
    if _LAUGHTER.fullmatch(syllable):
        return "haha"
    spelt = _THREE_ALIKE.sub(r"\1", syllable)
    if len(spelt) > 2 and spelt[-1].isascii() and not spelt[-2].isascii() and strip_marks(spelt[-2]) == spelt[-1]:
        spelt = spelt[:-1]
    known = _shorthand().get(spelt)
    if known is not None:
        return known
    apart = unicodedata.normalize("NFD", spelt)
    apart = _I_OR_Y.sub(r"\1i\2", _OPEN_PAIRS.sub(_first_vowel, apart))
    return unicodedata.normalize("NFC", apart)


def _first_vowel(match: re.Match[str]) -> str:
    first, second, tone = match.groups()
    return f"{first}{tone}{second}"


class Spellings(dict[str, str]):
    """`respell` as a table; all is forgotten when the memory is full."""

    def __init__(self, without_marks: bool) -> None:
        self._without_marks = without_marks

    def __missing__(self, syllable: str) -> str:
        spelt = respell(syllable)
        if self._without_marks:
            spelt = strip_marks(spelt)
        if len(syllable) <= _LONGEST_REMEMBERED:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[syllable] = spelt
        return spelt


def _rows(name: str) -> Iterator[list[str]]:
    text = files("tocsin.detection").joinpath("lexicons", name).read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


@cache
def _shorthand() -> dict[str, str]:
    return {row[0]: row[1] for row in _rows("vi_teencode.tsv")}


_ROLES: Final = frozenset({"factor", "is_negator", "is_contrast", "is_concession", "is_wish", "is_cause"})


@cache
def lexicons() -> tuple[Lexicon, Lexicon]:
    """The phrases as they are spelt, and without diacritics; read once."""
    spelt: dict[str, dict[str, object]] = {}
    ambiguous: set[str] = set()
    for phrase, value, kind in _rows("vi.tsv"):
        if kind == "ambiguous":
            ambiguous.add(phrase)
            continue
        if kind == "particle":
            continue
        merged = spelt.setdefault(" ".join(map(respell, phrase.split())), {})
        if kind in ("points", "closing"):
            merged["points"] = float(value)
            merged["ends_clause"] = kind == "closing"
        elif kind == "factor":
            merged["factor"] = float(value)
        elif kind != "neutral":
            merged["is_" + kind] = True
        merged["is_plain"] = not _ROLES & merged.keys()
    entries = [Entry(phrase, **merged) for phrase, merged in spelt.items()]  # type: ignore[arg-type]
    bare: dict[str, Entry] = {}
    clashes: set[str] = set()
    for phrase, merged in spelt.items():
        plain = strip_marks(phrase)
        if plain in ambiguous:
            continue
        entry = Entry(plain, **merged)  # type: ignore[arg-type]
        known = bare.get(plain)
        if known is None:
            bare[plain] = entry
        elif known.points * entry.points < 0:
            clashes.add(plain)
    return Lexicon(entries), Lexicon([entry for plain, entry in bare.items() if plain not in clashes])


def read_particles() -> frozenset[str]:
    """Particles and terms of address that may follow the last word of a clause, spelt and without diacritics."""
    particles = [phrase for phrase, _, kind in _rows("vi.tsv") if kind == "particle"]
    return frozenset(particles) | frozenset(map(strip_marks, particles))
