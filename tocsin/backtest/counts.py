"""A series of counts in place of mentions: `timestamp,value`, one row for each step of time."""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec
import orjson

from schemas.crisis import Severity
from tocsin.backtest.count_alerts import CountAlert, judge_counts
from tocsin.detection.sensitivity import POLICIES, Sensitivity
from tocsin.errors import ConfigurationError
from tocsin.sources import files
from tocsin.sources.columns import parse_time

#: Names of the two columns, best first.
_TIMES = ("timestamp", "posted_at", "time", "datetime", "date", "ts")
_VALUES = ("value", "count", "mentions", "authors", "distinct_authors", "n")

_encoder = msgspec.json.Encoder()


class CountRow(NamedTuple):
    """One row: when, how many, and the time as the file has it."""

    at: datetime
    value: float
    written: str


@dataclass(slots=True)
class Series:
    """A series by time.

    Attributes:
        name: of the file, without its folder.
        skipped: rows that are no count; causes: how often each.
    """

    name: str
    rows: list[CountRow]
    skipped: int = 0
    causes: Counter[str] = field(default_factory=Counter)


class WrittenAlert(msgspec.Struct, frozen=True, kw_only=True):
    """One line of `alerts.jsonl` of a series.

    Attributes:
        at: the timestamp of the row that raised it, as the file writes it; at_utc: the same instant in UTC.
    """

    at: str
    at_utc: datetime
    brand: str
    topic: str
    kind: str
    severity: Severity
    stage: str
    score: float
    current: float
    baseline: float
    ratio: float
    distinct_authors: int
    reasons: tuple[str, ...]
    authors: tuple[str, ...] = ()


def read_series(
    path: str | Path, folder: Path, columns: Mapping[str, str] | None = None, zone: tzinfo | None = None
) -> Series:
    """Read a CSV of counts. Rows that are none are listed in `skipped.jsonl` of `folder`.

    Args:
        columns: `timestamp` and `value` → column, where the names do not tell.
        zone: of times without an offset; UTC otherwise.

    Raises:
        ConfigurationError: no such file, no such column, not one row.
    """
    place = str(path)
    with files._open(Path(path)) as stream, (folder / "skipped.jsonl").open("wb") as skipped:
        content = files._unpack(stream)
        head = files._check_head(content.peek(1 << 16), place)
        text = io.TextIOWrapper(content, encoding="utf-8-sig", errors="replace", newline="")
        delimiter = max(",;\t|", key=head.partition(b"\n")[0].decode(errors="replace").count)
        records = csv.reader(text, delimiter=delimiter)
        header = [column.strip() for column in next(records)]
        found = [
            _find_column(place, header, "timestamp", _TIMES, columns or {}),
            _find_column(place, header, "value", _VALUES, columns or {}),
        ]
        series = Series(Path(path).name.partition(".")[0], [])
        _read_rows(records, found, zone, series, skipped)
    if not series.rows:
        causes = "".join(f"\n    {cause}" for cause in series.causes)
        raise ConfigurationError(f"{place}: not one row is a count{causes}")
    # Equal times: the first one stands.
    series.rows.sort(key=lambda row: row.at)
    return series


def _find_column(place: str, header: list[str], name: str, known: tuple[str, ...], columns: Mapping[str, str]) -> int:
    wanted = columns.get(name)
    folded = [column.lower().replace(" ", "_") for column in header]
    if wanted is not None:
        if wanted in header:
            return header.index(wanted)
    else:
        for each in known:
            if each in folded:
                return folded.index(each)
    here = ", ".join(map(repr, header[:40]))
    raise ConfigurationError(
        f"{place}: no column {wanted or name!r}; it has: {here}", f"say which: --columns {name}=COLUMN"
    )


def _read_rows(
    records: Iterator[list[str]], found: list[int], zone: tzinfo | None, series: Series, skipped: BinaryIO
) -> None:
    seen: set[datetime] = set()
    for line, cells in enumerate(records, start=2):
        if not cells:
            continue
        try:
            row = _read_row(cells, found, zone)
            if row.at in seen:
                raise ValueError("the same time again")
        except ValueError as error:
            series.skipped += 1
            series.causes[str(error).partition(":")[0]] += 1
            skipped.write(orjson.dumps({"line": line, "cause": str(error)}) + b"\n")
            continue
        seen.add(row.at)
        series.rows.append(row)


def _read_row(cells: list[str], found: list[int], zone: tzinfo | None) -> CountRow:
    if max(found) >= len(cells):
        raise ValueError(f"too few cells: {len(cells)}")
    written, cell = cells[found[0]].strip(), cells[found[1]].strip()
    try:
        at = parse_time(written, zone or UTC)
    except ValueError:
        raise ValueError(f"not a time: {written[:40]!r}") from None
    try:
        value = float(cell)
    except ValueError:
        raise ValueError(f"not a number: {cell[:40]!r}") from None
    if not math.isfinite(value) or value < 0:
        raise ValueError(f"not a count: {cell[:40]!r}")
    return CountRow(at, value, written)


def judge_series(series: Series, folder: Path, sensitivity: Sensitivity = "balanced") -> list[WrittenAlert]:
    """Judge a series and write `alerts.jsonl`."""
    written = {row.at: row.written for row in series.rows}
    alerts = [
        _write_alert(alert, series.name, written.get(alert.at, alert.at.isoformat()))
        for alert in judge_counts(_judged(series), POLICIES[sensitivity])
    ]
    with (folder / "alerts.jsonl").open("wb") as file:
        file.writelines(_encoder.encode(alert) + b"\n" for alert in alerts)
    return alerts


def compare_sensitivities(series: Series) -> dict[Sensitivity, int]:
    """How many alarms each sensitivity raises on a series."""
    return {
        word: sum(1 for alert in judge_counts(_judged(series), policy) if alert.severity != "watch")
        for word, policy in POLICIES.items()
    }


def _judged(series: Series) -> Iterator[tuple[datetime, float]]:
    return ((row.at, row.value) for row in series.rows)


def _write_alert(alert: CountAlert, name: str, written: str) -> WrittenAlert:
    return WrittenAlert(
        at=written,
        at_utc=alert.at,
        brand=name,
        topic="*",
        kind=alert.kind,
        severity=alert.severity,
        stage=alert.stage,
        score=alert.score,
        current=alert.current,
        baseline=alert.baseline,
        ratio=alert.ratio,
        distinct_authors=round(alert.current),
        reasons=tuple(alert.reasons),
    )
