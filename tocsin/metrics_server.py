"""`/metrics`, `/live` and `/ready` of one process, on a thread of its own."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterable
from http import HTTPStatus
from socketserver import ThreadingMixIn
from threading import Thread
from typing import TYPE_CHECKING, Any, cast
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import make_wsgi_app

from tocsin import metrics
from tocsin.health import Health

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

log = logging.getLogger(__name__)


class MetricsServer:
    """What listens.

    Attributes:
        host, port: where; the port is the real one, also when 0 was asked for.
    """

    def __init__(self, server: WSGIServer, host: str) -> None:
        self.host = host
        self.port = server.server_port
        self._server = server
        self._thread = Thread(target=server.serve_forever, name="metrics", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


def serve(port: int | None, host: str, health: Health) -> MetricsServer | None:
    """Serve; never the reason why a worker does not run.

    Args:
        port: 0 takes a free one; a port that is taken is replaced by a free one, and the log says which. None or a
            negative number turns it off.
        host: address to listen on. `0.0.0.0` lets other computers read: metrics name steps, sources and notifiers, no
            people.

    Returns:
        the server, to be closed at the end; None when it is off or could not be started.
    """
    if port is None or port < 0:
        return None
    metrics.READY.set_function(lambda: float(health.is_ready))
    for candidate in dict.fromkeys((port, 0)):
        try:
            family = socket.getaddrinfo(host, candidate, type=socket.SOCK_STREAM)[0][0]
            listener = _Server6 if family == socket.AF_INET6 else _Server
            server = make_server(host, candidate, _pages(health), listener, _Silent)
        except (OSError, OverflowError) as error:  # OverflowError: a port above 65535
            log.warning("metrics cannot be served on %s:%d: %s", host, candidate, error)
            continue
        served = MetricsServer(server, host)
        log.info("metrics are on http://%s:%d/metrics", host, served.port)
        return served
    log.error("this process runs without metrics; see TOCSIN_METRICS_PORT and TOCSIN_METRICS_HOST")
    return None


def _pages(health: Health) -> Any:
    """The three pages as a WSGI application."""
    read_metrics = make_wsgi_app(metrics.REGISTRY)
    answers: dict[str, tuple[str, Callable[[], str]]] = {
        "/live": ("live", health.find_death),
        "/ready": ("ready", health.find_problem),
    }

    def application(environment: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path = environment["PATH_INFO"]
        if path == "/metrics":
            return cast(Iterable[bytes], read_metrics(environment, start))
        found = answers.get(path)
        if found is None:
            return _say(start, HTTPStatus.NOT_FOUND, "here are /metrics, /live and /ready")
        word, find_problem = found
        if problem := find_problem():
            return _say(start, HTTPStatus.SERVICE_UNAVAILABLE, f"not {word}: {problem}")
        return _say(start, HTTPStatus.OK, word)

    return application


def _say(start: StartResponse, status: HTTPStatus, text: str) -> list[bytes]:
    body = f"{text}\n".encode()
    start(
        f"{status.value} {status.phrase}",
        [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))],
    )
    return [body]


class _Server(ThreadingMixIn, WSGIServer):
    """A scrape that hangs holds up no other, nor the end of the process."""

    daemon_threads = True


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Silent(WSGIRequestHandler):
    """Requests are not logged: there is one every few seconds."""

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""
