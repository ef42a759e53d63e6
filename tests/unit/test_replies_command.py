"""What `tocsin replies` shows, what it lets through, and what an answer is made from."""

from __future__ import annotations

import argparse
from datetime import UTC, timedelta
from typing import Any

import orjson
import pytest

from schemas.mention import Evidence
from schemas.reply import Reply, ReplyFinding
from tests.builders import START, a_crisis, a_signal, an_event
from tests.replies import POLICY_TEXT, a_complaint, a_policy
from tocsin.cli import replies as command_line
from tocsin.cli.replies import check_reply, find_reply
from tocsin.desk.replies import Case, find_coordinated, find_facts, find_telling
from tocsin.desk.reply_pages import draft_page, reply_page, to_json
from tocsin.detection.watchlist import parse_watchlist
from tocsin.errors import ConfigurationError, TocsinError
from tocsin.response.replies.approve import time_to_first_answer
from tocsin.response.replies.draft import Draft, draft
from tocsin.response.replies.entered import enter
from tocsin.response.replies.facts import Facts

WATCHLIST = parse_watchlist(
    """
brands:
  - id: acme
    name: Acme Air
    keywords: [acme]
    topics:
      bags:
        name: BagDrop
        keywords: [bag*, suitcase]
"""
)
CAUSE = "cause:en=A belt stopped at noon."


def a_case(mention: Evidence | None = None, **fields: Any) -> Case:
    return Case(a_crisis(**fields), (mention or a_complaint(),), frozenset(), None)


def facts_of(case: Case, *entered: str) -> Facts:
    return enter(find_facts(case, WATCHLIST, UTC), entered)


