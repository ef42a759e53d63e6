"""What a message says, in each language, for each reader."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import get_args

import pytest

from schemas.crisis import EscalationEvent, EventType, Page, Recipient
from schemas.signal import SignalKind
from tests.builders import START, a_crisis, a_signal, an_event, an_evidence
from tests.deliveries import a_delivery
from tocsin.response.message.compose import WORDS, compose, find_link
from tocsin.response.message.figures import Figures
from tocsin.response.message.inert import break_links, break_markup, make_inert, make_lines_inert
from tocsin.response.message.message import Extras, Message, Reader
from tocsin.response.message.text import render_body
from tocsin.response.message.write import MessageWriter
from tocsin.response.plan import parse_plan
from tocsin.response.playbooks.read import read_library
from tocsin.response.replies.policy import LANGUAGES, Language


def a_page(**fields: object) -> EscalationEvent:
    """Ana is told now, Bảo in five minutes, of forty negative authors."""
    told: dict[str, object] = {
        "brand": "norvale", "subject": "baggage", "opened_at": START - timedelta(minutes=25), "baseline": 1.3,
        "ratio": 31.0, "next_page": Page(policy="p", step=2, at=START + timedelta(minutes=5),
                                         recipients=(Recipient(person="bao"),)),
    }  # fmt: skip
    event = an_event("crisis.paged", crisis=a_crisis(**(told | fields)))  # type: ignore[arg-type]
    return event.replace(page=Page(policy="p", step=1, at=START, recipients=(Recipient(person="ana"),)))


def read(event: EscalationEvent, language: Language = "en", zone: str = "UTC", **extras: object) -> Message:
    return compose(event, {}, Reader(language=language, time_zone=zone), Extras(**extras))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "SEVERE · norvale · baggage: 40 negative authors in 15 min, usual 1.3 (31x)"),
        ("es", "GRAVE · norvale · baggage: 40 autores negativos en 15 min, lo normal 1,3 (31x)"),
        ("vi", "NGHIÊM TRỌNG · norvale · baggage: 40 tác giả tiêu cực trong 15 phút, bình thường 1,3 (31x)"),
    ],
)
def test_the_first_line_says_what_and_how_bad_in_the_readers_language(language: Language, line: str) -> None:
    assert read(a_page(), language).first_line == line


def test_what_somebody_did_is_the_news_of_an_event_that_a_person_caused() -> None:
    event = an_event("crisis.acknowledged", crisis=a_crisis(owner="ana")).replace(by="ana")
    message = read(event, names={"ana": "Ana Example"})
    assert message.title == "SEVERE · acme: Crisis acknowledged by Ana Example"


def test_times_are_told_in_the_readers_zone_with_its_name() -> None:
    assert "since 2026-01-05 12:35 CET (25 min)" in read(a_page(), zone="Europe/Madrid").state
    assert "18:35 UTC+07" in read(a_page(), zone="Asia/Ho_Chi_Minh").state
    assert "11:35 UTC" in read(a_page(), zone="Atlantis/Poseidonis").state, "a page is not lost over a zone"


@pytest.mark.parametrize(
    ("language", "figures"),
    [
        ("en", ["4.2", "310", "12k", "2.5M", "80%"]),
        ("es", ["4,2", "310", "12 mil", "2,5 M", "80 %"]),
        ("vi", ["4,2", "310", "12 nghìn", "2,5 triệu", "80%"]),
    ],
)
def test_numbers_are_written_as_the_reader_writes_them(language: Language, figures: list[str]) -> None:
    as_read = Figures(WORDS[language])
    assert [*(as_read.number(n) for n in (4.2, 310, 12_000, 2_500_000)), as_read.share(0.8)] == figures


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_event_and_every_count_has_words_in_every_language(language: Language) -> None:
    words = WORDS[language]
    assert set(words.events) == set(get_args(EventType))
    assert set(words.counted) == set(get_args(SignalKind))
    english = WORDS["en"]
    for field in english.__dataclass_fields__:
        ours, theirs = getattr(words, field), getattr(english, field)
        assert ours, field
        if isinstance(theirs, str):
            assert set(re.findall(r"{\w+", ours)) == set(re.findall(r"{\w+", theirs)), field


def test_what_to_do_names_the_step_its_deadline_the_owner_and_who_is_told_when() -> None:
    message = read(
        a_page(suppressed={"grouped": 12}),
        playbook="Wave of complaints", first_step="Confirm the facts", first_step_by=START + timedelta(minutes=15),
        first_step_owner="Social desk", names={"ana": "Ana", "bao": "Bảo"},
    )  # fmt: skip
    assert [fact.text for fact in message.actions] == [
        "playbook: Wave of complaints",
        "first step: Confirm the facts · until 12:15 · Social desk",
        "owner: nobody yet",
        "told now: Ana",
        "told next: Bảo · 12:05",
        "not sent: 12 grouped",
    ]


def test_a_page_that_finds_nobody_says_why() -> None:
    event = a_page().replace(page=Page(policy="p", step=1, at=START, why="the rotation desk is closed at night"))
    assert "told now: the rotation desk is closed at night" in [fact.text for fact in read(event).actions]


@pytest.mark.parametrize(
    ("verdict", "told"),
    [("coordinated", "accounts act as one; that says nothing of who is behind them"), ("", "accounts act alike")],
)
def test_coordination_is_told_with_its_verdict_and_accuses_nobody(verdict: str, told: str) -> None:
    signal = a_signal(kind="coordination", verdict=verdict)
    message = read(a_page(kinds=("coordination",)).replace(signal=signal))
    assert f"coordination: {told}" in [fact.text for fact in message.facts]


def test_three_mentions_are_quoted_and_private_ones_only_counted() -> None:
    evidence = {
        found.mention: found for found in (an_evidence(f"words {n}", id=str(n), private=n == 1) for n in range(6))
    }
    message = compose(a_page(evidence=tuple(evidence)), evidence)
    assert [quote.text for quote in message.quotes] == ["words 0", "words 2", "words 3"]
    assert message.private == "1 private mention, not quoted"


def test_marks_stand_before_everything_else() -> None:
    message = compose(
        a_page(is_exercise=True), {}, Reader(), Extras(is_test=True), is_possible_repeat=True
    )  # fmt: skip
    assert message.first_line.startswith("TEST · EXERCISE · POSSIBLE REPEAT · SEVERE")
    assert "Nothing happened" in message.notes[0]


def test_plain_text_keeps_our_links_whole_and_breaks_all_others() -> None:
    found = an_evidence("see http://evil.example", id="1", url="https://x.example/1")
    message = compose(
        a_page(evidence=("x|1",)), {"x|1": found}, extras=Extras(acknowledge_url="https://r.example/r/abc.def")
    )
    body = render_body(message, break_links)
    assert "https://r.example/r/abc.def\n" in body
    assert "https://x.example/1\n" in body
    assert "evil.example" not in body


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://x.example/a b", 'https://x.example/"onclick="x', "https://x/<b>", "\u202ehttps://x"]
)  # fmt: skip
def test_only_addresses_of_the_web_become_links(url: str) -> None:
    assert find_link(url) == ""


def test_broken_text_looks_as_before_and_is_nothing_to_a_program() -> None:
    text = "mail me@evil.example or https://evil.example, 1.3 times; ok. Yes"
    assert break_links(text).replace("\u2060", "") == text
    assert "evil.example" not in break_links(text)
    assert "1.3" in break_links(text)
    assert break_markup("@everyone") == "@\u2060everyone"
    assert make_lines_inert("a\n  b\x1b\nc") == "a\n  b\ufffd\nc"
    assert make_inert(break_markup("<!channel>")) == "‹!channel›"


PLAN = """
people:
  ana: {name: Ana, email: ana@example.org, language: es, time_zone: Europe/Madrid, notifiers: [hook]}
