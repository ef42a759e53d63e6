"""What escalation tells fits the JSON Schema of its type; what breaks a promise of that type does not."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, get_args

import jsonschema
import pytest
import referencing

from schemas.crisis import EscalationEvent, EventType
from schemas.events import EVENTS
from tests.events import every_event
from tests.house.checkout import ROOT

_FOLDER = ROOT / "schemas" / "json"


def load(uri: str) -> referencing.Resource[Any]:
    """A file that a schema in the folder `events` refers to."""
    return referencing.Resource.from_contents(json.loads((_FOLDER / "events" / uri).read_text(encoding="utf-8")))


@cache
def validator(event: EventType) -> jsonschema.Draft202012Validator:
    registry: referencing.Registry[Any] = referencing.Registry(retrieve=load)  # type: ignore[call-arg]
    return jsonschema.Draft202012Validator(load(f"{event}.json").contents, registry=registry)


def told(event: EventType | None = None) -> list[Any]:
    """Events as they are written, of one type or of all."""
    records = [emit.record for emit in every_event()]
    return [
        json.loads(each.encode())
        for each in records
        if isinstance(each, EscalationEvent) and event in (None, each.type)
    ]


def test_the_table_speaks_of_every_type() -> None:
    assert list(EVENTS) == list(get_args(EventType))


@pytest.mark.parametrize("event", EVENTS)
def test_what_is_told_fits_its_schema_and_no_other(event: EventType) -> None:
    for body in told(event):
        validator(event).validate(body)
        assert [other for other in EVENTS if validator(other).is_valid(body)] == [event]


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_without_what_is_promised_does_not_fit(event: EventType) -> None:
    body = told(event)[0]
    promise = EVENTS[event]
    broken = [_without(body, name) for name in ("sequence", "because", "crisis", *promise.fields)]
    broken += [body | {"crisis": _without(body["crisis"], name)} for name in promise.crisis]
    broken.append(body | {"at": "noon"})
    broken.append(body | {"crisis": body["crisis"] | {"severity": "terrible"}})
    for each in broken:
        assert not validator(event).is_valid(each)


@pytest.mark.parametrize("event", EVENTS)
def test_fields_that_come_later_fit(event: EventType) -> None:
    body = told(event)[0]
    validator(event).validate(body | {"mood": 1, "crisis": body["crisis"] | {"colour": "red"}})


def test_an_alarm_is_no_watch() -> None:
    opened = told("crisis.opened")[0]
    assert not validator("crisis.opened").is_valid(opened | {"crisis": opened["crisis"] | {"severity": "watch"}})


def _without(body: dict[str, Any], name: str) -> dict[str, Any]:
    assert name in body
    return {each: value for each, value in body.items() if each != name}
