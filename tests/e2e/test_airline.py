"""The real command on real data: a crisis record in each dated window, the same as without Kafka."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import orjson
import pytest

from schemas.crisis import EscalationEvent
from tests.faults.support.processes import ROOT
from tocsin.configuration import load_setup
from tocsin.loop import run
from tocsin.sources.files import read_mentions

DATA = ROOT.parent / "shared" / "data" / "airline"

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.exists(), reason="the airline data is not beside this checkout (shared/data/airline)"),
]


def test_replaying_the_airline_file_finds_a_crisis_in_each_dated_window_and_what_the_loop_finds(
    kafka: str, tmp_path: Path
) -> None:
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
    mentions = read_mentions(DATA / "tweets.csv", preset="airline").mentions
    emits = run(mentions, load_setup("airline", is_live=False))
    assert sorted(line["event"]["id"] for line in events) == sorted(
        emit.record.id for emit in emits if isinstance(emit.record, EscalationEvent)
    )
    told_at = [
        (event["crisis"]["brand"], datetime.fromisoformat(event["at"]))
        for event in (line["event"] for line in events)
        if event["type"] != "crisis.resolved"
    ]
    for window in orjson.loads((DATA / "events.json").read_bytes()):
        # The first signs are earlier than what a person would date.
        start = datetime.fromisoformat(window["start"]) - timedelta(hours=1)
        end = datetime.fromisoformat(window["end"])
        assert any(brand == window["brand"].lower() and start <= at <= end for brand, at in told_at), window
