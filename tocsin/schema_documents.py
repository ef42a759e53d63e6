"""The records and the registry as documents for others: JSON Schema, AsyncAPI, the table in docs/streams.md.

`python -m tocsin.schema_documents` writes them, `--check` compares them.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import yaml

from schemas.mention import RejectedMention
from schemas.record import Record
from schemas.streams import CRISES, REJECTED, STREAMS, StreamSpec
from tocsin import generated

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
#: What msgspec reads as an instant: a time without its offset is refused, so the schema refuses it too.
_OFFSET = r"([Zz]|[+-]\d\d:?\d\d)$"

_CLOUD_EVENTS = {
    "ce_specversion": "Version of CloudEvents.",
    "ce_id": "Id of the event; a replay makes the same one.",
    "ce_type": "`tocsin.`, what happened, `.v` and the version of the record.",
    "ce_source": "`/tocsin/` and the namespace.",
    "ce_subject": "Brand, `/`, and the topic it is about (`*`: the brand as a whole).",
    "ce_time": "Event time, RFC 3339.",
    "ce_correlationid": "Id of the crisis.",
    "content-type": "Always `application/json`.",
}


def records() -> tuple[type[Record], ...]:
    """The records that travel, in the order of the registry."""
    return tuple(dict.fromkeys(spec.record for spec in STREAMS if spec.record is not None))


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
    return shape | {
        "title": record.__name__,
        "description": about,
        "properties": properties,
        "additionalProperties": True,
    }


def _with_offset(value: Any) -> Any:
    if isinstance(value, dict):
        value = {name: _with_offset(inner) for name, inner in value.items()}
        return value | {"pattern": _OFFSET} if value.get("format") == "date-time" else value
    return [_with_offset(inner) for inner in value] if isinstance(value, list) else value


def asyncapi() -> dict[str, Any]:
    """The registry as AsyncAPI 3.0: a channel a stream."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Tocsin",
            "version": "1",
            "description": "The streams of a namespace. Each is the Kafka topic `<namespace>.<stream>`.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {spec.name: _channel(spec) for spec in STREAMS},
        "components": {
            "parameters": {
                "namespace": {"description": "Prefix of streams, groups and state.", "default": "tocsin"},
            },
        },
    }


def _channel(spec: StreamSpec) -> dict[str, Any]:
    retention = (
        {"cleanup.policy": ["compact"]}
        if spec.retention is None
        else {"cleanup.policy": ["delete"], "retention.ms": int(spec.retention / timedelta(milliseconds=1))}
    )
    return {
        "address": f"{{namespace}}.{spec.name}",
        "title": spec.name,
        "description": f"{_sentence(spec.about)} Kept {kept(spec)}.",
        "parameters": {"namespace": {"$ref": "#/components/parameters/namespace"}},
        "messages": {file_name(spec.record) if spec.record else "row": _message(spec)},
        "bindings": {"kafka": {"topicConfiguration": retention, "bindingVersion": "0.5.0"}},
    }


def _message(spec: StreamSpec) -> dict[str, Any]:
    key = {"type": "string", "description": f"Key: {spec.key}."}
    message: dict[str, Any] = {"bindings": {"kafka": {"key": key, "bindingVersion": "0.5.0"}}}
    if spec.record is None:
        payload = {"description": "Private to its step: read the other streams instead."}
        return message | {"name": "Row", "title": "Row", "payload": payload}
    message |= {"name": spec.record.__name__, "title": spec.record.__name__}
    headers = header_texts(spec)
    if headers:
        properties = {name: {"type": "string", "description": text} for name, text in headers.items()}
        message["headers"] = {"type": "object", "properties": properties}
    if spec is REJECTED:
        message["contentType"] = "application/octet-stream"
        message["payload"] = {"description": "The bytes as they came, unread."}
    else:
        message["payload"] = {"$ref": f"./json/{file_name(spec.record)}.json"}
    return message


def header_texts(spec: StreamSpec) -> Mapping[str, str]:
    """The headers of a stream's records and what they tell; empty for the streams that use none."""
    if spec is CRISES:
        return _CLOUD_EVENTS
    if spec is not REJECTED:
        return {}
    texts = attributes_of(RejectedMention)[1]
    return {name: _sentence(texts[name]) for name in RejectedMention.__struct_fields__ if name != "extra"}


def kept(spec: StreamSpec) -> str:
    """How long records of a stream are kept, in words."""
    if spec.retention is None:
        return "for ever, the last of each key (compacted)"
    return f"{spec.retention.days} day{'s' if spec.retention.days != 1 else ''}"


def stream_table() -> str:
    """The wiring table of docs/streams.md."""
    rows = ["| stream | key | record | kept | group | what it holds |", "|---|---|---|---|---|---|"]
    for spec in STREAMS:
        record = spec.record
        name = f"[{record.__name__}](../schemas/json/{file_name(record)}.json)" if record else "private rows"
        length = "compacted" if spec.retention is None else kept(spec)
        key = spec.key.replace("|", "\\|")
        about = _sentence(spec.about).replace("|", "\\|")
        rows.append(f"| `{spec.name}` | {key} | {name} | {length} | {spec.group} | {about} |")
    return "\n".join(rows) + "\n"


def _header_table(spec: StreamSpec) -> str:
    rows = ["| header | what it tells |", "|---|---|"]
    return "\n".join(rows + [f"| `{name}` | {text} |" for name, text in header_texts(spec).items()]) + "\n"


def files() -> dict[Path, str]:
    """Every generated file with its text."""
    schemas = generated.ROOT / "schemas"
    texts = {
        schemas / "json" / f"{file_name(record)}.json": json.dumps(json_schema(record), indent=2, ensure_ascii=False)
        + "\n"
        for record in records()
    }
    head = "# Generated from schemas/streams.py by `python -m tocsin.schema_documents`: do not edit.\n"
    texts[schemas / "asyncapi.yaml"] = head + yaml.safe_dump(asyncapi(), sort_keys=False, allow_unicode=True, width=120)
    page = generated.ROOT / "docs" / "streams.md"
    text = generated.between("streams", page.read_text(encoding="utf-8"), stream_table())
    texts[page] = generated.between("rejected headers", text, _header_table(REJECTED))
    return texts


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + ("" if text.endswith(".") else ".")


if __name__ == "__main__":
    sys.exit(generated.run("tocsin.schema_documents", files()))
