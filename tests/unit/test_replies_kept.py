"""An approved answer is kept with its crisis, and the clock to the first one stops when it was sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from schemas import streams
from schemas.command import Command, CommandAnswer
from schemas.crisis import Crisis, EscalationEvent
from schemas.reply import Reply, ReplyFinding
from tests.builders import START, a_signal, milliseconds
from tests.inboxes import a_command
from tocsin.flow import MemoryRows
from tocsin.response.escalate import Escalate
from tocsin.response.replies.kept import LONGEST

FINDING = ReplyFinding(kind="refund", found="refund", instead="Say who decides.")


class Setup:
    namespace = "demo"
    is_exercise = False
    is_live = True
    plan = None
    library = None


class Desk:
    """One open crisis."""

    def __init__(self) -> None:
        self.escalate = Escalate(Setup(), MemoryRows())
        self.commands = 0
        self.crisis: Crisis
        self.events: list[EscalationEvent] = []
        self._keep(self.escalate.take(a_signal(), milliseconds()))
        self._keep(self.escalate.advance(milliseconds(1)))

    def act(self, seconds: float, action: str, **fields: Any) -> CommandAnswer:
        self.commands += 1
        command = a_command(f"k{self.commands}", action=action, crisis=self.crisis.id, **fields)
        emits = [*self.escalate.take(command, milliseconds(seconds)), *self.escalate.advance(milliseconds(seconds))]
        self._keep(emits)
        (answer,) = (each.record for each in emits if each.stream is streams.ANSWERS)
        assert isinstance(answer, CommandAnswer)
        return answer

    def approve(self, seconds: float, text: str = "Thank you, Ana.", **fields: Any) -> CommandAnswer:
        return self.act(seconds, "approve-reply", mention="x|m1", text=text, **fields)

    def _keep(self, emits: Any) -> None:
        for emit in emits:
            if isinstance(emit.record, EscalationEvent):
                self.events.append(emit.record)
            if isinstance(emit.record, Crisis):
                self.crisis = emit.record


@pytest.fixture
def desk() -> Desk:
    return Desk()


def a_reply(text: str = "Thank you, Ana.", **fields: Any) -> Reply:
    found: dict[str, Any] = {"id": "other", "crisis": "other", "mention": "x|m1", "language": "es", "by": "other"}
    return Reply(text=text, approved_at=START - timedelta(days=9), **(found | fields))


def test_an_answer_is_kept_as_it_was_checked_and_by_whom_it_was_approved(desk: Desk) -> None:
    checked = a_reply("We refund you.", channel="care", findings=(FINDING,), despite="finance agreed", tone="formal")
    answer = desk.approve(60, checked.text, reply=checked, target="r1")
    assert answer.type == "command.accepted"
    assert desk.crisis.replies == (
        checked.replace(id="r1", crisis=desk.crisis.id, by="ana", approved_at=START + timedelta(seconds=60)),
    )
    event = desk.events[-1]
    assert (event.type, event.by, event.command, event.crisis) == ("crisis.reply_approved", "ana", "k1", desk.crisis)
    assert "finance agreed" in event.because[1]
    assert desk.crisis.first_answer_at is None


def test_an_answer_that_only_has_its_text_is_kept_too(desk: Desk) -> None:
    desk.approve(60, target="r1")
    (reply,) = desk.crisis.replies
    assert (reply.id, reply.text, reply.language, reply.drafted_by) == ("r1", "Thank you, Ana.", "und", "ana")
    assert Crisis.decode(desk.crisis.encode()) == desk.crisis


def test_the_clock_stops_at_the_first_answer_that_was_sent(desk: Desk) -> None:
    desk.approve(60, target="r1")
    desk.approve(70, "Thank you, Ben.", target="r2")
    assert desk.act(600, "sent-reply", target="r2", url="https://x.example/2").type == "command.accepted"
    desk.act(900, "sent-reply", target="r1", url="https://x.example/1")
    first, second = desk.crisis.replies
    assert desk.crisis.first_answer_at == second.sent_at == START + timedelta(seconds=600)
    assert (first.sent_at, first.url) == (START + timedelta(seconds=900), "https://x.example/1")
    assert [event.type for event in desk.events[-2:]] == ["crisis.reply_sent"] * 2


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"target": "r1"}, "the answer r1 is approved already"),
        ({"text": "x" * (LONGEST + 1)}, "10,001 characters, and 10,000 are the most"),
        ({"reply": a_reply("Something else.")}, "is not what is approved"),
        ({"reply": a_reply(mention="x|m2")}, "is not what is approved"),
        ({"reply": a_reply(findings=(FINDING,))}, "nobody says why"),
    ],
)
def test_an_answer_that_cannot_be_approved_is_refused_with_the_reason(
    desk: Desk, fields: dict[str, Any], because: str
) -> None:
    desk.approve(60, target="r1")
    before = desk.crisis
    answer = desk.approve(70, **fields)
    assert answer.type == "command.refused"
    assert because in answer.because
    assert desk.crisis == before


def test_only_an_approved_answer_is_sent_and_once(desk: Desk) -> None:
    answer = desk.act(60, "sent-reply", target="r1")
    assert (answer.type, answer.because) == ("command.refused", "there is no answer r1; there are: none")
    desk.approve(70, target="r1")
    desk.act(80, "sent-reply", target="r1")
    assert "was sent at 2026-01-05 12:01 UTC" in desk.act(90, "sent-reply", target="r1").because


def test_twenty_answers_are_kept_and_those_that_wait_longest(desk: Desk) -> None:
    for number in range(20):
        desk.approve(60 + number, f"Thank you, {number}.", target=f"r{number}")
    desk.act(100, "sent-reply", target="r3")
    desk.approve(110, "Thank you, 20.", target="r20")
    desk.approve(120, "Thank you, 21.", target="r21")
    kept = [reply.id for reply in desk.crisis.replies]
    assert kept == [f"r{number}" for number in range(1, 22) if number != 3]
    assert desk.crisis.first_answer_at is not None, "also when that answer is no longer kept"


def test_a_command_carries_the_answer_over_the_wire() -> None:
    command = a_command(action="approve-reply", text="Thank you, Ana.", mention="x|m1", reply=a_reply())
    assert Command.decode(command.encode()) == command
