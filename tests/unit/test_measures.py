"""Measures: what a topic's hour came to, told once when it has closed."""

from __future__ import annotations

import pytest

from schemas import streams
from schemas.measure import Measure
from schemas.mention import TopicMention
from schemas.streams import END_OF_TIME_MS
from tests.builders import a_topic_mention, instant, milliseconds
from tocsin.detection.window_topic import WindowTopic
from tocsin.flow import Emit, MemoryRows
from tocsin.shares import find_upper_share

HOUR, DAY = 3_600, 86_400


def day_of_mentions(days: float, topic: str = "*") -> list[TopicMention]:
    """Ten people an hour, the first of them complains."""
    return [
        a_topic_mention(
            id=f"{hour}-{number}", author=f"a{number}", at=hour * HOUR + number * 300, topic=topic,
            sentiment=-0.4 if number == 0 else 0.4,
        )
        for hour in range(int(days * 24))
        for number in range(10)
    ]  # fmt: skip


def measures(emits: list[Emit]) -> list[Measure]:
    assert all(
        emit.stream is streams.INBOX and emit.key == "acme" for emit in emits if isinstance(emit.record, Measure)
    )
    return [emit.record for emit in emits if isinstance(emit.record, Measure)]


def play(mentions: list[TopicMention], *advances: float) -> list[Measure]:
    window = WindowTopic(None, MemoryRows())
    for mention in mentions:
        list(window.take(mention, 0))
    return measures([emit for seconds in advances for emit in window.advance(milliseconds(seconds))])


def test_an_hour_is_told_at_the_first_tick_after_it_and_not_before() -> None:
    assert play(day_of_mentions(0.1), HOUR + 9) == []
    (hour,) = play(day_of_mentions(0.1), HOUR + 10)
    assert (hour.start_at, hour.mentions, hour.negatives) == (instant(0), 10, 1)
    assert (hour.distinct_authors, hour.distinct_negative_authors) == (10, 1)


@pytest.mark.parametrize("topic", ["*", "fees"])
def test_a_quiet_hour_is_not_told_and_the_last_loud_one_does_not_wait_for_the_next_mention(topic: str) -> None:
    early = [a_topic_mention(id="1", at=100, topic=topic)]
    (hour,) = play([*early, a_topic_mention(id="2", at=5 * HOUR + 1, topic=topic)], HOUR + 10, 5 * HOUR)
    assert hour.mentions == 1


def test_one_who_complains_thirty_times_is_one() -> None:
    (hour,) = play([a_topic_mention(id=str(number), at=number) for number in range(30)], HOUR + 10)
    assert (hour.mentions, hour.negatives, hour.distinct_authors, hour.distinct_negative_authors) == (30, 30, 1, 1)


def test_what_is_usual_is_learnt_before_the_hour_and_its_band_follows_from_how_many_speak() -> None:
    calm = day_of_mentions(6)
    angry = [a_topic_mention(id=f"x{number}", author=f"x{number}", at=6 * DAY + number * 30) for number in range(100)]
    last = play([*calm, *angry], 6 * DAY + HOUR + 10)[-1]
    assert last.distinct_negative_authors == 100
    assert last.usual_share == pytest.approx(0.1, abs=0.03)
    assert last.band_share == pytest.approx(find_upper_share(last.usual_share, 100), abs=1e-3)
    assert last.band_share < 0.3
    assert not last.is_warming_up


def test_a_young_baseline_says_so() -> None:
    told = play(day_of_mentions(2.5), 2.4 * DAY)
    assert [told[0].is_warming_up, told[46].is_warming_up, told[48].is_warming_up] == [True, True, False]


def test_jumps_of_the_watermark_change_nothing() -> None:
    mentions = day_of_mentions(1, "fees")
    ticks = [second * 10 for second in range(DAY // 10)]
    assert play(mentions, *ticks) == play(mentions, *ticks[::777], ticks[-1])


def test_the_hour_in_which_the_data_end_is_not_told_for_it_has_not_closed() -> None:
    window = WindowTopic(None, MemoryRows())
    for mention in day_of_mentions(0.1)[:15]:
        list(window.take(mention, 0))
    assert [each.start_at for each in measures(list(window.advance(END_OF_TIME_MS)))] == [instant(0)]
