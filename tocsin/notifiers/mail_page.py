"""A message as the HTML part of a mail: one column, readable on a telephone, by day and at night.

It loads nothing from anywhere: no picture, no font, no style sheet. Mail programs that know no style sheets show the
same text in the same order.
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from urllib.parse import urlsplit

from schemas.crisis import Severity
from tocsin.response.message.compose import WORDS
from tocsin.response.message.inert import break_links
from tocsin.response.message.message import Fact, Message, Quote
from tocsin.response.message.text import cut

#: Of the bar that holds the title; white text on each has a contrast of at least 4.5 (WCAG AA).
_COLOURS: dict[Severity, str] = {
    "watch": "#3d5a73",
    "elevated": "#8a5a00",
    "severe": "#b3371b",
    "critical": "#8f0d2a",
}
_CALM = "#1f6b45"
_LONGEST_QUOTE = 280
_STYLE = """
:root{color-scheme:light dark;supported-color-schemes:light dark}
body{margin:0;padding:0;background:#eef0f2;color:#1b1f23}
.page{max-width:600px;margin:0 auto;background:#fff;
font:16px/1.45 -apple-system,"Segoe UI",Roboto,"Noto Sans",Helvetica,Arial,sans-serif;overflow-wrap:anywhere}
.bar{padding:14px 16px;color:#fff}
.bar p{margin:0}
.bar .how{font-size:13px;font-weight:700;letter-spacing:.03em}
.bar .what{font-size:21px;line-height:1.25;font-weight:700;margin-top:4px}
.bar .state{font-size:14px;margin-top:6px}
.part{padding:4px 16px 8px}
h2{font-size:13px;margin:14px 0 6px;color:#57606a}
.big{font-size:18px;font-weight:600;margin:12px 0 4px}
.note{margin:12px 0 0;padding:8px 10px;background:#fff4d6;color:#4d3800}
.numbers{margin:0;color:#424a53}
ul{margin:0;padding:0 0 0 18px}
li{margin:0 0 5px}
b{font-weight:600}
.button{display:block;margin:14px 16px 2px;padding:13px 16px;border-radius:8px;background:#0b57d0;color:#fff;
text-align:center;font-weight:700;text-decoration:none}
.hint{margin:2px 16px 0;font-size:13px;color:#57606a;text-align:center}
blockquote{margin:0 0 10px;padding:0 0 0 12px;border-left:3px solid #c9d1d9}
blockquote p{margin:0}
.place{font-size:13px;color:#57606a}
a{color:#0b57d0}
.foot{padding:10px 16px 16px;font-size:12px;color:#57606a}
@media (prefers-color-scheme:dark){
body{background:#0d1117;color:#e6edf3}
.page{background:#161b22}
h2,.place,.hint,.foot{color:#9aa4af}
.numbers{color:#c3ccd5}
.note{background:#3b2f0b;color:#ffe6a6}
blockquote{border-color:#444c56}
a{color:#8ab4f8}
.button{background:#8ab4f8;color:#0b1f3f}
}
"""


def render_html(message: Message) -> str:
    """The whole page."""
    words = WORDS[message.reader.language]
    colour = _CALM if message.is_good_news else _COLOURS[message.severity]
    how = " · ".join((*message.marks, message.severity_word, message.happened))
    parts = [
        f'<div class="bar" style="background:{colour};color:#fff"><p class="how">{_text(how)}</p>'
        f'<p class="what">{_text(message.subject)}</p><p class="state">{_text(message.state)}</p></div>',
        '<div class="part">',
        *(f'<p class="note">{_text(note)}</p>' for note in message.notes),
        f'<p class="big">{_text(message.headline)}</p>' if message.headline else "<p></p>",
        f'<p class="numbers">{_text(" · ".join(message.numbers))}</p></div>',
        *_button(message, words.acknowledge, words.acknowledge_hint),
        *_section(words.what_to_do, _list(map(_fact, message.actions))),
        *_section(words.what_they_say, (*map(_quote, message.quotes), _private(message.private))),
        *_section(words.why, _list(map(_text, filter(None, (*message.reasons, message.reasons_left))))),
        *_section(words.numbers, _list(map(_fact, message.facts))),
        f'<div class="foot">{_text(message.footer)}</div>',
    ]
    return (
        f'<!doctype html>\n<html lang="{message.reader.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'
        f"<title>{_text(message.first_line)}</title><style>{_STYLE}</style></head>\n"
        f'<body><div class="page">\n{chr(10).join(filter(None, parts))}\n</div></body></html>\n'
    )


def _button(message: Message, label: str, hint: str) -> Iterable[str]:
    if message.acknowledge_url:
        yield f'<a class="button" href="{html.escape(message.acknowledge_url)}">{_text(label)}</a>'
        yield f'<p class="hint">{_text(hint)}</p>'


def _section(title: str, lines: Iterable[str]) -> Iterable[str]:
    lines = [line for line in lines if line]
    if lines:
        yield f'<div class="part"><h2>{_text(title)}</h2>'
        yield from lines
        yield "</div>"


def _list(items: Iterable[str]) -> Iterable[str]:
    items = list(items)
    return ["<ul>", *(f"<li>{item}</li>" for item in items), "</ul>"] if items else []


def _fact(fact: Fact) -> str:
    listed = _text(" · ".join(fact.parts))
    return f"<b>{_text(fact.label)}</b>: {listed}" if fact.label else listed


def _quote(quote: Quote) -> str:
    place = _text(quote.place)
    if quote.url:
        place += f' · <a href="{html.escape(quote.url)}">{_text(urlsplit(quote.url).netloc)}</a>'
    text = _text(cut(quote.text, _LONGEST_QUOTE))
    return f'<blockquote><p>“{text}”</p><p class="place">{place}</p></blockquote>'


def _private(text: str) -> str:
    return f'<p class="place">{_text(text)}</p>' if text else ""


def _text(text: str) -> str:
    """Text that is only read: no element, no entity, and nothing that a mail program makes a link of."""
    return html.escape(break_links(text))
