"""The notifier's rows: what is pending, and under which reference a service was told last."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.deliveries import DeliveryTable
from agents.engine.table import Store
from schemas.crisis import Delivery
from tests.deliveries import NOON, a_delivery


def a_table(store: Store) -> DeliveryTable:
    return DeliveryTable("notify", 0, Delivery, store, encode=Delivery.encode, decode=Delivery.decode)


def commit(table: DeliveryTable) -> None:
    table.snapshot()
    table.persist(1)


def a_receipt(number: int, reference: str, crisis: str = "crisis-1") -> Delivery:
    delivery = a_delivery(id=f"{crisis}-{number}", sequence=number, crisis=crisis)
    return delivery.replace(state="delivered", delivered_at=NOON, attempts=1, reference=reference)


@pytest.mark.parametrize("restarts", [False, True])
def test_the_last_reference_of_each_crisis_is_known_also_after_a_restart(tmp_path: Path, restarts: bool) -> None:
    store = Store(tmp_path / "rows")
    table = a_table(store)
    assert table.told == {}
    rows = [a_receipt(2, "C1/2.0"), a_receipt(1, "C1/1.0"), a_receipt(1, "C1/9.0", "other"), a_receipt(3, "")]
    pending = a_delivery(id="new", sequence=4)
    for row in (*rows, pending):
        table.put(row.key, row)
    assert table.told == {}, "nothing counts before it is committed"
    commit(table)
    if restarts:
        store.close()
        table = a_table(Store(tmp_path / "rows"))
    assert {place: row.reference for place, row in table.told.items()} == {
        ("desk", "crisis-1"): "C1/2.0",
        ("desk", "other"): "C1/9.0",
    }
    assert list(table.pending) == [pending.key]


def test_a_receipt_that_expired_is_forgotten(tmp_path: Path) -> None:
    table = a_table(Store(tmp_path / "rows"))
    receipt = a_receipt(1, "C1/1.0")
    table.put(receipt.key, receipt)
    commit(table)
    assert table.told
    table.delete(receipt.key)
    commit(table)
    assert table.told == {}
