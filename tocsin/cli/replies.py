"""`tocsin replies`: draft answers to mentions, approve one, say that it was sent. Nothing is sent from here."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from schemas.command import Command
from schemas.crisis import Crisis
from schemas.mention import Evidence
from schemas.reply import TONES, Reply
from tocsin.cli.act import add_actor, add_namespace, find_actor, make_command, send, tell_answer
from tocsin.configuration import load_response, load_watchlist
from tocsin.desk.latest import choose, find_crisis
from tocsin.desk.replies import Case, find_facts, read_case
from tocsin.desk.reply_pages import draft_page, reply_page, to_json
from tocsin.errors import ConfigurationError, TocsinError
from tocsin.kafka.reach import hush_client
from tocsin.playback import find_kafka
from tocsin.response.replies.approve import NotApproved, approve, time_to_first_answer
from tocsin.response.replies.draft import LENGTHS, Draft, choose_language, draft
from tocsin.response.replies.entered import NAMES, enter
from tocsin.response.replies.facts import Facts
from tocsin.response.replies.policy import CommunicationPolicy
from tocsin.settings import Settings
from tocsin.writers.suggest import build_writer, suggest_drafts
from tocsin.writers.writer import Writer, WriterError


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `tocsin replies`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="draft|approve|sent|list")
    drafting = actions.add_parser("draft", help="propose answers to the telling mentions of a crisis, and say why")
    _add_crisis(drafting)
    drafting.add_argument("--mention", metavar="KEY", help="only to this one (source|id)")
    drafting.add_argument("--tone", choices=TONES, help="only in this tone")
    drafting.add_argument("--length", choices=LENGTHS, help="only so long")
    drafting.add_argument(
        "--model", action="store_true", help="ask the language model of response.yaml too; its findings are shown"
    )
    _add_facts(drafting)
    add_namespace(drafting)
    approving = actions.add_parser("approve", help="approve an answer: it is checked, kept with the crisis, not sent")
    _add_crisis(approving)
    approving.add_argument("--mention", metavar="KEY", required=True, help="which one it answers (source|id)")
    text = approving.add_mutually_exclusive_group(required=True)
    text.add_argument("--draft", metavar="ID", help="one that `draft` shows, with the same --fact options")
    text.add_argument("--text", help="in your words")
    approving.add_argument(
        "--despite", default="", metavar="REASON", help="why, although something was found in it; it is kept"
    )
    _add_facts(approving)
    add_actor(approving)
    sending = actions.add_parser("sent", help="say that an approved answer was published, and where")
    _add_crisis(sending)
    sending.add_argument("reply", metavar="REPLY", help="the answer: its id, or a beginning that no other has")
    sending.add_argument("--url", type=_read_link, required=True, help="where it can be seen")
    add_actor(sending)
    listing = actions.add_parser("list", help="show the answers of a crisis, and how long the first one took")
    _add_crisis(listing)
    add_namespace(listing)


def _add_crisis(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("crisis", metavar="CRISIS", help="its id, or a beginning that no other has")


def _add_facts(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--fact",
        action="append",
        default=[],
        metavar="FACT",
        help=f"what may be told, as NAME:LANGUAGE=TEXT or NAME=VALUE, any number of them: {', '.join(NAMES)}",
    )
    parser.add_argument(
        "--time-zone", type=_read_zone, default=UTC, metavar="ZONE", help="in which times are told (default: UTC)"
    )
    parser.add_argument("--response", type=Path, help="has the policy (default: TOCSIN_RESPONSE, or response.yaml)")
    parser.add_argument(
        "--watchlist", type=Path, help="has the names (default: TOCSIN_WATCHLIST, or watchlist.yaml if it is there)"
    )


def _read_zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):  # a name that leads nowhere, out of the folder, or to a folder
        raise argparse.ArgumentTypeError(f'{text!r} is no time zone: write it as "Europe/Madrid"') from None


def _read_link(text: str) -> str:
    if not text.startswith(("https://", "http://")):
        raise argparse.ArgumentTypeError(f"{text!r} is no link: write the whole address, https://…")
    return text


def run(args: argparse.Namespace) -> int:
    """0 done and accepted; 1 not approved, refused, or not answered in time."""
    settings = Settings.from_environment(
        namespace=args.namespace,
        response=getattr(args, "response", None),
        watchlist=getattr(args, "watchlist", None),
    )
    if args.action in ("approve", "sent"):
        args.by = find_actor(args, settings)
    if args.action in ("draft", "approve"):  # before Kafka is asked
        args.policy = _find_policy(settings)
        args.brands = load_watchlist(settings.watchlist) if args.watchlist or settings.watchlist.exists() else None
        enter(Facts(brand="", zone=args.time_zone), args.fact)
    if getattr(args, "model", False) and args.policy.writer is None:
        raise ConfigurationError(
            f"{settings.response}: there is no language model", "add `writer` to `communication`: docs/replies.md"
        )
    actions = {"draft": _draft, "approve": _approve, "sent": _sent, "list": _list}
    with hush_client():
        return asyncio.run(actions[args.action](find_kafka(settings), args))


def _find_policy(settings: Settings) -> CommunicationPolicy:
    policy = load_response(settings.response).communication
    if policy is None:
        raise ConfigurationError(
            f"{settings.response}: it does not say how mentions are answered",
            "add a section `communication`: docs/replies.md shows one",
        )
    return policy


async def _draft(settings: Settings, args: argparse.Namespace) -> int:
    case = await read_case(settings, args.crisis, args.mention)
    facts = enter(find_facts(case, args.brands, args.time_zone), args.fact)
    tones = (args.tone,) if args.tone else TONES
    lengths = (args.length,) if args.length else LENGTHS
    writer = build_writer(args.policy.writer, os.environ) if args.model else None
    try:
        for mention in case.mentions:
            drafts = draft(mention, facts, args.policy, tones, lengths)
            if writer is not None and drafts[0].text:
                drafts += await _ask(writer, mention, facts, args)
            print(to_json(case.crisis, mention, drafts) if args.json else draft_page(mention, drafts))
    finally:
        if writer is not None:
            await writer.close()
    if not case.mentions:
        print(f"the crisis {case.crisis.id} has no mention whose text is kept: none to answer", file=sys.stderr)
    return 0


async def _ask(writer: Writer, mention: Evidence, facts: Facts, args: argparse.Namespace) -> tuple[Draft, ...]:
    """What a language model proposes; nothing, with a note, when it fails: the drafts from phrases are there."""
    try:
        return await suggest_drafts(writer, mention, facts, args.policy, args.tone or TONES[0])
    except WriterError as error:
        print(f"note: {error}", file=sys.stderr)
        return ()


async def _approve(settings: Settings, args: argparse.Namespace) -> int:
    case = await read_case(settings, args.crisis, args.mention)
    facts = enter(find_facts(case, args.brands, args.time_zone), args.fact)
    (mention,) = case.mentions
    reply = check_reply(args, case, mention, facts, datetime.now(UTC))
    command = make_command(
        args.by,
        reply.approved_at,
        action="approve-reply",
        brand=case.crisis.brand,
        crisis=case.crisis.id,
        mention=mention.mention,
        text=reply.text,
        target=reply.id,
        reason=reply.despite,
        reply=reply,
    )
    status = await _send(settings, command, args)
    if status == 0 and not args.json:
        where = f" below {mention.url}" if mention.url else ""
        print(f"\n{reply.text}\n")
        print(f"→ publish it{where}, then: tocsin replies sent {case.crisis.id} {reply.id} --url LINK")
    return status


def check_reply(args: argparse.Namespace, case: Case, mention: Evidence, facts: Facts, at: datetime) -> Reply:
    """The answer that is meant, through the guardrails.

    Raises:
        TocsinError: there is no such draft, no public answer is recommended, or something was found in it.
    """
    drafts = draft(mention, facts, args.policy)
    chosen = drafts[0]
    if args.draft:
        how = f"tocsin replies draft {case.crisis.id} --mention '{mention.mention}'"
        known = {each.id: each for each in drafts if each.text}
        chosen = known[choose(known, args.draft, "draft with these facts", how)]
    elif not chosen.text:
        if not args.despite.strip() and not mention.private:
            raise TocsinError(chosen.because[0], "if you answer all the same, say why: --despite REASON")
        chosen = replace(chosen, language=choose_language(mention, args.policy)[0])
    try:
        return approve(chosen, mention, facts, args.policy, args.by, at, args.text or "", args.despite)
    except NotApproved as error:
        found = "\n".join(f"  {each.kind}: “{each.found}”. {each.instead}" for each in error.findings)
        then = "answer it where it was said" if mention.private else "mend it, or say why it is right: --despite REASON"
        raise TocsinError(f"this answer is not approved:\n{found}", then) from None


async def _sent(settings: Settings, args: argparse.Namespace) -> int:
    crisis = await find_crisis(settings, args.crisis)
    reply = find_reply(crisis, args.reply)
    fields: dict[str, Any] = {"mention": reply.mention, "target": reply.id, "url": args.url}
    command = make_command(args.by, action="sent-reply", brand=crisis.brand, crisis=crisis.id, **fields)
    return await _send(settings, command, args)


def find_reply(crisis: Crisis, beginning: str) -> Reply:
    """The approved answer that is meant.

    Raises:
        TocsinError: none or several begin so.
    """
    known = {each.id: each for each in crisis.replies}
    return known[choose(known, beginning, "reply", f"tocsin replies list {crisis.id}")]


async def _send(settings: Settings, command: Command, args: argparse.Namespace) -> int:
    answer = await send(settings, command, args.timeout)
    return tell_answer(command, answer, args.timeout, is_json=args.json)


async def _list(settings: Settings, args: argparse.Namespace) -> int:
    case = await read_case(settings, args.crisis)
    crisis = case.crisis
    replies: Sequence[Reply] = crisis.replies
    now = datetime.now(UTC)
    first = time_to_first_answer(replies, case.first_mention_at, crisis.opened_at, crisis.first_answer_at or now)
    if args.json:
        told = {
            "replies": [orjson.loads(each.encode()) for each in replies],
            "first_answer_at": crisis.first_answer_at,
            "seconds_since_first_mention": first.since_first_mention,
            "seconds_since_opening": first.since_opening,
        }
        print(orjson.dumps(told, default=lambda span: span.total_seconds()).decode())
        return 0
    print(reply_page(crisis, first))
    return 0
