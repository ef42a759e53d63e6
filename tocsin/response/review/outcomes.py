"""What people made of the alarms: a crisis that was dismissed was a false alarm, one that was worked on was real."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from schemas.crisis import Crisis, Severity
from tocsin.response.severity import is_alarm

#: Older outcomes tell of another configuration.
LOOKS_BACK: Final = timedelta(days=90)
#: Fewer labelled alarms than this say nothing.
ENOUGH: Final = 3


class Outcomes(NamedTuple):
    """The labelled alarms of a brand, by the worst severity that they had.

    Attributes:
        real: reviewed, or resolved after a person took it; false: dismissed.
        unlabelled: open, or resolved by time alone.
        false_terms: words that set dismissed crises apart, and no real one.
    """

    real: Counter[Severity]
    false: Counter[Severity]
    unlabelled: int = 0
    false_terms: frozenset[str] = frozenset()

    def is_mostly_false(self, severity: Severity) -> bool:
        """Are there enough labels of this severity, and most of them false?"""
        false, real = self.false[severity], self.real[severity]
        return false + real >= ENOUGH and false > real


def find_outcomes(crises: Iterable[Crisis], brand: str, until: datetime) -> Outcomes:
    """The outcomes of a brand's alarms that opened in the 90 days before an instant; exercises do not count."""
    real: Counter[Severity] = Counter()
    false: Counter[Severity] = Counter()
    terms: dict[bool, set[str]] = {True: set(), False: set()}
    unlabelled = 0
    for crisis in crises:
        is_recent = until - LOOKS_BACK <= crisis.opened_at <= until
        if crisis.brand != brand or crisis.is_exercise or not is_alarm(crisis.peak_severity) or not is_recent:
            continue
        is_false = find_label(crisis)
        if is_false is None:
            unlabelled += 1
            continue
        (false if is_false else real)[crisis.peak_severity] += 1
        terms[is_false].update(crisis.terms)
    return Outcomes(real, false, unlabelled, frozenset(terms[True] - terms[False]))


def find_label(crisis: Crisis) -> bool | None:
    """Was it a false alarm? None: nobody has said."""
    if crisis.status == "dismissed":
        return True
    if crisis.status == "reviewed" or crisis.owner:
        return False
    return None
