"""Follow-ups: is the negative share back in its band? If not, the crisis is opened again."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.crisis import EscalationEvent, FollowUp
from schemas.measure import Measure
from schemas.streams import END_OF_TIME_MS
from tests.builders import a_measure, a_signal, milliseconds
from tocsin.flow import MemoryRows
from tocsin.instants import HOUR_MS
from tocsin.response.escalate import Escalate
from tocsin.response.negative_share import CROWD, FEWEST_PEOPLE
from tocsin.response.rows import CrisisRow

HOUR, DAY = 3_600, 86_400


class Setup:
    namespace = "demo"
    is_exercise = False
    is_live = True
    plan = None
    library = None


class World:
    """A crisis of an hour, and what people say after it."""

    def __init__(self) -> None:
        self.rows = MemoryRows()
        self.escalate = Escalate(Setup(), self.rows)
        self.events: list[EscalationEvent] = []
        self.take(a_signal(id="s1", at=0), a_signal(id="s2", at=HOUR, state="ended"))

    def take(self, *records: Any) -> None:
        for record in records:
            list(self.escalate.take(record, 0))

    def speak(self, first: int, hours: int, **fields: Any) -> None:
        self.take(*(a_measure(at=(first + hour) * HOUR, **fields) for hour in range(hours)))

    def advance(self, seconds: float) -> None:
        emits = self.escalate.advance(milliseconds(seconds))
        self.events.extend(emit.record for emit in emits if isinstance(emit.record, EscalationEvent))

    @property
    def resolved_at(self) -> float:
        (event,) = [event for event in self.events if event.type == "crisis.resolved"][:1]
        return event.at.timestamp() - milliseconds(0) / 1000

    def look(self, name: str = "24h") -> FollowUp:
        looks = [
            each for event in self.events if event.type == "crisis.followed_up" for each in event.crisis.follow_ups
        ]
        return next(each for each in looks if each.id == name and each.done_at)

    @property
    def types(self) -> list[str]:
        return [event.type.removeprefix("crisis.") for event in self.events]

    @property
    def row(self) -> CrisisRow:
        ((_, row),) = self.rows.items("c|")
        assert isinstance(row, CrisisRow)
        return row


ANGRY: dict[str, Any] = {"negatives": 12, "distinct_negative_authors": 11}


@pytest.fixture
def world() -> World:
    world = World()
    world.speak(0, 1)
    return world


def test_a_share_that_is_back_in_its_band_is_found_with_its_numbers(world: World) -> None:
    world.speak(1, 80)
    world.advance(4 * DAY)
    assert world.look().is_good is True
    assert "negative share 11% (" in world.look().finding
    assert "usual 10%, band up to 22%: back in its band" in world.look().finding
    assert world.look("72h").is_good is True
    assert "reopened" not in world.types


def test_a_share_that_is_not_back_opens_the_crisis_again_as_an_alarm(world: World) -> None:
    world.speak(1, 60, **ANGRY)
    world.advance(1.9 * DAY)
    assert world.look().is_good is False
    assert world.look().finding.endswith("usual 10%, band up to 22%: not back in its band")
    assert world.types[-2:] == ["followed_up", "reopened"]
    again = world.events[-1]
    assert again.because == (f"24h after it was resolved: {world.look().finding}",)
    assert (again.crisis.status, again.crisis.severity, again.crisis.reopened) == ("open", "elevated", 1)


def test_it_is_resolved_when_it_stays_quiet_and_looked_at_once_more(world: World) -> None:
    world.speak(1, 40, **ANGRY)
    world.speak(41, 100)
    world.advance(5 * DAY)
    assert world.types.count("reopened") == 1
    assert world.types.count("resolved") == 2
    assert world.look().is_good is False
    assert world.events[-1].crisis.follow_ups[0].is_good is True


def test_of_too_few_people_nothing_is_said(world: World) -> None:
    people = FEWEST_PEOPLE - 1
    world.speak(10, 1, mentions=people, negatives=people, distinct_authors=people, distinct_negative_authors=people)
    world.advance(1.9 * DAY)
    assert world.look().is_good is None
    assert world.look().finding.endswith("negative share 100% (19 mentions in 24 h), usual 10%: too few to judge")
    assert "reopened" not in world.types


def test_a_handful_who_complain_open_nothing_again_but_are_told(world: World) -> None:
    world.speak(10, 1, mentions=24, negatives=CROWD - 1, distinct_authors=24, distinct_negative_authors=CROWD - 1)
    world.advance(1.9 * DAY)
    assert world.look().is_good is False
    assert "reopened" not in world.types


def test_what_nobody_speaks_of_is_no_all_clear(world: World) -> None:
    world.advance(1.9 * DAY)
    assert world.look().is_good is None
    assert world.look().finding.endswith("; no mention in the last 24 h")


def test_a_baseline_that_was_young_when_it_began_never_judges() -> None:
    world = World()
    world.speak(0, 1, is_warming_up=True)
    world.speak(1, 60, **ANGRY)
    world.advance(1.9 * DAY)
    assert world.look().is_good is None
    assert "what is usual was not known when it began" in world.look().finding
    assert "reopened" not in world.types


def test_what_the_baseline_learnt_from_the_crisis_excuses_nothing(world: World) -> None:
    world.speak(1, 60, usual_share=0.6, band_share=0.9, **ANGRY)
    world.advance(1.9 * DAY)
    assert "usual 10%" in world.look().finding
    assert world.types[-1] == "reopened"


def test_other_topics_and_brands_say_nothing_of_it(world: World) -> None:
    world.speak(1, 60, topic="fees", **ANGRY)
    world.take(*(a_measure(brand="zeta", at=hour * HOUR, **ANGRY) for hour in range(60)))
    world.advance(1.9 * DAY)
    assert world.look().finding.endswith("no mention in the last 24 h")


def test_hours_before_its_end_are_part_of_the_crisis_and_not_of_the_look(world: World) -> None:
    world.advance(0.3 * DAY)
    last = int((world.resolved_at - 1) // HOUR)
    world.speak(last, 1, mentions=500, distinct_authors=400, distinct_negative_authors=400)
    world.advance(1.9 * DAY)
    assert world.look().finding.endswith("no mention in the last 24 h")


def test_a_row_holds_a_day_of_hours_and_no_more(world: World) -> None:
    world.speak(1, 67)
    world.advance(2.9 * DAY)
    assert len(world.row.hours) == 24
    assert max(world.row.hours) - min(world.row.hours) == 23 * HOUR_MS
    assert not list(world.rows.items("h|"))


def test_a_measure_that_comes_twice_counts_once(world: World) -> None:
    world.speak(1, 30)
    world.speak(1, 30)
    world.advance(1.9 * DAY)
    once = World()
    once.speak(0, 1)
    once.speak(1, 30)
    once.advance(1.9 * DAY)
    assert once.look().finding == world.look().finding


def a_story(step: float, *, restarts: bool = False) -> list[EscalationEvent]:
    world = World()
    hours: list[Measure] = [a_measure(at=hour * HOUR, **(ANGRY if hour < 45 else {})) for hour in range(100)]
    world.take(*hours)
    for number in range(int(4 * DAY / step) + 1):
        if restarts:
            world.escalate = Escalate(Setup(), world.rows)
        world.advance(number * step)
    emits = world.escalate.advance(END_OF_TIME_MS)
    return [*world.events, *(emit.record for emit in emits if isinstance(emit.record, EscalationEvent))]


def test_jumps_of_the_watermark_and_restarts_change_nothing() -> None:
    story = a_story(600)
    assert "crisis.reopened" in {event.type for event in story}
    assert story == a_story(5 * DAY) == a_story(7 * HOUR + 13, restarts=True)
