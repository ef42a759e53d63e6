import io
from datetime import timedelta
from typing import get_args

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from schemas.crisis import EscalationEvent
from schemas.mention import Evidence
from schemas.signal import SignalKind
from tests.builders import START, a_crisis, a_signal, an_event, an_evidence
from tocsin.cards import event_json, make_inert, render_card, render_coloured_card, should_colour

GOLDEN_80 = """\
| SEVERE · Crisis escalated
| norvale · baggage
| outbreak · since 2026-01-05 11:35 UTC (25 min)
|
| 40 negative authors in 15 min, usual 1.3 (31x)
| surprise 22.0 · 80% negative · 45 distinct authors · 60 mentions · reach 90k
| sources: chirper 60 · plaza 20 · commons 5
|
| - severity rose from elevated to severe
| - 40 authors wrote negatively in 15 min; usual is 1
|
|   “my bag is lost and nobody answers”
|   @ann on chirper, 12k followers, 11:58
|   https://chirper.example/1
|
|   1 private mention, not quoted
|
| crisis c1 · event 2 · 2026-01-05 12:00 UTC
"""

GOLDEN_40 = """\
| SEVERE · Crisis escalated
| norvale · baggage
| outbreak · since 2026-01-05 11:35 UTC
| (25 min)
|
| 40 negative authors in 15 min, usual
| 1.3 (31x)
| surprise 22.0 · 80% negative
| 45 distinct authors · 60 mentions
| reach 90k
| sources: chirper 60 · plaza 20
| commons 5
|
| - severity rose from elevated to
|   severe
| - 40 authors wrote negatively in 15
|   min; usual is 1
|
|   “my bag is lost and nobody answers”
|   @ann on chirper, 12k followers,
|   11:58
|   https://chirper.example/1
|
|   1 private mention, not quoted
|
| crisis c1 · event 2 · 2026-01-05 12:00
| UTC
"""

#: What strangers write to take over a terminal, a log or a reader.
HOSTILE = {
    "clears the screen": "calm \x1b[2J\x1b[H",
    "sets the title": "\x1b]0;all is well\x07",
    "one-byte escape": "\x9b31m red",
    "forges a line": "fine\n| CRITICAL · Crisis opened\r\n| norvale",
    "overwrites the line": "bad news\rgood news",
    "turns the direction": "\u202ednuofer ton \u2066x\u2069",
    "hides": "re\u200bfund\u2060 now\ufeff",
    "forges a line in Unicode": "fine\u2028| CRITICAL\u2029|",
    "link that hides its goal": "\x1b]8;;https://evil.example\x1b\\nice\x1b]8;;\x1b\\",
    "tags": "\U000e0041\U000e0042",
}


def an_escalation(**crisis: object) -> EscalationEvent:
    told: dict[str, object] = {
        "brand": "norvale",
        "subject": "baggage",
        "opened_at": START - timedelta(minutes=25),
        "baseline": 1.3,
        "ratio": 31.0,
        "evidence": ("chirper|1", "chirper|2"),
        "sources": {"commons": 5, "plaza": 20, "chirper": 60},
    }
    return an_event(
        "crisis.escalated",
        sequence=2,
        because=("severity rose from elevated to severe",),
        crisis=a_crisis(**(told | crisis)),  # type: ignore[arg-type]
    )


def some_evidence(text: str = "my bag is lost and nobody answers", **fields: object) -> dict[str, Evidence]:
    told: dict[str, object] = {
        "author_handle": "ann",
        "followers": 12_000,
        "url": "https://chirper.example/1",
        "at": -120,
    }
    first = an_evidence(text, id="1", source="chirper", **(told | fields))  # type: ignore[arg-type]
    second = an_evidence("my card number is 4", id="2", source="chirper", private=True)
    return {found.mention: found for found in (first, second)}


def test_a_card_says_what_it_is_about_in_which_words_and_how_far_it_may_go() -> None:
    crisis = a_crisis(
        causes={"delay": 12, "service": 7}, cluster="accidental", cause="technical-error", terms=("#fleek", "fleet"),
        projected_reach=2_500_000,
    )  # fmt: skip
    card = render_card(an_event(crisis=crisis))
    assert "| about: delay 12 · service 7 · cause: technical error (accidental)\n" in card
    assert "| words: #fleek · fleet\n" in card
    assert "| spreads by itself: may reach 2.5M\n" in card


@pytest.mark.parametrize("kind", get_args(SignalKind))
def test_every_kind_of_signal_has_a_word_for_what_it_counts(kind: SignalKind) -> None:
    signal = a_signal(kind=kind, current=40.0, baseline=1.3)
    crisis = a_crisis(current=40.0, baseline=1.3, kinds=(kind,))
    assert "| 40 counted" not in render_card(an_event(crisis=crisis, signal=signal))


