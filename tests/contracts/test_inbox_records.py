"""The inbox carries records of several types: whoever reads it tells them apart, old ones too."""

from __future__ import annotations

import json

import pytest

from schemas.command import Command
from schemas.record import InvalidRecord
from schemas.signal import Signal
from schemas.streams import INBOX
from tests.builders import a_signal
from tests.contracts.test_last_version_readable import sample
from tests.inboxes import a_command

read = INBOX.decoder()


def test_a_command_and_a_signal_are_told_apart_by_their_type() -> None:
    command, signal = a_command(), a_signal()
    assert read(command.encode()) == command
    assert read(signal.encode()) == signal
    assert json.loads(command.encode())["type"] == "command"
    assert json.loads(signal.encode())["type"] == "signal"


@pytest.mark.parametrize("version", range(1, Signal.VERSION + 1))
def test_a_signal_of_any_version_is_read_although_the_first_had_no_type(version: int) -> None:
    data = sample(Signal, version)
    assert "type" not in json.loads(sample(Signal, 1))
    assert isinstance(read(data), Signal)


def test_a_command_with_fields_that_are_not_known_yet_is_still_a_command() -> None:
    later = json.dumps(json.loads(a_command().encode()) | {"mood": "calm"}).encode()
    found = read(later)
    assert isinstance(found, Command)
    assert found.extra == {"mood": "calm"}
    assert json.loads(found.encode())["mood"] == "calm"


@pytest.mark.parametrize(
    "data", [b"", b"no", b"[]", b"null", b'{"type":"command"}', b'{"type":7}', b'{"type":"other"}']
)
def test_what_is_neither_is_refused_with_a_cause(data: bytes) -> None:
    with pytest.raises(InvalidRecord):
        read(data)
