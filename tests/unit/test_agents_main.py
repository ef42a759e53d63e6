"""How a worker process speaks: not two thousand times the same."""

from __future__ import annotations

import logging

from agents.__main__ import Sparing


def a_record(at: float, message: str = "no broker at %s", level: int = logging.ERROR) -> logging.LogRecord:
    record = logging.LogRecord("aiokafka.conn", level, __file__, 1, message, ("somewhere",), None)
    record.created = at
    return record


def test_the_same_complaint_is_heard_once_in_ten_seconds() -> None:
    spare = Sparing(interval_s=10.0)
    assert [spare.filter(a_record(100.0 + second)) for second in (0, 1, 9.9, 10, 11)] == [
        True,
        False,
        False,
        True,
        False,
    ]


def test_another_complaint_is_heard_at_once() -> None:
    spare = Sparing(interval_s=10.0)
    assert spare.filter(a_record(100.0))
    assert spare.filter(a_record(100.0, "something else"))
    assert spare.filter(a_record(100.0, level=logging.CRITICAL))
