"""From the outcome of a back-test to the page that tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from schemas.crisis import SEVERITIES
from tocsin.backtest.alerts import Alert
from tocsin.backtest.crises import CrisisStory
from tocsin.backtest.crisis_card import Names, find_alarm_time, say_alert, tell_crisis
from tocsin.backtest.curves import Curve
from tocsin.backtest.meaning import headline, say_span
from tocsin.backtest.run import Outcome
from tocsin.backtest.sensitivity import find_rate_range
from tocsin.instants import DAY_MS, MINUTE_MS, milliseconds
from tocsin.report.page import BrandPart, Budget, Chart, Fact, Mark, Moment, Page
from tocsin.report.words import say_count, say_day, say_length, say_period, say_rate, say_time

#: Of one brand: crises that are told in full and those that are told at all, the worst first; watches with a line.
_FULL, _CARDS, _WATCHES = 6, 60, 40

_METHOD = (
    "The history was played through the very steps that run live, in the time of the mentions, without looking ahead: "
    "every alert uses only what could have been known at its moment.",
    "People are counted, not mentions: somebody who complains thirty times counts once.",
    "Several spans are judged at once, from minutes to hours, each against what is usual for this brand.",
    "All times are UTC. The same file always gives the same page.",
)
_LIMITS = (
    "It sees only what is in the file. What a source did not deliver, or was said elsewhere, is missing.",
    "Feeling is read from words: irony and pictures escape it, some complaints are taken for neutral and the other way "
    "round.",
    "The first two days are for learning what is usual. Alerts from then say that they are warming up.",
    "An alarm says that something is unusual and who says what. Whether it matters is for people to decide.",
)


def tell(outcome: Outcome, names: Names) -> Page:
    """The page of a back-test."""
    crises = [story for story in outcome.stories if story.crisis.peak_severity != "watch"]
    by_crisis: dict[str, list[Alert]] = {}
    for alert in outcome.shown:
        by_crisis.setdefault(alert.crisis, []).append(alert)
    parts = tuple(
        _tell_brand(
            brand, curve, [each for each in outcome.stories if each.crisis.brand == brand], by_crisis, outcome, names
        )
        for brand, curve in sorted(
            outcome.curves.items(), key=lambda item: (-_badness(crises, item[0]), names.brand(item[0]).lower())
        )
    )
    start_ms = min((part.chart.start_ms for part in parts), default=milliseconds(outcome.first_at))
    end_ms = max((part.chart.end_ms for part in parts), default=milliseconds(outcome.last_at) + DAY_MS)
    quiet = tuple(sorted(names.brand(brand) for brand in names.brands if brand not in outcome.curves))
    return Page(
        eyebrow=f"Back-test, {say_period(outcome.first_at, outcome.last_at)}",
        headlines=_headlines(outcome, crises, by_crisis, names),
        lead=_lead(outcome, crises, by_crisis, names),
        start_ms=start_ms,
        end_ms=end_ms,
        facts=_facts(outcome, crises),
        parts=parts,
        budget=tell_budget(outcome),
        quiet=quiet,
        method=_METHOD,
        limits=_LIMITS,
        footer="Everything on this page, as data: alerts.jsonl, crises.jsonl and skipped.jsonl beside it.",
    )


# -- the top -------------------------------------------------------------------------------------------------------


def _badness(crises: list[CrisisStory], brand: str) -> int:
    return sum(10 ** SEVERITIES.index(each.crisis.peak_severity) for each in crises if each.crisis.brand == brand)


def _strength(story: CrisisStory, by_crisis: Mapping[str, list[Alert]]) -> tuple[int, int, float]:
    """What makes one crisis worse than another: its severity, then how many people it moved."""
    people = max((alert.distinct_authors for alert in by_crisis.get(story.crisis.id, [])), default=0)
    return SEVERITIES.index(story.crisis.peak_severity), people, story.crisis.surprise


def _length(outcome: Outcome) -> str:
    return say_length(outcome.last_at - outcome.first_at)


def _headlines(
    outcome: Outcome, crises: list[CrisisStory], by_crisis: Mapping[str, list[Alert]], names: Names
) -> tuple[str, ...]:
    if not crises:
        return "A quiet time:", f"no crisis in {_length(outcome)}"
    worst = max(crises, key=lambda story: _strength(story, by_crisis))
    where = f"{names.brand(worst.crisis.brand)}, {say_day(find_alarm_time(worst))}"
    if len(crises) == 1:
        return f"One crisis in {_length(outcome)}:", where
    return f"{len(crises)} crises in {_length(outcome)}.", f"The worst: {where}"


def _lead(outcome: Outcome, crises: list[CrisisStory], by_crisis: Mapping[str, list[Alert]], names: Names) -> str:
    if not crises:
        mentions = f"{say_count(outcome.mentions, 'mention')} of {say_count(len(outcome.curves), 'brand')}"
        return f"{mentions} were read, and nothing in them would have called anybody."
    worst = max(crises, key=lambda story: _strength(story, by_crisis))
    alerts = by_crisis.get(worst.crisis.id, [])
    alarm = next((alert for alert in alerts if alert.is_alarm), None)
    if alarm is None:
        return f"It lasted {say_length((worst.crisis.resolved_at or outcome.last_at) - worst.crisis.opened_at)}."
    said = headline(alarm, names.brand(alarm.brand), names.topic(alarm.brand, alarm.topic))
    noticed = f"Noticed at {alerts[0].at:%H:%M} UTC, alarm" if alerts[0].at < alarm.at else "The alarm came"
    return f"{noticed} at {alarm.at:%H:%M}{' UTC' if noticed.endswith('came') else ''}: {said}."


def _facts(outcome: Outcome, crises: list[CrisisStory]) -> tuple[Fact, ...]:
    watches = len(outcome.stories) - len(crises)
    return (
        Fact(f"{len(crises):,}", "crisis" if len(crises) == 1 else "crises"),
        Fact(f"{outcome.calls:,}", f"{'time' if outcome.calls == 1 else 'times'} somebody would have been told"),
        Fact(say_rate(outcome.calls / outcome.weeks), "times a week, all brands together"),
        Fact(f"{watches:,}", "further watches: noted, nobody told"),
        Fact(f"{outcome.mentions:,}", f"mentions of {say_count(len(outcome.curves), 'brand')} in {_length(outcome)}"),
    )


def tell_budget(outcome: Outcome) -> Budget:
    """What to expect of the weeks to come, from this history."""
    low, high = find_rate_range(outcome.calls, outcome.weeks)
    sentence = (
        f"In this history somebody would have been told {say_count(outcome.calls, 'time')} in {_length(outcome)}, with "
        f"good cause or not. If the weeks to come are like it, expect between {say_rate(low)} and {say_rate(high)} a "
        "week (nine times in ten)."
    )
    rows = tuple(
        (
            word,
            (say_rate(tally.calls / outcome.weeks), f"{tally.calls:,}", f"{tally.alarms:,}"),
            word == outcome.sensitivity,
        )
        for word, tally in outcome.tallies.items()
    )
    return Budget(
        sentence, ("told a week", "told in this history", "alarms a week, with those that join a known crisis"), rows
    )


# -- a brand -------------------------------------------------------------------------------------------------------


def _tell_brand(
    brand: str,
    curve: Curve,
    stories: list[CrisisStory],
    by_crisis: Mapping[str, list[Alert]],
    outcome: Outcome,
    names: Names,
) -> BrandPart:
    crises = [story for story in stories if story.crisis.peak_severity != "watch"]
    worst = sorted(crises, key=lambda story: _strength(story, by_crisis), reverse=True)[:_CARDS]
    full = {story.crisis.id for story in worst[:_FULL]}
    told = sorted(worst, key=lambda story: story.crisis.opened_at)
    cards = []
    for number, story in enumerate(told, start=1):
        alerts = by_crisis.get(story.crisis.id, [])
        card = tell_crisis(number, story, alerts, outcome.quotes, outcome.last_at, names)
        cards.append(replace(card, is_brief=story.crisis.id not in full))
    shown = {story.crisis.id for story in told}
    of_brand = [alert for alert in outcome.shown if alert.brand == brand]
    noted = [alert for alert in of_brand if alert.crisis not in shown]
    return BrandPart(
        anchor=f"brand-{brand}",
        name=names.brand(brand),
        sentence=_sentence(curve, crises, outcome),
        chart=Chart(
            start_ms=curve.start_ms,
            width_ms=curve.width_ms,
            values=curve.authors,
            negatives=curve.negative_authors,
            usual=curve.usual,
            unit=say_unit(curve.width_ms),
            marks=tuple(Mark(milliseconds(each.at), each.severity, say_alert(each, names)) for each in of_brand),
        ),
        cards=tuple(cards),
        watches=tuple(Moment(say_time(each.at), each.severity, say_alert(each, names)) for each in noted[:_WATCHES]),
        omitted=max(0, len(noted) - _WATCHES) + len(crises) - len(told),
    )


def say_unit(width_ms: int) -> str:
    """What a point of a curve counts."""
    minutes = width_ms // MINUTE_MS
    words = {60: "an hour", 24 * 60: "a day", 7 * 24 * 60: "a week"}
    return f"people {words.get(minutes) or f'in {say_span(minutes)}'}"


def _sentence(curve: Curve, crises: list[CrisisStory], outcome: Outcome) -> str:
    days = max(1.0, outcome.weeks * 7)
    share = curve.negatives / curve.mentions if curve.mentions else 0.0
    told = say_count(len(crises), "crisis", "crises") if crises else "No crisis"
    return f"{told}. About {curve.mentions / days:,.0f} mentions a day, {share:.0%} of them complaints."


__all__ = ["Names", "say_unit", "tell", "tell_budget"]
