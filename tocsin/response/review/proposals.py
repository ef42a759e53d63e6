"""What to change in the files, by what a crisis and the outcomes before it say: each as a diff, for a person to judge.

Every diff is against the file as it is, is made of the fewest characters, and was read again before it is proposed. One
that cannot be made so says in words what to change.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from schemas.crisis import SEVERITIES, Crisis, EscalationEvent
from schemas.mention import WHOLE_BRAND
from tocsin.errors import ConfigurationError
from tocsin.response.escalation_policy import find_escalation
from tocsin.response.plan import EscalationPolicy, Plan, parse_plan
from tocsin.response.review.clocks import ACKNOWLEDGE_WITHIN
from tocsin.response.review.edit import CannotEdit, add_to_mapping, append_items, make_diff, quote, set_entry
from tocsin.response.review.outcomes import Outcomes
from tocsin.response.severity import is_alarm, rank
from tocsin.strict_yaml import tell_duration

#: So many words are worth a look; the rest of them is noise.
_MOST_TERMS: Final = 5
_SHORTEST_TERM: Final = 4
#: Words come from strangers' texts: letters, digits and what stands inside a word; nothing that could be markup.
_TERM: Final = re.compile(r"[^\W_][\w'’-]*( [\w'’-]+)*")


@dataclass(frozen=True, slots=True)
class Proposal:
    """One change.

    Attributes:
        file: that the diff is for; empty with the diff.
        diff: a unified diff; empty where the change is better made by hand, which `why` then says.
    """

    title: str
    why: str
    file: str = ""
    diff: str = ""


@dataclass(frozen=True, slots=True)
class Files:
    """The texts of a person's files as they are, by name. What is not given gets no diff.

    Attributes:
        read_watchlist: reads a watchlist's text, and raises ConfigurationError: what is proposed must be readable.
        playbooks: file name → text of their own playbooks; folder: where these are, None: they have none.
        shipped: the same of the playbooks that come with Tocsin.
    """

    watchlist: tuple[str, str] | None = None
    response: tuple[str, str] | None = None
    read_watchlist: Callable[[str], object] | None = None
    playbooks: Mapping[str, str] = field(default_factory=dict)
    shipped: Mapping[str, str] = field(default_factory=dict)
    folder: str | None = None


def propose_watchlist(crisis: Crisis, outcomes: Outcomes, files: Files) -> list[Proposal]:
    """Words that were distinctive: as a topic of the brand; of a false alarm, as exclusions."""
    if files.watchlist is None:
        return []
    file, text = files.watchlist
    brand, place = _find_brand(text, crisis.brand)
    if brand is None:
        return [Proposal(f"Add the brand {crisis.brand} to the watchlist", f"{file} does not watch it (any more).")]
    known = {_fold(each) for each in _texts(brand)}
    terms = [each for each in map(_plain, crisis.terms) if each and not _is_known(each, known)][:_MOST_TERMS]
    if crisis.status == "dismissed":
        found = [each for each in terms if each in {_plain(term) for term in outcomes.false_terms}]
        return [_exclude(found, place, files)] if found else []
    return [_watch(terms, crisis, brand, place, files)] if terms and is_alarm(crisis.peak_severity) else []


def propose_response(
    crisis: Crisis, events: Sequence[EscalationEvent], outcomes: Outcomes, plan: Plan | None, files: Files
) -> list[Proposal]:
    """From which severity people are paged, and how long the second step waits."""
    if plan is None or files.response is None:
        return []
    policy = find_escalation(plan, crisis.brand, crisis.peak_severity)
    if policy is None:
        return [
            Proposal(
                f"Let somebody be paged for {crisis.brand}",
                f"No escalation of {files.response[0]} is for a {crisis.peak_severity} crisis of this brand.",
            )
        ] if is_alarm(crisis.peak_severity) and crisis.status != "dismissed" else []  # fmt: skip
    found = [
        _page_fewer(policy, outcomes, files),
        _page_earlier(policy, crisis, events, files),
        _wait_less(policy, crisis, events, files),
    ]
    return [each for each in found if each is not None]


# -- the watchlist -------------------------------------------------------------------------------------------------


def _watch(terms: list[str], crisis: Crisis, brand: Mapping[str, Any], place: int, files: Files) -> Proposal:
    why = (
        f"{_tell(terms)} told this crisis from what is usually said, and no term of the brand finds "
        f"{'them' if len(terms) > 1 else 'it'}. As a topic they get a baseline of their own, so that the next one is "
        "seen while it is small. Take out what is chance."
    )
    words = [quote(each) for each in terms if " " not in each]
    phrases = [quote(each) for each in terms if " " in each]
    topics = brand.get("topics") or {}

    def edit(text: str) -> str:
        if crisis.subject != WHOLE_BRAND and crisis.subject in topics:
            path = ("brands", place, "topics", crisis.subject)
            text = append_items(text, path, "keywords", words) if words else text
            return append_items(text, path, "phrases", phrases) if phrases else text
        lists = [f"keywords: [{', '.join(words)}]"] * bool(words) + [f"phrases: [{', '.join(phrases)}]"] * bool(phrases)
        name = _name_topic(terms, topics)
        return add_to_mapping(text, ("brands", place), "topics", name, f"{{{', '.join(lists)}}}")

    is_its = crisis.subject in topics
    title = f"Watch {_tell(terms)} under {crisis.subject}" if is_its else f"Watch {_tell(terms)} as a topic"
    return _propose(title, why, files.watchlist, edit, files.read_watchlist)


def _exclude(terms: list[str], place: int, files: Files) -> Proposal:
    why = (
        f"This was dismissed, and {_tell(terms)} stood in dismissed crises only. An exclusion removes the brand from "
        "every mention that holds it: keep only what means something else than the brand."
    )

    def edit(text: str) -> str:
        return append_items(text, ("brands", place), "exclusions", [quote(each) for each in terms])

    return _propose(f"Exclude {_tell(terms)}", why, files.watchlist, edit, files.read_watchlist)


def _find_brand(text: str, brand_id: str) -> tuple[Mapping[str, Any] | None, int]:
    try:
        brands = (yaml.safe_load(text) or {}).get("brands") or []
    except (yaml.YAMLError, AttributeError):
        return None, 0
    for place, brand in enumerate(brands):
        if isinstance(brand, dict) and brand.get("id") == brand_id:
            return brand, place
    return None, 0


def _texts(value: Any) -> Iterable[str]:
    """Every text inside a brand: what it matches, whatever for."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield str(key)
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def _is_known(term: str, known: set[str]) -> bool:
    """Does a term of the brand find it, or one of its words?"""
    folded = _fold(term)
    return any(
        folded == each or folded in each.split() or (each.endswith("*") and folded.startswith(each[:-1]))
        for each in known
    )


