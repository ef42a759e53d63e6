"""Of any text and any person: the guardrails answer, places fit, and no draft breaks a rule."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.replies import FACTS, a_complaint, a_policy
from tocsin.response.replies.draft import draft
from tocsin.response.replies.guardrails import check
from tocsin.response.replies.policy import REASONS
from tocsin.response.replies.spelling import spell

POLICY = a_policy()
ANYTHING = st.text(max_size=300) | st.text(alphabet="@<>[]!?/:.xX ạẠşİ\u0301\u202e\u200bñ0123", max_size=80)


@given(ANYTHING)
def test_the_spellings_of_a_text_are_equally_long(text: str) -> None:
    spelling = spell(text)
    assert len(spelling.shown) == len(spelling.lowered) == len(spelling.bare)


@given(ANYTHING)
def test_findings_quote_the_text_and_say_what_to_do(text: str) -> None:
    for finding in check(text, a_complaint(), FACTS, POLICY):
        assert finding.instead
        assert finding.kind in ("empty", "length", "hidden") or finding.found in spell(text).shown


@given(
    text=ANYTHING,
    name=st.none() | ANYTHING,
    handle=st.none() | ANYTHING,
    reasons=st.lists(st.sampled_from(REASONS), max_size=3).map(tuple),
    language=st.sampled_from(("en", "es", "vi", "und", "fr")),
    label=st.sampled_from(("negative", "neutral", "positive")),
    source=st.sampled_from(("x", "forum")),
)
def test_whatever_is_said_and_whoever_says_it_no_draft_breaks_a_rule(
    text: str, name: str | None, handle: str | None, reasons: tuple[str, ...], language: str, label: str, source: str
) -> None:
    mention = a_complaint(
        text, author_name=name, author_handle=handle, reasons=reasons, language=language, label=label, source=source
    )
    options = draft(mention, FACTS, POLICY)
    assert options
    for each in options:
        assert not each.findings, (each.text, each.findings)
        assert each.text or each.because
        assert len(each.text) <= (280 if source == "x" or each.length == "short" else 1_500)
