"""The topic window: what it counts, when it judges, what it signals."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from schemas.activity import TopicActivity
from schemas.mention import AuthorProfile, TopicMention
from schemas.signal import Signal
from schemas.streams import END_OF_TIME_MS
from tests.builders import a_topic_mention, milliseconds
from tocsin.detection.normalise import fingerprint
from tocsin.detection.topic_rows import KeyRow
from tocsin.detection.traces import trace
from tocsin.detection.window_topic import WindowTopic
from tocsin.flow import Emit, MemoryRows

MINUTE, HOUR, DAY = 60, 3_600, 86_400


class Window:
    """A window of one partition and what it has emitted."""

    def __init__(self) -> None:
        self.rows = MemoryRows()
        self.window = WindowTopic(None, self.rows)
        self.emits: list[Emit] = []

    def take(self, *records: TopicMention) -> list[Emit]:
        emits = [emit for record in records for emit in self.window.take(record, 0)]
        self.emits.extend(emits)
        return emits

    def advance(self, seconds: float) -> list[Emit]:
        emits = list(self.window.advance(milliseconds(seconds)))
        self.emits.extend(emits)
        return emits

    def end(self) -> list[Emit]:
        emits = list(self.window.advance(END_OF_TIME_MS))
        self.emits.extend(emits)
        return emits

    def live(self, days: float, **fields: Any) -> None:
        """Three different authors an hour, every hour, one of them negative."""
        for hour in range(int(days * 24)):
            for number in range(3):
                sentiment = -0.4 if number == 0 else 0.0
                at = hour * HOUR + number * 1000
                self.take(
                    a_topic_mention(id=f"h{hour}-{number}", author=f"h{number}", at=at, sentiment=sentiment, **fields)
                )
        self.advance(days * DAY)


@pytest.fixture
def window() -> Window:
    return Window()


def a_crowd(count: int, start: float, *, every: float = 10, **fields: Any) -> list[TopicMention]:
    """Different authors, one mention each."""
    return [a_topic_mention(id=f"c{start}-{n}", author=f"c{n}", at=start + n * every, **fields) for n in range(count)]


def signals(emits: list[Emit]) -> list[Signal]:
    return [emit.record for emit in emits if isinstance(emit.record, Signal)]


def activities(emits: list[Emit]) -> list[TopicActivity]:
    return [emit.record for emit in emits if isinstance(emit.record, TopicActivity)]


def since_ms(window: Window) -> int:
    row = window.rows.get("k|acme|*")
    assert isinstance(row, KeyRow)
    return row.since_ms


def test_a_minute_with_mentions_is_reported_when_it_closes(window: Window) -> None:
    window.take(
        a_topic_mention(id="1", author="a", at=5),
        a_topic_mention(id="2", author="a", at=20, sentiment=0.6),
        a_topic_mention(id="3", author="b", at=59, sentiment=0.0),
    )
    assert activities(window.advance(59)) == []
    (activity,) = activities(window.advance(60))
    assert (activity.mentions, activity.negatives, activity.positives, activity.reach) == (3, 1, 1, 300)
    assert activity.distinct_authors == {"15": 2, "60": 2, "360": 2}
    assert activity.distinct_negative_authors == {"15": 1, "60": 1, "360": 1}


def test_a_quiet_minute_is_not_reported(window: Window) -> None:
    window.take(a_topic_mention(at=5), a_topic_mention(id="2", at=605))
    assert len(activities(window.end())) == 2


def test_topics_are_counted_apart(window: Window) -> None:
    window.take(a_topic_mention(), a_topic_mention(topic="fees"), a_topic_mention(brand="zeta"))
    assert sorted((each.brand, each.topic, each.mentions) for each in activities(window.end())) == [
        ("acme", "*", 1),
        ("acme", "fees", 1),
        ("zeta", "*", 1),
    ]


def test_an_update_moves_reach_and_no_count(window: Window) -> None:
    window.take(a_topic_mention(reach=10), a_topic_mention(reach=90, is_update=True))
    (activity,) = activities(window.end())
    assert (activity.mentions, activity.reach) == (1, 100)


def test_a_crowd_that_complains_is_signalled_within_its_tick_with_its_numbers(window: Window) -> None:
    window.live(5)
    window.take(*a_crowd(30, 5 * DAY, has_evidence=True))
    found = [each for each in signals(window.advance(5 * DAY + 1200)) if each.kind == "negative_burst"]
    first = found[0]
    assert first.state == "raised"
    assert first.current == first.distinct_negative_authors >= 7
    assert first.ratio > 2
    assert first.tick_at.timestamp() * 1000 < milliseconds(5 * DAY + 150)
    assert len(first.evidence) == 5
    assert first.sources["x"] == first.mentions
    assert any("distinct authors complain" in reason for reason in first.reasons)
    assert found[1].state == "grown"
    assert found[1].episode == first.episode


def test_the_same_crowd_without_a_complaint_is_a_burst_of_volume_only(window: Window) -> None:
    window.live(5)
    window.take(*a_crowd(30, 5 * DAY, sentiment=0.5))
    assert {each.kind for each in signals(window.advance(5 * DAY + 400))} == {"burst"}


def test_five_people_who_quarrel_are_no_burst_however_much_they_write(window: Window) -> None:
    window.live(5)
    for number in range(60):
        window.take(a_topic_mention(id=f"q{number}", author=f"q{number % 5}", at=5 * DAY + number * 20))
    assert signals(window.advance(5 * DAY + HOUR)) == []


def test_a_burst_ends_when_it_is_back_in_its_band(window: Window) -> None:
    window.live(5)
    window.take(*a_crowd(40, 5 * DAY))
    window.end()
    states = [each.state for each in signals(window.emits) if each.kind == "negative_burst"]
    assert states[0] == "raised"
    assert states[-1] == "ended"
    assert states.count("ended") == states.count("raised")


def test_a_young_topic_is_not_blind_and_says_that_it_warms_up(window: Window) -> None:
    window.live(0.75)
    window.take(*a_crowd(60, 0.75 * DAY))
    (first, *_) = signals(window.advance(0.75 * DAY + 700))
    assert first.is_warming_up
    assert "warming up: the baseline has seen 0.8 days only" in first.reasons


def test_a_brand_that_was_always_loud_is_no_burst_when_listening_begins(window: Window) -> None:
    for hour in range(40):
        window.take(*a_crowd(80, hour * HOUR, every=44, sentiment=-0.4))
        window.take(*a_crowd(120, hour * HOUR + 1, every=29, sentiment=0.0))
    assert signals(window.end()) == []


def test_a_change_of_what_matches_restarts_the_baseline_instead_of_ringing(window: Window) -> None:
    window.live(5, configuration="v1")
    for hour in range(12):
        window.take(*a_crowd(40, 5 * DAY + hour * HOUR, every=80, sentiment=0.0, configuration="v2"))
    window.advance(5 * DAY + 12 * HOUR)
    assert signals(window.emits) == []
    assert since_ms(window) == milliseconds(5 * DAY + 10)


def test_while_workers_reload_both_versions_come_and_the_baseline_restarts_once(window: Window) -> None:
    for number, version in enumerate(["v1", "v1", "v2", "v1", "v2", "v1", "v2"]):
        window.take(a_topic_mention(id=str(number), at=number * 60, configuration=version))
        window.advance(number * 60 + 30)
    assert since_ms(window) == milliseconds(130)


def influential(window: Window, **fields: Any) -> list[Signal]:
    """What a complaint before half a million raises, after twelve days with small authors."""
    for day in range(12):
        window.take(
            *(
                a_topic_mention(id=f"{day}-{n}", author=f"s{day}-{n}", at=day * DAY + n * 60, followers=300)
                for n in range(40)
            )
        )
        window.advance((day + 1) * DAY)
    window.take(a_topic_mention(id="great", author="great", at=12 * DAY + 60, followers=500_000, **fields))
    return [each for each in signals(window.advance(12 * DAY + 70)) if each.kind == "influence"]


def test_an_influential_author_is_told_with_what_is_known_of_them(window: Window) -> None:
    profile = AuthorProfile(
        author="x|great", relation="competitor", reasons=("the author is a declared competitor of acme",)
    )
    (signal,) = influential(window, relation="competitor", profile=profile)
    assert signal.verdict == "elevated"
    assert signal.profiles == (profile,)
    assert "the author is a declared competitor of acme" in signal.reasons
    assert len(set(signal.reasons)) == len(signal.reasons)


def test_a_brands_own_account_is_no_influential_author(window: Window) -> None:
    assert influential(window, relation="official") == []


def test_a_late_mention_joins_its_own_minute_and_is_counted_late(window: Window) -> None:
    window.take(a_topic_mention(id="1", at=0))
    window.advance(HOUR)
    window.take(a_topic_mention(id="2", at=90, author="late"))
    window.advance(HOUR + 10)
    window.take(a_topic_mention(id="3", at=HOUR + 20, author="new"))
    activity = activities(window.end())[-1]
    assert activity.late_mentions == 1
    assert activity.distinct_authors == {"15": 1, "60": 2, "360": 3}


def test_a_mention_older_than_every_span_is_only_counted_late(window: Window) -> None:
    window.advance(7 * HOUR)
    window.take(a_topic_mention(id="old", at=0), a_topic_mention(id="new", at=7 * HOUR + 5))
    (activity,) = activities(window.end())
    assert (activity.mentions, activity.late_mentions) == (1, 1)
    assert activity.distinct_authors["360"] == 1


def test_a_topic_keeps_no_minutes_longer_than_its_longest_span(window: Window) -> None:
    window.live(2)
    assert 0 < len(list(window.rows.items("b|"))) <= 3 * 7
    window.advance(2 * DAY + 7 * HOUR)
    assert list(window.rows.items("b|")) == []
    assert list(window.rows.items("p|")) == []


def test_a_topic_that_was_silent_for_two_months_is_forgotten(window: Window) -> None:
    window.take(a_topic_mention())
    window.advance(59 * DAY)
    assert window.rows.get("k|acme|*") is not None
    window.advance(61 * DAY)
    assert window.rows.get("k|acme|*") is None


def test_nothing_at_all_is_left_of_a_brand_that_was_silent_for_two_months(window: Window) -> None:
    said = "they lied to all of us about the turkey"
    for number in range(6):
        at = number * MINUTE
        traced = trace(f"{said} again {number // 2}")
        window.take(a_topic_mention(id=f"s{number}", author=f"a{number}", at=at, followers=50_000, trace=traced))
        window.take(a_topic_mention(id=f"r{number}", at=at + 1, reshare_of="x|s0", is_reshare=True, followers=9))
        window.take(a_topic_mention(id=f"o{number}", brand="acme2", at=at, followers=70, trace=traced))
    window.take(a_topic_mention(id="s9", brand="acme2", at=50 * DAY))
    window.advance(HOUR)
    kinds = {key.partition("|")[0] for key, _ in window.rows.items("")}
    assert kinds >= {"k", "g", "v", "o", "c"}, "there is something to forget"
    window.advance(61 * DAY)
    left = {key for key, _ in window.rows.items("")}
    assert not {key for key in left if "acme" in key and "acme2" not in key}
    assert {"k|acme2|*", "g|acme2", "o|acme2|g"} <= left, "another brand's rows stay"


def test_a_thousand_authors_in_one_tick_make_small_rows_and_a_sketch(window: Window) -> None:
    window.take(*a_crowd(1_000, 0, every=0.009))
    assert max(len(row.counts.authors.members) for _, row in window.rows.items("p|")) <= 256
    (activity,) = activities(window.end())
    assert activity.is_sketched
    assert activity.mentions == 1_000
    assert 900 < activity.distinct_authors["15"] < 1_100


def a_campaign(start: float, topic: str) -> list[TopicMention]:
    """A burst in which half of all say the same, in ten wordings, with more weight than anybody else."""
    copies = [
        f"acme {'really ' * (n % 2)}lied to all of us about the turkey {'again' * (n % 3)} #no{n}" for n in range(30)
    ]
    texts = [
        *copies,
        *(f"word{n} and word{n + 1} of word{n + 2} in word{n + 3} at word{n + 4}" for n in range(0, 300, 10)),
    ]
    return [
        a_topic_mention(
            id=f"b{n}",
            author=f"b{n}",
            at=start + n % 10 * 0.9,
            topic=topic,
            weight=9.0 if n < 30 else 2.0,
            reach=1_000,
            has_evidence=True,
            fingerprint=fingerprint(text),
            trace=trace(text),
        )
        for n, text in enumerate(texts)
    ]


@pytest.mark.parametrize("topic", ["*", "delays"])
def test_a_burst_shows_one_of_near_identical_mentions_and_says_how_far_they_were_told(topic: str) -> None:
    told: list[Signal] = []
    for seed in range(3):
        window = Window()
        window.live(3, topic=topic)
        burst = a_campaign(3 * DAY + 60, topic)
        Random(seed).shuffle(burst)
        window.take(*burst)
        told.append(next(each for each in signals(window.advance(3 * DAY + 600)) if each.kind == "negative_burst"))
    signal = told[0]
    assert told == [signal] * 3, "the order of arrival does not matter"
    assert len(signal.evidence) == 5
    assert sum(int(mention.removeprefix("x|b")) < 30 for mention in signal.evidence if mention.startswith("x|b")) == 1
    assert any(
        "one text was told 30 times, in 30 wordings; together they reach 30,000" in each for each in signal.reasons
    )
