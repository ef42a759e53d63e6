"""The step ENRICH: validate, clamp time, find brands, topics and language. One record per matched brand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from schemas import streams
from schemas.mention import WHOLE_BRAND, Author, EnrichedMention, Mention
from tocsin.detection.erased import ERASING
from tocsin.detection.high_risk import find_high_risk_folded, weigh_high_risk
from tocsin.detection.language import UNKNOWN, find_language
from tocsin.detection.normalise import fingerprint_folded, fold
from tocsin.detection.setup import Setup
from tocsin.flow import Emit, Rejection, Rows

#: Clocks run fast by seconds, time zones are mistaken by hours; beyond a day a time is no mistake but nonsense.
MAX_AHEAD: Final = timedelta(hours=24)

_MAX_AHEAD_MS: Final = int(MAX_AHEAD / timedelta(milliseconds=1))
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Enrich:
    """Mention → one EnrichedMention per matched brand; a mention that matches nothing ends here. Keeps no rows.

    Edits and engagements are matched like mentions: by the text that they carry. A deletion and an erasure are about no
    brand, and carry nothing on but the keys of what has to go.
    """

    def __init__(self, setup: Setup, rows: Rows) -> None:  # noqa: ARG002 (every step is started alike)
        self._match = setup.matcher.match_folded
        self._find_relation = setup.matcher.relations.find
        self._languages = setup.matcher.languages
        self._version = setup.matcher.version
        #: Source → when Kafka stored its last mention, ms since 1970.
        self.heard: dict[str, int] = {}

    def take(self, mention: Mention, appended_ms: int) -> tuple[Emit, ...] | list[Emit]:
        """Enrich one mention.

        Raises:
            Rejection: it claims to be from more than `MAX_AHEAD` after Kafka stored it, or from before 1970.
        """
        self.heard[mention.source] = appended_ms
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
        if mention.kind in ERASING:
            return self._pass_on(mention, posted_at)
        text = mention.text
        folded = fold(text)
        author = mention.author
        matches = self._match(folded, author.handle)
        if not matches:
            return ()
        language = find_language(text, mention.lang)
        # What the watchlist names comes first; the rest are words that one mention is enough for, whoever is watched.
        general = find_high_risk_folded(text, folded, language)
        fingerprint = fingerprint_folded(folded)
        key = f"{mention.source}|{author.id}"
        version = self._version
        languages = self._languages
        emits = []
        for brand, topics, matched, named in matches:
            if languages and language != UNKNOWN and brand in languages and language not in languages[brand]:
                continue
            relation, _ = self._find_relation(brand, author.handle)
            high_risk: tuple[str, ...] = named
            risk: float = len(named)
            if general and relation != "official":
                added = [term for term in general if term not in named]
                high_risk, risk = (*named, *added), risk + weigh_high_risk(added)
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
                relation=relation,
                risk=risk,
            )
            emits.append(Emit(streams.ENRICHED, key, enriched, (), bool(high_risk)))
        return emits

    def _pass_on(self, mention: Mention, posted_at: datetime) -> tuple[Emit]:
        bare = Mention(
            id=mention.id,
            text="",
            source=mention.source,
            posted_at=mention.posted_at,
            author=Author(id=mention.author.id),
            kind=mention.kind,
            private=True,
        )
        enriched = EnrichedMention(mention=bare, brand=WHOLE_BRAND, posted_at=posted_at, configuration=self._version)
        return (Emit(streams.ENRICHED, mention.author_key, enriched),)

    def advance(self, watermark_ms: int) -> tuple[Emit, ...]:  # noqa: ARG002 (nothing here waits for time)
        """Nothing to do: a mention is enriched when it is taken."""
        return ()


def _explain_future(posted_at: datetime, appended_ms: int) -> str:
    appended_at = _EPOCH + timedelta(milliseconds=appended_ms)
    hours = MAX_AHEAD // timedelta(hours=1)
    return f"posted_at {posted_at.isoformat()} is more than {hours} h after it arrived ({appended_at.isoformat()})"
