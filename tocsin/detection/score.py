"""The step SCORE: the feeling of a text and how much the mention matters."""

from __future__ import annotations

from math import log10
from typing import Final

from schemas import streams
from schemas.mention import EnrichedMention, Label, ScoredMention, Weight
from tocsin.detection.setup import Setup
from tocsin.detection.vader import compound
from tocsin.flow import Emit, Rows

#: Where VADER's authors draw the line between neutral and a feeling.
POSITIVE_FROM: Final = 0.05
NEGATIVE_TO: Final = -0.05


def label_of(sentiment: float) -> Label:
    """What a sentiment (-1…1) is called."""
    return "positive" if sentiment >= POSITIVE_FROM else "negative" if sentiment <= NEGATIVE_TO else "neutral"


def weigh(sentiment: float, followers: int | None, reshares: int, replies: int, likes: int) -> Weight:
    """How much a mention matters (`schemas.mention.Weight` defines the parts).

    Args:
        sentiment: -1…1.
        followers: of its author; None when unknown, which counts as none.
    """
    strength = 1.0 + abs(sentiment)
    reach = log10(10 + followers) if followers else 1.0
    engagement = log10(1 + reshares * 3 + replies * 2 + likes) if reshares or replies or likes else 0.0
    return Weight(sentiment=strength, reach=reach, engagement=engagement, total=strength * (reach + engagement))


class Score:
    """EnrichedMention → ScoredMention with the same key and partition. Keeps no rows."""

    def __init__(self, setup: Setup, rows: Rows) -> None:
        pass

    def take(self, enriched: EnrichedMention, appended_ms: int) -> tuple[Emit]:  # noqa: ARG002 (its time is settled)
        """Score one mention."""
        mention = enriched.mention
        sentiment = compound(mention.text)
        engagement = mention.engagement
        high_risk = enriched.high_risk
        scored = ScoredMention(
            mention=mention,
            brand=enriched.brand,
            posted_at=enriched.posted_at,
            topics=enriched.topics,
            matched=enriched.matched,
            high_risk=high_risk,
            language=enriched.language,
            fingerprint=enriched.fingerprint,
            configuration=enriched.configuration,
            sentiment=sentiment,
            label=label_of(sentiment),
            weight=weigh(
                sentiment, mention.author.followers, engagement.reshares, engagement.replies, engagement.likes
            ),
            extra=enriched.extra,
        )
        return (Emit(streams.SCORED, None, scored, (), bool(high_risk)),)

    def advance(self, watermark_ms: int) -> tuple[Emit, ...]:  # noqa: ARG002 (nothing here waits for time)
        """Nothing to do: a mention is scored when it is taken."""
        return ()
