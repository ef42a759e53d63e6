"""A crisis, its severity, stage and status, the escalation events that tell of it, and the deliveries to people."""

from __future__ import annotations

from typing import ClassVar, Literal

from schemas.mention import AuthorProfile, Count, Identifier, Instant, Share
from schemas.record import Record
from schemas.reply import Reply
from schemas.signal import Signal

Severity = Literal["watch", "elevated", "severe", "critical"]
#: From least to worst.
SEVERITIES: tuple[Severity, ...] = ("watch", "elevated", "severe", "critical")
Stage = Literal["smouldering", "outbreak", "spreading"]
Status = Literal["open", "acknowledged", "contained", "resolved", "reviewed", "dismissed"]

EventType = Literal[
    "crisis.watched",
    "crisis.opened",
    "crisis.escalated",
    "crisis.eased",
    "crisis.updated",
    "crisis.paged",
    "crisis.briefed",
    "crisis.acknowledged",
    "crisis.acknowledgement_expired",
    "crisis.assigned",
    "crisis.noted",
    "crisis.contained",
    "crisis.resolved",
    "crisis.dismissed",
    "crisis.reopened",
    "crisis.reply_approved",
    "crisis.reply_sent",
    "crisis.follow_up_added",
    "crisis.followed_up",
    "crisis.reviewed",
]


class Recipient(Record, frozen=True, kw_only=True):
    """A person to be told, as the escalation policy and the rotations had it at that instant.

    Attributes:
        person: id in response.yaml.
        notifiers: ways to reach them, best first: the next is tried when one has failed.
        why: as a sentence: "on call in the rotation social until 2026-03-02 09:00 (Europe/Madrid)".
    """

    person: Identifier
    notifiers: tuple[str, ...] = ()
    why: str = ""


class Page(Record, frozen=True, kw_only=True):
    """One step of an escalation policy, as it is or will be carried out.

    Attributes:
        policy: id of the escalation policy.
        step: 1 for the first step, 0 for people who are told beside the steps; round: 1 the first time the policy runs
            through, at most 6.
        at: when it is due.
        recipients: who is told; empty when nobody could be found (`why` says so).
    """

    policy: str
    step: Count
    round: Count = 1
    at: Instant
    recipients: tuple[Recipient, ...] = ()
    why: str = ""


class Note(Record, frozen=True, kw_only=True):
    """What a person wrote down about a crisis."""

    by: str
    at: Instant
    text: str


class FollowUp(Record, frozen=True, kw_only=True):
    """A look at a crisis after it was resolved, or a promise that somebody made.

    Attributes:
        id: "24h", "72h", "7d", or of the command that added it.
        due_at: when; done_at: when it was done.
        what: is to be checked, as a sentence.
        finding: what was found, with its numbers; empty while it is due.
        is_good: back in its band, or done; None while it is due or nothing can be said.
    """

    id: Identifier
    due_at: Instant
    what: str = ""
    by: str = ""
    done_at: Instant | None = None
    finding: str = ""
    is_good: bool | None = None


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
        profiles: who the single authors among them are (busy, influential, of a high risk), newest first, at most 10.
        owner: who has taken it, or was given it: a person of response.yaml, or a name.
        acknowledged_at: by its owner; acknowledgement_expires_at: escalation goes on then, if nothing has been done.
        raised_by: who set its severity by hand, as a sentence; empty: the rules did.
        closed_because: why it was dismissed or resolved.
        reopened: how many times.
        playbook: id of the one that was chosen; playbook_reasons: why that one.
        next_page: who is told next, and when; absent when nobody will be.
        suppressed: why a message was not sent → how many were not.
        notes: the last 20.
        follow_ups: due and done ones.
        replies: answers that people approved and sent, at most 20; the oldest that were sent go first.
        first_answer_at: when the first of them was sent.
    """

    VERSION: ClassVar[int] = 3

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
    profiles: tuple[AuthorProfile, ...] = ()
    owner: str = ""
    acknowledged_at: Instant | None = None
    acknowledgement_expires_at: Instant | None = None
    contained_at: Instant | None = None
    raised_by: str = ""
    closed_because: str = ""
    reopened: Count = 0
    playbook: str = ""
    playbook_reasons: tuple[str, ...] = ()
    next_page: Page | None = None
    suppressed: dict[str, int] = {}
    notes: tuple[Note, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    replies: tuple[Reply, ...] = ()
    first_answer_at: Instant | None = None


class EscalationEvent(Record, frozen=True, kw_only=True):
    """What happened to a crisis (stream `crises`, CloudEvents 1.0 in Kafka binary mode, key = brand).

    Attributes:
        id: hash of the crisis and the inbox position that caused it: a replay makes the same one.
        sequence: 1 for the first event of the crisis.
        at: event time.
        because: why it happened now.
        signal: the signal that caused it, with its numbers; absent when time or a person did.
        by: the person whose command caused it; empty when a signal or time did.
        command: id of that command.
        page: who is told by this event: by a step (`crisis.paged`), a digest (`crisis.briefed`), or because they were
            told before or are meant (step 0).
        silenced: why nobody is messaged of it, as a sentence; it is recorded all the same.
        previous: hash of the crisis's previous event; empty for the first (a tamper-evident log).
    """

    VERSION: ClassVar[int] = 2

    id: Identifier
    type: EventType
    sequence: Count
    at: Instant
    crisis: Crisis
    because: tuple[str, ...] = ()
    signal: Signal | None = None
    previous: str = ""
    by: str = ""
    command: str = ""
    page: Page | None = None
    silenced: str = ""

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
        recipient: the person it is for; empty for a notifier that hears every event of its brands.
        alternatives: notifiers of that person that are tried, in this order, when this one has failed.
        failed_over: notifiers that have failed before.
        reference: under which its service knows what it was told of this crisis; empty: it gave none.
    """

    VERSION: ClassVar[int] = 2

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
    recipient: str = ""
    alternatives: tuple[str, ...] = ()
    failed_over: tuple[str, ...] = ()
    reference: str = ""
