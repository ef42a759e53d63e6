"""What `tocsin crises` shows, and which command each act becomes."""

from __future__ import annotations

import argparse
import io
import re
from datetime import timedelta
from typing import Any, get_args

import orjson
import pytest
from rich.console import Console

from schemas.command import Action
from schemas.crisis import FollowUp, Note, Page, Recipient
from tests.builders import START, a_crisis, an_event, an_evidence
from tests.inboxes import a_command, an_answer, refuse
from tocsin.cli import crises as command_line
from tocsin.cli.act import find_actor, read_duration, tell_answer
from tocsin.cli.crises import ACTS, select, to_json
from tocsin.desk.latest import choose
from tocsin.desk.story import as_event, list_crises, make_timeline, shorten, tell_story
from tocsin.errors import ConfigurationError, TocsinError
from tocsin.response.dossier import make_dossier
from tocsin.settings import Settings

NOW = START + timedelta(hours=2)


def parse(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tocsin crises")
    command_line.configure(parser)
    return parser.parse_args(arguments)


def on_screen(show: Any, width: int = 100) -> str:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(show)
    return str(console.file.getvalue())  # type: ignore[attr-defined]


def story_of(crisis: Any, *events: Any, evidence: Any = None, width: int = 100) -> str:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    tell_story(crisis, events, evidence or {}, console=console, now=NOW)
    return str(console.file.getvalue())  # type: ignore[attr-defined]


# -- choosing ------------------------------------------------------------------------------------------------------


def test_the_only_id_with_a_beginning_is_meant() -> None:
    ids = ("abc1", "abd2", "x", "xy")
    assert choose(ids, "abc", "crisis", "list") == "abc1"
    assert choose(ids, "x", "crisis", "list") == "x", "a whole id is meant, also where another begins with it"


@pytest.mark.parametrize(
    ("ids", "beginning", "what"),
    [
        (("abc1", "abd2"), "ab", r"'ab' is the beginning of 2 ids: abc1, abd2"),
        (("abc1",), "z", r"no crisis has an id that begins with 'z' \(1 known\)\n.*`tocsin list` lists them"),
        (("abc1",), "", r"no crisis has an id that begins with ''"),
        ((), "a", r"there are none at all"),
        (tuple(f"a{n}" for n in range(20)), "a", r"and 12 more"),
    ],
)
def test_an_unknown_or_ambiguous_beginning_is_explained(ids: tuple[str, ...], beginning: str, what: str) -> None:
    with pytest.raises(TocsinError) as caught:
        choose(ids, beginning, "crisis", "tocsin list")
    assert re.search(what, str(caught.value))


def test_ids_are_shown_as_short_as_they_can_be_told_apart() -> None:
    assert shorten(["aaaaaaaa1", "aaaaaaaa2", "b"]) == {"aaaaaaaa1": "aaaaaaaa1", "aaaaaaaa2": "aaaaaaaa2", "b": "b"}
    assert shorten([]) == {}
    for whole, short in shorten(ids := [f"{number * 7919:08x}" for number in range(300)]).items():
        assert choose(ids, short, "crisis", "list") == whole


def test_the_list_holds_what_is_not_closed_worst_first() -> None:
    crises = {
        each.id: each
        for each in (
            a_crisis(id="old", severity="severe", at=0),
            a_crisis(id="new", severity="severe", at=60),
            a_crisis(id="bad", severity="critical", status="acknowledged"),
            a_crisis(id="over", severity="critical", status="resolved"),
            a_crisis(id="other", severity="watch", brand="zeta"),
        )
    }
    assert [each.id for each in select(crises)] == ["bad", "new", "old", "other"]
    assert [each.id for each in select(crises, is_all=True)] == ["bad", "over", "new", "old", "other"]
    assert [each.id for each in select(crises, severity="severe")] == ["bad", "new", "old"]
    assert [each.id for each in select(crises, status="resolved")] == ["over"]
    assert [each.id for each in select(crises, brand="zeta")] == ["other"]


# -- showing -------------------------------------------------------------------------------------------------------


def test_the_list_names_owner_and_who_is_told_next() -> None:
    page = Page(policy="p", step=1, at=NOW, recipients=(Recipient(person="ben"),))
    crises = [a_crisis(id="abcdef123", subject="app", owner="ana", next_page=page), a_crisis(id="c2", is_exercise=True)]
    shown = on_screen(list_crises(crises, ids=["abcdef123", "c2"], now=NOW), width=140)
    for expected in ("abcdef", "severe", "acme · app", "2 h", "ana", "ben, 2026-01-05 14:00 UTC", "nobody", "exercise"):
        assert expected in shown


def test_the_story_tells_who_did_what_when_and_why() -> None:
    crisis = a_crisis(
        status="acknowledged",
        owner="ana",
        playbook="outage",
        playbook_reasons=("its complaints are about an outage",),
        notes=(Note(by="ana", at=START, text="called the operators"),),
        follow_ups=(
            FollowUp(id="24h", due_at=START, what="negative share back in its band"),
            FollowUp(id="f1", due_at=START, done_at=NOW, finding="12 %, usual is 10 %", is_good=True),
        ),
        suppressed={"the same within 5 min": 12},
        next_page=Page(policy="p", step=2, at=NOW, recipients=(Recipient(person="ben", why="on call until 18:00"),)),
    )
    paged = Page(policy="p", step=1, at=START, recipients=(Recipient(person="ana"),))
    events = (
        an_event("crisis.opened", crisis=crisis),
        an_event("crisis.paged", sequence=2, crisis=crisis, page=paged, because=("step 1 of everyone",)),
        an_event("crisis.acknowledged", sequence=3, at=60, crisis=crisis, by="ana", because=("on my way",)),
    )
    told = story_of(crisis, *events, width=160)
    for expected in (
        "a negative burst was raised",
        "told ana: step 1 of everyone",
        "Crisis acknowledged",
        "2026-01-05 12:01 UTC",
        "on my way",
        "called the operators",
        "its complaints are about an outage",
        "(late)",
        "good: 12 %, usual is 10 %",
        "the same within 5 min",
        "ben",
        "on call until 18:00",
    ):
        assert expected in told, expected


def test_private_mentions_are_not_quoted_on_the_screen_nor_in_json() -> None:
    crisis = a_crisis(evidence=("x|m1", "x|m2"))
    evidence = {
        "x|m1": an_evidence("public words", id="m1"),
        "x|m2": an_evidence("secret words", id="m2", private=True),
    }
    told = story_of(crisis, an_event(crisis=crisis), evidence=evidence)
    event = an_event(crisis=crisis)
    data = to_json(crisis, [event], evidence, make_dossier(crisis, [event], evidence))
    for shown in (told, data.decode()):
        assert "public words" in shown and "secret words" not in shown
    assert orjson.loads(data)["private"] == 1
    assert orjson.loads(data)["crisis"]["id"] == "c1"


def test_what_strangers_and_people_wrote_is_inert_on_the_screen() -> None:
    hostile = "\x1b[2Jgone\u202e[bold]x[/bold]"
    crisis = a_crisis(notes=(Note(by=hostile, at=START, text=hostile),), suppressed={hostile: 1}, owner=hostile)
    told = story_of(crisis, an_event(crisis=crisis, by=hostile, because=(hostile,)))
    told += on_screen(list_crises([crisis], ids=["c1"], now=NOW))
    assert "\x1b" not in told and "\u202e" not in told
    assert "[bold]" in told, "markup is shown, not obeyed"


def test_updates_in_a_row_are_one_line() -> None:
    events = [an_event("crisis.updated", sequence=number, at=number * 60) for number in range(1, 5)]
    events.append(an_event("crisis.resolved", sequence=5, at=400))
    rows = make_timeline([an_event(), *events, an_event("crisis.updated", sequence=6)])
    assert [row.what.partition(" · ")[0] for row in rows] == [
        "Crisis opened",
        "Crisis updated (4 times)",
        "Crisis resolved",
        "Crisis updated",
    ]
    assert rows[1].when == "2026-01-05 12:04 UTC"


def test_a_crisis_whose_events_have_expired_has_a_card_all_the_same() -> None:
    assert as_event(a_crisis(), []).crisis == a_crisis()
    assert "acme" in story_of(a_crisis())
    assert "What happened" not in story_of(a_crisis())


# -- acting --------------------------------------------------------------------------------------------------------


def test_every_act_is_a_command_that_escalation_knows() -> None:
    assert {act.action for act in ACTS.values()} <= set(get_args(Action))


@pytest.mark.parametrize("act", [name for name, act in ACTS.items() if act.needs_reason])
def test_an_act_that_needs_a_reason_is_refused_without_one(act: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(act, "c1")
    assert "--reason" in capsys.readouterr().err
    assert parse(act, "c1", "--reason", "because").reason == "because"


def test_a_follow_up_is_due_or_done(capsys: pytest.CaptureFixture[str]) -> None:
    assert parse("follow-up", "c1", "look", "--due", "3d").due == timedelta(days=3)
    assert parse("follow-up", "c1", "all quiet", "--done", "24h").target == "24h"
    for wrong in ((), ("--due", "3d", "--done", "24h")):
        with pytest.raises(SystemExit):
            parse("follow-up", "c1", "look", *wrong)


@pytest.mark.parametrize("text", ["", "2", "h", "0h", "-2h", "2 weeks", "1.5h", "2h "])
def test_durations_have_a_unit(text: str) -> None:
    if text.strip() == "2h":
        assert read_duration(text) == timedelta(hours=2)
        return
    with pytest.raises(argparse.ArgumentTypeError, match="no duration"):
        read_duration(text)


def test_who_acts_is_said_or_asked_for() -> None:
    assert find_actor(parse("ack", "c1", "--by", "ana"), Settings(person="ben")) == "ana"
    assert find_actor(parse("ack", "c1"), Settings(person="ben")) == "ben"
    with pytest.raises(ConfigurationError, match="TOCSIN_PERSON"):
        find_actor(parse("ack", "c1", "--by", " "), Settings())


def test_the_exit_status_tells_what_became_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    patience = timedelta(seconds=15)
    command = a_command()
    assert tell_answer(command, an_answer(command), patience, is_json=False) == 0
    assert capsys.readouterr().out == "done: ana did it (crisis c1 is acknowledged)\n"
    assert tell_answer(command, refuse(command), patience, is_json=False) == 1
    assert capsys.readouterr().err == "refused: it is resolved\n"
    assert tell_answer(command, None, patience, is_json=False) == 1
    assert "will be applied" in (told := capsys.readouterr().err) and "do not send it again" in told
    assert tell_answer(command, None, patience, is_json=True) == 1
    assert orjson.loads(capsys.readouterr().out) == {"id": "k1", "type": "pending"}
