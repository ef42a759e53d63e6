"""Whose fault a complaint says it is: the clusters of situational crisis communication theory (SCCT).

What a public thinks that an organisation is responsible for decides which answer it accepts. SCCT has three clusters:
it is a *victim* itself (a rumour, a disaster, violence at work, tampering); it was *accidental* (a stakeholder's
challenge, technical failure of a service or a product); it was *preventable* (human error, misdeed). Cues in the text
(`reason_cues/cause_*.tsv`) speak for a kind; where there are none, the reasons of the complaint do.

Source: Coombs, W.T. (2007). Protecting Organization Reputations During a Crisis: The Development and Application of
Situational Crisis Communication Theory. Corporate Reputation Review 10(3).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from tocsin.detection.cues import Cue, load_cues
from tocsin.detection.normalise import fold

Cluster = Literal["victim", "accidental", "preventable"]

#: Each kind of cause and its cluster, by growing responsibility.
KINDS: Final[dict[str, Cluster]] = {
    "rumour": "victim",
    "disaster": "victim",
    "violence": "victim",  # at work, by others
    "tampering": "victim",  # harm done to the organisation's products or systems from outside
    "challenge": "accidental",  # a stakeholder says that it acts wrongly
    "technical-error": "accidental",  # of a service
    "product-harm": "accidental",  # technical failure of a product
    "human-error": "preventable",
    "misdeed": "preventable",
}
#: What a reason alone says of the cause, until a cue says more.
_USUAL: Final = {
    "rumour": "rumour",
    "ethics": "challenge",
    "other": "challenge",
    "delay": "technical-error",
    "cancellation": "technical-error",
    "delivery": "technical-error",
    "billing": "technical-error",
    "booking": "technical-error",
    "privacy": "technical-error",
    "product-defect": "product-harm",
    "safety": "product-harm",
    "service": "human-error",
    "employee": "human-error",
    "discrimination": "misdeed",
}
_FILES: Final = {"en": "cause_en.tsv", "es": "cause_es.tsv", "vi": "cause_vi.tsv", "und": "cause_en.tsv"}
_PLACES: Final = {kind: place for place, kind in enumerate(KINDS)}


class Cause(NamedTuple):
    """What is taken for the cause.

    Attributes:
        cluster: victim, accidental or preventable.
        kind: one of `KINDS`.
        why: the cues that say so, or the reason that usually means it.
    """

    cluster: Cluster
    kind: str
    why: tuple[str, ...]


def find_cause_cues(text: str, language: str) -> tuple[Cue, ...]:
    """What the words of `text` say of the cause: cues with a kind as their sign. Languages: en, es, vi; und as en."""
    name = _FILES.get(language)
    return tuple(load_cues(name).find(fold(text))) if name is not None else ()


def find_named_cause(folded: str, language: str) -> str:
    """The kind that the words of a folded text say, without its reasons; "" when they do not say."""
    name = _FILES.get(language)
    cues = load_cues(name).find(folded) if name is not None else ()
    cause = find_cause((), cues) if cues else None
    return cause.kind if cause is not None else ""


def find_cause_of_many(reasons: Sequence[str], kinds: Mapping[str, int], complaints: int) -> Cause | None:
    """The most likely cause of many complaints: the kind that most of them name, if a tenth of them names it.

    Args:
        kinds: kind → complaints whose words name it (`find_named_cause`).
        complaints: how many there are.
    """
    named = {kind: count for kind, count in kinds.items() if kind in KINDS and count * 10 >= complaints}
    if named:
        kind = max(named, key=lambda each: (named[each], _PLACES[each]))
        return Cause(KINDS[kind], kind, (f"{named[kind]} of {complaints} complaints say so",))
    return find_cause(reasons)


def find_cause(reasons: Sequence[str], cues: Iterable[Cue] = ()) -> Cause | None:
    """The most likely cause of a complaint, or of many together; None when nothing speaks.

    Cues weigh more than reasons; of equals, the one with more responsibility counts, because an answer that admits too
    little does more harm than one that admits too much.

    Args:
        reasons: most likely first, as `find_reasons` gives them.
        cues: from `find_cause_cues`, of one text or of many.

    >>> find_cause(("privacy",), find_cause_cues("they sold my data and lied about it", "en"))
    Cause(cluster='preventable', kind='misdeed', why=('sold my data', 'lied'))
    >>> find_cause(("delay",))
    Cause(cluster='accidental', kind='technical-error', why=('delay',))
    """
    weights: dict[str, float] = {}
    why: dict[str, dict[str, None]] = {}
    for text, kind, weight in cues:
        weights[kind] = weights.get(kind, 0.0) + weight
        why.setdefault(kind, {})[text] = None
    if weights:
        kind = max(weights, key=lambda kind: (round(weights[kind], 6), _PLACES[kind]))
        return Cause(KINDS[kind], kind, tuple(why[kind]))
    for reason in reasons:
        usual = _USUAL.get(reason)
        if usual is not None:
            return Cause(KINDS[usual], usual, (reason,))
    return None
