"""Signals and activity as people read them: the numbers of a judgement, and sentences that say the same."""

from __future__ import annotations

from schemas.activity import TopicActivity
from schemas.mention import TopicMention
from schemas.signal import Signal, SignalKind, SignalState
from tocsin.detection.baseline import SPANS_MINUTES
from tocsin.detection.burst import BurstPolicy, Episode, Measured
from tocsin.detection.distinct import RELATIVE_ERROR
from tocsin.detection.spans import Spans
from tocsin.detection.topic_rows import CountsRow, KeyRow
from tocsin.instants import DAY_MS, MINUTE_MS, digest, instant

_SPAN_WORDS = {15: "15 minutes", 60: "1 hour", 360: "6 hours"}

#: One author's negative mentions that are a burst (measured on the airline tweets: .6 to .9 a brand and day).
AUTHOR_HOUR = 8
AUTHOR_DAY = 10

_SPAN_NAMES = tuple(str(span) for span in SPANS_MINUTES)

#: Most heard authors that a signal names.
_AUTHORS = 20


def burst_signal(
    kind: SignalKind,
    state: SignalState,
    key: str,
    episode: Episode,
    best: Measured,
    row: KeyRow,
    spans: Spans,
    tick: int,
    policy: BurstPolicy,
) -> Signal:
    """The signal of a burst that was raised, has grown or has ended, with every number that made it."""
    brand, _, topic = key.rpartition("|")
    place = best.place
    mentions, negatives, _, reach, new_authors = spans.totals[place]
    authors, negative_authors = spans.distinct_at(place)
    shown = CountsRow()
    for bucket in spans.inside(place):
        shown.merge_names(bucket)
    age_days = (tick - row.since_ms) / DAY_MS
    signal = Signal(
        id=digest(kind, key, str(tick), state),
        episode=episode.id,
        kind=kind,
        state=state,
        brand=brand,
        topic=topic,
        tick_at=instant(tick),
        span_minutes=SPANS_MINUTES[place],
        current=float(best.count),
        baseline=round(best.mean, 3),
        ratio=round(best.ratio, 3),
        surprise=round(best.surprise, 3),
        mentions=mentions,
        negatives=negatives,
        distinct_authors=authors,
        distinct_negative_authors=negative_authors,
        new_authors=new_authors,
        negative_share=spans.negative_share(place),
        record_ratio=round(best.record_ratio, 3),
        reach=reach,
        authors=tuple(dict.fromkeys(telling[3] for telling in shown.telling))[:_AUTHORS],
        evidence=tuple(telling[2] for telling in shown.telling),
        sources=shown.sources.top(10),
        source_kinds=dict(sorted(shown.source_kinds.items())),
        fingerprints=tuple(name for name, count in shown.fingerprints.top(5).items() if count > 1),
        is_warming_up=age_days < policy.baseline.warm_up_days,
        configuration=row.configuration,
    )
    return signal.replace(reasons=_say_burst(signal, spans, best, age_days))


def minute_activity(key: str, minute: int, row: KeyRow, spans: Spans) -> TopicActivity:
    """One minute of a topic as it closed, with the spans that end there."""
    brand, _, topic = key.rpartition("|")
    bucket = spans.buckets[minute]
    return TopicActivity(
        brand=brand,
        topic=topic,
        start_at=instant(minute * MINUTE_MS),
        end_at=instant((minute + 1) * MINUTE_MS),
        mentions=bucket.mentions,
        negatives=bucket.negatives,
        positives=bucket.positives,
        reach=bucket.reach,
        distinct_authors=dict(zip(_SPAN_NAMES, spans.distinct_authors(), strict=True)),
        distinct_negative_authors=dict(zip(_SPAN_NAMES, spans.distinct_negative_authors(), strict=True)),
        is_sketched=spans.is_sketched(),
        late_mentions=row.late,
    )


