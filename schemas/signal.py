"""Evidence worth judging: a burst, a busy author, a high-risk mention; with its numbers and its reasons."""

from __future__ import annotations

from typing import ClassVar, Literal

from schemas.mention import AuthorProfile, Count, Identifier, Instant, Share
from schemas.record import Record

SignalKind = Literal[
    "burst",
    "negative_burst",
    "climb",
    "coordination",
    "virality",
    "influence",
    "silence",
    "author_burst",
    "high_risk",
]
#: A signal is raised, raised again when it grew, and ends when activity is back in its band.
SignalState = Literal["raised", "grown", "ended"]


class Signal(Record, frozen=True, kw_only=True, tag_field="type", tag="signal"):
    """One piece of evidence, sent to the inbox of its brand.

    Attributes:
        id: hash of what it is about (rule, key, opening tick, state): a replay makes the same one.
        episode: hash shared by the raised, grown and ended signals of one episode.
        tick_at: the event-time tick that judged it (high risk: the mention's time).
        span_minutes: the span whose count was judged.
        current: the count judged: distinct authors (burst), distinct negative authors (negative_burst), …
        baseline: the count that would be usual, in the same unit.
        ratio: current / baseline (at least one in the denominator).
        surprise: −log10 of the tail probability.
        negative_share: share of negative mentions in the span; positive_share: of positive ones.
        record_ratio: current over the highest of the remembered past; above 1 is a record.
        reasons: sentences a person can read.
        authors: keys of the authors it is about: the one (author_burst, high_risk, influence, virality), those that a
            coordination names for the first time (at most 50), or the most heard ones.
        evidence: keys of at most 5 telling mentions (their texts are in `mentions.evidence`).
        sources: mentions by source in the span.
        verdict: of a coordination: "unclear", "coordinated" or "known" (told before); of an influence or a high risk
            what it deserves: "watch" or "elevated".
        terms: the words that tell this span from what is usually said, most telling first.
        causes: what its complaints are about → how many of them say so, most named first.
        cluster, cause: victim, accidental or preventable, and the kind within (SCCT); empty when nothing speaks.
        first_mention: key of the wave's first mention.
        projected_reach: what a story that spreads by itself would reach in the end; 0 when none does.
        profiles: who the authors are, of a signal about single ones (author_burst, high_risk, influence); at most 5.
        lasts_minutes: for so long it counts, if it has no end of its own (no `ended` follows); 0: it has.
        is_warming_up: the baseline of this key is younger than two days.
        is_incomplete: judged although a channel stalled.
    """

    VERSION: ClassVar[int] = 3

    id: Identifier
    episode: Identifier
    kind: SignalKind
    state: SignalState = "raised"
    brand: Identifier
    topic: str
    tick_at: Instant
    span_minutes: Count = 0
    current: float = 0.0
    baseline: float = 0.0
    ratio: float = 0.0
    surprise: float = 0.0
    mentions: Count = 0
    negatives: Count = 0
    distinct_authors: Count = 0
    distinct_negative_authors: Count = 0
    new_authors: Count = 0
    negative_share: Share = 0.0
    positive_share: Share = 0.0
    record_ratio: float = 0.0
    reach: Count = 0
    reasons: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    sources: dict[str, int] = {}
    source_kinds: dict[str, int] = {}
    fingerprints: tuple[str, ...] = ()
    high_risk: tuple[str, ...] = ()
    verdict: str = ""
    terms: tuple[str, ...] = ()
    causes: dict[str, int] = {}
    cluster: str = ""
    cause: str = ""
    first_mention: str = ""
    projected_reach: Count = 0
    lasts_minutes: Count = 0
    profiles: tuple[AuthorProfile, ...] = ()
    is_warming_up: bool = False
    is_incomplete: bool = False
    configuration: str = ""
