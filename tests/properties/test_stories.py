"""Sums that show a wave: no order of arrival, no grouping of parts and no restart changes what is told."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import a_topic_mention, milliseconds
from tocsin.detection.distinct import class_of
from tocsin.detection.influence import BrandReach
from tocsin.detection.stories import STORIES_LIMIT, Wave
from tocsin.detection.telling import Voice
from tocsin.detection.terms import TermCounts
from tocsin.detection.traces import trace
from tocsin.detection.virality import CELL_MS, Cascade

seeds = st.integers(0, 10_000)
Sum = TypeVar("Sum", Wave, TermCounts, Cascade, BrandReach)


def mentions(seed: int, count: int, stories: int) -> list[Voice]:
    """A wave with ties in everything: few weights, few times, authors whose reach changes, texts that are alike."""
    rng = random.Random(seed)
    made = []
    for number in range(count):
        story = rng.randrange(stories)
        words = [f"w{(story + place) % stories}" for place in range(12)]
        mention = a_topic_mention(
            id=str(number),
            author=f"a{rng.randrange(40)}",
            at=rng.randrange(60),
            source=rng.choice("abcdefghij"),
            source_kind=rng.choice(["social", "social", "press"]),
            label=rng.choice(["negative", "neutral", "positive"]),
            weight=rng.randrange(1, 40) / 4,
            reach=rng.choice([0, 10, 500, rng.randrange(9_000)]),
            author_mentions=rng.randrange(1, 9),
            fingerprint=rng.choice(["", f"f{story}", f"f{story}"]),
            trace=trace(" ".join(words) if rng.random() < 0.8 else ""),
        )
        made.append(Voice.of(mention, milliseconds(mention.posted_at)))
    return made


def add_mention(wave: Wave, each: Voice) -> None:
    wave.hear(each, class_of(each.mention))


def add_terms(counts: TermCounts, each: tuple[str, list[str]]) -> None:
    counts.add(*each, limit=24)


def add_reshare(cascade: Cascade, each: tuple[int, int]) -> None:
    cascade.reshare(*each)


def merge_all(parts: list[Sum], merge: Callable[[Sum, Sum], None], rng: random.Random) -> Sum:
    """Parts united two by two in any order, each read again from its bytes as after a restart."""
    while len(parts) > 1:
        one = parts.pop(rng.randrange(len(parts)))
        other = parts.pop(rng.randrange(len(parts)))
        merge(one, other)
        parts.append(msgspec.msgpack.decode(msgspec.msgpack.encode(one), type=type(one)))
    return parts[0]


def in_any_parts(
    items: list[Any],
    make: Callable[[], Sum],
    add: Callable[[Sum, Any], None],
    merge: Callable[[Sum, Sum], None],
    seed: int,
) -> Sum:
    rng = random.Random(seed)
    shuffled = items[:]
    rng.shuffle(shuffled)
    parts = [make() for _ in range(rng.randint(1, 5))]
    for each in shuffled:
        add(rng.choice(parts), each)
    return merge_all(parts, merge, rng)


def in_order(items: list[Any], sum_: Sum, add: Callable[[Sum, Any], None]) -> Sum:
    for each in items:
        add(sum_, each)
    return sum_


@settings(max_examples=25, deadline=None)
@given(seed=seeds, arrival=seeds, count=st.sampled_from([3, 40, 900]), stories=st.sampled_from([4, 60, 5_000]))
def test_a_wave_is_the_same_in_any_order_and_any_parts(seed: int, arrival: int, count: int, stories: int) -> None:
    items = mentions(seed, count, stories)
    one = in_order(items, Wave(), add_mention)
    other = in_any_parts(items, Wave, add_mention, Wave.merge, arrival)
    assert other.stories(1_000) == one.stories(1_000)
    assert other.choose() == one.choose()
    assert (other.who_drove(), other.find_first(), other.level) == (one.who_drove(), one.find_first(), one.level)


@settings(max_examples=25, deadline=None)
@given(seed=seeds, count=st.sampled_from([3, 40, 900]))
def test_those_who_are_chosen_are_of_different_stories_and_authors_and_the_room_is_bounded(
    seed: int, count: int
) -> None:
    wave = in_order(mentions(seed, count, 3_000), Wave(), add_mention)
    chosen = wave.choose(5)
    assert len({each.story for each in chosen}) == len({each.author for each in chosen}) == len(chosen)
    assert len(chosen) >= min(count, 2)
    assert wave.size == sum(len(stories) for stories in wave.classes.values()) <= STORIES_LIMIT


@settings(max_examples=40, deadline=None)
@given(
    items=st.lists(
        st.tuples(st.text("ab", max_size=5), st.lists(st.text("xyz", max_size=2), unique=True)), max_size=60
    ),
    arrival=seeds,
)
def test_terms_are_counted_the_same_in_any_order_and_any_parts(
    items: list[tuple[str, list[str]]], arrival: int
) -> None:
    one = in_order(items, TermCounts(), add_terms)
    other = in_any_parts(items, TermCounts, add_terms, lambda a, b: a.merge(b, limit=24), arrival)
    assert (other.totals(), other.level, other.size) == (one.totals(), one.level, one.size)


@settings(max_examples=40, deadline=None)
@given(
    items=st.lists(st.tuples(st.integers(1, 10**9), st.integers(0, 10**7)), min_size=1, max_size=400),
    arrival=seeds,
)
def test_a_cascade_is_judged_the_same_in_any_order_and_any_parts(items: list[tuple[int, int]], arrival: int) -> None:
    now_ms = 10**9 + CELL_MS
    one = in_order(items, Cascade(5_000, 900), add_reshare)
    other = in_any_parts(items, lambda: Cascade(5_000, 900), add_reshare, Cascade.merge, arrival)
    spread = one.judge(now_ms)
    assert other.judge(now_ms) == spread
    assert other.project(now_ms, spread) == one.project(now_ms, spread)


@settings(max_examples=25, deadline=None)
@given(days=st.lists(st.lists(st.integers(0, 10**7), max_size=30), min_size=1, max_size=6), arrival=seeds)
def test_what_a_brand_usually_reaches_does_not_depend_on_the_order_inside_a_day(
    days: list[list[int]], arrival: int
) -> None:
    rng = random.Random(arrival)
    one, other = BrandReach(), BrandReach()
    for day, authors in enumerate(days, 20_000):
        for reach in (one, other):
            reach.fade(day * 86_400_000)
        for followers in authors:
            one.add(followers)
        for followers in rng.sample(authors, len(authors)):
            other.add(followers)
    for reach in (one, other):
        reach.fade(20_100 * 86_400_000)
    assert other.past == one.past
    assert other.days == one.days
