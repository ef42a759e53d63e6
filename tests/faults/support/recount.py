"""An offline recount of a simulated world, straight from the texts.

Counting shares no code with `tocsin.detection`; what a text feels is asked of the same function as the step SCORE does.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from schemas.activity import TopicActivity
from schemas.mention import Mention
from tocsin.detection.language import find_language
from tocsin.detection.sentiment import measure
from tocsin.world.phrases import BRANDS


class Minute(NamedTuple):
    """One minute of one topic. `start_ms` is ms since 1970."""

    topic_key: str
    start_ms: int


class Totals(NamedTuple):
    mentions: Counter[Minute]
    negatives: Counter[Minute]


@cache
def _is_negative(text: str, hint: str | None) -> bool:
    return measure(text, find_language(text, hint))[1] == "negative"


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
                totals.negatives[minute] += _is_negative(mention.text, mention.lang)
    return totals


def totals_of(activities: Iterable[TopicActivity]) -> Totals:
    """What the pipeline said of its windows as they closed; a window that is told twice counts twice."""
    totals = Totals(Counter(), Counter())
    for activity in activities:
        minute = Minute(f"{activity.brand}|{activity.topic}", int(activity.start_at.timestamp() * 1000))
        totals.mentions[minute] += activity.mentions
        totals.negatives[minute] += activity.negatives
    return totals
