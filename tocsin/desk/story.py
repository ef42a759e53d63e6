"""Crises for a terminal: the list, and the story of one. Texts of strangers are inert; private ones are not quoted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from os.path import commonprefix
from typing import NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from schemas.crisis import Crisis, EscalationEvent, Page
from schemas.mention import WHOLE_BRAND, Evidence
from tocsin.cards import render_card, render_coloured_card, should_colour
from tocsin.response.message.compose import WORDS
from tocsin.response.message.figures import Figures
from tocsin.response.message.inert import make_inert

_WORDS = WORDS["en"]
FIGURES = Figures(_WORDS)
#: A message says "waits for you"; the story says what was done.
_TOLD: dict[str, str] = {"crisis.paged": "Paged", "crisis.briefed": "Briefed"}
_SHORTEST_ID = 6
_COLOURS = {"watch": "cyan", "elevated": "yellow", "severe": "bright_red", "critical": "bold white on red"}


class Row(NamedTuple):
    """One line of a timeline."""

    when: str
    what: str
    who: str
    why: str


def as_event(crisis: Crisis, events: Sequence[EscalationEvent]) -> EscalationEvent:
    """The last event, with the crisis as it stands now; one that says so where no event is kept any more."""
    if events:
        return events[-1].replace(crisis=crisis)
    return EscalationEvent(id=crisis.id, type="crisis.updated", sequence=0, at=crisis.updated_at, crisis=crisis)


def list_crises(crises: Iterable[Crisis], *, ids: Sequence[str], now: datetime) -> Table:
    """A table of crises.

    Args:
        ids: of all crises there are: each is shortened to a beginning that no other has.
    """
    short = shorten(ids)
    table = Table("id", "severity", "status", "what", "since", "authors", "owner", "next", box=None, pad_edge=False)
    for crisis in crises:
        drill = " (exercise)" if crisis.is_exercise else ""
        table.add_row(
            Text(short[crisis.id]),
            Text(crisis.severity, style=_COLOURS[crisis.severity]),
            _inert(crisis.status + drill),
            _inert(_subject(crisis)),
            _inert(FIGURES.duration(now - crisis.opened_at)),
            _inert(FIGURES.number(crisis.distinct_authors)),
            _inert(crisis.owner or "nobody"),
            _inert(_page(crisis.next_page)),
        )
    return table


def shorten(ids: Sequence[str]) -> dict[str, str]:
    """Each id → its shortest beginning (6 characters at least) that no other id has.

    >>> shorten(["abcdef01", "abcdef99", "123456789"])
    {'123456789': '123456', 'abcdef01': 'abcdef0', 'abcdef99': 'abcdef9'}
    """
    ordered = sorted(ids)
    shared = [0, *(len(commonprefix(pair)) for pair in pairwise(ordered)), 0]  # noqa: RUF071 (characters are what is meant)
    return {
        each: each[: max(_SHORTEST_ID, shared[place] + 1, shared[place + 1] + 1)] for place, each in enumerate(ordered)
    }


def tell_story(
    crisis: Crisis,
    events: Sequence[EscalationEvent],
    evidence: Mapping[str, Evidence],
    *,
    console: Console,
    now: datetime,
) -> None:
    """Write the card of a crisis, and below it what happened, who did what and why, and what is to come."""
    event = as_event(crisis, events)
    render = render_coloured_card if should_colour(console.file) else render_card  # type: ignore[arg-type]
    console.file.write(render(event, evidence, width=console.width - 1))
    write_table(console, "What happened", make_timeline(events), "")
    if crisis.playbook:
        reasons = "; ".join(crisis.playbook_reasons)
        write_table(console, "Playbook", [Row("", crisis.playbook, "", reasons)], "")
    write_table(
        console, "Follow-ups", [_follow_up_row(crisis, place, now) for place in range(len(crisis.follow_ups))], ""
    )
    notes = [Row(FIGURES.time(note.at), "", note.by, note.text) for note in crisis.notes]
    write_table(console, "Notes (the last 20)", notes, "")
    suppressed = [Row(FIGURES.number(count), "not sent", "", why) for why, count in crisis.suppressed.items()]
    write_table(console, "Messages that were not sent", suppressed, "")
    if crisis.next_page:
        told = [Row("", each.person, "", each.why) for each in crisis.next_page.recipients]
        write_table(console, f"Told next: {_page(crisis.next_page)}", told, crisis.next_page.why)


def make_timeline(events: Sequence[EscalationEvent]) -> list[Row]:
    """One row an event; updates in a row are one."""
    rows: list[Row] = []
    updates = 0
    for event in events:
        is_update = event.type == "crisis.updated"
        updates = updates + 1 if is_update else 0
        what = _TOLD.get(event.type, _WORDS.events[event.type]) + (f" ({updates} times)" if updates > 1 else "")
        because = "; ".join(event.because)
        if event.page:
            told = ", ".join(each.person for each in event.page.recipients) or "nobody"
            because = f"told {told}" + (f": {because}" if because else "")
        row = Row(FIGURES.time(event.at), f"{what} · {event.crisis.severity}", event.by, because)
        if updates > 1:
            rows[-1] = row
        else:
            rows.append(row)
    return rows


def _follow_up_row(crisis: Crisis, place: int, now: datetime) -> Row:
    each = crisis.follow_ups[place]
    if each.done_at is None:
        late = " (late)" if each.due_at < now else ""
        return Row(f"due {FIGURES.time(each.due_at)}{late}", each.id, each.by, each.what)
    verdict = {True: "good", False: "not good", None: "open"}[each.is_good]
    return Row(f"done {FIGURES.time(each.done_at)}", each.id, each.by, f"{verdict}: {each.finding or each.what}")


def write_table(console: Console, title: str, rows: Sequence[Row], otherwise: str = "") -> None:
    """Write rows below a title; without rows what is said `otherwise`, or nothing at all."""
    if not rows and not otherwise:
        return
    console.print()
    console.print(_inert(title, style="bold"))
    if not rows:
        console.print(_inert(otherwise))
        return
    table = Table(box=None, pad_edge=False, show_header=False)
    # An empty column takes no room.
    for place, width in enumerate((None, 34, 20, None)):
        if any(row[place] for row in rows):
            table.add_column(overflow="fold", no_wrap=place == 0, max_width=width)
    for row in rows:
        table.add_row(*(_inert(cell) for place, cell in enumerate(row) if any(other[place] for other in rows)))
    console.print(table)


def _page(page: Page | None) -> str:
    if page is None:
        return "nobody"
    who = ", ".join(each.person for each in page.recipients) or "nobody"
    return f"{who}, {FIGURES.time(page.at)}"


def _subject(crisis: Crisis) -> str:
    return crisis.brand if crisis.subject == WHOLE_BRAND else f"{crisis.brand} · {crisis.subject}"


def _inert(text: str, style: str = "") -> Text:
    return Text(make_inert(text), style=style)
