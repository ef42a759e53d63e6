"""Totals of one window as it closes: of one topic, of one author."""

from __future__ import annotations

from schemas.mention import Count, Identifier, Instant, Share
from schemas.record import Record


class TopicActivity(Record, frozen=True, kw_only=True):
    """One minute of one topic, as it closed (stream `activity.by-topic`), with the spans that end there.

    Attributes:
        distinct_authors: by span in minutes ("15", "60", "360"): authors seen in the span that ends here.
        distinct_negative_authors: the same for authors of negative mentions.
        is_sketched: more than 256 authors in one bucket: counts of authors are estimates (±2.3 % at one sigma).
        is_incomplete: a channel stalled; mentions of it may still come.
        late_mentions: mentions that arrived after their window had moved on, so far.
    """

    brand: Identifier
    topic: str
    start_at: Instant
    end_at: Instant
    mentions: Count
    negatives: Count
    positives: Count = 0
    reach: Count = 0
    distinct_authors: dict[str, int] = {}
    distinct_negative_authors: dict[str, int] = {}
    is_sketched: bool = False
    is_incomplete: bool = False
    late_mentions: Count = 0


class AuthorActivity(Record, frozen=True, kw_only=True):
    """One hour of one author with one brand, as it closed (`activity.by-author`); for authors with ≥ 2 mentions."""

    author: Identifier
    brand: Identifier
    start_at: Instant
    end_at: Instant
    mentions: Count
    negatives: Count
    followers: Count = 0
    is_new: bool = False
    negative_share: Share = 0.0
