"""The committed schemas say what the records are today, and are sound documents of their kinds."""

from __future__ import annotations

from typing import Any, get_args

import jsonschema
import pytest
import yaml

from schemas.crisis import EventType
from schemas.mention import RejectedMention
from schemas.record import CAUSES, Record
from schemas.streams import CRISES, CRISIS_STATE, INBOX, NOTIFICATIONS, RAW, REJECTED, STREAMS
from tests.builders import an_event
from tests.house.checkout import ROOT
from tocsin import generated
from tocsin.asyncapi import asyncapi, header_texts
from tocsin.json_schemas import file_name, json_schema, records
from tocsin.schema_documents import files


def test_the_committed_files_are_the_generated_ones() -> None:
    differences = generated.find_differences(files())
    assert not differences, "run `python -m tocsin.schema_documents`\n" + "\n".join(differences)


def test_no_file_is_left_of_a_record_that_is_gone() -> None:
    folder = ROOT / "schemas" / "json"
    committed = {path.relative_to(folder).as_posix() for path in folder.rglob("*.json")}
    events = {f"events/{event}.json" for event in get_args(EventType)}
    assert committed == {f"{file_name(record)}.json" for record in records()} | events


@pytest.mark.parametrize("cls", records(), ids=lambda cls: cls.__name__)
def test_a_schema_is_valid_complete_and_open(cls: type[Record]) -> None:
    schema = json_schema(cls)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:tocsin:{file_name(cls)}:{cls.VERSION}"
    tag = {cls.__struct_config__.tag_field} - {None}
    assert set(schema["properties"]) == set(cls.__struct_fields__) - {"extra"} | tag
    assert set(schema["required"]) <= set(schema["properties"])
    for shape in (schema, *schema.get("$defs", {}).values()):
        assert shape["additionalProperties"] is True
        assert shape["description"]
        assert "~extra" not in shape["properties"]


def test_descriptions_come_from_the_docstrings() -> None:
    schema = json_schema(next(record for record in records() if record.__name__ == "ScoredMention"))
    assert schema["description"] == "An enriched mention with its sentiment and its weight."
    assert schema["properties"]["language"]["description"] == "ISO 639-1 code, or `und`."  # said of EnrichedMention


def test_a_docstring_that_describes_no_field_is_refused() -> None:
    class Wrong(Record, frozen=True):
        """Attributes are described that it does not have.

        Attributes:
            colour: of nothing.
        """

    with pytest.raises(ValueError, match="'colour'"):
        json_schema(Wrong)


def test_every_stream_is_a_channel_with_its_key() -> None:
    channels = asyncapi()["channels"]
    assert list(channels) == [spec.name for spec in STREAMS]
    trait = asyncapi()["components"]["messageTraits"]["escalation-event"]
    for spec in STREAMS:
        messages = channels[spec.name]["messages"].values()
        assert len(messages) == (len(get_args(EventType)) if spec is CRISES else len(spec.records) or 1)
        assert channels[spec.name]["address"] == f"{{namespace}}.{spec.name}"
        for message in messages:
            found = trait if "traits" in message else message
            assert spec.key in found["bindings"]["kafka"]["key"]["description"]


def test_every_operation_is_on_messages_of_its_channel() -> None:
    document = asyncapi()
    assert {operation["channel"]["$ref"] for operation in document["operations"].values()} >= {
        f"#/channels/{spec.name}" for spec in (RAW, INBOX, CRISES, CRISIS_STATE, NOTIFICATIONS)
    }
    for operation in document["operations"].values():
        assert operation["action"] in ("send", "receive")
        for end in (operation, *([operation["reply"]] if "reply" in operation else [])):
            assert end["messages"]
            assert all(each["$ref"].startswith(f"{end['channel']['$ref']}/messages/") for each in end["messages"])


def test_every_reference_of_the_asyncapi_file_leads_somewhere() -> None:
    text = (ROOT / "schemas" / "asyncapi.yaml").read_text(encoding="utf-8")
    document = yaml.safe_load(text)
    references = set(_references(document))
    assert references
    for reference in references:
        if reference.startswith("#/"):
            node = document
            for part in reference[2:].split("/"):
                node = node[part]
        else:
            assert (ROOT / "schemas" / reference).is_file()


def _references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if "$ref" in node else []
        return own + [found for inner in node.values() for found in _references(inner)]
    return [found for inner in node for found in _references(inner)] if isinstance(node, list) else []


def test_the_headers_that_are_written_are_those_that_are_described() -> None:
    assert [name for name, _ in an_event().headers("demo")] == list(header_texts(CRISES))
    # A rejection is told by one header a field.
    assert list(header_texts(REJECTED)) == [name for name in RejectedMention.__struct_fields__ if name != "extra"]


def test_every_cause_of_a_rejection_is_explained() -> None:
    page = (ROOT / "docs" / "streams.md").read_text(encoding="utf-8")
    for cause in CAUSES:
        assert f"| `{cause}` |" in page
