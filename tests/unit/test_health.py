"""Live: its loop turns. Ready: it does its work, and Kafka answers. Each change is one line of the log."""

from __future__ import annotations

import logging

import pytest

from tocsin.health import DEAD_AFTER_S, KAFKA_AWAY_AFTER_S, Health


class Clock:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def health(clock: Clock) -> Health:
    return Health(now=clock)


def test_it_is_not_ready_before_its_work_begins_and_not_while_partitions_move(health: Health) -> None:
    assert health.find_problem() == "it is starting"
    health.begin()
    assert health.is_ready
    health.wait("partitions are being handed over")
    assert health.find_problem() == "partitions are being handed over"
    health.begin()
    assert health.is_ready


def test_without_kafka_it_is_not_ready_until_kafka_answers_again(health: Health, clock: Clock) -> None:
    health.begin()
    health.hear_kafka()
    clock.seconds += KAFKA_AWAY_AFTER_S
    assert health.is_ready
    clock.seconds += 5
    assert health.find_problem() == "Kafka has not answered for 20 s"
    health.hear_kafka()
    assert health.is_ready


def test_a_process_whose_loop_stands_still_is_neither_live_nor_ready(health: Health, clock: Clock) -> None:
    health.begin()
    health.turn()
    clock.seconds += DEAD_AFTER_S + 1
    assert health.find_death() == "its loop has not turned for 61 s"
    assert not health.is_ready
    health.turn()
    assert health.find_death() == ""


def test_one_that_has_never_turned_is_not_taken_for_dead(health: Health, clock: Clock) -> None:
    clock.seconds += 10 * DEAD_AFTER_S
    assert health.find_death() == ""


def test_each_change_is_told_once_with_its_reason(
    health: Health, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    health.turn()
    health.begin()
    health.hear_kafka()
    for _ in range(30):
        clock.seconds += 1
        health.turn()
    health.hear_kafka()
    for _ in range(3):
        health.turn()
    assert [record.getMessage() for record in caplog.records] == [
        "not ready: it is starting",
        "ready: partitions are ours, their rows are here, Kafka answers",
        "not ready: Kafka has not answered for 16 s",
        "ready: partitions are ours, their rows are here, Kafka answers",
    ]
