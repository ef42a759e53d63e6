"""What is known when an answer is written: only what a person entered may be told as known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a crisis. Texts are whole sentences by language (`{"en": "A cable broke at noon."}`): a fact is
    told in the languages in which a person wrote it, and in no other.

    Attributes:
        crisis: its id; empty when the mention belongs to none.
        brand: its name as people write it.
        terms: names of what is watched (products, services) that an answer may repeat when the mention says them.
        do_first: what people in danger should do now (Sturges' instructing information, 1994): told before all else.
        cause: what has happened and why.
        fixed_at: since when it works again.
        next_word_at: when the brand will speak next.
        remedy: what those concerned get; nothing is promised without it.
        correction: what is true, where a rumour says something else; source: a link that shows it.
        coordinated: keys of mentions that a coordination finding names.
        zone: in which instants are told.
    """

    crisis: str = ""
    brand: str
    terms: tuple[str, ...] = ()
    do_first: Mapping[str, str] = field(default_factory=dict)
    cause: Mapping[str, str] = field(default_factory=dict)
    fixed_at: datetime | None = None
    next_word_at: datetime | None = None
    remedy: Mapping[str, str] = field(default_factory=dict)
    correction: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    coordinated: frozenset[str] = frozenset()
    zone: tzinfo = UTC

    def texts(self) -> Iterator[str]:
        """Every sentence that a person entered, in all languages."""
        for told in (self.do_first, self.cause, self.remedy, self.correction):
            yield from told.values()

    def told_in(self, language: str) -> tuple[str, ...]:
        """The sentences that a person entered in one language."""
        told = (self.do_first, self.cause, self.remedy, self.correction)
        return tuple(texts[language] for texts in told if language in texts)

    def untold(self, language: str) -> tuple[str, ...]:
        """Names of the facts that nobody has written in this language."""
        told = {
            "what to do first": self.do_first,
            "the cause": self.cause,
            "the remedy": self.remedy,
            "the correction": self.correction,
        }
        return tuple(name for name, texts in told.items() if texts and language not in texts)

    def tell_time(self, instant: datetime, near: datetime, times: tuple[str, str]) -> str:
        """An instant as readers take it: `times` of `Phrases`, the first when it is on the day of `near`."""
        local = instant.astimezone(self.zone)
        is_same_day = local.date() == near.astimezone(self.zone).date()
        return times[not is_same_day].format(hour=f"{local:%H:%M} ({local.tzname()})", date=f"{local:%Y-%m-%d}")
