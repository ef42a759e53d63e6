"""Signals and activity as people read them: the numbers of a judgement, and sentences that say the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.activity import TopicActivity
from schemas.mention import AuthorProfile, TopicMention
from schemas.signal import Signal, SignalKind, SignalState
from tocsin.detection.baseline import SPANS_MINUTES
from tocsin.detection.burst import BurstPolicy, Episode, Measured
from tocsin.detection.causes import find_cause_of_many
from tocsin.detection.distinct import RELATIVE_ERROR
from tocsin.detection.high_risk import weigh_high_risk
from tocsin.detection.profile import BUSY_HOUR
from tocsin.detection.series import CountFinding
from tocsin.detection.spans import Spans
from tocsin.detection.stories import Story
from tocsin.detection.terms import UsualTerms, distinctive
from tocsin.detection.topic_rows import CellRow, CountsRow, KeyRow
from tocsin.instants import DAY_MS, MINUTE_MS, digest, instant

_SPAN_WORDS = {15: "15 minutes", 60: "1 hour", 360: "6 hours"}

_SPAN_NAMES = tuple(str(span) for span in SPANS_MINUTES)

#: What a signal shows is kept in cells of so long.
CELL_MS = 5 * MINUTE_MS

#: A record or a climb has no end of its own: it counts for so long. A silence ends when something is heard.
COUNT_LASTS_MINUTES = {"burst": 240, "climb": 720, "silence": 0}

#: Causes of complaints that a signal names.
_CAUSES = 5

#: A text is named when it was told so often, and is so much of all that is heard.
_FEWEST_TOLD = 3
_TOLD_SHARE = 0.1


def burst_signal(
    kind: SignalKind,
    state: SignalState,
    key: str,
    episode: Episode,
    best: Measured,
    row: KeyRow,
    shown: Shown,
    tick: int,
    policy: BurstPolicy,
) -> Signal:
    """The signal of a burst that was raised, has grown or has ended, with every number that made it."""
    age_days = (tick - row.since_ms) / DAY_MS
    signal = shown.describe(key, tick, SPANS_MINUTES[best.place]).replace(
        id=digest(kind, key, str(tick), state),
        episode=episode.id,
        kind=kind,
        state=state,
        current=float(best.count),
        baseline=round(best.mean, 3),
        ratio=round(best.ratio, 3),
        surprise=round(best.surprise, 3),
        record_ratio=round(best.record_ratio, 3),
        is_warming_up=age_days < policy.baseline.warm_up_days,
        configuration=row.configuration,
    )
    return signal.replace(reasons=_say_burst(signal, shown.spans, best, age_days))


def count_signal(finding: CountFinding, key: str, episode: str, row: KeyRow, shown: Shown, tick: int) -> Signal:
    """The signal of a record, a climb or a silence of the authors of five minutes."""
    signal = shown.describe(key, tick, min(SPANS_MINUTES, key=lambda span: abs(span - finding.span_minutes))).replace(
        id=digest("series", finding.kind, key, str(finding.cell), finding.state),
        episode=episode,
        kind=finding.kind,
        state=finding.state,
        span_minutes=finding.span_minutes,
        current=float(finding.current),
        baseline=round(finding.baseline, 3),
        ratio=round(finding.ratio, 3),
        surprise=round(finding.surprise, 3),
        record_ratio=round(finding.record_ratio, 3) if finding.kind != "silence" else 0.0,
        lasts_minutes=COUNT_LASTS_MINUTES[finding.kind],
        is_warming_up=finding.is_warming_up,
        configuration=row.configuration,
    )
    return signal.replace(reasons=_say_count(signal, finding))


def silence_ended_signal(key: str, episode: str, row: KeyRow, tick: int) -> Signal:
    """The signal that a brand is heard again."""
    brand, _, topic = key.rpartition("|")
    return Signal(
        id=digest("series", "silence", key, str(tick), "ended"),
        episode=episode,
        kind="silence",
        state="ended",
        brand=brand,
        topic=topic,
        tick_at=instant(tick),
        reasons=("it is heard again",),
        configuration=row.configuration,
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """What a signal shows of a topic besides the numbers that were judged.

    Attributes:
        cells: five-minute cell (since 1970) → what was told in it.
        usual: the topic's usual words; None before they are known.
    """

    spans: Spans
    cells: Mapping[int, CellRow]
    usual: UsualTerms | None

    def describe(self, key: str, tick: int, span: int) -> Signal:
        """A signal of a span (minutes) with everything but its judgement."""
        brand, _, topic = key.rpartition("|")
        place = SPANS_MINUTES.index(span)
        spans = self.spans
        mentions, negatives, positives, reach, new_authors = spans.totals[place]
        authors, negative_authors = spans.distinct_at(place)
        counted, told = CountsRow(), CellRow()
        for bucket in spans.inside(place):
            counted.merge_names(bucket)
        first_cell = (tick - span * MINUTE_MS) // CELL_MS
        for cell in sorted(self.cells):
            if cell >= first_cell:
                told.merge(self.cells[cell])
        chosen = told.wave.choose()
        first = told.wave.find_first()
        stories = told.wave.stories(5)
        words = distinctive(told.terms, self.usual) if self.usual is not None else ()
        causes = sorted(counted.causes.items(), key=lambda item: (-item[1], item[0]))
        cause = find_cause_of_many([reason for reason, _ in causes], counted.kinds, negatives)
        return Signal(
            id="-",
            episode="-",
            kind="burst",
            brand=brand,
            topic=topic,
            tick_at=instant(tick),
            span_minutes=span,
            mentions=mentions,
            negatives=negatives,
            distinct_authors=authors,
            distinct_negative_authors=negative_authors,
            new_authors=new_authors,
            negative_share=spans.negative_share(place),
            positive_share=positives / mentions if mentions else 0.0,
            reach=reach,
            reasons=_say_stories(stories, mentions),
            authors=tuple(dict.fromkeys([*(each.author for each in chosen), *told.wave.who_drove()])),
            evidence=tuple(each.mention for each in chosen),
            sources=counted.sources.top(10),
            source_kinds=dict(sorted(counted.source_kinds.items())),
            fingerprints=tuple(story.fingerprints[0] for story in stories if story.mentions > 1),
            terms=tuple(term.word for term in words),
            causes=dict(causes[:_CAUSES]),
            cluster=cause.cluster if cause is not None else "",
            cause=cause.kind if cause is not None else "",
            first_mention=first.mention if first is not None else "",
        )


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
    profiles = (mention.profile,) if mention.profile is not None else ()
    reasons += [reason for profile in profiles for reason in profile.reasons]
    # What the last version announced was not weighed before it came here.
    risk = mention.risk or weigh_high_risk(mention.high_risk)
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
        fingerprints=(mention.fingerprint,) if mention.fingerprint else (),
        high_risk=mention.high_risk,
        verdict="elevated" if risk >= 1 else "watch",
        profiles=profiles,
        configuration=mention.configuration,
    )


def author_burst_signal(
    mention: TopicMention,
    profile: AuthorProfile,
    opened_ms: int,
    state: SignalState,
    hour: int,
    day: int,
    reach: int,
    tick: int,
) -> Signal:
    """One author who complains again and again: `hour` and `day` are their negative mentions of that time."""
    author = mention.author
    episode = digest("author_burst", mention.brand, author, str(opened_ms))
    span, current = (60, hour) if hour >= day or hour >= BUSY_HOUR else (24 * 60, day)
    words = "1 hour" if span == 60 else "24 hours"
    reasons = [f"{current} negative mentions by one author in {words}", "one author alone opens no crisis"]
    if reach:
        reasons.append(f"the author reaches {reach:,}")
    reasons += profile.reasons
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
        profiles=(profile,),
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
    return (*reasons, *signal.reasons)


def _say_count(signal: Signal, finding: CountFinding) -> tuple[str, ...]:
    words = _say_minutes(finding.span_minutes)
    if finding.kind == "silence":
        return (f"nothing heard for {words}; usually {finding.baseline:.0f} authors would have been",)
    reasons = [f"{finding.current:,} authors in {words}, usually {finding.baseline:.1f} (×{finding.ratio:.1f})"]
    if finding.kind == "climb":
        began = instant(finding.began * CELL_MS)
        reasons.append(f"a slow climb since {began:%H:%M}: more than any of the last four weeks")
    else:
        reasons.append(f"a record of the last four weeks: ×{finding.record_ratio:.2f} of the one before")
    reasons.append(f"{signal.negative_share:.0%} of {signal.mentions:,} mentions are negative")
    if finding.is_warming_up:
        reasons.append("warming up: records are of less than a week")
    return (*reasons, *signal.reasons)


def _say_stories(stories: tuple[Story, ...], mentions: int) -> tuple[str, ...]:
    """Whether much of what is heard is one text, told again and again."""
    for story in stories[:1]:
        if story.mentions >= max(_FEWEST_TOLD, _TOLD_SHARE * mentions):
            wordings = f", in {len(story.fingerprints):,} wordings" if len(story.fingerprints) > 1 else ""
            reach = f"; together they reach {story.reach:,}" if story.reach else ""
            return (f"one text was told {story.mentions:,} times{wordings}{reach}",)
    return ()


def _say_minutes(minutes: int) -> str:
    if minutes in _SPAN_WORDS:
        return _SPAN_WORDS[minutes]
    return f"{minutes // 60} hours" if minutes % 60 == 0 else f"{minutes} minutes"
