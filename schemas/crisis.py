"""A crisis, its severity, stage and status, the escalation events that tell of it, and the deliveries to people."""

from __future__ import annotations

from typing import ClassVar, Literal

from schemas.mention import Count, Identifier, Instant, Share
from schemas.record import Record
from schemas.signal import Signal

Severity = Literal["watch", "elevated", "severe", "critical"]
#: From least to worst.
SEVERITIES: tuple[Severity, ...] = ("watch", "elevated", "severe", "critical")
Stage = Literal["smouldering", "outbreak", "spreading"]
Status = Literal["open", "resolved"]

EventType = Literal["crisis.watched", "crisis.opened", "crisis.escalated", "crisis.resolved"]


class Crisis(Record, frozen=True, kw_only=True):
    """A situation that needs a coordinated response: groups the signals of one brand and subject.

    Attributes:
        id: hash of brand, subject and opening signal: a replay makes the same one.
        subject: the topic it is about; `*` is the brand as a whole.
        severity: what it is now.
        peak_severity: the worst it has been.
        is_paracrisis: a publicly visible crisis risk, below a crisis (watch or elevated).
        active: episodes (of signals) that have not ended; the crisis resolves some time after the last one did.
        signals: ids of all signals that were grouped, oldest first, at most 100.
        current, baseline, ratio, surprise, distinct_authors, negative_share, reach: numbers of the strongest signal.
        reasons: why it has this severity, as sentences.
        terms: the words that tell it from what is usually said.
        causes: what its complaints are about → how many say so.
        cluster: victim, accidental or preventable (SCCT, Coombs 2007); empty while nothing speaks for one.
        cause: the kind of crisis within its cluster.
        first_mention: key of the wave's first mention.
        projected_reach: what a story that spreads by itself would reach in the end.
    """

    VERSION: ClassVar[int] = 2

    id: Identifier
    brand: Identifier
    subject: str
    severity: Severity
    peak_severity: Severity
    stage: Stage
    status: Status = "open"
    is_paracrisis: bool = False
    is_exercise: bool = False
    opened_at: Instant
    updated_at: Instant
    resolved_at: Instant | None = None
    kinds: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    active: tuple[str, ...] = ()
    signals: tuple[str, ...] = ()
    signal_count: Count = 0
    span_minutes: Count = 0
    current: float = 0.0
    baseline: float = 0.0
    ratio: float = 0.0
    surprise: float = 0.0
    distinct_authors: Count = 0
    mentions: Count = 0
    negative_share: Share = 0.0
    reach: Count = 0
    reasons: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    sources: dict[str, int] = {}
    is_warming_up: bool = False
    configuration: str = ""
    terms: tuple[str, ...] = ()
    causes: dict[str, int] = {}
    cluster: str = ""
    cause: str = ""
    first_mention: str = ""
    projected_reach: Count = 0


class EscalationEvent(Record, frozen=True, kw_only=True):
    """What happened to a crisis (stream `crises`, CloudEvents 1.0 in Kafka binary mode, key = brand).

    Attributes:
        id: hash of the crisis and the inbox position that caused it: a replay makes the same one.
        sequence: 1 for the first event of the crisis.
        at: event time.
        because: why it happened now.
        signal: the signal that caused it, with its numbers; absent when time alone did.
        previous: hash of the crisis's previous event; empty for the first (a tamper-evident log).
    """

    id: Identifier
    type: EventType
    sequence: Count
    at: Instant
    crisis: Crisis
    because: tuple[str, ...] = ()
    signal: Signal | None = None
    previous: str = ""

    def headers(self, namespace: str) -> list[tuple[str, bytes]]:
        """CloudEvents attributes as Kafka headers (binary content mode)."""
        return [
            ("ce_specversion", b"1.0"),
            ("ce_id", self.id.encode()),
            ("ce_type", f"tocsin.{self.type}.v{self.VERSION}".encode()),
            ("ce_source", f"/tocsin/{namespace}".encode()),
            ("ce_subject", f"{self.crisis.brand}/{self.crisis.subject}".encode()),
            ("ce_time", self.at.isoformat().encode()),
            ("ce_correlationid", self.crisis.id.encode()),
            ("content-type", b"application/json"),
        ]


DeliveryState = Literal["pending", "delivered", "failed", "digested", "silenced"]


class Delivery(Record, frozen=True, kw_only=True):
    """An intent to tell one notifier of one event, and later its receipt (stream `notifications`, compacted).

    Attributes:
        key: idempotency key: hash of event id and notifier; the same on every attempt.
        next_attempt_at: when to try (again); wall time.
        is_possible_repeat: an earlier attempt may have arrived: its answer was lost.
    """

    key: Identifier
    notifier: str
    event: EscalationEvent
    state: DeliveryState = "pending"
    attempts: Count = 0
    created_at: Instant
    next_attempt_at: Instant | None = None
    delivered_at: Instant | None = None
    error: str = ""
    is_possible_repeat: bool = False
