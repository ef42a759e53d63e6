"""`tocsin erase`: erase what is kept of an author, or the text of one mention."""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
from datetime import timedelta
from uuid import uuid4

import orjson

from tocsin.cli.act import add_namespace, read_duration
from tocsin.desk.erase import Done, Wanted, erase
from tocsin.kafka.reach import hush_client
from tocsin.playback import find_kafka
from tocsin.response.message.inert import make_inert
from tocsin.settings import Settings

#: What remains by design, and for how long: docs/privacy.md tells more.
REMAINS = (
    "mentions as they came: raw (7 days), rejected (30 days), on their way through the steps (1 day)",
    "keys, no texts: signals on the inbox (7 days), activity by author (7 days), deliveries (30 days)",
    "keys, no texts: escalation events (365 days), a log that nobody can change",
    "notes and replies as people wrote them; messages that people and services were sent",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `tocsin erase`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="author|mention")
    author = actions.add_parser(
        "author", help="erase the texts, name and key of an author, as far as they have written until now; counts stay"
    )
    author.add_argument("key", type=_key, metavar="SOURCE:ID", help="the source, and the author's id within it")
    author.add_argument("--handle", default="", help="also texts kept by older versions, which know handles only")
    mention = actions.add_parser("mention", help="erase the text of one mention, and keep it out; its count stays")
    mention.add_argument("key", type=_key, metavar="SOURCE:ID", help="the source, and the mention's id within it")
    mention.add_argument("--author", default="", metavar="ID", help="id of its author, where no text tells it")
    for action in (author, mention):
        action.add_argument("--reason", required=True, help="why: for your own records; it is printed, and not kept")
        action.add_argument("--dry-run", action="store_true", help="only say what there is to erase")
        action.add_argument(
            "--timeout",
            type=read_duration,
            default=timedelta(seconds=60),
            metavar="DURATION",
            help="how long to wait until it is done (default: 60 s)",
        )
        add_namespace(action)


def run(args: argparse.Namespace) -> int:
    """0 erased; 1 not yet."""
    settings = Settings.from_environment(namespace=args.namespace)
    source, id = args.key
    wanted = Wanted(
        source, id, args.action == "author", getattr(args, "author", ""), getattr(args, "handle", "").removeprefix("@")
    )
    with hush_client():
        done = asyncio.run(erase(find_kafka(settings), wanted, uuid4().hex[:16], args.timeout, is_dry=args.dry_run))
    is_done = args.dry_run or (done.is_carried_out and not done.left and not done.named)
    if args.json:
        print(orjson.dumps({**done._asdict(), "reason": args.reason, "remains": REMAINS}).decode())
        return 0 if is_done else 1
    _tell(done, args)
    return 0 if is_done else 1


def _tell(done: Done, args: argparse.Namespace) -> None:
    texts = f"{done.texts} text{'s' * (done.texts != 1)}"
    crises = f"{len(done.crises)} cris{'es' if len(done.crises) != 1 else 'is'}"
    if args.dry_run:
        print(
            f"there are {texts}, and {crises} that name the author" if args.action == "author" else f"there are {texts}"
        )
        return
    if not done.is_carried_out:
        print(
            f"no answer yet: the request {done.request} is on the stream, and is carried out as soon as a worker reads "
            "it\n  → give the same command again later: it may be given twice",
            file=sys.stderr,
        )
        return
    print(make_inert(f"request {done.request} ({args.reason}): {texts} erased, {crises} cleared of the author's key"))
    if done.left or done.named:
        print(
            f"still there: {done.left} texts; crises that name the author: {', '.join(done.named) or 'none'}\n"
            "  → give the command again; crises that were over long ago need the right to write crises.state",
            file=sys.stderr,
        )
    print("what remains until it expires (docs/privacy.md):")
    for each in REMAINS:
        print(f"- {each}")


def _key(text: str) -> tuple[str, str]:
    """`SOURCE:ID`; a key as it is shown elsewhere, `SOURCE|ID`, will do."""
    if found := re.fullmatch(r"([^:|]+)[:|](.+)", text):
        return found[1], found[2]
    raise argparse.ArgumentTypeError(f'{text!r} is no key: write source and id, as in "x:4711"')