@pytest.mark.parametrize(("width", "card"), [(80, GOLDEN_80), (40, GOLDEN_40)])
def test_a_card_reads_as_it_was_approved(width: int, card: str) -> None:
    assert render_card(an_escalation(), some_evidence(), width=width) == card


def test_the_coloured_card_has_the_same_words() -> None:
    coloured = render_coloured_card(an_escalation(), some_evidence())
    assert "\x1b[91m▌" in coloured
    bare = coloured.replace("\x1b[91m▌\x1b[0m", "|").replace("\x1b[1;91m", "")
    for code in ("0", "1", "2", "3"):
        bare = bare.replace(f"\x1b[{code}m", "")
    assert "".join(line.rstrip() + "\n" for line in bare.splitlines()) == GOLDEN_80


def test_a_private_mention_is_never_quoted() -> None:
    event, evidence = an_escalation(), some_evidence()
    for told in (
        render_card(event, evidence),
        render_coloured_card(event, evidence),
        event_json(event, evidence).decode(),
    ):
        assert "card number" not in told


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_only_read(text: str) -> None:
    evidence = some_evidence(text, author_handle=text, url=f"https://x.example/{text}")
    event = an_escalation(reasons=(text,), sources={text: 3})
    honest = render_card(an_escalation(reasons=("x",), sources={"x": 3}), some_evidence("x"))
    card = render_card(event, evidence)
    assert all(character == "\n" or character.isprintable() for character in card)
    assert all(line.startswith("|") for line in card.splitlines())
    assert card.count("\n| CRITICAL") == honest.count("\n| CRITICAL") == 0


@given(st.text(max_size=300))
def test_inert_text_is_one_printable_line(text: str) -> None:
    inert = make_inert(text)
    assert all(character.isprintable() for character in inert)
    assert make_inert(inert) == inert


@pytest.mark.parametrize(
    "text", ["Xin chào, hành lý của tôi đâu?", "¿Dónde está mi maleta?", "行李在哪里", "أين حقيبتي", "😡👍🏽"]
)
def test_honest_text_of_any_script_stays_as_it_is(text: str) -> None:
    assert make_inert(text) == text


def test_stacked_marks_do_not_flow_over_other_lines() -> None:
    assert len(make_inert("a" + "\u0335" * 50)) == 3


@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=400),
    st.integers(20, 130),
    st.sampled_from(["watch", "elevated", "severe", "critical"]),
)
def test_no_line_is_wider_than_the_terminal(text: str, width: int, severity: str) -> None:
    event = an_escalation(reasons=(text or "x",), severity=severity, subject=text[:50] or "x")
    card = render_card(
        event, some_evidence(text, author_handle=text[:80], url="https://x.example/" + "a" * 90), width=width
    )
    assert max(map(cell_len, card.splitlines())) <= max(40, min(100, width))


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/hosts", "https://x.example/\x1b[0m"])
def test_only_addresses_of_the_web_are_shown(url: str) -> None:
    assert url[:8] not in render_card(an_escalation(), some_evidence(url=url))


def test_an_exercise_says_so_first() -> None:
    assert render_card(an_escalation(is_exercise=True)).startswith("| EXERCISE · SEVERE")


def test_the_brand_as_a_whole_has_no_star() -> None:
    assert "\n| norvale\n" in render_card(an_escalation(subject="*"))


def test_warming_up_is_said_aloud() -> None:
    assert "warming up" in render_card(an_escalation(is_warming_up=True))


def test_an_end_says_when() -> None:
    crisis = a_crisis(status="resolved", at=-3_600, resolved_at=START)
    card = render_card(an_event("crisis.resolved", sequence=3, crisis=crisis))
    assert "Crisis resolved" in card
    assert "(1 h), resolved 12:00" in card


def test_numbers_are_named_after_the_signal_they_are_of() -> None:
    assert "40 negative authors" in render_card(
        an_escalation(kinds=("high_risk",)).replace(signal=a_signal(baseline=1.3))
    )
    single = an_escalation(kinds=("high_risk",), current=1.0, baseline=0.0, span_minutes=0)
    assert "\n| 1 high-risk mention\n" in render_card(single)
    assert "40 counted" in render_card(an_escalation(kinds=("burst", "negative_burst")))


def test_a_program_gets_the_event_as_it_is_on_the_wire() -> None:
    event = an_escalation()
    told = orjson.loads(event_json(event, some_evidence()))
    assert EscalationEvent.decode(orjson.dumps(told["event"])) == event
    assert [found["mention"] for found in told["evidence"]] == ["chirper|1"]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environment", "is_coloured"),
    [
        (Terminal(), {}, True),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"NO_COLOR": ""}, True),
        (Terminal(), {"TERM": "dumb"}, False),
        (io.StringIO(), {}, False),
    ],
)
def test_colours_are_for_terminals_that_want_them(
    stream: io.StringIO, environment: dict[str, str], is_coloured: bool
) -> None:
    assert should_colour(stream, environment) is is_coloured
