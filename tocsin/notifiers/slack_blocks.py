"""A message as Slack's blocks.

What strangers wrote stands in `plain_text` and `rich_text` alone: Slack reads no markup there. The fallback text, which
telephones show, is read as markup, so it is escaped as Slack asks (`&`, `<`, `>`), and nothing in it looks like a link.
The limits are Slack's: 50 blocks, 150 characters of a header, 3,000 of a text, 10 fields of 2,000.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urlsplit

from schemas.crisis import Severity
from tocsin.response.message.compose import WORDS
from tocsin.response.message.inert import break_links
from tocsin.response.message.message import Fact, Message, Quote
from tocsin.response.message.text import cut

Block = dict[str, Any]

_HEADER, _TEXT, _FALLBACK = 150, 2_900, 1_000
_LONGEST_QUOTE: Final = 280
_SIGNS: Final[dict[Severity, str]] = {"watch": "🔵", "elevated": "🟡", "severe": "🟠", "critical": "🔴"}
_CALM: Final = "🟢"


def render_blocks(message: Message) -> list[Block]:
    """The whole message, at most 20 blocks."""
    words = WORDS[message.reader.language]
    sign = _CALM if message.is_good_news else _SIGNS[message.severity]
    headline = "" if message.headline in message.title else message.headline
    blocks: list[Block] = [
        {"type": "header", "text": _plain(f"{sign} {message.first_line}", _HEADER)},
        _context(f"{message.happened} · {message.state}"),
        *(_section(note) for note in message.notes),
        _section("\n".join(filter(None, (headline, " · ".join(message.numbers))))),
    ]
    if message.acknowledge_url:
        blocks.append(_link(message.acknowledge_url, words.acknowledge))
    if message.actions:
        blocks.append(_rich(words.what_to_do, message.actions))
    if message.quotes or message.private:
        blocks.append(_quotes(words.what_they_say, message.quotes, message.private))
    reasons = tuple(Fact("", (reason,)) for reason in (*message.reasons, message.reasons_left) if reason)
    if reasons:
        blocks.append(_rich(words.why, reasons))
    if message.facts:
        blocks.append(_rich(words.numbers, message.facts))
    blocks.append(_context(message.footer))
    return blocks


def render_fallback(message: Message) -> str:
    """What a telephone shows of it before it is opened."""
    return escape(cut(break_links(message.first_line), _FALLBACK))


def escape(text: str) -> str:
    """Text that Slack takes for no markup (its documentation names these three characters)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def render_card(card: str) -> list[Block]:
    """A text of several lines, as it is."""
    elements = [{"type": "text", "text": cut(break_links(card), _TEXT)}]
    return [{"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": elements}]}]


def _plain(text: str, longest: int = _TEXT) -> Block:
    return {"type": "plain_text", "text": cut(break_links(text), longest) or " ", "emoji": False}


def _section(text: str) -> Block:
    return {"type": "section", "text": _plain(text)}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [_plain(text)]}


def _link(url: str, label: str) -> Block:
    """A link, not a button: buttons of an app that takes no clicks are marked with a warning."""
    link = {"type": "link", "url": url, "text": label, "style": {"bold": True}}
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [_words("👉 "), link]}]}


def _rich(title: str, facts: Iterable[Fact]) -> Block:
    lines = [
        {
            "type": "rich_text_section",
            "elements": [*([_words(f"{fact.label}: ", is_bold=True)] if fact.label else []), _words(_listed(fact))],
        }
        for fact in facts
    ]
    return {
        "type": "rich_text",
        "elements": [_title(title), {"type": "rich_text_list", "style": "bullet", "elements": lines}],
    }


def _quotes(title: str, quotes: Iterable[Quote], private: str) -> Block:
    elements: list[Block] = [_title(title)]
    for quote in quotes:
        link = [_words(" · "), {"type": "link", "url": quote.url, "text": urlsplit(quote.url).netloc}]
        said = [_words(f"“{cut(quote.text, _LONGEST_QUOTE)}”\n"), _words(quote.place)]
        elements.append({"type": "rich_text_quote", "elements": [*said, *(link if quote.url else [])]})
        elements.append({"type": "rich_text_section", "elements": [_words("\n")]})
    if private:
        elements.append({"type": "rich_text_section", "elements": [_words(private)]})
    return {"type": "rich_text", "elements": elements}


def _title(title: str) -> Block:
    return {"type": "rich_text_section", "elements": [_words(f"{title}\n", is_bold=True)]}


def _words(text: str, *, is_bold: bool = False) -> Block:
    element: Block = {"type": "text", "text": cut(break_links(text), _TEXT)}
    return element | {"style": {"bold": True}} if is_bold else element


def _listed(fact: Fact) -> str:
    return " · ".join(fact.parts)
