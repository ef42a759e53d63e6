"""What people do about a crisis: commands on the inbox, and the answer that each of them gets."""

from __future__ import annotations

from typing import Literal

from schemas.crisis import Severity, Status
from schemas.mention import Identifier, Instant
from schemas.record import Record
from schemas.reply import Reply

Action = Literal[
    "acknowledge",
    "assign",
    "note",
    "raise",
    "lower",
    "contain",
    "resolve",
    "dismiss",
    "reopen",
    "silence",
    "unsilence",
    "approve-reply",
    "sent-reply",
    "add-follow-up",
    "complete-follow-up",
    "complete-review",
]


class Command(Record, frozen=True, kw_only=True, tag_field="type", tag="command"):
    """One act of a person, sent to the inbox of its brand (stream `inbox`, key = brand).

    Its instant is when Kafka stored it (live), or the event time that the replay has reached; `at` is only told.

    Attributes:
        id: made by the sender; a command that is sent twice acts once.
        crisis: id of the crisis it is about; empty for `silence` and `unsilence` of a brand.
        by: who acts: a person of response.yaml, or a name.
        at: when the person acted, by their own clock.
        reason: why; `dismiss`, `raise`, `lower`, `reopen` and `silence` need one.
        text: of a note, a reply that is approved, what a follow-up has to check, what a review concluded.
        severity: what to raise or lower it to; None: one step.
        assignee: who owns the crisis from now on.
        mention: key of the mention that a reply answers.
        reply: the reply as it was checked, with its language, channel and findings; `text` is what counts. May be
            left out: a reply is then known by its text alone.
        url: where a sent reply can be seen.
        target: id of the reply, follow-up or silence that is meant; made from the command's id when it makes a new one.
        topic: of a silence; None: the whole brand.
        until: end of a silence; when a follow-up is due.
    """

    id: Identifier
    action: Action
    brand: Identifier
    crisis: str = ""
    by: Identifier
    at: Instant
    reason: str = ""
    text: str = ""
    severity: Severity | None = None
    assignee: str = ""
    mention: str = ""
    reply: Reply | None = None
    url: str = ""
    target: str = ""
    topic: str | None = None
    until: Instant | None = None


class CommandAnswer(Record, frozen=True, kw_only=True):
    """What became of a command (stream `answers`, key = brand): every command gets exactly one.

    Attributes:
        id: of the command.
        type: `command.accepted` or `command.refused`.
        because: why it was refused, or what it did, as one sentence.
        event: id of the escalation event that tells of it; empty when there is none.
        status: of the crisis afterwards; None when there is no such crisis.
    """

    id: Identifier
    type: Literal["command.accepted", "command.refused"]
    action: Action
    brand: Identifier
    crisis: str = ""
    by: str = ""
    at: Instant
    because: str = ""
    event: str = ""
    status: Status | None = None


class Silence(Record, frozen=True, kw_only=True):
    """A brand, or one topic of it, muted by a person for a time (stream `silences`, compacted, key = id).

    A silence of response.yaml is not here: that file holds it. A tombstone says that somebody lifted it.

    Attributes:
        topic: None: the whole brand.
    """

    id: Identifier
    brand: Identifier
    topic: str | None = None
    until: Instant
    by: str
    reason: str
    created_at: Instant
