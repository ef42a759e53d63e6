"""A review as HTML: one file that needs nothing else, on a phone and on paper too."""

from __future__ import annotations

from html import escape

from tocsin.report.render import POLICY
from tocsin.report.style import CSS
from tocsin.report.words import plain
from tocsin.response.review.sheet import Change, Quote, Section, Sheet, Table, show_diff

_CSS = """
main.review { max-width: 820px; }
.review section { margin: 0 0 34px; }
.review section > h2 { font-size: 20px; letter-spacing: -.012em; font-weight: 680; margin: 0 0 8px; }
.review section > p { color: var(--soft); max-width: 46em; margin: 0 0 8px; overflow-wrap: anywhere; }
.review table { width: 100%; } .review td { vertical-align: top; overflow-wrap: anywhere; min-width: 5em;
  padding-right: 16px; }
.review td:first-child { white-space: nowrap; } .review blockquote { margin-top: 10px; }
.review pre { background: var(--grid); border-radius: 6px; padding: 10px 12px; margin: 10px 0 0; overflow-x: auto;
  font: 12.5px/1.45 ui-monospace, "Liberation Mono", Menlo, Consolas, monospace; }
.review pre ins { text-decoration: none; color: var(--calm); font-weight: 650; }
.review pre del { text-decoration: none; color: var(--negative); }
.review .card p { overflow-wrap: anywhere; } .review .card .file { color: var(--soft); font-size: 13.5px; }
@media (min-width: 641px) { .review .facts { grid-template-columns: repeat(3, 1fr); } }
@media (max-width: 640px) {
  .review thead { display: none; } .review tr { display: block; padding: 7px 0; border-bottom: 1px solid var(--line); }
  .review td { display: block; border: 0; padding: 1px 0; } .review td:empty { display: none; }
  .review td:first-child { font-weight: 650; white-space: normal; }
  .review td:not(:first-child)[data-head]:not([data-head=""])::before { content: attr(data-head) ": ";
    color: var(--soft); }
  .review .timeline li { grid-template-columns: 10px 1fr; } .review .timeline span { grid-column: 2; }
}
@media print { .review .facts { grid-template-columns: repeat(6, 1fr); }
  .review pre { white-space: pre-wrap; font-size: 8pt; } .review tr { break-inside: avoid; }
  .review section { margin-bottom: 16pt; } .review section > h2 { font-size: 13pt; } }
"""


def render_page(sheet: Sheet) -> str:
    """The whole page; the same sheet always gives the same text."""
    facts = "".join(f"<li><b>{plain(number)}</b><span>{plain(words)}</span></li>" for number, words in sheet.facts)
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{plain(sheet.title)}</title>",
        f"<style>{CSS}{_CSS}</style>",
        "</head>",
        "<body>",
        '<main class="review">',
        f'<p class="eyebrow"><b>Tocsin</b> <span>{plain(sheet.eyebrow)}</span></p>',
        f"<h1>{plain(sheet.title)}</h1>",
        f'<p class="lead">{plain(sheet.lead)}</p>',
        f'<ul class="facts">{facts}</ul>',
        *map(_render_section, sheet.sections),
        f'<p class="foot">{plain(sheet.foot)}</p>',
        "</main>",
        "</body>",
        "</html>",
    ]
    return "\n".join(parts) + "\n"


def _render_section(section: Section) -> str:
    parts = [f"<section>\n<h2>{plain(section.title)}</h2>"]
    if section.about:
        parts.append(f"<p>{plain(section.about)}</p>")
    if section.items:
        parts.append(f'<ul class="reasons">{"".join(f"<li>{plain(each)}</li>" for each in section.items)}</ul>')
    if section.moments:
        parts.append('<ol class="timeline">')
        parts += [
            f'<li><i class="{severity or ""}"></i><time>{plain(when)}</time><span>{plain(text)}</span></li>'
            for when, severity, text in section.moments
        ]
        parts.append("</ol>")
    if section.table is not None and section.table.rows:
        parts.append(_render_table(section.table))
    parts += map(_render_quote, section.quotes)
    parts += map(_render_change, section.changes)
    return "\n".join([*parts, "</section>"])


def _render_table(table: Table) -> str:
    head = "".join(f"<th>{plain(each)}</th>" for each in table.head)
    rows = "\n".join(
        "<tr>"
        + "".join(
            f'<td data-head="{plain(name)}">{plain(cell)}</td>' for name, cell in zip(table.head, row, strict=True)
        )
        + "</tr>"
        for row in table.rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{rows}\n</tbody></table>"


def _render_quote(quote: Quote) -> str:
    kind = ' class="negative"' if quote.is_negative else ""
    return f"<blockquote{kind}><p><bdi>{plain(quote.text)}</bdi></p><footer>{plain(quote.about)}</footer></blockquote>"


def _render_change(change: Change) -> str:
    diff = ""
    if change.diff:
        lines = "\n".join(map(_render_line, show_diff(change.diff).rstrip("\n").split("\n")))
        diff = f'\n<p class="file">{plain(change.file)}</p>\n<pre>{lines}</pre>'
    return (
        f'<article class="card"><h3>{change.number}. {plain(change.title)}</h3>\n<p>{plain(change.why)}</p>{diff}\n'
        "</article>"
    )


def _render_line(line: str) -> str:
    tag = {"+": "ins", "-": "del"}.get(line[:1], "")
    return f"<{tag}>{escape(line)}</{tag}>" if tag else escape(line)