def _fold(term: str) -> str:
    """Without case, accents, # and @."""
    parts = unicodedata.normalize("NFD", term.casefold().lstrip("#@"))
    return "".join(each for each in parts if not unicodedata.combining(each))


def _plain(term: str) -> str:
    """A word as it can stand in a file; empty when it is none, or names an account."""
    term = "" if term.startswith("@") else unicodedata.normalize("NFC", term.lstrip("#"))
    return term if len(term) >= _SHORTEST_TERM and len(term) <= 40 and _TERM.fullmatch(term) else ""


def _name_topic(terms: Sequence[str], topics: Mapping[str, Any]) -> str:
    name = "-".join(re.findall("[a-z0-9]+", _fold(terms[0])))[:40].strip("-") or "new-topic"
    number = 2
    while name in topics:
        name, number = f"{name.rstrip('0123456789').rstrip('-')}-{number}", number + 1
    return name


# -- response.yaml -------------------------------------------------------------------------------------------------


def _page_fewer(policy: EscalationPolicy, outcomes: Outcomes, files: Files) -> Proposal | None:
    severity = policy.only_from
    if severity not in ("elevated", "severe") or not outcomes.is_mostly_false(severity):
        return None
    worse = SEVERITIES[rank(severity) + 1]
    false, real = outcomes.false[severity], outcomes.real[severity]
    why = (
        f"Of the {false + real} alarms of the last 90 days that were {severity} at their worst and that people judged, "
        f"{false} were dismissed. From {worse} on fewer people are woken; the others are recorded all the same. "
        "“tocsin backtest FILE --sensitivity fewer” tells what the detectors could do."
    )
    return _set(policy, "only_from", worse, f"Page from {worse} on ({policy.id})", why, files)


