"""Where things stand in a YAML file, and the file without one of its entries."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import yaml


class Lines:
    """Finds the lines of a document that was read already, so it is YAML."""

    def __init__(self, text: str) -> None:
        self._root = yaml.compose(text, Loader=yaml.SafeLoader)

    def of(self, *path: str | int) -> int:
        """The line, from 1, of what is at a path of keys and positions; of the last thing on the way that is there.

        >>> Lines("brands:\\n- id: acme\\n  keywords: [a]\\n").of("brands", 0, "keywords", 0)
        3
        """
        node, line = self._root, 1
        for step in path:
            found = next((each for each in _children(node) if each[0] == step), None)
            if found is None:
                break
            _, place, node = found
            line = place.start_mark.line + 1
        return line


def without_entry(text: str, line: int, sections: Collection[str]) -> str | None:
    """The text with the entry of a section that a line lies in made blank; every other line keeps its number.

    Args:
        line: from 1.
        sections: keys of the document; nothing else in it refers to their entries.

    Returns:
        None when the line lies in none of them, or the entry has no lines of its own.
    """
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    for name, key, section in _children(root):
        if name not in sections or not isinstance(section, yaml.CollectionNode) or section.flow_style:
            continue
        lines = text.splitlines()
        is_list = isinstance(section, yaml.SequenceNode)
        starts = [place.start_mark.line for _, place, _ in _children(section)]
        ends = [*starts[1:], section.end_mark.line if section.end_mark.column == 0 else section.end_mark.line + 1]
        for start, end in zip(starts, ends, strict=True):
            if not start <= line - 1 < end:
                continue
            if is_list and not lines[start].lstrip().startswith("-"):
                return None
            first = key.start_mark.line if len(starts) == 1 else start
            return "\n".join("" if first <= number < end else each for number, each in enumerate(lines)) + "\n"
    return None


def _children(node: yaml.Node | None) -> Iterator[tuple[str | int, yaml.Node, yaml.Node]]:
    """Key or position, where it stands, and the value."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield str(key.value), key, value
    elif isinstance(node, yaml.SequenceNode):
        for place, value in enumerate(node.value):
            yield place, value, value
