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
from operator import attrgetter
from pathlib import Path
from typing import Any, BinaryIO, Literal

import orjson

from schemas.mention import Mention
from schemas.record import InvalidRecord
from tocsin.errors import ConfigurationError
from tocsin.sources.columns import NaiveTime, RowReader, match_columns

Format = Literal["jsonl", "csv"]

#: Refused rows that are named one by one; the others are only counted.
NAMED_ROWS = 10
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
    known = _find_preset(preset)
    place = "standard input" if str(path) == "-" else str(path)
    stream = (standard_input or sys.stdin.buffer) if str(path) == "-" else _open(Path(path))
    reading = Reading(place)
    constants: dict[str, str] = {"source": source or _source_name(path), **(known.constants if known else {})}
    if source:
        constants["source"] = source
    with stream:
        text = _unpacked(io.BufferedReader(stream) if not hasattr(stream, "peek") else stream)  # type: ignore[arg-type]
        try:
            head = _first_character(text, place)
            is_csv = _format_of(str(path), head) == "csv"
            rows = _csv_rows(text, reading) if is_csv else _json_rows(text, reading)
            _read_rows(rows, reading, {**(known.columns if known else {}), **(columns or {})}, constants, zone, known)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise ConfigurationError(f"{place}: the gzip archive is damaged: {error}", "fetch it again") from None
    if not reading.mentions:
        named = "".join(f"\n    {row}" for row in reading.refused[:3])
        raise ConfigurationError(f"{place}: not one of its {reading.refused_count} rows is a mention{named}")
    reading.mentions.sort(key=attrgetter("posted_at"))
    return reading