def _page_earlier(
    policy: EscalationPolicy, crisis: Crisis, events: Sequence[EscalationEvent], files: Files
) -> Proposal | None:
    alarm = next((event for event in events if is_alarm(event.crisis.severity)), None)
    paged = next((event for event in events if event.type == "crisis.paged"), None)
    is_late = alarm is not None and paged is not None and paged.at - alarm.at > ACKNOWLEDGE_WITHIN
    if crisis.status == "dismissed" or not is_late or alarm is None or paged is None:
        return None
    if rank(alarm.crisis.severity) >= rank(policy.only_from):
        return None
    severity = alarm.crisis.severity
    why = (
        f"It was {severity} {tell_duration(paged.at - alarm.at)} before anybody was paged, because {policy.id} pages "
        f"from {policy.only_from} on; and it was real."
    )
    return _set(policy, "only_from", severity, f"Page from {severity} on ({policy.id})", why, files)


def _wait_less(
    policy: EscalationPolicy, crisis: Crisis, events: Sequence[EscalationEvent], files: Files
) -> Proposal | None:
    """The first step was not heard, and the second waits longer than an answer may take."""
    taken = next((event for event in events if event.type == "crisis.acknowledged"), None)
    steps = {event.page.step for event in events if event.page is not None and event.type == "crisis.paged"}
    delay = policy.steps[1].delay if len(policy.steps) > 1 else ACKNOWLEDGE_WITHIN
    if crisis.status == "dismissed" or 2 not in steps or delay <= ACKNOWLEDGE_WITHIN:
        return None
    who = f"{taken.by} took it after" if taken is not None else "nobody took it, not even after"
    why = f"The first step was not heard: {who} the second one, which waits {tell_duration(delay)}."
    wanted = tell_duration(ACKNOWLEDGE_WITHIN)
    path: tuple[str | int, ...] = ("escalations", policy.id, "steps", 1)
    title = f"Page the second step after {wanted} ({policy.id})"
    return _propose(title, why, files.response, lambda text: set_entry(text, path, "delay", wanted), _read_plan)


def _set(policy: EscalationPolicy, key: str, value: str, title: str, why: str, files: Files) -> Proposal:
    path = ("escalations", policy.id)
    return _propose(title, why, files.response, lambda text: set_entry(text, path, key, value), _read_plan)


def _read_plan(text: str) -> object:
    return parse_plan(text)


# -- all of them ---------------------------------------------------------------------------------------------------


def _propose(
    title: str,
    why: str,
    file: tuple[str, str] | None,
    edit: Callable[[str], str],
    read: Callable[[str], object] | None,
) -> Proposal:
    assert file is not None
    name, text = file
    try:
        changed = edit(text)
        if read is not None:
            read(changed)
    except CannotEdit as refused:
        return Proposal(title, f"{why} Change it by hand: {refused}.")
    except ConfigurationError as error:
        return Proposal(title, f"{why} Change it by hand: {error}")
    return Proposal(title, why, name, make_diff(text, changed, name))


def _tell(terms: Sequence[str]) -> str:
    quoted = [f"“{each}”" for each in terms]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
