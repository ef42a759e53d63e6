"""Builders of every record with good defaults: a test names only what it is about.

`at` takes an instant or a number of seconds after `START`; `author` takes an `Author` or the id of one.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.activity import AuthorActivity, TopicActivity
from schemas.crisis import Crisis, Delivery, EscalationEvent
from schemas.measure import Measure
from schemas.mention import (
    Author,
    Engagement,
    EnrichedMention,
    Evidence,
    Mention,
    RejectedMention,
    ScoredMention,
    TopicMention,
    Weight,
)
from schemas.signal import Signal

#: A Monday at noon: where the time of every test begins.
START = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


def instant(at: datetime | float = 0.0) -> datetime:
    """`at` itself, or so many seconds after `START`."""
    return at if isinstance(at, datetime) else START + timedelta(seconds=at)


def milliseconds(at: datetime | float = 0.0) -> int:
    """`instant(at)` in ms since 1970, as watermarks and append times are counted."""
    return round(instant(at).timestamp() * 1000)


def an_author(id: str = "a1", **fields: Any) -> Author:
    found: dict[str, Any] = {"handle": id, "followers": 100}
    return Author(id=id, **(found | fields))


def an_engagement(**fields: Any) -> Engagement:
    found: dict[str, Any] = {"likes": 2, "reshares": 1}
    return Engagement(**(found | fields))


def a_mention(
    text: str = "my Acme phone broke again",
    *,
    id: str = "m1",
    author: Author | str = "a1",
    at: datetime | float = 0.0,
    source: str = "x",
    **fields: Any,
) -> Mention:
    author = an_author(author) if isinstance(author, str) else author
    return Mention(id=id, text=text, source=source, posted_at=instant(at), author=author, **fields)


def an_enriched_mention(
    text: str = "my Acme phone broke again",
    *,
    id: str = "m1",
    author: Author | str = "a1",
    at: datetime | float = 0.0,
    brand: str = "acme",
    topics: tuple[str, ...] = (),
    mention: Mention | None = None,
    **fields: Any,
) -> EnrichedMention:
    """`mention` replaces the one made from `text`, `id`, `author` and `at`."""
    mention = mention or a_mention(text, id=id, author=author, at=at)
    found: dict[str, Any] = {"matched": (brand,), "language": "en", "fingerprint": f"fp:{mention.text}"}
    return EnrichedMention(mention=mention, brand=brand, posted_at=mention.posted_at, topics=topics, **(found | fields))


def a_scored_mention(
    text: str = "my Acme phone broke again",
    *,
    id: str = "m1",
    author: Author | str = "a1",
    at: datetime | float = 0.0,
    brand: str = "acme",
    topics: tuple[str, ...] = (),
    sentiment: float = -0.4,
    mention: Mention | None = None,
    **fields: Any,
) -> ScoredMention:
    """The label follows from the sentiment (VADER's ±0.05) unless it is named."""
    mention = mention or a_mention(text, id=id, author=author, at=at)
    found: dict[str, Any] = {"matched": (brand,), "language": "en", "fingerprint": f"fp:{mention.text}"}
    found |= {"label": label_of(sentiment), "weight": Weight(sentiment=1.4, reach=2.0, total=2.8)}
    return ScoredMention(
        mention=mention,
        brand=brand,
        posted_at=mention.posted_at,
        topics=topics,
        sentiment=sentiment,
        **(found | fields),
    )


def a_topic_mention(
    *,
    id: str = "m1",
    author: str = "a1",
    at: datetime | float = 0.0,
    brand: str = "acme",
    topic: str = "*",
    sentiment: float = -0.4,
    source: str = "x",
    **fields: Any,
) -> TopicMention:
    """`id` and `author` are those within the source: the record holds the keys `source|id`."""
    found: dict[str, Any] = {"label": label_of(sentiment), "weight": 2.8, "reach": 100, "fingerprint": f"fp:{id}"}
    return TopicMention(
        mention=f"{source}|{id}",
        author=f"{source}|{author}",
        brand=brand,
        topic=topic,
        posted_at=instant(at),
        source=source,
        sentiment=sentiment,
        **(found | fields),
    )


def an_evidence(
    text: str = "my Acme phone broke again",
    *,
    id: str = "m1",
    at: datetime | float = 0.0,
    brand: str = "acme",
    source: str = "x",
    **fields: Any,
) -> Evidence:
    found: dict[str, Any] = {"author_handle": "a1", "followers": 100, "sentiment": -0.4, "label": "negative"}
    return Evidence(
        mention=f"{source}|{id}", brand=brand, source=source, posted_at=instant(at), text=text, **(found | fields)
    )


def a_rejected_mention(cause: str = "missing-field", *, at: datetime | float = 0.0, **fields: Any) -> RejectedMention:
    found: dict[str, Any] = {
        "message": "Object missing required field `text`",
        "stream": "mentions.raw",
        "partition": 0,
        "offset": 7,
        "step": "enrich",
        "size": 120,
    }
    return RejectedMention(cause=cause, first_failed_at=instant(at), **(found | fields))


def a_topic_activity(
    *, brand: str = "acme", topic: str = "*", at: datetime | float = 0.0, mentions: int = 12, **fields: Any
) -> TopicActivity:
    """`at` is where its minute starts."""
    found: dict[str, Any] = {"negatives": 5, "reach": 1200, "distinct_authors": {"15": 9, "60": 30, "360": 80}}
    return TopicActivity(
        brand=brand,
        topic=topic,
        start_at=instant(at),
        end_at=instant(at) + timedelta(minutes=1),
        mentions=mentions,
        **(found | fields),
    )


def an_author_activity(
    *, author: str = "x|a1", brand: str = "acme", at: datetime | float = 0.0, mentions: int = 4, **fields: Any
) -> AuthorActivity:
    """`at` is where its hour starts."""
    found: dict[str, Any] = {"negatives": 3, "negative_share": 0.75, "followers": 100}
    return AuthorActivity(
        author=author,
        brand=brand,
        start_at=instant(at),
        end_at=instant(at) + timedelta(hours=1),
        mentions=mentions,
        **(found | fields),
    )


def a_signal(
    *,
    id: str = "s1",
    kind: str = "negative_burst",
    state: str = "raised",
    brand: str = "acme",
    topic: str = "*",
    at: datetime | float = 0.0,
    **fields: Any,
) -> Signal:
    """A burst of negative authors, forty times its baseline; `at` is its tick."""
    found: dict[str, Any] = {
        "episode": f"{kind}|{brand}|{topic}",
        "span_minutes": 15,
        "current": 40.0,
        "baseline": 1.0,
        "ratio": 40.0,
        "surprise": 22.0,
        "mentions": 60,
        "negatives": 48,
        "distinct_authors": 45,
        "distinct_negative_authors": 40,
        "negative_share": 0.8,
        "record_ratio": 3.0,
        "reach": 90_000,
        "reasons": ("40 authors wrote negatively in 15 min; usual is 1",),
        "authors": ("x|a1",),
        "evidence": ("x|m1",),
        "sources": {"x": 60},
        "source_kinds": {"social": 60},
    }
    return Signal(
        id=id,
        kind=kind,  # type: ignore[arg-type]
        state=state,  # type: ignore[arg-type]
        brand=brand,
        topic=topic,
        tick_at=instant(at),
        **(found | fields),
    )


def a_measure(
    *, brand: str = "acme", topic: str = "*", at: datetime | float = 0.0, mentions: int = 20, **fields: Any
) -> Measure:
    """An hour as quiet as ever: 2 of 18 people complain; `at` is where it starts."""
    found: dict[str, Any] = {
        "negatives": 2,
        "distinct_authors": 18,
        "distinct_negative_authors": 2,
        "usual_share": 0.1,
        "band_share": 0.33,
    }
    return Measure(brand=brand, topic=topic, start_at=instant(at), mentions=mentions, **(found | fields))


def a_crisis(
    *,
    id: str = "c1",
    brand: str = "acme",
    subject: str = "*",
    severity: str = "severe",
    at: datetime | float = 0.0,
    **fields: Any,
) -> Crisis:
    """Open, in outbreak; `at` is when it opened and was last updated."""
    found: dict[str, Any] = {
        "peak_severity": severity,
        "stage": "outbreak",
        "opened_at": instant(at),
        "updated_at": instant(at),
        "kinds": ("negative_burst",),
        "topics": (subject,),
        "active": (f"negative_burst|{brand}|{subject}",),
        "signals": ("s1",),
        "signal_count": 1,
        "span_minutes": 15,
        "current": 40.0,
        "baseline": 1.0,
        "ratio": 40.0,
        "surprise": 22.0,
        "distinct_authors": 45,
        "mentions": 60,
        "negative_share": 0.8,
        "reach": 90_000,
        "reasons": ("40 authors wrote negatively in 15 min; usual is 1",),
        "evidence": ("x|m1",),
        "sources": {"x": 60},
    }
    return Crisis(id=id, brand=brand, subject=subject, severity=severity, **(found | fields))  # type: ignore[arg-type]


def an_event(
    type: str = "crisis.opened",
    *,
    id: str = "e1",
    sequence: int = 1,
    at: datetime | float = 0.0,
    crisis: Crisis | None = None,
    **fields: Any,
) -> EscalationEvent:
    found: dict[str, Any] = {"because": ("a negative burst was raised",)}
    return EscalationEvent(
        id=id,
        type=type,  # type: ignore[arg-type]
        sequence=sequence,
        at=instant(at),
        crisis=crisis or a_crisis(at=at),
        **(found | fields),
    )


def a_delivery(
    *,
    key: str = "d1",
    notifier: str = "log",
    event: EscalationEvent | None = None,
    at: datetime | float = 0.0,
    **fields: Any,
) -> Delivery:
    """Pending; `at` is when the intent was made."""
    return Delivery(key=key, notifier=notifier, event=event or an_event(at=at), created_at=instant(at), **fields)


def label_of(sentiment: float) -> str:
    """VADER's own: neutral lies between -0.05 and 0.05."""
    return "negative" if sentiment <= -0.05 else "positive" if sentiment >= 0.05 else "neutral"
