"""The one base of all records: validated while decoding, unknown fields survive, JSON on the wire.

msgspec decodes into a typed, validated struct about as fast as orjson decodes into a bare, unchecked dictionary
(`python -m bench.codec`; docs/decisions/0001). A record with fields that this version does not know takes a slower path
through orjson, so that what a newer version or a producer wrote beside the contract is carried along and written back.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

import msgspec
import msgspec.inspect
import orjson

R = TypeVar("R", bound="Record")

#: Why a mention can be rejected: the closed list behind the metric label `cause`.
CAUSES = (
    "not-json",
    "bad-utf8",
    "not-an-object",
    "null",
    "too-deep",
    "missing-field",
    "wrong-type",
    "bad-value",
    "oversize",
    "from-the-future",
    "step-failed",
)

#: Levels of nesting that an unknown field may have: enough for any honest producer, little enough for any reader.
#: Counted from the field, so that a mention that was read once is never refused when it travels inside another record.
MAX_DEPTH = 32

#: The wire name under which msgspec would write `extra`; it is dissolved into the object before anything leaves.
_EXTRA = "~extra"
_EXTRA_BYTES = b'"~extra":{'

if TYPE_CHECKING:
    _Extra = dict[str, Any]
else:

    class _Extra(dict):
        """A type that no JSON decodes to: a producer who writes `~extra` itself cannot overwrite known fields."""


class InvalidRecord(ValueError):
    """Bytes that are not a record of the expected type.

    Attributes:
        cause: one word of the closed list `CAUSES`, for metrics and the rejected stream.
    """

    def __init__(self, cause: str, message: str) -> None:
        super().__init__(message)
        self.cause = cause


class Record(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, forbid_unknown_fields=True):
    """A frozen, validated record.

    Attributes:
        extra: fields that this version does not know, kept as they came and written back beside the known ones.
    """

    #: The version of the record's JSON Schema; grows when a field is added, never breaks the reader of the last one.
    VERSION: ClassVar[int] = 1

    extra: _Extra = msgspec.field(default_factory=dict, name=_EXTRA)

    @classmethod
    def decode(cls, data: bytes | memoryview) -> Self:
        """Read one record from JSON bytes.

        Raises:
            InvalidRecord: with its cause, and a message that names the field.
        """
        return cls.decoder()(data)

    @classmethod
    def decoder(cls) -> Callable[[bytes | memoryview], Self]:
        """`decode` as a function of its own, for those who read many records of one type."""
        return _decoder(cls)

    def encode(self) -> bytes:
        """This record as JSON bytes, unknown fields written beside the known ones."""
        data = _encode(self)
        if b"~" not in data or _EXTRA_BYTES not in data:  # looking for one byte first is four times as fast
            return data
        return orjson.dumps(_dissolve(orjson.loads(data)))

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed."""
        return msgspec.structs.replace(self, **changes)


_encode = msgspec.json.Encoder().encode


@cache
def _decoder(cls: type[R]) -> Callable[[bytes | memoryview], R]:
    decode_known = msgspec.json.Decoder(cls).decode

    def decode(data: bytes | memoryview) -> R:
        try:
            return decode_known(data)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return _decode_slowly(cls, bytes(data))

    return decode


def _decode_slowly(cls: type[R], data: bytes) -> R:
    """The path of records with unknown fields, and of everything that has to be refused with a cause."""
    try:
        tree = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise InvalidRecord(*_explain_unreadable(data, error)) from None
    if tree is None:
        raise InvalidRecord("null", "null instead of an object")
    if not isinstance(tree, dict):
        raise InvalidRecord("not-an-object", f"{type(tree).__name__} instead of an object")
    try:
        return msgspec.convert(_gather(cls, tree), cls)
    except InvalidRecord:
        raise
    except msgspec.ValidationError as error:
        message = str(error)
        if "missing required field" in message:
            raise InvalidRecord("missing-field", message) from None
        wrong_type = message.startswith("Expected `") and "length" not in message and "got" in message
        raise InvalidRecord("wrong-type" if wrong_type else "bad-value", message) from None
    except (ValueError, TypeError, RecursionError) as error:
        raise InvalidRecord("bad-value", str(error)) from None


def _explain_unreadable(data: bytes, error: Exception) -> tuple[str, str]:
    try:
        data.decode()
    except UnicodeDecodeError as bad:
        return "bad-utf8", f"not UTF-8 at byte {bad.start}"
    if any(word in str(error).lower() for word in ("depth", "recursion", "memory")):
        return "too-deep", "nested too deeply to read"
    return "not-json", f"not JSON: {error}"


def _is_deeper_than(tree: Any, levels: int) -> bool:
    layer = [tree]
    for _ in range(levels + 1):
        layer = [node for node in layer if isinstance(node, dict | list)]
        if not layer:
            return False
        layer = [child for node in layer for child in (node.values() if isinstance(node, dict) else node)]
    return True


@cache
def _shape(cls: type[Record]) -> tuple[frozenset[str], dict[str, tuple[type[Any], bool]]]:
    """The wire names of a record's fields, and those of them that hold records (and whether in a list)."""
    info = msgspec.inspect.type_info(cls)
    assert isinstance(info, msgspec.inspect.StructType)
    nested: dict[str, tuple[type[Any], bool]] = {}
    for field in info.fields:
        options = field.type.types if isinstance(field.type, msgspec.inspect.UnionType) else (field.type,)
        for option in options:
            in_list = isinstance(option, msgspec.inspect.ListType | msgspec.inspect.VarTupleType)
            inner = option.item_type if in_list else option  # type: ignore[attr-defined]
            if isinstance(inner, msgspec.inspect.StructType):
                nested[field.encode_name] = (inner.cls, in_list)
    # What tells one type of record from another on a stream of several is no field of its own, and known all the same.
    tag = {info.tag_field} if info.tag_field else set()
    return frozenset(field.encode_name for field in info.fields) - {_EXTRA} | tag, nested


def _gather(cls: type[Record], tree: dict[str, Any]) -> dict[str, Any]:
    """`tree` with the fields that `cls` does not know moved below `extra`, at every level.

    Raises:
        InvalidRecord: one of them is nested too deeply.
    """
    known, nested = _shape(cls)
    result: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for name, value in tree.items():
        if name not in known:
            if _is_deeper_than(value, MAX_DEPTH):
                raise InvalidRecord("too-deep", f"field `{name[:100]}` is nested more than {MAX_DEPTH} levels deep")
            extra[name] = value
            continue
        if name in nested:
            inner, in_list = nested[name]
            if in_list and isinstance(value, list):
                value = [_gather(inner, item) if isinstance(item, dict) else item for item in value]
            elif isinstance(value, dict):
                value = _gather(inner, value)
        result[name] = value
    if extra:
        result[_EXTRA] = _Extra(extra)
    return result


def _dissolve(tree: Any) -> Any:
    """The inverse of `_gather`, on what msgspec wrote."""
    if isinstance(tree, dict):
        # A dictionary of counts by source may hold this name too, with a number.
        extra = tree.pop(_EXTRA) if isinstance(tree.get(_EXTRA), dict) else {}
        return extra | {name: _dissolve(value) for name, value in tree.items()}
    return [_dissolve(item) for item in tree] if isinstance(tree, list) else tree
