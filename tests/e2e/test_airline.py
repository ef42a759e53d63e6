"""The real command on real data: a crisis record in each dated window of the airline set."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import orjson
import pytest

from tests.faults.support.processes import ROOT

DATA = ROOT.parent / "shared" / "data" / "airline"

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.exists(), reason="the airline data is not beside this checkout (shared/data/airline)"),
]


def test_replaying_the_airline_file_finds_a_crisis_in_each_dated_window(kafka: str, tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("tocsin")), "replay", str(DATA / "tweets.csv")]
    told = subprocess.run(
        [*command, "--preset", "airline", "--speed", "max", "--json"],
        cwd=tmp_path,
        env={**os.environ, "KAFKA_BOOTSTRAP": kafka},
        capture_output=True,
        timeout=150,
        check=False,
    )
    assert told.returncode == 0, told.stderr.decode()
    *events, last = (orjson.loads(line) for line in told.stdout.splitlines())
    assert last["summary"]["mentions"] > 4_000
    assert last["summary"]["events"] == len(events)
    missing = []
    for window in orjson.loads((DATA / "events.json").read_bytes()):
        start, end = datetime.fromisoformat(window["start"]), datetime.fromisoformat(window["end"])
        if not any(
            event["event"]["crisis"]["brand"] == window["brand"].lower() and start <= datetime.fromisoformat(event["event"]["at"]) <= end
            for event in events
        ):
            missing.append(window)
    assert not missing
