"""What an answer is made from: a crisis, the texts of its telling mentions, and what is known of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import NamedTuple

from schemas.crisis import Crisis, EscalationEvent
from schemas.mention import Evidence
from tocsin.desk.history import read_history
from tocsin.desk.latest import choose, find_crisis
from tocsin.detection.watchlist import Watchlist
from tocsin.errors import TocsinError
from tocsin.evidence import EvidenceTexts
from tocsin.response.replies.facts import Facts
from tocsin.settings import Settings


class Case(NamedTuple):
    """A crisis, as those see it who answer.

    Attributes:
        mentions: what can be answered; texts that were erased are not among them.
        coordinated: keys of mentions that a coordination finding names.
        first_mention_at: when the wave's first mention was posted, if its text is kept.
    """

    crisis: Crisis
    mentions: tuple[Evidence, ...]
    coordinated: frozenset[str]
    first_mention_at: datetime | None


async def read_case(settings: Settings, crisis_id: str, mention: str | None = None) -> Case:
    """A crisis with its telling mentions, or with one mention of its brand.

    Args:
        crisis_id: its id, or a beginning that no other has.
        mention: key, or a beginning that no other telling mention of the crisis has; None: all telling ones.

    Raises:
        BrokerError: no Kafka, no such namespace.
        TocsinError: there is no such crisis, or no text of that mention.
    """
    crisis = await find_crisis(settings, crisis_id)
    events = (await read_history(settings, crisis.id)).events
    wanted = crisis.evidence if mention is None else (*find_telling(crisis, events), mention)
    async with EvidenceTexts(settings) as texts:
        known = await texts.fetch_keys((*wanted, crisis.first_mention))
    first = known.get(crisis.first_mention)
    kept = {key: known[key] for key in wanted if key in known}
    mentions = tuple(kept.values()) if mention is None else (_choose_mention(crisis, kept, mention),)
    return Case(crisis, mentions, find_coordinated(events), first.posted_at if first else None)


def find_telling(crisis: Crisis, events: Iterable[EscalationEvent]) -> tuple[str, ...]:
    """Keys of a crisis's telling mentions: those of now, then those that its events named, newest first."""
    named = [key for event in events for key in reversed(event.crisis.evidence)]
    return tuple(dict.fromkeys((*crisis.evidence, *reversed(named))))


def find_coordinated(events: Iterable[EscalationEvent]) -> frozenset[str]:
    """Keys of the mentions that a coordination finding names."""
    found = [event.signal for event in events if event.signal is not None and event.signal.kind == "coordination"]
    return frozenset(key for signal in found if signal.verdict != "unclear" for key in signal.evidence)


def find_facts(case: Case, watchlist: Watchlist | None, zone: tzinfo) -> Facts:
    """What the system knows by itself; what may be told as known, a person enters.

    Args:
        watchlist: tells the brand's name, and the names of its products and services.
        zone: in which instants are told.
    """
    brand = next((each for each in watchlist.brands if each.id == case.crisis.brand), None) if watchlist else None
    topics = brand.topics if brand else ()
    terms = [term for topic in topics for term in (topic.name, *topic.keywords, *topic.phrases)]
    return Facts(
        crisis=case.crisis.id,
        brand=brand.name if brand else case.crisis.brand,
        terms=tuple(term for term in terms if not term.endswith("*")),
        coordinated=case.coordinated,
        zone=zone,
    )


def _choose_mention(crisis: Crisis, kept: dict[str, Evidence], mention: str) -> Evidence:
    how = f"tocsin replies draft {crisis.id}"
    found = kept[choose(kept, mention, "mention", how)]
    if found.brand != crisis.brand:
        raise TocsinError(
            f"the mention {mention} is of {found.brand}, and the crisis {crisis.id} of {crisis.brand}",
            f"`{how}` shows those of the crisis",
        )
    return found
