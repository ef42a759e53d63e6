"""Who is behind a crisis: named with what shows it, how sure it is, and never accused."""

from __future__ import annotations

import io
import json
from typing import Any

from rich.console import Console

from schemas.crisis import Crisis, EscalationEvent
from schemas.mention import AuthorProfile, Evidence
from tests.builders import a_crisis, a_signal, an_event, an_evidence, instant
from tocsin.desk.dossier import CAVEAT, as_json, tell_dossier
from tocsin.response.dossier import Dossier, Person, make_dossier

JANE = AuthorProfile(
    author="x|jane",
    relation="competitor",
    speaks_for="rival",
    history="repeat_complainer",
    known_days=12,
    mentions=9,
    negatives=8,
    indicators=("no_name", "young_account"),
    is_anonymous=True,
    followers=80_000,
    reasons=(
        "the author is a declared competitor of acme (rival)",
        "the author complains again and again, and was first heard with this brand 12 days ago",
        "the account shows no name",
        "the account was 3 days old",
    ),
)


def text(id: str, author: str, at: float = 0.0, **fields: Any) -> Evidence:
    found: dict[str, Any] = {"author": f"x|{author}", "author_handle": author, "language": "en"}
    return an_evidence(f"text of {id}", id=id, at=at, **(found | fields))


def evidence(*texts: Evidence) -> dict[str, Evidence]:
    return {each.mention: each for each in texts}


def history(crisis: Crisis) -> list[EscalationEvent]:
    """It opens as elevated, is told as coordination, grows to severe on another source, and is resolved."""
    first = a_signal(id="s1", at=60, authors=("x|jane", "x|bo"), sources={"x": 40}, distinct_authors=30)
    alike = a_signal(
        id="s2", at=300, kind="coordination", verdict="coordinated", authors=("x|bo",), evidence=("x|2",),
        sources={}, reasons=("7 accounts posted the same text twice",), distinct_authors=7,
    )  # fmt: skip
    grown = a_signal(id="s3", at=600, authors=("x|jane",), sources={"x": 90, "forum": 20}, distinct_authors=70)
    elevated = crisis.replace(severity="elevated", status="open")
    return [
        an_event(sequence=1, at=60, crisis=elevated, signal=first),
        an_event("crisis.updated", sequence=2, at=300, crisis=elevated, signal=alike),
        an_event("crisis.escalated", sequence=3, at=600, crisis=crisis.replace(status="open"), signal=grown),
        an_event("crisis.resolved", sequence=4, at=9_000, crisis=crisis.replace(status="resolved"), by="ana"),
    ]


def dossier(*texts: Evidence, **fields: Any) -> Dossier:
    found: dict[str, Any] = {
        "authors": ("x|jane", "x|bo"), "profiles": (JANE,), "first_mention": "x|1", "cluster": "preventable",
        "cause": "human-error", "causes": {"delay": 3, "service": 30},
    }  # fmt: skip
    crisis = a_crisis(**(found | fields))
    return make_dossier(crisis, history(crisis), evidence(*texts))


def person(found: Dossier, key: str) -> Person:
    (one,) = [each for each in found.authors if each.key == key]
    return one


def shown(found: Dossier) -> str:
    out = io.StringIO()
    tell_dossier(found, Console(file=out, width=200))
    return out.getvalue()


def test_every_finding_of_an_author_says_how_it_is_known_and_what_shows_it() -> None:
    jane = person(dossier(text("1", "jane", followers=90_000), text("2", "bo")), "x|jane")
    assert (jane.handle, jane.followers, jane.relation) == ("jane", 90_000, "competitor")
    assert [(each.confidence, each.words) for each in jane.findings] == [
        ("told by the source", "90,000 follow the account"),
        ("declared", JANE.reasons[0]),
        ("counted", JANE.reasons[1]),
        ("counted", "8 of 9 mentions within 24 hours were complaints"),
        ("an indicator", "the account shows no name"),
        ("an indicator", "the account was 3 days old"),
        ("an indicator", "several indicators together: the author may wish to stay unknown"),
    ]
    assert all(each.evidence == ("x|1",) for each in jane.findings if each.confidence != "declared")


