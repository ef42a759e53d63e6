"""Mentions from a file: JSONL or CSV, plain or gzip, or standard input.

Everything is read before anything is played, because mentions are played in the order of their time: some 1.5 KB of
memory a mention. A row that cannot be read is counted and named, the rest goes on; what is wrong with the file as a
whole (no such column, times without an offset) stops at once.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from itertools import chain, islice
from operator import attrgetter
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from schemas.mention import Mention
from schemas.record import InvalidRecord
from tocsin.errors import ConfigurationError
from tocsin.sources.columns import NaiveTimeError, RowReader, match_columns

#: Refused rows that are named one by one; the others are only counted.
NAMED_ROWS = 10
#: Lines of JSONL that are looked at to learn its columns: objects leave out what is empty.
_PEEKED_LINES = 100
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Preset:
    """How a well-known file is read.

    Attributes:
        columns: field → column.
        constants: fields that are the same in every row.
        restore: undoes what the publisher did to the texts.
        watchlist: name of the watchlist in tocsin/presets that goes with it.
    """

    columns: Mapping[str, str]
    constants: Mapping[str, str]
    restore: Callable[[str], str]
    watchlist: str


def restore_airline_text(text: str) -> str:
    """Undo what the publisher of "Twitter US Airline Sentiment" did to every text: its labels replaced words.

    "late" had become "Late Flight" (also inside words), "cancel…" "Cancelled Flight…", "booking" "Flight Booking
    Problems". Whether they were in capitals is lost.

    >>> restore_airline_text("why did you Cancelled Flight flight 12? Now I'm Late Flightr than ever")
    "why did you cancel flight 12? Now I'm later than ever"
    """
    return (
        text.replace("Cancelled Flight", "cancel")
        .replace("Late Flight", "late")
        .replace("Flight Booking Problems", "booking")
    )


PRESETS: dict[str, Preset] = {
    "airline": Preset(
        columns={
            "id": "tweet_id",
            "text": "text",
            "author": "name",
            "handle": "name",
            "reshares": "retweet_count",
            "posted_at": "tweet_created",
        },
        constants={"source": "twitter"},
        restore=restore_airline_text,
        watchlist="airline",
    )
}


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that is no mention: its line (the first line of the file is 1) and why."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


@dataclass(slots=True)
class Reading:
    """What a file held.

    Attributes:
        mentions: by `posted_at`; equal times in the order of the file.
        refused: the first `NAMED_ROWS` rows that are no mentions.
        refused_count: all of them.
        columns: field → column as it was used; empty for JSONL that holds mentions as they are on the wire.
    """

    place: str
    mentions: list[Mention] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    refused_count: int = 0
    columns: dict[str, str] = field(default_factory=dict)

    def refuse(self, line: int, reason: str) -> None:
        self.refused_count += 1
        if len(self.refused) < NAMED_ROWS:
            self.refused.append(Refused(line, reason))


def read_mentions(
    path: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    preset: str | None = None,
    zone: tzinfo | None = None,
    source: str | None = None,
    standard_input: BinaryIO | None = None,
) -> Reading:
    """Read a file of mentions.

    Args:
        path: a file; `-` is standard input. Its format is told by its name, else by its first character.
        columns: field → column, for those whose names do not tell (`tocsin.sources.columns.parse_columns`).
        preset: one of `PRESETS`.
        zone: of times that have no offset.
        source: what to call the source when no column tells; the file's name otherwise.

    Raises:
        ConfigurationError: no such file, nothing in it, no such column, a time without an offset, not one mention.
    """
    if preset is not None and preset not in PRESETS:
        raise ConfigurationError(f"there is no preset {preset!r}", f"presets: {', '.join(PRESETS)}")
    known = PRESETS[preset] if preset else None
    is_stdin = str(path) == "-"
    reading = Reading("standard input" if is_stdin else str(path))
    constants = {"source": _source_name(path), **(known.constants if known else {})} | (
        {"source": source} if source else {}
    )
    restore = known.restore if known else None
    wanted = {**(known.columns if known else {}), **(columns or {})}
    with (standard_input or sys.stdin.buffer) if is_stdin else _open(Path(path)) as stream:
        try:
            content = _unpack(stream)
            head = _check_head(content.peek(1 << 16), reading.place)
            if _is_csv(str(path), head):
                _read_csv(content, head, reading, _Mapping(wanted, constants, zone, restore))
            else:
                _read_json_lines(content, reading, _Mapping(wanted, constants, zone, restore))
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise ConfigurationError(f"{reading.place}: the gzip archive is damaged: {error}", "get it again") from None
    if not reading.mentions:
        named = "".join(f"\n    {row}" for row in reading.refused)
        what = f"not one of its {reading.refused_count} rows is a mention:{named}" if named else "it holds no rows"
        raise ConfigurationError(f"{reading.place}: {what}")
    reading.mentions.sort(key=attrgetter("posted_at"))
    return reading


# -- opening -------------------------------------------------------------------------------------------------------


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise ConfigurationError(
            f"{path}: {(error.strerror or str(error)).lower()}", "name a file that can be read"
        ) from None


def _unpack(stream: BinaryIO) -> io.BufferedReader[Any]:
    """The stream itself, or what is packed in it; 64 KiB of it can be peeked at."""
    content = io.BufferedReader(_Raw(stream), 1 << 16)
    if content.peek(2)[:2] == _GZIP:
        return io.BufferedReader(_Raw(gzip.GzipFile(fileobj=content)), 1 << 16)
    return content


class _Raw(io.RawIOBase):
    """Any readable stream as the raw side of a buffer of our own size."""

    def __init__(self, stream: BinaryIO | gzip.GzipFile) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _check_head(head: bytes, place: str) -> bytes:
    if not head.strip():
        raise ConfigurationError(f"{place} is empty", "it should hold one mention a line (JSONL), or CSV with a header")
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise ConfigurationError(f"{place} is UTF-16", "save it as UTF-8")
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head[:1] == b"[":
        raise ConfigurationError(f"{place} is one JSON list", "write one object a line: jq -c '.[]' FILE")
    return head


def _is_csv(path: str, head: bytes) -> bool:
    name = path.lower().removesuffix(".gz")
    if name.endswith((".csv", ".tsv")):
        return True
    return not name.endswith((".jsonl", ".ndjson", ".json")) and head[:1] != b"{"


def _source_name(path: str | Path) -> str:
    stem = "" if str(path) == "-" else Path(path).name.partition(".")[0]
    return re.sub(r"[^a-z0-9-]+", "-", stem.lower()).strip("-") or "file"


# -- rows ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Mapping:
    """How the rows of one file become mentions, before its columns are known."""

    wanted: Mapping[str, str]
    constants: Mapping[str, str]
    zone: tzinfo | None
    restore: Callable[[str], str] | None

    def apply(self, found: Iterable[str], rows: Iterable[tuple[int, Mapping[str, Any]]], reading: Reading) -> None:
        """Read `rows` (line, cells) into `reading`."""
        fixed = self.constants if self.restore else ()  # a preset's constants stand in for columns
        reading.columns = match_columns(found, self.wanted, reading.place, fixed=fixed)
        read = RowReader(reading.columns, self.constants, self.zone).read
        for line, row in rows:
            try:
                mention = read(row)
            except NaiveTimeError as error:
                raise ConfigurationError(
                    f"{reading.place}:{line}: {error}, so it could be any hour of two days",
                    "say where it was written: --time-zone Europe/Madrid (or UTC, or +07:00)",
                ) from None
            except ValueError as error:
                reading.refuse(line, str(error))
            else:
                reading.mentions.append(mention.replace(text=self.restore(mention.text)) if self.restore else mention)


def _read_csv(content: io.BufferedReader[Any], head: bytes, reading: Reading, mapping: _Mapping) -> None:
    first = head.partition(b"\n")[0]
    delimiter = max(b",;\t|", key=first.count)
    text = io.TextIOWrapper(content, encoding="utf-8-sig", errors="surrogateescape", newline="")
    records = csv.reader(text, delimiter=chr(delimiter))
    header = next(records)
    mapping.apply(header, _csv_rows(records, header, reading), reading)


def _csv_rows(records: Any, header: list[str], reading: Reading) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Each whole record with the line it begins on."""
    while True:
        line = records.line_num + 1
        try:
            cells = next(records)
        except StopIteration:
            return
        except csv.Error as error:
            reading.refuse(line, f"not CSV: {error}")
            continue
        if not cells:
            continue
        if len(cells) != len(header):
            reading.refuse(line, f"{len(cells)} cells, the header has {len(header)}")
        elif any(not cell.isascii() and not _is_utf8(cell) for cell in cells):
            reading.refuse(line, "not UTF-8")
        else:
            yield line, dict(zip(header, cells, strict=True))


