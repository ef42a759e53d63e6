from __future__ import annotations

from math import log10
from typing import Any

import pytest

from schemas import streams
from schemas.mention import Engagement, EnrichedMention, Relation, ScoredMention, Trace, Weight
from tests.builders import a_mention, an_author, milliseconds
from tocsin.detection.matching import Matcher
from tocsin.detection.score import Score, weigh
from tocsin.detection.sentiment import measure
from tocsin.detection.setup import Setup
from tocsin.detection.traces import trace
from tocsin.detection.watchlist import Brand, Watchlist
from tocsin.flow import Emit, MemoryRows

SCORE = Score(Setup(matcher=Matcher(Watchlist(brands=()))), MemoryRows())
TEXT = "acme ruined my day, horrible"
ENRICHED = EnrichedMention(
    mention=a_mention(TEXT, author=an_author(followers=990), engagement=Engagement(likes=9, reshares=20, replies=15)),
    brand="acme",
    posted_at=a_mention().posted_at,
    topics=("phone",),
    matched=("acme", "ruined"),
    language="en",
    fingerprint="00",
    configuration="v1",
    extra={"later": 1},
)


def score(enriched: EnrichedMention) -> Any:
    (emit,) = SCORE.take(enriched, milliseconds())
    return emit


def test_a_scored_mention_is_the_enriched_one_with_sentiment_label_and_weight() -> None:
    emit = score(ENRICHED)
    sentiment, _ = measure(TEXT, "en")
    strength = 1 + abs(sentiment)
    assert emit == Emit(
        streams.SCORED,
        None,
        ScoredMention(
            **{name: getattr(ENRICHED, name) for name in EnrichedMention.__struct_fields__},
            sentiment=sentiment,
            label="negative",
            weight=Weight(sentiment=strength, reach=3.0, engagement=2.0, total=strength * 5),
            terms=("acme", "day", "horrible", "ruined"),
            trace=trace(TEXT),
        ),
    )
    assert sentiment < -0.05


def test_high_risk_stays_urgent() -> None:
    assert score(ENRICHED.replace(high_risk=("ruined",))).is_urgent
    assert not score(ENRICHED).is_urgent


def test_a_complaint_tells_what_it_is_about_and_praise_does_not() -> None:
    mention = a_mention("acme lost my luggage again")
    assert score(ENRICHED.replace(mention=mention)).record.reasons == ("delivery",)
    assert score(ENRICHED.replace(mention=a_mention("I love how acme found my luggage"))).record.reasons == ()


def test_of_a_private_message_nothing_is_compared_or_counted_in_words() -> None:
    record = score(ENRICHED.replace(mention=a_mention(TEXT, private=True))).record
    assert (record.terms, record.trace) == ((), Trace())


def test_a_brand_may_feel_differently_about_a_word() -> None:
    watchlist = Watchlist(brands=(Brand(id="acme", name="Acme", keywords=("acme",), feelings=(("killer", 0.0),)),))
    own = Score(Setup(matcher=Matcher(watchlist)), MemoryRows())
    mention = a_mention("the acme killer arrived today")
    (emit,) = own.take(ENRICHED.replace(mention=mention), milliseconds())
    assert isinstance(emit.record, ScoredMention)
    assert emit.record.sentiment > score(ENRICHED.replace(mention=mention)).record.sentiment


@pytest.mark.parametrize("followers", [None, 0])
def test_an_unknown_author_whom_nobody_answered_weighs_the_least(followers: int | None) -> None:
    assert weigh(0.0, followers, 0, 0, 0) == Weight()


def test_strength_of_feeling_counts_whichever_way_it_goes() -> None:
    assert weigh(-0.5, 90, 1, 0, 0) == weigh(0.5, 90, 1, 0, 0)


def test_a_reshare_counts_three_likes_and_a_reply_two() -> None:
    assert weigh(0, 0, 1, 0, 0).engagement == weigh(0, 0, 0, 0, 3).engagement == log10(4)
    assert weigh(0, 0, 0, 1, 0).engagement == weigh(0, 0, 0, 0, 2).engagement == log10(3)


def test_a_scored_mention_survives_the_wire() -> None:
    record = score(ENRICHED).record
    assert isinstance(record, ScoredMention)
    assert ScoredMention.decode(record.encode()) == record


def test_time_alone_makes_nothing() -> None:
    assert list(SCORE.advance(milliseconds())) == []


@pytest.mark.parametrize("relation", ["official", "employee"])
def test_what_the_brands_own_people_say_is_not_compared(relation: Relation) -> None:
    scored = score(ENRICHED.replace(relation=relation)).record
    assert scored.trace == Trace()
    assert scored.terms


@pytest.mark.parametrize("relation", ["competitor", "watched", "public"])
def test_what_everybody_else_says_is(relation: Relation) -> None:
    assert score(ENRICHED.replace(relation=relation)).record.trace == trace(TEXT)
