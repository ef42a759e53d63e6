"""Escalation: which signals make one crisis, and what is told of it when."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from schemas import streams
from schemas.crisis import Crisis, EscalationEvent
from schemas.mention import AuthorProfile, History
from schemas.signal import Signal
from schemas.streams import END_OF_TIME_MS
from tests.builders import a_signal, milliseconds
from tocsin.flow import Emit, MemoryRows
from tocsin.response.escalate import Escalate

HOUR = 3_600


class Setup:
    namespace = "demo"
    is_exercise = True
    is_live = True
    plan = None
    library = None


class Desk:
    """One partition of escalation and what it has emitted."""

    def __init__(self, *, is_live: bool = True) -> None:
        self.rows = MemoryRows()
        setup = Setup()
        setup.is_live = is_live
        self.escalate = Escalate(setup, self.rows)
        self.emits: list[Emit] = []

    def take(self, *signals: Signal) -> list[Emit]:
        emits = [emit for signal in signals for emit in self.escalate.take(signal, 0)]
        self.emits.extend(emits)
        return emits

    def advance(self, seconds: float) -> list[Emit]:
        emits = list(self.escalate.advance(milliseconds(seconds)))
        self.emits.extend(emits)
        return emits

    def end(self) -> None:
        self.emits.extend(self.escalate.advance(END_OF_TIME_MS))

    @property
    def events(self) -> list[EscalationEvent]:
        return [emit.record for emit in self.emits if isinstance(emit.record, EscalationEvent)]

    @property
    def heard(self) -> list[EscalationEvent]:
        """Without those that are for the record only."""
        return [event for event in self.events if event.type not in ("crisis.eased", "crisis.followed_up")]

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(event.type, event.crisis.severity) for event in self.heard]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def a_burst(id: str = "b", **fields: Any) -> Signal:
    """Volume alone, and people like it: a watch."""
    quiet: dict[str, Any] = {"negative_share": 0.1, "positive_share": 0.6, "episode": f"burst-{id}"}
    return a_signal(id=id, kind="burst", **(quiet | fields))


def complaints(id: str = "n", **fields: Any) -> Signal:
    """Just enough people who complain: elevated."""
    plain: dict[str, Any] = {
        "ratio": 3.0,
        "surprise": 5.5,
        "distinct_negative_authors": 9,
        "negative_share": 0.4,
        "record_ratio": 1.1,
    }
    return a_signal(id=id, **(plain | {"episode": "negative-1"} | fields))


def test_volume_is_watched_complaints_open_and_a_crowd_escalates(desk: Desk) -> None:
    desk.take(
        a_burst(at=0),
        complaints("1", at=300),
        complaints("2", at=900, state="grown", ratio=20.0, surprise=30.0, negative_share=0.8),
    )
    desk.advance(1000)
    assert desk.told == [("crisis.watched", "watch"), ("crisis.opened", "elevated"), ("crisis.escalated", "severe")]
    assert len({event.crisis.id for event in desk.events}) == 1
    assert [event.sequence for event in desk.events] == [1, 2, 3]


def test_signals_wait_for_the_watermark_and_are_applied_in_their_own_order(desk: Desk) -> None:
    assert desk.take(complaints("late", at=20), a_burst(at=10)) == []
    assert desk.advance(9) == []
    desk.advance(10)
    assert desk.told == [("crisis.watched", "watch")]
    desk.advance(20)
    assert desk.told[1:] == [("crisis.opened", "elevated")]


def test_in_a_replay_a_high_risk_waits_for_its_turn_and_joins_no_crisis_of_a_week_before() -> None:
    replay = Desk(is_live=False)
    early = a_signal(id="early", episode="e1", kind="high_risk", high_risk=("injured",), at=0)
    late = a_signal(id="late", episode="e2", kind="high_risk", high_risk=("injured",), at=7 * 24 * HOUR)
    assert list(replay.escalate.take(late, 0)) == []
    assert list(replay.escalate.take(early, 0)) == []
    emits = list(replay.escalate.advance(milliseconds(8 * 24 * HOUR)))
    opened = [each.record for each in emits if isinstance(each.record, EscalationEvent) and each.record.sequence == 1]
    assert [event.at for event in opened] == [early.tick_at, late.tick_at]
    assert list(replay.escalate.take(late, 0)) == []
    later = [each.record for each in replay.escalate.advance(milliseconds(9 * 24 * HOUR))]
    assert {each.type for each in later if isinstance(each, EscalationEvent)} == {"crisis.followed_up"}


def test_a_high_risk_opens_at_once_urgently_and_once(desk: Desk) -> None:
    risk = a_signal(kind="high_risk", high_risk=("injured",), reach=10, source_kinds={})
    (event, state) = desk.take(risk)
    assert (event.stream, event.key, event.is_urgent) == (streams.CRISES, "acme", True)
    assert isinstance(state.record, Crisis)
    assert (state.stream, state.key) == (streams.CRISIS_STATE, state.record.id)
    assert desk.take(risk) == []
    desk.advance(10)
    assert desk.told == [("crisis.opened", "elevated")]


def a_word(number: int, *, at: float, author: str, text: str = "", **fields: Any) -> Signal:
    """A word of high risk that is too weak alone."""
    plain: dict[str, Any] = {
        "id": f"w{number}",
        "episode": f"w{number}",
        "kind": "high_risk",
        "at": at,
        "high_risk": ("died",),
        "verdict": "watch",
        "reach": 10,
        "source_kinds": {},
        "authors": (author,),
        "evidence": (),
        "fingerprints": (text or f"text {number}",),
    }
    return a_signal(**(plain | fields))


HIGH_RISK_WORDS = {
    "within the hour": ([a_word(1, at=0, author="ann"), a_word(2, at=HOUR, author="bob")], "elevated"),
    "by one author": ([a_word(1, at=0, author="ann"), a_word(2, at=60, author="ann")], "watch"),
    "an hour and a second apart": ([a_word(1, at=0, author="ann"), a_word(2, at=HOUR + 1, author="bob")], "watch"),
    "the same text": (
        [a_word(1, at=0, author="ann", text="rumour"), a_word(2, at=60, author="bob", text="rumour")],
        "watch",
    ),
    "by one author and the same text": (
        [
            a_word(1, at=0, author="ann", text="rumour"),
            a_word(2, at=60, author="bob", text="rumour"),
            a_word(3, at=120, author="bob"),
        ],
        "elevated",
    ),
}


@pytest.mark.parametrize("is_live", [True, False])
@pytest.mark.parametrize("case", HIGH_RISK_WORDS)
def test_weak_words_of_high_risk_by_different_authors_add_up_in_any_order(case: str, is_live: bool) -> None:
    words, severity = HIGH_RISK_WORDS[case]
    for order in permutations(words):
        desk = Desk(is_live=is_live)
        desk.take(*order)
        desk.advance(HOUR + 2)
        assert desk.events[-1].crisis.severity == severity
        assert len({event.crisis.id for event in desk.events}) == 1
    is_told = "different authors name a high risk within an hour" in desk.events[-1].crisis.reasons
    assert is_told == (severity == "elevated")


def test_a_weak_word_of_high_risk_finds_the_first_one_whatever_else_is_open(desk: Desk) -> None:
    desk.take(a_word(1, at=0, author="ann"))
    desk.take(complaints("1", at=10, topic="fees", authors=("x|c1",), evidence=()))
    desk.take(a_word(2, at=1800, author="bob"))
    desk.advance(1801)
    (confirmed,) = {
        event.crisis.id
        for event in desk.events
        if "different authors name a high risk within an hour" in event.crisis.reasons
    }
    assert confirmed


def test_what_added_up_no_longer_does_when_its_time_is_over(desk: Desk) -> None:
    desk.take(a_word(1, at=0, author="ann"), a_word(2, at=60, author="bob"))
    desk.advance(8 * HOUR)
    assert desk.told == [("crisis.watched", "watch"), ("crisis.opened", "elevated"), ("crisis.resolved", "watch")]


def test_a_crisis_carries_who_its_single_authors_are(desk: Desk) -> None:
    def told(number: int, author: str, history: History = "fresh") -> Signal:
        profile = AuthorProfile(author=author, history=history)
        return a_signal(id=f"{number}", episode=f"{number}", kind="influence", at=number, profiles=(profile,))

    desk.take(told(1, "ann"), told(2, "bob"), told(3, "ann", "repeat_complainer"), told(4, "bob", ""))
    desk.take(*(told(10 + n, f"a{n}") for n in range(9)))
    desk.advance(5)
    (first,) = desk.rows.items("c|")
    assert [(each.author, each.history) for each in first[1].crisis.profiles] == [
        ("bob", "fresh"),
        ("ann", "repeat_complainer"),
    ]
    desk.advance(60)
    ((_, row),) = desk.rows.items("c|")
    assert [each.author for each in row.crisis.profiles] == [f"a{n}" for n in range(8, -1, -1)] + ["bob"]


def test_when_every_episode_has_ended_and_two_hours_were_quiet_it_is_resolved(desk: Desk) -> None:
    desk.take(complaints("1", at=0), complaints("2", at=HOUR, state="ended"))
    desk.advance(3 * HOUR)
    assert [event.type for event in desk.heard] == ["crisis.opened"]
    desk.advance(3 * HOUR + 1)
    resolved = desk.events[-1]
    assert resolved.type == "crisis.resolved"
    assert resolved.at.timestamp() * 1000 == milliseconds(3 * HOUR)
    assert resolved.crisis.resolved_at == resolved.at
    assert (resolved.crisis.status, resolved.crisis.peak_severity) == ("resolved", "elevated")


@pytest.mark.parametrize(
    ("about", "is_sequel"),
    [
        ({"causes": {"delay": 9, "service": 2}, "authors": ("new",)}, True),
        ({"causes": {"joke": 9, "delay": 5}, "authors": ("new",)}, False),
        ({"causes": {"delay": 1}, "authors": ("new",)}, False),
        ({"causes": {}, "authors": ("ann", "new")}, True),
    ],
)
def test_the_brand_as_a_whole_is_no_matter_of_its_own(desk: Desk, about: dict[str, Any], is_sequel: bool) -> None:
    alone: dict[str, Any] = {"evidence": (), "fingerprints": ()}
    first = {"causes": {"delay": 20, "cancellation": 8}, "authors": ("ann",)}
    desk.take(complaints("1", at=0, **(alone | first)), complaints("2", at=HOUR, state="ended", **alone))
    desk.advance(4 * HOUR)
    desk.take(complaints("3", at=20 * HOUR, episode="negative-2", **(alone | about)))
    desk.advance(20 * HOUR + 1)
    assert desk.heard[-1].type == ("crisis.reopened" if is_sequel else "crisis.opened")


def test_a_signal_during_the_quiet_hours_keeps_it_open(desk: Desk) -> None:
    desk.take(complaints("1", at=0), complaints("2", at=HOUR, state="ended"))
    desk.take(
        complaints("3", at=2 * HOUR, episode="negative-2"),
        complaints("4", at=5 * HOUR, state="ended", episode="negative-2"),
    )
    desk.end()
    assert [event.type for event in desk.heard] == ["crisis.opened", "crisis.resolved"]
    assert desk.heard[-1].at.timestamp() * 1000 == milliseconds(7 * HOUR)


def test_severity_rises_at_once_and_falls_only_after_an_unconfirmed_hour(desk: Desk) -> None:
    worse = {"ratio": 20.0, "surprise": 30.0, "negative_share": 0.8}
    desk.take(complaints("1", at=0, **worse), complaints("2", at=600, state="grown"))
    desk.advance(600 + HOUR)
    states = [emit.record.severity for emit in desk.emits if isinstance(emit.record, Crisis)]
    assert states[-1] == "severe"
    desk.advance(601 + HOUR)
    states = [emit.record.severity for emit in desk.emits if isinstance(emit.record, Crisis)]
    assert states[-1] == "elevated"
    assert [event.type for event in desk.events] == ["crisis.opened", "crisis.eased"]


def test_a_topic_joins_the_brands_crisis_and_the_brand_joins_its_topics(desk: Desk) -> None:
    desk.take(complaints("1", at=0, topic="fees"), complaints("2", at=10, topic="*", episode="e2"))
    desk.take(complaints("3", at=20, topic="delays", episode="e3", authors=("x|a1",)))
    desk.advance(30)
    assert len({event.crisis.id for event in desk.events}) == 1
    assert desk.events[0].crisis.subject == "fees"


def test_another_topic_of_other_people_is_a_crisis_of_its_own(desk: Desk) -> None:
    desk.take(complaints("1", at=0, topic="fees"))
    desk.take(complaints("2", at=10, topic="crew", episode="e2", authors=("x|z",), evidence=("x|other",)))
    desk.advance(20)
    assert [event.crisis.subject for event in desk.events] == ["fees", "crew"]


def test_topics_that_share_a_text_are_one_story(desk: Desk) -> None:
    apart = {"authors": (), "evidence": (), "fingerprints": ("same-text",)}
    desk.take(complaints("1", at=0, topic="fees", **apart), complaints("2", at=10, topic="crew", episode="e2", **apart))
    desk.advance(20)
    assert len(desk.events) == 1


def test_brands_have_crises_of_their_own(desk: Desk) -> None:
    desk.take(complaints("1"), complaints("2", brand="zeta"))
    desk.advance(10)
    assert [event.crisis.brand for event in desk.events] == ["acme", "zeta"]


def test_an_angry_author_is_watched_for_four_hours_and_opens_nothing(desk: Desk) -> None:
    desk.take(a_signal(kind="author_burst", distinct_negative_authors=1, reach=5_000))
    desk.end()
    assert [event.type for event in desk.events] == ["crisis.watched", "crisis.resolved"]
    assert desk.events[-1].at.timestamp() * 1000 == milliseconds(6 * HOUR)


def test_an_end_without_a_beginning_says_nothing(desk: Desk) -> None:
    desk.take(complaints(state="ended"))
    desk.end()
    assert desk.emits == []


def test_a_repeated_signal_changes_nothing(desk: Desk) -> None:
    desk.take(complaints("1", at=0), complaints("1", at=0))
    desk.advance(10)
    desk.take(complaints("1", at=0))
    assert desk.advance(20) == []


def test_a_replay_makes_the_same_ids_and_the_chain_of_hashes_tells_of_tampering(desk: Desk) -> None:
    again = Desk()
    for each in (desk, again):
        each.take(complaints("1", at=0), complaints("2", at=HOUR, state="ended"))
        each.end()
    assert again.events == desk.events
    assert desk.events[0].previous == ""
    assert desk.events[1].previous
    other = Desk()
    other.take(complaints("1", at=0, reach=7), complaints("2", at=HOUR, state="ended"))
    other.end()
    assert other.events[1].previous != desk.events[1].previous


def test_events_carry_cloudevents_headers_the_exercise_mark_and_the_raw_signal(desk: Desk) -> None:
    desk.take(complaints("1"))
    (emit, _) = desk.advance(10)
    headers = dict(emit.headers)
    assert headers["ce_type"] == b"tocsin.crisis.opened.v2"
    assert headers["ce_source"] == b"/tocsin/demo"
    assert headers["ce_subject"] == b"acme/*"
    (event,) = desk.events
    assert event.crisis.is_exercise
    assert event.signal == complaints("1")
    assert (event.crisis.ratio, event.crisis.surprise) == (3.0, 5.5)
    assert event.because


def test_the_stage_moves_from_smouldering_to_outbreak_to_spreading(desk: Desk) -> None:
    desk.take(a_burst(at=0), complaints("1", at=10))
    desk.take(
        complaints(
            "2", at=20, state="grown", sources={"x": 50, "forum": 50}, ratio=20.0, surprise=30.0, negative_share=0.7
        )
    )
    desk.advance(30)
    assert [event.crisis.stage for event in desk.events] == ["smouldering", "outbreak", "spreading"]
    assert [event.crisis.is_paracrisis for event in desk.events] == [True, True, False]


def test_coordination_that_joins_a_crisis_is_told_once_and_lasts_four_hours(desk: Desk) -> None:
    def alike(id: str, at: float, **fields: Any) -> Signal:
        return a_signal(
            id=id, kind="coordination", verdict="coordinated", episode="alike", at=at, lasts_minutes=240, **fields
        )

    desk.take(complaints(at=0), alike("1", 600, authors=("x|1",)), alike("2", 1_200, authors=("x|2",)))
    desk.advance(2_000)
    assert [event.type for event in desk.events] == ["crisis.opened", "crisis.escalated"]
    assert desk.events[-1].signal is not None
    assert desk.events[-1].signal.kind == "coordination"
    assert "coordination" in desk.events[-1].crisis.kinds
    desk.take(complaints("3", at=2_100, state="ended"))
    desk.advance(1_200 + 4 * HOUR)
    assert len(desk.heard) == 2
    desk.end()
    assert [event.type for event in desk.heard[2:]] == ["crisis.resolved"]


def test_accounts_of_a_group_that_is_known_open_nothing(desk: Desk) -> None:
    desk.take(a_signal(kind="coordination", verdict="known", lasts_minutes=240))
    desk.advance(100)
    assert desk.told == [("crisis.watched", "watch")]
