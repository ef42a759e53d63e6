"""One name in the place of another, wherever rows and records hold it: how an author's key goes and counts stay.

Whatever an author did keeps one name, so that nothing falls apart that was counted by it; the new name tells nothing.
Names are whole strings, or 64-bit hashes of them: a key inside a sentence is none, and no step writes one there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec

from tocsin.flow import Rows

T = TypeVar("T")

#: Old → new: strings, and hashes.
Names = Mapping[str | int, str | int]

_encode = msgspec.msgpack.encode
_decode = msgspec.msgpack.decode


def rename(value: T, names: Names) -> T:
    """`value` (a row or a record) with new names for old, in dictionaries also as keys.

    Returns:
        `value` itself when it holds none of them; otherwise a copy that shares nothing with it.
    """
    data = _encode(value)
    if not any(_as_written(name) in data for name in names):
        return value
    renamed = _encode(_walk(_decode(data), names))
    return value if renamed == data else _decode(renamed, type=type(value))


def rename_rows(rows: Rows, prefixes: Iterable[str], names: Names, *, suffix: str = "") -> list[str]:
    """Rename in the rows whose keys begin with one of `prefixes` and end with `suffix`; the keys of those changed."""
    changed = []
    for prefix in prefixes:
        for key, row in list(rows.items(prefix)):
            if not key.endswith(suffix):
                continue
            renamed = rename(row, names)
            if renamed is not row:
                rows.put(key, renamed)
                changed.append(key)
    return changed


def _as_written(name: str | int) -> bytes:
    return name.encode() if isinstance(name, str) else name.to_bytes(8, "big", signed=True)


def _walk(tree: Any, names: Names) -> Any:
    if isinstance(tree, list):
        return [_walk(each, names) for each in tree]
    if isinstance(tree, dict):
        return {_walk(key, names): _walk(each, names) for key, each in tree.items()}
    return names.get(tree, tree) if isinstance(tree, str | int) else tree
