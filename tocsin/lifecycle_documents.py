"""The lifecycle of a crisis as a document: the picture and the tables of docs/lifecycle.md.

`python -m tocsin.lifecycle_documents` writes them, `--check` compares them.
"""

from __future__ import annotations

import sys
from pathlib import Path

from schemas.crisis import Status
from tocsin import generated
from tocsin.response.lifecycle import ACTIONS, EVENTS, LIFECYCLE, MOVES, RECORDED, find_actions


def picture() -> str:
    """The moves from status to status as a Mermaid diagram."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for move in MOVES:
        before = "[*]" if move.before == "new" else move.before
        if before != move.after:
            arrows.setdefault((before, move.after), []).append(_short(move.event))
    lines = [f"    {before} --> {after}: {', '.join(events)}" for (before, after), events in arrows.items()]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```"]) + "\n"


def moves() -> str:
    """Every move with when it is taken."""
    rows = ["| a crisis that is | becomes | by | when |", "|---|---|---|---|"]
    rows += [f"| {move.before} | {move.after} | `{move.event}` | {move.when} |" for move in MOVES]
    return "\n".join(rows) + "\n"


def events() -> str:
    """Every event: what it says, when it can happen, and whether it is for the record only."""
    rows = ["| event | says | of a crisis that is | for the record |", "|---|---|---|---|"]
    for event, says in EVENTS.items():
        statuses = ", ".join(before for before, each in LIFECYCLE if each == event)
        rows.append(f"| `{event}` | {says} | {statuses} | {'yes' if event in RECORDED else ''} |")
    return "\n".join(rows) + "\n"


def commands() -> str:
    """What people may do, and when."""
    rows = ["| action | makes happen | to a crisis that is |", "|---|---|---|"]
    for action, event in ACTIONS.items():
        statuses = [status for status in _statuses() if action in find_actions(status)]
        rows.append(f"| `{action}` | `{event}` | {', '.join(statuses)} |")
    return "\n".join(rows) + "\n"


def files() -> dict[Path, str]:
    """Every generated file with its text."""
    page = generated.ROOT / "docs" / "lifecycle.md"
    text = page.read_text(encoding="utf-8")
    for name, part in (("picture", picture()), ("moves", moves()), ("events", events()), ("commands", commands())):
        text = generated.between(name, text, part)
    return {page: text}


def _statuses() -> list[Status]:
    return list(dict.fromkeys(move.after for move in MOVES))


def _short(event: str) -> str:
    return event.removeprefix("crisis.").replace("_", " ")


if __name__ == "__main__":
    sys.exit(generated.run("tocsin.lifecycle_documents", files()))
