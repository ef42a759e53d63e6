"""Draws up the review of one crisis from what is kept of it. Nothing in it is a guess: what is not known is said so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from schemas.crisis import Crisis, Delivery, EscalationEvent, FollowUp, Severity
from schemas.mention import Evidence
from schemas.signal import Signal
from tocsin.response.plan import Plan
from tocsin.response.playbooks.read import Library
from tocsin.response.review.clocks import Clock, read_clocks
from tocsin.response.review.lessons import find_lessons
from tocsin.response.review.outcomes import Outcomes, find_outcomes
from tocsin.response.review.proposals import Files, Proposal, propose_response, propose_watchlist
from tocsin.response.review.recovery import Recovery
from tocsin.response.review.steps import Done, find_done, propose_playbook

#: Longer reasons are cut: the event log has them whole.
_LONGEST_REASON: Final = 280
#: Runs of signals that say the same are one line.
_MOST_SIGNALS: Final = 30


class Moment(NamedTuple):
    """One line of the timeline; `who` is empty when a rule, a signal or time did it."""

    at: datetime
    what: str
    severity: Severity | None
    who: str = ""
    why: str = ""


class Told(NamedTuple):
    """One message to one person or program.

    Attributes:
        how: what became of it: "push: delivered after 3 s".
    """

    at: datetime
    who: str
    why: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """All that the draft says of a crisis, as values; `tocsin.response.review.sheet` puts it into sections.

    Attributes:
        made_at: of this draft; it says nothing of what came later.
        first_at: when the first mention of the wave was posted; None: not known.
        is_whole: the first event is still kept.
        quotes: telling mentions, without private ones, of which there are `private`.
        suppressed: reason → messages; silenced: (instant, event, why) of those that a person or a rule kept back.
        recovery: None: no later mention is known.
    """

    crisis: Crisis
    made_at: datetime
    first_at: datetime | None
    is_whole: bool
    clocks: tuple[Clock, ...]
    timeline: tuple[Moment, ...]
    told: tuple[Told, ...]
    suppressed: Mapping[str, int]
    silenced: tuple[tuple[datetime, str, str], ...]
    signals: tuple[Signal, ...]
    quotes: tuple[Evidence, ...]
    private: int
    follow_ups: tuple[FollowUp, ...]
    recovery: Recovery | None
    playbook: str
    steps: tuple[Done, ...]
    outcomes: Outcomes
    went_well: tuple[str, ...] = ()
    to_change: tuple[str, ...] = ()
    proposals: tuple[Proposal, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is kept of a crisis.

    Attributes:
        events: of this crisis, in their order.
        evidence: mention key → text. deliveries: of this crisis.
        crises: all of the namespace, for the outcomes.
        plan: as response.yaml has it; None: there is none.
    """

    crisis: Crisis
    events: Sequence[EscalationEvent]
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    deliveries: Sequence[Delivery] = ()
    crises: Iterable[Crisis] = ()
    recovery: Recovery | None = None
    plan: Plan | None = None
    library: Library | None = None
    files: Files = field(default_factory=Files)


def draft_review(kept: Kept, now: datetime) -> Review:
    """The draft; the same input always gives the same.

    Args:
        now: until when deadlines may have passed.
    """
    crisis, events = kept.crisis, kept.events
    first = kept.evidence.get(crisis.first_mention)
    first_at = first.posted_at if first is not None else None
    telling = [kept.evidence[key] for key in crisis.evidence if key in kept.evidence]
    clocks = read_clocks(crisis, events, kept.deliveries, first_at)
    playbook = kept.library.find(crisis.playbook) if kept.library is not None and crisis.playbook else None
    steps = find_done(playbook, crisis, events, now) if playbook is not None else []
    outcomes = find_outcomes(kept.crises, crisis.brand, now)
    proposals = [
        *propose_watchlist(crisis, outcomes, kept.files),
        *propose_response(crisis, events, outcomes, kept.plan, kept.files),
        *(propose_playbook(playbook, steps, kept.files) if playbook is not None else ()),
    ]
    well, change = find_lessons(crisis, events, kept.deliveries, clocks, steps)
    return Review(
        crisis=crisis,
        made_at=now,
        first_at=first_at,
        is_whole=bool(events) and events[0].sequence == 1,
        clocks=clocks,
        timeline=_tell_time(events, first_at),
        told=_tell_people(events, kept.deliveries),
        suppressed=crisis.suppressed,
        silenced=tuple((event.at, say_event(event), event.silenced) for event in events if event.silenced),
        signals=tuple(event.signal for event in events if event.signal is not None)[:_MOST_SIGNALS],
        quotes=tuple(each for each in telling if not each.private),
        private=sum(each.private for each in telling),
        follow_ups=_gather_follow_ups(crisis, events),
        recovery=kept.recovery,
        playbook=playbook.title.en if playbook is not None else "",
        steps=tuple(steps),
        outcomes=outcomes,
        went_well=well,
        to_change=change,
        proposals=tuple(proposals),
    )


