"""What a mention is about, as an answer can say it, and whether it should be answered in public at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from schemas.mention import Evidence
from tocsin.response.replies.facts import Facts
from tocsin.response.replies.policy import REASONS
from tocsin.response.replies.spelling import make_bare, spell

QUESTION: Final = "question"
#: Openings and particles of questions that are often typed without a question mark, bare.
_ASKS: Final = re.compile(
    r"^\W*(?:@\w+\W+)*(how (do|can|long|much)|when (is|are|will|do)|where (is|are|can|do)|can (i|you|we|someone)"
    r"|could (you|someone)|is (it|there) (true|possible)|does (any|the)|anyone know"
    r"|como (puedo|hago)|cuando (sale|llega|abre)|donde (esta|puedo|veo)|alguien sabe|es verdad que"
    r"|lam sao|cho (minh|toi|em) hoi)\b"
    r"|\b(khong a|duoc khong|bao gio|the nao|khi nao|o dau|phai khong)\W*$"
)
_PROPER: Final = re.compile(r"[^\W_]")


def find_objection(mention: Evidence, facts: Facts) -> str:
    """Why this mention should have no public answer, as a sentence; "" when it should have one."""
    if mention.private:
        return "It was said in private: answer it there, where nobody else reads."
    if find_abuse(mention.text):
        return (
            "It threatens or degrades people. An answer would give it more readers; "
            "pass a threat on to those who deal with security."
        )
    if mention.mention in facts.coordinated:
        return (
            "It is one of the mentions that a coordination finding names. Answering each of them feeds the wave; "
            "one statement for everybody who reads it does not."
        )
    if mention.label != "negative" and not is_question(mention.text) and "rumour" not in mention.reasons:
        return f"It is {mention.label} and asks nothing: an answer is not needed."
    return ""


def is_question(text: str) -> bool:
    """Whether something is asked."""
    without_links = re.sub(r"https?://\S+", "", text)
    return "?" in without_links or "¿" in without_links or _ASKS.search(spell(without_links).bare) is not None


def find_abuse(text: str) -> str:
    """The words of a threat, a wish of death or a slur; "" when there are none. Swearing about a service is neither."""
    match = _abuse().search(spell(text).bare)
    return match[0] if match else ""


@cache
def _abuse() -> re.Pattern[str]:
    lines = files("tocsin.response.replies").joinpath("words", "abuse.txt").read_text(encoding="utf-8").splitlines()
    patterns = [make_bare(line) for line in lines if line and not line.startswith("#")]
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b")


def find_reason(mention: Evidence) -> str:
    """The reason that the answer speaks of: danger first, then what weighs most; `question` for who only asks."""
    for urgent in ("safety", "privacy"):
        if urgent in mention.reasons and mention.label == "negative":
            return urgent
    if mention.label != "negative" and "rumour" not in mention.reasons:
        return QUESTION
    known = [reason for reason in mention.reasons if reason in REASONS]
    if "rumour" in known and mention.label != "negative":
        return "rumour"
    return known[0] if known else QUESTION if is_question(mention.text) else "other"


def find_term(text: str, terms: Iterable[str]) -> str:
    """The longest watched name that the text says, in the text's own spelling; "" when it says none.

    Only names: written with a capital letter or a digit. "late" is a watched term of many, and no name of anything.
    """
    spelling = spell(text)
    for term in sorted(terms, key=len, reverse=True):
        wanted = spell(term).bare.lstrip("#@").strip()
        match = re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", spelling.bare) if wanted else None
        if match:
            said = spelling.shown[match.start() : match.end()]
            is_shouted = said.isupper() and len(said) > 4 and not any(letter.isdigit() for letter in said)
            if not said.islower() and not is_shouted and _PROPER.match(said):
                return said
    return ""


def find_thing(text: str, things: Mapping[str, str]) -> str:
    """What an answer calls the thing that the text speaks of first; "" when it names none."""
    bare = spell(text).bare
    places = {
        match.start(): (len(word), answer)
        for word, answer in things.items()
        if (match := re.search(rf"(?<!\w){re.escape(make_bare(word))}(?!\w)", bare))
    }
    return places[min(places)][1] if places else ""
