"""The package itself is the oracle: our numbers are its numbers, on texts that provoke its rules and on real ones."""

import csv
import json
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from vaderSentiment.vaderSentiment import BOOSTER_DICT, NEGATE, SPECIAL_CASES, SentimentIntensityAnalyzer

from tocsin.detection.vader import compound, polarity

PACKAGE = SentimentIntensityAnalyzer()
DATA = Path(__file__).parents[2].parent / "shared" / "data"

KNOWN: list[str] = sorted(PACKAGE.lexicon)
EMOJI = sorted(PACKAGE.emojis)
NAMED_IN_RULES = [
    *("no", "or", "nor", "least", "at", "very", "never", "so", "this", "without", "doubt", "but", "kind", "of"),
    *(word for phrase in (*SPECIAL_CASES, "just enough", "sort of") for word in phrase.split()),
]
COMMON_KNOWN = ["good", "bad", "great", "terrible", "kind", "doubt", "no", "shit", "bomb", "die", "stop", "heart"]
ODD_SPACES = ["\t", "\n", "\x0b", "\x1c", "\x1f", "\x85", "\xa0", "\u2003", "\u2028", "\u3000"]
NO_SPACES = ["\u200b", "\ufeff", "\u200d", "\ufe0f"]  # they look like one, yet split no words
ODD_LETTERS = ["İ", "ß", "ΑΣ", "ǅ", "\u212a", "ﬁ", "ế", "好", "\ud800", "¡", "’", "n't", "N'T", "n’t", "don't"]

words = st.one_of(
    st.sampled_from(COMMON_KNOWN),
    st.sampled_from(NAMED_IN_RULES),
    st.sampled_from(KNOWN),
    st.sampled_from(sorted(BOOSTER_DICT)),
    st.sampled_from(NEGATE),
    st.sampled_from(sorted(SPECIAL_CASES)),
    st.sampled_from(EMOJI),
    st.sampled_from(["the", "flight", "was", "ok", "a", "I", "@JetBlue", "http://t.co/x1", *ODD_LETTERS]),
    st.text(max_size=6),
)
cases = st.sampled_from([str, str, str, str.upper, str.title, str.swapcase])
before_words = st.sampled_from(["", "", "", "", "#", '"', "(", "...", "¡", "😀"])
after_words = st.sampled_from(["", "", "", "", "!", "?", "??", "!!!", ".", ",", "'", ")", "…", "🆙", "😡", "🔛"])
spaces = st.sampled_from([" ", " ", " ", " ", " ", "  ", "", *ODD_SPACES, *NO_SPACES])
tokens = st.builds(
    lambda before, word, case, after, space: before + case(word) + after + space,
    before_words,
    words,
    cases,
    after_words,
    spaces,
)
plain_tokens = st.builds(
    lambda word, case: case(word) + " ",
    st.one_of(st.sampled_from(COMMON_KNOWN), st.sampled_from(NAMED_IN_RULES), st.sampled_from(sorted(BOOSTER_DICT))),
    cases,
)
texts = st.one_of(
    st.lists(plain_tokens, max_size=12).map("".join),  # dense in rules that meet
    st.lists(tokens, max_size=12).map("".join),
    st.text(max_size=40),
)


def assert_same_numbers(text: str) -> None:
    theirs = PACKAGE.polarity_scores(text)
    ours = polarity(text)
    # repr tells even 0.0 from -0.0 and 0
    assert repr((ours.negative, ours.neutral, ours.positive, ours.compound, compound(text))) == repr(
        (theirs["neg"], theirs["neu"], theirs["pos"], theirs["compound"], theirs["compound"])
    ), text


@settings(max_examples=2500, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(texts)
@example("")
@example("good good bad but bad good good")  # "but" changes the first equal valence, wherever that is
@example("a this b good")  # "this" three words on raises even without "never"
@example("ON THE good 🔛 🆙")
@example("no or x good no GOOD")
def test_any_text_gets_the_packages_numbers(text: str) -> None:
    assert_same_numbers(text)


@pytest.mark.parametrize("case", [str, str.upper])
def test_every_word_of_the_package_gets_its_numbers(case: Callable[[str], str]) -> None:
    for word in (*KNOWN, *BOOSTER_DICT, *NEGATE, *SPECIAL_CASES, *EMOJI):
        assert_same_numbers(f"is it the {case(word)} good")


BEFORE = (
    "the",
    "no",
    "or",
    "nor",
    "least",
    "at",
    "very",
    "VERY",
    "barely",
    "never",
    "so",
    "this",
    "without",
    "doubt",
    "not",
    "kind",
    "of",
    "bad",
)


@pytest.mark.parametrize("start", ["", "we "])
def test_any_three_words_of_the_rules_before_a_known_word_get_its_numbers(start: str) -> None:
    for before in product(BEFORE, repeat=3):
        assert_same_numbers(f"{start}{' '.join(before)} good")


def test_but_changes_the_same_words_where_one_valence_becomes_another() -> None:
    one, two, three = (
        find_known_word(valence) for valence in (1.0, 2.0, 3.0)
    )  # 2 halved is 1, 2 and a half of it is 3
    for sentence in product((one, two, three, "but"), repeat=6):
        assert_same_numbers(" ".join(sentence))


def find_known_word(valence: float) -> str:
    return next(word for word in KNOWN if word.isalpha() and len(word) > 3 and PACKAGE.lexicon[word] == valence)


def read_real_texts() -> Iterator[str]:
    with (DATA / "airline" / "tweets.csv").open(encoding="utf-8", newline="") as tweets:
        yield from (row["text"] for row in csv.DictReader(tweets))
    for path in sorted((DATA / "sentiment").glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            yield from (json.loads(line)["text"] for line in lines)


@pytest.mark.skipif(
    not DATA.is_dir(), reason=f"needs the development data, {DATA.parent.name}/{DATA.name} beside the repository"
)
def test_real_texts_get_the_packages_numbers() -> None:
    for text in read_real_texts():
        assert_same_numbers(text)
