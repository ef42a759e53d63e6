"""Commands: what each of them does, when it is refused, and that it acts once."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from schemas.command import Action, CommandAnswer
from schemas.crisis import EscalationEvent
from tests.builders import a_signal, milliseconds
from tests.inboxes import a_command
from tests.scenarios.response_story import ELEVATED, SEVERE, ResponseStory, hour
from tocsin.flow import MemoryRows
from tocsin.response.escalate import Escalate
from tocsin.response.rows import EscalateRow


@pytest.fixture
def story() -> ResponseStory:
    """An elevated crisis that was opened at ten."""
    story = ResponseStory()
    story.hears("10:00")
    story.passes("10:00")
    return story


ACTS: dict[Action, dict[str, Any]] = {
    "acknowledge": {},
    "assign": {"assignee": "mia"},
    "note": {"text": "calling the shop"},
    "raise": {"reason": "a minister was there"},
    "lower": {"reason": "it is a joke"},
    "contain": {},
    "resolve": {"reason": "refunded"},
    "dismiss": {"reason": "a quiz"},
    "approve-reply": {"mention": "x|m1", "text": "We are sorry."},
    "add-follow-up": {"text": "call her", "until": hour("1 10:00")},
}


@pytest.mark.parametrize("action", ACTS)
def test_each_act_is_told_by_an_event_that_says_who_why_and_by_which_command(
    story: ResponseStory, action: Action
) -> None:
    answer = story.says("10:01", "ben", action, **ACTS[action])
    assert answer.type == "command.accepted"
    event = next(event for event in story.events if event.id == answer.event)
    assert (event.by, event.command, event.at) == ("ben", answer.id, hour("10:01"))
    assert event.because
    assert answer.status == event.crisis.status


def test_a_note_is_kept_an_owner_named_and_an_answer_timed(story: ResponseStory) -> None:
    story.says("10:01", "ana", "note", text="calling the shop")
    story.says("10:02", "ana", "assign", assignee="mia")
    story.says("10:03", "mia", "approve-reply", mention="x|m1", text="We are sorry.", target="r1")
    story.says("10:04", "mia", "sent-reply", target="r1", url="https://example.org/1")
    (crisis,) = story.crises
    assert [(note.by, note.text) for note in crisis.notes] == [("ana", "calling the shop")]
    assert (crisis.owner, crisis.first_answer_at) == ("mia", hour("10:04"))
    assigned = next(event for event in story.events if event.type == "crisis.assigned")
    assert assigned.page is not None
    assert [each.person for each in assigned.page.recipients] == ["mia"]


OVER = hour("09:00")
REFUSALS: tuple[tuple[Action, dict[str, Any], str], ...] = (
    ("assign", {}, "say to whom (`assignee`)"),
    ("note", {"text": "  "}, "say what, as a text (`text`)"),
    ("raise", {}, "say why: a reason is needed (`reason`)"),
    ("raise", {"reason": "x", "severity": "elevated"}, "it is elevated already: nothing to raise to elevated"),
    ("lower", {"reason": "x", "severity": "severe"}, "it is elevated: nothing to lower to severe"),
    ("silence", {"reason": "x"}, "say until when (`until`)"),
    ("silence", {"reason": "x", "until": OVER}, "a silence needs an end to come, and 2026-01-05 09:00 is over"),
    ("unsilence", {"target": "q"}, "there is no silence q of acme; there are: none"),
    ("add-follow-up", {"text": "x", "until": OVER}, "a follow-up needs a time to come, and 2026-01-05 09:00 is over"),
    ("complete-follow-up", {"target": "q"}, "there is no follow-up q; there are: none"),
    (
        "complete-review",
        {"text": "x"},
        "`complete-review` is not possible: the crisis is open; possible: acknowledge, assign, note, raise, lower, "
        "contain, resolve, dismiss, approve-reply, sent-reply, add-follow-up, complete-follow-up",
    ),
    ("note", {"text": "x", "crisis": "c9"}, "there is no crisis c9 of acme, or it was over long ago"),
)


@pytest.mark.parametrize(("action", "fields", "because"), REFUSALS)
def test_what_cannot_be_done_is_refused_in_a_sentence_and_changes_nothing(
    story: ResponseStory, action: Action, fields: dict[str, Any], because: str
) -> None:
    before = story.crises
    answer = story.says("10:00:10", "ana", action, **fields)
    assert (answer.type, answer.because, answer.event) == ("command.refused", because, "")
    assert story.crises == before
    assert len(story.events) == 1


def test_a_crisis_is_looked_for_in_its_own_brand(story: ResponseStory) -> None:
    (crisis,) = story.crises
    rows, setup = story.rows, story._setup
    escalate = Escalate(setup, rows)
    command = a_command(crisis=crisis.id, brand="zeta", action="resolve", reason="x")
    list(escalate.take(command, milliseconds(hour("10:01"))))
    answers = [each.record for each in escalate.advance(milliseconds(hour("10:02")))]
    (answer,) = [each for each in answers if isinstance(each, CommandAnswer)]
    assert answer.because == f"the crisis {crisis.id} is of acme, not of zeta"
    assert answer.status is None


def test_a_command_that_is_sent_again_is_answered_the_same_and_acts_once(story: ResponseStory) -> None:
    (crisis,) = story.crises
    command = a_command("again", crisis=crisis.id, action="note", text="once")
    escalate = story._escalate
    assert list(escalate.take(command, milliseconds(hour("10:01")))) == []
    assert list(escalate.take(command, milliseconds(hour("10:01")))) == [], "it waits already"
    first = list(escalate.advance(milliseconds(hour("10:02"))))
    (again,) = escalate.take(command, milliseconds(hour("20:00")))
    assert again.record == next(each.record for each in first if isinstance(each.record, CommandAnswer))
    assert again.is_urgent


def test_a_live_command_waits_for_its_instant_and_one_of_a_replay_acts_at_the_time_that_was_reached() -> None:
    class Replay:
        namespace, is_exercise, is_live, plan, library = "replay", False, False, None, None

    escalate = Escalate(Replay(), MemoryRows())
    list(escalate.take(a_signal(at=hour("10:00"), **ELEVATED), 0))
    (opened,) = [
        each.record
        for each in escalate.advance(milliseconds(hour("10:30")))
        if isinstance(each.record, EscalationEvent)
    ]
    years_later = milliseconds(hour("10:00")) + 10**11
    emits = list(escalate.take(a_command(crisis=opened.crisis.id, action="acknowledge"), years_later))
    (event,) = [each.record for each in emits if isinstance(each.record, EscalationEvent)]
    assert (event.type, event.at) == ("crisis.acknowledged", hour("10:30"))


def test_after_the_end_of_a_replay_people_act_at_their_own_time() -> None:
    class Replay:
        namespace, is_exercise, is_live, plan, library = "replay", False, False, None, None

    escalate = Escalate(Replay(), MemoryRows())
    list(escalate.take(a_signal(at=hour("10:00"), **SEVERE), 0))
    list(escalate.take(a_signal(id="end", at=hour("10:30"), state="ended"), 0))
    events = [each.record for each in escalate.advance(2**53) if isinstance(each.record, EscalationEvent)]
    assert [event.type for event in events] == ["crisis.opened", "crisis.eased", "crisis.resolved"]
    command = a_command(crisis=events[0].crisis.id, action="complete-review", text="the sign was wrong")
    emits = list(escalate.take(command, milliseconds(hour("9 10:00"))))
    (event,) = [each.record for each in emits if isinstance(each.record, EscalationEvent)]
    assert (event.type, event.at) == ("crisis.reviewed", hour("9 10:00"))


def test_the_silence_of_a_crisis_is_one_of_its_subject(story: ResponseStory) -> None:
    story.hears("10:00", "fees", episode="fees")
    answer = story.says("10:01", "ana", "silence", reason="known", until=hour("12:00"), crisis=story.crises[0].id)
    assert answer.because.startswith("acme is silenced until 2026-01-05 12:00 UTC; lift it by its id, ")
    assert story.silences[0].topic == "*"


def test_a_row_of_before_there_were_timers_is_read() -> None:
    story = ResponseStory(None)
    story.hears("10:00")
    story.passes("10:01")
    ((_, row),) = story.rows.items("c|")
    written = msgspec.msgpack.decode(msgspec.msgpack.encode(row))
    old = msgspec.msgpack.encode(written[:9])  # the tag, and the eight fields that there were
    found = msgspec.msgpack.decode(old, type=EscalateRow)
    assert (found.crisis, found.parts, found.timers) == (row.crisis, row.parts, {})
