from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Literal

import pytest

from schemas import streams
from schemas.mention import EnrichedMention, Mention
from tests.builders import START, a_mention, an_author, instant, milliseconds
from tocsin.detection.enrich import Enrich
from tocsin.detection.matching import Matcher
from tocsin.detection.normalise import fingerprint
from tocsin.detection.setup import Setup
from tocsin.detection.watchlist import Brand, Topic, Watchlist
from tocsin.flow import Emit, MemoryRows, Rejection

ACME = Brand(
    id="acme",
    name="Acme",
    keywords=("acme",),
    topics=(Topic(id="phone", name="", keywords=("phone",)),),
    high_risk=("racist",),
    employees=("@acme_ceo",),
)
ZETA = Brand(id="zeta", name="Zeta", keywords=("zeta",), languages=("es",), official_accounts=("@zeta",))
MATCHER = Matcher(Watchlist(brands=(ACME, ZETA), high_risk=("killed",)))
HOUR = 3600


def take(mention: Mention, appended: float = 60) -> list[Emit]:
    enrich = Enrich(Setup(matcher=MATCHER), MemoryRows())
    return list(enrich.take(mention, milliseconds(appended)))


def enriched(mention: Mention, appended: float = 60) -> EnrichedMention:
    (emit,) = take(mention, appended)
    assert isinstance(emit.record, EnrichedMention)
    return emit.record


def test_a_mention_of_a_brand_goes_on_with_all_that_was_found() -> None:
    mention = a_mention("my Acme phone broke again and the shop is closed", source="x", author="ann")
    assert take(mention) == [
        Emit(
            streams.ENRICHED,
            "x|ann",
            EnrichedMention(
                mention=mention,
                brand="acme",
                posted_at=START,
                topics=("phone",),
                matched=("acme", "phone"),
                language="en",
                fingerprint=fingerprint(mention.text),
                configuration=MATCHER.version,
            ),
        )
    ]


def test_a_mention_of_nothing_watched_ends_here() -> None:
    assert take(a_mention("my phone broke")) == []


def test_a_mention_of_two_brands_becomes_two_records_of_one_author() -> None:
    emits = take(a_mention("acme y zeta son lo mismo para mi", author="ann"))
    assert [emit.key for emit in emits] == ["x|ann", "x|ann"]
    assert [emit.record.brand for emit in emits if isinstance(emit.record, EnrichedMention)] == ["acme", "zeta"]


def test_a_high_risk_mention_is_urgent_and_no_other_is() -> None:
    assert [emit.is_urgent for emit in take(a_mention("acme killed my cat"))] == [True]
    assert [emit.is_urgent for emit in take(a_mention("acme annoyed my cat"))] == [False]


@pytest.mark.parametrize(
    ("text", "high_risk", "risk"),
    [
        ("acme annoyed my cat", (), 0.0),
        ("acme: my uncle died", ("died",), 0.5),
        ("acme gave me food poisoning", ("food poisoning",), 1.0),
        ("racist, that is what acme is", ("racist",), 1.0),
        ("acme killed somebody", ("killed",), 1.0),
        ("zeta is racist, and acme?", ("racist",), 1.0),
        ("acme killed somebody who died", ("killed", "died"), 1.5),
    ],
)
def test_a_term_that_the_watchlist_names_weighs_one_whatever_our_own_list_says(
    text: str, high_risk: tuple[str, ...], risk: float
) -> None:
    record = take(a_mention(text))[0].record
    assert isinstance(record, EnrichedMention)
    assert (record.brand, record.high_risk, record.risk) == ("acme", high_risk, risk)


def test_a_term_weighs_one_for_the_brand_that_names_it_only() -> None:
    (acme, zeta) = (emit.record for emit in take(a_mention("acme, zeta: racist")))
    assert isinstance(acme, EnrichedMention)
    assert isinstance(zeta, EnrichedMention)
    assert (acme.risk, zeta.risk) == (1.0, 0.5)


