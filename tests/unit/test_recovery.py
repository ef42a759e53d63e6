"""What became of those who complained."""

from __future__ import annotations

from random import Random

from tests.builders import instant
from tocsin.response.review.recovery import Heard, recover

HOUR = 3_600


def said(author: str, at: float, sentiment: float) -> Heard:
    return Heard(author, instant(at), 1, int(sentiment <= -0.05), sentiment)


HEARD = [
    said("glad", 10, -0.6), said("glad", 5 * HOUR, 0.7),
    said("calmer", 10, -0.9), said("calmer", 5 * HOUR, 0.0),
    said("angry", 10, -0.6), said("angry", 5 * HOUR, -0.6), said("angry", 6 * HOUR, 0.5), said("angry", 7 * HOUR, -0.2),
    said("mixed", 10, -0.2), said("mixed", 20, 0.4), said("mixed", 5 * HOUR, 0.2),
    said("silent", 10, -0.6),
    said("fan", 10, 0.6), said("fan", 5 * HOUR, -0.9),
    said("early", -HOUR, -0.9), said("early", 5 * HOUR, 0.9),
]  # fmt: skip


def test_authors_are_counted_by_what_they_wrote_before_and_after() -> None:
    found = recover(HEARD, instant(0), instant(4 * HOUR))
    assert (found.complained, found.wrote_again) == (5, 4)
    assert (found.more_positive, found.still_negative, found.unchanged) == (2, 1, 1)


def test_the_order_and_repeats_change_nothing() -> None:
    shuffled = HEARD * 2
    Random(1).shuffle(shuffled)
    assert recover(shuffled, instant(0), instant(4 * HOUR)) == recover(HEARD, instant(0), instant(4 * HOUR))


def test_an_hours_sum_counts_where_single_mentions_are_not_known_any_more_and_nowhere_else() -> None:
    sums = [Heard("glad", instant(0), 1, 1), Heard("old", instant(0), 4, 4), Heard("old", instant(5 * HOUR), 3, 0)]
    found = recover([*HEARD, *sums], instant(0), instant(4 * HOUR))
    assert (found.complained, found.more_positive) == (6, 3)


def test_nobody_is_nobody() -> None:
    found = recover([], instant(0), instant(HOUR), "kept for a day")
    assert (found.complained, found.wrote_again, found.horizon) == (0, 0, "kept for a day")
