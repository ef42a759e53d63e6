import asyncio
from datetime import UTC, datetime

import pytest

from schemas.streams import END_OF_TIME_MS
from tests.builders import START, a_mention, milliseconds
from tests.raw_writers import MemoryRawWriter
from tocsin.replay import RawRecord, play, play_raw, raw_record, raw_records


def played(*records: RawRecord, partitions: int = 2) -> list[list[object]]:
    """What each partition holds after a replay: values, and times relative to START in seconds."""
    writer = MemoryRawWriter(partitions)
    asyncio.run(play(records, writer))
    return [
        [
            one.value
            if one.watermark_ms is None
            else "end"
            if one.watermark_ms == END_OF_TIME_MS
            else (one.watermark_ms - milliseconds(START)) / 1000
            for one in partition
        ]
        for partition in writer.partitions
    ]


def record(seconds: float, value: str, key: bytes = b"\0") -> RawRecord:
    return RawRecord(milliseconds(seconds), key, value.encode())


def test_every_partition_is_told_the_time_before_the_first_mention_and_after_the_last() -> None:
    assert played(record(3, "one")) == [[0, b"one", "end"], [0, "end"]]


def test_mentions_of_one_tick_share_its_watermark() -> None:
    assert played(record(1, "a"), record(9.999, "b"), partitions=1) == [[0, b"a", b"b", "end"]]


def test_a_watermark_stands_between_mentions_of_different_ticks() -> None:
    assert played(record(9.999, "a"), record(10, "b"), partitions=1) == [[0, b"a", 10, b"b", "end"]]


def test_a_watermark_follows_mentions_of_other_partitions_too() -> None:
    first, second = played(record(1, "a", b"\0"), record(12, "b", b"\1"))
    assert first == [0, b"a", 10, "end"]
    assert second == [0, 10, b"b", "end"]


def test_empty_ticks_are_skipped() -> None:
    assert played(record(1, "a"), record(3_601, "b"), partitions=1) == [[0, b"a", 3_600, b"b", "end"]]


def test_nothing_to_play_is_the_end_of_time_at_once() -> None:
    assert played() == [["end"], ["end"]]


def test_mentions_that_are_not_sorted_are_refused_before_one_is_written_late() -> None:
    with pytest.raises(ValueError, match=r"not sorted by time: .* 12:00:09.* after .* 12:00:20"):
        played(record(21, "a"), record(9, "b"))


def test_a_disorder_inside_a_tick_is_harmless() -> None:
    assert played(record(5, "a"), record(3, "b"), partitions=1) == [[0, b"a", b"b", "end"]]


def test_a_mention_is_keyed_by_its_author_and_written_as_it_travels() -> None:
    mention = a_mention(at=1.5, source="forum", author="ann")
    assert raw_record(mention) == RawRecord(milliseconds(1.5), b"forum|ann", mention.encode())


def test_what_is_no_mention_is_written_where_it_stands() -> None:
    good, later = a_mention(at=1), a_mention(id="m2", at=12)
    writer = MemoryRawWriter(1)
    asyncio.run(play_raw([good.encode(), b"{broken", later.encode()], writer))
    values = [one.value for one in writer.partitions[0] if one.watermark_ms is None]
    assert values == [good.encode(), b"{broken", later.encode()]


def test_a_mention_of_the_far_future_does_not_move_the_time() -> None:
    far = a_mention(id="m2").replace(posted_at=datetime(2090, 1, 1, tzinfo=UTC))
    times = [record.at_ms for record in raw_records([a_mention(at=1).encode(), far.encode(), a_mention(at=2).encode()])]
    assert times == [milliseconds(1), None, milliseconds(2)]


def test_a_late_mention_does_not_move_the_time_back() -> None:
    times = [record.at_ms for record in raw_records([a_mention(at=9).encode(), a_mention(at=1).encode()])]
    assert times == [milliseconds(9), None]


def test_records_without_a_key_are_spread_over_the_partitions() -> None:
    assert [len(partition) for partition in played(*[RawRecord(None, None, b"x")] * 4)] == [3, 3]


class SlowClock:
    """A clock that moves only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now += seconds


@pytest.mark.parametrize(("speed", "naps"), [(1.0, [30.0, 90.0]), (60.0, [0.5, 1.5]), (None, [])])
def test_mentions_come_at_the_speed_that_was_asked_for(speed: float | None, naps: list[float]) -> None:
    clock = SlowClock()
    records = [record(0, "a"), record(30, "b"), record(120, "c")]
    asyncio.run(play(records, MemoryRawWriter(), speed=speed, clock=clock, sleep=clock.sleep))
    assert clock.slept == naps


def test_what_is_written_is_on_kafka_before_the_next_wait() -> None:
    clock, writer = SlowClock(), MemoryRawWriter()
    seen: list[int] = []

    async def sleep(seconds: float) -> None:
        seen.append(writer.flushes)
        await clock.sleep(seconds)

    asyncio.run(play([record(0, "a"), record(30, "b"), record(60, "c")], writer, speed=1, clock=clock, sleep=sleep))
    assert seen == [1, 2]


def test_progress_ends_with_all_of_it() -> None:
    told: list[tuple[int, int]] = []
    records = [record(second, "x") for second in range(2_500)]
    asyncio.run(play(records, MemoryRawWriter(), on_progress=lambda count, at_ms: told.append((count, at_ms))))
    assert [count for count, _ in told] == [1_000, 2_000, 2_500]
    assert told[-1] == (2_500, milliseconds(2_499))


def test_the_account_of_a_replay_names_its_span() -> None:
    account = asyncio.run(play([record(3, "a"), record(25, "b")], MemoryRawWriter()))
    assert (account.mentions, account.watermarks) == (2, 3)
    assert account.first_at is not None and account.last_at is not None
    assert (account.last_at - account.first_at).total_seconds() == 22
