"""A change to the log of a crisis shows."""

from __future__ import annotations

import pytest

from schemas.crisis import EscalationEvent
from tests.builders import a_crisis, an_event
from tocsin.response.event_log import check_chains, hash_event, verify_chain


def a_chain(length: int = 4, crisis: str = "c1") -> list[EscalationEvent]:
    events: list[EscalationEvent] = []
    for number in range(1, length + 1):
        previous = hash_event(events[-1]) if events else ""
        event = an_event(
            "crisis.opened" if number == 1 else "crisis.noted",
            id=f"{crisis}-{number}",
            sequence=number,
            at=60.0 * number,
            crisis=a_crisis(id=crisis),
            previous=previous,
        )
        events.append(EscalationEvent.decode(event.encode()))
    return events


def test_a_log_that_nobody_touched_is_whole() -> None:
    one, other = a_chain(crisis="c1"), a_chain(3, crisis="c2")
    mixed = [event for pair in zip(one, other, strict=False) for event in pair] + one[3:]
    assert verify_chain(mixed) == ()
    assert [(chain.crisis, chain.events, chain.begins) for chain in check_chains(mixed)] == [("c1", 4, 1), ("c2", 3, 1)]
    assert check_chains(one)[0].last == hash_event(one[-1])


def test_events_that_have_expired_are_no_problem() -> None:
    (chain,) = check_chains(a_chain()[2:])
    assert (chain.begins, chain.problems) == (3, ())


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_changed_event_shows(place: int) -> None:
    events = a_chain()
    events[place] = events[place].replace(by="somebody else")
    (problem,) = verify_chain(events)
    assert f"event {place + 1} before it was changed" in problem
    assert f"crisis c1, event {place + 2}" in problem


def test_a_missing_event_shows() -> None:
    events = a_chain()
    del events[1:3]
    assert verify_chain(events) == ("crisis c1, event 4: 2 events before it missing",)


def test_a_repeated_or_moved_event_shows() -> None:
    events = a_chain()
    assert verify_chain([*events, events[1]]) == (
        "crisis c1, event 2: it comes after event 4",
        "crisis c1, event 2: it is told to be older than event 4",
    )


def test_an_event_put_in_at_the_beginning_shows() -> None:
    events = a_chain()
    forged = [events[0].replace(previous="made up"), *events[1:]]
    assert any("names an event before it" in problem for problem in verify_chain(forged))
    assert any("names no event before it" in problem for problem in verify_chain([events[1].replace(previous="")]))


def test_no_events_are_a_whole_log() -> None:
    assert verify_chain([]) == ()
