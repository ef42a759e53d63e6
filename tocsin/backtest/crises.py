"""Crises as they ended, each with its history; and the texts that alerts and crises quote."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime

import msgspec

from schemas.crisis import Crisis, EscalationEvent, Severity, Stage
from schemas.mention import Evidence

#: Texts that wait to be quoted; a signal names texts of the last hours, so that the oldest may go.
_REMEMBERED = 20_000


class Turn(msgspec.Struct, frozen=True):
    """One event of a crisis.

    Attributes:
        event: what happened: `crisis.opened`, `crisis.resolved`, …
        because: why it happened then.
    """

    at: datetime
    event: str
    severity: Severity
    stage: Stage
    because: tuple[str, ...] = ()


class CrisisStory(msgspec.Struct, kw_only=True):
    """One line of `crises.jsonl`: a crisis as it ended, or as it stood at the end of the data.

    Attributes:
        history: its events, oldest first.
    """

    crisis: Crisis
    history: list[Turn]


class CrisisBook:
    """Writes the story of each crisis down as it is told."""

    def __init__(self) -> None:
        self._stories: dict[str, CrisisStory] = {}

    def hear(self, event: EscalationEvent) -> None:
        crisis = event.crisis
        story = self._stories.get(crisis.id)
        if story is None:
            story = self._stories[crisis.id] = CrisisStory(crisis=crisis, history=[])
        story.crisis = crisis
        story.history.append(Turn(event.at, event.type, crisis.severity, crisis.stage, event.because))

    def see(self, crisis: Crisis) -> None:
        """A crisis as it stands, without anything that had to be told."""
        if crisis.id in self._stories:
            self._stories[crisis.id].crisis = crisis

    @property
    def stories(self) -> list[CrisisStory]:
        """By the time at which they opened."""
        return sorted(self._stories.values(), key=_by_opening)


def _by_opening(story: CrisisStory) -> tuple[datetime, str, str]:
    return story.crisis.opened_at, story.crisis.brand, story.crisis.id


class Quotes:
    """The texts that are named by what people read. An erased text is never quoted, a private one neither."""

    def __init__(self) -> None:
        self._recent: OrderedDict[str, Evidence] = OrderedDict()
        self._kept: dict[str, Evidence] = {}

    def learn(self, mention: str, evidence: Evidence | None) -> None:
        """A text as it is written to the evidence stream; None erases it."""
        self._recent.pop(mention, None)
        if evidence is None:
            self._kept.pop(mention, None)
            return
        if mention in self._kept:
            self._kept[mention] = evidence
        self._recent[mention] = evidence
        if len(self._recent) > _REMEMBERED:
            self._recent.popitem(last=False)

    def keep(self, mentions: tuple[str, ...]) -> None:
        """These are going to be quoted."""
        for mention in mentions:
            if mention in self._recent:
                self._kept[mention] = self._recent[mention]

    def find(self, mentions: tuple[str, ...]) -> list[Evidence]:
        """Those of them that may be quoted."""
        return [self._kept[key] for key in mentions if key in self._kept and not self._kept[key].private]
