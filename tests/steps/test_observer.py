"""What the engine's steps do is counted as it was, by who did it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.metrics import MetricWrapperBase

from agents.engine.notes import Notes
from agents.engine.observer import PrometheusObserver
from schemas import streams
from schemas.command import Command
from schemas.crisis import EscalationEvent, Page
from tests.builders import START, a_mention, a_signal, an_event
from tests.steps.wires import PARTITIONS, RAW_PARTITIONS, Stored, Wires, marker, records
from tocsin import metrics
from tocsin.pipeline import ENRICH, ESCALATE, PIPELINE, WINDOW_AUTHOR, WINDOW_TOPIC

NOW_MS = int(START.timestamp() * 1000)


@pytest.fixture
def wires(tmp_path: Path) -> Wires:
    return Wires(tmp_path / "rows")


@pytest.fixture
def observer() -> Iterator[PrometheusObserver]:
    """A new one over metrics that have counted nothing."""
    for metric in vars(metrics).values():
        if isinstance(metric, MetricWrapperBase) and metric._labelnames:
            metric.clear()
    yield PrometheusObserver(follows=PIPELINE[-1].name)
    metrics._begin_at_zero()


def value(name: str, **labels: str) -> float | None:
    return metrics.REGISTRY.get_sample_value(name, labels)


def mentions(step: str, outcome: str) -> float | None:
    return value("tocsin_mentions_total", step=step, outcome=outcome)


def observe_all(wires: Wires, observer: PrometheusObserver) -> None:
    for lane in wires.lanes():
        observer.chunk(lane)


def test_each_mention_is_counted_by_what_became_of_it(wires: Wires, observer: PrometheusObserver) -> None:
    lane = wires.lane(ENRICH)
    lane.take(records(a_mention(id="1", text="acme is late"), a_mention(id="2", text="nothing of ours"), b"?"))
    observer.chunk(lane)
    outcomes = {name: mentions("enrich", name) for name in ("taken", "matched", "unmatched", "emitted", "rejected")}
    assert outcomes == {"taken": 3, "matched": 1, "unmatched": 1, "emitted": 1, "rejected": 1}
    assert value("tocsin_rejected_total", step="enrich", cause="not-json") == 1
    assert value("tocsin_step_seconds_count", step="enrich") == 1


def test_nothing_is_counted_twice(wires: Wires, observer: PrometheusObserver) -> None:
    lane = wires.lane(ENRICH)
    lane.take(records(a_mention()))
    for _ in range(3):
        observer.chunk(lane)
    assert mentions("enrich", "taken") == 1
    assert value("tocsin_step_seconds_count", step="enrich") == 1


def test_a_source_is_heard_whether_its_mention_matches_or_not(wires: Wires, observer: PrometheusObserver) -> None:
    lane = wires.lane(ENRICH)
    lane.take([Stored(0, a_mention(text="nothing of ours", source="forum").encode(), timestamp=NOW_MS)])
    observer.chunk(lane)
    assert value("tocsin_source_heard_seconds", source="forum") == NOW_MS / 1000


def test_a_copy_and_a_latecomer_are_told_apart(wires: Wires, observer: PrometheusObserver) -> None:
    """The same mention three times; then, an hour on, another one that carries the old time."""
    early = a_mention(id="1", text="acme is late")
    for _ in range(3):
        wires.write(streams.RAW, 0, Stored(0, early.encode()))
    tell_time(wires, START + timedelta(hours=1))
    wires.run()
    wires.write(streams.RAW, 0, Stored(0, a_mention(id="2", text="acme is late").encode()))
    tell_time(wires, START + timedelta(hours=2))
    wires.run()
    observe_all(wires, observer)
    assert mentions(WINDOW_AUTHOR.name, "repeated") == 2
    assert mentions(WINDOW_TOPIC.name, "late") == 1


def test_signals_events_answers_and_open_crises_are_counted_where_they_are_judged(
    wires: Wires, observer: PrometheusObserver
) -> None:
    signal = a_signal()
    command = Command(id="k1", action="note", brand="acme", crisis="none of ours", by="ana", at=START, text="hm")
    lane = wires.lane(ESCALATE)
    lane.take(records(signal, command))
    for channel in range(PARTITIONS):
        for step in (WINDOW_AUTHOR, WINDOW_TOPIC):
            lane.take([marker(NOW_MS + 600_000, channel, PARTITIONS, step.name)])
    lane.advance()
    observer.chunk(lane)
    observer.sampled([(lane, 0)])
    (severity,) = {event.crisis.severity for event in events(wires)}
    assert value("tocsin_signals_total", kind=signal.kind) == 1
    assert value("tocsin_crises_total", event="crisis.opened", severity=severity) == 1
    assert value("tocsin_commands_total", action="note", outcome="refused") == 1
    assert value("tocsin_crises_open", severity=severity, status="open") == 1


def events(wires: Wires) -> list[EscalationEvent]:
    written = [each for partition in range(PARTITIONS) for each in wires.stream(streams.CRISES, partition)]
    return [EscalationEvent.decode(each.value) for each in written if each.value]


def tell_time(wires: Wires, at: datetime) -> None:
    ms = int(at.timestamp() * 1000)
    for partition in range(RAW_PARTITIONS):
        wires.write(streams.RAW, partition, marker(ms, partition))


def test_escalation_is_timed_when_it_is_committed_and_not_before(observer: PrometheusObserver, wires: Wires) -> None:
    lane = wires.lane(ESCALATE)
    at = time.time() - 7
    lane.notes = Notes(caused=[("burst", at, time.monotonic())])
    observer.chunk(lane)
    assert value("tocsin_escalation_seconds_count", kind="burst") is None
    observer.committed(0.001 + 60, {})  # a transaction that began before it was noted
    assert value("tocsin_escalation_seconds_count", kind="burst") is None
    time.sleep(0.002)
    observer.committed(0.001, {ESCALATE.name: int(at * 1000)})
    assert value("tocsin_escalation_seconds_count", kind="burst") == 1
    assert value("tocsin_escalation_seconds_sum", kind="burst") == pytest.approx(7, abs=1)
    assert value("tocsin_end_to_end_seconds_sum", step=ESCALATE.name) == pytest.approx(7, abs=1)


def test_the_time_of_a_replay_is_not_compared_with_the_clock(wires: Wires, observer: PrometheusObserver) -> None:
    replaying = PrometheusObserver(is_live=False, follows=ENRICH.name)
    lane = wires.lane(ENRICH)
    lane.take([marker(NOW_MS)])
    lane.notes = Notes(caused=[("burst", 0.0, 0.0)])
    replaying.chunk(lane)
    replaying.sampled([(lane, 0)])
    replaying.committed(0.01, {})
    assert value("tocsin_watermark_seconds", step="enrich") == NOW_MS / 1000
    assert value("tocsin_watermark_lag_seconds", step="enrich") is None
    assert value("tocsin_escalation_seconds_count", kind="burst") is None
    assert replaying.event_time_ms is None


def test_lag_is_told_in_records_and_in_seconds_and_a_quiet_stream_is_not_behind(
    wires: Wires, observer: PrometheusObserver
) -> None:
    lane, other = wires.lane(ENRICH, 0), wires.lane(ENRICH, 1)
    lane.last_appended_ms = other.last_appended_ms = int((time.time() - 3_600) * 1000)
    observer.sampled([(lane, 5), (other, None)])
    assert value("tocsin_lag_records", step="enrich") == 5
    assert value("tocsin_lag_seconds", step="enrich") == pytest.approx(3_600, abs=5)
    observer.sampled([(lane, 0), (other, 0)])
    assert value("tocsin_lag_seconds", step="enrich") == 0
    observer.sampled([(lane, 1), (other, 0)])  # the first record after an hour's quiet has not waited for an hour
    assert value("tocsin_lag_seconds", step="enrich") == pytest.approx(0, abs=1)
    assert value("tocsin_partitions", step="enrich") == 2


def test_partitions_that_went_to_somebody_else_are_no_longer_told(wires: Wires, observer: PrometheusObserver) -> None:
    lane = wires.lane(ENRICH)
    observer.sampled([(lane, 9)])
    observer.sampled([])
    assert value("tocsin_partitions", step="enrich") == 0
    assert value("tocsin_lag_records", step="enrich") == 0


def test_the_process_is_ready_between_recovery_and_release(observer: PrometheusObserver) -> None:
    assert observer.health.find_problem() == "it is starting"
    observer.recovered(1.5, 10)
    assert observer.health.find_problem() == ""
    assert (value("tocsin_recovery_seconds"), value("tocsin_recovered_rows")) == (1.5, 10)
    observer.released()
    assert "handed over" in observer.health.find_problem()


def test_a_page_without_anybody_to_send_it_to_is_counted(wires: Wires, observer: PrometheusObserver) -> None:
    lane = wires.lane(ESCALATE)
    notes = lane.notes = Notes()
    page = Page(policy="social", step=1, at=START, why="nobody is on call")
    notes.note_sent(an_event(type="crisis.paged", page=page))
    observer.chunk(lane)
    assert value("tocsin_pages_total", outcome="nobody") == 1


def test_how_long_people_took_is_told_by_severity(wires: Wires, observer: PrometheusObserver) -> None:
    lane = wires.lane(ESCALATE)
    notes = lane.notes = Notes()
    event = an_event(type="crisis.acknowledged")
    notes.note_sent(event.replace(at=event.crisis.opened_at + timedelta(minutes=4)))
    observer.chunk(lane)
    assert value("tocsin_acknowledged_seconds_sum", severity=event.crisis.severity) == 240
