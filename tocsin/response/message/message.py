"""What a message says, before anything is laid out: the same for mail, Slack, a terminal or a telephone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from schemas.crisis import Crisis, EventType, Severity
from tocsin.response.replies.policy import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """For whom a message is written.

    Attributes:
        language, time_zone: in which they read; IANA name.
        person: id in response.yaml; empty: a channel that many read.
    """

    language: Language = "en"
    time_zone: str = "UTC"
    person: str = ""
    name: str = ""
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What a message tells that neither the event nor its evidence holds.

    Attributes:
        acknowledge_url: where this reader takes the crisis; empty: there is no such place.
        playbook: its name in the reader's language; empty: the crisis's own word for it.
        first_step: what is to be done first; first_step_by: until when; first_step_owner: by whom.
        names: id of a person → name.
        is_test: nothing happened: somebody wants to know whether messages arrive.
    """

    acknowledge_url: str = ""
    playbook: str = ""
    first_step: str = ""
    first_step_by: datetime | None = None
    first_step_owner: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    is_test: bool = False


class Fact(NamedTuple):
    """Things that belong together; without a label they speak for themselves."""

    label: str
    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        """As one line."""
        listed = " · ".join(self.parts)
        return f"{self.label}: {listed}" if self.label else listed


class Quote(NamedTuple):
    """A telling mention, never a private one.

    Attributes:
        text: its words; place: who wrote it, where and when.
        url: of the web, or empty.
    """

    text: str
    place: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One escalation event for one reader. Every text is inert (`make_inert`) and in one line; none has any markup.

    Attributes:
        type, severity: of the event and the crisis, for colours and sounds.
        marks: stand before everything else: EXERCISE, TEST, POSSIBLE REPEAT.
        severity_word: "SEVERE".
        happened: "Crisis escalated".
        subject: "norvale · baggage".
        title: what and how bad in one line; the first thing on a locked telephone.
        headline: the count that tells most: "40 negative authors in 15 min, usual 1.3 (31x)"; may be empty.
        state: stage, since when, how long.
        numbers: the others that the verdict rests on.
        facts: sources, causes, words, coordination, …
        notes: what to bear in mind while reading the numbers.
        reasons: why it is what it is, in English, as the pipeline words it; reasons_left: how many more there are.
        quotes: at most three; private: how many mentions are not quoted because they are private.
        actions: playbook, first step, owner, who is told now and next, what was not sent.
        acknowledge_url: empty, or where this reader takes the crisis.
        footer: crisis, event and time, for who looks it up.
    """

    reader: Reader
    type: EventType
    severity: Severity
    event: str
    crisis: str
    at: datetime
    marks: tuple[str, ...]
    severity_word: str
    happened: str
    subject: str
    title: str
    headline: str
    state: str
    numbers: tuple[str, ...]
    facts: tuple[Fact, ...]
    notes: tuple[str, ...]
    reasons: tuple[str, ...]
    reasons_left: str
    quotes: tuple[Quote, ...]
    private: str
    actions: tuple[Fact, ...]
    acknowledge_url: str
    footer: str

    @property
    def is_good_news(self) -> bool:
        """Whether it is told that things are better."""
        return self.type in ("crisis.resolved", "crisis.eased", "crisis.contained", "crisis.dismissed")

    @property
    def first_line(self) -> str:
        """The title with its marks."""
        return " · ".join((*self.marks, self.title))

    @property
    def banner(self) -> str:
        """How bad, and what happened, with the marks."""
        return " · ".join((*self.marks, self.severity_word, self.happened))


def is_over(crisis: Crisis) -> bool:
    """Whether a crisis is nobody's alarm any more."""
    return crisis.status in ("resolved", "reviewed", "dismissed") or crisis.resolved_at is not None
