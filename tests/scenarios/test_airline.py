"""Nine days of real tweets to two airlines: a record of each crisis that a human dated, and few others."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import orjson
import pytest

from schemas.crisis import EscalationEvent
from tocsin.configuration import load_setup
from tocsin.loop import run
from tocsin.sources.files import read_mentions

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "airline"
BRAND_DAYS = 2 * 9

pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"needs the airline tweets in {DATA}: see the data's README")


@cache
def told() -> tuple[EscalationEvent, ...]:
    mentions = read_mentions(DATA / "tweets.csv", preset="airline").mentions
    emits = run(mentions, load_setup("airline"))
    return tuple(emit.record for emit in emits if isinstance(emit.record, EscalationEvent))


def windows() -> list[tuple[str, datetime, datetime]]:
    """(brand, an hour before the start, end) of each dated crisis."""
    found = []
    for each in orjson.loads((DATA / "events.json").read_bytes()):
        start, end = datetime.fromisoformat(each["start"]), datetime.fromisoformat(each["end"])
        found.append((each["brand"].lower(), start - timedelta(hours=1), end))
    return found


@pytest.mark.parametrize("number", range(4))
def test_each_dated_crisis_has_a_record_inside_its_window(number: int) -> None:
    brand, start, end = windows()[number]
    found = [event for event in told() if event.crisis.brand == brand and start <= event.at <= end]
    assert [event for event in found if event.type != "crisis.resolved"]


def test_bursts_open_no_alarm_outside_the_windows_and_high_risks_few() -> None:
    outside = [
        event
        for event in told()
        if event.type == "crisis.opened"
        and not any(event.crisis.brand == brand and start <= event.at <= end for brand, start, end in windows())
    ]
    assert {event.signal.kind for event in outside if event.signal} <= {"high_risk"}
    assert len(outside) / BRAND_DAYS < 0.2


def test_the_quarrel_of_ten_authors_opens_no_crisis() -> None:
    quarrel = [event for event in told() if event.at.astimezone(windows()[0][1].tzinfo).day == 19]
    assert [event for event in quarrel if event.type != "crisis.watched" and event.type != "crisis.resolved"] == []


def test_the_faux_pas_is_recorded_within_half_an_hour_of_its_start() -> None:
    brand, start, end = windows()[3]
    first = min(event.at for event in told() if event.crisis.brand == brand and start <= event.at <= end)
    assert first - start <= timedelta(hours=1) + timedelta(minutes=30)
