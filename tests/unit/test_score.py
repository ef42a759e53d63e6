from __future__ import annotations

from math import log10

import pytest

from schemas import streams
from schemas.mention import Engagement, EnrichedMention, ScoredMention, Weight
from tests.builders import a_mention, an_author, milliseconds
from tocsin.detection.matching import Matcher
from tocsin.detection.score import Score, label_of, weigh
from tocsin.detection.setup import Setup
from tocsin.detection.vader import compound
from tocsin.detection.watchlist import Watchlist
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


def score(enriched: EnrichedMention) -> Emit:
    (emit,) = SCORE.take(enriched, milliseconds())
    return emit


def test_a_scored_mention_is_the_enriched_one_with_sentiment_label_and_weight() -> None:
    emit = score(ENRICHED)
    sentiment = compound(TEXT)
    strength = 1 + abs(sentiment)
    assert emit == Emit(
        streams.SCORED,
        None,
        ScoredMention(
            **{name: getattr(ENRICHED, name) for name in EnrichedMention.__struct_fields__},
            sentiment=sentiment,
            label="negative",
            weight=Weight(sentiment=strength, reach=3.0, engagement=2.0, total=strength * 5),
        ),
    )
    assert sentiment < -0.05


def test_high_risk_stays_urgent() -> None:
    assert score(ENRICHED.replace(high_risk=("ruined",))).is_urgent
    assert not score(ENRICHED).is_urgent


@pytest.mark.parametrize(
    ("sentiment", "label"),
    [
        (-1, "negative"),
        (-0.05, "negative"),
        (-0.0499, "neutral"),
        (0, "neutral"),
        (0.0499, "neutral"),
        (0.05, "positive"),
    ],
)
def test_a_feeling_begins_where_vaders_authors_say(sentiment: float, label: str) -> None:
    assert label_of(sentiment) == label


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
