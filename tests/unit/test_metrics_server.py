"""`/metrics`, `/live` and `/ready` are served without ever being in the way."""

from __future__ import annotations

import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tocsin import metrics
from tocsin.health import Health
from tocsin.metrics_server import MetricsServer, serve

HOST = "127.0.0.1"


def read(port: int, path: str = "/metrics") -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}{path}", timeout=5) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@contextmanager
def served(port: int = 0, health: Health | None = None) -> Iterator[MetricsServer]:
    server = serve(port, HOST, health or Health())
    assert server is not None
    try:
        yield server
    finally:
        server.close()


def test_a_free_port_is_found_and_serves_what_was_counted() -> None:
    metrics.StepMetrics("test-serve").count("taken", 7)
    with served() as server:
        assert 'tocsin_mentions_total{outcome="taken",step="test-serve"} 7.0' in read(server.port)[1]


def test_a_port_that_is_taken_is_replaced_and_the_log_says_so(caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        taken = other.getsockname()[1]
        with served(taken) as server:
            assert server.port != taken
            assert read(server.port)[0] == 200
            assert f"{HOST}:{taken}" in caplog.text


def test_after_closing_nobody_listens() -> None:
    with served() as server:
        pass
    with pytest.raises(OSError, match="refused"):
        read(server.port)


@pytest.mark.parametrize("port", [None, -1])
def test_it_can_be_turned_off(port: int | None) -> None:
    assert serve(port, HOST, Health()) is None


@pytest.mark.parametrize(("port", "host"), [(0, "no such host"), (70_000, "203.0.113.1")])
def test_a_place_that_cannot_be_listened_on_leaves_the_worker_running(
    port: int, host: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert serve(port, host, Health()) is None
    assert "runs without metrics" in caplog.text


def test_an_impossible_port_is_replaced() -> None:
    with served(70_000) as server:
        assert read(server.port)[0] == 200


def test_ready_says_no_and_why_until_work_begins_and_metrics_say_the_same() -> None:
    health = Health(waits_for="rows are recovered")
    with served(health=health) as server:
        assert read(server.port, "/ready") == (503, "not ready: rows are recovered\n")
        assert "tocsin_ready 0.0" in read(server.port)[1]
        health.begin()
        assert read(server.port, "/ready") == (200, "ready\n")
        assert "tocsin_ready 1.0" in read(server.port)[1]


def test_a_process_that_is_not_ready_lives_all_the_same() -> None:
    with served() as server:
        assert read(server.port, "/ready")[0] == 503
        assert read(server.port, "/live") == (200, "live\n")


def test_there_are_no_other_pages() -> None:
    with served() as server:
        assert read(server.port, "/")[0] == 404
