"""A lane guards its step: one bad record costs that record, event time passes as the slowest channel promises."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from schemas import streams
from schemas.mention import Mention
from schemas.record import Record
from schemas.streams import END_OF_TIME_MS, WATERMARK_HEADER
from tests.builders import a_mention, a_scored_mention, a_signal, a_topic_mention, an_enriched_mention, milliseconds
from tests.steps.wires import COUNTS, PARTITIONS, RAW_PARTITIONS, Stored, Wires, marker, records
from tocsin.flow import Emit, Rejection, Step
from tocsin.pipeline import ENRICH, ESCALATE, PIPELINE, SCORE, WINDOW_AUTHOR, WINDOW_TOPIC

#: Two different good records of each step's input.
GOOD: dict[str, tuple[Record, Record]] = {
    ENRICH.name: (a_mention(id="m1"), a_mention(id="m2")),
    SCORE.name: (an_enriched_mention(id="m1"), an_enriched_mention(id="m2")),
    WINDOW_AUTHOR.name: (a_scored_mention(id="m1"), a_scored_mention(id="m2")),
    WINDOW_TOPIC.name: (a_topic_mention(id="m1"), a_topic_mention(id="m2")),
    ESCALATE.name: (a_signal(id="s1"), a_signal(id="s2")),
}


@pytest.fixture
def wires(tmp_path: Path) -> Wires:
    return Wires(tmp_path / "rows")


@pytest.mark.parametrize("step", PIPELINE, ids=lambda step: step.name)
def test_a_record_that_cannot_be_read_is_rejected_and_the_ones_around_it_are_taken(wires: Wires, step: Step) -> None:
    before, after = GOOD[step.name]
    lane = wires.lane(step, partition=3)

    lane.take(records(before, b'{"id": 7', after))

    assert lane.taken == 3
    assert lane.rejected == {"not-json": 1}
    (rejected,) = wires.stream(streams.REJECTED, 3)
    told = {name: value.decode() for name, value in rejected.headers}
    assert rejected.value == b'{"id": 7'
    assert (told["cause"], told["step"], told["stream"]) == ("not-json", step.name, step.reads.name)
    assert (told["partition"], told["offset"], told["size"], told["is_truncated"]) == ("3", "1", "8", "0")


def test_what_a_step_refuses_or_fails_on_is_rejected_one_by_one(wires: Wires) -> None:
    class Fragile:
        def __init__(self, setup: Any, rows: Any) -> None:
            pass

        def take(self, mention: Mention, appended_ms: int) -> list[Emit]:
            if mention.id == "refused":
                raise Rejection("bad-value", "not this one")
            if mention.id == "broken":
                raise ZeroDivisionError("oh")
            return [Emit(streams.ENRICHED, mention.author_key, an_enriched_mention(mention=mention))]

        def advance(self, watermark_ms: int) -> list[Emit]:
            return []

    lane = wires.lane(replace(ENRICH, start=Fragile))
    lane.take(records(*(a_mention(id=each) for each in ("good", "refused", "broken", "better"))))

    assert lane.rejected == {"bad-value": 1, "step-failed": 1}
    assert lane.emitted == 2
    messages = [dict(each.headers)["message"] for each in wires.stream(streams.REJECTED)]
    assert messages == [b"not this one", b"ZeroDivisionError: oh"]


def test_a_rejected_mention_that_is_played_again_keeps_the_time_of_its_first_failure(wires: Wires) -> None:
    again = Stored(5, b"?", headers=[("first_failed_at", b"2026-01-01T00:00:00+00:00")])
    wires.lane(ENRICH).take([again])
    (rejected,) = wires.stream(streams.REJECTED)
    assert dict(rejected.headers)["first_failed_at"] == b"2026-01-01T00:00:00+00:00"


def test_a_mention_with_a_header_of_our_name_is_a_mention_all_the_same(wires: Wires) -> None:
    mention = Stored(0, a_mention().encode(), headers=[(WATERMARK_HEADER, b"0/6@12")])
    lane = wires.lane(ENRICH)
    lane.take([mention])
    assert (lane.taken, lane.emitted, lane.watermark_ms) == (1, 1, 0)


def test_markers_of_a_replay_collapse_into_the_last_one_and_go_to_every_partition_that_follows(wires: Wires) -> None:
    lane = wires.lane(ENRICH, partition=5)
    lane.take([marker(at) for at in (1_000, 20_000, 70_000)])
    assert wires.watermarks(streams.ENRICHED) == []
    wires.commit(lane)
    wires.commit(lane)
    for partition in range(PARTITIONS):
        (told,) = wires.stream(streams.ENRICHED, partition)
        assert dict(told.headers) == {WATERMARK_HEADER: f"enrich:5/{RAW_PARTITIONS}@70000".encode()}


def test_event_time_that_hardly_moved_is_not_worth_a_record(wires: Wires) -> None:
    lane = wires.lane(ENRICH)
    for at in (10_000, 10_900, 11_000):
        lane.take([marker(at)])
        wires.commit(lane)
    assert wires.watermarks(streams.ENRICHED) == [10_000, 11_000]


def test_a_forwarder_passes_each_channel_on_in_its_own_partition(wires: Wires) -> None:
    lane = wires.lane(SCORE, partition=2)
    lane.take([marker(9_000, channel=1, family="enrich"), marker(5_000, channel=4, family="enrich")])
    wires.commit(lane)
    told = [dict(each.headers)[WATERMARK_HEADER] for each in wires.stream(streams.SCORED, 2)]
    assert told == [b"enrich:1/6@9000", b"enrich:4/6@5000"]
    assert not any(wires.stream(streams.SCORED, other) for other in (0, 1, 3))


def test_a_window_is_told_the_time_of_its_slowest_channel_and_only_once_all_were_heard(wires: Wires) -> None:
    lane = wires.lane(WINDOW_AUTHOR)
    lane.take([marker(50_000 + channel, channel, family="enrich") for channel in range(RAW_PARTITIONS - 1)])
    lane.advance()
    assert lane.watermark_ms == 0
    lane.take([marker(30_000, RAW_PARTITIONS - 1, family="enrich")])
    lane.advance()
    assert lane.watermark_ms == 30_000


def test_a_successor_knows_the_time_that_its_predecessor_had_committed(wires: Wires, tmp_path: Path) -> None:
    lane = wires.lane(WINDOW_AUTHOR)
    lane.take([marker(40_000 + channel, channel, family="enrich") for channel in range(RAW_PARTITIONS)])
    lane.advance()
    wires.commit(lane)
    successor = wires.successor(WINDOW_AUTHOR)
    assert successor.watermark_ms == 40_000
    successor.take([marker(45_000, 0, family="enrich")])
    successor.advance()
    assert successor.watermark_ms == 40_001  # of the channels that it was not told of itself


def test_the_end_of_time_passes_through_all_steps_to_every_partition_of_the_crises(wires: Wires) -> None:
    mentions = [a_mention(id=str(n), author=f"a{n}", at=n) for n in range(40)]
    for n, mention in enumerate(mentions):
        wires.write(streams.RAW, n % RAW_PARTITIONS, Stored(0, mention.encode()))
    for partition in range(RAW_PARTITIONS - 1):
        wires.write(streams.RAW, partition, marker(milliseconds(60)), marker(END_OF_TIME_MS))
    wires.run()
    assert not any(wires.watermarks(streams.CRISES, partition) for partition in range(COUNTS["crises"]))

    wires.write(streams.RAW, RAW_PARTITIONS - 1, marker(END_OF_TIME_MS))
    wires.run()

    for partition in range(COUNTS["crises"]):
        assert wires.watermarks(streams.CRISES, partition) == [END_OF_TIME_MS]
    activities = [each for p in range(PARTITIONS) for each in wires.stream(streams.BY_TOPIC_ACTIVITY, p) if each.value]
    assert len(activities) == 1
