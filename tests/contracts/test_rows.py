"""One suite for every kind of rows: in memory, over RocksDB and a changelog, over a Faust table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agents.engine.stock import StockRows
from agents.engine.table import CACHE_ROWS, Store, TablePartition
from tocsin.flow import MemoryRows, Row, Rows


class Count(Row):
    number: int = 0


def over_rocksdb(folder: Path) -> TablePartition:
    return TablePartition("counts", 0, Count, Store(folder))


#: Kind → how it is made; those over a store share it with another partition, whose rows must stay unseen.
KINDS: dict[str, Callable[[Path], Rows]] = {
    "MemoryRows": lambda folder: MemoryRows(),
    "TablePartition": over_rocksdb,
    "StockRows": lambda folder: StockRows({b"1/a": msgspec.msgpack.encode(Count(99))}, 0, Count),
}


@pytest.fixture(params=KINDS)
def rows(request: pytest.FixtureRequest, tmp_path: Path) -> Rows:
    return KINDS[request.param](tmp_path)


def numbers(rows: Rows, prefix: str = "") -> dict[str, int]:
    return {key: row.number for key, row in rows.items(prefix)}


def test_a_row_that_was_never_put_is_none(rows: Rows) -> None:
    assert rows.get("a") is None
    assert numbers(rows) == {}


def test_the_last_row_put_is_the_one_found(rows: Rows) -> None:
    rows.put("a", Count(1))
    rows.put("a", Count(2))
    assert rows.get("a").number == 2  # type: ignore[union-attr]
    assert numbers(rows) == {"a": 2}


def test_a_row_changed_in_place_and_put_again_is_found_so(rows: Rows) -> None:
    rows.put("a", Count(1))
    row = rows.get("a")
    assert row is not None
    row.number += 1
    rows.put("a", row)
    assert numbers(rows) == {"a": 2}


def test_a_deleted_row_is_gone_and_deleting_it_again_does_no_harm(rows: Rows) -> None:
    rows.put("a", Count(1))
    rows.put("b", Count(2))
    rows.delete("a")
    rows.delete("a")
    rows.delete("never there")
    assert rows.get("a") is None
    assert numbers(rows) == {"b": 2}
    rows.put("a", Count(3))
    assert numbers(rows) == {"a": 3, "b": 2}


def test_items_have_the_prefix_and_no_other(rows: Rows) -> None:
    for key in ("p|1", "p|2", "pp|3", "q|4", "p", "P|5", "pÿ|6"):
        rows.put(key, Count(len(key)))
    assert sorted(numbers(rows, "p|")) == ["p|1", "p|2"]
    assert set(numbers(rows, "p")) == {"p", "p|1", "p|2", "pp|3", "pÿ|6"}
    assert numbers(rows, "z") == {}


def test_items_are_those_of_when_it_was_called(rows: Rows) -> None:
    for key in "abc":
        rows.put(key, Count(1))
    for key, row in rows.items():
        row.number += 1
        rows.put(key, row)
        rows.put(f"{key}2", Count(9))
        rows.delete("c2")
    assert numbers(rows) == {"a": 2, "b": 2, "c": 2, "a2": 9, "b2": 9}


# -- what only the table promises ----------------------------------------------------------------------------------


def commit(table: TablePartition, next_offset: int) -> dict[bytes, bytes | None]:
    written = dict(table.snapshot())
    table.persist(next_offset)
    return written


def test_a_snapshot_holds_each_changed_row_once_and_deletions_as_none(tmp_path: Path) -> None:
    table = over_rocksdb(tmp_path)
    table.put("a", Count(1))
    table.put("a", Count(2))
    table.put("b", Count(3))
    assert commit(table, 2) == {b"a": msgspec.msgpack.encode(Count(2)), b"b": msgspec.msgpack.encode(Count(3))}
    table.delete("a")
    assert commit(table, 3) == {b"a": None}
    assert table.snapshot() == []


def test_what_changes_while_a_snapshot_is_under_way_belongs_to_the_next_one(tmp_path: Path) -> None:
    table = over_rocksdb(tmp_path)
    table.put("a", Count(1))
    table.put("gone", Count(1))
    table.snapshot()
    table.put("a", Count(2))
    table.delete("gone")
    assert numbers(table) == {"a": 2}
    table.persist(1)
    assert numbers(table) == {"a": 2}
    assert dict(table.snapshot()) == {b"a": msgspec.msgpack.encode(Count(2)), b"gone": None}


def test_rows_and_their_stamp_outlive_the_process_and_what_was_not_committed_does_not(tmp_path: Path) -> None:
    store = Store(tmp_path)
    table = TablePartition("counts", 0, Count, store)
    table.put("a", Count(1))
    table.put_engine_row("watermarks", b"[1]")
    commit(table, 7)
    table.put("a", Count(2))
    table.put("b", Count(2))
    table.snapshot()
    store.close()

    again = over_rocksdb(tmp_path)
    assert numbers(again) == {"a": 1}
    assert again.get_engine_row("watermarks") == b"[1]"
    assert again.stamp is not None
    assert again.stamp.offset == 7


def test_restored_rows_and_tombstones_replace_what_is_on_disk(tmp_path: Path) -> None:
    table = over_rocksdb(tmp_path)
    for key in "ab":
        table.put(key, Count(1))
    commit(table, 2)
    table.restore([(b"a", None), (b"b", msgspec.msgpack.encode(Count(5))), (b"\0watermarks", b"[2]")], 9)
    fresh = TablePartition("counts", 0, Count, table._store)
    assert numbers(fresh) == {"b": 5}
    assert fresh.get_engine_row("watermarks") == b"[2]"
    assert fresh.stamp is not None
    assert fresh.stamp.offset == 9


def test_a_table_that_is_forgotten_has_neither_rows_nor_stamp_and_its_neighbours_have_theirs(tmp_path: Path) -> None:
    store = Store(tmp_path)
    tables = {
        place: TablePartition(*place, Count, store) for place in [("counts", 1), ("counts", 10), ("counts-too", 1)]
    }
    for table in tables.values():
        table.put("a", Count(1))
        commit(table, 1)
    tables["counts", 1].forget()
    fresh = {place: TablePartition(*place, Count, store) for place in tables}
    assert [numbers(table) for table in fresh.values()] == [{}, {"a": 1}, {"a": 1}]
    assert [table.stamp is None for table in fresh.values()] == [True, False, False]


def test_more_rows_than_the_cache_holds_are_all_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert CACHE_ROWS >= 1_000
    monkeypatch.setattr("agents.engine.table.CACHE_ROWS", 10)
    table = over_rocksdb(tmp_path)
    for number in range(100):
        table.put(str(number), Count(number))
        if number % 7 == 0:
            commit(table, number)
        if number % 3 == 0:
            table.delete(str(number))
    found: dict[str, Any] = {str(number): table.get(str(number)) for number in range(100)}
    assert {key: row and row.number for key, row in found.items()} == {
        str(number): number if number % 3 else None for number in range(100)
    }
