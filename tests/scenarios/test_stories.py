"""Stories in, timelines out: what an operator would have seen."""

from __future__ import annotations

import pytest

from tests.scenarios.story import ANGRY, HAPPY, Story, alarms, minutes_after

SEEDS = (1, 2, 3)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_quiet_fortnight_opens_nothing(seed: int) -> None:
    assert alarms(Story(seed).quiet(days=14).events()) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_a_faux_pas_is_an_alarm_within_a_quarter_of_an_hour_and_over_by_morning(seed: int) -> None:
    events = Story(seed).quiet(days=7).people(ANGRY, day=5, hour=15, count=120, minutes=60).events()
    (alarm,) = alarms(events)
    assert 0 <= minutes_after(alarm, 5, 15) <= 15
    (end,) = [each for each in events if each.type == "crisis.resolved" and each.crisis.id == alarm.crisis.id]
    assert minutes_after(end, 6, 0) <= 6 * 60
    assert end.crisis.peak_severity in ("severe", "critical")
    assert alarm.crisis.negative_share >= 0.4
    assert alarm.crisis.evidence


@pytest.mark.parametrize("seed", SEEDS)
def test_a_storm_that_ramps_up_is_an_alarm_long_before_its_peak_and_gets_severe(seed: int) -> None:
    story = Story(seed).quiet(days=7).people(ANGRY, day=4, hour=12, count=200, minutes=300, ramp=True)
    events = story.events()
    (alarm,) = alarms(events)
    assert 0 <= minutes_after(alarm, 4, 12) <= 120
    (end,) = [each for each in events if each.type == "crisis.resolved" and each.crisis.id == alarm.crisis.id]
    assert end.crisis.peak_severity in ("severe", "critical")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_lone_hot_head_is_watched_and_messages_nobody(seed: int) -> None:
    story = Story(seed).quiet(days=7).one_person(ANGRY[0], day=5, hour=15, count=40, minutes=90)
    events = story.events()
    assert alarms(events) == []
    assert any("author_burst" in event.crisis.kinds for event in events), "it is recorded all the same"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_campaign_that_people_love_is_loud_and_no_crisis(seed: int) -> None:
    story = Story(seed).quiet(days=7).people(HAPPY, day=5, hour=12, count=400, minutes=240)
    events = story.events()
    assert alarms(events) == []
    assert any(event.type == "crisis.watched" for event in events), "it is recorded all the same"


def test_one_mention_of_a_fire_is_an_alarm_at_its_own_second() -> None:
    story = Story().quiet(days=3).one_person("the acme battery caught fire", day=2, hour=3)
    (alarm,) = alarms(story.events())
    assert minutes_after(alarm, 2, 3) == 0
    assert alarm.signal is not None
    assert alarm.signal.high_risk == ("caught fire",)


def test_two_storms_in_a_week_are_two_crises() -> None:
    story = Story().quiet(days=8)
    for day, count in ((3, 80), (6, 200)):
        story.people(ANGRY, day=day, hour=14, count=count, minutes=60)
    found = alarms(story.events())
    assert [round(minutes_after(each, 0, 0) // 1440) for each in found] == [3, 6]
    assert len({each.crisis.id for each in found}) == 2


def test_the_number_of_partitions_changes_nothing_that_is_told() -> None:
    story = Story().quiet(days=5).people(ANGRY, day=4, hour=15, count=100, minutes=60)
    assert story.events(partitions=4) == story.events(partitions=1)
