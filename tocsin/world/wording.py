"""Makes texts of phrases: a few hundred phrases of three languages become tens of thousands of ready patterns.

A text is opener + core + ending, the last being a second sentence and a closer. In a phrase, `[one|another|]` is a
choice, `{n}` a number from 2 to 10, `{k}` one from 11 to 59, `{p}` a place, `{d}` a day, `{w}` somebody's relation,
`{i}` a hashtag: they are drawn when the patterns are made, once a process. `{b}` (the brand as this author writes it),
`{t}` (the topic) and `{c}` (the campaign) are filled in text by text, as 0, 1 and 2 of `str.format`: so that a text
costs little, and two people rarely write the same one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from random import Random
from typing import Final

from tocsin.world.phrases import LANGUAGES, PLACES, Dialect, Language, Mood, Phrases, without_accents
from tocsin.world.phrases_en import ENGLISH
from tocsin.world.phrases_es import SPANISH
from tocsin.world.phrases_vi import VIETNAMESE

BOOKS: Final[dict[Language, Phrases]] = {"en": ENGLISH, "es": SPANISH, "vi": VIETNAMESE}

#: Patterns made of each phrase.
_VARIANTS = 24
#: Share of texts without an opener, a second sentence, a closer.
_WITHOUT_OPENER, _WITHOUT_TAIL, _WITHOUT_CLOSER = 0.55, 0.3, 0.3
_JOINTS = (". ", ", ", " - ", "! ", "... ", "; ", " and ", ". ")
_JOINTS_ELSEWHERE = (". ", ", ", " - ", "! ", "... ", "; ")
_TONES: Final[dict[Mood, str]] = {
    "chatter": "plain", "question": "plain", "praise": "good", "campaign": "good",
    "complaint": "bad", "outrage": "bad", "reaction": "bad", "rant": "bad",
}  # fmt: skip
#: `[choices]` and slots that are drawn when a pattern is made.
_DRAWN = re.compile(r"\[([^\]]*)\]|\{([npdwik])\}")
_LATER = re.compile(r"\{[btc]\}")
_SPACES = re.compile(" {2,}")
_PLACES: Final = {"{b}": "{0}", "{t}": "{1}", "{c}": "{2}"}
_COMMON: Final = {"n": tuple(map(str, range(2, 11))), "k": tuple(map(str, range(11, 60))), "p": PLACES}
#: Abbreviations of Vietnamese chats, as people of twenty type them.
_TEENCODE: Final = {
    "không": "ko", "được": "đc", "với": "vs", "rồi": "r", "gì": "j", "cũng": "cx", "những": "nhg", "vậy": "z",
    "mọi người": "mn", "quá": "qá", "bây giờ": "bh", "biết": "bít", "mình": "mk", "cảm ơn": "tks", "người": "ng",
    "bạn": "b", "nhiều": "nhìu", "luôn": "lun", "thích": "thik", "nhé": "nhóa", "chị": "cj", "gọi": "gọj",
    "phải": "fải", "trả lời": "tl", "ai": "aj", "làm": "lm", "vẫn": "vx",
}  # fmt: skip
_TEENCODE_WORDS = re.compile(r"(?<!\w)(?:" + "|".join(sorted(_TEENCODE, key=len, reverse=True)) + r")(?!\w)")


class Wording:
    """Ready patterns of one dialect.

    Attributes:
        openers: with their own spaces; many are empty, as with people.
        cores: by mood: patterns for `str.format(brand, topic, campaign)`.
        endings: by mood: a second sentence that suits it, with what joins it to the first, and a closer; any may be
            missing.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._book = BOOKS[LANGUAGES[dialect]]
        self._type = _TYPING.get(dialect)
        self.openers = self._typed(_expand(LANGUAGES[dialect], "openers", self._book.openers, _VARIANTS))
        self.openers += ("",) * int(len(self.openers) * _WITHOUT_OPENER / (1 - _WITHOUT_OPENER))
        self.cores: dict[Mood, tuple[str, ...]] = _ByMood(self._make_cores)
        self.endings: dict[Mood, tuple[str, ...]] = _ByMood(self._make_endings)
        self._dialect = dialect

    @staticmethod
    @cache
    def of(dialect: Dialect) -> Wording:
        """The patterns of a dialect; they are the same in every world and made once."""
        return Wording(dialect)

    def _make_cores(self, mood: Mood) -> tuple[str, ...]:
        expanded = _expand(LANGUAGES[self._dialect], mood, self._book.cores[mood], _VARIANTS)
        return self._typed(tuple(core.strip() for core in expanded))

    def _make_endings(self, mood: Mood) -> tuple[str, ...]:
        return self._typed(_expand_endings(LANGUAGES[self._dialect], _TONES[mood]))

    def _typed(self, texts: tuple[str, ...]) -> tuple[str, ...]:
        return texts if self._type is None else tuple(map(self._type, texts))


