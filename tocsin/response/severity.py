"""How bad is it? Readable rules on the numbers of a signal: a floor by its kind, and parts that raise it.

`watch` is a record that messages nobody; `elevated` is an alarm. Volume alone is a watch: a campaign that people like
is loud as well. Complaints of many, a high risk, or a record volume that is negative are alarms. One author never is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from schemas.crisis import SEVERITIES, Severity
from schemas.mention import WHOLE_BRAND
from schemas.signal import Signal


@dataclass(frozen=True, slots=True)
class SeverityPolicy:
    """Where each part of the severity begins to count."""

    ratio: float = 6.0  # bursts of the development data are ×3 to ×6
    surprise: float = 10.0  # one window in ten billion: no baseline explains it
    distinct_authors: int = 100  # a crowd that no team answers one by one
    negative_share: float = 0.8  # twice the share of an ordinary day: nearly everybody
    reach: int = 1_000_000
    record_ratio: float = 1.65  # two thirds above anything of the last fortnight
    source_share: float = 0.1  # a second source that makes up a tenth
    volume_record_ratio: float = 1.3  # volume alone: a clear record …
    volume_ratio: float = 3.0  # … far above the usual …
    volume_negative_share: float = 0.6  # … that is mostly negative, which an ordinary day is not …
    volume_negative_authors: int = 10  # … from as many as would be a crowd by themselves
    outburst_minutes: int = 15  # or sudden, as a campaign is not …
    outburst_record_ratio: float = 2.2  # … more than twice anything of the last fortnight …
    outburst_ratio: float = 8.0  # … far beyond what a good hour brings …
    outburst_authors: int = 25  # … of many …
    outburst_positive_share: float = 0.45  # … who do not just like it: a post that is mocked makes few negative words
    risk_reach: int = 100_000  # a high risk told by an influential author
    severe_parts: int = 3
    critical_parts: int = 5


DEFAULT = SeverityPolicy()


class Verdict(NamedTuple):
    """A severity and why: one sentence for the floor, one for each part."""

    severity: Severity
    reasons: tuple[str, ...]


class _Part(NamedTuple):
    holds: Callable[[Signal, SeverityPolicy], bool]
    says: Callable[[Signal], str]


def rank(severity: Severity) -> int:
    """0 (watch) to 3 (critical)."""
    return SEVERITIES.index(severity)


def is_alarm(severity: Severity) -> bool:
    """Does somebody have to be told?"""
    return severity != "watch"


def find_severity(signal: Signal, policy: SeverityPolicy = DEFAULT) -> Verdict:
    """The severity of one signal by its own numbers."""
    floor, because = _find_floor(signal, policy)
    if floor == "watch":
        return Verdict(floor, (because,))
    said = [part.says(signal) for part in _PARTS if part.holds(signal, policy)]
    if signal.kind == "high_risk":
        severity: Severity = "severe" if signal.verdict != "watch" and _is_heard(signal, policy) else floor
    else:
        severity = "critical" if len(said) >= policy.critical_parts else floor
        if policy.severe_parts <= len(said) < policy.critical_parts:
            severity = "severe"
    return Verdict(severity, (because, *said))


def _find_floor(signal: Signal, policy: SeverityPolicy) -> tuple[Severity, str]:
    match signal.kind:
        case "high_risk":
            if signal.verdict == "watch" and not _is_heard(signal, policy):
                return "watch", f"a word of high risk, hardly heard: {', '.join(signal.high_risk)}"
            return "elevated", f"a high risk is named: {', '.join(signal.high_risk)}"
        case "negative_burst":
            return "elevated", f"{signal.distinct_negative_authors:,} different authors complain"
        case "author_burst":
            return "watch", "one author alone, however angry, is no crisis"
        case "burst" | "climb" | "virality":
            if _is_angry_record(signal, policy):
                return "elevated", f"a record volume, {signal.negative_share:.0%} of it negative"
            if signal.kind == "burst" and _is_outburst(signal, policy):
                return "elevated", f"×{signal.record_ratio:.1f} of the record, and few like it: something was noticed"
            return "watch", f"volume alone: {signal.negative_share:.0%} of it is negative"
        case "coordination":
            if signal.verdict == "coordinated":
                return "elevated", f"{signal.current:,.0f} accounts act alike: consistent with coordination"
            if signal.verdict == "known":
                return "watch", f"more accounts of a group that is known: {signal.current:,.0f} by now"
            return "watch", "something is shared by many or repeated by few: too little to speak of coordination"
        case "influence":
            if signal.verdict == "elevated":
                return "elevated", f"an author of unusual influence complains: {signal.reach:,} followers"
            return "watch", f"an influential author complains: {signal.reach:,} followers"
        case "silence":
            if signal.state == "grown":
                return "elevated", "nothing has been heard for long: no data is not no crisis"
            return "watch", "nothing is heard: no data is not no crisis"


def _is_heard(signal: Signal, policy: SeverityPolicy) -> bool:
    """Is one mention told by the press, or by somebody whom many read?"""
    return signal.reach >= policy.risk_reach or "press" in signal.source_kinds


def _is_angry_record(signal: Signal, policy: SeverityPolicy) -> bool:
    return (
        signal.record_ratio >= policy.volume_record_ratio
        and signal.ratio >= policy.volume_ratio
        and signal.negative_share >= policy.volume_negative_share
        and signal.distinct_negative_authors >= policy.volume_negative_authors
    )


def _is_outburst(signal: Signal, policy: SeverityPolicy) -> bool:
    """Is volume alone enough? A faux pas is loud before it is negative: those who mock it use few bad words."""
    return (
        signal.topic == WHOLE_BRAND
        and not signal.is_warming_up
        and 0 < signal.span_minutes <= policy.outburst_minutes
        and signal.record_ratio >= policy.outburst_record_ratio
        and signal.ratio >= policy.outburst_ratio
        and signal.distinct_authors >= policy.outburst_authors
        and signal.positive_share < policy.outburst_positive_share
    )


def _has_second_source(signal: Signal, policy: SeverityPolicy) -> bool:
    least = policy.source_share * sum(signal.sources.values())
    return sum(1 for count in signal.sources.values() if count >= least) >= 2


_PARTS: tuple[_Part, ...] = (
    _Part(lambda s, p: s.ratio >= p.ratio, lambda s: f"×{s.ratio:.1f} of what is usual"),
    _Part(lambda s, p: s.surprise >= p.surprise, lambda s: f"surprise {s.surprise:.1f}: chance does not explain it"),
    _Part(
        lambda s, p: s.distinct_negative_authors >= p.distinct_authors,
        lambda s: f"a crowd complains: {s.distinct_negative_authors:,} authors",
    ),
    _Part(
        lambda s, p: s.kind != "high_risk" and s.negative_share >= p.negative_share,
        lambda s: f"{s.negative_share:.0%} of all mentions are negative",
    ),
    _Part(lambda s, p: s.reach >= p.reach, lambda s: f"it reached {s.reach:,}"),
    _Part(lambda s, p: s.record_ratio >= p.record_ratio, lambda s: f"×{s.record_ratio:.1f} of the 14-day record"),
    _Part(_has_second_source, lambda s: f"heard on {len(s.sources)} sources"),
    _Part(lambda s, _: "press" in s.source_kinds, lambda _: "the press writes about it"),
)
