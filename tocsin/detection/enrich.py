"""The step ENRICH: validate, clamp time, find brands, topics and language. One record per matched brand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from schemas import streams
from schemas.mention import WHOLE_BRAND, EnrichedMention, Mention
from tocsin.detection.high_risk import find_high_risk_folded
from tocsin.detection.language import UNKNOWN, find_language
from tocsin.detection.matching import BrandMatch
from tocsin.detection.normalise import fingerprint_folded, fold
from tocsin.detection.setup import Setup
from tocsin.flow import Emit, Rejection, Rows

#: Clocks run fast by seconds, time zones are mistaken by hours; beyond a day a time is no mistake but nonsense.
MAX_AHEAD: Final = timedelta(hours=24)

_MAX_AHEAD_MS: Final = int(MAX_AHEAD / timedelta(milliseconds=1))
_ANY_BRAND: Final = (BrandMatch(WHOLE_BRAND, (), (), ()),)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Enrich:
    """Mention → one EnrichedMention per matched brand; a mention that matches nothing ends here. Keeps no rows.

    Edits, deletions and engagements are matched like mentions: by the text that they carry.
    """

    def __init__(self, setup: Setup, rows: Rows) -> None:  # noqa: ARG002 (every step is started alike)
        self._match = setup.matcher.match_folded
        self._is_official = setup.matcher.is_official
        self._languages = setup.matcher.languages
        self._version = setup.matcher.version

    def take(self, mention: Mention, appended_ms: int) -> tuple[Emit, ...] | list[Emit]:
        """Enrich one mention.

        Raises:
            Rejection: it claims to be from more than `MAX_AHEAD` after Kafka stored it, or from before 1970.
        """
        posted_at = mention.posted_at
        posted_ms = posted_at.timestamp() * 1000
        if posted_ms > appended_ms:
            if posted_ms > appended_ms + _MAX_AHEAD_MS:
                raise Rejection("from-the-future", _explain_future(posted_at, appended_ms))
            posted_at = _EPOCH + timedelta(milliseconds=appended_ms)
        elif posted_ms < 0:
            raise Rejection("bad-value", f"posted_at {posted_at.isoformat()} is before 1970")
        elif posted_at.tzinfo is not UTC:
            posted_at = posted_at.astimezone(UTC)
        text = mention.text
        folded = fold(text)
        author = mention.author
        matches = self._match(folded, author.handle)
        if not matches:
            if mention.kind != "deletion":
                return ()
            # An erasure often comes without the text that it is about; the author window knows the mention by its id.
            matches = _ANY_BRAND
        language = find_language(text, mention.lang)
        # What the watchlist names comes first; the rest are words that one mention is enough for, whoever is watched.
        general = find_high_risk_folded(text, folded, language)
        fingerprint = fingerprint_folded(folded)
        key = f"{mention.source}|{author.id}"
        version = self._version
        languages = self._languages
        emits = []
        for brand, topics, matched, named in matches:
            high_risk = named
            if languages and language != UNKNOWN and brand in languages and language not in languages[brand]:
                continue
            if general and not self._is_official(brand, author.handle):
                high_risk = tuple(dict.fromkeys((*high_risk, *general)))
            enriched = EnrichedMention(
                mention=mention,
                brand=brand,
                posted_at=posted_at,
                topics=topics,
                matched=matched,
                high_risk=high_risk,
                language=language,
                fingerprint=fingerprint,
                configuration=version,
            )
            emits.append(Emit(streams.ENRICHED, key, enriched, (), bool(high_risk)))
        return emits

    def advance(self, watermark_ms: int) -> tuple[Emit, ...]:  # noqa: ARG002 (nothing here waits for time)
        """Nothing to do: a mention is enriched when it is taken."""
        return ()


def _explain_future(posted_at: datetime, appended_ms: int) -> str:
    appended_at = _EPOCH + timedelta(milliseconds=appended_ms)
    hours = MAX_AHEAD // timedelta(hours=1)
    return f"posted_at {posted_at.isoformat()} is more than {hours} h after it arrived ({appended_at.isoformat()})"
