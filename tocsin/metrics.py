"""What each process tells Prometheus: all metrics in one place. docs/metrics.md is generated from here.

Units are seconds and records. Counting is cheap because it is rare: a step counts once a chunk, on children whose
labels were bound when it started (`StepMetrics`); nothing is counted a mention at a time. Every label has a closed list
of values or a bound: what comes in never makes a new series.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any, get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)

from schemas.crisis import SEVERITIES
from schemas.record import CAUSES
from schemas.signal import SignalKind
from tocsin.response.lifecycle import ACTIVE

REGISTRY = CollectorRegistry(auto_describe=True)
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

#: What can become of a record in a step.
MENTION_OUTCOMES: Mapping[str, str] = {
    "taken": "the step was given the record",
    "matched": "the mention speaks of a watched brand (enrich; once a mention, however many brands)",
    "unmatched": "it speaks of none, and was dropped (enrich)",
    "emitted": "records the step wrote",
    "rejected": "the step could not use it; the sum of `tocsin_rejected_total` over the causes",
    "late": "it came after its tick had been judged, and joined its minute late (window-topic)",
    "repeated": "a copy of a mention that was counted before (window-author)",
}
#: What can become of an attempt to tell a notifier.
DELIVERY_OUTCOMES: Mapping[str, str] = {
    "delivered": "the service took it",
    "digested": "older than an hour: told in a digest, nobody was paged",
    "retried": "not taken, it will be tried again",
    "failed_over": "a page did not get to its person this way, the next one is tried",
    "failed": "a dead letter: refused, or out of attempts; the log names the event and the reason",
    "stopped": "the notifier is misconfigured and rests; its deliveries stay pending",
}
#: What can become of a page: a delivery that is meant for one person.
PAGE_OUTCOMES: Mapping[str, str] = {
    **DELIVERY_OUTCOMES,
    "nobody": "a page was due and there was nobody to send it to: no one on call, or a person without notifiers",
}
COMMAND_OUTCOMES: Mapping[str, str] = {
    "accepted": "it has been done",
    "refused": "it could not be done as things stood; the answer says why",
}
#: What can become of a request behind an acknowledge link.
LINK_OUTCOMES: Mapping[str, str] = {
    "accepted": "the button was pressed, and the command was done",
    "refused": "the command was refused, with a reason",
    "unanswered": "the command is stored, and no answer came in time",
    "unsent": "Kafka did not confirm the command",
    "unusable": "the link was forged, mangled or too old; nothing happened",
    "busy": "too many requests from one place, or with one link",
}
#: What can become of a heartbeat to the outside.
HEARTBEAT_OUTCOMES: Mapping[str, str] = {
    "sent": "the address took it",
    "withheld": "this process is not ready, or event time stands still: silence is the alarm",
    "failed": "the address did not take it; the log says why",
}

#: Sources with a series of their own in one process; all others share `SOURCE_OTHER`.
MAX_SOURCES = 50
SOURCE_OTHER = "other"

_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_LATENCY = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600)
_ESCALATION = (0.1, 0.25, 0.5, 1, 2.5, 5, 7.5, 10, 15, 20, 30, 60, 300, 3600)
_DELIVERY = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600)
_ANSWER = (30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400)


def _counter(name: str, about: str, *labels: str) -> Counter:
    return Counter(name, about, labels, registry=REGISTRY)


def _gauge(name: str, about: str, *labels: str) -> Gauge:
    return Gauge(name, about, labels, registry=REGISTRY)


def _histogram(name: str, about: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
    return Histogram(name, about, labels, registry=REGISTRY, buckets=buckets)


# fmt: off
MENTIONS = _counter("tocsin_mentions_total", "Records by what became of them in a step; the outcomes are below.", "step", "outcome")
REJECTED = _counter("tocsin_rejected_total", "Records that a step could not use. The causes are a closed list, `schemas.record.CAUSES`; the records themselves are in `mentions.rejected`.", "step", "cause")
STEP = _histogram("tocsin_step_seconds", "How long a step worked at a stretch: on one chunk, and on what event time had completed.", _FAST, "step")
LAG = _gauge("tocsin_lag_records", "Records of the step's input that wait on Kafka: this process's partitions; sum them over the workers.", "step")
LAG_SECONDS = _gauge("tocsin_lag_seconds", "For how long, at most, the oldest of them has waited: its partition that is furthest behind. 0 when nothing waits.", "step")
WATERMARK = _gauge("tocsin_watermark_seconds", "Event time the step has reached, seconds since 1970, of its slowest partition. Live: a few seconds behind the clock (the grace). In a replay it is the data's time, at its end far in the future.", "step")
WATERMARK_LAG = _gauge("tocsin_watermark_lag_seconds", "How far that is behind the clock. Live namespaces only: the time of a replay is not ours.", "step")
END_TO_END = _histogram("tocsin_end_to_end_seconds", "From Kafka's append time of a chunk's oldest record to the commit that made the step's results visible: the worst of each chunk, the wait on Kafka included.", _LATENCY, "step")
ESCALATION = _histogram("tocsin_escalation_seconds", "From the instant of a signal to the commit of the escalation event that it caused, by kind of signal. The instant of a high-risk mention is when it was posted, so its source's delay is in it; of all others it is the tick that judged them. Live namespaces only.", _ESCALATION, "kind")
COMMIT = _histogram("tocsin_commit_seconds", "Time of one commit: last rows, offsets, end of the transaction.", _FAST)
COMMITS = _counter("tocsin_commits_total", "Commits. One that fails loses nothing and ends the process, so failures are seen as restarts: `changes(process_start_time_seconds[15m])`.")
SIGNALS = _counter("tocsin_signals_total", "Signals that escalation was given, by kind.", "kind")
CRISES = _counter("tocsin_crises_total", "Escalation events as they were committed, by type (`crisis.opened`, …) and the severity of the crisis.", "event", "severity")
CRISES_OPEN = _gauge("tocsin_crises_open", "Crises that are neither resolved nor dismissed, by severity and status: this process's partitions. Counted every ten seconds.", "severity", "status")
ACKNOWLEDGED = _histogram("tocsin_acknowledged_seconds", "From the opening of a crisis to the moment when a person took it, by severity.", _ANSWER, "severity")
COMMANDS = _counter("tocsin_commands_total", "What people did about crises, by action and outcome; the outcomes are below.", "action", "outcome")
SOURCE_HEARD = _gauge("tocsin_source_heard_seconds", "When Kafka stored the last mention of a source, seconds since 1970; take the maximum over the workers. The first 50 sources that a process hears have a series each, all others share `other`.", "source")
DELIVERIES = _counter("tocsin_deliveries_total", "Attempts to tell a notifier, by how they ended; the outcomes are below.", "notifier", "outcome")
DELIVERY = _histogram("tocsin_delivery_seconds", "From Kafka's append time of an escalation event to the moment when the notifier's service took it; digests are not counted.", _DELIVERY, "notifier")
PAGES = _counter("tocsin_pages_total", "Attempts to page a person, by how they ended; the outcomes are below.", "outcome")
LINKS = _counter("tocsin_links_total", "Requests behind acknowledge links (`tocsin respond`) that did or should have done something; the outcomes are below.", "outcome")
REBALANCES = _counter("tocsin_rebalances_total", "Assignments of partitions that this process was given; the first one is its start.")
PARTITIONS = _gauge("tocsin_partitions", "Partitions of the step's input that this process owns.", "step")
RECOVERY = _gauge("tocsin_recovery_seconds", "How long the last recovery of rows took, from the assignment of partitions until work went on.")
RECOVERED = _gauge("tocsin_recovered_rows", "How many rows the last recovery read from Kafka.")
READY = _gauge("tocsin_ready", "Whether `/ready` says so: 1 or 0.")
HEARTBEATS = _counter("tocsin_heartbeats_total", "Heartbeats to `TOCSIN_HEARTBEAT_URL`, by outcome; the outcomes are below.", "outcome")
BUILD = _gauge("tocsin_build_info", "Always 1: what runs here. The role is worker, notify or respond; time is live or replay.", "version", "role", "namespace", "time")
# fmt: on

#: Metrics whose outcomes are explained one by one, in the order of docs/metrics.md.
OUTCOMES: Mapping[str, Mapping[str, str]] = {
    "tocsin_mentions_total": MENTION_OUTCOMES,
    "tocsin_commands_total": COMMAND_OUTCOMES,
    "tocsin_deliveries_total": DELIVERY_OUTCOMES,
    "tocsin_pages_total": PAGE_OUTCOMES,
    "tocsin_links_total": LINK_OUTCOMES,
    "tocsin_heartbeats_total": HEARTBEAT_OUTCOMES,
}


def _begin_at_zero() -> None:
    """A rule on a series that begins at its first failure would not see that one."""
    for metric in (PAGES, LINKS, HEARTBEATS):
        (family,) = metric.describe()
        for outcome in OUTCOMES[f"{family.name}_total"]:
            metric.labels(outcome)
    for kind in get_args(SignalKind):
        SIGNALS.labels(kind)
    for severity in SEVERITIES:
        CRISES.labels("crisis.opened", severity)
        for status in ACTIVE:
            CRISES_OPEN.labels(severity, status)


_begin_at_zero()


def tell_build(role: str, namespace: str, time: str) -> None:
    """Say what runs in this process."""
    try:
        release = version("tocsin")
    except PackageNotFoundError:  # run from a folder, never installed
        release = "unknown"
    BUILD.labels(release, role, namespace, time).set(1)


class StepMetrics:
    """The metrics of one step with their labels bound: make it once, count once a chunk.

    Attributes:
        outcomes: the counter of each of `MENTION_OUTCOMES`.
        seconds, lag, lag_seconds, watermark, end_to_end, partitions: see the constants above.
    """

    def __init__(self, step: str) -> None:
        self.outcomes: dict[str, Any] = {outcome: MENTIONS.labels(step, outcome) for outcome in MENTION_OUTCOMES}
        self.seconds = STEP.labels(step)
        self.lag = LAG.labels(step)
        self.lag_seconds = LAG_SECONDS.labels(step)
        self.watermark = WATERMARK.labels(step)
        self.end_to_end = END_TO_END.labels(step)
        self.partitions = PARTITIONS.labels(step)
        self._causes = {cause: REJECTED.labels(step, cause) for cause in CAUSES}

    def count(self, outcome: str, records: int) -> None:
        """Count records by what became of them; none is nothing to do.

        Raises:
            KeyError: `outcome` is not one of `MENTION_OUTCOMES`.
        """
        if records:
            self.outcomes[outcome].inc(records)

    def reject(self, cause: str, records: int = 1) -> None:
        """Count rejected records.

        Raises:
            KeyError: `cause` is not one of `schemas.record.CAUSES`: a label must not grow with the input.
        """
        self._causes[cause].inc(records)
        self.outcomes["rejected"].inc(records)


class SourcesHeard:
    """When each source was last heard, with a bound on how many have a series of their own.

    Whoever writes mentions names the sources: without a bound, one that puts a number into the name would make a series
    a mention.
    """

    def __init__(self, most: int = MAX_SOURCES) -> None:
        self._most = most
        self._heard: dict[str, tuple[Any, int]] = {}

    def hear(self, source: str, appended_ms: int) -> None:
        """A mention of this source was stored by Kafka at that instant (ms since 1970)."""
        if source not in self._heard and len(self._heard) >= self._most:
            source = SOURCE_OTHER
        gauge, last_ms = self._heard.get(source) or (SOURCE_HEARD.labels(source[:64]), 0)
        if appended_ms > last_ms:
            self._heard[source] = gauge, appended_ms
            gauge.set(appended_ms / 1000)
