"""The notifier's table of deliveries: what the courier works from, and where it writes what became of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agents.engine.engine import Engine
from agents.engine.table import TablePartition
from schemas.crisis import Delivery
from tocsin.notifiers.attempt import NoLongerOurs


class DeliveryTable(TablePartition):
    """Rows of deliveries that knows which are pending *and committed*: nobody is told before the intent is durable."""

    on_change: Callable[[], None] = staticmethod(lambda: None)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._pending_deliveries: dict[str, Delivery] | None = None

    @property
    def pending(self) -> dict[str, Delivery]:
        if self._pending_deliveries is None:
            found = (delivery for _, delivery in self.items())
            self._pending_deliveries = {each.key: each for each in found if each.state == "pending"}
        return self._pending_deliveries

    def persist(self, next_offset: int) -> None:
        committed = {key: row for key, row in self._flushing.items() if row is None or isinstance(row, Delivery)}
        super().persist(next_offset)
        pending = self.pending
        for key, row in committed.items():
            if row is not None and row.state == "pending":
                pending[key] = row
            else:
                pending.pop(key, None)
        if committed:
            self.on_change()


class EngineBook:
    """The courier's book over the engine's tables. Implements `tocsin.notifiers.attempt.DeliveryBook`."""

    def __init__(self, engine: Callable[[], Engine | None]) -> None:
        self._engine = engine

    def _tables(self) -> list[DeliveryTable]:
        engine = self._engine()
        lanes = engine.lanes.values() if engine is not None else ()
        return [lane.rows for lane in lanes if isinstance(lane.rows, DeliveryTable)]

    def pending(self) -> list[Delivery]:
        """All deliveries of our partitions that are not settled."""
        return [delivery for table in self._tables() for delivery in table.pending.values()]

    async def record(self, delivery: Delivery) -> None:
        """Replace a delivery's row; returns when that is committed.

        Raises:
            NoLongerOurs: its partition went to another notifier process.
        """
        for table in self._tables():
            if delivery.key in table.pending:
                break
        else:
            raise NoLongerOurs(delivery.key)
        engine = self._engine()
        assert engine is not None
        table.put(delivery.key, delivery)
        await engine.commit_now()
        if table not in self._tables():
            raise NoLongerOurs(delivery.key)
