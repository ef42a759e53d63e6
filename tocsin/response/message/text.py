"""A message as plain text: for mail programs without HTML, text messages, and services whose markup we do not know."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tocsin.response.message.compose import WORDS
from tocsin.response.message.message import Message

#: A mention is cut after so many characters: three of them fit on a telephone's screen.
_LONGEST_QUOTE = 240


def render_body(message: Message, disarm: Callable[[str], str] = str) -> str:
    """All but the first line, most important first; its lines end with a line feed.

    Args:
        disarm: for what a service would make of the text (`tocsin.response.message.inert`); our own links stay.
    """
    ours = {message.acknowledge_url, *(quote.url for quote in message.quotes)} - {""}
    lines = []
    for line in _lines(message):
        link = next((each for each in ours if line.endswith(f" {each}")), "")
        lines.append(disarm(line.removesuffix(link)) + link)
    return "\n".join(lines) + "\n"


def cut(text: str, longest: int) -> str:
    """At most `longest` characters, with an ellipsis where something is missing."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _lines(message: Message) -> Iterable[str]:
    words = WORDS[message.reader.language]
    yield from message.notes
    yield f"{message.happened} · {message.state}"
    if message.headline and message.headline not in message.title:
        yield message.headline
    yield " · ".join(message.numbers)
    if message.acknowledge_url:
        yield ""
        yield f"{words.acknowledge}: {message.acknowledge_url}"
    yield from _section(words.what_to_do, (f"- {fact.text}" for fact in message.actions))
    yield from _section(words.what_they_say, _quotes(message))
    yield from _section(words.why, (*(f"- {reason}" for reason in message.reasons), message.reasons_left))
    yield from _section(words.numbers, (f"- {fact.text}" for fact in message.facts))
    yield ""
    yield message.footer


def _section(title: str, lines: Iterable[str]) -> Iterable[str]:
    lines = [line for line in lines if line]
    if lines:
        yield from ("", f"{title}:", *lines)


def _quotes(message: Message) -> Iterable[str]:
    for quote in message.quotes:
        yield f"“{cut(quote.text, _LONGEST_QUOTE)}”"
        yield f"  {quote.place}"
        yield f"  {quote.url}" if quote.url else ""
    yield message.private