notifiers:
  hook: {kind: webhook, url: "https://example.org/hook", language: vi, time_zone: Asia/Ho_Chi_Minh}
  log: {kind: log}
"""


def test_a_person_reads_in_their_language_and_a_channel_in_its_own() -> None:
    writer = MessageWriter(parse_plan(PLAN), lambda _: {})
    ana = writer.find_reader("ana", "hook")
    assert (ana.language, ana.time_zone, ana.email) == ("es", "Europe/Madrid", "ana@example.org")
    assert writer.find_reader("", "hook") == Reader(language="vi", time_zone="Asia/Ho_Chi_Minh")
    assert writer.find_reader("gone", "log") == Reader()


def test_only_a_person_gets_a_link_and_only_while_there_is_something_to_take() -> None:
    writer = MessageWriter(parse_plan(PLAN), lambda _: {}, make_link=lambda each: f"https://r.example/{each.recipient}")
    page = a_delivery("hook", type="crisis.paged")
    assert writer.write(page).acknowledge_url == ""
    assert writer.write(page.replace(recipient="ana")).acknowledge_url == "https://r.example/ana"
    for told in (a_delivery("hook", status="resolved"), a_delivery("hook", status="acknowledged", owner="ana")):
        told = told.replace(recipient="ana")
        assert writer.write(told).acknowledge_url == ""


def test_the_playbooks_next_step_is_told_in_the_readers_language() -> None:
    library = read_library()
    playbook = library.find("unclear-yet")
    assert playbook is not None
    writer = MessageWriter(parse_plan(PLAN), lambda _: {}, library.find)
    told = a_delivery("hook", playbook="unclear-yet").replace(recipient="ana")
    facts = {fact.label: fact.parts for fact in writer.write(told).actions}
    assert facts["plan de acción"] == (playbook.title.es,)
    assert facts["primer paso"][0] in {step.what.es for step in playbook.steps}
