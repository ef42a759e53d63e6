"""A dossier for a terminal: who is behind a crisis. What strangers wrote, and called themselves, is inert."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from rich.console import Console

from schemas.mention import WHOLE_BRAND
from tocsin.desk.story import FIGURES, Row, write_table
from tocsin.response.dossier import Dossier, Finding, Person

#: Said below every dossier.
CAVEAT = (
    "What is known, and how. Indicators are no proof, and a person behind an account may have good reasons for each of "
    "them: accuse nobody."
)


def tell_dossier(dossier: Dossier, console: Console) -> None:
    """Write who is behind a crisis."""
    rows = [row for person in dossier.authors for row in _tell_person(person)]
    if dossier.unnamed:
        rows.append(Row("", f"and {FIGURES.number(dossier.unnamed)} others", "", "they were counted, not looked at"))
    write_table(console, "Who is behind it", rows, "nobody is known by name")
    write_table(console, "Press", [Row(FIGURES.time(each.at), each.outlet, "", each.url) for each in dossier.reports])
    write_table(console, "What it is about", list(_tell_causes(dossier)))
    write_table(console, "Do accounts act as one?", [_tell(finding) for finding in dossier.coordination])
    wave = [Row(FIGURES.time(each.at), each.kind, "", each.words) for each in dossier.wave]
    write_table(console, "How the wave went", wave)
    languages = ", ".join(f"{language} {count}" for language, count in dossier.languages.items())
    private = f"; {dossier.private} more are private and not quoted" if dossier.private else ""
    kept = f"{dossier.texts - dossier.private} texts kept{f' ({languages})' if languages else ''}{private}"
    write_table(console, "What this rests on", [Row("", "", "", f"{kept}. {CAVEAT}")])


def as_json(dossier: Dossier) -> dict[str, Any]:
    """A dossier for a program."""
    told: dict[str, Any] = msgspec.to_builtins(dossier)
    return told | {"caveat": CAVEAT}


def _tell_person(person: Person) -> Iterable[Row]:
    who = f"@{person.handle}" if person.handle else person.name or person.key
    relation = "" if person.relation == "public" else person.relation
    if not person.findings:
        yield Row("", who, relation, "heard among the others; nothing more is known")
    for place, finding in enumerate(person.findings):
        yield Row("", "" if place else who, "" if place else relation, _say(finding))


def _tell_causes(dossier: Dossier) -> Iterable[Row]:
    yield from _counts("causes", dossier.causes)
    if dossier.cause is not None:
        yield Row("", "whose fault", "", _say(dossier.cause))
    yield from _counts("sources", dossier.sources)


def _counts(what: str, counts: Mapping[str, int]) -> Iterable[Row]:
    if counts:
        said = ", ".join(f"{name if name != WHOLE_BRAND else 'all'} {FIGURES.number(n)}" for name, n in counts.items())
        yield Row("", what, "", said)


def _tell(finding: Finding) -> Row:
    return Row("", finding.confidence, "", finding.words)


def _say(finding: Finding) -> str:
    return f"{finding.words} ({finding.confidence})"
