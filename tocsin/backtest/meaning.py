"""What an alert or a crisis means, for somebody who has to decide and knows no statistics."""

from __future__ import annotations

from schemas.crisis import Severity
from schemas.mention import WHOLE_BRAND
from tocsin.backtest.alerts import Alert
from tocsin.report.words import join_words, say_count, say_number

#: What to do, by how bad it is.
ADVICE: dict[Severity, str] = {
    "watch": "Nothing to do now.",
    "elevated": "Somebody should look within the hour.",
    "severe": "Bring the response team together now.",
    "critical": "Leadership should know now; bring everybody in.",
}

_MEANING: dict[str, str] = {
    "burst": "Far more people than usual speak about it. It may be good news, a joke, or the first minutes of a "
    "problem: look at what they share.",
    "negative_burst": "Far more people than usual complain, and they are different people: no lone voice. Find the one "
    "cause that most of them name, and answer where they wrote.",
    "climb": "Complaints have grown slowly. No single hour stands out, but together they do: a cause that lasts.",
    "coordination": "Several accounts post the same thing together. That is consistent with an organised campaign; it "
    "proves none, and says nothing about who is behind it.",
    "influence": "One account speaks again and again, or to very many. One author alone is no crisis: decide whether "
    "to answer them in person.",
    "virality": "A story is being passed on faster than it fades: every share brings more than one further share. "
    "What is said about it in the next hours reaches far more people than what is said tomorrow.",
    "high_risk": "A mention names something that can do harm by itself. One voice proves nothing: read it, and find "
    "out whether it is true and about you.",
    "silence": "Nobody speaks where people usually do. That is more often a broken source than a calm day: check that "
    "mentions still arrive.",
}

#: Volume that is an alarm complains as well.
_LOUD_COMPLAINT = (
    "Far more people than usual speak about it, and {share:.0%} of what they say is a complaint. Find the one cause "
    "that most of them name, and answer where they wrote."
)
_MUCH = 0.4

_HEADLINES: dict[str, str] = {
    "climb": "Complaints about {subject} grow slowly",
    "coordination": "Accounts act together against {subject}",
    "influence": "One voice weighs heavily on {subject}",
    "silence": "Silence about {subject}",
    "virality": "A story about {subject} spreads by itself",
}


#: What weighs most when several kinds came together.
_TELLING = ("coordination", "high_risk", "negative_burst", "virality", "climb", "influence", "silence", "burst")


def explain(kinds: tuple[str, ...], severity: Severity, negative_share: float = 0.0) -> str:
    """The meaning of what weighs most among these kinds, and what to do.

    Args:
        negative_share: of the mentions that it is about.
    """
    if kinds == ("burst",) and negative_share >= _MUCH:
        return f"{_LOUD_COMPLAINT.format(share=negative_share)} {ADVICE[severity]}"
    for kind in _TELLING:
        if kind in kinds:
            return f"{_MEANING[kind]} {ADVICE[severity]}"
    return ADVICE[severity]


def headline(alert: Alert, name: str, topic: str) -> str:
    """What an alert says, in one sentence with its numbers.

    Args:
        name: of the brand; topic: of the topic, for people.
    """
    subject = name if alert.topic == WHOLE_BRAND else f"{name}: {topic}"
    if alert.kind in ("burst", "negative_burst"):
        verb = "complain about" if alert.kind == "negative_burst" else "speak about"
        people = f"{say_number(alert.current)} people {verb} {subject}"
        within = f" within {say_span(alert.span_minutes)}" if alert.span_minutes else ""
        return f"{people}{within}; {say_number(alert.baseline)} is usual"
    if alert.kind == "high_risk":
        terms = find_terms(alert)
        voices = say_count(max(1, round(alert.current)), "mention")
        return f"{voices} of {subject} names a high risk{f': {terms}' if terms else ''}"
    return _HEADLINES.get(alert.kind, "{subject}").format(subject=subject)


def say_causes(alert: Alert) -> str:
    """`Most name delay (12) and no answer (5).`; empty when nothing is named."""
    named = [f"{cause.replace('-', ' ').replace('_', ' ')} ({count:,})" for cause, count in alert.causes.items()]
    return f"Most of them name {join_words(named[:3])}." if named else ""


def find_terms(alert: Alert) -> str:
    """The high-risk terms that its reasons name."""
    for reason in alert.reasons:
        _, found, terms = reason.partition("high risk: ")
        if found:
            return terms.replace("*", "…")
    return ""


def say_span(minutes: int) -> str:
    """`15 minutes`, `an hour`, `6 hours`, `a day`."""
    if minutes == 60:
        return "an hour"
    if minutes == 24 * 60:
        return "a day"
    return f"{minutes // 60} hours" if minutes % 60 == 0 else f"{minutes} minutes"
