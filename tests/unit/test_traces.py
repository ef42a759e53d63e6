from __future__ import annotations

import msgspec
import pytest

from tocsin.detection.traces import MIN_WORDS, SKETCH_HASHES, Trace, normalise_link, resemblance, trace


def test_the_same_words_leave_the_same_trace_whatever_their_links_handles_case_and_punctuation() -> None:
    original = trace("They lied to us about the #Turkey!")
    assert trace("@sam THEY lied to us, about the #turkey https://t.co/1").text == original.text
    assert trace("They lied to me about the #Turkey!").text != original.text


def test_a_trace_is_the_same_on_every_machine() -> None:
    left = trace("They lied to us about the #Turkey https://news.example/a?utm_source=x")
    assert (left.text, left.length) == ("b1785ffeda31929a", 33)
    assert left.sketch.hex() == "0b892d322019ebae241f62b82af5a5042eb24348"
    assert (left.tags, left.links) == ((1985988283,), (4258953422,))


def test_a_trace_travels_as_json() -> None:
    left = trace("They lied to us about the #Turkey of #Acme https://news.example/a?utm_source=x")
    assert msgspec.json.decode(msgspec.json.encode(left), type=Trace) == left
    assert len(msgspec.json.encode(left)) < 160


@pytest.mark.parametrize("text", ["", "thanks!", "@acme @other https://t.co/x", "Rt @acme: our fleet is on fleek"])
def test_what_says_too_little_of_its_own_has_no_text(text: str) -> None:
    assert trace(text).text == ""


@pytest.mark.parametrize("quoting", ["No. RT @acme: our fleet is on fleek", 'No. "@acme: our fleet is on fleek"'])
def test_quoted_words_are_not_the_authors(quoting: str) -> None:
    assert trace(quoting) == trace("No. ")


@pytest.mark.parametrize(
    "reshare",
    [
        "RT @sam: {}",
        "😂😂 RT @sam {}",
        "#shame RT @sam: {}",
        '"@sam: {}"',
        "rt @ana: rt @sam: {}",
        'RT @sam: {} "@acme: we are sorry to hear that"',
        "rt @a " * 20_000 + "{}",
    ],
)
def test_a_reshare_has_the_sketch_of_what_it_passes_on_and_nothing_of_its_own(reshare: str) -> None:
    said = "they poisoned the whole town and nobody cares"
    left = trace(reshare.format(said))
    assert (left.text, left.links) == ("", ())
    assert left.sketch == trace(said).sketch


def test_words_before_after_and_other_hashtags_leave_a_text_nearly_the_same() -> None:
    original = trace("they poisoned the whole town and nobody cares #walmart")
    for variant in (
        "OMG they poisoned the whole town and nobody cares #usda #fail",
        "they poisoned the whole town and nobody cares about it",
    ):
        assert resemblance(original.sketch, trace(variant).sketch) >= 0.6
    other = trace("they cancelled the whole trip and nobody answers the phone")
    assert resemblance(original.sketch, other.sketch) < 0.5


def test_few_words_have_no_sketch_and_resemble_nothing() -> None:
    assert trace(" ".join(["word"] * (MIN_WORDS - 1))).sketch == b""
    assert resemblance(b"", b"") == 0.0


def test_scripts_without_spaces_are_compared_by_characters() -> None:
    one = trace("この会社の七面鳥を食べて家族全員が病気になりました本当にひどい話です")
    other = trace("大変この会社の七面鳥を食べて家族全員が病気になりました本当にひどい話です")
    assert resemblance(one.sketch, other.sketch) > 0.5


def test_a_long_text_leaves_no_more_than_a_sketch() -> None:
    assert len(trace(" ".join(f"word{n}" for n in range(5_000))).sketch) == 4 * SKETCH_HASHES


@pytest.mark.parametrize(
    ("link", "normal"),
    [
        ("http://www.news.example/a/", "news.example/a"),
        ("https://m.news.example/a?fbclid=1&id=2&utm_medium=x#top", "news.example/a?id=2"),
        ("https://news.example/a?b=2&a=1).", "news.example/a?a=1&b=2"),
        ("https://t.co/ab…", ""),
    ],
)
def test_links_are_compared_by_what_they_lead_to(link: str, normal: str) -> None:
    assert normalise_link(link) == normal
