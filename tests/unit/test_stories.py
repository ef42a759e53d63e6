"""A wave as a person tells it: stories with all their reposts, five different voices, who began and who drove it."""

from __future__ import annotations

from typing import Any

import msgspec

from tests.builders import START, a_topic_mention, milliseconds
from tocsin.detection.stories import STORIES_LIMIT, Driver, Wave
from tocsin.detection.telling import DRIVERS_LIMIT


def wave_of(*mentions: dict[str, Any]) -> Wave:
    """A wave; each mention may name a `signature` besides the fields of the builder."""
    wave = Wave()
    for number, fields in enumerate(mentions):
        signature = fields.pop("signature", 0)
        named: dict[str, Any] = {"id": str(number), "author": f"a{number}", "at": float(number)} | fields
        mention = a_topic_mention(**named)
        wave.add(mention, milliseconds(mention.posted_at), signature)
    return wave


def test_reposts_of_one_text_are_one_story_with_all_their_reach() -> None:
    copies = [{"fingerprint": "copy", "reach": 1_000} for _ in range(30)]
    story, other = wave_of({"fingerprint": "own", "reach": 7}, *copies).stories()
    assert (story.fingerprints, story.mentions, story.negatives, story.reach) == (("copy",), 30, 30, 30_000)
    assert (story.first_mention, story.first_ms) == ("x|1", milliseconds(1))
    assert other.mentions == 1


def test_texts_that_differ_in_a_word_are_one_story_the_most_heard_first() -> None:
    wave = wave_of(
        {"fingerprint": "one", "signature": 0b1111 << 40, "reach": 5},
        {"fingerprint": "two", "signature": 0b1101 << 40, "reach": 6},
        {"fingerprint": "two", "signature": 0b1101 << 40, "reach": 6},
        {"fingerprint": "far", "signature": 0b1101 << 10},
        {"fingerprint": "unsigned"},
    )
    near, *rest = wave.stories()
    assert (near.fingerprints, near.mentions, near.reach) == (("two", "one"), 3, 17)
    assert {story.fingerprints for story in rest} == {("far",), ("unsigned",)}


def test_near_identity_is_passed_on() -> None:
    chain = wave_of(*({"fingerprint": f"f{n}", "signature": 1 << 50 | (1 << 3 * n) - 1} for n in range(4)))
    (story,) = chain.stories()
    assert story.mentions == 4


def test_a_text_too_short_for_a_fingerprint_is_a_story_of_its_own() -> None:
    assert len(wave_of({"fingerprint": ""}, {"fingerprint": ""}).stories()) == 2


def test_five_are_chosen_and_no_two_of_them_say_the_same_or_come_from_the_same_author() -> None:
    copies = [{"fingerprint": "copy", "weight": 9.0} for _ in range(10)]
    quarrel = [{"fingerprint": f"q{n}", "author": "angry", "weight": 8.0, "author_mentions": n + 1} for n in range(20)]
    near = [{"fingerprint": f"n{n}", "signature": 1 << 60 | 1 << n, "weight": 7.0} for n in range(2)]
    chosen = wave_of(*copies, *quarrel, *near, {"fingerprint": "r", "weight": 2.8}).choose()
    assert len(chosen) == len({each.author for each in chosen}) == len({each.story for each in chosen}) == 4
    assert {each.story for each in chosen} >= {"copy", "r"}


def test_the_first_the_press_and_other_sources_are_heard_beside_the_loudest() -> None:
    loud = [{"fingerprint": f"loud{n}", "weight": 12.0} for n in range(20)]
    chosen = wave_of(
        {"fingerprint": "first", "weight": 1.0, "label": "neutral"},
        *loud,
        {"fingerprint": "press", "weight": 1.0, "label": "neutral", "source": "news", "source_kind": "press"},
        {"fingerprint": "forum", "weight": 6.0, "source": "forum", "source_kind": "forum"},
    ).choose()
    because = {each.story: each.because for each in chosen}
    assert "the first of the wave" in because["first"]
    assert "the press" in because["press"]
    assert "negative" in because["forum"]
    assert sum(story.startswith("loud") for story in because) == 2


def test_a_negative_mention_comes_before_a_friendly_one_of_the_same_weight() -> None:
    chosen = wave_of({"label": "positive", "at": 5.0}, {"at": 6.0}, {"label": "neutral", "at": 1.0}).choose(2)
    assert [each.mention for each in chosen] == ["x|1", "x|2"]


def test_a_repost_told_many_times_says_so() -> None:
    (chosen,) = wave_of(*({"fingerprint": "copy", "reach": 250_000} for _ in range(12))).choose()
    assert chosen.because == ("the first of the wave", "negative", "reaches 250,000", "told 12 times")


def test_the_first_mention_is_the_earliest_posted_not_the_first_that_came() -> None:
    wave = wave_of({"at": 30.0}, {"at": 10.0, "author": "early"}, {"at": 20.0})
    first = wave.find_first()
    assert first is not None
    assert (first.mention, first.author, first.posted_ms) == ("x|1", "x|early", milliseconds(START) + 10_000)
    assert Wave().find_first() is None


def test_who_drove_it_brought_the_largest_audience_counted_once() -> None:
    wave = wave_of(
        {"author": "small", "reach": 10},
        {"author": "big", "reach": 5_000, "author_mentions": 1},
        {"author": "big", "reach": 5_000, "author_mentions": 2},
        {"author": "nobody", "reach": 0},
        {"author": "middle", "reach": 900},
    )
    assert wave.who_drove(2) == (Driver("x|big", 5_000, 2), Driver("x|middle", 900, 1))
    assert len(wave.who_drove(10)) == 3


def test_a_flood_of_different_texts_stays_small_and_loses_no_big_story() -> None:
    flood = [{"fingerprint": f"f{n}" if n % 3 else "copy", "reach": n % 977} for n in range(9_000)]
    wave = wave_of(*flood)
    assert wave.level > 0
    assert wave.size <= STORIES_LIMIT
    assert len(wave.drivers) == DRIVERS_LIMIT
    biggest = wave.stories()[0]
    assert biggest.fingerprints == ("copy",)
    assert 2_400 < biggest.mentions < 3_600
    assert len(msgspec.msgpack.encode(wave)) < 65_536
