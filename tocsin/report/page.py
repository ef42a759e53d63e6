"""What a page says, before it is drawn: plain values, already in words; every text in them may come from a stranger."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.crisis import Severity


@dataclass(frozen=True, slots=True)
class Fact:
    """One number and what it counts."""

    number: str
    words: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A telling mention. `about` says who wrote it, where and when."""

    text: str
    about: str
    is_negative: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of a timeline."""

    when: str
    severity: Severity | None
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """One crisis.

    Attributes:
        number: as the chart names it.
        when: start, end and length, in words.
        headline: what happened, in a sentence.
        meaning: what it means and what to do, for somebody who knows no statistics.
        start_ms, end_ms: where it is in the chart.
        terms: the words that set it apart from what is usually said.
        is_brief: one line is enough: others of this brand are worse.
    """

    number: int
    anchor: str
    severity: Severity
    title: str
    when: str
    headline: str
    meaning: str
    start_ms: int
    end_ms: int
    moments: tuple[Moment, ...] = ()
    reasons: tuple[str, ...] = ()
    quotes: tuple[Quote, ...] = ()
    terms: tuple[str, ...] = ()
    is_brief: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """An alert in a chart."""

    at_ms: int
    severity: Severity
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A curve over time, its usual band, and what happened.

    Attributes:
        values: one for each stretch of `width_ms` from `start_ms` on; negatives: the part of them that complains.
        usual: (low, middle, high) of each stretch; None where too little was known.
        unit: what a value counts: "people an hour".
    """

    start_ms: int
    width_ms: int
    values: list[float]
    negatives: list[float]
    usual: list[tuple[float, float, float] | None]
    unit: str
    marks: tuple[Mark, ...] = ()

    @property
    def end_ms(self) -> int:
        return self.start_ms + self.width_ms * max(1, len(self.values))


@dataclass(frozen=True, slots=True)
class BrandPart:
    """One brand (or one series of counts).

    Attributes:
        sentence: how it did, in a sentence.
        cards: its crises, by time; watches: what was noted and told nobody.
        omitted: alerts that are in the file only.
    """

    anchor: str
    name: str
    sentence: str
    chart: Chart
    cards: tuple[Card, ...] = ()
    watches: tuple[Moment, ...] = ()
    omitted: int = 0


@dataclass(frozen=True, slots=True)
class Budget:
    """How many alarms to expect.

    Attributes:
        head: names of the columns after the first; rows: (sensitivity, cells, is it the one that ran).
    """

    sentence: str
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, tuple[str, ...], bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page.

    Attributes:
        eyebrow: what kind of page it is, and its period.
        headlines, lead: what one should know after five seconds; each headline on a line of its own.
        start_ms, end_ms: the period.
    """

    eyebrow: str
    headlines: tuple[str, ...]
    lead: str
    start_ms: int
    end_ms: int
    facts: tuple[Fact, ...]
    parts: tuple[BrandPart, ...]
    budget: Budget
    quiet: tuple[str, ...] = ()
    method: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    footer: str = ""
