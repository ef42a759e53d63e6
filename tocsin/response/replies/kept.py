"""The answers that are kept with a crisis: approved by a command, later known to be sent."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from schemas.command import Command
from schemas.reply import Reply

#: Of one crisis.
_MOST: Final = 20
#: Characters of one answer, as the record takes them.
LONGEST: Final = 10_000


def find_mistake(command: Command) -> str:
    """Why an `approve-reply` cannot be taken, as a sentence; "" when it can."""
    if len(command.text) > LONGEST:
        return f"the answer has {len(command.text):,} characters, and {LONGEST:,} are the most"
    reply = command.reply
    if reply is None:
        return ""
    if (reply.text, reply.mention) != (command.text, command.mention):
        return "what was checked (`reply`) is not what is approved (`text`, `mention`)"
    if reply.findings and not reply.despite.strip():
        return "the guardrails found something in it, and nobody says why it is approved all the same (`despite`)"
    return ""


def make_reply(command: Command, reply_id: str, at: datetime) -> Reply:
    """The answer that a command approves. Without one that was checked, only the text is known of it."""
    checked = command.reply or Reply(
        id=reply_id,
        crisis=command.crisis,
        mention=command.mention,
        language="und",
        text=command.text,
        drafted_by=command.by,
        by=command.by,
        approved_at=at,
    )
    return checked.replace(id=reply_id, crisis=command.crisis, by=command.by, approved_at=at, sent_at=None, url="")


def add(replies: tuple[Reply, ...], reply: Reply) -> tuple[Reply, ...]:
    """The replies with one more; if they are too many, the oldest that was sent goes, or the oldest of all."""
    if len(replies) < _MOST:
        return (*replies, reply)
    dropped = next((each for each in replies if each.sent_at is not None), replies[0])
    return (*(each for each in replies if each.id != dropped.id), reply)


def mark_sent(replies: tuple[Reply, ...], reply_id: str, at: datetime, url: str) -> tuple[Reply, ...]:
    """The replies with one of them sent."""
    return tuple(each.replace(sent_at=at, url=url) if each.id == reply_id else each for each in replies)