@cache
def _expand(language: Language, name: str, phrases: tuple[str, ...], count: int) -> tuple[str, ...]:
    rng = Random(f"{language}/{name}")
    return tuple(fill(phrase, BOOKS[language], rng) for phrase in phrases for _ in range(count))


@cache
def _expand_endings(language: Language, tone: str) -> tuple[str, ...]:
    rng, book = Random(f"{language}/{tone}/endings"), BOOKS[language]
    tails = _expand(language, tone, book.tails[tone], _VARIANTS)
    closers = _expand(language, "closers", book.closers, _VARIANTS)
    joints = _JOINTS if language == "en" else _JOINTS_ELSEWHERE
    endings = [
        f"{'' if rng.random() < _WITHOUT_TAIL else rng.choice(joints) + tail}"
        f"{'' if rng.random() < _WITHOUT_CLOSER else rng.choice(closers)}"
        for tail in tails
        for _ in range(2)
    ]
    return tuple(endings)


def _type_teencode(text: str) -> str:
    """Abbreviated, every second text without its accents too."""
    abbreviated = _TEENCODE_WORDS.sub(lambda match: _TEENCODE[match[0]], text)
    return without_accents(abbreviated) if len(text) % 2 else abbreviated


_TYPING: Final[dict[Dialect, Callable[[str], str]]] = {
    "es-bare": without_accents,
    "vi-bare": without_accents,
    "vi-teen": _type_teencode,
}


class _ByMood(dict[Mood, tuple[str, ...]]):
    """Patterns by mood, made when a mood is first heard."""

    def __init__(self, make: Callable[[Mood], tuple[str, ...]]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, mood: Mood) -> tuple[str, ...]:
        self[mood] = patterns = self._make(mood)
        return patterns


def fill(phrase: str, book: Phrases, rng: Random, places: Mapping[str, str] = _PLACES) -> str:
    """One pattern of a phrase: choices and slots drawn, {b} {t} {c} become `places`, 0, 1 and 2."""
    random, parts = rng.random, []
    for literal, choices, slot in _parse(phrase):
        parts.append(_LATER.sub(lambda match: places.get(match[0], match[0]), literal) if "{" in literal else literal)
        if choices:
            chosen = choices[int(len(choices) * random())]
            parts.append(fill(chosen, book, rng, places) if "{" in chosen else chosen)
        elif slot:
            drawn = _COMMON.get(slot) or book.slots[slot]
            parts.append(drawn[int(len(drawn) * random())])
    said = "".join(parts)
    return _SPACES.sub(" ", said) if "  " in said else said


@cache
def _parse(phrase: str) -> tuple[tuple[str, tuple[str, ...], str], ...]:
    """A phrase as literals, each followed by a choice, a slot, or nothing."""
    parts, end = [], 0
    for match in _DRAWN.finditer(phrase):
        choices = () if match[1] is None else tuple(match[1].split("|"))
        parts.append((phrase[end : match.start()], choices, match[2] or ""))
        end = match.end()
    return (*parts, (phrase[end:], (), ""))


def write_line(phrase: str, book: Phrases, rng: Random, words: Mapping[str, str]) -> str:
    """One line of a phrase, for what is written seldom: `words` are those for {b}, {t}, {c} and {h} (its hashtag)."""
    return fill(phrase, book, rng, {}).format_map(words)
