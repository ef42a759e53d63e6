"""Who speaks: what the watchlist declares, what we remember, and what the account does not say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from schemas.mention import Author, AuthorProfile
from tests.builders import START, milliseconds
from tocsin.detection.profile import Heard, Relations, find_indicators, profile_author
from tocsin.detection.watchlist import Brand, Watchlist
from tocsin.instants import DAY_MS

NOW = milliseconds()
ACME = Brand(
    id="acme",
    name="Acme Air",
    handles=("@AcmeAir",),
    official_accounts=("@AcmeAir", "@AcmeHelp"),
    employees=("@acme_ceo",),
    competitors=("@ZetaAir", "@OtherAir"),
)
ZETA = Brand(id="zeta", name="Zeta", handles=("@ZetaAir",), official_accounts=("@ZetaAir", "@ZetaNews"))
RELATIONS = Relations(Watchlist(brands=(ACME, ZETA)))


def an_account(**fields: Any) -> Author:
    found: dict[str, Any] = {
        "id": "7",
        "handle": "maria_lopez",
        "name": "María",
        "followers": 180,
        "created_at": START.replace(2014),
    }
    return Author(**(found | fields))


def kinds(author: Author) -> list[str]:
    return [each.kind for each in find_indicators(author, NOW)]


UNHEARD = Heard()


def profile(author: Author, heard: Heard | None = UNHEARD, brand: str = "acme") -> AuthorProfile:
    return profile_author("x|7", author, heard, NOW, brand=brand, relations=RELATIONS)


@pytest.mark.parametrize(
    ("handle", "relation", "speaks_for"),
    [
        ("AcmeHelp", "official", "acme"),
        ("@acmeair", "official", "acme"),
        ("ACME_CEO", "employee", ""),
        ("zetaair", "competitor", "zeta"),
        ("OtherAir", "competitor", ""),
        ("ZetaNews", "watched", "zeta"),
        ("maria", "public", ""),
        ("acmé_ceo", "public", ""),
        (None, "public", ""),
        ("", "public", ""),
    ],
)
def test_the_watchlist_declares_who_speaks(handle: str | None, relation: str, speaks_for: str) -> None:
    assert RELATIONS.find("acme", handle) == (relation, speaks_for)


def test_relations_are_those_of_the_brand_that_is_spoken_of() -> None:
    assert RELATIONS.find("zeta", "ZetaAir")[0] == "official"
    assert RELATIONS.find("zeta", "acme_ceo")[0] == "public"
    assert RELATIONS.find("no such brand", "AcmeAir") == ("public", "acme")


@pytest.mark.parametrize("handle", ["Acme_Air", "acrneair", "AcmeA1r", "acmea|r", "AcmeHe1p", "ácmeair"])
def test_a_handle_that_looks_like_the_brands_own_is_told_and_not_judged(handle: str) -> None:
    said = profile(an_account(handle=handle))
    assert said.relation == "public"
    assert said.indicators == ("resembles_official",)
    assert "is another account" in said.reasons[-1]


def test_the_brands_own_accounts_resemble_nothing() -> None:
    assert profile(an_account(handle="acmeAIR")).indicators == ()


def test_an_ordinary_customer_has_no_indicators() -> None:
    said = profile(an_account(), Heard(first_ms=NOW - 40 * DAY_MS, mentions_day=1, negatives_day=1))
    assert (said.relation, said.history, said.known_days, said.indicators) == ("public", "returning", 40, ())
    assert not said.is_anonymous
    assert said.reasons == ("the author was first heard with this brand 40 days ago",)


def test_an_account_of_yesterday_without_name_followers_and_own_handle_is_anonymous() -> None:
    author = an_account(handle="jane84756103", name=" ", followers=0, created_at=START - timedelta(hours=20))
    said = profile(author)
    assert said.indicators == ("no_name", "default_handle", "young_account", "no_followers")
    assert said.is_anonymous
    assert said.reasons[0] == "the author was not heard with this brand before"
    assert "the account was 20 hours old" in said.reasons


def test_one_indicator_alone_is_common_among_honest_people() -> None:
    assert not profile(an_account(created_at=START - timedelta(days=12))).is_anonymous


@pytest.mark.parametrize("handle", ["user48291", "jane84756103", "@User_77123", "maria.lopez20240117"])
def test_handles_that_a_service_proposes(handle: str) -> None:
    assert kinds(an_account(handle=handle)) == ["default_handle"]


@pytest.mark.parametrize("handle", ["anna1987", "thebeatles4", "bjork", "b2b", "flight370", "nguyenvanan1990", "srv"])
def test_handles_that_people_choose(handle: str) -> None:
    assert kinds(an_account(handle=handle)) == []


@pytest.mark.parametrize("handle", ["8472910", "xk7qz93w"])
def test_handles_that_hold_no_name(handle: str) -> None:
    assert kinds(an_account(handle=handle)) == ["nameless_handle"]


def test_what_the_source_does_not_tell_is_no_indicator() -> None:
    assert kinds(Author(id="7")) == []


def test_a_verified_account_without_followers_is_new_not_hidden() -> None:
    assert kinds(an_account(followers=0, verified=True)) == []


def test_an_account_from_the_future_is_young() -> None:
    (young,) = find_indicators(an_account(created_at=START + timedelta(days=2)), NOW)
    assert young.words == "the account was 0 hours old"


@pytest.mark.parametrize(
    ("hour", "day", "history"), [(7, 9, "returning"), (8, 8, "repeat_complainer"), (1, 10, "repeat_complainer")]
)
def test_who_complains_again_and_again_is_a_repeat_complainer(hour: int, day: int, history: str) -> None:
    said = profile(an_account(), Heard(NOW - DAY_MS, day, hour, day))
    assert said.history == history


@pytest.mark.parametrize(
    ("handle", "words"),
    [
        ("AcmeHelp", "the author is an official account of acme"),
        ("acme_ceo", "the author is a declared employee of acme"),
        ("ZetaAir", "the author is a declared competitor of acme (zeta)"),
        ("OtherAir", "the author is a declared competitor of acme"),
        ("ZetaNews", "the author is an official account of another watched brand: zeta"),
    ],
)
def test_who_is_declared_is_told_first_and_as_that(handle: str, words: str) -> None:
    said = profile(an_account(handle=handle, name="", followers=0))
    assert said.reasons == (words, "the author was not heard with this brand before")
    assert (said.author, said.followers, said.is_anonymous) == ("x|7", 0, False)


def test_what_was_heard_before_may_not_be_known_yet() -> None:
    said = profile(an_account(), None)
    assert (said.history, said.known_days, said.mentions, said.reasons) == ("", 0, 0, ())


def test_nothing_that_is_told_accuses_anybody() -> None:
    author = an_account(handle="AcmeA1r", name="", followers=0, created_at=START)
    words = " ".join(profile(author, Heard(1, 50, 50, 50)).reasons).lower()
    assert not [word for word in ("fake", "bot", "false", "troll", "spam", "fraud", "suspicious") if word in words]