def parse(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tocsin replies")
    command_line.configure(parser)
    args = parser.parse_args(arguments)
    args.policy = a_policy()
    return args


def check(case: Case, *arguments: str, facts: Facts | None = None) -> Reply:
    """The answer that would be approved."""
    args = parse("approve", "c1", "--mention", "forum|m1", "--by", "ana", *arguments)
    return check_reply(args, case, case.mentions[0], facts or facts_of(case, *args.fact), START)


def drafts_of(case: Case, *entered: str) -> tuple[Draft, ...]:
    return draft(case.mentions[0], facts_of(case, *entered), a_policy())


# -- what it is made from --------------------------------------------------------------------------------------------


def test_the_telling_mentions_of_now_come_before_those_of_earlier_events() -> None:
    events = [an_event(crisis=a_crisis(evidence=keys)) for keys in (("x|1", "x|2"), ("x|2", "x|3"))]
    assert find_telling(a_crisis(evidence=("x|4", "x|2")), events) == ("x|4", "x|2", "x|3", "x|1")


def test_mentions_that_a_coordination_names_are_known_and_those_of_an_unclear_one_are_not() -> None:
    signals = [
        a_signal(kind="coordination", verdict=verdict, evidence=(f"x|{verdict}",))
        for verdict in ("coordinated", "known", "unclear")
    ]
    events = [an_event(signal=signal) for signal in (*signals, a_signal(evidence=("x|burst",)))]
    assert find_coordinated([*events, an_event()]) == {"x|coordinated", "x|known"}


def test_names_come_from_the_watchlist_and_stems_are_no_names() -> None:
    facts = facts_of(a_case())
    assert (facts.brand, facts.terms, facts.crisis) == ("Acme Air", ("BagDrop", "suitcase"), "c1")
    assert find_facts(a_case(), None, UTC).brand == "acme"


# -- what is shown ---------------------------------------------------------------------------------------------------


def test_a_page_tells_who_said_what_where_it_belongs_and_what_could_be_answered() -> None:
    case = a_case()
    drafts = drafts_of(case)
    page = draft_page(case.mentions[0], drafts)
    assert page.startswith("forum|m1 Ana Gómez @ana_g, en, ")
    assert "“My bag is still missing, two days now”" in page
    assert "the default is care (care-team)" in page
    assert f"  {drafts[0].id[:6]}" in page
    for each in drafts:
        assert all(line in page for line in each.text.split("\n"))


def test_without_an_answer_the_page_says_why() -> None:
    case = a_case(a_complaint("Acme has a new colour", label="neutral", sentiment=0.0))
    assert "No public answer is recommended. It is neutral" in draft_page(case.mentions[0], drafts_of(case))


def test_a_private_mention_is_quoted_nowhere() -> None:
    case = a_case(a_complaint("my number is 555", private=True))
    drafts = drafts_of(case)
    page, line = draft_page(case.mentions[0], drafts), to_json(case.crisis, case.mentions[0], drafts)
    for told in (page, line):
        assert "No public answer is recommended" in told
        assert "555" not in told and "Ana" not in told
    assert orjson.loads(line)["drafts"] == []


def test_what_strangers_wrote_does_nothing_to_a_terminal() -> None:
    case = a_case(a_complaint("my bag \x1b[2J is \u202egone", author_name="Ana \x07"))
    page = draft_page(case.mentions[0], drafts_of(case))
    assert page.isprintable() or not set(page) & {"\x1b", "\u202e", "\x07"}


def test_what_a_model_wrote_is_shown_with_its_findings() -> None:
    case = a_case()
    finding = ReplyFinding(kind="refund", found="refund", instead="Look at it in private.")
    model = Draft(id="d" * 24, mention="x|m1", text="We refund you.", findings=(finding,), drafted_by="m\x1bodel")
    page = draft_page(case.mentions[0], (*drafts_of(case), model))
    assert "m\ufffdodel (approve it with --text)" in page
    assert "! refund: “refund”. Look at it in private." in page
    told = orjson.loads(to_json(case.crisis, case.mentions[0], (model,)))["drafts"][0]
    assert (told["is_recommended"], told["findings"][0]["kind"]) == (False, "refund")


def test_the_list_tells_each_answer_and_the_clock() -> None:
    case = a_case()
    reply = check(case, "--text", "We will refund you.", "--despite", "finance agreed").replace(
        sent_at=START + timedelta(minutes=12), url="https://x.example/1"
    )
    crisis = case.crisis.replace(replies=(reply,), first_answer_at=reply.sent_at)
    first = time_to_first_answer(crisis.replies, START - timedelta(minutes=5), crisis.opened_at, START)
    page = reply_page(crisis, first)
    for expected in (
        reply.id,
        "approved by ana",
        "https://x.example/1",
        "We will refund you.",
        "! refund",
        "finance agreed",
    ):
        assert expected in page
    assert page.endswith("the first answer came 17 min after the first mention and 12 min after the crisis opened")
    running = time_to_first_answer((), None, START, START + timedelta(hours=1))
    assert reply_page(a_crisis(), running).endswith("there is no answer yet, 1 h after the crisis opened")


# -- what is let through ---------------------------------------------------------------------------------------------


def test_a_draft_is_approved_by_the_beginning_of_its_id() -> None:
    case = a_case()
    wanted = drafts_of(case, CAUSE)[1]
    reply = check(case, "--draft", wanted.id[:8], "--fact", CAUSE)
    assert (reply.text, reply.tone, reply.channel, reply.by) == (wanted.text, wanted.tone, "care", "ana")
    assert reply.drafted_by == "phrases"


def test_a_draft_of_other_facts_is_not_found() -> None:
    case = a_case()
    longest = next(each for each in drafts_of(case, CAUSE) if "belt" in each.text)
    with pytest.raises(TocsinError, match="no draft with these facts"):
        check(case, "--draft", longest.id)


def test_a_text_of_ones_own_is_in_the_mentions_language_and_ones_own() -> None:
    reply = check(a_case(a_complaint("Mi maleta no llega", language="es")), "--text", "Gracias, Ana. Lo miramos.")
    assert (reply.language, reply.drafted_by, reply.text) == ("es", "ana", "Gracias, Ana. Lo miramos.")


def test_what_the_guardrails_find_is_told_with_what_to_do() -> None:
    with pytest.raises(TocsinError) as caught:
        check(a_case(), "--text", "We will refund you, you should have asked.")
    assert "refund: “" in str(caught.value)
    assert "--despite REASON" in str(caught.value)
    assert check(a_case(), "--text", "We will refund you.", "--despite", "finance agreed").despite == "finance agreed"
    remedy = "remedy:en=We refund every fee."
    assert not check(a_case(), "--text", "We refund every fee.", "--fact", remedy).findings


def test_no_reason_makes_a_private_mention_public() -> None:
    with pytest.raises(TocsinError) as caught:
        check(a_case(a_complaint(private=True)), "--text", "Thank you.", "--despite", "she asked")
    assert "answer it where it was said" in str(caught.value)
    assert "--despite" not in str(caught.value)


def test_where_no_answer_is_recommended_a_person_says_why_there_is_one() -> None:
    case = a_case()._replace(coordinated=frozenset(["forum|m1"]))
    with pytest.raises(TocsinError, match="coordination finding"):
        check(case, "--text", "Thank you, Ana.")
    assert check(case, "--text", "Thank you, Ana.", "--despite", "Ana is a real customer").text == "Thank you, Ana."


def test_an_answer_is_meant_by_the_beginning_of_its_id() -> None:
    reply = check(a_case(), "--text", "Thank you, Ana.")
    assert find_reply(a_crisis(replies=(reply,)), reply.id[:5]) == reply
    with pytest.raises(TocsinError, match="no reply has an id"):
        find_reply(a_crisis(), "abc")


@pytest.mark.parametrize(
    "arguments",
    [
        ("approve", "c1", "--mention", "x|m1"),
        ("approve", "c1", "--mention", "x|m1", "--draft", "d", "--text", "t"),
        ("approve", "c1", "--text", "t"),
        ("sent", "c1", "r1"),
        ("sent", "c1", "r1", "--url", "x.example"),
        ("draft", "c1", "--time-zone", "Mars/Base"),
        ("draft", "c1", "--time-zone", "../etc/passwd"),
        ("draft", "c1", "--tone", "rude"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_once(arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as refused:
        parse(*arguments)
    assert refused.value.code == 2


@pytest.mark.parametrize(
    ("response", "options", "what"),
    [
        ("people: {}\n", (), "add a section `communication`"),
        (None, ("--model",), "there is no language model"),
        (None, ("--fact", "weather:en=It rains."), "is no fact"),
    ],
)
def test_what_is_missing_is_told_before_kafka_is_asked(
    tmp_path: Any, response: str | None, options: tuple[str, ...], what: str
) -> None:
    path = tmp_path / "response.yaml"
    teams = "people: {ana: {name: Ana}}\nteams:\n"
    teams += "".join(f"  {each}: {{name: T, members: [ana]}}\n" for each in
                     ("care-team", "safety-desk", "people-team", "press"))  # fmt: skip
    indented = "".join(f"  {line}\n" for line in POLICY_TEXT.splitlines())
    path.write_text(f"{teams}communication:\n{indented}" if response is None else response, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        command_line.run(parse("draft", "c1", "--response", str(path), *options))
    assert what in str(caught.value)
