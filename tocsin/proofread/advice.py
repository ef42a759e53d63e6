"""What the parsers take and nobody can have meant: terms that find nothing or too much, brands that nobody hears of.

Pure: the instant is an argument. What a term finds is asked of the matcher itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import product
from typing import Final, NamedTuple

from schemas.crisis import SEVERITIES
from tocsin.detection.matching import Matcher
from tocsin.detection.normalise import fold
from tocsin.detection.watchlist import Brand, Topic, Watchlist
from tocsin.proofread.lines import Lines
from tocsin.response.foresight import foresee
from tocsin.response.plan import MaintenanceWindow, Plan, Silence

#: A word as short as this is part of everybody's talk, in any language that writes spaces.
_SHORT: Final = 2
_ALARMS: Final = SEVERITIES[1:]


class Advice(NamedTuple):
    """Something that can be used and is doubtful.

    Attributes:
        place: file, or file and line.
        then: what to do if it is not meant.
    """

    place: str
    what: str
    then: str = ""


# -- watchlist.yaml ------------------------------------------------------------------------------------------------


def advise_on_watchlist(watchlist: Watchlist, text: str, file: str) -> list[Advice]:
    """What is doubtful in a watchlist, in its order.

    Args:
        text: that it was read from.
        file: its name.
    """
    lines = Lines(text)
    advice = []
    owners: dict[str, str] = {}
    for place, brand in enumerate(watchlist.brands):
        for line, what, then in _advise_on_brand(brand, place, lines, owners):
            advice.append(Advice(f"{file}:{line}", what, then))
    return advice


def _advise_on_brand(brand: Brand, place: int, lines: Lines, owners: dict[str, str]) -> Iterator[tuple[int, str, str]]:
    for key, terms in (("handles", brand.handles), ("keywords", brand.keywords), ("phrases", brand.phrases)):
        for number, term in enumerate(terms):
            line = lines.of("brands", place, key, number)
            owner = owners.setdefault(f"{key == 'handles'} {fold(term)}", brand.id)
            if owner != brand.id:
                what = f'"{term}" names the brands "{owner}" and "{brand.id}": a mention that holds it counts for both'
                yield line, what, "remove it from one of them, or make it longer"
            if key == "keywords" and _is_short(term):
                what = f'the keyword "{term}" of brand "{brand.id}" is so short that it finds what nobody meant'
                yield line, what, "use a phrase or a handle, or add exclusions"
    matcher = Matcher(Watchlist(brands=(brand,)))
    if not any(matcher.match(_say(term)) for term in _naming_terms(brand)):
        what = f'brand "{brand.id}" can never match: its exclusions remove all of its own terms'
        yield lines.of("brands", place, "exclusions"), what, "remove the exclusion that holds no more than the term"
        return
    for topic in brand.topics:
        if not _can_match(matcher, brand, topic):
            what = f'topic "{topic.id}" of brand "{brand.id}" can never match: exclusions remove all that it looks for'
            yield lines.of("brands", place, "topics", topic.id), what, "give it other terms, or remove the exclusion"


def _can_match(matcher: Matcher, brand: Brand, topic: Topic) -> bool:
    """Whether any text that holds one of the topic's terms and names the brand belongs to the topic."""
    terms = (*topic.keywords, *topic.phrases, *topic.handles)
    texts = (f"{_say(term)} . {_say(name)}" for term, name in product(terms, _naming_terms(brand)))
    return any(topic.id in match.topics for text in texts for match in matcher.match(text))


def _naming_terms(brand: Brand) -> list[str]:
    return [
        *brand.handles, *brand.keywords, *brand.phrases, *(each for topic in brand.topics for each in topic.handles),
    ]  # fmt: skip


def _say(term: str) -> str:
    return term.removesuffix("*")


def _is_short(keyword: str) -> bool:
    folded = fold(keyword)
    return folded.isascii() and len(folded.lstrip("#")) <= _SHORT


# -- response.yaml -------------------------------------------------------------------------------------------------


def advise_on_plan(plan: Plan, watchlist: Watchlist | None, text: str, file: str, now: datetime) -> list[Advice]:
    """What is doubtful in a response plan.

    Args:
        watchlist: whose brands it should care for; None: it is not known.
        text: that it was read from.
        file: its name.
    """
    lines = Lines(text)
    advice = [
        Advice(f"{file}:{line}", what, then) for line, what, then in _advise_on_muting(plan, watchlist, lines, now)
    ]
    for brand in watchlist.brands if watchlist else ():
        advice += [Advice(file, what, then) for what, then in _advise_on_hearing(plan, brand.id, now)]
    return advice


def _advise_on_muting(
    plan: Plan, watchlist: Watchlist | None, lines: Lines, now: datetime
) -> Iterator[tuple[int, str, str]]:
    topics = {brand.id: {topic.id for topic in brand.topics} for brand in watchlist.brands} if watchlist else {}
    entries: list[tuple[str, str, int, Silence | MaintenanceWindow]] = [
        *(("silence", "silences", place, each) for place, each in enumerate(plan.silences)),
        *(("maintenance window", "maintenance", place, each) for place, each in enumerate(plan.maintenance)),
    ]
    for kind, section, place, entry in entries:
        name = f'{kind} {place + 1} (brand "{entry.brand}")'
        if entry.until <= now:
            what = f"{name} has ended: {entry.until.isoformat()}"
            yield lines.of(section, place, "until"), what, "remove it, or give it a later end"
        if entry.topic is not None and entry.brand in topics and entry.topic not in topics[entry.brand]:
            what = f'{name} mutes nothing: the brand has no topic "{entry.topic}"'
            yield lines.of(section, place, "topic"), what, "correct the topic, or remove it to mute the whole brand"


def _advise_on_hearing(plan: Plan, brand: str, now: datetime) -> Iterator[tuple[str, str]]:
    foreseen = {severity: foresee(plan, brand, severity, now) for severity in _ALARMS}
    unpaged = [severity for severity in _ALARMS if not foreseen[severity].pages_somebody]
    if not unpaged:
        return
    if len(unpaged) < len(_ALARMS):
        worst = unpaged[-1]
        if worst == _ALARMS[-1]:  # lesser ones may be left alone on purpose, the worst may not
            yield f'a {worst} crisis of brand "{brand}" pages nobody', "`tocsin on-call` tells why"
    elif not any(each.listeners for each in foreseen.values()):
        what = f'nobody is told of brand "{brand}": no escalation pages for it, and no policy names a notifier for it'
        yield what, "add an escalation, or name the brand in a policy"
    else:
        what = f'nobody is paged about brand "{brand}": no escalation is for it; its notifiers hear of it all the same'
        yield what, "add an escalation if somebody should be woken"
