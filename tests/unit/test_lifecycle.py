"""The lifecycle is a table; what it does not hold cannot happen."""

from __future__ import annotations

from typing import get_args

import pytest

from schemas.crisis import EventType, Status
from tocsin.response.lifecycle import LIFECYCLE, IllegalMoveError, move


def test_a_crisis_is_watched_then_opened_then_escalated_then_resolved() -> None:
    status = move("new", "crisis.watched")
    for event in ("crisis.opened", "crisis.escalated"):
        status = move(status, event)
        assert status == "open"
    assert move(status, "crisis.resolved") == "resolved"


def test_an_illegal_move_names_status_event_and_what_would_be_allowed() -> None:
    with pytest.raises(
        IllegalMoveError, match=r"crisis.escalated cannot happen to a crisis that is new; allowed: .*opened"
    ):
        move("new", "crisis.escalated")


def test_nothing_happens_to_a_resolved_crisis() -> None:
    for event in get_args(EventType):
        with pytest.raises(IllegalMoveError, match="allowed: nothing"):
            move("resolved", event)


def test_the_table_speaks_of_every_event_and_of_known_statuses_only() -> None:
    assert {event for _, event in LIFECYCLE} == set(get_args(EventType))
    assert set(LIFECYCLE.values()) <= set(get_args(Status))
