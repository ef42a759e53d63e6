"""Records go into their batches as they are published, and come out in order, sealed."""

from __future__ import annotations

from typing import Any

from aiokafka.record.memory_records import MemoryRecords

from agents.engine.outbox import BATCH_BYTES, Batch, Outbox

HERE, THERE = ("stream", 0), ("stream", 1)


def read(batch: Batch, sequence: int = 0) -> list[tuple[int, bytes | None, bytes | None, list[Any]]]:
    batch.seal(7, 3, sequence)
    found: Any = MemoryRecords(bytes(batch.data)).next_batch()
    assert found.validate_crc()
    assert (found.producer_id, found.producer_epoch, found.base_sequence) == (7, 3, sequence)
    assert found.is_transactional
    return [(record.offset, record.key, record.value, list(record.headers)) for record in found]


def test_what_was_published_comes_out_once_in_order_and_by_place() -> None:
    outbox = Outbox()
    assert not outbox
    here, there = outbox.open(*HERE), outbox.open(*THERE)
    here(b"k1", b"first", [])
    there(None, None, [("mark", b"12")])
    here(b"k2", b"second", [("a", b"b")])
    assert outbox.records == 3
    assert outbox.size > 0

    batches = outbox.collect()

    assert {where: [batch.count for batch in waiting] for where, waiting in batches.items()} == {HERE: [2], THERE: [1]}
    assert read(batches[HERE][0], 41) == [(0, b"k1", b"first", []), (1, b"k2", b"second", [("a", b"b")])]
    assert read(batches[THERE][0]) == [(0, None, None, [("mark", b"12")])]
    assert not outbox
    assert outbox.collect() == {}


def test_a_way_to_write_stays_good_over_commits_and_ends() -> None:
    outbox = Outbox()
    append = outbox.open(*HERE)
    append(None, b"void", [])
    outbox.clear()
    append(None, b"kept", [])
    assert [read(batch) for batch in outbox.collect()[HERE]] == [[(0, None, b"kept", [])]]
    outbox.open(*HERE)(None, b"next", [])
    assert [read(batch) for batch in outbox.collect()[HERE]] == [[(0, None, b"next", [])]]


def test_a_full_batch_is_followed_by_another_and_one_great_record_has_one_of_its_own() -> None:
    outbox = Outbox()
    append = outbox.open(*HERE)
    values = [b"a" * (BATCH_BYTES // 2 - 100), b"b" * (BATCH_BYTES // 2 - 100), b"c", b"d" * (BATCH_BYTES + 1), b"e"]
    for value in values:
        append(None, value, [])
    assert outbox.records == len(values)
    assert outbox.size > sum(map(len, values))

    batches = outbox.collect()[HERE]

    assert [batch.count for batch in batches] == [3, 1, 1]
    assert [value for batch in batches for _, _, value, _ in read(batch)] == values