@pytest.mark.parametrize(
    ("handle", "relation"), [("Acme_CEO", "employee"), ("zeta", "watched"), ("maria", "public"), (None, "public")]
)
def test_what_the_author_is_to_the_brand_travels_with_the_mention(handle: str | None, relation: str) -> None:
    assert enriched(a_mention("acme again", author=an_author(handle=handle))).relation == relation


@pytest.mark.parametrize("kind", ["deletion", "erasure"])
def test_what_has_to_go_is_about_no_brand_and_carries_nothing_but_keys(kind: Literal["deletion", "erasure"]) -> None:
    author = an_author("a7", name="Ann Example", handle="ann")
    (emit,) = take(a_mention("acme killed somebody", id="m7", author=author, url="https://example.org", kind=kind))
    record = emit.record
    assert isinstance(record, EnrichedMention)
    assert (record.brand, record.high_risk, record.mention.kind) == ("*", (), kind)
    assert (record.mention.key, record.mention.author_key, record.mention.text) == ("x|m7", "x|a7", "")
    assert b"ann" not in record.encode().lower()


def test_a_brands_own_statement_is_not_urgent() -> None:
    (emit,) = take(a_mention("zeta: nobody was killed", author=an_author(handle="Zeta"), lang="es"))
    assert not emit.is_urgent
    assert isinstance(emit.record, EnrichedMention)
    assert (emit.record.relation, emit.record.risk) == ("official", 0.0)


def test_a_brand_watched_in_one_language_takes_that_and_the_unknown() -> None:
    assert take(a_mention("zeta zeta", lang="es"))
    assert take(a_mention("zeta zeta"))
    assert not take(a_mention("zeta zeta", lang="en"))
    assert take(a_mention("acme zeta", lang="en"))[0].record == enriched(a_mention("acme zeta", lang="en"))


def test_a_time_in_the_past_stays_however_late_it_arrives() -> None:
    assert enriched(a_mention("acme"), appended=400 * 24 * HOUR).posted_at == START


def test_a_time_with_another_offset_is_the_same_instant_in_utc() -> None:
    pacific = datetime(2026, 1, 5, 4, 0, tzinfo=timezone(timedelta(hours=-8)))
    assert enriched(a_mention("acme", at=pacific)).posted_at.isoformat() == "2026-01-05T12:00:00+00:00"


@pytest.mark.parametrize("ahead", [1, HOUR, 24 * HOUR])
def test_a_time_that_claims_the_near_future_becomes_the_time_of_arrival(ahead: float) -> None:
    mention = a_mention("acme", at=ahead)
    record = enriched(mention, appended=0)
    assert record.posted_at == START
    assert record.mention.posted_at == instant(ahead)


@pytest.mark.parametrize("text", ["acme", "nothing watched"])
def test_a_time_beyond_tomorrow_is_rejected_whatever_it_says(text: str) -> None:
    with pytest.raises(Rejection, match=r"2090-01-01T00:00:00\+00:00 is more than 24 h after") as refused:
        take(a_mention(text, at=datetime(2090, 1, 1, tzinfo=UTC)))
    assert refused.value.cause == "from-the-future"
    with pytest.raises(Rejection):
        take(a_mention(text, at=24 * HOUR + 0.001), appended=0)


@pytest.mark.parametrize("offset", [-14, 0, 14])
def test_times_at_the_ends_of_the_calendar_are_rejected_not_stumbled_over(offset: int) -> None:
    zone = timezone(timedelta(hours=offset))
    with pytest.raises(Rejection) as refused:
        take(a_mention("acme", at=datetime(1, 1, 1, tzinfo=zone)))
    assert refused.value.cause == "bad-value"
    with pytest.raises(Rejection) as refused:
        take(a_mention("acme", at=datetime.max.replace(tzinfo=zone)))
    assert refused.value.cause == "from-the-future"


@pytest.mark.parametrize("kind", ["edit", "engagement"])
def test_what_is_not_a_new_mention_passes_along(kind: Literal["edit", "engagement"]) -> None:
    assert enriched(a_mention("acme again", kind=kind)).mention.kind == kind


def test_time_alone_makes_nothing() -> None:
    assert list(Enrich(Setup(matcher=MATCHER), MemoryRows()).advance(milliseconds(HOUR))) == []
