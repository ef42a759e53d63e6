"""The shipped playbooks as a document: the generated part of docs/playbooks.md.

`python -m tocsin.playbook_documents` writes it, `--check` compares it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from tocsin import generated
from tocsin.response.playbooks.choose import TABLE
from tocsin.response.playbooks.playbook import ROLES, STRATEGIES, Playbook, Step
from tocsin.response.playbooks.read import DEFAULT_ID, MATCH_LISTS, Library, read_library

_UNITS = (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("min", timedelta(minutes=1)))


def points_text() -> str:
    """The table of what speaks for a playbook."""
    rows = ("| points | for |", "|---|---|", *(f"| {row.points} | {row.what} |" for row in TABLE))
    return "\n".join(rows) + "\n"


def roles_text() -> str:
    """The table of roles in their languages."""
    rows = (f"| `{role}` | {name.en} | {name.es} | {name.vi} |" for role, name in ROLES.items())
    return "\n".join(("| role | English | Spanish | Vietnamese |", "|---|---|---|---|", *rows)) + "\n"


def library_text(library: Library) -> str:
    """A table of all playbooks, then each with its steps."""
    playbooks = library.playbooks.values()
    rows = ["| playbook | for | at stake | strategy | first step |", "|---|---|---|---|---|", *map(_row, playbooks)]
    return "\n".join(rows) + "\n" + "".join(map(_section, playbooks))


def _row(playbook: Playbook) -> str:
    first = playbook.steps[0]
    link, strategy = f"[{playbook.title.en}](#{playbook.id})", ", ".join(playbook.stance.strategies)
    cells = (link, playbook.about, playbook.at_stake, strategy, f"{first.what.en} ({say_duration(first.deadline)})")
    return f"| {' | '.join(map(_cell, cells))} |"


def _section(playbook: Playbook) -> str:
    lines = [
        f'\n<a id="{playbook.id}"></a>\n',
        f"### {playbook.title.en}\n",
        f"`{playbook.id}` · {playbook.title.es} · {playbook.title.vi}\n",
        f"{playbook.about} {playbook.stance.why}\n",
        f"- **What speaks for it:** {_match(playbook)}",
        f"- **Strategy:** {'; '.join(f'{each} ({STRATEGIES[each]})' for each in playbook.stance.strategies)}.",
        f"- **Sources:** {'; '.join(playbook.stance.sources)}.",
        f"- **What never to do:** {' '.join(playbook.avoid)}\n",
        "| step | who | by when | done when |",
        "|---|---|---|---|",
        *map(_step, playbook.steps),
    ]
    return "\n".join(lines) + "\n"


def _match(playbook: Playbook) -> str:
    if playbook.id == DEFAULT_ID:
        return "nothing speaks enough for another one."
    found = (
        f"{name} {', '.join(getattr(playbook.when, name))}" for name in MATCH_LISTS if getattr(playbook.when, name)
    )
    against = [", ".join(getattr(playbook.unless, name)) for name in MATCH_LISTS if getattr(playbook.unless, name)]
    return "; ".join(found) + (f". Never with: {'; '.join(against)}." if against else ".")


def _step(step: Step) -> str:
    what = "<br>".join((f"**{step.what.en}**", *_choices(step)))
    who = ROLES[step.owner].en if step.owner in ROLES else step.owner
    return f"| {_cell(what)} | {who} | {_say_when(step)} | {_cell(step.done_when)} |"


def _choices(step: Step) -> Iterable[str]:
    for option in step.options:
        yield f"*{option.when}* {option.do}"
    yield from step.avoid


def _say_when(step: Step) -> str:
    said = f"{say_duration(step.deadline)}{' after the end' if step.phase == 'after' else ''}"
    said += f", then every {say_duration(step.every)}" if step.every is not None else ""
    said += f", from {step.from_severity}" if step.from_severity != "watch" else ""
    return said + (f", in {' or '.join(step.stages)}" if step.stages else "")


def say_duration(duration: timedelta) -> str:
    """As it is written in a playbook, in the largest unit that it is a whole number of: "90 min", "2 d"."""
    unit, length = next((unit, length) for unit, length in _UNITS if not duration % length)
    return f"{duration // length} {unit}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def files() -> dict[Path, str]:
    """The page with its generated part."""
    page = generated.ROOT / "docs" / "playbooks.md"
    text = page.read_text(encoding="utf-8")
    parts = {"points": points_text(), "roles": roles_text(), "playbooks": library_text(read_library())}
    for name, part in parts.items():
        text = generated.between(name, text, part)
    return {page: text}


if __name__ == "__main__":
    sys.exit(generated.run("tocsin.playbook_documents", files()))
