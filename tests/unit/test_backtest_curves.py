"""Curves count people, and their band knows nothing of what comes later."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.builders import START, a_topic_mention
from tocsin.backtest.curves import Drawer, choose_width, find_usual
from tocsin.instants import DAY_MS, HOUR_MS


def draw(mentions: list[Any], days: float = 9) -> Any:
    drawer = Drawer(START, START + timedelta(days=days))
    for mention in mentions:
        drawer.count(mention)
    return drawer.finish()["acme"]


def test_one_author_counts_once_in_a_stretch_and_again_in_the_next() -> None:
    mentions = [a_topic_mention(id=str(n), author=str(n % 2), topic="*", at=n * 60.0) for n in range(6)]
    mentions.append(a_topic_mention(id="9", author="0", topic="*", at=3_600.0))
    curve = draw(mentions)
    assert curve.width_ms == HOUR_MS
    assert curve.authors[:3] == [2.0, 1.0, 0.0]
    assert curve.mentions == 7


def test_complaints_are_counted_beside_and_updates_are_not() -> None:
    curve = draw(
        [
            a_topic_mention(id="1", author="1", topic="*", sentiment=-0.8),
            a_topic_mention(id="2", author="2", topic="*", sentiment=0.8),
            a_topic_mention(id="3", author="3", topic="*", is_update=True),
        ]
    )
    assert (curve.authors[0], curve.negative_authors[0]) == (2.0, 1.0)
    assert (curve.mentions, curve.negatives) == (2, 1)


@pytest.mark.parametrize("days", [0, 1, 4, 9, 31, 90, 180, 365, 3_000, 9_999])
def test_a_history_of_any_length_is_a_readable_line(days: int) -> None:
    assert days * DAY_MS / choose_width(START, START + timedelta(days=days)) <= 1_500


def test_the_band_is_unknown_for_two_days_and_then_follows_the_hours() -> None:
    day = [2.0] * 12 + [20.0] * 12
    usual = find_usual(day * 5, HOUR_MS)
    assert usual[:48] == [None] * 48
    night, noon = usual[4 * 24 + 6], usual[4 * 24 + 18]
    assert night is not None
    assert noon is not None
    assert night[2] < 5 < noon[0] < 20 < noon[2]


def test_a_stretch_does_not_see_itself_or_what_follows() -> None:
    values = [5.0] * (24 * 6)
    louder = [*values[:100], *[500.0] * 44]
    assert find_usual(values, HOUR_MS)[:101] == find_usual(louder, HOUR_MS)[:101]


def test_one_loud_day_of_a_week_does_not_widen_the_band() -> None:
    quiet = [4.0] * (24 * 8)
    loud = list(quiet)
    loud[3 * 24 : 3 * 24 + 12] = [400.0] * 12
    assert find_usual(loud, HOUR_MS)[-20] == find_usual(quiet, HOUR_MS)[-20]
