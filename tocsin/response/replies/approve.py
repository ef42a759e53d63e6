"""From a draft, as a person edited it, to the record of an answer; and how long the first answer took."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from schemas.mention import Evidence
from schemas.reply import Reply, ReplyFinding
from tocsin.instants import digest
from tocsin.response.replies.draft import Draft
from tocsin.response.replies.facts import Facts
from tocsin.response.replies.guardrails import check
from tocsin.response.replies.policy import CommunicationPolicy

#: What no reason makes right: it would be read by everybody, or by nobody.
_FINAL = ("private", "empty")


class NotApproved(Exception):
    """An answer that cannot be approved as it stands; `findings` say why."""

    def __init__(self, findings: tuple[ReplyFinding, ...]) -> None:
        super().__init__("; ".join(f"{each.kind}: “{each.found}”. {each.instead}" for each in findings))
        self.findings = findings


def approve(
    draft: Draft,
    mention: Evidence,
    facts: Facts,
    policy: CommunicationPolicy,
    by: str,
    at: datetime,
    text: str = "",
    despite: str = "",
) -> Reply:
    """The answer that a person approves.

    Args:
        by: who; at: when.
        text: as the person edited it; empty: as drafted. It is checked again either way, with the facts of now.
        despite: why it is approved although there are findings.

    Raises:
        NotApproved: there are findings and no reason is given, or the mention is private.
    """
    text = text.strip() or draft.text
    findings = check(text, mention, facts, policy)
    if any(each.kind in _FINAL for each in findings) or (findings and not despite.strip()):
        raise NotApproved(findings)
    return Reply(
        id=digest(facts.crisis, mention.mention, text),
        crisis=facts.crisis,
        mention=mention.mention,
        language=draft.language,
        tone=draft.tone,
        text=text,
        channel=draft.channel,
        findings=findings,
        despite=despite.strip() if findings else "",
        drafted_by=draft.drafted_by if text == draft.text else by,
        by=by,
        approved_at=at,
    )


@dataclass(frozen=True, slots=True)
class FirstAnswer:
    """How long the first answer of a crisis took.

    Attributes:
        reply: id of the first that was sent; None: there is none yet, and the spans go on.
        since_first_mention: of the wave; since_opening: of the crisis. None when the start is not known.
    """

    reply: str | None
    since_first_mention: timedelta | None
    since_opening: timedelta | None


def time_to_first_answer(
    replies: Iterable[Reply], first_mention_at: datetime | None, opened_at: datetime | None, now: datetime
) -> FirstAnswer:
    """The clock that counts: from the wave's first mention, and from the opening of the crisis, to the first answer.

    Args:
        replies: of this crisis, in any order; those not sent do not count.
        now: until when it runs while there is no answer.

    An answer from before a start took no time: its span is zero, never negative.
    """
    sent = [(reply.sent_at, reply.id) for reply in replies if reply.sent_at is not None]
    at, reply = min(sent) if sent else (now, None)
    spans = [None if start is None else max(at - start, timedelta()) for start in (first_mention_at, opened_at)]
    return FirstAnswer(reply, *spans)
