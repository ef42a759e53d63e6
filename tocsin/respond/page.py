"""A page as it is drawn: self-contained HTML without scripts, readable on a phone, by day and by night."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from html import escape
from typing import Final, Literal

from schemas.crisis import SEVERITIES, Severity
from tocsin.response.message.inert import make_inert

#: How it went, as a colour of the title.
Outcome = Literal["", "good", "bad"]

_LONGEST = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Plain values, already in words; any text in them may come from a stranger and is made harmless when drawn.

    Attributes:
        badge: one word on the colour of the severity; empty: none.
        subject: what it is about.
        state: since when, how it stands; numbers: what the verdict rests on, most telling first.
        details: (heading, text, language of the text).
        sentences: what will happen, or has.
        button: its label; pressing it sends the form to this page's own address. None: no form.
        again: label of a link to this page itself. None: no link.
        foot: small print.
    """

    language: str
    title: str
    outcome: Outcome = ""
    severity: Severity = "watch"
    badge: str = ""
    is_exercise: str = ""
    subject: str = ""
    state: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    details: tuple[tuple[str, str, str], ...] = ()
    sentences: tuple[str, ...] = ()
    button: str | None = None
    again: str | None = None
    foot: tuple[str, ...] = ()


_CSS: Final = """
:root{color-scheme:light dark;--paper:#fbfaf8;--card:#fff;--ink:#1c1f26;--soft:#565d6a;--line:#e3e1dc;--act:#22506b;
--onact:#fff;--watch:#476c91;--elevated:#8a5c00;--severe:#b8430f;--critical:#a3123f;--good:#27694c;--bad:#9c3120;
--on:#fff}
@media (prefers-color-scheme:dark){:root{--paper:#14171c;--card:#1c2027;--ink:#eceae5;--soft:#a3abb8;--line:#2e343e;
--act:#8cc4e2;--onact:#14171c;--watch:#86a8cc;--elevated:#f0b73a;--severe:#f5834c;--critical:#f0527f;--good:#6cc79c;
--bad:#f08468;--on:#14171c}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);
font:17px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans",Arial,sans-serif}
main{max-width:34rem;margin:0 auto;padding:20px 18px 40px;overflow-wrap:anywhere}
h1{font-size:1.55rem;line-height:1.2;letter-spacing:-.015em;margin:18px 0 12px;text-wrap:balance}
p{margin:0 0 10px}
ul{margin:16px 0 18px;padding-left:1.15em}
li{margin:0 0 6px}
.head{display:flex;flex-wrap:wrap;gap:8px 10px;align-items:center;font-weight:650}
.badge{border-radius:6px;padding:3px 10px;color:var(--on);font-size:.9rem}
.drill{border:2px dashed currentColor;border-radius:6px;padding:1px 8px;font-size:.9rem}
.numbers{display:flex;flex-wrap:wrap;gap:4px 14px;margin:12px 0 14px;padding:12px 0;list-style:none;
border:solid var(--line);border-width:1px 0;font-weight:620;font-variant-numeric:tabular-nums}
.numbers li{margin:0}
.soft{color:var(--soft);font-size:.88rem}
.heading{color:var(--soft);font-size:.88rem;margin:14px 0 0}
button,.again{display:block;width:100%;min-height:56px;border:0;border-radius:12px;background:var(--act);
color:var(--onact);font:inherit;font-weight:680;font-size:1.12rem;padding:14px;text-align:center;text-decoration:none;
cursor:pointer}
form,.again{margin:0 0 18px}
button:focus-visible,.again:focus-visible{outline:3px solid var(--ink);outline-offset:3px}
"""
#: Colours as classes: a style attribute would need a laxer policy.
_STYLE: Final = (
    _CSS
    + "".join(f".of-{severity}{{background:var(--{severity})}}\n" for severity in SEVERITIES)
    + "".join(f".{outcome}{{color:var(--{outcome})}}\n" for outcome in ("good", "bad"))
)
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

#: Sent with every answer: nothing is loaded, run, framed, kept, indexed, or told to where a link leads.
HEADERS: Final = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


def render_page(page: Page) -> str:
    """The page as one HTML document."""
    head = ""
    if page.badge:
        head += f'<span class="badge of-{page.severity}">{_text(page.badge)}</span>'
    if page.is_exercise:
        head += f'<span class="drill">{_text(page.is_exercise)}</span>'
    if page.subject:
        head += f"<bdi>{_text(page.subject)}</bdi>"
    parts = [
        "<!doctype html>",
        f'<html lang="{_text(page.language)}">',
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="robots" content="noindex, nofollow, noarchive">',
        '<meta name="referrer" content="no-referrer">',
        '<meta name="format-detection" content="telephone=no">',
        f"<title>{_text(page.title)}</title>",
        f"<style>{_STYLE}</style>",
        "<main>",
        f'<div class="head">{head}</div>' if head else "",
        f'<h1 class="{page.outcome}">{_text(page.title)}</h1>',
    ]
    parts += [f'<p class="soft">{_text(line)}</p>' for line in page.state]
    if page.numbers:
        parts.append('<ul class="numbers">' + "".join(f"<li>{_text(each)}</li>" for each in page.numbers) + "</ul>")
    for heading, text, language in page.details:
        parts.append(f'<p class="heading">{_text(heading)}</p>' if heading else "")
        parts.append(f'<p lang="{_text(language)}"><bdi>{_text(text)}</bdi></p>')
    if page.sentences:
        parts.append("<ul>" + "".join(f"<li>{_text(sentence)}</li>" for sentence in page.sentences) + "</ul>")
    if page.button:
        # No action: the form goes to the address of the page itself, wherever a proxy has put it.
        parts.append(f'<form method="post"><button type="submit">{_text(page.button)}</button></form>')
    if page.again:
        parts.append(f'<a class="again" href="">{_text(page.again)}</a>')
    parts += [f'<p class="soft">{_text(line)}</p>' for line in page.foot]
    parts.append("</main></html>\n")
    return "\n".join(filter(None, parts))


def _text(text: str) -> str:
    """Harmless in HTML, of a length that leaves the button in sight."""
    text = make_inert(text)
    return escape(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…", quote=True)
