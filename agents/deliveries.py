"""The notifier's table of deliveries: what the courier works from, and where it writes what became of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agents.engine.engine import Engine
from agents.engine.table import TablePartition
from schemas.crisis import Delivery
from tocsin import metrics
from tocsin.notifiers.attempt import NoLongerOurs


class DeliveryTable(TablePartition):
    """Rows of deliveries that knows which are pending *and committed*: nobody is told before the intent is durable.

    It also knows what each service that gave a reference was told last of each crisis.
    """

    on_change: Callable[[], None] = staticmethod(lambda: None)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._pending_deliveries: dict[str, Delivery] | None = None
        self._told: dict[tuple[str, str], Delivery] = {}

    @property
    def pending(self) -> dict[str, Delivery]:
        if self._pending_deliveries is None:
            self._pending_deliveries = {}
            for _, delivery in self.items():
                self._learn(self._pending_deliveries, delivery)
        return self._pending_deliveries

    @property
    def told(self) -> dict[tuple[str, str], Delivery]:
        """(notifier, crisis) → the last receipt with a reference."""
        assert self.pending is not None  # both are learned from the same rows
        return self._told

    def persist(self, next_offset: int) -> None:
        committed = {key: row for key, row in self._flushing.items() if row is None or isinstance(row, Delivery)}
        super().persist(next_offset)
        pending = self.pending
        for key, row in committed.items():
            pending.pop(key, None)
            if row is not None:
                self._learn(pending, row)
                if row.state == "failed" and not row.notifier:
                    metrics.PAGES.labels("nobody").inc()  # a person without notifiers
        if expired := {key for key, row in committed.items() if row is None}:
            self._told = {place: last for place, last in self._told.items() if last.key not in expired}
        if committed:
            self.on_change()

    def _learn(self, pending: dict[str, Delivery], delivery: Delivery) -> None:
        if delivery.state == "pending":
            pending[delivery.key] = delivery
        elif delivery.reference:
            place = delivery.notifier, delivery.event.crisis.id
            last = self._told.get(place)
            if last is None or delivery.event.sequence >= last.event.sequence:
                self._told[place] = delivery


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

    def told(self, notifier: str) -> list[Delivery]:
        """Of each crisis of our partitions what this notifier was told last."""
        return [told for table in self._tables() for (name, _), told in table.told.items() if name == notifier]

    def find_told(self, notifier: str, crisis: str) -> Delivery | None:
        """What this notifier was told last of one crisis."""
        found = (table.told.get((notifier, crisis)) for table in self._tables())
        return next((told for told in found if told is not None), None)

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
