"""An answer of the brand to one mention: what was approved, by whom, and when it was sent."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from schemas.mention import Identifier, Instant
from schemas.record import Record

Tone = Literal["warm", "plain", "formal"]
TONES: tuple[Tone, ...] = ("warm", "plain", "formal")


class ReplyFinding(Record, frozen=True, kw_only=True):
    """Something in a reply that its author should not say.

    Attributes:
        kind: which rule of `tocsin.response.replies.guardrails`.
        found: the words, as they stand in the text.
        instead: what to write instead, as an instruction.
    """

    kind: Identifier
    found: str
    instead: str


class Reply(Record, frozen=True, kw_only=True):
    """An answer that a person approved, and later its receipt. Tocsin never sends one by itself.

    Attributes:
        id: hash of crisis, mention and text: the same text is approved once.
        mention: key of the mention that it answers.
        language: ISO 639-1 code.
        text: as approved, edits of the person included.
        channel: id of the channel that it invites to; empty when it names none.
        findings: what the guardrails found in it; not empty only with a reason in `despite`.
        despite: why it was approved although there are findings.
        drafted_by: "phrases", the name of a language model, or the person who wrote it.
        by: who approved it.
        sent_at: when it was published; url: where it can be seen.
    """

    id: Identifier
    crisis: Identifier
    mention: Identifier
    language: Identifier
    tone: Tone = "plain"
    text: Annotated[str, Meta(min_length=1, max_length=10_000)]
    channel: str = ""
    findings: tuple[ReplyFinding, ...] = ()
    despite: str = ""
    drafted_by: str = "phrases"
    by: Identifier
    approved_at: Instant
    sent_at: Instant | None = None
    url: str = ""
