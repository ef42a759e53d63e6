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

ACME = Brand(id="acme", name="Acme", keywords=("acme",), topics=(Topic(id="phone", name="", keywords=("phone",)),))
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


def test_a_brands_own_statement_is_not_urgent() -> None:
    (emit,) = take(a_mention("zeta: nobody was killed", author=an_author(handle="Zeta"), lang="es"))
    assert not emit.is_urgent


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


@pytest.mark.parametrize("kind", ["edit", "deletion", "engagement"])
def test_what_is_not_a_new_mention_passes_along(kind: Literal["edit", "deletion", "engagement"]) -> None:
    assert enriched(a_mention("acme again", kind=kind)).mention.kind == kind


def test_time_alone_makes_nothing() -> None:
    assert list(Enrich(Setup(matcher=MATCHER), MemoryRows()).advance(milliseconds(HOUR))) == []
