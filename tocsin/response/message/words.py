"""What the words of a message are in each language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from schemas.crisis import EventType, Severity, Stage


class Counted(NamedTuple):
    """What is counted, when there is one of it and when there are more."""

    one: str
    many: str

    def of(self, count: float) -> str:
        """The form for this count."""
        return self.one if count == 1 else self.many


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language. Braces are filled by `tocsin.response.message.compose`.

    Attributes:
        decimal: between whole and broken part of a number; thousand, million: after a shortened one.
        percent: how a share is written.
        minutes, hours, days: short words after a number.
        verdicts: of a coordination.
        clusters: SCCT's three.
    """

    decimal: str
    thousand: str
    million: str
    percent: str
    minutes: str = "min"
    hours: str = "h"
    days: str = "d"
    just_now: str

    exercise: str
    test: str
    possible_repeat: str
    severities: Mapping[Severity, str]
    stages: Mapping[Stage, str]
    events: Mapping[EventType, str]
    by: str
    counted: Mapping[str, Counted]
    counted_otherwise: str

    state: str
    resolved: str
    within: str
    usual: str
    surprise: str
    negative: str
    distinct_authors: str
    mentions: str
    reach: str
    reach_unknown: str
    sources: str
    more: str
    about: str
    cause: str
    clusters: Mapping[str, str]
    terms: str
    spreads: str
    warming_up: str
    coordination: str
    verdicts: Mapping[str, str]
    someone: str
    place: str
    followers: str
    private_one: str
    private_many: str
    footer: str

    playbook: str
    first_step: str
    until: str
    owner: str
    nobody_yet: str
    holds_until: str
    told: str
    next: str
    nobody_next: str
    suppressed: str
    note: str
    tested: str

    reasons_left: str
    why: str
    what_they_say: str
    what_to_do: str
    numbers: str
    acknowledge: str
    acknowledge_hint: str
