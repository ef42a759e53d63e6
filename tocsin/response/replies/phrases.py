"""What a book of phrases holds, and how one of several is chosen. The books are `phrases_en`, `_es` and `_vi`.

In a phrase `{tu|su}` is said to friends and to strangers: the first with warm and plain tones, the second with the
formal one; of three, each tone has its own. `{matter}`, `{route}`, `{time}`, `{link}` and `{brand}` are filled in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from schemas.reply import TONES, Tone

_REGISTER: Final = re.compile(r"\{([^{}|]*\|[^{}]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """The phrases of one language.

    Attributes:
        greetings: tone → with `{name}`, and without a name.
        flows_on: after the greeting comes a comma, and a sentence that begins small.
        feeling: reason → sentences with empathy, for the warm tone; `question` for who only asks.
        sober: reason → the same for plain and formal tones.
        things: words of a mention → what an answer calls it; `with_thing` puts it into `{matter}`.
        matters: reason → `{matter}` when the mention names no thing; `other` stands in for those left out.
        looks: that somebody is at it; checks: the same for a rumour of which nothing is known yet.
        causes, corrections: what comes before a fact of that kind; sources: the link that shows it.
        times: how `{time}` is told on the same day, with `{hour}`, and on another, with `{date}` too.
        fixed, next_words: with `{time}`.
        invites: into a private channel; public_invites: to a public one.
        keeps: to keep personal data out of public answers.
    """

    greetings: Mapping[Tone, tuple[str, str]]
    flows_on: bool
    feeling: Mapping[str, tuple[str, ...]]
    sober: Mapping[str, tuple[str, ...]]
    things: Mapping[str, str]
    with_thing: str
    matters: Mapping[str, str]
    looks: tuple[str, ...]
    checks: tuple[str, ...]
    causes: tuple[str, ...]
    corrections: tuple[str, ...]
    sources: tuple[str, ...]
    times: tuple[str, str]
    fixed: tuple[str, ...]
    next_words: tuple[str, ...]
    invites: tuple[str, ...]
    public_invites: tuple[str, ...]
    keeps: tuple[str, ...]


def choose(phrases: Sequence[str], *key: str) -> str:
    """One of the phrases, always the same for the same key, evenly over keys."""
    number = int.from_bytes(blake2b("\x1f".join(key).encode(), digest_size=8).digest(), "big")
    return phrases[number % len(phrases)]


def fill(phrase: str, tone: Tone, slots: Mapping[str, str]) -> str:
    """The phrase as it is said in this tone, with its slots filled; what fills a slot is not read as a phrase.

    >>> fill("Sentimos lo de {tu|su} vuelo a {place}", "formal", {"place": "Lima"})
    'Sentimos lo de su vuelo a Lima'
    """
    spoken = _REGISTER.sub(lambda match: _said(match[1].split("|"), tone), phrase)
    return re.sub(r"\{(\w+)\}", lambda match: slots[match[1]], spoken)


def _said(ways: Sequence[str], tone: Tone) -> str:
    return ways[TONES.index(tone)] if len(ways) == len(TONES) else ways[tone == "formal"]
