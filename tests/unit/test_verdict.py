from datetime import timedelta

import pytest

from schemas.crisis import EscalationEvent
from tests.builders import START, a_crisis, a_signal, an_event
from tocsin.world.events import EventKind, Expectation, Label
from tocsin.world.verdict import find_alarms, find_coordinations, judge

HOUR = timedelta(hours=1)


def a_label(kind: EventKind = "storm", brand: str = "acme", *, hours: float = 2) -> Label:
    is_crisis = kind in ("storm", "faux-pas")
    expects: Expectation = "alarm" if is_crisis else "no-alarm"
    if kind == "coordinated-attack":
        expects = "coordination"
    return Label(kind, brand, "bags", START, START + hours * HOUR, is_crisis, expects)


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


def test_a_storm_in_a_crisis_that_is_open_already_is_found_when_people_are_told_again() -> None:
    again = an_alarm(30, severity="severe", type="crisis.escalated", sequence=2)
    verdict = judge([a_label()], [an_alarm(-300), again])
    assert verdict.findings[0].delay == timedelta(minutes=30)
    assert not judge([a_label("campaign")], [an_alarm(-300), again]).findings[0].alarm


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


def an_attack() -> Label:
    return a_label("coordinated-attack")


def test_an_attack_may_raise_an_alarm_or_not() -> None:
    assert judge([an_attack()], []).is_right
    verdict = judge([an_attack()], [an_alarm()])
    assert verdict.is_right
    assert verdict.false_alarms == ()
    assert verdict.findings[0].found == "elevated"


def test_an_attack_that_must_be_found_is_missed_without_coordination() -> None:
    assert not judge([an_attack()], [an_alarm()], expect_coordination=True).is_right


def test_a_crisis_that_tells_of_coordination_finds_an_attack_with_its_delay() -> None:
    signal = a_signal(kind="coordination", verdict="coordinated", brand="acme")
    told = an_event(at=900, crisis=a_crisis(brand="acme", severity="watch"), signal=signal)
    verdict = judge([an_attack()], [told], expect_coordination=True)
    assert verdict.is_right
    assert verdict.findings[0].delay == timedelta(seconds=900) - (an_attack().start - START)
    assert (verdict.findings[0].expected, verdict.findings[0].found) == ("coordination", "coordination")


def test_a_signal_of_coordination_finds_an_attack_and_names_its_authors() -> None:
    signals = [
        a_signal(at=60, kind="burst"),
        a_signal(at=1_200, kind="coordination", verdict="coordinated", authors=("x|2",)),
        a_signal(at=600, kind="coordination", verdict="coordinated", authors=("x|1",)),
    ]
    (finding,) = judge([an_attack()], [], signals=signals, expect_coordination=True).findings
    assert finding.coordination is not None
    assert finding.coordination.authors == ("x|1",)
    assert finding.delay == timedelta(minutes=10)


def test_coordination_is_told_by_its_signals_and_not_while_it_is_unclear() -> None:
    unclear = an_event(at=60, signal=a_signal(kind="coordination", verdict="unclear"))
    other = an_event("crisis.escalated", at=120, sequence=2, signal=a_signal(kind="burst"))
    first = an_event(
        "crisis.escalated", at=180, sequence=3, signal=a_signal(kind="coordination", verdict="coordinated")
    )
    assert [each.at for each in find_coordinations([first, other, unclear])] == [first.at]


@pytest.mark.parametrize("kind", ["storm", "campaign"])
def test_coordination_that_was_none_is_wrong_where_it_matters(kind: EventKind) -> None:
    labels, signals = (
        [a_label(kind, "other"), an_attack()],
        [a_signal(kind="coordination", verdict="coordinated", brand="other", at=60)],
    )
    events = [an_alarm(brand="other")] if kind == "storm" else []
    verdict = judge(labels, events, signals=signals)
    assert verdict.is_right
    assert [each.brand for each in verdict.false_coordinations] == ["other"]
    found = a_signal(kind="coordination", verdict="coordinated", at=60)
    assert not judge(labels, events, signals=[*signals, found], expect_coordination=True).is_right
    assert judge(labels, events, signals=[found], expect_coordination=True).is_right
