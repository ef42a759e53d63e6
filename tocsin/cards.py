"""An escalation event as a card for a terminal: plain text, and the same lines in colour.

A card holds texts that strangers wrote. They are shown inert: nothing in them can move the cursor, change colours, turn
the reading direction, hide or forge lines. Private mentions are never quoted.
"""

from __future__ import annotations

import html
import os
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, TextIO

from rich.cells import cell_len

from schemas.crisis import EscalationEvent, EventType, Severity
from schemas.mention import WHOLE_BRAND, Evidence

#: Columns: a phone held upright, and beyond which lines are hard to read.
NARROWEST, WIDEST = 40, 100
#: Telling mentions on one card, and lines of each: the rest is on Kafka.
_QUOTED, _LINES_OF_QUOTE = 3, 3
_REASONS = 6
_CAUSES, _TERMS = 3, 8

Style = Literal["title", "plain", "strong", "quiet", "quote"]

_TITLES: dict[EventType, str] = {
    "crisis.watched": "Watch opened",
    "crisis.opened": "Crisis opened",
    "crisis.escalated": "Crisis escalated",
    "crisis.resolved": "Crisis resolved",
}
_COUNTED: dict[str, str] = {
    "burst": "authors",
    "negative_burst": "negative authors",
    "climb": "authors",
    "coordination": "accounts acting alike",
    "virality": "reshares",
    "influence": "followers of one author",
    "silence": "mentions",
    "author_burst": "mentions by one author",
    "high_risk": "high-risk mentions",
}
_COLOURS: dict[Severity, str] = {"watch": "36", "elevated": "33", "severe": "91", "critical": "97;41"}
_STYLES: dict[Style, str] = {"plain": "", "strong": "1", "quiet": "2", "quote": "3", "title": "1"}


class Line(NamedTuple):
    """One line of a card, without its bar."""

    style: Style
    text: str


def render_card(event: EscalationEvent, evidence: Mapping[str, Evidence] | None = None, *, width: int = 80) -> str:
    """The card as plain text, for logs, messages and files; its lines end with a newline.

    Args:
        evidence: mention key → text, of those that are known.
        width: columns; held between `NARROWEST` and `WIDEST`.
    """
    width = max(NARROWEST, min(WIDEST, width))
    return "".join(f"| {line.text}".rstrip() + "\n" for line in _lines(event, evidence or {}, width - 2))


def render_coloured_card(
    event: EscalationEvent, evidence: Mapping[str, Evidence] | None = None, *, width: int = 80
) -> str:
    """The same lines with ANSI colours: the bar and the title in the colour of the severity."""
    width = max(NARROWEST, min(WIDEST, width))
    colour = "32" if event.type == "crisis.resolved" else _COLOURS[event.crisis.severity]
    rows = []
    for style, text in _lines(event, evidence or {}, width - 2):
        codes = f"{_STYLES[style]};{colour}" if style == "title" else _STYLES[style]
        rows.append(f"\x1b[{colour}m▌\x1b[0m " + (f"\x1b[{codes}m{text}\x1b[0m" if codes and text else text) + "\n")
    return "".join(rows)


def event_json(event: EscalationEvent, evidence: Mapping[str, Evidence] | None = None) -> bytes:
    """What a card tells, for a program: `{"event", "evidence"}` on one line, without private mentions."""
    told = [found.encode() for found in (evidence or {}).values() if not found.private]
    return b'{"event":' + event.encode() + b',"evidence":[' + b",".join(told) + b"]}"


def should_colour(stream: TextIO, environment: Mapping[str, str] | None = None) -> bool:
    """Whether to write colours: only to a terminal, and not where NO_COLOR is set (no-color.org)."""
    environment = os.environ if environment is None else environment
    return stream.isatty() and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"


