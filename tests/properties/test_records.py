"""Whatever the values: records come back as they went, fit their schema, and bad bytes raise only `InvalidRecord`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.mention import Mention
from schemas.record import MAX_DEPTH, InvalidRecord, Record
from tocsin.json_schemas import json_schema, records

# Any text that JSON can carry (a lone surrogate cannot be written as UTF-8).
_CHARACTERS = st.characters(codec="utf-8")
_TEXT = st.text(_CHARACTERS, max_size=12)
_INSTANTS = st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=8,
)


def values(kind: msgspec.inspect.Type) -> st.SearchStrategy[Any]:
    """Values of one field's type, inside its limits."""
    match kind:
        case msgspec.inspect.StrType(min_length=least, max_length=most):
            return st.text(_CHARACTERS, min_size=least or 0, max_size=min(most or 12, 12))
        case msgspec.inspect.IntType(ge=low, le=high):
            return st.integers(-(2**53) if low is None else low, 2**53 if high is None else high)
        case msgspec.inspect.FloatType(ge=low, le=high):
            return st.floats(low, high, allow_nan=False, allow_infinity=False)
        case msgspec.inspect.BytesType():
            return st.binary(max_size=12)
        case msgspec.inspect.BoolType():
            return st.booleans()
        case msgspec.inspect.NoneType():
            return st.none()
        case msgspec.inspect.DateTimeType():
            return _INSTANTS
        case msgspec.inspect.LiteralType(values=allowed):
            return st.sampled_from(allowed)
        case msgspec.inspect.UnionType(types=options):
            return st.one_of(*map(values, options))
        case msgspec.inspect.VarTupleType(item_type=item):
            return st.lists(values(item), max_size=2).map(tuple)
        case msgspec.inspect.DictType(key_type=key, value_type=value):
            return st.dictionaries(values(key), values(value), max_size=2)
        case msgspec.inspect.StructType(cls=cls):
            return made(cls)
    raise AssertionError(f"no strategy for {kind}")


@cache
def made(cls: type[Any]) -> st.SearchStrategy[Any]:
    """Records of one type with any values in all their fields, unknown ones too."""
    info = msgspec.inspect.type_info(cls)
    assert isinstance(info, msgspec.inspect.StructType)
    known = {field.encode_name for field in info.fields}
    required = {field.name: values(field.type) for field in info.fields if field.required}
    optional = {field.name: values(field.type) for field in info.fields if not field.required and field.name != "extra"}
    optional["extra"] = st.dictionaries(_TEXT.filter(lambda name: name not in known), _JSON, max_size=2)
    return st.fixed_dictionaries(required, optional=optional).map(lambda fields: cls(**fields))


@cache
def validator(cls: type[Record]) -> Any:
    schema = json_schema(cls)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("cls", records(), ids=lambda cls: cls.__name__)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_a_record_comes_back_as_it_went_and_fits_its_schema(cls: type[Record], data: st.DataObject) -> None:
    record = data.draw(made(cls))
    written = record.encode()
    validator(cls).validate(json.loads(written))
    read = cls.decode(written)
    assert read == record
    assert read.encode() == written


@settings(max_examples=50, deadline=None)
@given(mention=made(Mention), more=st.dictionaries(_TEXT.filter(lambda name: name != "~extra"), _JSON, min_size=1))
def test_what_a_newer_version_wrote_is_written_back(mention: Mention, more: dict[str, Any]) -> None:
    newer = more | json.loads(mention.encode())
    assert json.loads(Mention.decode(json.dumps(newer).encode()).encode()) == newer


@given(st.binary(max_size=200))
def test_random_bytes_are_read_or_refused_and_nothing_else(data: bytes) -> None:
    with pytest.raises(InvalidRecord):
        Mention.decode(data)  # 200 random bytes are never a whole mention


@settings(max_examples=200, deadline=None)
@given(mention=made(Mention), at=st.floats(0, 1), byte=st.integers(0, 255))
def test_one_damaged_byte_is_read_or_refused_and_nothing_else(mention: Mention, at: float, byte: int) -> None:
    data = bytearray(mention.encode())
    data[int(at * (len(data) - 1))] = byte
    try:
        read = Mention.decode(bytes(data))
    except InvalidRecord:
        return
    assert Mention.decode(read.encode()) == read


@given(_JSON)
def test_any_json_is_read_or_refused_and_nothing_else(tree: Any) -> None:
    if isinstance(tree, dict):
        tree.pop("id", None)  # without it no object is a mention
    with pytest.raises(InvalidRecord):
        Mention.decode(json.dumps(tree).encode())


@settings(max_examples=30, deadline=None)
@given(levels=st.integers(MAX_DEPTH + 1, 3_000), opening=st.sampled_from([b'{"a":', b"["]))
def test_any_nesting_above_the_limit_is_too_deep(levels: int, opening: bytes) -> None:
    closing = b"}" if opening == b'{"a":' else b"]"
    tree = opening * levels + b"1" + closing * levels
    with pytest.raises(InvalidRecord) as caught:
        Mention.decode(b'{"id":"m1","more":' + tree + b"}")
    assert caught.value.cause == "too-deep"


@pytest.mark.parametrize("cls", records(), ids=lambda cls: cls.__name__)
def test_the_schema_refuses_a_time_without_its_offset(cls: type[Record]) -> None:
    schema = json_schema(cls)
    times = [name for name, shape in schema["properties"].items() if shape.get("format") == "date-time"]
    assert times
    for name in times:
        shape = schema["properties"][name]
        jsonschema.validate("2026-01-05T12:00:00+01:00", shape)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate("2026-01-05T12:00:00", shape)
