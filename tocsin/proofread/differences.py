"""What a change of a file changes, in words. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import date, datetime, time, timedelta
from typing import Any, Final, Literal, NamedTuple
from urllib.parse import urlsplit

from tocsin.detection.baseline import BaselinePolicy
from tocsin.detection.normalise import fold
from tocsin.detection.watchlist import Brand, Topic, Watchlist
from tocsin.response.plan import Plan
from tocsin.strict_yaml import tell_duration

Kind = Literal["added", "removed", "changed"]

_WARM_UP: Final = f"{BaselinePolicy().warm_up_days:g} days"
#: Section of response.yaml → what an entry is called.
_SECTIONS: Final = {
    "people": "person", "teams": "team", "rotations": "rotation", "notifiers": "notifier", "policies": "policy",
    "escalations": "escalation", "silences": "silence", "maintenance": "maintenance window",
}  # fmt: skip
#: Attribute → the key of the file, where they differ.
_KEYS: Final = {"sender": "from", "starts_at": "from", "timeout": "timeout_s"}


class Change(NamedTuple):
    """One thing that differs.

    Attributes:
        what: `brand "acme"`.
        details: what of it differs, and what follows from that; a sentence each.
    """

    kind: Kind
    what: str
    details: tuple[str, ...] = ()


# -- watchlist.yaml ------------------------------------------------------------------------------------------------


def compare_watchlists(old: Watchlist, new: Watchlist) -> list[Change]:
    """What differs between two watchlists, by brand."""
    changes = []
    for kind, name, before, after in _pair(_by_id(old.brands), _by_id(new.brands)):
        what = f'brand "{name}"'
        if before is None:
            changes.append(Change(kind, what, (f"it has no past: warm-up takes {_WARM_UP}",)))
        elif after is None:
            changes.append(
                Change(kind, what, ("it is no longer watched; its open crises stay until people close them",))
            )
        else:
            changes.append(Change(kind, what, (*_differing(before, after), *_consequences(before, after))))
    if detail := _tell_difference("high_risk", old.high_risk, new.high_risk):
        changes.append(Change("changed", "high-risk terms of all brands", (detail,)))
    return changes


def _consequences(old: Brand, new: Brand) -> Iterator[str]:
    """Whose counts mean something else from now on."""
    if _what_names(old) != _what_names(new):
        yield f"what counts for the brand changes: what is normal for it is learned anew (warm-up, {_WARM_UP})"
        return
    before, after = _by_id(old.topics), _by_id(new.topics)
    for name in before.keys() & after.keys():
        if _what_finds(before[name]) != _what_finds(after[name]):
            yield (
                f'what counts for topic "{name}" changes: what is normal for it is learned anew (warm-up, {_WARM_UP})'
            )


def _what_names(brand: Brand) -> tuple[frozenset[str], ...]:
    handles = (*brand.handles, *(each for topic in brand.topics for each in topic.handles))
    return _folded(handles, (*brand.keywords, *brand.phrases), brand.exclusions, brand.languages)


def _what_finds(topic: Topic) -> tuple[frozenset[str], ...]:
    return _folded(topic.handles, (*topic.keywords, *topic.phrases))


def _folded(*groups: Iterable[str]) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(map(fold, group)) for group in groups)


# -- response.yaml -------------------------------------------------------------------------------------------------


def compare_plans(old: Plan, new: Plan) -> list[Change]:
    """What differs between two response plans, by section."""
    changes = []
    for section, singular in _SECTIONS.items():
        for kind, name, before, after in _pair(_by_id(getattr(old, section)), _by_id(getattr(new, section))):
            details = tuple(_differing(before, after)) if before and after else ()
            changes.append(Change(kind, f'{singular} "{name}"', details))
    if old.communication != new.communication:
        if old.communication and new.communication:
            changes.append(Change("changed", "communication", tuple(_differing(old.communication, new.communication))))
        else:
            changes.append(Change("added" if new.communication else "removed", "communication"))
    if detail := _tell_difference("playbooks", old.playbooks, new.playbooks):
        changes.append(Change("changed", "folder of playbooks", (detail,)))
    return changes


# -- records -------------------------------------------------------------------------------------------------------


def _by_id(records: Iterable[Any]) -> dict[str, Any]:
    return {_name(each): each for each in records}


def _name(record: Any) -> str:
    """Its id; a silence has none, and is known by what it mutes and until when."""
    if hasattr(record, "id"):
        return str(record.id)
    topic = f"|{record.topic}" if record.topic else ""
    return f"{record.brand}{topic} until {record.until.isoformat()}"


def _pair(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[Kind, str, Any, Any]]:
    """Everything that is not the same in both."""
    for name in dict.fromkeys((*old, *new)):
        before, after = old.get(name), new.get(name)
        if before != after:
            yield "added" if before is None else "removed" if after is None else "changed", name, before, after


def _differing(old: Any, new: Any) -> Iterator[str]:
    """What differs between two records of one id, a line for each key."""
    if type(old) is not type(new):
        yield f"kind: {_kind(old)} → {_kind(new)}"
        return
    for field in fields(old):
        detail = _tell_difference(_KEYS.get(field.name, field.name), getattr(old, field.name), getattr(new, field.name))
        if detail:
            yield detail


def _kind(notifier: Any) -> str:
    """Only notifiers are of several types, each named by its kind."""
    return type(notifier).__name__.removesuffix("Notifier").lower()


def _tell_difference(key: str, old: Any, new: Any) -> str:
    """One key in words; empty when it is the same."""
    if old == new:
        return ""
    if key in ("url", "api_url"):
        return _tell_address(key, old, new)
    if isinstance(old, tuple) and isinstance(new, tuple):
        if all(isinstance(each, str) for each in (*old, *new)):
            return f"{key}: {_tell_list(old, new)}"
        if all(hasattr(each, "id") for each in (*old, *new)):
            return f"{key}: {'; '.join(_tell_entries(old, new))}"
    return f"{key}: {_tell(old)} → {_tell(new)}"


def _tell_list(old: tuple[str, ...], new: tuple[str, ...]) -> str:
    more = [f"+ {each}" for each in new if each not in old]
    less = [f"− {each}" for each in old if each not in new]
    return ", ".join((*more, *less)) or f"in another order: {', '.join(new)}"


def _tell_entries(old: Iterable[Any], new: Iterable[Any]) -> Iterator[str]:
    for kind, name, before, after in _pair(_by_id(old), _by_id(new)):
        details = f" ({', '.join(_differing(before, after))})" if before and after else ""
        yield f"{name} {kind}{details}"


def _tell_address(key: str, old: str, new: str) -> str:
    """An address without its path, which is a secret with many services."""
    before, after = urlsplit(old).netloc, urlsplit(new).netloc
    return f"{key}: another path at {after}" if before == after else f"{key}: {before} → {after}"


_TELLERS: Final[tuple[tuple[type | tuple[type, ...], Callable[[Any], str]], ...]] = (
    (bool, lambda value: "yes" if value else "no"),
    (timedelta, tell_duration),
    ((datetime, date, time), lambda value: value.isoformat()),
    (tuple, lambda value: ", ".join(map(_tell, value)) or "none"),
)


def _tell(value: Any) -> str:
    if value is None:
        return "none"
    for kind, tell in _TELLERS:
        if isinstance(value, kind):
            return tell(value)
    if hasattr(value, "__dataclass_fields__"):
        return f"({', '.join(_tell_fields(value))})"
    return str(value)


def _tell_fields(record: Any) -> Iterator[str]:
    """The keys of a record that hold something."""
    for field in fields(record):
        value = getattr(record, field.name)
        if value not in (None, (), timedelta(0)):
            yield f"{_KEYS.get(field.name, field.name)}: {_tell(value)}"
