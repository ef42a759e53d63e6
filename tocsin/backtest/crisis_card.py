"""One crisis as a director reads it: what happened, what it means, who said what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from schemas.mention import WHOLE_BRAND, Evidence
from tocsin.backtest.alerts import Alert
from tocsin.backtest.crises import CrisisStory, Quotes
from tocsin.backtest.meaning import explain, headline, say_causes
from tocsin.detection.watchlist import Watchlist
from tocsin.instants import milliseconds
from tocsin.report.page import Card, Moment, Quote
from tocsin.report.words import say_count, say_length, say_time

#: Of one crisis: more is in the files.
_MOMENTS, _REASONS, _QUOTES, _TERMS = 6, 4, 4, 10
#: Texts that share more of their words than this are one text to a reader.
_ALIKE = 0.5

_WORDS = re.compile(r"https?://\S+|[@#]?\w+")
#: Odds with twelve digits tell a statistician something, and others nothing.
_ODDS = re.compile(r"; surprise [^;]*$")


@dataclass(frozen=True, slots=True)
class Names:
    """What people call brands and topics."""

    brands: Mapping[str, str]
    topics: Mapping[tuple[str, str], str]

    @classmethod
    def of(cls, watchlist: Watchlist) -> Names:
        topics = {(brand.id, topic.id): topic.name for brand in watchlist.brands for topic in brand.topics}
        return cls({brand.id: brand.name for brand in watchlist.brands}, topics)

    def brand(self, brand: str) -> str:
        return self.brands.get(brand, brand)

    def topic(self, brand: str, topic: str) -> str:
        return "" if topic == WHOLE_BRAND else self.topics.get((brand, topic), topic).lower()


def tell_crisis(
    number: int, story: CrisisStory, alerts: list[Alert], quotes: Quotes, last_at: datetime, names: Names
) -> Card:
    """The card of a crisis.

    Args:
        number: as the chart names it.
        alerts: those that joined it, by time.
        last_at: the end of the data: what is later has not happened yet.
    """
    crisis = story.crisis
    severity = crisis.peak_severity
    worst = next(iter(_worst_first(alerts)), None)
    name, topic = names.brand(crisis.brand), names.topic(crisis.brand, crisis.subject)
    end = max(crisis.opened_at, min(crisis.resolved_at or last_at, last_at))
    evidence = tuple(key for alert in _worst_first(alerts) for key in (*alert.evidence, alert.first_mention))
    said = say_alert(worst, names, is_new=True) if worst else f"{name} {topic}"
    meaning = explain((worst.kind,), severity, worst.negative_share) if worst else explain(crisis.kinds, severity)
    causes = say_causes(worst) if worst else ""
    reasons = (_ODDS.sub("", reason) for reason in (worst or crisis).reasons)
    return Card(
        number=number,
        anchor=f"crisis-{crisis.id}",
        severity=severity,
        title=f"{name}{f', {topic}' if topic else ''}: {severity} from {say_time(crisis.opened_at)}",
        when=_say_when(crisis.opened_at, end),
        headline=said,
        meaning=f"{meaning} {causes}".strip(),
        start_ms=milliseconds(crisis.opened_at),
        end_ms=milliseconds(end),
        moments=_tell_moments(story, alerts, last_at, names),
        # The headline names the terms of a high risk already.
        reasons=tuple(reason for reason in reasons if "high risk" not in reason)[:_REASONS],
        terms=worst.terms[:_TERMS] if worst else (),
        quotes=tuple(choose_quotes(quotes.find(tuple(dict.fromkeys((*evidence, *crisis.evidence)))))),
    )


def find_alarm_time(story: CrisisStory) -> datetime:
    """When somebody would have been told."""
    told = (turn.at for turn in story.history if turn.event in ("crisis.opened", "crisis.escalated", "crisis.reopened"))
    return next(told, story.crisis.opened_at)


def say_alert(alert: Alert, names: Names, *, is_new: bool = False) -> str:
    """An alert in a sentence; `now` says that it grew."""
    said = headline(alert, names.brand(alert.brand), names.topic(alert.brand, alert.topic))
    return f"now {said[:1].lower()}{said[1:]}" if alert.state == "grown" and not is_new else said


def choose_quotes(texts: Iterable[Evidence]) -> list[Quote]:
    """The first ones, without those that repeat another."""
    chosen: list[Quote] = []
    known: list[set[str]] = []
    for text in texts:
        words = {word for word in _WORDS.findall(text.text.lower()) if word[0] not in "@#" and "://" not in word}
        if any(len(words & other) > _ALIKE * max(1, len(words | other)) for other in known):
            continue
        known.append(words)
        chosen.append(_tell_quote(text))
        if len(chosen) == _QUOTES:
            break
    return chosen


def _worst_first(alerts: list[Alert]) -> list[Alert]:
    return sorted(alerts, key=lambda alert: (-alert.rank, -alert.score, alert.order))


def _say_when(start: datetime, end: datetime) -> str:
    until = f"{end:%H:%M}" if start.date() == end.date() else say_time(end)
    return f"{say_time(start)} to {until} UTC ({say_length(end - start)})"


def _tell_moments(story: CrisisStory, alerts: list[Alert], last_at: datetime, names: Names) -> tuple[Moment, ...]:
    """The first alerts and the worst ones, by time, and the end."""
    chosen = {alert.id for alert in alerts[:2]} | {alert.id for alert in _worst_first(alerts)[: _MOMENTS - 3]}
    picked = [alert for alert in alerts if alert.id in chosen]
    moments = [Moment(_say_clock(each.at, story), each.severity, say_alert(each, names)) for each in picked]
    if len(alerts) > len(picked):
        moments.append(Moment("", None, f"and {say_count(len(alerts) - len(picked), 'more alert')} in between"))
    resolved = story.crisis.resolved_at
    if resolved is not None and resolved <= last_at:
        moments.append(Moment(_say_clock(resolved, story), None, "Over: all was back to usual for a while"))
    else:
        moments.append(Moment("", story.crisis.severity, "Not over at the end of the data"))
    return tuple(moments)


def _say_clock(at: datetime, story: CrisisStory) -> str:
    """The time of day; with the day when it is not the one on which it began."""
    return f"{at:%H:%M}" if at.date() == story.crisis.opened_at.date() else say_time(at)


def _tell_quote(text: Evidence) -> Quote:
    who = f"@{text.author_handle}" if text.author_handle else text.author_name or "somebody"
    reach = f", {say_count(text.followers, 'follower')}" if text.followers else ""
    return Quote(text.text, f"{who} on {text.source}{reach}, {say_time(text.posted_at)}", text.label == "negative")
