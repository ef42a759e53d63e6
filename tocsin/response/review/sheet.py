"""The review as sections of plain words, before it is Markdown or HTML. Every text in it may come from a stranger."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from schemas.crisis import Severity
from schemas.mention import WHOLE_BRAND, Evidence
from schemas.signal import Signal
from tocsin.response.review.clocks import AVERAGE_ANSWER, Clock
from tocsin.response.review.draft import Moment, Review
from tocsin.response.review.lessons import say_span
from tocsin.response.review.outcomes import Outcomes
from tocsin.response.review.recovery import Recovery


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head, all of the same length."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """A telling mention, and who wrote it where and when."""

    text: str
    about: str
    is_negative: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A proposal, with its number."""

    number: int
    title: str
    why: str
    file: str = ""
    diff: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of the sheet; what is empty is not shown.

    Attributes:
        about: a paragraph; items: a list; moments: a timeline.
    """

    title: str
    about: str = ""
    items: tuple[str, ...] = ()
    table: Table | None = None
    quotes: tuple[Quote, ...] = ()
    changes: tuple[Change, ...] = ()
    moments: tuple[tuple[str, Severity | None, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The whole of it.

    Attributes:
        facts: number and what it is, the most important ones.
    """

    eyebrow: str
    title: str
    lead: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    foot: str


def show_diff(diff: str) -> str:
    """A diff to look at: its lines and spaces as they are, and nothing in it that is not seen."""
    return "".join(each if each == "\n" or unicodedata.category(each)[0] != "C" else "\ufffd" for each in diff)


def lay_out(review: Review) -> Sheet:
    """The review in sections; empty ones are left out."""
    crisis = review.crisis
    subject = crisis.brand if crisis.subject == WHOLE_BRAND else f"{crisis.brand} · {crisis.subject}"
    exercise = "EXERCISE · " if crisis.is_exercise else ""
    sections = (
        Section(title="Times", table=_tell_clocks(review.clocks), about=_AVERAGE),
        Section(title="What went well", items=review.went_well),
        Section(title="What to change", items=review.to_change),
        Section(title="Proposed changes", about=_APPLY if review.proposals else "", changes=_number(review)),
        Section(title="Timeline", moments=tuple(map(_tell_moment, review.timeline)), about=_tell_gap(review)),
        Section(title="Who was told, and when", table=_tell_people(review)),
        Section(title="What was kept back, and why", table=_tell_suppressed(review)),
        Section(title="What the signals said", items=tuple(map(_tell_signal, review.signals))),
        Section(title="Causes and words", items=_tell_causes(review)),
        Section(title="Telling mentions", quotes=tuple(map(_quote, review.quotes)), about=_tell_private(review)),
        Section(title="Looked at again", items=_tell_follow_ups(review)),
        Section(title="The same authors, later", about=_tell_recovery(review.recovery)),
        Section(title=f"Playbook: {review.playbook}", table=_tell_steps(review)),
        Section(title="Outcomes of this brand's alarms in 90 days", about=_tell_outcomes(review.outcomes)),
    )
    return Sheet(
        eyebrow=f"{exercise}Review, draft · crisis {crisis.id}",
        title=f"{subject}: {crisis.peak_severity} at its worst",
        lead=_lead(review),
        facts=tuple((_say(clock), _short(clock)) for clock in review.clocks if clock.span is not None)[:6],
        sections=tuple(each for each in sections if _holds_something(each)),
        foot=f"Drafted {review.made_at:%Y-%m-%d %H:%M} UTC from what is kept, for people to correct. Times are UTC.",
    )


_AVERAGE = (
    f"For comparison: companies take {AVERAGE_ANSWER.total_seconds() / 3600:.0f} hours on average to a first answer, "
    "while 28 % of crises are international within an hour (Freshfields 2013)."
)
_APPLY = (
    "Each is a suggestion, to be judged by a person. Beside this file each is a file of its own, for the program patch."
)


def _holds_something(section: Section) -> bool:
    has_rows = section.table is not None and bool(section.table.rows)
    said = bool(section.items or section.quotes or section.changes or section.moments)
    return has_rows or said or (section.table is None and bool(section.about))


def _lead(review: Review) -> str:
    crisis = review.crisis
    parts = [f"Opened {crisis.opened_at:%Y-%m-%d %H:%M} UTC, {crisis.status} now"]
    parts.append(f"{crisis.current:,.0f} against {crisis.baseline:,.0f} usual" if crisis.current else "")
    parts.append(
        f"{crisis.distinct_authors:,} authors, {crisis.negative_share:.0%} negative" if crisis.mentions else ""
    )
    parts.append(f"owned by {crisis.owner}" if crisis.owner else "owned by nobody")
    return "; ".join(each for each in parts if each) + "."


def _say(clock: Clock) -> str:
    return "–" if clock.span is None else say_span(clock.span)


def _short(clock: Clock) -> str:
    verdict = {True: "in time", False: "late", None: ""}[clock.is_met]
    return f"{clock.name.lower()}{', ' + verdict if verdict else ''}"


