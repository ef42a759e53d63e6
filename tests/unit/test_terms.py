"""Distinctive terms: what is counted of a text, what is usual, and what a burst says beyond that."""

from __future__ import annotations

import random

import msgspec
import pytest

from tocsin.detection.terms import (
    COUNTS_LIMIT,
    TERMS_OF_A_MENTION,
    USUAL_LIMIT,
    TermCounts,
    UsualTerms,
    distinctive,
    own_words,
    terms_of,
)
from tocsin.detection.watchlist import Brand

ACME = Brand(id="acme", name="Acme Coffee", handles=("@AcmeCoffee",), keywords=("acmecoffee",))


def counted(*texts: str, language: str = "en", name: str = "m") -> TermCounts:
    counts = TermCounts()
    for number, text in enumerate(texts):
        counts.add(f"{name}{number}", terms_of(text, language, own_words(ACME)))
    return counts


def usual_of(*texts: str, hours: int = 24, language: str = "en") -> UsualTerms:
    usual = UsualTerms()
    for hour in range(hours):
        usual.learn(counted(*texts, language=language, name=f"h{hour}-"))
    return usual


def test_links_stop_words_digits_and_the_brands_own_words_are_left_out_tags_and_handles_kept() -> None:
    text = (
        "RT @AcmeCoffee: The #AcmeCoffee barista's 3 cups were mouldy!! #yuck @FoodWatch https://t.co/a1b2 www.x.de/z"
    )
    assert terms_of(text, "en", own_words(ACME)) == {"barista", "cups", "mouldy", "#yuck", "@foodwatch"}


def test_a_language_that_is_not_known_loses_the_stop_words_of_all() -> None:
    assert terms_of("la cuenta no funciona and nobody answers") == {"cuenta", "funciona", "nobody", "answers"}


def test_vietnamese_is_counted_in_pairs_of_syllables_that_stand_together() -> None:
    assert terms_of("Giao hàng chậm, nhân viên thô lỗ #tẩychay", "vi") == {
        "giao hàng",
        "hàng chậm",
        "nhân viên",
        "viên thô",
        "thô lỗ",
        "#tẩychay",
    }


def test_a_pair_that_names_the_brand_is_left_out_and_its_syllables_elsewhere_are_kept() -> None:
    shop = Brand(id="dmx", name="Điện Máy Xanh", keywords=("dienmayxanh",))
    assert terms_of("mua ở điện máy xanh, máy lạnh hỏng", "vi", own_words(shop)) == {"máy lạnh", "lạnh hỏng"}


def test_a_list_of_words_counts_only_so_many() -> None:
    assert (
        len(terms_of(" ".join(f"word{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(500)))) == TERMS_OF_A_MENTION
    )


def test_what_a_burst_says_comes_first_and_what_is_always_said_does_not_come() -> None:
    usual = usual_of("great coffee and cake", "the queue is long", "cake again", "nice barista", hours=72)
    burst = counted(*["glass in my cake, recall it"] * 12, *["great coffee"] * 6, name="b")
    words = [term.word for term in distinctive(burst, usual)]
    assert words[:2] == ["glass", "recall"]
    assert "coffee" not in words
    assert "great" not in words


def test_the_same_word_as_a_hashtag_or_without_accents_is_told_once() -> None:
    usual = usual_of("todo bien", "un pan rico", hours=48, language="es")
    burst = counted(
        *["intoxicación #intoxicación"] * 6, *["intoxicacion masiva"] * 3, *["pan rico"] * 3, language="es", name="b"
    )
    told = distinctive(burst, usual)
    assert [term.word for term in told if "intoxica" in term.word] == ["intoxicación"]
    assert told[0].count == 9


def test_before_anything_is_usual_nothing_is_distinctive() -> None:
    assert distinctive(counted(*["everything is new"] * 20), UsualTerms()) == ()


def test_what_one_or_two_mentions_say_is_no_term_of_a_burst() -> None:
    usual = usual_of("good coffee", hours=200)
    assert distinctive(counted("astonishing zebra", "astonishing zebra", name="b"), usual) == ()


def test_a_burst_does_not_become_usual_while_it_lasts_and_fades_after_it() -> None:
    usual = usual_of("good coffee", "long queue", hours=100)
    before = usual.mentions
    usual.learn(counted(*["glass in the cake"] * 2_000, name="b"))
    assert usual.mentions - before < 10
    assert distinctive(counted(*["glass in the cake"] * 50, name="c"), usual)
    learned = usual.counts["glass"]
    for _ in range(7 * 24):
        usual.learn(counted("good coffee", "long queue"))
    assert usual.counts["glass"] == pytest.approx(learned / 2, rel=0.01)


def test_a_big_burst_is_a_sample_that_still_knows_its_words() -> None:
    rng = random.Random(4)
    usual = usual_of("good coffee", "long queue", hours=50)
    burst = TermCounts()
    for number in range(20_000):
        rare = [f"rare{rng.randrange(60_000)}" for _ in range(6)]
        burst.add(f"b{number}", [*rare, "glass"] if number % 4 == 0 else rare)
    assert burst.level > 3
    assert burst.size <= COUNTS_LIMIT
    totals, mentions = burst.totals()
    assert totals["glass"] / mentions == pytest.approx(0.25, abs=0.08)
    assert distinctive(burst, usual)[0].word == "glass"


def test_the_rows_are_bounded() -> None:
    usual, counts = UsualTerms(), TermCounts()
    for number in range(8_000):
        counts.add(f"m{number}", [f"a long word {number}", f"another word {number % 900}"])
        if number % 500 == 499:
            usual.learn(counts, loudest=1e9)
    assert len(usual.counts) <= USUAL_LIMIT
    assert len(msgspec.msgpack.encode(usual)) < 65_536
    assert len(msgspec.msgpack.encode(counts)) < 2 * 65_536
