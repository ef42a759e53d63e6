"""The step SCORE: the feeling of a text, what it complains of, how much it matters, and what can be compared of it."""

from __future__ import annotations

from math import log10
from typing import Final

from schemas import streams
from schemas.mention import EnrichedMention, ScoredMention, Trace, Weight
from tocsin.detection.causes import find_named_cause
from tocsin.detection.normalise import fold
from tocsin.detection.reasons import find_reasons_folded
from tocsin.detection.sentiment import DomainTerms, measure
from tocsin.detection.setup import Setup
from tocsin.detection.terms import own_words, terms_of
from tocsin.detection.traces import trace_folded
from tocsin.flow import Emit, Rows

_NOTHING: Final = frozenset[str]()
_NO_TRACE: Final = Trace()
#: Who is meant to speak alike: a brand's five accounts with one press release are not five accounts acting as one.
_OWN_PEOPLE: Final = ("official", "employee")


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

    def __init__(self, setup: Setup, rows: Rows) -> None:  # noqa: ARG002 (every step is started alike)
        brands = setup.matcher.watchlist.brands
        self._own = {brand.id: own_words(brand) for brand in brands}
        self._feelings = {brand.id: brand.feelings for brand in brands if brand.feelings}
        self._domains: dict[tuple[str, str], DomainTerms] = {}

    def take(self, enriched: EnrichedMention, appended_ms: int) -> tuple[Emit]:  # noqa: ARG002 (its time is settled)
        """Score one mention."""
        mention, brand, language = enriched.mention, enriched.brand, enriched.language
        text = mention.text
        sentiment, label = measure(text, language, self._domain(brand, language) if self._feelings else None)
        engagement = mention.engagement
        high_risk = enriched.high_risk
        folded = fold(text)
        # Of a private message nothing is compared or counted that could be read back.
        is_public = not mention.private
        is_compared = is_public and enriched.relation not in _OWN_PEOPLE
        scored = ScoredMention(
            mention=mention,
            brand=brand,
            posted_at=enriched.posted_at,
            topics=enriched.topics,
            matched=enriched.matched,
            high_risk=high_risk,
            language=language,
            fingerprint=enriched.fingerprint,
            configuration=enriched.configuration,
            relation=enriched.relation,
            risk=enriched.risk,
            sentiment=sentiment,
            label=label,
            weight=weigh(
                sentiment, mention.author.followers, engagement.reshares, engagement.replies, engagement.likes
            ),
            reasons=find_reasons_folded(folded, language) if label == "negative" else (),
            cause=find_named_cause(folded, language) if label == "negative" else "",
            terms=tuple(sorted(terms_of(text, language, self._own.get(brand, _NOTHING)))) if is_public else (),
            trace=trace_folded(folded) if is_compared else _NO_TRACE,
            extra=enriched.extra,
        )
        return (Emit(streams.SCORED, None, scored, (), bool(high_risk)),)

    def advance(self, watermark_ms: int) -> tuple[Emit, ...]:  # noqa: ARG002 (nothing here waits for time)
        """Nothing to do: a mention is scored when it is taken."""
        return ()

    def _domain(self, brand: str, language: str) -> DomainTerms | None:
        """A brand's own terms, folded for a language."""
        if brand not in self._feelings:
            return None
        terms = self._domains.get((brand, language))
        if terms is None:
            terms = self._domains[brand, language] = DomainTerms(dict(self._feelings[brand]), language)
        return terms
