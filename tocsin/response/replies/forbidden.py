"""The words that no answer may say, and what to write instead of each kind. `guardrails` looks for them.

A file of `words/` has a line per pattern: its kind, and a regular expression of whole words in small letters, with
straight apostrophes, in which `~` stands for up to three other words of the same sentence. Patterns are compared with
texts without accents; Vietnamese ones with them, unless the text has none at all: "xóa bài" (to delete) and "xoa bài"
are different words. All languages are looked for in every text: whoever writes it may have mixed them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from tocsin.response.replies.spelling import make_bare

#: Kinds that a fact may carry: what a person entered as known or granted may be said.
CARRIED: Final = ("refund", "compensation", "outcome", "deadline", "admission", "denial")
#: Kinds that are no breach when they are denied: "we do not delete comments", "we cannot promise a refund".
DENIABLE: Final = ("deletion", "refund", "compensation", "outcome", "never-again", "guarantee", "speculation")

INSTEAD: Final[Mapping[str, str]] = {
    "deletion": "Leave it out: nothing is deleted or hidden, and nobody is asked to delete. Answer the criticism.",
    "blame": "Leave it out: say what you can do, not what the customer did.",
    "denial": "Say what is established and give the source (enter it as the correction), not that somebody is wrong.",
    "refund": "Say that you will look at the amounts in private, or enter the decision as the remedy first.",
    "compensation": "Say that you will look at it in private, or enter the decision as the remedy first.",
    "outcome": "Say what is being done now; enter what is certain as a fact first.",
    "deadline": "Name an instant only after entering it as the next word.",
    "never-again": "Nobody can know that. Say what is being changed, if it is.",
    "guarantee": "Say what you are doing, without a guarantee.",
    "admission": "Be sorry that it happened to them; before saying whose fault it is, enter the cause as a fact.",
    "non-apology": "Be sorry for what happened, not for how they feel about it or that they noticed.",
    "hollow": "Name what happened to this person instead of an inconvenience.",
    "sarcasm": "Say it straight.",
    "speculation": "Leave it out: say nothing of who may be behind a mention.",
    "mass-mention": "Address the one person whom you answer.",
    "placeholder": "Fill it in, or remove it.",
}

#: Words that turn what follows into its opposite, looked for just before it in the same clause, in small letters with
#: their accents ("đúng" is no "đừng"). "Don't worry, we will refund you" denies nothing.
DENIAL: Final = (
    r"(?:\b(?:not|never|cannot|nor|without|nobody|no|ni|nunca|jamás|jamas|sin|tampoco"
    r"|không|khong|chưa|chua|chẳng|chang|đừng)\b|n't\b)"
    r"(?! (?:only|sólo|solo|chỉ|chi|problem|doubt|worries|worry|need to worry|matter|te preocup|se preocup|hay problema"
    r"|sao|lo\b))"
)
DENIALS: Final = re.compile(DENIAL + r"(?: \w+){0,4} ?$")


class Forbidden(NamedTuple):
    """The patterns of one kind in one language; `accented` is for texts with accents, when the language needs them."""

    kind: str
    bare: re.Pattern[str]
    accented: re.Pattern[str] | None


def read_words(name: str) -> dict[str, list[str]]:
    """Kind → patterns of a file of `words/`."""
    text = files("tocsin.response.replies").joinpath("words", name).read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            kind, pattern = line.split("\t")
            found.setdefault(kind, []).append(pattern)
    return found


@cache
def load_forbidden() -> tuple[Forbidden, ...]:
    """All patterns of all languages."""
    bare = [(kind, _whole_words(patterns), None) for name in _BARE for kind, patterns in read_words(name).items()]
    accented = [
        (kind, _whole_words(map(make_bare, patterns)), _whole_words(patterns))
        for kind, patterns in read_words("forbidden_vi.tsv").items()
    ]
    signs = [(kind, re.compile("|".join(patterns)), None) for kind, patterns in read_words("forbidden_any.tsv").items()]
    return tuple(Forbidden(*each) for each in (*bare, *accented, *signs))


_BARE: Final = ("forbidden_en.tsv", "forbidden_es.tsv")
_GAP: Final = r"(?:[^\w.!?]+\w+){0,3}[^\w.!?]+"


def _whole_words(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)".replace("~", _GAP))
