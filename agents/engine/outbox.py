"""What goes out with the next commit: record batches, filled as the steps work.

A record is written into its batch the moment it is published, once: no list of records waits to be gone through again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from aiokafka.record.default_records import DefaultRecordBatchBuilder

Headers = list[tuple[str, bytes]]
#: Key, value and headers of a record on its way to one partition.
Append = Callable[[bytes | None, bytes | None, Headers], None]
#: Topic and partition.
Where = tuple[str, int]

#: Bytes of a batch before compression; brokers take up to a megabyte, and that compressed.
BATCH_BYTES = 900_000

_MAGIC, _ZSTD, _IS_TRANSACTIONAL = 2, 4, 1  # aiokafka's lz4 is its slowest level: 3 µs a record against 0.4


class Batch:
    """One record batch; sealed with the producer's id when it is sent, and the same bytes when it is sent again."""

    __slots__ = ("_builder", "_sealed", "count")

    def __init__(self, builder: Any, count: int) -> None:
        self._builder = builder
        self._sealed: bytes | None = None
        self.count = count

    @property
    def is_sealed(self) -> bool:
        return self._sealed is not None

    def seal(self, producer_id: int, epoch: int, sequence: int) -> None:
        """Number and compress it."""
        self._builder.set_producer_state(producer_id, epoch, sequence)
        self._sealed = self._builder.build()
        self._builder = None

    @property
    def data(self) -> bytes:
        """The bytes of a sealed batch."""
        assert self._sealed is not None
        return self._sealed


class Place:
    """One partition of a stream, and the batches that wait for it."""

    __slots__ = ("_add", "_at_ms", "_builder", "_count", "_full", "_opened", "where")

    def __init__(self, where: Where, opened: Callable[[Place], None]) -> None:
        self.where = where
        self._opened = opened
        self._full: list[Batch] = []
        self._builder: Any = None
        self._add: Callable[..., object | None] = self._first
        self._count = self._at_ms = 0

    def append(self, key: bytes | None, value: bytes | None, headers: Headers) -> None:
        """Let one record go there with the next commit."""
        if self._add(self._count, self._at_ms, key, value, headers) is None:
            self._full.append(Batch(self._builder, self._count))
            self._start(0, 0, key, value, headers)
        self._count += 1

    def _first(self, offset: int, at: int, key: bytes | None, value: bytes | None, headers: Headers) -> object:
        self._opened(self)
        return self._start(offset, at, key, value, headers)

    def _start(self, _offset: int, _at: int, key: bytes | None, value: bytes | None, headers: Headers) -> object:
        builder = DefaultRecordBatchBuilder(_MAGIC, _ZSTD, _IS_TRANSACTIONAL, -1, -1, 0, BATCH_BYTES)
        self._builder, self._add, self._count = builder, builder.append, 0
        self._at_ms = int(time.time() * 1000)  # one for the batch: our streams are stamped by the broker anyway
        return self._add(0, self._at_ms, key, value, headers)  # a first record is taken whatever its size

    @property
    def records(self) -> int:
        return self._count + sum(batch.count for batch in self._full)

    @property
    def size(self) -> int:
        """Bytes before compression."""
        return BATCH_BYTES * len(self._full) + (self._builder.size() if self._builder is not None else 0)

    def clear(self) -> None:
        self._full, self._builder, self._add, self._count = [], None, self._first, 0

    def collect(self) -> list[Batch]:
        """Take what waits, in order."""
        batches = [*self._full, Batch(self._builder, self._count)]
        self.clear()
        return batches


class Outbox:
    """All places of a process."""

    def __init__(self) -> None:
        self._places: dict[Where, Place] = {}
        self._open: list[Place] = []

    def __bool__(self) -> bool:
        return bool(self._open)

    def open(self, topic: str, partition: int) -> Append:
        """How to write to a partition: a function that stays good for as long as the process lives."""
        where = (topic, partition)
        place = self._places.get(where)
        if place is None:
            place = self._places[where] = Place(where, self._open.append)
        return place.append

    @property
    def records(self) -> int:
        return sum(place.records for place in self._open)

    @property
    def size(self) -> int:
        """Bytes before compression."""
        return sum(place.size for place in self._open)

    def collect(self) -> dict[Where, list[Batch]]:
        """Take everything that waits."""
        batches = {place.where: place.collect() for place in self._open}
        self._open.clear()
        return batches

    def clear(self) -> None:
        """Let go of everything that waits."""
        for place in self._open:
            place.clear()
        self._open.clear()
