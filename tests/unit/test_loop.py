"""The loop: the same steps without Kafka, every emit shown, bad mentions stopping nothing."""

from __future__ import annotations

from tests.builders import a_mention
from tests.scenarios.story import ANGRY, Story
from tocsin.detection.matching import Matcher
from tocsin.detection.watchlist import parse_watchlist
from tocsin.loop import run
from tocsin.setup import Setup

SETUP = Setup(matcher=Matcher(parse_watchlist("brands:\n  - id: acme\n    name: Acme\n    keywords: [acme]\n")))


def test_a_mention_is_shown_at_every_step_it_passes() -> None:
    names = [emit.stream.name for emit in run([a_mention("acme is awful")], SETUP)]
    assert names[:2] == ["mentions.enriched", "mentions.scored"]
    assert names[2:] == ["mentions.evidence", "mentions.by-topic", "activity.by-topic"]


def test_a_mention_that_a_step_rejects_stops_nothing() -> None:
    mentions = [a_mention("acme is awful", at=-(10**10)), a_mention("acme is awful", id="2")]
    assert [emit.key for emit in run(mentions, SETUP) if emit.stream.name == "mentions.enriched"] == ["x|a1"]


def test_how_often_the_watermark_moves_changes_nothing() -> None:
    story = Story().quiet(days=4).people(ANGRY, day=3, hour=12, count=60, minutes=40).mentions
    told = [
        sorted((emit.stream.name, emit.record.encode()) for emit in run(story, SETUP, tick_ms=tick_ms) if emit.record)
        for tick_ms in (10_000, 600_000, 90_000_000)
    ]
    assert told[0] == told[1] == told[2]
    assert any(name == "crises" for name, _ in told[0])
