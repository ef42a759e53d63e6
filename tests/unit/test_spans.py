"""Spans: totals that slide with time agree with counting everything anew."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import a_topic_mention
from tocsin.detection.baseline import SPANS_MINUTES
from tocsin.detection.distinct import EXACT_LIMIT, RELATIVE_ERROR
from tocsin.detection.spans import HORIZON_MINUTES, Spans
from tocsin.detection.topic_rows import CountsRow


def a_part(authors: list[int], *, negative: bool = False) -> CountsRow:
    part = CountsRow()
    for author in authors:
        part.count(a_topic_mention(author=str(author), sentiment=-0.5 if negative else 0.0), 0, is_late=False)
    return part


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 400), st.integers(-30, 0), st.lists(st.integers(0, 12), max_size=5), st.booleans()),
        max_size=25,
    )
)
def test_distinct_authors_and_totals_equal_a_recount(steps: list[tuple[int, int, list[int], bool]]) -> None:
    spans, heard, now = Spans(), list[tuple[int, int, bool]](), 1_000
    for forward, back, authors, negative in steps:
        now += forward
        spans.slide(now)
        spans.add(now + back, a_part(authors, negative=negative))
        heard += [(now + back, author, negative) for author in authors]
        inside = [[each for each in heard if now - span < each[0] <= now] for span in SPANS_MINUTES]
        assert spans.distinct_authors() == [len({author for _, author, _ in each}) for each in inside]
        assert spans.distinct_negative_authors() == [len({a for _, a, negative in each if negative}) for each in inside]
        assert [total[0] for total in spans.totals] == [len(each) for each in inside]


def test_minutes_leave_when_the_longest_span_has_passed_them() -> None:
    spans = Spans()
    spans.slide(1_000)
    spans.add(1_000, a_part([1]))
    assert spans.slide(1_000 + HORIZON_MINUTES - 1) == []
    assert spans.slide(1_000 + HORIZON_MINUTES) == [1_000]
    assert spans.distinct_authors() == [0, 0, 0]


def test_a_crowd_becomes_an_estimate_that_still_sees_who_returns() -> None:
    rng = random.Random(1)
    spans, exact = Spans(), set[int]()
    for minute in range(100, 110):
        authors = [rng.randrange(3_000) for _ in range(600)]
        exact |= set(authors)
        spans.slide(minute)
        for start in range(0, 600, EXACT_LIMIT):
            spans.add(minute, a_part(authors[start : start + EXACT_LIMIT]))
    assert spans.is_sketched()
    assert abs(spans.distinct_authors()[1] - len(exact)) < 4 * RELATIVE_ERROR * len(exact)


def test_when_the_crowd_has_left_the_span_the_count_is_exact_again() -> None:
    spans = Spans()
    spans.slide(100)
    spans.add(100, a_part(list(range(EXACT_LIMIT))))
    spans.add(100, a_part(list(range(EXACT_LIMIT, EXACT_LIMIT + 50))))
    spans.slide(120)
    spans.add(120, a_part([1, 2, 3]))
    assert spans.distinct_authors()[0] == 3
    assert spans.distinct_authors()[1] > EXACT_LIMIT


def test_restored_buckets_count_the_same_in_any_order() -> None:
    rng = random.Random(2)
    spans = Spans()
    for minute in range(100, 400, 7):
        spans.slide(minute)
        spans.add(minute, a_part([rng.randrange(40) for _ in range(10)], negative=rng.random() < 0.5))
    again = Spans()
    items = list(spans.buckets.items())
    rng.shuffle(items)
    for minute, bucket in items:
        again.restore(minute, bucket)
    again.slide(spans.now)
    assert again.distinct_authors() == spans.distinct_authors()
    assert again.distinct_negative_authors() == spans.distinct_negative_authors()
    assert again.totals == spans.totals
    assert again.oldest == spans.oldest
