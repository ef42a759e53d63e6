"""Event time: no mention stands behind a later watermark, and an input is as far as its slowest channel."""

from __future__ import annotations

import asyncio
from random import Random
from typing import NamedTuple

import orjson
from hypothesis import given
from hypothesis import strategies as st

from agents.engine.watermark import Watermarks, read_watermark, write_watermark
from schemas.streams import END_OF_TIME_MS
from tests.raw_writers import MemoryRawWriter
from tocsin.replay import RawRecord, play

keys = st.binary(min_size=1, max_size=3)


@given(st.lists(st.tuples(st.integers(0, 10**8), keys), max_size=60), st.integers(1, 5))
def test_no_mention_ever_stands_behind_a_watermark_that_is_later_than_it(
    mentions: list[tuple[int, bytes]], partitions: int
) -> None:
    writer = MemoryRawWriter(partitions)
    records = [RawRecord(at_ms, key, b"%d" % at_ms) for at_ms, key in sorted(mentions)]
    asyncio.run(play(records, writer))
    told = []
    for partition in writer.partitions:
        reached = -1
        for one in partition:
            if one.watermark_ms is not None:
                assert one.watermark_ms > reached
                reached = one.watermark_ms
            else:
                assert one.value is not None
                assert reached <= int(one.value) < reached + 10_000
        told.append([one.watermark_ms for one in partition if one.watermark_ms is not None])
    assert all(marks == told[0] for marks in told)
    assert told[0][-1] == END_OF_TIME_MS
    assert sum(one.value is not None for partition in writer.partitions for one in partition) == len(mentions)


class Promised(NamedTuple):
    """A watermark record as it is heard."""

    family: str
    channel: int
    channels: int
    watermark_ms: int
    appended_ms: int


CHANNELS = {"enrich": 3, "window-author": 2}
promises = st.lists(
    st.sampled_from(list(CHANNELS)).flatmap(
        lambda family: st.builds(
            Promised,
            st.just(family),
            st.integers(0, CHANNELS[family] - 1),
            st.just(CHANNELS[family]),
            st.integers(1, 10**6) | st.just(END_OF_TIME_MS),
            st.integers(0, 10**6),
        )
    ),
    max_size=40,
)


def reached(heard: list[Promised]) -> int:
    """The definition: the least of what the channels have promised; the beginning while one was not heard."""
    best = {(family, channel): 0 for family, channels in CHANNELS.items() for channel in range(channels)}
    for each in heard:
        place = each.family, each.channel
        best[place] = max(best[place], each.watermark_ms)
    return min(best.values())


def watermarks_after(heard: list[Promised]) -> Watermarks:
    watermarks = Watermarks(CHANNELS)
    for each in heard:
        watermarks.promise(*each)
    watermarks.advance()
    return watermarks


@given(promises)
def test_event_time_is_the_least_promise_and_never_runs_back(heard: list[Promised]) -> None:
    watermarks = Watermarks(CHANNELS)
    told = []
    for number, each in enumerate(heard, 1):
        watermarks.promise(*each)
        if (new := watermarks.advance()) is not None:
            told.append(new)
        assert watermarks.minimum_ms == reached(heard[:number])
        assert watermarks.advance() is None
    assert told == sorted(set(told))


@given(promises, st.randoms())
def test_the_order_of_promises_does_not_matter(heard: list[Promised], chance: Random) -> None:
    shuffled = chance.sample(heard, len(heard))
    assert watermarks_after(heard).minimum_ms == watermarks_after(shuffled).minimum_ms


@given(promises, promises)
def test_what_was_dumped_and_loaded_goes_on_as_if_nothing_had_happened(
    before: list[Promised], after: list[Promised]
) -> None:
    loaded = Watermarks(CHANNELS)
    loaded.load(orjson.loads(orjson.dumps(watermarks_after(before).dump())))
    for each in after:
        loaded.promise(*each)
    loaded.advance()
    assert loaded.minimum_ms == watermarks_after([*before, *after]).minimum_ms


@given(promises)
def test_a_step_that_is_not_known_holds_up_nobody(heard: list[Promised]) -> None:
    with_stranger = [Promised("stranger", 0, 9, 1, 0), *heard]
    assert watermarks_after(with_stranger).minimum_ms == watermarks_after(heard).minimum_ms


@given(st.integers(61_000, 10**6))
def test_a_live_channel_that_stalled_holds_the_others_no_longer(later_ms: int) -> None:
    watermarks = Watermarks(["enrich"], stall_ms=60_000)
    watermarks.promise("enrich", 0, 2, 1_000, 1_000)
    watermarks.promise("enrich", 1, 2, later_ms, 60_500)
    watermarks.advance()
    assert watermarks.minimum_ms == 1_000
    watermarks.promise("enrich", 1, 2, later_ms, 61_500)
    watermarks.advance()
    assert watermarks.minimum_ms == later_ms


@given(
    st.text(st.characters(codec="utf-8", exclude_characters=":@/"), max_size=9),
    st.integers(0, 99),
    st.integers(0, 2**53),
)
def test_a_watermark_is_read_as_it_was_written(family: str, channel: int, at_ms: int) -> None:
    assert read_watermark(write_watermark(family, channel, 100, at_ms)) == (family, channel, 100, at_ms)
