import asyncio

from hypothesis import given
from hypothesis import strategies as st

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
