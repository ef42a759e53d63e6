from datetime import timedelta

import pytest

from schemas.crisis import EscalationEvent
from tests.builders import START, a_crisis, an_event
from tocsin.simulate import EventKind, Label
from tocsin.verdict import find_alarms, judge

HOUR = timedelta(hours=1)


def a_label(kind: EventKind = "storm", brand: str = "acme", *, hours: float = 2) -> Label:
    return Label(kind, brand, "bags", START, START + hours * HOUR, is_crisis=kind in ("storm", "faux-pas"))


def an_alarm(
    minutes: float = 10,
    *,
    brand: str = "acme",
    severity: str = "elevated",
    type: str = "crisis.opened",
    id: str = "c1",
    sequence: int = 1,
) -> EscalationEvent:
    crisis = a_crisis(id=id, brand=brand, severity=severity)
    return an_event(type, id=f"{id}/{sequence}", sequence=sequence, at=minutes * 60, crisis=crisis)


def test_an_alarm_in_the_time_of_a_storm_finds_it_with_its_delay() -> None:
    verdict = judge([a_label()], [an_alarm(25)])
    assert verdict.is_right
    assert verdict.findings[0].delay == timedelta(minutes=25)


def test_a_storm_without_an_alarm_was_missed() -> None:
    verdict = judge([a_label()], [])
    assert not verdict.is_right
    assert verdict.findings[0].delay is None


@pytest.mark.parametrize("minutes", [0, 120, 180])
def test_an_alarm_counts_from_the_start_until_an_hour_after_the_end(minutes: float) -> None:
    assert judge([a_label()], [an_alarm(minutes)]).is_right


@pytest.mark.parametrize("alarm", [an_alarm(-1), an_alarm(181), an_alarm(10, brand="other")])
def test_an_alarm_at_another_time_or_for_another_brand_is_false(alarm: EscalationEvent) -> None:
    verdict = judge([a_label()], [alarm])
    assert not verdict.is_right
    assert verdict.false_alarms == (alarm,)


@pytest.mark.parametrize("kind", ["hot-head", "campaign"])
def test_an_alarm_over_what_is_no_crisis_is_wrong(kind: EventKind) -> None:
    assert judge([a_label(kind)], []).is_right
    assert not judge([a_label(kind)], [an_alarm()]).is_right


@pytest.mark.parametrize(
    "event", [an_alarm(severity="watch", type="crisis.watched"), an_alarm(type="crisis.resolved", severity="severe")]
)
def test_a_watch_and_an_end_are_no_alarms(event: EscalationEvent) -> None:
    assert find_alarms([event]) == []


def test_a_watch_that_escalates_is_an_alarm_from_then_on() -> None:
    watch = an_alarm(5, severity="watch", type="crisis.watched")
    grown = an_alarm(20, type="crisis.escalated", sequence=2)
    worse = an_alarm(40, type="crisis.escalated", severity="critical", sequence=3)
    assert find_alarms([worse, grown, watch]) == [grown]


def test_the_first_alarm_of_several_crises_is_the_one_that_found_it() -> None:
    assert judge([a_label()], [an_alarm(50, id="c2"), an_alarm(30)]).findings[0].delay == timedelta(minutes=30)
