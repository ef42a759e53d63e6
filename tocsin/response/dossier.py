"""Who is behind a crisis: its authors, media, causes and the course of its wave, each with what it rests on.

A dossier repeats what was found and how sure that is, for a person to weigh. It accuses nobody: that an account is
young, or acts as others do, says nothing of who its owner is. Private mentions are counted, never quoted, and who wrote
nothing but those is not named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

import msgspec

from schemas.crisis import Crisis, EscalationEvent
from schemas.mention import AuthorProfile, Evidence, Relation
from schemas.signal import Signal
from tocsin.response.wave import Moment, tell_wave

#: How sure something is, by how it is known.
Confidence = Literal["declared", "told by the source", "counted", "an indicator", "not known"]

#: Authors that are named; the others are a number.
NAMED: Final = 12

#: An author who was erased on request bears such a name (`tocsin.detection.erased`).
_ERASED: Final = "|erased-"
_RELATIONS: Final[tuple[Relation, ...]] = ("official", "employee", "competitor", "watched", "public")
_CLUSTERS: Final = {
    "victim": "those who complain see it as a victim itself",
    "accidental": "those who complain see an accident, not an intention",
    "preventable": "those who complain say that it could have been prevented",
}
_VERDICTS: Final = {
    "coordinated": "accounts repeatedly acted alike, more than chance explains; who is behind them is not known",
    "known": "accounts that were told before go on acting alike; who is behind them is not known",
    "unclear": "accounts acted alike, and whether they did together is unclear",
}


class Finding(msgspec.Struct, frozen=True):
    """One thing that is known, how, and what shows it.

    Attributes:
        evidence: keys of mentions, and ids of signals, where it can be looked up.
    """

    words: str
    confidence: Confidence
    evidence: tuple[str, ...] = ()


class Person(msgspec.Struct, frozen=True):
    """One author, as the crisis knows them.

    Attributes:
        key: `source|author id`; what stands in its place when the author was erased.
        handle, name: as the source told them; empty when no text of theirs is kept.
        followers: None when the source does not tell.
    """

    key: str
    handle: str
    name: str
    followers: int | None
    relation: Relation
    findings: tuple[Finding, ...]


class Report(msgspec.Struct, frozen=True):
    """A mention of the press."""

    at: datetime
    outlet: str
    mention: str
    url: str


class Dossier(msgspec.Struct, frozen=True):
    """What is known of who and what is behind a crisis.

    Attributes:
        unnamed: distinct authors of the strongest signal who are not among `authors`.
        reports: of the press, as far as their texts are kept, earliest first.
        sources: mentions by source, of the strongest signal.
        causes: what complaints are about → how many say so.
        languages: of the kept texts.
        texts, private: how many texts are kept; how many of them are private.
    """

    crisis: str
    authors: tuple[Person, ...]
    unnamed: int
    reports: tuple[Report, ...]
    sources: dict[str, int]
    causes: dict[str, int]
    cause: Finding | None
    coordination: tuple[Finding, ...]
    wave: tuple[Moment, ...]
    languages: dict[str, int]
    texts: int
    private: int


def make_dossier(crisis: Crisis, events: Sequence[EscalationEvent], evidence: Mapping[str, Evidence]) -> Dossier:
    """The dossier of a crisis.

    Args:
        events: those of this crisis that are kept, in their order.
        evidence: mention key → text, of those that are kept.
    """
    signals = tuple(event.signal for event in events if event.signal is not None)
    public = {key: text for key, text in evidence.items() if not text.private}
    authors = _find_authors(crisis, signals, evidence, public)
    languages = Counter(text.language for text in public.values())
    return Dossier(
        crisis=crisis.id,
        authors=authors[:NAMED],
        unnamed=max(0, crisis.distinct_authors - len(authors[:NAMED])),
        reports=tuple(sorted(_find_reports(public.values()), key=lambda report: (report.at, report.mention))),
        sources=dict(sorted(crisis.sources.items(), key=lambda item: (-item[1], item[0]))),
        causes=dict(sorted(crisis.causes.items(), key=lambda item: (-item[1], item[0]))),
        cause=_find_cause(crisis),
        coordination=tuple(_find_coordination(signals)),
        wave=tell_wave(crisis, events, public),
        languages=dict(sorted(languages.items(), key=lambda item: (-item[1], item[0]))),
        texts=len(evidence),
        private=len(evidence) - len(public),
    )


# -- authors -------------------------------------------------------------------------------------------------------


def _find_authors(
    crisis: Crisis, signals: Iterable[Signal], evidence: Mapping[str, Evidence], public: Mapping[str, Evidence]
) -> tuple[Person, ...]:
    """Who is named: those who were told of first, then whom the brand knows, then who reaches most.

    Events are a log, and may name somebody who was erased since: who is named is decided by the crisis as it stands.
    """
    named = {*crisis.authors, *(profile.author for profile in crisis.profiles)}
    profiles = {each.author: each for signal in signals for each in signal.profiles if each.author in named}
    profiles |= {profile.author: profile for profile in crisis.profiles}
    keys = dict.fromkeys((*profiles, *crisis.authors, *(text.author for text in public.values() if text.author)))
    quoted: dict[str, list[Evidence]] = {}
    for text in sorted(public.values(), key=lambda text: (text.posted_at, text.mention)):
        quoted.setdefault(text.author, []).append(text)
    hidden = {text.author for text in evidence.values()} - quoted.keys()
    people = [
        _describe(key, profiles.get(key), quoted.get(key, []))
        for key in keys
        if key not in hidden or (key in profiles and profiles[key].relation != "public")
    ]
    people.sort(
        key=lambda each: (
            each.key not in profiles,
            _RELATIONS.index(each.relation),
            -(each.followers or 0),
            each.key,
        )
    )
    return tuple(people)


def _describe(key: str, profile: AuthorProfile | None, texts: Sequence[Evidence]) -> Person:
    last = texts[-1] if texts else None
    counted = [each.followers for each in (profile, *texts) if each is not None and each.followers is not None]
    shown = tuple(text.mention for text in texts)
    findings = [Finding("erased on request: nothing more is known", "told by the source")] if _ERASED in key else []
    if counted and _ERASED not in key:
        findings.append(Finding(f"{max(counted):,} follow the account", "told by the source", shown))
    if profile is not None:
        findings += _tell_profile(profile, shown)
    return Person(
        key=key,
        handle=(last.author_handle or "") if last else "",
        name=(last.author_name or "") if last else "",
        followers=max(counted, default=None),
        relation=profile.relation if profile is not None else "public",
        findings=tuple(findings),
    )


def _tell_profile(profile: AuthorProfile, shown: tuple[str, ...]) -> Iterable[Finding]:
    """The sentences of a profile, each with how it is known: relation, then history, then indicators."""
    reasons = list(profile.reasons)
    indicators = [reasons.pop() for _ in profile.indicators if reasons][::-1]
    if profile.relation != "public" and reasons:
        yield Finding(reasons.pop(0), "declared")
    for reason in reasons:
        yield Finding(reason, "counted", shown)
    if profile.negatives:
        words = f"{profile.negatives} of {profile.mentions} mentions within 24 hours were complaints"
        yield Finding(words, "counted", shown)
    for indicator in indicators:
        yield Finding(indicator, "an indicator", shown)
    if profile.is_anonymous:
        yield Finding("several indicators together: the author may wish to stay unknown", "an indicator", shown)


# -- media, causes, coordination -----------------------------------------------------------------------------------


def _find_reports(texts: Iterable[Evidence]) -> Iterable[Report]:
    for text in texts:
        if text.source_kind == "press":
            outlet = text.author_name or text.author_handle or text.source
            yield Report(at=text.posted_at, outlet=outlet, mention=text.mention, url=text.url or "")


def _find_cause(crisis: Crisis) -> Finding | None:
    if not crisis.cluster:
        return None
    kind = crisis.cause.replace("-", " ")
    words = f"{kind} (SCCT: {crisis.cluster}): {_CLUSTERS.get(crisis.cluster, 'whose fault is not said')}"
    return Finding(words, "counted", crisis.signals[:1])


def _find_coordination(signals: Iterable[Signal]) -> Iterable[Finding]:
    """What was told of accounts that act alike, newest first, each sentence once."""
    told = [signal for signal in signals if signal.kind == "coordination" and signal.state != "ended"]
    if not told:
        yield Finding("nothing was told of accounts that act as one", "not known")
        return
    newest = max(told, key=lambda signal: (signal.tick_at, signal.id))
    shown = (newest.id, *newest.evidence)
    yield Finding(_VERDICTS.get(newest.verdict, _VERDICTS["unclear"]), "an indicator", shown)
    for reason in newest.reasons:
        yield Finding(reason, "counted", shown)
