"""Influence is how seldom a brand hears such reach; and one angry author without reach stays one angry author."""

from __future__ import annotations

import random

import msgspec
import pytest

from tocsin.detection.influence import BrandReach, Influence, InfluencePolicy, judge_influence, judge_lone_author
from tocsin.instants import DAY_MS

POLICY = InfluencePolicy()
FIRST_DAY = 20_000


def heard(days: int, a_day: list[int], reach: BrandReach | None = None) -> BrandReach:
    """A brand that has heard authors with these followers every day."""
    reach = reach or BrandReach()
    start = max(FIRST_DAY, reach.day)
    for day in range(start, start + days):
        reach.fade(day * DAY_MS)
        for followers in a_day:
            reach.add(followers)
    reach.fade((start + days) * DAY_MS)
    return reach


def ordinary_day(count: int, seed: int = 0) -> list[int]:
    rng = random.Random(seed)
    return [round(10 ** rng.gauss(2.6, 0.6)) for _ in range(count)]


ORDINARY = Influence("ordinary", 300, 0.0, 0.0, ())
NOTABLE = Influence("notable", 8_000, 0.97, 5.0, ("8,000 followers",))
MAJOR = Influence("major", 900_000, 0.999, 60.0, ("900,000 followers",))


def test_the_same_reach_is_major_for_a_cafe_and_ordinary_for_an_airline() -> None:
    cafe = heard(30, ordinary_day(15))
    airline = heard(30, [*ordinary_day(500), *[200_000] * 5])
    assert judge_influence(200_000, cafe).level == "major"
    assert judge_influence(200_000, airline).level == "ordinary"


def test_few_followers_are_ordinary_however_seldom_anybody_speaks() -> None:
    silent = heard(30, [10])
    assert judge_influence(4_000, silent).level == "ordinary"
    assert judge_influence(6_000, silent).level == "notable"


def test_who_is_heard_every_other_week_was_major_and_becomes_usual() -> None:
    quiet = heard(20, ordinary_day(40))
    assert judge_influence(300_000, quiet).level == "major"
    assert judge_influence(300_000, heard(20, [*ordinary_day(40), 300_000], quiet)).level == "ordinary"


def test_before_anything_is_known_only_a_very_great_reach_is_major() -> None:
    new = BrandReach()
    assert judge_influence(50_000, new).level == "ordinary"
    assert judge_influence(2_000_000, new).level == "major"


def test_the_days_between_major_authors_are_what_was_promised() -> None:
    """The false-alarm budget: of authors like the brand's usual ones, those called major come about once in 14 days."""
    rng = random.Random(5)
    reach, majors, days = BrandReach(), 0, 400
    for day in range(FIRST_DAY, FIRST_DAY + days):
        reach.fade(day * DAY_MS)
        for _ in range(200):
            followers = round(10 ** rng.gauss(2.8, 0.9))
            majors += judge_influence(followers, reach).level == "major"
            reach.add(followers)
    assert majors <= days / POLICY.major_days * 1.3
    assert majors >= days / POLICY.major_days * 0.4


def test_what_was_heard_fades_with_its_half_life_and_quiet_days_count() -> None:
    reach = heard(1, [100] * 64)
    before = sum(reach.past.values())
    reach.fade(reach.day * DAY_MS + round(POLICY.half_life_days) * DAY_MS)
    assert sum(reach.past.values()) == pytest.approx(before / 2)
    assert reach.authors_a_day() < 64 / 10


def test_steady_days_make_a_steady_rate() -> None:
    assert heard(200, [100] * 60).authors_a_day() == pytest.approx(60, rel=0.1)


def test_unknown_followers_are_said_to_be_unknown() -> None:
    judged = judge_influence(None, BrandReach())
    assert judged.level == "ordinary"
    assert judged.reasons == ("how many follow the author is not known",)


def test_reasons_say_how_far_and_how_seldom() -> None:
    far, seldom = judge_influence(500_000, heard(20, ordinary_day(40))).reasons
    assert far.startswith("500,000 followers: more than 99.")
    assert seldom == "somebody with this reach speaks of it less than once in 37 days"


def test_powers_of_ten_begin_a_class() -> None:
    below, at = BrandReach(), BrandReach()
    below.add(9_999)
    at.add(10_000)
    assert (list(below.counts), list(at.counts)) == ([39], [40])


def test_the_row_is_small() -> None:
    assert len(msgspec.msgpack.encode(heard(3, ordinary_day(3_000)))) < 2_000


@pytest.mark.parametrize("complaints", [1, 3, 7, 8, 40, 500])
def test_a_lone_hot_head_is_never_an_alarm(complaints: int) -> None:
    verdict = judge_lone_author(ORDINARY, hour=complaints, day=complaints)
    assert verdict.attention == ("watch" if complaints >= 8 else "none")


def test_a_major_author_needs_no_repetition_and_a_notable_one_needs_others() -> None:
    assert judge_lone_author(MAJOR, hour=1, day=1).attention == "elevated"
    assert judge_lone_author(NOTABLE, hour=1, day=1).attention == "none"
    assert judge_lone_author(NOTABLE, hour=2, day=3).attention == "watch"
    assert judge_lone_author(NOTABLE, hour=20, day=90).attention == "watch"
    assert judge_lone_author(NOTABLE, hour=1, day=1, echoing_authors=3).attention == "elevated"
    assert judge_lone_author(NOTABLE, hour=1, day=1, is_supercritical=True).attention == "elevated"


def test_others_who_take_it_up_make_an_ordinary_author_worth_watching() -> None:
    verdict = judge_lone_author(ORDINARY, hour=1, day=1, echoing_authors=5)
    assert verdict.attention == "watch"
    assert verdict.reasons == ("5 others take it up",)


def test_praise_deserves_nothing_however_far_it_reaches() -> None:
    assert judge_lone_author(MAJOR, hour=0, day=0, is_negative=False).attention == "none"


def test_a_verdict_says_why() -> None:
    verdict = judge_lone_author(NOTABLE, hour=2, day=4)
    assert verdict.reasons == (
        "8,000 followers",
        "4 complaints by one author in 24 hours, 2 of them in the last",
        "one author alone, however angry, is no crisis",
    )