def test_who_was_told_of_comes_first_and_the_others_are_a_number() -> None:
    found = dossier(text("1", "jane"), text("2", "bo", followers=2_000_000))
    assert [each.key for each in found.authors] == ["x|jane", "x|bo"]
    assert found.unnamed == 45 - 2
    assert "and 43 others" in shown(found)


def test_private_mentions_are_counted_and_neither_quoted_nor_named() -> None:
    secret = text("p", "zoe99", private=True, author_handle=None)
    found = dossier(text("1", "jane"), secret, authors=("x|jane", "x|zoe99"))
    assert (found.texts, found.private) == (2, 1)
    assert [each.key for each in found.authors] == ["x|jane"]
    for told in (shown(found), json.dumps(as_json(found), default=str)):
        assert "zoe99" not in told and "text of p" not in told
    assert "1 more are private and not quoted" in shown(found)


def test_the_press_is_named_with_its_first_report() -> None:
    found = dossier(
        text("late", "daily", at=900, source_kind="press", author_name="The Daily", url="https://daily.example/1"),
        text("early", "wire", at=300, source_kind="press", author_name="The Wire"),
        text("1", "jane"),
    )
    assert [(each.outlet, each.at) for each in found.reports] == [
        ("The Wire", instant(300)), ("The Daily", instant(900)),
    ]  # fmt: skip


def test_the_wave_is_told_from_its_first_mention_to_its_end() -> None:
    found = dossier(text("1", "jane", at=5, followers=80_000), text("2", "bo", at=50, followers=10))
    assert [(each.at, each.kind, each.words) for each in found.wave] == [
        (instant(5), "first mention", "first mention of the wave, by @jane on x"),
        (instant(5), "source", "first heard on x"),
        (instant(60), "drivers", "read by most: @jane (80,000 followers), @bo (10 followers)"),
        (instant(60), "severity", "elevated from the start: a negative burst was raised"),
        (instant(600), "source", "first heard on forum"),
        (instant(600), "severity", "elevated → severe: a negative burst was raised"),
        (instant(600), "peak", "most authors: 70, 80% of the mentions negative"),
        (instant(9_000), "status", "open → resolved, by ana"),
    ]


def test_causes_come_with_whose_fault_it_is_said_to_be() -> None:
    found = dossier()
    assert list(found.causes.items()) == [("service", 30), ("delay", 3)]
    assert found.cause is not None
    assert found.cause.words == (
        "human error (SCCT: preventable): those who complain say that it could have been prevented"
    )
    assert dossier(cluster="", cause="").cause is None


def test_coordination_is_told_as_an_indicator_with_its_reasons_and_accuses_nobody() -> None:
    first, *reasons = dossier().coordination
    assert (first.confidence, first.evidence) == ("an indicator", ("s2", "x|2"))
    assert "who is behind them is not known" in first.words
    assert [each.words for each in reasons] == ["7 accounts posted the same text twice"]
    quiet = make_dossier(a_crisis(), [], {})
    assert [each.confidence for each in quiet.coordination] == ["not known"]
    assert CAVEAT in " ".join(shown(quiet).split())


def test_who_was_erased_since_is_not_named_though_the_log_still_does() -> None:
    gone = "x|erased-request-1"
    found = dossier(authors=(gone, "x|bo"), profiles=(JANE.replace(author=gone),))
    assert [each.key for each in found.authors] == [gone, "x|bo"]
    assert person(found, gone).findings[0].words == "erased on request: nothing more is known"
    assert "jane" not in shown(found)


def test_what_strangers_call_themselves_is_inert() -> None:
    told = shown(dossier(text("1", "jane\x1b[2J\u202e")))
    assert "\x1b" not in told and "\u202e" not in told


def test_languages_are_those_of_the_kept_public_texts() -> None:
    found = dossier(text("1", "jane", language="es"), text("2", "bo"), text("3", "al", language="es"))
    assert list(found.languages.items()) == [("es", 2), ("en", 1)]
