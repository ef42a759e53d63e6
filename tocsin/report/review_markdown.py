"""A review as Markdown: to be pasted into a wiki or a pull request, and corrected there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tocsin.response.message.inert import break_markup, make_inert
from tocsin.response.review.sheet import Change, Section, Sheet, Table, show_diff

_TICKS = re.compile("`+")


def render_markdown(sheet: Sheet) -> str:
    """The whole of it; texts of strangers form no markup and no links in it."""
    lines = [f"# {_inert(sheet.title)}", "", _inert(sheet.eyebrow), "", _inert(sheet.lead), ""]
    for section in sheet.sections:
        lines += _render_section(section)
    return "\n".join([*lines, _inert(sheet.foot), ""])


def _render_section(section: Section) -> Iterator[str]:
    yield f"## {_inert(section.title)}"
    yield ""
    if section.about:
        yield from (_inert(section.about), "")
    rows = [f"- {_inert(each)}" for each in section.items]
    rows += [
        f"- {_inert(when)}{f' ({severity})' if severity else ''} {_inert(text)}"
        for when, severity, text in section.moments
    ]
    if rows:
        yield from (*rows, "")
    if section.table is not None and section.table.rows:
        yield from (*_render_table(section.table), "")
    for quote in section.quotes:
        yield from (f"> {_inert(quote.text)}", ">", f"> {_inert(quote.about)}", "")
    for change in section.changes:
        yield from _render_change(change)


def _render_table(table: Table) -> Iterator[str]:
    yield f"| {' | '.join(map(_inert, table.head))} |"
    yield f"|{'---|' * len(table.head)}"
    for row in table.rows:
        yield f"| {' | '.join(map(_inert, row))} |"


def _render_change(change: Change) -> Iterator[str]:
    yield from (f"### {change.number}. {_inert(change.title)}", "", _inert(change.why), "")
    if change.diff:
        diff = show_diff(change.diff)
        fence = "`" * max(3, *(len(each) + 1 for each in _TICKS.findall(diff)), 3)
        yield from (f"{fence}diff", diff.rstrip("\n"), fence, "")


def _inert(text: str) -> str:
    return break_markup(make_inert(text))
