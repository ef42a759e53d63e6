"""Reading a fetched partition by batches gives what aiokafka gives record by record."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import READ_COMMITTED, PartitionRecords
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from hypothesis import given
from hypothesis import strategies as st

from agents.engine.lean_fetch import LeanRecords

INPUT = TopicPartition("stream", 0)
_ATTRIBUTES, _CONTROL = 21, 0x20


@dataclass
class Log:
    """A partition as a broker would send it."""

    data: bytearray = field(default_factory=bytearray)
    end: int = 0
    aborted: list[tuple[int, int]] = field(default_factory=list)

    def write(self, producer: int, count: int, gap: int = 0) -> None:
        """A batch of a transaction; `gap` records behind its last one were compacted away."""
        self._append(producer, [(b"k", str(self.end + number).encode()) for number in range(count)], gap)

    def finish(self, producer: int, first: int, *, is_commit: bool) -> None:
        """The marker that ends a transaction."""
        if not is_commit:
            self.aborted.append((producer, first))
        start = len(self.data)
        self._append(producer, [(struct.pack(">hh", 0, int(is_commit)), struct.pack(">hi", 0, 0))], 0)
        (attributes,) = struct.unpack_from(">h", self.data, start + _ATTRIBUTES)
        struct.pack_into(">h", self.data, start + _ATTRIBUTES, attributes | _CONTROL)

    def _append(self, producer: int, records: list[tuple[bytes, bytes]], gap: int) -> None:
        builder: Any = DefaultRecordBatchBuilder(2, 0, 1, producer, 0, 0, 1 << 20)
        for number, (key, value) in enumerate(records):
            builder.append(number, 1_000, key, value, [])
        batch = bytearray(builder.build())
        struct.pack_into(">q", batch, 0, self.end)
        struct.pack_into(">i", batch, 23, len(records) - 1 + gap)
        self.data += batch
        self.end += len(records) + gap

    def open(self, kind: Any, position: int, *, check_crcs: bool = False) -> Any:
        records = MemoryRecords(bytes(self.data))
        return kind(INPUT, records, self.aborted, position, None, None, check_crcs, READ_COMMITTED)


@st.composite
def logs(draw: st.DrawFn) -> Log:
    log = Log()
    for producer in range(draw(st.integers(1, 6))):
        first = log.end
        for _ in range(draw(st.integers(0, 3))):
            log.write(producer, draw(st.integers(1, 5)), draw(st.sampled_from([0, 0, 2])))
        log.finish(producer, first, is_commit=draw(st.booleans()))
    return log


@given(logs(), st.data())
def test_any_pieces_of_any_log_from_any_position(log: Log, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, log.end))
    original, lean = log.open(PartitionRecords, position), log.open(LeanRecords, position)
    expected = [(record.offset, record.value) for record in original]

    found: list[tuple[int, bytes]] = []
    while not lean.is_through:
        most = data.draw(st.one_of(st.none(), st.integers(1, 7)))
        piece = lean.take(most)
        assert most is None or len(piece) <= most
        found += [(record.offset, record.value) for record in piece]
        if piece:
            # What was not taken yet is fetched again from here after a seek.
            assert found[-1][0] < lean.next_fetch_offset
            assert all(offset >= lean.next_fetch_offset for offset, _ in expected[len(found) :])

    assert found == expected
    assert lean.take(1) == []
    assert lean.next_fetch_offset == max(original.next_fetch_offset, position)


def test_what_was_changed_on_its_way_is_not_taken() -> None:
    log = Log()
    log.write(1, 3)
    log.data[-1] ^= 1
    with pytest.raises(CorruptRecordException):
        log.open(LeanRecords, 0, check_crcs=True).take(None)


def test_one_by_one_is_possible_too() -> None:
    log = Log()
    log.write(1, 3)
    log.finish(1, 0, is_commit=True)
    assert [record.offset for record in log.open(LeanRecords, 1)] == [1, 2]
