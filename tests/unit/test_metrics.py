"""Metrics are served without ever being in the way, and count what they say."""

from __future__ import annotations

import socket
import urllib.request

import pytest

from schemas.record import CAUSES
from tocsin import metrics


def read(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as response:
        body: bytes = response.read()
    return body.decode()


def test_a_free_port_is_found_and_serves_what_was_counted() -> None:
    metrics.StepMetrics("test-serve").taken.inc(7)
    server = metrics.serve(0)
    assert server is not None
    try:
        assert 'tocsin_mentions_total{outcome="taken",step="test-serve"} 7.0' in read(server.port)
    finally:
        server.close()


def test_a_port_that_is_taken_is_replaced_and_the_log_says_so(caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        server = metrics.serve(taken)
        assert server is not None
        try:
            assert server.port != taken
            assert "tocsin_commits_total" in read(server.port)
            assert f"127.0.0.1:{taken}" in caplog.text
        finally:
            server.close()


def test_after_closing_nobody_listens() -> None:
    server = metrics.serve(0)
    assert server is not None
    server.close()
    with pytest.raises(OSError, match="refused"):
        read(server.port)


@pytest.mark.parametrize("port", [None, -1])
def test_metrics_can_be_turned_off(port: int | None) -> None:
    assert metrics.serve(port) is None


@pytest.mark.parametrize(("port", "host"), [(0, "no such host"), (70_000, "203.0.113.1")])
def test_a_place_that_cannot_be_listened_on_leaves_the_worker_running(
    port: int, host: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert metrics.serve(port, host) is None
    assert "runs without metrics" in caplog.text


def test_an_impossible_port_is_replaced() -> None:
    server = metrics.serve(70_000)
    assert server is not None
    server.close()


def test_a_rejection_is_counted_by_its_cause_and_as_an_outcome() -> None:
    step = metrics.StepMetrics("test-reject")
    step.reject("not-json", 3)
    step.reject("null")
    value = metrics.REGISTRY.get_sample_value
    assert value("tocsin_rejected_total", {"step": "test-reject", "cause": "not-json"}) == 3
    assert value("tocsin_mentions_total", {"step": "test-reject", "outcome": "rejected"}) == 4


def test_a_cause_that_is_not_on_the_list_is_no_new_label() -> None:
    with pytest.raises(KeyError):
        metrics.StepMetrics("test-reject").reject("whatever the input says")


def test_every_series_of_a_step_is_there_before_anything_happened() -> None:
    metrics.StepMetrics("test-fresh")
    value = metrics.REGISTRY.get_sample_value
    assert all(value("tocsin_rejected_total", {"step": "test-fresh", "cause": cause}) == 0 for cause in CAUSES)
    assert value("tocsin_mentions_total", {"step": "test-fresh", "outcome": "late"}) == 0
