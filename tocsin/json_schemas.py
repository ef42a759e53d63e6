"""The records and the escalation events as JSON Schema (draft 2020-12), with the words of their docstrings."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from schemas.crisis import SEVERITIES, Crisis, EscalationEvent, EventType, Status
from schemas.events import EVENTS
from schemas.record import Record
from schemas.streams import STREAMS
from tocsin import generated
from tocsin.response.lifecycle import LIFECYCLE

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
#: What msgspec reads as an instant: a time without its offset is refused, so the schema refuses it too.
_OFFSET = r"([Zz]|[+-]\d\d:?\d\d)$"
#: What every escalation event has, beside what the record requires.
_OF_EVERY_EVENT = ("sequence", "because")


def records() -> tuple[type[Record], ...]:
    """The records that travel, in the order of the registry."""
    return tuple(dict.fromkeys(record for spec in STREAMS for record in spec.records))


def file_name(record: type[Record]) -> str:
    """`EnrichedMention` → `enriched-mention`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", record.__name__).lower()


def json_schema(record: type[Record]) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one record, complete in itself; unknown fields are allowed everywhere."""
    _, components = msgspec.json.schema_components(
        [record], schema_hook=lambda _: {"type": "object"}, ref_template="#/$defs/{name}"
    )
    classes = {cls.__name__: cls for cls in _with_nested(record)}
    shapes = {name: _describe(classes[name], shape) for name, shape in sorted(components.items())}
    head = {"$schema": _DIALECT, "$id": f"urn:tocsin:{file_name(record)}:{record.VERSION}"}
    own = shapes.pop(record.__name__)
    return head | own | ({"$defs": shapes} if shapes else {})


def attributes_of(record: type[Record]) -> tuple[str, dict[str, str]]:
    """What the docstring tells: the record's description, and that of each field in its "Attributes:" section."""
    return generated.described(record, record.__struct_fields__)


def _with_nested(record: type[Record]) -> list[type[Record]]:
    found: list[type[Record]] = []
    waiting: list[type[Any]] = [record]
    while waiting:
        cls = waiting.pop()
        if cls in found:
            continue
        found.append(cls)
        info = msgspec.inspect.type_info(cls)
        assert isinstance(info, msgspec.inspect.StructType)
        for field in info.fields:
            options = field.type.types if isinstance(field.type, msgspec.inspect.UnionType) else (field.type,)
            for option in options:
                inner = option.item_type if isinstance(option, msgspec.inspect.VarTupleType) else option
                if isinstance(inner, msgspec.inspect.StructType):
                    waiting.append(inner.cls)
    return found


def _describe(record: type[Record], shape: dict[str, Any]) -> dict[str, Any]:
    """msgspec's schema of one record, with our descriptions and open to unknown fields."""
    about, _ = attributes_of(record)
    texts: dict[str, str] = {}
    for cls in reversed(record.__mro__):
        if isinstance(cls, type) and issubclass(cls, Record) and cls is not Record:
            texts |= attributes_of(cls)[1]
    properties = {}
    for name, value in shape["properties"].items():
        if name not in record.__struct_fields__:
            continue  # the field that carries what we do not know has no name outside
        described = {"description": texts[name][0].upper() + texts[name][1:]} if name in texts else {}
        properties[name] = described | _with_offset(value)
    told = shape | {"title": record.__name__, "description": about, "properties": properties}
    if tag := record.__struct_config__.tag_field:
        properties[tag] = {"description": "Tells it from the other records of its stream."} | shape["properties"][tag]
        if not any(record in spec.also for spec in STREAMS):  # the first of its stream may leave it out
            told["required"] = [name for name in shape["required"] if name != tag]
    return told | {"additionalProperties": True}


def _with_offset(value: Any) -> Any:
    if isinstance(value, dict):
        value = {name: _with_offset(inner) for name, inner in value.items()}
        return value | {"pattern": _OFFSET} if value.get("format") == "date-time" else value
    return [_with_offset(inner) for inner in value] if isinstance(value, list) else value


def event_schema(event: EventType) -> dict[str, Any]:
    """The JSON Schema of one type of escalation event: an `EscalationEvent`, and what this type promises beyond it.

    It refers to the record's schema by its file, one folder up.
    """
    promise = EVENTS[event]
    statuses = find_statuses(event)
    crisis: dict[str, Any] = {"status": {"enum": list(statuses)}}
    if promise.severities != SEVERITIES:
        crisis["severity"] = {"enum": list(promise.severities)}
    crisis |= {name: _there(Crisis, name) for name in promise.crisis}
    # What is the default may be left out.
    required = [*promise.crisis] if "open" in statuses else ["status", *promise.crisis]
    names = (*_OF_EVERY_EVENT, *promise.fields)
    return {
        "$schema": _DIALECT,
        "title": event,
        "description": promise.about,
        "type": "object",
        "allOf": [{"$ref": f"../{file_name(EscalationEvent)}.json"}],
        "properties": {
            "type": {"const": event},
            **{name: _there(EscalationEvent, name) for name in names},
            "crisis": {"properties": crisis, "required": required},
        },
        "required": list(names),
    }


def find_statuses(event: EventType) -> tuple[Status, ...]:
    """The statuses that a crisis can have after such an event."""
    return tuple(dict.fromkeys(after for (_, happened), after in LIFECYCLE.items() if happened == event))


def _there(record: type[Record], name: str) -> dict[str, Any]:
    """The schema of a field that is not empty."""
    info = msgspec.inspect.type_info(record)
    assert isinstance(info, msgspec.inspect.StructType)
    found = next(field.type for field in info.fields if field.name == name)
    if isinstance(found, msgspec.inspect.UnionType):
        return {"not": {"type": "null"}}
    if isinstance(found, msgspec.inspect.VarTupleType):
        return {"minItems": 1}
    return {"minimum": 1} if isinstance(found, msgspec.inspect.IntType) else {"minLength": 1}
