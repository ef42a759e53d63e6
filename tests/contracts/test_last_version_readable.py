"""What version 1 wrote can be read for ever: samples are frozen, a new version adds samples and changes none."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from schemas.record import Record
from tocsin.json_schemas import file_name, json_schema, records

_SAMPLES = Path(__file__).parent / "samples"


def sample(cls: type[Record], version: int = 1) -> bytes:
    return (_SAMPLES / f"{file_name(cls)}.{version}.json").read_bytes()


def comparable(value: Any) -> Any:
    """A record's value as JSON would tell it, instants as instants."""
    if isinstance(value, Record):
        config = value.__struct_config__
        tag = {config.tag_field: config.tag} if config.tag_field else {}
        return tag | {name: comparable(getattr(value, name)) for name in value.__struct_fields__ if name != "extra"}
    if isinstance(value, tuple):
        return [comparable(item) for item in value]
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def assert_holds(read: Any, written: Any) -> None:
    """Every field that was written is there, with its value."""
    if isinstance(written, dict) and isinstance(read, dict):
        for name, value in written.items():
            assert name in read, f"the field {name} is no longer read"
            assert_holds(read[name], value)
    elif isinstance(written, list):
        assert len(read) == len(written)
        for one, other in zip(read, written, strict=True):
            assert_holds(one, other)
    elif isinstance(written, str) and written.endswith("Z") and written[:4].isdigit():
        assert read == datetime.fromisoformat(written).isoformat()
    else:
        assert read == written


@pytest.mark.parametrize("cls", records(), ids=lambda cls: cls.__name__)
def test_every_record_has_a_sample_of_its_version(cls: type[Record]) -> None:
    assert sample(cls, cls.VERSION)


@pytest.mark.parametrize("cls", records(), ids=lambda cls: cls.__name__)
def test_what_version_1_wrote_is_read_with_every_field(cls: type[Record]) -> None:
    written = json.loads(sample(cls))
    read = cls.decode(sample(cls))
    assert not read.extra, "a field of version 1 has become unknown"
    assert_holds(comparable(read), written)


@pytest.mark.parametrize("cls", records(), ids=lambda cls: cls.__name__)
def test_what_version_1_wrote_fits_the_schema_of_today(cls: type[Record]) -> None:
    jsonschema.validate(json.loads(sample(cls)), json_schema(cls))


@pytest.mark.parametrize("cls", records(), ids=lambda cls: cls.__name__)
def test_a_sample_fills_every_field_that_version_1_had(cls: type[Record]) -> None:
    missing = set(cls.__struct_fields__) - set(json.loads(sample(cls))) - {"extra"}
    assert not missing or cls.VERSION > 1, f"the sample says nothing of {sorted(missing)}"
