"""Any text gets one answer: within bounds, of one sign with its label, and the same with its reasons as without."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tocsin.detection.language import CLASSES, find_language
from tocsin.detection.sentiment import JUDGED_LANGUAGES, DomainTerms, judge, measure

PLAIN = "not no never nunca pas nicht good bad worst gracias merci danke on hold 3 hours ?? !!! 😡 👏 but pero @acme"
ODD = ["https://t.co/x", "sooooo", "can't", "refund", "cancelled", "’", "\\u2019", "&amp;", "\ud800", "ạ", "п", "好"]
words = st.sampled_from([*PLAIN.split(), *ODD])
texts = st.one_of(st.lists(words, max_size=20).map(" ".join), st.text(max_size=60))
languages = st.sampled_from([*JUDGED_LANGUAGES, "und"])


@settings(max_examples=600, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(texts, languages, st.booleans())
def test_any_text_gets_one_answer(text: str, language: str, has_terms: bool) -> None:
    terms = DomainTerms({"hold": -2, "good": 0, "refund cancelled": 3}, language) if has_terms else None
    sentiment, label = measure(text, language, terms)
    assert -1 <= sentiment <= 1
    if label != "neutral":
        assert (sentiment > 0) == (label == "positive")
    assert judge(text, language, terms)[:2] == (sentiment, label)


@settings(max_examples=600, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(texts)
def test_any_text_has_a_language_of_ours_or_none(text: str) -> None:
    assert find_language(text) in CLASSES
    assert find_language(text) == find_language(text)


@settings(max_examples=200, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(texts, languages)
def test_what_was_read_before_changes_no_answer(text: str, language: str) -> None:
    before = measure(text, language)
    measure(text[::-1] + " good bad", language)
    assert measure(text, language) == before
