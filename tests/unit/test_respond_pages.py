"""What a page behind a link says to whom."""

from __future__ import annotations

import base64
import hashlib
import re
import string
from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.crisis import Status
from tests.builders import START, a_crisis
from tests.inboxes import a_command, an_answer
from tests.unit.test_links import a_link
from tocsin.respond import tell
from tocsin.respond.limits import Budget, neighbourhood
from tocsin.respond.page import HEADERS, Page, render_page
from tocsin.respond.words import LANGUAGES, STATUS_WORDS, TEXTS, Key, find_language
from tocsin.response.message.message import Reader
from tocsin.response.replies.policy import Language

ANA = Reader(person="ana", name="Ana")


def fields_of(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_text_with_the_same_gaps(language: Language) -> None:
    assert list(TEXTS[language]) == list(get_args(Key))
    assert set(STATUS_WORDS[language]) == set(get_args(Status))
    for key, text in TEXTS[language].items():
        assert fields_of(text) == fields_of(TEXTS["en"][key]), key
        assert language == "en" or text != TEXTS["en"][key], f"{key} is not translated"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_names_who_acts_and_what_will_happen(language: Language) -> None:
    reader = Reader(person="ana", name="Ana", language=language)
    page = tell.ask(reader, a_link(), a_crisis(), START + timedelta(minutes=25))
    assert page.button
    assert "Ana" in page.sentences[0]
    assert len(page.sentences) == 4
    assert "25" in page.state[0]


def test_who_has_it_already_and_that_it_is_closed_come_first() -> None:
    taken = a_crisis(owner="ben", acknowledged_at=START, status="acknowledged")
    assert (
        tell.ask(ANA, a_link(), taken, START).sentences[0]
        == "ben has acknowledged it already, at 2026-01-05 12:00 UTC."
    )
    closed = tell.ask(ANA, a_link(), a_crisis(status="resolved"), START)
    assert "closed already" in closed.sentences[0]


def test_a_crisis_that_is_not_known_here_can_still_be_taken() -> None:
    page = tell.ask(ANA, a_link(brand="acme"), None, START)
    assert page.button
    assert page.subject == "acme"
    assert page.numbers == ()


def test_an_exercise_is_marked() -> None:
    assert tell.ask(ANA, a_link(), a_crisis(is_exercise=True), START).is_exercise == "EXERCISE"
    assert "EXERCISE" in render_page(tell.ask(ANA, a_link(), a_crisis(is_exercise=True), START))


def test_the_status_is_that_of_the_answer_until_the_crisis_itself_tells_a_newer_one() -> None:
    answer = an_answer(a_command())
    assert tell.answered(ANA, a_link(), a_crisis(), answer, START).state[0].startswith("acknowledged")
    later = a_crisis(status="resolved", updated_at=START + timedelta(hours=1))
    assert tell.answered(ANA, a_link(), later, answer, START).state[0].startswith("resolved")


def a_page_of(text: str) -> str:
    """A page with this text in every place."""
    return render_page(
        Page(
            language="en",
            title=text,
            badge=text,
            is_exercise=text,
            subject=text,
            state=(text,),
            numbers=(text,),
            details=((text, text, "en"),),
            sentences=(text,),
            button=text,
            again=text,
            foot=(text,),
        )
    )


@given(st.text(max_size=300))
def test_no_text_can_be_anything_but_text(text: str) -> None:
    tags = re.compile(r"<[^>]*>").findall
    # Some text of its own in every place makes no tag that a harmless letter does not make.
    assert set(tags(a_page_of(text))) <= set(tags(a_page_of("x")))


def test_a_page_holds_no_script_and_its_style_is_the_one_that_is_allowed() -> None:
    html = render_page(tell.ask(ANA, a_link(), a_crisis(), START))
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in HEADERS["Content-Security-Policy"]
    for forbidden in ("<script", " style=", " on", "javascript:", "<img", "<link", "@import", "url("):
        assert forbidden not in re.sub(r">[^<]*<", "><", html.replace(style, "")), forbidden


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("es", "es"),
        ("vi-VN,vi;q=0.9,en;q=0.8", "vi"),
        ("fr,es;q=0.5", "es"),
        ("en;q=0.1,es;q=0.2", "es"),
        ("es;q=0", "en"),
        ("es;q=x,vi;q=0.1", "vi"),
        (";;;,,q=,=", "en"),
        ("es," * 5000, "es"),
    ],
)
def test_the_browser_says_which_language_it_likes(accepted: str, language: str) -> None:
    assert find_language(accepted) == language


def test_a_budget_is_spent_and_fills_again() -> None:
    budget = Budget(burst=2, per_minute=60)
    assert [budget.spend("a", 0.0) for _ in range(3)] == [0.0, 0.0, 1.0]
    assert budget.spend("b", 0.0) == 0.0
    assert budget.spend("a", 0.5) == 0.5
    assert budget.spend("a", 1.0) == 0.0
    assert [budget.spend("a", 100.0) for _ in range(3)] == [0.0, 0.0, 1.0]


def test_a_budget_forgets_whom_it_has_not_seen_for_longest() -> None:
    budget = Budget(burst=1, per_minute=1, remembered=2)
    for key in ("a", "b", "c"):
        assert budget.spend(key, 0.0) == 0.0
    assert budget.spend("c", 0.0) > 0
    assert budget.spend("a", 0.0) == 0.0, "it was forgotten"


def test_neighbours_share_a_budget() -> None:
    assert neighbourhood("2001:db8::1") == neighbourhood("2001:db8::ffff:1")
    assert neighbourhood("2001:db8:0:1::1") != neighbourhood("2001:db8::1")
    assert neighbourhood("fe80::1%eth0") == "fe80::/64"
    assert (neighbourhood(None), neighbourhood("unix:")) == ("", "unix:")
