"""What a crisis tells of itself: names, numbers and words of the signals that joined it."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.crisis import Crisis
from schemas.mention import AuthorProfile
from schemas.signal import Signal
from tocsin.instants import instant
from tocsin.response.rows import CrisisRow
from tocsin.response.severity import find_severity, rank

_SIGNALS_LIMIT = 100
_NAMES_LIMIT = 20
_TERMS_LIMIT = 12
_PROFILES_LIMIT = 10


def describe(row: CrisisRow, signal: Signal, now_ms: int) -> Crisis:
    """The crisis with a signal's names added, and its numbers if it is the strongest so far."""
    crisis = row.crisis
    row.fingerprints = _add(row.fingerprints, signal.fingerprints, _NAMES_LIMIT)
    described = crisis.replace(
        updated_at=instant(now_ms),
        signals=(*crisis.signals, signal.id)[:_SIGNALS_LIMIT],
        signal_count=crisis.signal_count + 1,
        kinds=_add(crisis.kinds, (signal.kind,), _NAMES_LIMIT),
        topics=_add(crisis.topics, (signal.topic,), _NAMES_LIMIT),
        configuration=signal.configuration or crisis.configuration,
    )
    if signal.state == "ended":
        return described
    described = described.replace(
        authors=_add(signal.authors, crisis.authors, _NAMES_LIMIT),
        evidence=_add(signal.evidence, crisis.evidence, 5),
        terms=_add(signal.terms, crisis.terms, _TERMS_LIMIT),
        projected_reach=max(signal.projected_reach, crisis.projected_reach),
        profiles=_add_profiles(signal.profiles, crisis.profiles),
        first_mention=crisis.first_mention or signal.first_mention,
    )
    strength = (rank(find_severity(signal).severity), signal.surprise)
    if strength <= row.strength:
        return described
    row.strength = strength
    return described.replace(
        span_minutes=signal.span_minutes,
        current=signal.current,
        baseline=signal.baseline,
        ratio=signal.ratio,
        surprise=signal.surprise,
        distinct_authors=signal.distinct_authors,
        mentions=signal.mentions,
        negative_share=signal.negative_share,
        reach=signal.reach,
        sources=signal.sources,
        causes=signal.causes or crisis.causes,
        cluster=signal.cluster or crisis.cluster,
        cause=signal.cause or crisis.cause,
        is_warming_up=signal.is_warming_up,
    )


def _add(names: tuple[str, ...], new: tuple[str, ...], limit: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*names, *new)))[:limit]


def _add_profiles(new: Iterable[AuthorProfile], known: Iterable[AuthorProfile]) -> tuple[AuthorProfile, ...]:
    """The newest of each author, but for one that does not say what was heard of them before."""
    profiles = {each.author: each for each in new}
    for each in known:
        if each.author not in profiles or (each.history and not profiles[each.author].history):
            profiles[each.author] = each
    return tuple(profiles.values())[:_PROFILES_LIMIT]
