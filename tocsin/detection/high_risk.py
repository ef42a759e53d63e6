"""Words that one mention is enough for: a death, a recall, a breach, a lawsuit; told from figures of speech.

A watchlist names its own high-risk terms (`tocsin.detection.matching`). These lists are for everybody: general terms of
a language, and shields around what only sounds alike ("the battery died", "muerto de risa", "đẹp chết người"). Not
every term is enough alone: see `weigh_high_risk`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Final

from tocsin.detection.cues import Cue, Cues, load_cues, read_cues
from tocsin.detection.normalise import fold

_FILES: Final = {
    "en": "high_risk_en.tsv",
    "es": "high_risk_es.tsv",
    "vi": "high_risk_vi.tsv",
    "und": "high_risk_en.tsv",
}
_MARKS: Final = re.compile("[àáâãèéêìíòóôõùúýăđĩũơưạ-ỹ]")


def find_high_risk(text: str, language: str) -> tuple[str, ...]:
    """The high-risk terms in `text`, as the list writes them, in the order of the text; mostly none.

    Args:
        language: ISO 639 code; other languages than en, es, vi (and und, read as en) have no list.

    >>> find_high_risk("My phone died during the class action hearing", "en")
    ('class action',)
    """
    return find_high_risk_folded(text, fold(text), language)


def find_high_risk_folded(text: str, folded: str, language: str) -> tuple[str, ...]:
    """`find_high_risk` for a text that `fold` has been applied to."""
    return tuple([cue.text for cue in _find(text, folded, language)])


def explain_high_risk(text: str, language: str) -> tuple[tuple[str, str], ...]:
    """`find_high_risk` with the kind of each term: death, injury, poisoning, recall, breach, legal, …"""
    return tuple((cue.text, cue.sign) for cue in _find(text, fold(text), language))


def weigh_high_risk(terms: Iterable[str]) -> float:
    """Whether general high-risk terms of one mention are enough for an alarm by themselves: 1 or more is.

    What happens anywhere and is said of everything ("died", "my lawyer", "racist") weighs half: one is a watch, two of
    them, or one that is heard, are an alarm. What names an accident of somebody's product or service weighs 1, and so
    does every term that is in no list. A term that the watchlist names weighs 1 whatever it weighs here: it was asked
    for (`tocsin.detection.enrich`).

    >>> weigh_high_risk(["food poisoning"]), weigh_high_risk(["died"]), weigh_high_risk(["killed", "injured"])
    (1.0, 0.5, 1.5)
    """
    weights = _weights()
    return sum(weights.get(term, 1.0) for term in dict.fromkeys(terms))


@cache
def _weights() -> dict[str, float]:
    return {cue.text: cue.weight for name in dict.fromkeys(_FILES.values()) for cue in read_cues(name)}


def _find(text: str, folded: str, language: str) -> list[Cue]:
    name = _FILES.get(language)
    if name is None:
        return []
    if language != "vi":
        return load_cues(name).find(folded)
    spelt = _spell(text)
    # Typed with diacritics, "bị bắt" is no "bí bạt": what Vietnamese writes is what must be found.
    return _load_spelt(name).find(spelt) if _has_marks(spelt) else load_cues(name).find(folded)


@cache
def _load_spelt(name: str) -> Cues:
    return Cues(read_cues(name), _spell)


def _spell(text: str) -> str:
    """Small letters, composed: marks stay."""
    return unicodedata.normalize("NFC", text.lower())


def _has_marks(spelt: str) -> bool:
    return not spelt.isascii() and _MARKS.search(spelt) is not None
