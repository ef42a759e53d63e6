"""YAML that is read strictly: what is not understood is refused, with file, line and the nearest known key.

Pure: takes text, returns values with their places. PyYAML's node tree is read instead of its objects, because only
nodes know their lines, and because objects have already forgotten duplicate keys and turned `no` into False.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, TypeVar

import yaml

from tocsin.errors import ConfigurationError

T = TypeVar("T")

_TAG: Final = "tag:yaml.org,2002:"
_KINDS: Final = {"str": "text", "null": "nothing", "int": "a number", "float": "a number", "bool": "yes or no",
                 "timestamp": "a time", "map": "a mapping", "seq": "a list"}  # fmt: skip
#: Ids become parts of keys ("brand|topic"), of file names and of metric labels.
_IDENTIFIER: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_IDENTIFIER: Final = 64
_UNITS: Final = {"s": 1, "min": 60, "h": 3_600, "d": 86_400}
_DURATION: Final = re.compile(r"(-?\d{1,6}) ?(s|min|h|d)")
_WALL_TIME: Final = re.compile("([01][0-9]|2[0-3]):[0-5][0-9]")


def read_yaml(text: str, file: str) -> Value:
    """The document in `text`.

    Raises:
        ConfigurationError: it is empty or not YAML; the line is named.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        hint = 'terms that begin with @, #, * or & need quotes: "@acme"' if "token" in str(error.problem) else ""
        raise ConfigurationError(f"{file}:{line}: not YAML: {error.problem}", hint) from None
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{file}:1: not YAML: {' '.join(str(error).split())}") from None
    if node is None:
        raise ConfigurationError(f"{file}:1: the file is empty", "write a starter with `tocsin init`")
    return Value(node, file, "the file")