def say_event(event: EscalationEvent) -> str:
    """What happened, in a few words: `acknowledgement expired`."""
    return event.type.removeprefix("crisis.").replace("_", " ")


def _tell_time(events: Sequence[EscalationEvent], first_at: datetime | None) -> tuple[Moment, ...]:
    first = [Moment(first_at, "first mention of the wave", None)] if first_at is not None else []
    return (*first, *(_moment(event) for event in events))


def _moment(event: EscalationEvent) -> Moment:
    why = "; ".join(event.because)
    if event.type == "crisis.reply_approved":
        why = why.partition(": ")[0]  # what was answered may have been private
    if event.type == "crisis.paged" and event.page is not None:
        why = event.page.why
    cut = f"{why[: _LONGEST_REASON - 1].rstrip()}…" if len(why) > _LONGEST_REASON else why
    return Moment(event.at, say_event(event), event.crisis.severity, event.by, cut)


def _tell_people(events: Sequence[EscalationEvent], deliveries: Iterable[Delivery]) -> tuple[Told, ...]:
    """Who was told by which event, and whether it arrived."""
    by_event: dict[str, list[Delivery]] = {}
    for each in deliveries:
        by_event.setdefault(each.event.id, []).append(each)
    found = []
    for event in events:
        sent = sorted(by_event.get(event.id, ()), key=lambda each: (each.recipient, each.created_at, each.key))
        people = event.page.recipients if event.page is not None else ()
        for person in people:
            own = [_say_delivery(each) for each in sent if each.recipient == person.person]
            found.append(Told(event.at, person.person, person.why, "; ".join(own) or "no receipt is kept"))
        for each in sent:
            if all(each.recipient != person.person for person in people):
                found.append(Told(event.at, each.recipient or "everybody who listens", "", _say_delivery(each)))
        if event.type == "crisis.paged" and event.page is not None and not people:
            found.append(Told(event.at, "nobody", event.page.why, "not sent"))
    return tuple(found)


def _say_delivery(delivery: Delivery) -> str:
    state: str = delivery.state
    if delivery.state == "delivered" and delivery.delivered_at is not None:
        after = delivery.delivered_at - delivery.event.at
        if timedelta(0) <= after < timedelta(days=1):
            state = f"delivered after {after.total_seconds():.0f} s"
    if delivery.state == "failed" and delivery.error:
        state = f"failed after {delivery.attempts} attempts: {delivery.error}"
    again = " (possible repeat)" if delivery.is_possible_repeat else ""
    return f"{delivery.notifier}: {state}{again}"


def _gather_follow_ups(crisis: Crisis, events: Sequence[EscalationEvent]) -> tuple[FollowUp, ...]:
    """Those that were done, also before it was opened again, and those that are due."""
    done = {
        (each.id, each.done_at): each
        for known in (*(event.crisis for event in events), crisis)
        for each in known.follow_ups
        if each.done_at is not None
    }
    due = [each for each in crisis.follow_ups if each.done_at is None]
    return tuple(sorted((*done.values(), *due), key=lambda each: (each.done_at or each.due_at, each.id)))
