"""The course of a wave: its first mention, who drove it, when which source joined, its peak, how bad it was when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from schemas.crisis import Crisis, EscalationEvent
from schemas.mention import Evidence

#: Authors of one moment that are named.
_DRIVERS: Final = 3
#: Of one instant: how it began before what it became.
_ORDER: Final = ("first mention", "source", "drivers", "severity", "peak", "status")


class Moment(msgspec.Struct, frozen=True):
    """One thing that happened.

    Attributes:
        kind: "first mention", "source", "drivers", "severity", "peak" or "status".
        evidence: keys of mentions, or ids of signals, where it can be looked up.
    """

    at: datetime
    kind: str
    words: str
    evidence: tuple[str, ...] = ()


def tell_wave(crisis: Crisis, events: Sequence[EscalationEvent], public: Mapping[str, Evidence]) -> tuple[Moment, ...]:
    """What happened, earliest first.

    Args:
        events: those of this crisis that are kept, in their order.
        public: mention key → text, without private ones.
    """
    moments = [
        *_first_mention(crisis, public),
        *_sources(events, public),
        *_drivers(events, public),
        *_changes(events),
        *_peak(events),
    ]
    return tuple(sorted(moments, key=lambda moment: (moment.at, _ORDER.index(moment.kind), moment.words)))


def _first_mention(crisis: Crisis, public: Mapping[str, Evidence]) -> Iterable[Moment]:
    text = public.get(crisis.first_mention)
    if text is not None:
        words = f"first mention of the wave, by {_name(text)} on {text.source}"
        yield Moment(text.posted_at, "first mention", words, (text.mention,))
    elif earliest := min(public.values(), key=lambda text: (text.posted_at, text.mention), default=None):
        words = f"first mention whose text is kept, by {_name(earliest)} on {earliest.source}"
        yield Moment(earliest.posted_at, "first mention", words, (earliest.mention,))


def _sources(events: Iterable[EscalationEvent], public: Mapping[str, Evidence]) -> Iterable[Moment]:
    """When each source was first heard: by a kept text, or by the signal that first counted it."""
    joined: dict[str, tuple[datetime, str]] = {}
    for text in public.values():
        found = (text.posted_at, text.mention)
        joined[text.source] = min(joined.get(text.source, found), found)
    for event in events:
        for source in event.signal.sources if event.signal else ():
            assert event.signal is not None
            found = (event.signal.tick_at, event.signal.id)
            joined[source] = min(joined.get(source, found), found)
    for source, (at, shown) in sorted(joined.items()):
        yield Moment(at, "source", f"first heard on {source}", (shown,))


def _drivers(events: Iterable[EscalationEvent], public: Mapping[str, Evidence]) -> Iterable[Moment]:
    """Who drove it: those of the authors a signal names whose texts are kept, by how many follow them."""
    told: set[str] = set()
    for event in events:
        signal = event.signal
        if signal is None or signal.state == "ended":
            continue
        texts = [text for text in public.values() if text.author in signal.authors and text.author not in told]
        farthest: dict[str, Evidence] = {}
        for text in sorted(texts, key=lambda text: (text.posted_at, text.mention)):
            if text.posted_at <= signal.tick_at and text.followers:
                farthest.setdefault(text.author, text)
        leading = sorted(farthest.values(), key=lambda text: (-(text.followers or 0), text.author))[:_DRIVERS]
        if leading:
            told.update(text.author for text in leading)
            named = ", ".join(f"{_name(text)} ({text.followers:,} followers)" for text in leading)
            yield Moment(signal.tick_at, "drivers", f"read by most: {named}", tuple(text.mention for text in leading))


def _changes(events: Iterable[EscalationEvent]) -> Iterable[Moment]:
    """When severity or status changed."""
    severity = status = ""
    for event in events:
        crisis = event.crisis
        if crisis.severity != severity:
            words = f"{severity} → {crisis.severity}" if severity else f"{crisis.severity} from the start"
            because = f": {event.because[0]}" if event.because else ""
            yield Moment(event.at, "severity", f"{words}{because}", (event.signal.id,) if event.signal else ())
        if status and crisis.status != status:
            yield Moment(event.at, "status", f"{status} → {crisis.status}" + (f", by {event.by}" if event.by else ""))
        severity, status = crisis.severity, crisis.status


def _peak(events: Iterable[EscalationEvent]) -> Iterable[Moment]:
    """The signal with the most authors."""
    signals = [event.signal for event in events if event.signal is not None and event.signal.distinct_authors > 1]
    if signals:
        peak = max(signals, key=lambda signal: (signal.distinct_authors, signal.tick_at, signal.id))
        words = f"most authors: {peak.distinct_authors:,}, {peak.negative_share:.0%} of the mentions negative"
        yield Moment(peak.tick_at, "peak", words, (peak.id,))


def _name(text: Evidence) -> str:
    return f"@{text.author_handle}" if text.author_handle else text.author_name or "somebody"
