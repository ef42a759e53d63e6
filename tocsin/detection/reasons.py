"""What a complaint is about: service, a delay, a bill …, told by cues in its words.

Each language has a file of cues (`reason_cues/`), each with a reason and a weight. The weights of the cues that a text
holds add up per reason; what reaches `ENOUGH` is a reason, the heaviest first. Rules instead of a fitted model, because
a rule can be shown to whom it concerns: `explain_reasons` tells the cues.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from tocsin.detection.cues import load_cues
from tocsin.detection.normalise import fold

#: The closed list. `delivery` is what a carrier holds of ours: parcels, orders, baggage.
REASONS: Final = (
    "service",
    "delay",
    "cancellation",
    "delivery",
    "product-defect",
    "billing",
    "booking",
    "safety",
    "privacy",
    "discrimination",
    "employee",
    "rumour",
    "ethics",
    "other",
)
#: Weight from which a reason is named: a plain cue has 1, and two weak ones are enough together.
ENOUGH: Final = 0.7

_PLACES: Final = {reason: place for place, reason in enumerate(REASONS)}
#: Languages with a file; a text whose language nobody knows is mostly short and often English.
_FILES: Final = {"en": "en.tsv", "es": "es.tsv", "vi": "vi.tsv", "und": "en.tsv"}


class FoundReason(NamedTuple):
    """One reason in a text, how much speaks for it, and the cues that do, the heaviest first."""

    reason: str
    weight: float
    cues: tuple[str, ...]


def find_reasons(text: str, language: str) -> tuple[str, ...]:
    """What `text` complains of, most likely first; empty when nothing speaks.

    Args:
        language: ISO 639 code; other languages than en, es, vi (and und) have no cues.

    >>> find_reasons("Two hours late again, and now my flight is cancelled", "en")
    ('delay', 'cancellation')
    """
    return find_reasons_folded(fold(text), language)


def find_reasons_folded(folded: str, language: str) -> tuple[str, ...]:
    """`find_reasons` for a text that `fold` has already been applied to."""
    name = _FILES.get(language)
    if name is None:
        return ()
    found = load_cues(name).find(folded)
    if not found:
        return ()
    weights: dict[str, float] = {}
    for _, reason, weight in found:
        weights[reason] = weights.get(reason, 0.0) + weight
    if len(weights) == 1:
        ((reason, weight),) = weights.items()
        return (reason,) if weight >= ENOUGH else ()
    return tuple(sorted((reason for reason in weights if weights[reason] >= ENOUGH), key=_order(weights)))


def explain_reasons(text: str, language: str) -> tuple[FoundReason, ...]:
    """`find_reasons` with what counted.

    >>> explain_reasons("Lost my luggage!", "en")[0].reason
    'delivery'
    """
    name = _FILES.get(language)
    if name is None:
        return ()
    cues: dict[str, dict[str, float]] = {}
    for cue in load_cues(name).find(fold(text)):
        cues.setdefault(cue.sign, {})[cue.text] = cue.weight
    weights = {reason: sum(own.values(), 0.0) for reason, own in cues.items()}
    return tuple(
        FoundReason(reason, round(weights[reason], 2), tuple(sorted(cues[reason], key=lambda cue: -cues[reason][cue])))
        for reason in sorted(weights, key=_order(weights))
        if weights[reason] >= ENOUGH
    )


def _order(weights: dict[str, float]) -> Callable[[str], tuple[float, int]]:
    return lambda reason: (-round(weights[reason], 6), _PLACES[reason])