@dataclass(frozen=True, slots=True)
class Value:
    """One value of the document. Every method that reads it raises ConfigurationError when it is something else.

    Attributes:
        label: what it is, for messages: `keywords of brand "acme"`.
    """

    node: yaml.Node
    file: str
    label: str

    def refuse(self, what: str, then: str = "") -> ConfigurationError:
        """The error that says what is wrong here."""
        return ConfigurationError(f"{self.file}:{self.node.start_mark.line + 1}: {what}", then)

    @property
    def kind(self) -> str:
        """What it is, in words: "text", "a list", …"""
        return _KINDS.get(self.node.tag.removeprefix(_TAG), self.node.tag)

    def _scalar(self, wanted: str, *tags: str, then: str = "") -> str:
        if not isinstance(self.node, yaml.ScalarNode) or self.node.tag.removeprefix(_TAG) not in tags:
            raise self.refuse(f"{self.label} should be {wanted}, found {self.kind}", then)
        return str(self.node.value)

    def text(self) -> str:
        """Text that is not empty."""
        hint = ""
        if isinstance(self.node, yaml.ScalarNode):
            written = self.node.value
            hint = f'write it in quotes: "{written}"' if written else "write it, or remove it; after # all is comment"
        value = self._scalar("text", "str", then=hint).strip()
        if not value:
            raise self.refuse(f"{self.label} is empty", "write it, or remove it")
        return value

    def identifier(self) -> str:
        """An id in kebab-case, at most 64 characters."""
        value = self.text() if self.kind != "a number" else str(self.node.value)
        if not _IDENTIFIER.fullmatch(value) or len(value) > _LONGEST_IDENTIFIER:
            suggestion = "-".join(re.findall("[a-z0-9]+", value.lower()))[:_LONGEST_IDENTIFIER].strip("-")
            hint = f'for example "{suggestion}"' if suggestion else ""
            raise self.refuse(f'{self.label} "{value}" is not made of a-z, 0-9 and single "-"', hint)
        return value

    def choice(self, options: Collection[str]) -> str:
        """One of `options`."""
        value = self.text()
        if value not in options:
            raise self.refuse(f'{self.label} cannot be "{value}"', suggest(value, options))
        return value

    def yes_or_no(self) -> bool:
        """true or false."""
        return self._scalar("true or false", "bool").lower() in ("true", "yes", "on")

    def number(self, least: float, most: float) -> float:
        """A number from `least` to `most`."""
        value = float(self._scalar("a number", "int", "float"))
        if not least <= value <= most:
            raise self.refuse(f"{self.label} should be from {least:g} to {most:g}, found {value:g}")
        return value

    def whole_number(self, least: int, most: int) -> int:
        """A whole number from `least` to `most`."""
        value = self._scalar("a whole number", "int")
        if not value.isdigit() or not least <= int(value) <= most:
            raise self.refuse(f"{self.label} should be from {least} to {most}, found {value}")
        return int(value)

    def seconds(self, least: float, most: float) -> timedelta:
        """A duration written in seconds."""
        value = float(self._scalar("a number of seconds", "int", "float").replace("_", ""))
        if not least <= value <= most:
            raise self.refuse(f"{self.label} should be from {least:g} to {most:g} seconds, found {value:g}")
        return timedelta(seconds=value)

    def duration(self, least: timedelta, most: timedelta) -> timedelta:
        """A duration written with its unit: 30 s, 5 min, 4 h, 7 d."""
        example = 'write it as "30 s", "5 min", "4 h" or "7 d"'
        written = self._scalar("a duration", "str", "int", "float", then=example)
        found = _DURATION.fullmatch(written)
        if found is None:
            raise self.refuse(f'{self.label} is no duration: "{written}"', example)
        duration = timedelta(seconds=int(found[1]) * _UNITS[found[2]])
        if not least <= duration <= most:
            raise self.refuse(
                f"{self.label} should be from {tell_duration(least)} to {tell_duration(most)}, found {written}"
            )
        return duration

    def wall_time(self) -> time:
        """A time of day, as clocks show it: 09:00."""
        # YAML takes 10:30 for a number of base 60, and 09:30 for text.
        value = self._scalar("a time of day", "str", "int", then='for example "09:00"')
        if not _WALL_TIME.fullmatch(value):
            raise self.refuse(f'{self.label} is no time of day: "{value}"', 'write it as "09:00", from 00:00 to 23:59')
        return time.fromisoformat(value)

    def day(self) -> date:
        """A date: 2026-03-01."""
        value = self._scalar("a date", "timestamp", "str", then="for example 2026-03-01")
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise self.refuse(f'{self.label} is no date: "{value}"', "for example 2026-03-01") from None

    def instant(self) -> datetime:
        """A time with its offset."""
        example = "for example 2026-03-01T18:00:00Z"
        value = self._scalar("a time", "timestamp", "str", then=example)
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            raise self.refuse(f'{self.label} is no time: "{value}"', example) from None
        if instant.tzinfo is None:
            raise self.refuse(f"{self.label} has no offset from UTC: {value}", f"add it, {example}")
        return instant

    def items(self) -> list[Value]:
        """The items of a list."""
        if not isinstance(self.node, yaml.SequenceNode):
            then = f"write [{self.node.value}]" if isinstance(self.node, yaml.ScalarNode) else ""
            raise self.refuse(f"{self.label} should be a list, found {self.kind}", then)
        return [
            Value(node, self.file, f"item {place} of {self.label}") for place, node in enumerate(self.node.value, 1)
        ]

    def entries(self) -> Iterator[tuple[Value, Value]]:
        """Key and value of each entry of a mapping.

        Raises:
            ConfigurationError: also when a key stands twice.
        """
        if not isinstance(self.node, yaml.MappingNode):
            raise self.refuse(f"{self.label} should be a mapping (key: value), found {self.kind}")
        lines: dict[str, int] = {}
        for key_node, node in self.node.value:
            key = Value(key_node, self.file, f"a key of {self.label}")
            name = key.node.value if key.kind == "a number" else key.text()
            if name in lines:
                raise key.refuse(f'"{name}" stands twice in {self.label}, first in line {lines[name]}', "keep one")
            lines[name] = key_node.start_mark.line + 1
            yield key, Value(node, self.file, f"{name} of {self.label}")

    def fields(self, known: Collection[str], required: Collection[str] = ()) -> dict[str, Value]:
        """The entries of a mapping whose keys are fixed.

        Raises:
            ConfigurationError: a key is unknown (the nearest known one is named) or missing.
        """
        found: dict[str, Value] = {}
        for key, value in self.entries():
            name = key.text()
            if name not in known:
                raise key.refuse(f'unknown key "{name}" in {self.label}', suggest(name, known))
            found[name] = value
        for name in required:
            if name not in found:
                raise self.refuse(f'{self.label} has no "{name}"', f"add `{name}: …`")
        return found

    def named(self, label: str) -> Value:
        """The same value under a better name."""
        return Value(self.node, self.file, label)

    def peek(self, key: str) -> str:
        """The text at `key` if it is there, for labels only; nothing is checked."""
        if isinstance(self.node, yaml.MappingNode):
            for name, value in self.node.value:
                if name.value == key and isinstance(value, yaml.ScalarNode):
                    return f'"{value.value}"'
        return ""


def tell_duration(duration: timedelta) -> str:
    """A duration as it is written in a file, in its largest whole unit.

    >>> tell_duration(timedelta(hours=4)), tell_duration(timedelta(seconds=90))
    ('4 h', '90 s')
    """
    seconds = int(duration.total_seconds())
    unit = next((unit for unit, length in reversed(_UNITS.items()) if seconds and seconds % length == 0), "s")
    return f"{seconds // _UNITS[unit]} {unit}"


def suggest(word: str, known: Collection[str]) -> str:
    """What was probably meant, or all that is known."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f'did you mean "{near[0]}"?' if near else f"known are: {', '.join(sorted(known))}"
