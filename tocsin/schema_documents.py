"""The records and the registry as documents for others: JSON Schema, AsyncAPI, tables in docs/.

`python -m tocsin.schema_documents` writes them, `--check` compares them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import yaml

from schemas.events import EVENTS
from schemas.streams import CRISES, REJECTED, STREAMS, StreamSpec
from tocsin import generated
from tocsin.asyncapi import asyncapi, header_texts, kept, make_sentence
from tocsin.json_schemas import event_schema, file_name, find_statuses, json_schema, records

#: Shown on docs/consumers.md, in their languages.
_EXAMPLES = {"examples/consumer.py": "python", "examples/consume.sh": "sh"}


def stream_table() -> str:
    """The wiring table of docs/streams.md."""
    rows = ["| stream | key | record | kept | group | what it holds |", "|---|---|---|---|---|---|"]
    for spec in STREAMS:
        names = [f"[{each.__name__}](../schemas/json/{file_name(each)}.json)" for each in spec.records]
        name = ", ".join(names) or "private rows"
        compacted = f"compacted, {spec.expires.days} days" if spec.expires else "compacted"
        length = kept(spec) if spec.retention else compacted
        key = spec.key.replace("|", "\\|")
        about = make_sentence(spec.about).replace("|", "\\|")
        rows.append(f"| `{spec.name}` | {key} | {name} | {length} | {spec.group} | {about} |")
    return "\n".join(rows) + "\n"


def _header_table(spec: StreamSpec) -> str:
    rows = ["| header | what it tells |", "|---|---|"]
    return "\n".join(rows + [f"| `{name}` | {text} |" for name, text in header_texts(spec).items()]) + "\n"


def event_table() -> str:
    """The types of escalation events in docs/consumers.md: what each tells, and what it surely has."""
    rows = ["| type | what has happened | status after it | is there, and not empty |", "|---|---|---|---|"]
    for event, promise in EVENTS.items():
        names = [*promise.fields, *(f"crisis.{name}" for name in promise.crisis)]
        surely = ", ".join(f"`{name}`" for name in names)
        statuses = ", ".join(find_statuses(event))
        rows.append(f"| [`{event}`](../schemas/json/events/{event}.json) | {promise.about} | {statuses} | {surely} |")
    return "\n".join(rows) + "\n"


def files() -> dict[Path, str]:
    """Every generated file with its text."""
    schemas, docs = generated.ROOT / "schemas", generated.ROOT / "docs"
    trees = {f"{file_name(record)}.json": json_schema(record) for record in records()}
    trees |= {f"events/{event}.json": event_schema(event) for event in EVENTS}
    texts = {
        schemas / "json" / name: json.dumps(tree, indent=2, ensure_ascii=False) + "\n" for name, tree in trees.items()
    }
    head = "# Generated from schemas/streams.py by `python -m tocsin.schema_documents`: do not edit.\n"
    texts[schemas / "asyncapi.yaml"] = head + yaml.safe_dump(asyncapi(), sort_keys=False, allow_unicode=True, width=120)
    page = (docs / "streams.md").read_text(encoding="utf-8")
    page = generated.between("streams", page, stream_table())
    texts[docs / "streams.md"] = generated.between("rejected headers", page, _header_table(REJECTED))
    page = (docs / "consumers.md").read_text(encoding="utf-8")
    page = generated.between("headers", page, _header_table(CRISES))
    for example, language in _EXAMPLES.items():
        code = (generated.ROOT / example).read_text(encoding="utf-8")
        page = generated.between(example, page, f"```{language}\n{code}```\n")
    texts[docs / "consumers.md"] = generated.between("events", page, event_table())
    return texts


if __name__ == "__main__":
    sys.exit(generated.run("tocsin.schema_documents", files()))
