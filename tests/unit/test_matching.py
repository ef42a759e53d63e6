from __future__ import annotations

import pytest

from tocsin.detection.matching import BrandMatch, Matcher
from tocsin.detection.watchlist import Brand, Topic, Watchlist

UNITED = Brand(
    id="united",
    name="United",
    handles=("@united",),
    keywords=("united", "C++ Air"),
    phrases=("united airlines",),
    exclusions=("united nations", "soccer"),
    topics=(
        Topic(id="delays", name="Delays", keywords=("late", "delay*"), handles=("@UnitedDelays",)),
        Topic(id="service", name="Service", phrases=("customer service",)),
    ),
    high_risk=("dragged off",),
    official_accounts=("@united",),
)
CAFE = Brand(id="cafe", name="Café", keywords=("café", "手机"), topics=(Topic(id="wait", name="", keywords=("late",)),))
MATCHER = Matcher(Watchlist(brands=(UNITED, CAFE), high_risk=("killed",)))


def brands(text: str) -> list[str]:
    return [match.brand for match in MATCHER.match(text)]


def terms(text: str) -> tuple[str, ...]:
    (match,) = MATCHER.match(text)
    return match.matched


def test_a_match_says_brand_topics_terms_and_high_risk() -> None:
    assert MATCHER.match("@United late again, customer service dragged off") == (
        BrandMatch(
            "united",
            ("delays", "service"),
            ("@united", "united", "late", "customer service", "dragged off"),
            ("dragged off",),
        ),
    )


@pytest.mark.parametrize(
    "text", ["UNITED!", "#united", "(united)", "united's", "fly united", "Ünïted", "un\u200bited", "ＵＮＩＴＥＤ"]
)
def test_a_keyword_is_found_as_a_whole_word_in_any_dress(text: str) -> None:
    assert brands(text) == ["united"]


@pytest.mark.parametrize("text", ["reunited", "unitedly", "united_fan", "united2", "", "...", "me@unitedway.org"])
def test_a_keyword_is_not_found_inside_other_words(text: str) -> None:
    assert brands(text) == []


def test_a_handle_needs_its_at_sign_and_is_no_mail_address() -> None:
    matcher = Matcher(Watchlist(brands=(Brand(id="a", name="", handles=("@acme",)),)))
    assert matcher.match("thanks @ACME.")
    assert matcher.match(".@acme: hello")
    assert not matcher.match("thanks acme")
    assert not matcher.match("write to help@acme.com")
    assert not matcher.match("@acme_fan")


def test_a_phrase_is_found_over_line_breaks_and_as_one_hashtag() -> None:
    assert "united airlines" in terms("United\n  Airlines")
    assert terms("never again #UnitedAirlines") == ("united airlines",)


def test_a_term_with_a_star_finds_longer_words() -> None:
    assert terms("united delayed") == ("united", "delay*")
    assert terms("united undelayed") == ("united",)


def test_terms_that_end_in_signs_are_found() -> None:
    assert terms("I love C++ air, really") == ("C++ Air",)


def test_scripts_without_spaces_need_no_borders() -> None:
    assert brands("我的手机坏了") == ["cafe"]


def test_topic_words_alone_are_nobodys() -> None:
    assert brands("late again, customer service?") == []


def test_a_topics_handle_names_the_brand() -> None:
    assert MATCHER.match("ask @UnitedDelays")[0][:2] == ("united", ("delays",))


def test_two_brands_in_one_text_are_two_matches_in_the_order_of_the_watchlist() -> None:
    assert brands("cafe next to united is late") == ["united", "cafe"]
    assert [match.topics for match in MATCHER.match("cafe next to united is late")] == [("delays",), ("wait",)]


def test_an_exclusion_around_a_term_removes_that_place_alone() -> None:
    assert brands("the United Nations met") == []
    assert terms("united lost my bag, says the United Nations") == ("united",)
    assert terms("the United Nations flew @united") == ("@united", "united")


def test_any_other_exclusion_removes_the_brand_but_no_other_brand() -> None:
    assert brands("@united won at soccer, in a cafe") == ["cafe"]


def test_what_an_exclusion_decided_for_one_text_does_not_leak_into_the_next() -> None:
    assert terms("united, not the united nations") == ("united",)
    assert brands("united nations and united nations") == []
    assert terms("united, not the united nations") == ("united",)


def test_high_risk_terms_hold_for_every_brand_or_for_their_own() -> None:
    assert MATCHER.match("killed in a cafe")[0].high_risk == ("killed",)
    assert MATCHER.match("dragged off, in a cafe")[0].high_risk == ()
    assert brands("somebody was killed") == []


def test_a_brands_own_statement_is_matched_but_raises_no_high_risk() -> None:
    text = "united: nobody was killed"
    assert MATCHER.match(text, author="@United")[0] == ("united", (), ("united", "killed"), ())
    assert MATCHER.match(text, author="somebody")[0].high_risk == ("killed",)
    assert MATCHER.match(text + " in the cafe", author="united")[1].high_risk == ("killed",)
    assert MATCHER.match(text, author="unit\u00e9d")[0].high_risk == ("killed",), "a look-alike is somebody else"


def test_the_version_is_that_of_what_matching_depends_on() -> None:
    def version(brand: Brand, high_risk: tuple[str, ...] = ()) -> str:
        return Matcher(Watchlist(brands=(brand,), high_risk=high_risk)).version

    acme = Brand(id="acme", name="Acme", keywords=("acme",))
    assert version(acme) == version(Brand(id="acme", name="Another name", keywords=("acme",)))
    others = {
        version(acme),
        version(acme, high_risk=("killed",)),
        version(Brand(id="acme2", name="Acme", keywords=("acme",))),
        version(Brand(id="acme", name="Acme", phrases=("acme inc",))),
        version(Brand(id="acme", name="Acme", keywords=("acme",), exclusions=("acme inc",))),
        version(Brand(id="acme", name="Acme", keywords=("acme",), languages=("en",))),
        version(Brand(id="acme", name="Acme", keywords=("acme",), official_accounts=("@acme",))),
    }
    assert len(others) == 7


def test_a_watchlist_of_ten_thousand_terms_works_as_well() -> None:
    keywords = tuple(f"word{number}x" for number in range(12_000))
    matcher = Matcher(Watchlist(brands=(Brand(id="b", name="", keywords=keywords),)))
    assert matcher.match("a word7x and word11999x, no word12000x")[0].matched == ("word7x", "word11999x")