def make_inert(text: str) -> str:
    """`text` as one line that does nothing but be read.

    White space becomes a space. Control characters, escapes, direction marks, invisible, private and unassigned
    characters become U+FFFD; marks stacked higher than two are dropped.

    >>> make_inert("calm\\x1b[2J\\u202egnihton")
    'calm\\ufffd[2J\\ufffdgnihton'
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    kept: list[str] = []
    stacked = 0
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        if category in ("Mn", "Me"):
            stacked += 1
            if stacked <= 2:
                kept.append(character)
            continue
        stacked = 0
        if character.isspace():
            kept.append(" ")
        elif category[0] == "C":
            kept.append("\ufffd")
        else:
            kept.append(character)
    return " ".join("".join(kept).split())


# -- lines ---------------------------------------------------------------------------------------------------------


def _lines(event: EscalationEvent, evidence: Mapping[str, Evidence], width: int) -> Iterator[Line]:
    crisis = event.crisis
    subject = crisis.brand if crisis.subject == WHOLE_BRAND else f"{crisis.brand} · {crisis.subject}"
    exercise = "EXERCISE · " if crisis.is_exercise else ""
    yield from _wrap("title", f"{exercise}{crisis.severity.upper()} · {_TITLES[event.type]}", width)
    yield from _wrap("strong", make_inert(subject), width)
    end = f", resolved {_clock(crisis.resolved_at, event.at)}" if crisis.resolved_at else ""
    lasting = _duration(event.at - crisis.opened_at)
    yield from _wrap("plain", f"{crisis.stage} · since {_time(crisis.opened_at)} ({lasting}){end}", width)
    yield Line("plain", "")
    yield from _numbers(event, width)
    reasons = tuple(dict.fromkeys((*event.because, *crisis.reasons)))
    if reasons:
        yield Line("plain", "")
    for reason in reasons[:_REASONS]:
        yield from _wrap("plain", make_inert(reason), width, first="- ", rest="  ")
    if len(reasons) > _REASONS:
        yield Line("quiet", f"  and {len(reasons) - _REASONS} more")
    yield from _quotes(event, evidence, width)
    yield Line("plain", "")
    yield from _wrap("quiet", f"crisis {make_inert(crisis.id)} · event {event.sequence} · {_time(event.at)}", width)


def _numbers(event: EscalationEvent, width: int) -> Iterator[Line]:
    crisis = event.crisis
    span = f" in {_duration(timedelta(minutes=crisis.span_minutes))}" if crisis.span_minutes else ""
    if crisis.current:
        counted = _find_counted(event) if crisis.current != 1 else _find_counted(event).replace("mentions", "mention")
        usual = f", usual {_number(crisis.baseline)} ({_number(crisis.ratio)}x)" if crisis.baseline else ""
        yield from _wrap("strong", f"{_number(crisis.current)} {counted}{span}{usual}", width)
    parts = [f"surprise {crisis.surprise:.1f}" if crisis.surprise else ""]
    parts.append(f"{crisis.negative_share:.0%} negative")
    parts.append(f"{_number(crisis.distinct_authors)} distinct authors")
    parts.append(f"{_number(crisis.mentions)} mentions" if crisis.mentions else "")
    parts.append(f"reach {_number(crisis.reach)}" if crisis.reach else "reach unknown")
    yield from _join("plain", filter(None, parts), width)
    if crisis.sources:
        most = sorted(crisis.sources.items(), key=lambda item: (-item[1], item[0]))
        named = [f"{make_inert(source)} {_number(count)}" for source, count in most[:5]]
        more = [f"{len(most) - 5} more"] if len(most) > 5 else []
        yield from _join("plain", ["sources: " + named[0], *named[1:], *more], width)
    if crisis.causes:
        about = [f"{make_inert(cause)} {_number(count)}" for cause, count in list(crisis.causes.items())[:_CAUSES]]
        cluster = [f"cause: {crisis.cause.replace('-', ' ')} ({crisis.cluster})"] if crisis.cluster else []
        yield from _join("plain", ["about: " + about[0], *about[1:], *cluster], width)
    if crisis.terms:
        words = [make_inert(term) for term in crisis.terms[:_TERMS]]
        yield from _join("plain", ["words: " + words[0], *words[1:]], width)
    if crisis.projected_reach:
        yield from _wrap("plain", f"spreads by itself: may reach {_number(crisis.projected_reach)}", width)
    if crisis.is_warming_up:
        yield from _wrap("quiet", "warming up: less than two days of history", width)


def _find_counted(event: EscalationEvent) -> str:
    """What `current` counts. A crisis has the numbers of its strongest signal, which need not be the last one."""
    crisis, signal = event.crisis, event.signal
    if signal and (signal.current, signal.baseline) == (crisis.current, crisis.baseline):
        return _COUNTED[signal.kind]
    words = {_COUNTED[kind] for kind in crisis.kinds if kind in _COUNTED}
    return words.pop() if len(words) == 1 else "counted"


def _quotes(event: EscalationEvent, evidence: Mapping[str, Evidence], width: int) -> Iterator[Line]:
    """The telling mentions: what, who, where. A private one is only counted."""
    keys = dict.fromkeys((*event.crisis.evidence, *(event.signal.evidence if event.signal else ())))
    known = [evidence[key] for key in keys if key in evidence]
    private = sum(found.private for found in known)
    for found in [found for found in known if not found.private][:_QUOTED]:
        yield Line("plain", "")
        quote = list(_wrap("quote", f"“{make_inert(html.unescape(found.text))}”", width - 2))
        if len(quote) > _LINES_OF_QUOTE:
            quote = [
                *quote[: _LINES_OF_QUOTE - 1],
                Line("quote", _cut(quote[_LINES_OF_QUOTE - 1].text, width - 3) + "…"),
            ]
        yield from (Line(style, f"  {text}") for style, text in quote)
        who = make_inert(f"@{found.author_handle}" if found.author_handle else found.author_name or "someone")
        reach = f", {_number(found.followers)} followers" if found.followers else ""
        place = f"{who} on {make_inert(found.source)}{reach}, {_clock(found.posted_at, event.at)}"
        yield from _wrap("quiet", place, width, first="  ", rest="  ")
        if found.url and (link := _find_link(found.url)):
            yield from _wrap("quiet", link, width, first="  ", rest="  ")
    if private:
        yield Line("plain", "")
        yield from _wrap(
            "quiet", f"{private} private mention{'s' * (private > 1)}, not quoted", width, first="  ", rest="  "
        )


def _find_link(url: str) -> str | None:
    """The address if it is one of the web, inert; nothing else is worth a click."""
    link = make_inert(url)
    return link if link.startswith(("https://", "http://")) and " " not in link and "\ufffd" not in link else None


# -- words ---------------------------------------------------------------------------------------------------------


def _number(value: float) -> str:
    """Three digits are enough to act on: 4.2, 310, 12k, 1.3M."""
    if value >= 999_500:
        return f"{value / 1e6:.1f}M"
    if value >= 9_950:
        return f"{value / 1e3:.0f}k"
    return f"{value:.0f}" if value >= 9.95 or value == int(value) else f"{value:.1f}"


def _duration(span: timedelta) -> str:
    minutes = max(0, round(span.total_seconds() / 60))
    if minutes < 1:
        return "just now"
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min"
    days, hours_left = divmod(hours, 24)
    if days:
        return f"{days} d {hours_left} h" if hours_left else f"{days} d"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if not at.utcoffset() else f"{at:%Y-%m-%d %H:%M%z}"


def _clock(at: datetime, now: datetime) -> str:
    """The time of day, with the date when it was another day."""
    return f"{at:%H:%M}" if at.date() == now.date() else f"{at:%Y-%m-%d %H:%M}"


# -- wrapping ------------------------------------------------------------------------------------------------------


def _join(style: Style, parts: Iterable[str], width: int) -> Iterator[Line]:
    """Parts separated by dots, broken between them where that is possible."""
    line = ""
    for part in parts:
        longer = f"{line} · {part}" if line else part
        if line and cell_len(longer) > width:
            yield from _wrap(style, line, width)
            line = part
        else:
            line = longer
    yield from _wrap(style, line, width)


def _wrap(style: Style, text: str, width: int, *, first: str = "", rest: str = "") -> Iterator[Line]:
    """Lines of at most `width` terminal cells, broken at spaces, inside a word only when it is longer than a line."""
    line, is_empty = first, True
    for word in text.split(" "):
        gap = "" if is_empty else " "
        if cell_len(line) + len(gap) + cell_len(word) <= width:
            line, is_empty = line + gap + word, False
            continue
        if not is_empty:
            yield Line(style, line)
            line, is_empty = rest, True
        while cell_len(line) + cell_len(word) > width:
            head = _cut(word, width - cell_len(line)) or word[:1]
            yield Line(style, line + head)
            word, line = word[len(head) :], rest
        line, is_empty = line + word, False
    yield Line(style, line)


def _cut(text: str, cells: int) -> str:
    """The longest beginning of `text` that fits."""
    if cell_len(text) <= cells:
        return text
    taken = 0
    for index, character in enumerate(text):
        taken += cell_len(character)
        if taken > cells:
            return text[:index]
    return text
