"""Signals become alerts: with severity and stage, in the order of their time, whoever raised them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, get_args

import pytest

from schemas.crisis import SEVERITIES, EscalationEvent, Severity
from schemas.signal import Signal, SignalKind
from tests.builders import START, a_crisis, a_signal, an_event, an_evidence, milliseconds
from tocsin.backtest.alerts import AlertDesk, alert_of
from tocsin.backtest.crises import CrisisBook, Quotes
from tocsin.backtest.meaning import ADVICE, explain, headline
from tocsin.backtest.sensitivity import find_rate_range
from tocsin.response.severity import find_severity

LATE_MS = milliseconds(START + timedelta(days=1))


def signal(**fields: Any) -> Signal:
    found: dict[str, Any] = {"authors": ("x|a", "x|b")}
    return a_signal(**(found | fields))


def told(desk: AlertDesk, now_ms: int = LATE_MS) -> list[str]:
    return [alert.id for alert in desk.settle(now_ms)]


def test_an_alert_has_the_severity_that_escalation_gives_the_signal() -> None:
    loud, busy = alert_of(signal()), alert_of(signal(kind="author_burst"))
    assert loud is not None
    assert busy is not None
    assert (loud.severity, loud.is_alarm) == (find_severity(signal()).severity, True)
    assert (busy.severity, busy.is_alarm, busy.kind) == ("watch", False, "influence")


def test_what_has_ended_is_no_alert() -> None:
    assert alert_of(signal(state="ended")) is None


def test_only_coordination_flags_authors_by_their_ids() -> None:
    coordinated = alert_of(signal(kind="coordination"))
    loud = alert_of(signal())
    assert coordinated is not None
    assert loud is not None
    assert coordinated.authors == ("a", "b")
    assert loud.authors == ()


def test_reasons_are_the_numbers_and_then_the_severity_without_repeats() -> None:
    alert = alert_of(signal(reasons=("eight complain", "eight complain"), distinct_negative_authors=8))
    assert alert is not None
    assert alert.reasons[0] == "eight complain"
    assert len(alert.reasons) == len(set(alert.reasons))
    assert "8 different authors complain" in alert.reasons


def test_alerts_come_by_time_and_name_whatever_their_order_of_arrival() -> None:
    ticks = [signal(id=f"s{number}", at=10.0 * (number % 3)) for number in range(9)]
    desk, other = AlertDesk(), AlertDesk()
    for each in ticks:
        desk.raise_signal(each)
    for each in reversed(ticks):
        other.raise_signal(each)
    assert told(desk) == told(other) == ["s0", "s3", "s6", "s1", "s4", "s7", "s2", "s5", "s8"]


def test_an_alert_waits_an_hour_for_what_is_older() -> None:
    desk = AlertDesk()
    desk.raise_signal(signal(id="s"))
    assert told(desk, milliseconds(START + timedelta(minutes=60))) == []
    assert told(desk, milliseconds(START + timedelta(minutes=61))) == ["s"]
    assert told(desk) == []


def test_a_signal_that_is_repeated_is_one_alert() -> None:
    desk = AlertDesk()
    desk.raise_signal(signal(id="s"))
    desk.raise_signal(signal(id="s"))
    assert told(desk) == ["s"]


def test_an_alert_has_the_stage_of_the_crisis_that_it_joined() -> None:
    desk = AlertDesk()
    first, second = signal(id="s1"), signal(id="s2")
    desk.raise_signal(first)
    desk.raise_signal(second)
    desk.hear_event(an_event(crisis=a_crisis(id="c1", stage="spreading"), signal=first))
    desk.see_crisis(a_crisis(id="c2", stage="outbreak", signals=("s1", "s2")))
    found = {alert.id: (alert.stage, alert.crisis) for alert in desk.settle(LATE_MS)}
    assert found == {"s1": ("spreading", "c1"), "s2": ("outbreak", "c2")}


def test_a_crisis_is_written_as_it_ended_with_its_history() -> None:
    book = CrisisBook()
    for kind, severity in (("crisis.watched", "watch"), ("crisis.opened", "elevated"), ("crisis.resolved", "watch")):
        crisis = a_crisis(id="c", severity=severity, peak_severity="elevated")
        event: EscalationEvent = an_event(type=kind, crisis=crisis, because=(f"because {kind}",))
        book.hear(event)
    (story,) = book.stories
    assert story.crisis.severity == "watch"
    assert [(turn.event, turn.severity) for turn in story.history] == [
        ("crisis.watched", "watch"),
        ("crisis.opened", "elevated"),
        ("crisis.resolved", "watch"),
    ]


def test_erased_and_private_texts_are_not_quoted() -> None:
    quotes = Quotes()
    for key, private in (("x|1", False), ("x|2", True), ("x|3", False)):
        quotes.learn(key, an_evidence(id=key[2:], private=private))
    quotes.keep(("x|1", "x|2", "x|3", "x|unknown"))
    quotes.learn("x|3", None)
    assert [text.mention for text in quotes.find(("x|3", "x|2", "x|1"))] == ["x|1"]


@pytest.mark.parametrize(("count", "low", "high"), [(0, 0.0, 3.00), (1, 0.05, 4.74), (10, 5.43, 16.96)])
def test_a_rate_lies_in_the_exact_poisson_interval(count: int, low: float, high: float) -> None:
    assert list(find_rate_range(count, 1.0)) == pytest.approx([low, high], abs=0.01)


def test_a_rate_is_a_week() -> None:
    assert find_rate_range(10, 2.0) == tuple(bound / 2 for bound in find_rate_range(10, 1.0))


def test_a_loud_complaint_is_not_called_good_news() -> None:
    assert "good news" in explain(("burst",), "watch", negative_share=0.1)
    loud = explain(("burst",), "critical", negative_share=0.77)
    assert "good news" not in loud
    assert "77% of what they say is a complaint" in loud
    assert loud.endswith(ADVICE["critical"])


@pytest.mark.parametrize("kind", [kind for kind in get_args(SignalKind) if kind != "author_burst"])
@pytest.mark.parametrize("severity", SEVERITIES)
def test_every_kind_of_alert_has_a_meaning_and_a_headline(kind: str, severity: Severity) -> None:
    alert = alert_of(signal(kind=kind))
    assert alert is not None
    assert len(explain((kind,), severity)) > len(ADVICE[severity]) + 20
    assert "Acme" in headline(alert, "Acme", "")
