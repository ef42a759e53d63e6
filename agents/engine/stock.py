"""The same agents on Faust's own transport: for the differential test and the benchmark, never for production.

No guarantee: Faust acknowledges on errors and cancellation too. Every message is a chunk of one record, rows live in
Faust tables with their changelogs. Records go out through Faust's producer (`StockRuntime`, the leanest way there is)
or as Faust's guide tells everybody to send them (`GuideRuntime`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from aiokafka.admin import NewTopic

from agents.engine.chunk import Chunk
from agents.engine.lane import KafkaRecord, Lane, Wiring
from agents.engine.outbox import Append, Headers
from schemas.record import Record
from schemas.streams import topic_name
from tocsin.flow import Row, Step
from tocsin.kafka.reach import reach
from tocsin.settings import Settings


class StockRows:
    """Rows of one step in one partition over a Faust table; passes the contract suite of rows."""

    def __init__(self, table: Any, partition: int, row: Any) -> None:
        self._table = table
        self._prefix = f"{partition}/".encode()
        is_record = isinstance(row, type) and issubclass(row, Record)
        self._encode = row.encode if is_record else msgspec.msgpack.Encoder().encode
        self._decode = row.decode if is_record else msgspec.msgpack.Decoder(row).decode

    def get(self, key: str) -> Any | None:
        data = self._table.get(self._prefix + key.encode())
        return None if data is None else self._decode(data)

    def put(self, key: str, row: Row | Record) -> None:
        self._table[self._prefix + key.encode()] = self._encode(row)

    def delete(self, key: str) -> None:
        self._table.pop(self._prefix + key.encode(), None)

    def items(self, prefix: str = "") -> Iterator[tuple[str, Any]]:
        wanted, skip = self._prefix + prefix.encode(), len(self._prefix)
        for key, data in list(self._table.items()):
            if key.startswith(wanted) and key[skip : skip + 1] != b"\0":
                yield key[skip:].decode(), self._decode(data)

    def get_engine_row(self, name: str) -> bytes | None:
        data: bytes | None = self._table.get(self._prefix + b"\0" + name.encode())
        return data

    def put_engine_row(self, name: str, data: bytes) -> None:
        self._table[self._prefix + b"\0" + name.encode()] = data


class StockRuntime:
    """Implements `Runtime` over Faust's own consumer, producer and tables."""

    def __init__(self, app: Any, wiring: Wiring, setup: Any, namespace: str) -> None:
        self._app = app
        self._wiring = wiring
        self._setup = setup
        self._steps: dict[str, Step] = {topic_name(namespace, step.reads): step for step in wiring.steps}
        self._tables = {
            step.name: app.Table(
                f"stock-{step.name}", partitions=wiring.partitions(step.reads), key_type=bytes, value_type=bytes
            )
            for step in wiring.steps
            if step.state is not None
        }  # fmt: skip
        self._lanes: dict[tuple[str, int], Lane] = {}
        self._out: list[tuple[str, int, bytes | None, bytes | None, Headers]] = []

    async def create_changelogs(self, settings: Settings) -> None:
        """Create the tables' changelogs before anything starts.

        Faust makes them while it joins. A row that is written before its consumer has heard of them crashes the agent
        ("the changelog topic has 0 partitions"), which loses the record and waits five minutes for the next poll.
        """
        new = [
            NewTopic(
                table.changelog_topic.get_topic_name(),
                num_partitions=table.partitions,
                replication_factor=-1,
                replica_assignments={},  # the client's way of allowing -1
                topic_configs={"cleanup.policy": "compact"},
            )
            for table in self._tables.values()
        ]
        async with reach(settings) as admin:
            await admin.create_topics(new)

    def forget_lanes(self) -> None:
        """A rebalance: processors are made again from what the tables hold."""
        self._lanes.clear()

    def is_current(self, lane: Lane) -> bool:
        return True

    def take(self, lane: Lane, records: Sequence[KafkaRecord]) -> None:
        lane.take(records)

    def advance(self, lane: Lane) -> None:
        lane.advance()
        while lane.is_behind:
            lane.advance()

    def wrap(self, message: Any) -> Chunk:
        place = (message.topic, message.partition)
        lane = self._lanes.get(place)
        if lane is None:
            step = self._steps[message.topic]
            rows: Any = None
            if step.state is not None:
                rows = StockRows(self._tables[step.name], message.partition, step.row)
            processor = step.start(self._setup, rows)
            lane = self._lanes[place] = Lane(step, message.partition, self._wiring, processor, self._open, rows)
        return Chunk(self, lane, (_StockRecord(message),), message.offset + 1)

    def _open(self, topic: str, partition: int) -> Append:
        def append(key: bytes | None, value: bytes | None, headers: Headers) -> None:
            self._out.append((topic, partition, key, value, headers))

        return append

    async def finish(self, lane: Lane, records: Sequence[KafkaRecord], next_offset: int) -> None:
        lane.pass_on_watermarks()
        out, self._out = self._out, []
        for topic, partition, key, value, headers in out:
            # Faust refuses a record without key and value; a watermark is told by its header, whatever its value.
            await self._send(topic, partition, key, b"" if key is None and value is None else value, list(headers))

    async def _send(
        self, topic: str, partition: int, key: bytes | None, value: bytes | None, headers: Headers
    ) -> None:  # fmt: skip
        await self._app.producer.send(topic, key, value, partition, None, headers)


class GuideRuntime(StockRuntime):
    """Publishes with `Topic.send`, the way that Faust's user guide teaches ("Channels & Topics", "Agents").

    `app.producer` is the transport's side of that call: reachable, but no guide tells a user to go there.
    """

    def __init__(self, app: Any, wiring: Wiring, setup: Any, namespace: str) -> None:
        super().__init__(app, wiring, setup, namespace)
        self._topics: dict[str, Any] = {}

    async def _send(
        self, topic: str, partition: int, key: bytes | None, value: bytes | None, headers: Headers
    ) -> None:  # fmt: skip
        outlet = self._topics.get(topic)
        if outlet is None:
            outlet = self._topics[topic] = self._app.topic(
                topic, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"
            )
        await outlet.send(key=key, value=value, partition=partition, headers=headers)


class _StockRecord:
    """A Faust message in the shape that lanes read."""

    __slots__ = ("headers", "key", "offset", "timestamp", "value")

    def __init__(self, message: Any) -> None:
        self.offset: int = message.offset
        self.timestamp = int(message.timestamp * 1000)
        self.key: bytes | None = message.key
        self.value: bytes | None = message.value
        headers = message.headers or ()
        self.headers: Sequence[tuple[str, bytes]] = tuple(headers.items() if isinstance(headers, dict) else headers)
