"""The lifecycle is a table; what it does not hold cannot happen."""

from __future__ import annotations

from typing import get_args

import pytest

from schemas.command import Action
from schemas.crisis import EventType, Status
from tocsin.response.crisis_book import TIMERS, URGENT
from tocsin.response.lifecycle import (
    ACTIONS,
    ACTIVE,
    COMMANDS,
    ENDS,
    EVENTS,
    LIFECYCLE,
    MOVES,
    RECORDED,
    IllegalMoveError,
    find_actions,
    find_event,
    move,
)


def test_a_crisis_is_watched_opened_acknowledged_contained_resolved_and_reviewed() -> None:
    status = move("new", "crisis.watched")
    for event, after in (
        ("crisis.opened", "open"),
        ("crisis.escalated", "open"),
        ("crisis.acknowledged", "acknowledged"),
        ("crisis.contained", "contained"),
        ("crisis.resolved", "resolved"),
        ("crisis.reopened", "open"),
        ("crisis.resolved", "resolved"),
        ("crisis.reviewed", "reviewed"),
    ):
        status = move(status, event)  # type: ignore[arg-type]
        assert status == after


def test_an_illegal_move_names_status_event_and_what_would_be_allowed() -> None:
    with pytest.raises(
        IllegalMoveError, match=r"crisis.escalated cannot happen to a crisis that is new; allowed: .*opened"
    ):
        move("new", "crisis.escalated")


def test_what_is_dismissed_is_only_noted_or_opened_again() -> None:
    assert {event for status, event in LIFECYCLE if status == "dismissed"} == {"crisis.noted", "crisis.reopened"}


def test_nobody_is_paged_but_for_an_open_crisis() -> None:
    assert [status for status, event in LIFECYCLE if event == "crisis.paged"] == ["open"]


def test_the_tables_speak_of_every_event_action_and_status() -> None:
    assert {event for _, event in LIFECYCLE} == set(get_args(EventType)) == set(EVENTS)
    assert set(LIFECYCLE.values()) == set(get_args(Status)) == set(TIMERS)
    assert len({(each.before, each.event) for each in MOVES}) == len(MOVES), "two ways from one status by one event"
    assert {*ACTIONS, "silence", "unsilence"} == set(get_args(Action))
    assert {*RECORDED, *ENDS, *URGENT} <= set(EVENTS)


def test_every_status_can_be_reached_and_left() -> None:
    after = {status for (before, _), status in LIFECYCLE.items() if before != status}
    assert after == set(get_args(Status))
    for status in get_args(Status):
        assert any(before == status and LIFECYCLE[before, event] != status for before, event in LIFECYCLE)


def test_what_people_may_do_follows_from_what_can_happen() -> None:
    for (status, action), event in COMMANDS.items():
        assert (status, event) in LIFECYCLE
        assert find_event(status, action) == event
    assert find_event("dismissed", "acknowledge") is None
    assert find_actions("dismissed") == ("note", "reopen")
    assert {status for status in get_args(Status) if "acknowledge" in find_actions(status)} <= ACTIVE
