"""Facts as a person enters them: `cause:en=A cable broke at noon.`, `fixed-at=2026-01-05T14:00`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from tocsin.errors import ConfigurationError
from tocsin.response.replies.facts import Facts
from tocsin.response.replies.policy import LANGUAGES

#: Sentences, one for each language.
_TEXTS: Final = {"do-first": "do_first", "cause": "cause", "remedy": "remedy", "correction": "correction"}
_INSTANTS: Final = {"fixed-at": "fixed_at", "next-word-at": "next_word_at"}
_LINKS: Final = {"source": "source"}
NAMES: Final = (*_TEXTS, *_INSTANTS, *_LINKS)


def enter(facts: Facts, entered: Iterable[str]) -> Facts:
    """The facts with those that a person entered, each as NAME:LANGUAGE=TEXT, NAME=INSTANT or NAME=LINK.

    An instant without an offset is told in the facts' own zone.

    Raises:
        ConfigurationError: one that is not understood, naming it.
    """
    for each in entered:
        facts = _enter(facts, each)
    return facts


def _enter(facts: Facts, entered: str) -> Facts:
    head, _, value = entered.partition("=")
    name, _, language = head.strip().partition(":")
    value = value.strip()
    if name not in NAMES or not value:
        raise ConfigurationError(
            f"{entered!r} is no fact that answers can tell",
            f"write NAME:LANGUAGE=TEXT ({', '.join(_TEXTS)}) or NAME=VALUE ({', '.join((*_INSTANTS, *_LINKS))})",
        )
    changes: dict[str, Any]
    if field := _TEXTS.get(name):
        if language not in LANGUAGES:
            raise ConfigurationError(
                f"the fact {entered!r} does not say its language: it is told in no other",
                f"write {name}:LANGUAGE=TEXT, with one of {', '.join(LANGUAGES)}; once for each language",
            )
        changes = {field: {**getattr(facts, field), language: value}}
    elif field := _INSTANTS.get(name):
        changes = {field: _read_instant(entered, value, facts)}
    else:
        if not value.startswith(("https://", "http://")):
            raise ConfigurationError(f"the fact {entered!r} is no link", "write its whole address: source=https://…")
        changes = {_LINKS[name]: value}
    return replace(facts, **changes)


def _read_instant(entered: str, value: str, facts: Facts) -> datetime:
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise ConfigurationError(
            f"the fact {entered!r} holds no instant", "write it as 2026-03-01T14:00, or with its offset: …+01:00"
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=facts.zone)