def high_risk_signal(mention: TopicMention) -> Signal:
    """One mention that no count has to confirm. Its id says what it is about, so that a repeat makes the same one."""
    terms = ", ".join(mention.high_risk)
    reasons = [f"1 mention names a high risk: {terms}"]
    if mention.reach:
        reasons.append(f"its author reaches {mention.reach:,}")
    return Signal(
        id=digest("high_risk", mention.brand, mention.mention),
        episode=digest("high_risk", mention.brand, mention.mention),
        kind="high_risk",
        brand=mention.brand,
        topic=mention.topic,
        tick_at=mention.posted_at,
        current=1.0,
        ratio=1.0,
        mentions=1,
        negatives=1 if mention.label == "negative" else 0,
        distinct_authors=1,
        distinct_negative_authors=1 if mention.label == "negative" else 0,
        negative_share=1.0 if mention.label == "negative" else 0.0,
        reach=mention.reach,
        reasons=tuple(reasons),
        authors=(mention.author,),
        evidence=(mention.mention,) if mention.has_evidence else (),
        sources={mention.source: 1},
        source_kinds={mention.source_kind: 1},
        high_risk=mention.high_risk,
        configuration=mention.configuration,
    )


def author_burst_signal(
    mention: TopicMention, opened_ms: int, state: SignalState, hour: int, day: int, reach: int, tick: int
) -> Signal:
    """One author who complains again and again: `hour` and `day` are their negative mentions of that time."""
    author = mention.author
    episode = digest("author_burst", mention.brand, author, str(opened_ms))
    span, current = (60, hour) if hour >= day or hour >= AUTHOR_HOUR else (24 * 60, day)
    words = "1 hour" if span == 60 else "24 hours"
    reasons = [f"{current} negative mentions by one author in {words}", "one author alone opens no crisis"]
    if reach:
        reasons.append(f"the author reaches {reach:,}")
    return Signal(
        id=digest(episode, str(tick), state),
        episode=episode,
        kind="author_burst",
        state=state,
        brand=mention.brand,
        topic="*",
        tick_at=instant(tick),
        span_minutes=span,
        current=float(current),
        baseline=1.0,
        ratio=float(current),
        mentions=current,
        negatives=current,
        distinct_authors=1,
        distinct_negative_authors=1,
        negative_share=1.0,
        reach=reach,
        reasons=tuple(reasons),
        authors=(author,),
        evidence=(mention.mention,) if mention.has_evidence else (),
        sources={mention.source: current},
        source_kinds={mention.source_kind: current},
        configuration=mention.configuration,
    )


def _say_burst(signal: Signal, spans: Spans, best: Measured, age_days: float) -> tuple[str, ...]:
    words = _SPAN_WORDS[signal.span_minutes]
    if signal.state == "ended":
        return (f"back in its band: {best.count} in {words}, usually {best.mean:.0f}",)
    about = f" (± {RELATIVE_ERROR:.0%})" if spans.is_sketched() else ""
    odds = f"surprise {signal.surprise:.1f}: one window in {10 ** min(signal.surprise, 15):,.0f} by chance"
    if signal.kind == "burst":
        reasons = [
            f"{best.count:,} distinct authors in {words}{about}, usually {best.mean:.1f} (×{signal.ratio:.1f}); "
            f"{signal.distinct_negative_authors:,} of them negative; {odds}"
        ]
    else:
        reasons = [
            f"{best.count:,} distinct authors complain in {words}{about}, usually {best.mean:.1f} "
            f"(×{signal.ratio:.1f}); {signal.distinct_authors:,} speak at all; {odds}"
        ]
    reasons.append(f"{signal.negative_share:.0%} of {signal.mentions:,} mentions are negative")
    if signal.record_ratio > 1.0:
        reasons.append(f"a record of the last 14 days: ×{signal.record_ratio:.1f} of the one before")
    if signal.is_warming_up:
        reasons.append(f"warming up: the baseline has seen {age_days:.1f} days only")
    return tuple(reasons)
