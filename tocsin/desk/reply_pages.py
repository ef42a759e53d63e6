"""Drafts and answers as text for a terminal, and as JSON. Texts of strangers are inert; private ones are not quoted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import indent
from typing import Any

import orjson

from schemas.crisis import Crisis
from schemas.mention import Evidence
from schemas.reply import ReplyFinding
from tocsin.desk.story import shorten
from tocsin.response.message.compose import WORDS
from tocsin.response.message.figures import Figures
from tocsin.response.message.inert import make_inert, make_lines_inert
from tocsin.response.replies.approve import FirstAnswer
from tocsin.response.replies.draft import Draft

_FIGURES = Figures(WORDS["en"])


def draft_page(mention: Evidence, drafts: Sequence[Draft]) -> str:
    """One mention and what could be answered."""
    return "\n".join((*_tell_mention(mention), *_tell_drafts(drafts), ""))


def to_json(crisis: Crisis, mention: Evidence, drafts: Sequence[Draft]) -> str:
    """The same as one line of JSON; `drafts` is empty when no public answer is recommended."""
    told: dict[str, Any] = {
        "crisis": crisis.id,
        "mention": mention.mention,
        "text": None if mention.private else mention.text,
        "because": drafts[0].because,
        "drafts": [_tree(each) for each in drafts if each.text],
    }
    return orjson.dumps(told).decode()


def reply_page(crisis: Crisis, first: FirstAnswer) -> str:
    """The answers of a crisis, and its clock to the first one."""
    lines = []
    for reply in crisis.replies:
        approved = f"approved by {reply.by} at {_FIGURES.time(reply.approved_at)}"
        sent = f"sent at {_FIGURES.time(reply.sent_at)} {reply.url}" if reply.sent_at else "not sent"
        lines += [make_inert(f"{reply.id}  to {reply.mention}: {approved}, {sent}".rstrip()), *_quote(reply.text)]
        lines += [f"    ! {each}" for each in _tell_findings(reply.findings)]
        lines += [f"    although: {make_inert(reply.despite)}"] if reply.despite else []
    if not crisis.replies:
        lines.append("no answer is approved")
    spans = {"the first mention": first.since_first_mention, "the crisis opened": first.since_opening}
    told = [f"{_FIGURES.duration(span)} after {what}" for what, span in spans.items() if span is not None]
    verb = "the first answer came" if crisis.first_answer_at else "there is no answer yet,"
    return "\n".join([*lines, f"{verb} {' and '.join(told)}"])


def _tell_mention(mention: Evidence) -> Iterator[str]:
    said_at = _FIGURES.time(mention.posted_at)
    if mention.private:
        yield make_inert(f"{mention.mention}  private, {said_at}")
        return
    names = [mention.author_name or "", f"@{mention.author_handle}" if mention.author_handle else ""]
    who = " ".join(name for name in names if name) or "somebody"
    yield make_inert(f"{mention.mention}  {who}, {mention.language}, {said_at}")
    yield f"  “{make_inert(mention.text)}”"


def _tell_drafts(drafts: Sequence[Draft]) -> Iterator[str]:
    for why in drafts[0].because:
        yield f"  {make_inert(why)}"
    written = [each for each in drafts if each.text]
    short = shorten([each.id for each in written])
    for each in written:
        # A model would not say the same again: what it wrote is approved as a text.
        is_ours = each.drafted_by == "phrases"
        name = short[each.id] if is_ours else f"{make_inert(each.drafted_by)} (approve it with --text)"
        yield ""
        yield f"  {name}  {each.tone}, {each.length}, {len(each.text)} characters"
        yield from _quote(each.text)
        for finding in _tell_findings(each.findings):
            yield f"    ! {finding}"


def _quote(text: str) -> list[str]:
    return indent(make_lines_inert(text), "    ").split("\n")


def _tell_findings(findings: Sequence[ReplyFinding]) -> Iterator[str]:
    for each in findings:
        yield make_inert(f"{each.kind}: “{each.found}”. {each.instead}")


def _tree(draft: Draft) -> dict[str, Any]:
    names = ("id", "language", "tone", "length", "text", "reason", "channel", "to", "drafted_by", "is_recommended")
    findings = [orjson.loads(each.encode()) for each in draft.findings]
    return {name: getattr(draft, name) for name in names} | {"because": draft.because, "findings": findings}