def _is_utf8(cell: str) -> bool:
    """Bytes that were not UTF-8 are lone surrogates now."""
    return not any("\ud800" <= character <= "\udfff" for character in cell)


def _read_json_lines(content: io.BufferedReader[Any], reading: Reading, mapping: _Mapping) -> None:
    lines = ((number, line) for number, line in enumerate(content, 1) if line.strip())
    first = list(islice(lines, _PEEKED_LINES))
    if first:
        first[0] = (first[0][0], first[0][1].removeprefix(b"\xef\xbb\xbf"))
    peeked = [row for _, line in first if isinstance(row := _load(line), dict)]
    every = chain(first, lines)
    is_native = not mapping.wanted and any(isinstance(row.get("author"), dict) for row in peeked)
    if is_native or not peeked:
        _read_native(every, reading)
    else:
        found = dict.fromkeys(column for row in peeked for column in _flatten(row))
        mapping.apply(found, _json_rows(every, reading), reading)


def _read_native(lines: Iterable[tuple[int, bytes]], reading: Reading) -> None:
    """Lines that are mentions as they travel."""
    for number, line in lines:
        try:
            reading.mentions.append(Mention.decode(line))
        except InvalidRecord as error:
            reading.refuse(number, str(error))


def _json_rows(lines: Iterable[tuple[int, bytes]], reading: Reading) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in lines:
        row = _load(line)
        if isinstance(row, dict):
            yield number, _flatten(row)
        else:
            reading.refuse(number, "not a JSON object")


def _load(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return None


def _flatten(row: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested objects as dotted columns: `user.name`."""
    cells: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            cells |= _flatten(value, f"{prefix}{name}.")
        elif value is not None:
            cells[f"{prefix}{name}"] = value
    return cells
