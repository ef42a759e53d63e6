"""Edits of a person's YAML file that leave everything else as it was written, and what they change as a unified diff.

PyYAML's nodes say where a value stands; the text is changed there and nowhere else, so comments, quotes and the order
of keys stay. What cannot be edited so is refused (`CannotEdit`), never guessed.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Sequence
from typing import Final

import yaml

Path = Sequence[str | int]

_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")


class CannotEdit(Exception):
    """The place cannot be edited by a few characters; says why."""


def quote(text: str) -> str:
    """Text as YAML that every reader takes for text."""
    return json.dumps(text, ensure_ascii=False)


def set_entry(text: str, path: Path, key: str, value: str) -> str:
    """The file with `key: value` in the mapping at `path`: its plain value replaced, or the entry added.

    Args:
        path: keys, and places in lists, from the top.
        value: YAML on one line.

    Raises:
        CannotEdit: the mapping is not there, or the value is no plain one.
    """
    mapping = _find_mapping(text, path)
    for name, node in mapping.value:
        if name.value == key:
            if not isinstance(node, yaml.ScalarNode) or _is_shared(name, node) or not _is_on_one_line(node):
                raise CannotEdit(f"{key} is written in a way that is better changed by hand")
            return text[: node.start_mark.index] + value + text[node.end_mark.index :]
    return _add_entry(text, mapping, key, value)


def append_items(text: str, path: Path, key: str, items: Sequence[str]) -> str:
    """The file with items at the end of the list `key` in the mapping at `path`; the list is made when it is not there.

    Raises:
        CannotEdit: the mapping is not there, or the list is shared by an anchor, or its last item has several lines.
    """
    mapping = _find_mapping(text, path)
    entry = next(((name, node) for name, node in mapping.value if name.value == key), None)
    if entry is None:
        return _add_entry(text, mapping, key, f"[{', '.join(items)}]")
    name, node = entry
    if not isinstance(node, yaml.SequenceNode) or _is_shared(name, node):
        raise CannotEdit(f"{key} is shared with another place of the file")
    if node.flow_style:
        if not node.value:
            at = node.start_mark.index + 1
            return text[:at] + ", ".join(items) + text[at:]
        at = node.value[-1].end_mark.index
        return text[:at] + "".join(f", {item}" for item in items) + text[at:]
    last = node.value[-1]
    if not isinstance(last, yaml.ScalarNode) or not _is_on_one_line(last):
        raise CannotEdit(f"the last item of {key} has several lines")
    return _insert_lines(text, last, [f"{' ' * node.start_mark.column}- {item}" for item in items])


def add_to_mapping(text: str, path: Path, key: str, name: str, value: str) -> str:
    """The file with `name: value` in the mapping `key` of the mapping at `path`, which is made when it is not there.

    Raises:
        CannotEdit: as `set_entry`, or that mapping is shared by an anchor.
    """
    mapping = _find_mapping(text, path)
    entry = next(((each, node) for each, node in mapping.value if each.value == key), None)
    if entry is None:
        return _add_entry(text, mapping, key, f"{{{name}: {value}}}")
    if not isinstance(entry[1], yaml.MappingNode) or _is_shared(*entry):
        raise CannotEdit(f"{key} is shared with another place of the file")
    return _add_entry(text, entry[1], name, value)


def make_diff(before: str, after: str, file: str) -> str:
    """What `patch FILE < DIFF` needs; empty when nothing changes.

    Args:
        before: empty: the file is new.
    """
    old = "/dev/null" if not before else file
    lines = difflib.unified_diff(_LINE.findall(before), _LINE.findall(after), _name(old), _name(file))
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _name(file: str) -> str:
    """A file's name as a diff can hold it."""
    return " ".join(file.split()) if file.isprintable() else "file"


def _find_mapping(text: str, path: Path) -> yaml.MappingNode:
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise CannotEdit("the file is not YAML any more") from error
    for step in path:
        if isinstance(step, int) and isinstance(node, yaml.SequenceNode) and step < len(node.value):
            following = node.value[step]
            is_shared = following.start_mark.index < node.start_mark.index
        elif isinstance(node, yaml.MappingNode):
            entry = next(((name, value) for name, value in node.value if name.value == step), None)
            if entry is None:
                raise CannotEdit(f"there is no {step}")
            following, is_shared = entry[1], _is_shared(*entry)
        else:
            raise CannotEdit(f"there is no {step}")
        if is_shared:
            raise CannotEdit(f"{step} is shared with another place of the file")
        node = following
    if not isinstance(node, yaml.MappingNode):
        raise CannotEdit("there is no mapping at that place")
    return node


def _add_entry(text: str, mapping: yaml.MappingNode, key: str, value: str) -> str:
    entry = f"{key}: {value}"
    if mapping.flow_style:
        at = int(mapping.start_mark.index) + 1
        return text[:at] + entry + (", " if mapping.value else "") + text[at:]
    first = mapping.value[0][0].start_mark
    indent = " " * int(first.column)
    for name, node in mapping.value:
        if isinstance(node, yaml.ScalarNode) and _is_on_one_line(node) and not _is_shared(name, node):
            return _insert_lines(text, node, [indent + entry])
    at = int(first.index)
    return text[:at] + entry + _newline(text) + indent + text[at:]


def _insert_lines(text: str, after: yaml.Node, lines: Sequence[str]) -> str:
    """The text with lines behind the one that a node ends in."""
    newline = _newline(text)
    end = text.find("\n", after.end_mark.index)
    if end < 0:
        return text + "".join(newline + line for line in lines)
    return text[: end + 1] + "".join(line + newline for line in lines) + text[end + 1 :]


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _is_on_one_line(node: yaml.ScalarNode) -> bool:
    return bool(node.start_mark.line == node.end_mark.line and node.style not in ("|", ">"))


def _is_shared(name: yaml.Node, node: yaml.Node) -> bool:
    """Does the value stand elsewhere, or is it used elsewhere: is there an anchor?"""
    start = node.start_mark
    return bool(start.index < name.end_mark.index or (start.buffer or "")[start.index : start.index + 1] == "&")
