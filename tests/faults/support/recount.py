"""An offline recount of a simulated world, straight from the texts: shares no code with `tocsin.detection`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from schemas.activity import TopicActivity
from schemas.mention import Mention
from tocsin.phrases import BRANDS


class Minute(NamedTuple):
    """One minute of one topic. `start_ms` is ms since 1970."""

    topic_key: str
    start_ms: int


class Totals(NamedTuple):
    mentions: Counter[Minute]
    negatives: Counter[Minute]


@cache
def _analyser() -> SentimentIntensityAnalyzer:
    return SentimentIntensityAnalyzer()


@cache
def _is_negative(text: str) -> bool:
    return bool(_analyser().polarity_scores(text)["compound"] <= -0.05)


def _words(*terms: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, terms))})(?!\w)", re.IGNORECASE)


_PATTERNS = {
    brand.id: (_words(brand.id, brand.name), {topic.id: _words(*topic.keywords) for topic in brand.topics})
    for brand in BRANDS
}


def recount(mentions: Iterable[Mention]) -> Totals:
    """Mentions and negatives of every brand and topic and minute, as the texts say them."""
    totals = Totals(Counter(), Counter())
    for mention in mentions:
        start_ms = int(mention.posted_at.timestamp()) // 60 * 60_000
        for brand, (names, topics) in _PATTERNS.items():
            if not names.search(mention.text):
                continue
            for topic in ["*", *(topic for topic, words in topics.items() if words.search(mention.text))]:
                minute = Minute(f"{brand}|{topic}", start_ms)
                totals.mentions[minute] += 1
                totals.negatives[minute] += _is_negative(mention.text)
    return totals


def totals_of(activities: Iterable[TopicActivity]) -> Totals:
    """What the pipeline said of its windows as they closed; a window that is told twice counts twice."""
    totals = Totals(Counter(), Counter())
    for activity in activities:
        minute = Minute(f"{activity.brand}|{activity.topic}", int(activity.start_at.timestamp() * 1000))
        totals.mentions[minute] += activity.mentions
        totals.negatives[minute] += activity.negatives
    return totals