def _tell_clocks(clocks: Iterable[Clock]) -> Table:
    verdicts = {True: "met", False: "missed", None: ""}
    rows = tuple(
        (each.name, _say(each), say_span(each.target) if each.target else "", verdicts[each.is_met], each.note)
        for each in clocks
    )
    return Table(("time to", "took", "target", "", "what it is"), rows)


def _number(review: Review) -> tuple[Change, ...]:
    return tuple(
        Change(number, each.title, each.why, each.file, each.diff) for number, each in enumerate(review.proposals, 1)
    )


def _tell_moment(moment: Moment) -> tuple[str, Severity | None, str]:
    who = f" by {moment.who}" if moment.who else ""
    why = f": {moment.why}" if moment.why else ""
    return f"{moment.at:%m-%d %H:%M:%S}", moment.severity, f"{moment.what}{who}{why}"


def _tell_gap(review: Review) -> str:
    return "" if review.is_whole else "Its first events are not kept any more: the beginning is missing."


def _tell_people(review: Review) -> Table:
    rows = tuple((f"{each.at:%m-%d %H:%M:%S}", each.who, each.how, each.why) for each in review.told)
    return Table(("when", "who", "what became of it", "why them"), rows)


def _tell_suppressed(review: Review) -> Table:
    rows = [(reason, f"{count:,}", "") for reason, count in sorted(review.suppressed.items())]
    rows += [(what, "1", f"{at:%m-%d %H:%M}: {why}") for at, what, why in review.silenced]
    return Table(("what", "messages", "why"), tuple(rows))


def _tell_signal(signal: Signal) -> str:
    numbers = f"×{signal.ratio:.1f} of what is usual, surprise {signal.surprise:.1f}" if signal.ratio else ""
    said = "; ".join(each for each in (numbers, *signal.reasons) if each)
    return f"{signal.tick_at:%m-%d %H:%M} {signal.kind.replace('_', ' ')} {signal.state} ({signal.topic}): {said}"


def _tell_causes(review: Review) -> tuple[str, ...]:
    crisis = review.crisis
    total = sum(crisis.causes.values())
    found = [f"{cause}: {count:,} of {total:,} complaints that name a reason" for cause, count in crisis.causes.items()]
    if crisis.cluster:
        found.append(f"taken for: {crisis.cluster}{f' ({crisis.cause})' if crisis.cause else ''}")
    if crisis.terms:
        found.append(f"words that set it apart: {', '.join(crisis.terms)}")
    if crisis.sources:
        found.append("sources: " + ", ".join(f"{name} {count:,}" for name, count in crisis.sources.items()))
    return tuple(found)


def _quote(evidence: Evidence) -> Quote:
    who = f"@{evidence.author_handle}" if evidence.author_handle else "somebody"
    reach = f", {evidence.followers:,} followers" if evidence.followers else ""
    about = f"{who}{reach} on {evidence.source}, {evidence.posted_at:%Y-%m-%d %H:%M}"
    return Quote(evidence.text, about, evidence.label == "negative")


def _tell_private(review: Review) -> str:
    return f"{review.private} more were private, and are not quoted." if review.private else ""


def _tell_follow_ups(review: Review) -> tuple[str, ...]:
    verdicts = {True: "good", False: "not good", None: "nothing can be said"}
    return tuple(
        f"{each.id}, {each.done_at:%m-%d %H:%M}: {verdicts[each.is_good]}; {each.finding}"
        if each.done_at is not None
        else f"{each.id}: due {each.due_at:%Y-%m-%d %H:%M}{f', {each.what}' if each.what else ''}"
        for each in review.follow_ups
    )


def _tell_recovery(recovery: Recovery | None) -> str:
    if recovery is None:
        return ""
    if not recovery.complained:
        return f"None of those who complained is known any more. {recovery.horizon}".strip()
    return (
        f"Of {recovery.complained:,} who complained, {recovery.wrote_again:,} wrote again after "
        f"{recovery.turned_at:%Y-%m-%d %H:%M}: {recovery.more_positive:,} more positive, {recovery.still_negative:,} "
        f"still negative, {recovery.unchanged:,} unchanged. {recovery.horizon}"
    ).strip()


def _tell_steps(review: Review) -> Table:
    rows = tuple(
        (
            each.step.id,
            f"{each.due_at:%m-%d %H:%M}",
            f"{each.done_at:%m-%d %H:%M}{f' by {each.by}' if each.by else ''}" if each.done_at else "nothing says so",
            f"{say_span(each.late)} late" if each.late else "",
        )
        for each in review.steps
    )
    return Table(("step", "due", "done", ""), rows)


def _tell_outcomes(outcomes: Outcomes) -> str:
    real, false = sum(outcomes.real.values()), sum(outcomes.false.values())
    if not real + false:
        return ""
    return (
        f"{real:,} real, {false:,} dismissed as false ({real / (real + false):.0%} of those that people judged were "
        f"real), {outcomes.unlabelled:,} that nobody judged."
    )
