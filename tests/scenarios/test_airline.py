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


@pytest.mark.parametrize("number", range(4))
def test_each_dated_crisis_raises_an_alarm(number: int) -> None:
    brand, start, end = windows()[number]
    assert [
        each
        for each in told()
        if each.crisis.brand == brand and start <= each.at <= end and each.crisis.severity != "watch"
    ]


def test_hardly_an_alarm_is_raised_outside_the_windows() -> None:
    """Of bursts none; of high risks less than one in a week."""
    outside = [
        event
        for event in told()
        if event.type == "crisis.opened"
        and not any(event.crisis.brand == brand and start <= event.at <= end for brand, start, end in windows())
    ]
    assert {event.signal.kind for event in outside if event.signal} <= {"high_risk"}
    assert len(outside) / BRAND_DAYS < 0.15


def test_the_quarrel_of_ten_authors_opens_no_crisis() -> None:
    quarrel = [event for event in told() if event.at.astimezone(windows()[0][1].tzinfo).day == 19]
    assert [event for event in quarrel if event.type != "crisis.watched" and event.type != "crisis.resolved"] == []


def test_the_faux_pas_is_an_alarm_within_a_quarter_of_an_hour_of_its_first_mention() -> None:
    brand, start, end = windows()[3]
    mentions = read_mentions(DATA / "tweets.csv", preset="airline").mentions
    first = min(each.posted_at for each in mentions if start <= each.posted_at <= end and "fleek" in each.text.lower())
    alarm = min(
        event.at
        for event in told()
        if event.crisis.brand == brand and start <= event.at <= end and event.crisis.severity != "watch"
    )
    assert alarm - first <= timedelta(minutes=15)
