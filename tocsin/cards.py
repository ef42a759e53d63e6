"""An escalation event as a card for a terminal: plain text, and the same lines in colour.

A card holds texts that strangers wrote. They are shown inert: nothing in them can move the cursor, change colours, turn
the reading direction, hide or forge lines. Private mentions are never quoted.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple, TextIO

from rich.cells import cell_len

from schemas.crisis import EscalationEvent, Severity
from schemas.mention import Evidence
from tocsin.response.message.compose import compose
from tocsin.response.message.inert import make_inert
from tocsin.response.message.message import Message, Quote

#: Columns: a phone held upright, and beyond which lines are hard to read.
NARROWEST, WIDEST = 40, 100
#: Lines of one telling mention: the rest is on Kafka.
_LINES_OF_QUOTE = 3

Style = Literal["title", "plain", "strong", "quiet", "quote"]

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
    return render_message(compose(event, evidence), width=width)


def render_message(message: Message, *, width: int = 80) -> str:
    """The card of a message that is composed already, in its reader's language."""
    width = max(NARROWEST, min(WIDEST, width))
    return "".join(f"| {line.text}".rstrip() + "\n" for line in _lines(message, width - 2))


def render_coloured_card(
    event: EscalationEvent, evidence: Mapping[str, Evidence] | None = None, *, width: int = 80
) -> str:
    """The same lines with ANSI colours: the bar and the title in the colour of the severity."""
    width = max(NARROWEST, min(WIDEST, width))
    colour = "32" if event.type == "crisis.resolved" else _COLOURS[event.crisis.severity]
    rows = []
    for style, text in _lines(compose(event, evidence), width - 2):
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


# -- lines ---------------------------------------------------------------------------------------------------------


def _lines(message: Message, width: int) -> Iterator[Line]:
    yield from _wrap("title", message.banner, width)
    yield from _wrap("strong", message.subject, width)
    yield from _wrap("plain", message.state, width)
    yield Line("plain", "")
    if message.headline:
        yield from _wrap("strong", message.headline, width)
    yield from _join("plain", message.numbers, width)
    for label, parts in message.facts:
        yield from _join("plain", _labelled(label, parts), width)
    for note in message.notes:
        yield from _wrap("quiet", note, width)
    if message.reasons:
        yield Line("plain", "")
    for reason in message.reasons:
        yield from _wrap("plain", reason, width, first="- ", rest="  ")
    if message.reasons_left:
        yield Line("quiet", f"  {message.reasons_left}")
    for quote in message.quotes:
        yield from _quote(quote, width)
    if message.private:
        yield Line("plain", "")
        yield from _wrap("quiet", message.private, width, first="  ", rest="  ")
    if message.actions or message.acknowledge_url:
        yield Line("plain", "")
    for label, parts in message.actions:
        yield from _join("plain", _labelled(label, parts), width)
    if message.acknowledge_url:
        yield from _wrap("plain", message.acknowledge_url, width)
    yield Line("plain", "")
    yield from _wrap("quiet", message.footer, width)


def _labelled(label: str, parts: tuple[str, ...]) -> tuple[str, ...]:
    return (f"{label}: {parts[0]}", *parts[1:]) if label else parts


def _quote(quote: Quote, width: int) -> Iterator[Line]:
    """One telling mention: what, who, where."""
    yield Line("plain", "")
    lines = list(_wrap("quote", f"“{quote.text}”", width - 2))
    if len(lines) > _LINES_OF_QUOTE:
        last = Line("quote", _cut(lines[_LINES_OF_QUOTE - 1].text, width - 3) + "…")
        lines = [*lines[: _LINES_OF_QUOTE - 1], last]
    yield from (Line(style, f"  {text}") for style, text in lines)
    yield from _wrap("quiet", quote.place, width, first="  ", rest="  ")
    if quote.url:
        yield from _wrap("quiet", quote.url, width, first="  ", rest="  ")


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


__all__ = ["event_json", "make_inert", "render_card", "render_coloured_card", "render_message", "should_colour"]
