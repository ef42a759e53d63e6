"""What each process tells Prometheus: all metrics in one place, each explained in docs/metrics.md.

Units are seconds and records. Counting is cheap because it is rare: a step counts once a chunk, on children whose
labels were bound when it started (`StepMetrics`); nothing is counted a mention at a time.
"""

from __future__ import annotations

import logging
from threading import Thread
from wsgiref.simple_server import WSGIServer

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    start_http_server,
)

from schemas.record import CAUSES

log = logging.getLogger(__name__)

REGISTRY = CollectorRegistry(auto_describe=True)
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

#: What can become of a record in a step.
MENTION_OUTCOMES = ("taken", "matched", "unmatched", "emitted", "rejected", "late", "repeated")
#: What can become of a commit.
COMMIT_OUTCOMES = ("committed", "aborted")
#: What can become of an attempt to tell a notifier.
DELIVERY_OUTCOMES = ("delivered", "digested", "retried", "failed", "stopped")

MENTIONS = Counter(
    "tocsin_mentions_total", "Records by what became of them in a step.", ["step", "outcome"], registry=REGISTRY
)
REJECTED = Counter(
    "tocsin_rejected_total", "Records that a step could not use, by cause.", ["step", "cause"], registry=REGISTRY
)
LAG = Gauge(
    "tocsin_lag_records", "Records of the step's input that wait on Kafka, this process's share.", ["step"],
    registry=REGISTRY,
)  # fmt: skip
WATERMARK = Gauge(
    "tocsin_watermark_seconds", "Event time that the step has reached, seconds since 1970; its slowest partition.",
    ["step"], registry=REGISTRY,
)  # fmt: skip
END_TO_END = Histogram(
    "tocsin_end_to_end_seconds",
    "From Kafka's append time of a chunk's oldest record to the commit of what was made of it.",
    ["step"],
    registry=REGISTRY,
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600),
)
COMMIT = Histogram(
    "tocsin_commit_seconds",
    "Time to commit: the last rows, offsets and the end of the transaction.",
    registry=REGISTRY,
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
COMMITS = Counter("tocsin_commits_total", "Commits by how they ended.", ["outcome"], registry=REGISTRY)
CRISES = Counter(
    "tocsin_crises_total", "Escalation events by type and severity of the crisis.", ["event", "severity"],
    registry=REGISTRY,
)  # fmt: skip
DELIVERIES = Counter(
    "tocsin_deliveries_total", "Attempts to tell a notifier, by how they ended.", ["notifier", "outcome"],
    registry=REGISTRY,
)  # fmt: skip
RECOVERY = Gauge(
    "tocsin_recovery_seconds", "How long the last recovery of rows took, from assignment to ready.", registry=REGISTRY
)
for _outcome in COMMIT_OUTCOMES:
    COMMITS.labels(_outcome)  # zero from the start: a rule on `aborted` sees the first one


class StepMetrics:
    """The metrics of one step with their labels bound: make it once, count once a chunk.

    Attributes:
        taken: records of its input that it was given.
        matched: mentions that speak of a watched brand; `unmatched`: of none.
        emitted: records that it wrote.
        refused: records that it could not use, whatever the cause; count with `reject`.
        late: mentions that came after their window had moved on.
        repeated: copies of mentions that were counted before.
        lag: see `LAG`.
        watermark: see `WATERMARK`.
        end_to_end: see `END_TO_END`.
    """

    def __init__(self, step: str) -> None:
        outcomes = {outcome: MENTIONS.labels(step, outcome) for outcome in MENTION_OUTCOMES}
        self.taken = outcomes["taken"]
        self.matched = outcomes["matched"]
        self.unmatched = outcomes["unmatched"]
        self.emitted = outcomes["emitted"]
        self.refused = outcomes["rejected"]
        self.late = outcomes["late"]
        self.repeated = outcomes["repeated"]
        self.lag = LAG.labels(step)
        self.watermark = WATERMARK.labels(step)
        self.end_to_end = END_TO_END.labels(step)
        self._causes = {cause: REJECTED.labels(step, cause) for cause in CAUSES}

    def reject(self, cause: str, count: int = 1) -> None:
        """Count rejected records.

        Raises:
            KeyError: `cause` is not one of `schemas.record.CAUSES`: a label must not grow with the input.
        """
        self._causes[cause].inc(count)
        self.refused.inc(count)


class MetricsServer:
    """`/metrics` of this process, on a thread of its own.

    Attributes:
        host, port: where it listens; the port is the real one, also when 0 was asked for.
    """

    def __init__(self, server: WSGIServer, thread: Thread, host: str) -> None:
        self.host = host
        self.port = server.server_port
        self._server = server
        self._thread = thread

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


def serve(port: int | None, host: str = "127.0.0.1") -> MetricsServer | None:
    """Serve `/metrics`; never the reason why a worker does not run.

    Args:
        port: 0 takes a free one; a port that is taken is replaced by a free one, and the log says which. None or a
            negative number turns the metrics off.
        host: address to listen on. `0.0.0.0` lets other computers read them: they name steps and notifiers, no people.

    Returns:
        the server, to be closed at the end; None when it is off or could not be started.
    """
    if port is None or port < 0:
        return None
    for candidate in dict.fromkeys((port, 0)):
        try:
            server, thread = start_http_server(candidate, host, registry=REGISTRY)
        except (OSError, OverflowError) as error:  # OverflowError: a port above 65535
            log.warning("metrics cannot be served on %s:%d: %s", host, candidate, error)
            continue
        served = MetricsServer(server, thread, host)
        log.info("metrics are on http://%s:%d/metrics", host, served.port)
        return served
    log.error("this process runs without metrics; see TOCSIN_METRICS_PORT and TOCSIN_METRICS_HOST")
    return None
