"""A person approves an answer, and the clock to the first one stops."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from schemas.reply import Reply
from tests.builders import START
from tests.replies import FACTS, a_complaint, a_policy
from tocsin.response.replies.approve import NotApproved, approve, time_to_first_answer
from tocsin.response.replies.draft import draft

POLICY = a_policy()
MENTION = a_complaint()
DRAFT = draft(MENTION, FACTS, POLICY)[0]
SAMPLE = Path(__file__).resolve().parents[1] / "contracts" / "samples" / "reply.1.json"


def approved(text: str = "", despite: str = "", **facts: object) -> Reply:
    return approve(DRAFT, MENTION, replace(FACTS, **facts), POLICY, "maria", START, text, despite)  # type: ignore[arg-type]


def sent(seconds: float, text: str = "Thank you, Ana.") -> Reply:
    return approved(text).replace(sent_at=START + timedelta(seconds=seconds))


def test_an_approved_draft_says_who_approved_what_and_when() -> None:
    reply = approved()
    assert (reply.text, reply.by, reply.approved_at, reply.crisis) == (DRAFT.text, "maria", START, "c1")
    assert (reply.mention, reply.language, reply.channel, reply.drafted_by) == (
        MENTION.mention,
        "en",
        "care",
        "phrases",
    )
    assert reply == approved()


def test_an_edited_text_is_the_persons_own_and_checked_again() -> None:
    assert approved("Thank you, Ana. We are on it.").drafted_by == "maria"
    with pytest.raises(NotApproved) as refused:
        approved("We will refund you.")
    assert [each.kind for each in refused.value.findings] == ["refund"]
    assert "look at the amounts in private" in str(refused.value)


def test_findings_are_overruled_with_a_reason_that_is_kept() -> None:
    reply = approved("We will refund you.", despite="decided by finance at 14:00")
    assert reply.despite == "decided by finance at 14:00"
    assert [each.kind for each in reply.findings] == ["refund"]
    assert not approved(despite="no need").despite


def test_a_remedy_that_was_entered_meanwhile_counts() -> None:
    assert not approved("We will refund you.", remedy={"en": "We will refund every fee."}).findings


def test_no_reason_makes_a_private_mention_public() -> None:
    with pytest.raises(NotApproved, match="private mention has no public answer"):
        approve(DRAFT, a_complaint(private=True), FACTS, POLICY, "maria", START, despite="she asked for it")


def test_the_clock_stops_at_the_first_answer_that_was_sent() -> None:
    replies = [sent(900), sent(600, "Hello."), approved("Not sent.")]
    answer = time_to_first_answer(replies, START - timedelta(minutes=5), START, START + timedelta(hours=3))
    assert answer.reply == replies[1].id
    assert (answer.since_first_mention, answer.since_opening) == (timedelta(minutes=15), timedelta(minutes=10))


def test_without_an_answer_the_clock_runs() -> None:
    answer = time_to_first_answer([approved()], None, START, START + timedelta(hours=3))
    assert answer == type(answer)(None, None, timedelta(hours=3))


def test_an_answer_before_the_crisis_opened_took_no_time() -> None:
    answer = time_to_first_answer([sent(0)], START - timedelta(seconds=30), START + timedelta(minutes=1), START)
    assert (answer.since_first_mention, answer.since_opening) == (timedelta(seconds=30), timedelta())


def test_a_reply_of_version_1_is_read_with_every_field() -> None:
    written = json.loads(SAMPLE.read_bytes())
    read = Reply.decode(SAMPLE.read_bytes())
    assert not read.extra
    assert set(written) == set(Reply.__struct_fields__) - {"extra"}
    assert json.loads(read.encode()) == written
