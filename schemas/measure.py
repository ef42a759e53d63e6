"""How a topic does, told once an hour whether anything is wrong or not: what follow-ups look at."""

from __future__ import annotations

from schemas.mention import Count, Identifier, Instant, Share
from schemas.record import Record


class Measure(Record, frozen=True, kw_only=True, tag_field="type", tag="measure"):
    """One hour of one topic with mentions, as it has closed; sent to the inbox of its brand (stream `inbox`).

    Shares are of people, not of mentions: one who complains thirty times is one. What is usual is what the baseline of
    complaints had learned before this hour, without the rhythm of the day.

    Attributes:
        topic: `*` is the brand as a whole.
        start_at: when the hour began; it closed an hour later.
        distinct_authors: who spoke; distinct_negative_authors: who complained.
        usual_share: the share of those who speak that usually complains.
        band_share: upper edge of the band: what chance alone exceeds in one such hour of a hundred.
        is_warming_up: the baseline of this key is younger than two days: what is usual is a guess.
    """

    brand: Identifier
    topic: str
    start_at: Instant
    mentions: Count
    negatives: Count
    distinct_authors: Count = 0
    distinct_negative_authors: Count = 0
    usual_share: Share = 0.0
    band_share: Share = 1.0
    is_warming_up: bool = False

    @property
    def key(self) -> str:
        """What it is about: there is one of each hour of a topic."""
        return f"{self.brand}|{self.topic}|{self.start_at.timestamp():.0f}"
