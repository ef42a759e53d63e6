"""Names that point elsewhere: each is held to what it names, so that a typing error is found before the crisis is."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from tocsin.strict_yaml import Value, suggest


def entries(fields: dict[str, Value], key: str) -> list[tuple[str, Value]]:
    """Id and body of each entry of a section; none when the section is not there."""
    what = {"people": "person", "policies": "policy"}.get(key, key.removesuffix("s"))
    found = fields[key].entries() if key in fields else ()
    return [(name.named(f"{what} id").identifier(), value.named(f'{what} "{name.text()}"')) for name, value in found]


def items(fields: dict[str, Value], key: str, what: str) -> list[Value]:
    """The items of a section that is a list, each called by its number; none when the section is not there."""
    found = fields[key].items() if key in fields else []
    return [value.named(f"{what} {place}") for place, value in enumerate(found, 1)]


def references(value: Value, what: str, known: Collection[str] | None) -> tuple[str, ...]:
    """The ids in a list that is not empty."""
    found = value.items()
    if not found:
        raise value.refuse(f"{value.label} is empty", "name at least one, or remove the key")
    return tuple(reference(item, what, known) for item in found)


def reference(value: Value, what: str, known: Collection[str] | None) -> str:
    """The id of something that is there; None: whatever is named is taken."""
    name = value.identifier()
    if known is not None and name not in known:
        raise value.refuse(f'there is no {what} "{name}"', suggest(name, known) if known else f"add the {what} first")
    return name


def end(value: Value, now: datetime | None) -> datetime:
    """The end of what holds for a time only. One in the past holds no more, and its writer should know.

    Args:
        now: None: it may lie in the past.
    """
    until = value.instant()
    if now is not None and until <= now:
        raise value.refuse(f"{value.label} has passed: {until.isoformat()}", "remove the entry, or give it a later end")
    return until
