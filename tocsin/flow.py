"""How a step speaks to whatever runs it: takes records, is told of event time, keeps rows, emits records.

The engine runs steps over Kafka, the back-test runs the same steps in a loop; a step cannot tell which.
A step is a factory of processors: one processor a partition. It reads no clock, does no input or output, and keeps
everything that must survive in its rows (what it derives from them it may cache, and rebuilds when it is made).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from schemas.record import Record
from schemas.streams import END_OF_TIME_MS, StreamSpec


class Emit(msgspec.Struct, frozen=True, gc=False):
    """One record on its way out. A struct, because it is made faster than any other kind of object.

    Attributes:
        key: the record's key; None keeps key and partition of the record being taken (streams of one group only).
        record: None writes a tombstone (compacted streams).
        headers: Kafka headers.
        is_urgent: commit at once, do not wait for the interval (a high-risk mention).
    """

    stream: StreamSpec
    key: str | None
    record: Record | None
    headers: tuple[tuple[str, bytes], ...] = ()
    is_urgent: bool = False


class Rejection(Exception):
    """This mention cannot be used; everything else goes on.

    Args:
        cause: one of `schemas.record.CAUSES`.
    """

    def __init__(self, cause: str, message: str) -> None:
        super().__init__(message)
        self.cause = cause


class Row(msgspec.Struct, omit_defaults=True, array_like=True):
    """One row of a step's state: mutable, small (a few hundred bytes, never above 64 KiB), private to its step.

    Subclasses are msgspec structs written as arrays: add fields at the end and give them defaults, so that a row of
    the last version can be read.
    """


class Rows(Protocol):
    """The rows of one step in one partition.

    A row that was changed in place must be `put` again: only rows that were put are written. A step whose state is
    itself a public stream (deliveries) keeps that stream's records as its rows.
    """

    def get(self, key: str) -> Any | None: ...
    def put(self, key: str, row: Row | Record) -> None: ...
    def delete(self, key: str) -> None: ...
    def items(self, prefix: str = "") -> Iterator[tuple[str, Any]]:
        """All rows whose key starts with `prefix`, as they were when it was called."""
        ...


class MemoryRows:
    """Rows in a dictionary, for the back-test and for unit tests; passes the contract suite of rows."""

    def __init__(self) -> None:
        self._rows: dict[str, Row | Record] = {}

    def get(self, key: str) -> Any | None:
        return self._rows.get(key)

    def put(self, key: str, row: Row | Record) -> None:
        self._rows[key] = row

    def delete(self, key: str) -> None:
        self._rows.pop(key, None)

    def items(self, prefix: str = "") -> Iterator[tuple[str, Any]]:
        return iter([(key, row) for key, row in self._rows.items() if key.startswith(prefix)])


class Processor(Protocol):
    """One step at work on one partition. Both methods first decide, then change rows: an exception changes nothing.

    For metrics it may have, beside them:

        noted: dict[str, int]      records by what became of them (`late`, `repeated`), emptied by whoever reads it
        heard: dict[str, int]      source → append time (ms) of its last mention, emptied by whoever reads it
        count_crises() -> Mapping[tuple[str, str], int]      active crises by (severity, status)
    """

    def take(self, record: Any, appended_ms: int) -> Iterable[Emit]:
        """Take one record.

        Args:
            record: the decoded record of the step's input stream.
            appended_ms: when Kafka stored it, ms since 1970 (the bound for times that claim the future).

        Raises:
            Rejection: this record cannot be used.
        """
        ...

    def advance(self, watermark_ms: int) -> Iterable[Emit]:
        """Event time has moved: every record of before `watermark_ms` (ms since 1970, exclusive) was taken.

        Called with rising values, in jumps of any size; `END_OF_TIME_MS` says that no more data will come. The result
        must not depend on the size of the jumps.
        """
        ...


@dataclass(frozen=True, slots=True)
class Step:
    """One of the pipeline's steps: reads one stream, keeps rows, writes streams.

    Attributes:
        start: makes the processor of one partition from the configuration and the partition's rows.
        row: the type of its rows (a struct or a tagged union of structs); None when it keeps none.
        state: the compacted stream that backs its rows.
        is_source: its input carries no watermarks of ours; the engine makes them (clock or replay markers).
    """

    name: str
    about: str
    reads: StreamSpec
    writes: tuple[StreamSpec, ...]
    start: Callable[[Any, Rows], Processor]
    row: Any = None
    state: StreamSpec | None = None
    is_source: bool = False


__all__ = ["END_OF_TIME_MS", "Emit", "MemoryRows", "Processor", "Rejection", "Row", "Rows", "Step"]
