"""The stamped table: rows cached in memory over RocksDB, with a changelog on Kafka that alone is the truth.

A row is written to the changelog inside the transaction that also commits the input it came from. Only after that
commit is it written to RocksDB, together with a stamp: the changelog position that RocksDB has reached. So RocksDB is
never ahead of the truth, and whoever takes over reads the changelog from the stamp on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import rocksdict

from schemas.record import Record
from tocsin.flow import Row

#: Rows kept decoded in memory, per generation of the cache; two generations are held.
CACHE_ROWS = 100_000
#: A stamp older than this is not trusted: tombstones may have been compacted away since (Kafka keeps them 24 h).
STAMP_LIFETIME_S = 12 * 3600.0

#: Rows whose key starts so belong to the engine (event time of the partition): plain bytes, unseen by the step.
ENGINE_ROW = "\0"

_encode = msgspec.msgpack.Encoder().encode


class Stamp(NamedTuple):
    """How far a table's copy on disk has got: the next changelog offset to read, and when that was written."""

    offset: int
    written_at: float


class Store:
    """All tables of one worker in one RocksDB; keys are `table/partition/row`. May be deleted: Kafka has everything."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        options = rocksdict.Options(raw_mode=True)
        options.create_if_missing(True)
        options.set_write_buffer_size(16 << 20)
        options.set_max_background_jobs(2)
        options.set_keep_log_file_num(2)
        blocks = rocksdict.BlockBasedOptions()
        blocks.set_block_cache(rocksdict.Cache(32 << 20))  # the default would be gigabytes
        blocks.set_bloom_filter(10, False)
        options.set_block_based_table_factory(blocks)
        self._database = rocksdict.Rdict(str(directory), options)

    def get(self, key: bytes) -> bytes | None:
        value: bytes | None = self._database.get(key)
        return value

    def write(self, changes: dict[bytes, bytes | None]) -> None:
        """Apply all changes at once, or none."""
        batch = rocksdict.WriteBatch(raw_mode=True)
        for key, value in changes.items():
            if value is None:
                batch.delete(key)
            else:
                batch.put(key, value)
        self._database.write(batch)

    def items(self, prefix: bytes) -> Iterator[tuple[bytes, bytes]]:
        found: Any = self._database.items(from_key=prefix)  # raw mode: bytes, whatever its types say
        for key, value in found:
            if not key.startswith(prefix):
                return
            yield key[len(prefix) :], value

    def clear(self, prefix: bytes) -> None:
        self._database.delete_range(prefix, prefix[:-1] + bytes([prefix[-1] + 1]))

    def close(self) -> None:
        self._database.close()


class TablePartition:
    """The rows of one step in one partition (`tocsin.flow.Rows`), and their way to changelog and disk.

    Args:
        row: type of the rows, as msgspec understands it.
        encode: how a row is written; the state streams are MessagePack, private to their step.
    """

    def __init__(
        self, name: str, partition: int, row: Any, store: Store, *, encode: Callable[[Any], bytes] = _encode,
        decode: Callable[[bytes], Any] | None = None,
    ) -> None:  # fmt: skip
        self.name = name
        self.partition = partition
        self._store = store
        self._prefix = f"{name}/{partition}/r".encode()
        self._stamp_key = f"{name}/{partition}/s".encode()
        self._encode_row = encode
        self._decode_row = decode or msgspec.msgpack.Decoder(row).decode
        self._young: dict[str, Any] = {}
        self._old: dict[str, Any] = {}
        self._dirty: dict[str, Any] = {}
        self._flushing: dict[str, Any] = {}
        self._pending: dict[bytes, bytes | None] = {}

    # -- rows -----------------------------------------------------------------------------------------------------

    def get(self, key: str) -> Any | None:
        row = self._young.get(key)
        if row is not None:
            return row
        if key in self._dirty:
            row = self._dirty[key]
        elif key in self._flushing:
            row = self._flushing[key]
        else:
            row = self._old.get(key)
            if row is None:
                data = self._store.get(self._prefix + key.encode())
                row = None if data is None else self._decode_row(data)
        if row is not None:
            self._remember(key, row)
        return row

    def put(self, key: str, row: Row | Record) -> None:
        self._dirty[key] = row
        self._remember(key, row)

    def delete(self, key: str) -> None:
        self._young.pop(key, None)
        self._old.pop(key, None)
        self._dirty[key] = None

    def items(self, prefix: str = "") -> Iterator[tuple[str, Any]]:
        """All rows whose key starts with `prefix`, as they stand now. Meant for the start of a step."""
        changed = {**self._flushing, **self._dirty}
        for key_bytes, data in self._store.items(self._prefix + prefix.encode()):
            key = prefix + key_bytes.decode()
            if key not in changed and not key.startswith(ENGINE_ROW):
                yield key, self._decode_row(data)
        for key, row in changed.items():
            if row is not None and key.startswith(prefix) and not key.startswith(ENGINE_ROW):
                yield key, row

    def get_engine_row(self, name: str) -> bytes | None:
        """A row of the engine's own, as it was last committed."""
        return self._store.get(self._prefix + (ENGINE_ROW + name).encode())

    def put_engine_row(self, name: str, data: bytes) -> None:
        self._dirty[ENGINE_ROW + name] = data

    def _remember(self, key: str, row: Any) -> None:
        young = self._young
        young[key] = row
        if len(young) >= CACHE_ROWS:
            self._old, self._young = young, {}

    # -- commit ---------------------------------------------------------------------------------------------------

    def snapshot(self) -> list[tuple[bytes, bytes | None]]:
        """Key and value of every row that changed since the last snapshot; None deletes. Synchronous: a moment."""
        dirty, self._dirty = self._dirty, {}
        if not dirty:
            return []
        encode = self._encode_row
        rows = [
            (key.encode(), row if row is None or key.startswith(ENGINE_ROW) else encode(row))
            for key, row in dirty.items()
        ]
        self._flushing.update(dirty)
        prefix = self._prefix
        for key, value in rows:
            self._pending[prefix + key] = value
        return rows

    def persist(self, next_offset: int) -> None:
        """The snapshot is committed on Kafka up to `next_offset` of the changelog: write it to disk, stamped."""
        changes, self._pending = self._pending, {}
        changes[self._stamp_key] = _encode((next_offset, time.time()))
        self._store.write(changes)
        self._flushing = {}

    # -- recovery -------------------------------------------------------------------------------------------------

    @property
    def stamp(self) -> Stamp | None:
        """How far the copy on disk has got; None when there is none, or it is too old to be trusted."""
        data = self._store.get(self._stamp_key)
        if data is None:
            return None
        stamp = Stamp(*msgspec.msgpack.decode(data))
        return stamp if time.time() - stamp.written_at < STAMP_LIFETIME_S else None

    def forget(self) -> None:
        """Drop the copy on disk: it will be rebuilt from the changelog."""
        self._store.clear(self._prefix)
        self._store.write({self._stamp_key: None})

    def restore(self, rows: list[tuple[bytes, bytes | None]], next_offset: int) -> None:
        """Apply rows read from the changelog, up to `next_offset`."""
        prefix = self._prefix
        changes = {prefix + key: value for key, value in rows}
        changes[self._stamp_key] = _encode((next_offset, time.time()))
        self._store.write(changes)
