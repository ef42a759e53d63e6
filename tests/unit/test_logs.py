"""How a process speaks: to people or in JSON, and not two thousand times the same."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from tocsin.errors import ConfigurationError
from tocsin.logs import Sparing, announce, configure_logging, find_message
from tocsin.settings import Settings

SETTINGS = Settings(worker="w1", namespace="ns", log="json")


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


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


def logged(settings: Settings, *lines: str, error: Exception | None = None) -> list[str]:
    """What a process writes that logs these."""
    stream = io.StringIO()
    configure_logging(settings, stream)
    for line in lines:
        if error is None:
            logging.getLogger("tocsin.test").warning("%s", line)
            continue
        try:
            raise error
        except Exception:
            logging.getLogger("tocsin.test").exception(line)
    return stream.getvalue().splitlines()


def test_a_line_of_json_says_when_how_bad_who_and_what() -> None:
    (line,) = logged(SETTINGS, 'a "quoted" word\nand a line')
    told = json.loads(line)
    at = datetime.fromisoformat(told.pop("time"))
    assert at.utcoffset() == timedelta()
    assert told == {
        "level": "warning",
        "logger": "tocsin.test",
        "message": 'a "quoted" word\nand a line',
        "worker": "w1",
        "namespace": "ns",
    }


def test_a_traceback_stays_in_its_line() -> None:
    (line,) = logged(SETTINGS, "it broke", error=ZeroDivisionError("oh"))
    told = json.loads(line)
    assert told["message"] == "it broke"
    assert told["error"].startswith("Traceback")
    assert told["error"].endswith("ZeroDivisionError: oh")


def test_for_people_there_are_lines_of_text() -> None:
    (line,) = logged(Settings(worker="w1"), "something")
    assert line.endswith("WARNING tocsin.test: something")


def test_what_is_announced_can_be_read_by_whoever_started_us(capsys: pytest.CaptureFixture[str]) -> None:
    announce(Settings(), "tocsin: worker w1 is ready")
    announce(SETTINGS, "tocsin: worker w1 is ready")
    announce(SETTINGS, "it gives up", logging.ERROR)
    said = capsys.readouterr()
    assert [find_message(line) for line in said.out.splitlines()] == ["tocsin: worker w1 is ready"] * 2
    assert json.loads(said.err)["level"] == "error"


@pytest.mark.parametrize("line", ["", "plain", "{not json", '{"other": 1}', "{}"])
def test_a_line_that_is_none_of_ours_is_left_as_it_is(line: str) -> None:
    assert find_message(line) == line


def test_another_way_of_logging_is_refused_by_name() -> None:
    with pytest.raises(ConfigurationError, match="TOCSIN_LOG='xml' is none"):
        Settings.from_environment({"TOCSIN_LOG": "xml"})
