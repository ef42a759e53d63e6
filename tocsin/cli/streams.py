"""`tocsin streams`: create, list or check the streams on Kafka; the rights that they need there."""

from __future__ import annotations

import argparse
import asyncio
import json
from dataclasses import asdict

import msgspec

from schemas.streams import ENRICHED, RAW, STREAMS
from tocsin.kafka.acls import ROLES, commands, needed_by
from tocsin.kafka.admin import StreamStatus, check_streams, create_streams, describe_streams, how_to_create
from tocsin.kafka.layout import in_words
from tocsin.kafka.namespace import in_words as mode_in_words
from tocsin.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `tocsin streams`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="create|list|check|acls")
    create = actions.add_parser("create", help="create what is missing; done twice, it changes nothing")
    listing = actions.add_parser("list", help="show every stream as it is on Kafka")
    check = actions.add_parser("check", help="say what is wrong; exit status 1 if anything is")
    acls = actions.add_parser("acls", help="list the rights that a user needs on Kafka, role by role; asks no Kafka")
    for action in (create, listing, check, acls):
        action.add_argument("--namespace", help="prefix of the streams (default: TOCSIN_NAMESPACE, or tocsin)")
        action.add_argument("--json", action="store_true", help="answer in JSON")
    create.add_argument(
        "--partitions", type=_count, help="of each keyed stream, for good (default: as many as there are, else 12)"
    )
    create.add_argument(
        "--raw-partitions", type=_count, help="of raw and rejected mentions (default: as the keyed streams)"
    )
    create.add_argument("--replication", type=_count, help="copies of each partition (default: the broker's)")
    create.add_argument(
        "--time",
        choices=("live", "replay"),
        default="live",
        help="live: the clock moves event time on; replay: the data do (default: %(default)s)",
    )
    create.add_argument(
        "--exercise", action="store_true", help="a drill: crises are marked, only notifiers that opt in hear them"
    )
    acls.add_argument("--principal", default="User:tocsin", help="who is to get them (default: %(default)s)")
    acls.add_argument(
        "--role", action="append", choices=list(ROLES), help="of this role only, may be repeated (default: all roles)"
    )
    acls.add_argument("--commands", action="store_true", help="print calls of kafka-acls.sh that grant them")


def run(args: argparse.Namespace) -> int:
    """0 done and sound; 1 problems (`check`)."""
    settings = Settings.from_environment(namespace=args.namespace)
    actions = {"create": _create, "list": _list, "check": _check, "acls": _acls}
    return actions[args.action](settings, args)


def _create(settings: Settings, args: argparse.Namespace) -> int:
    done = asyncio.run(
        create_streams(
            settings,
            partitions=args.partitions,
            raw_partitions=args.raw_partitions,
            replication=args.replication,
            time=args.time,
            is_exercise=args.exercise,
        )
    )
    if args.json:
        answer = {
            "namespace": settings.namespace,
            "time": done.namespace.time,
            "is_exercise": done.namespace.is_exercise,
            "created": done.created,
            "existing": done.existing,
            "partitions": done.partitions,
        }
        print(json.dumps(answer))
        return 0
    mode = mode_in_words(done.namespace.time, done.namespace.is_exercise)
    were_there = f", {len(done.existing)} were there" if done.existing else ""
    keyed, raw = done.partitions[ENRICHED.name], done.partitions[RAW.name]
    print(f"namespace {settings.namespace} ({mode}): {len(done.created)} streams created{were_there}")
    print(f"{keyed} partitions of each keyed stream, {raw} of raw mentions")
    return 0


def _list(settings: Settings, args: argparse.Namespace) -> int:
    statuses = asyncio.run(describe_streams(settings))
    if args.json:
        print(msgspec.json.encode([_plain(status) for status in statuses]).decode())
        return 0
    width = max(len(status.topic) for status in statuses)
    print(f"{'stream':<{width}}  partitions  copies  kept")
    for status in statuses:
        if not status.exists:
            print(f"{status.topic:<{width}}  missing")
            continue
        print(f"{status.topic:<{width}}  {status.partitions:>10}  {status.replication:>6}  {_kept(status)}")
    if not all(status.exists for status in statuses):
        print(f"next: {how_to_create(settings)}")
    return 0


def _check(settings: Settings, args: argparse.Namespace) -> int:
    problems, notes = asyncio.run(_find(settings))
    if args.json:
        print(json.dumps({"namespace": settings.namespace, "problems": problems, "notes": notes}))
        return 1 if problems else 0
    for note in notes:
        print(f"note: {note}")
    for problem in problems:
        print(f"problem: {problem}")
    if problems:
        if any("missing" in problem or "never created" in problem for problem in problems):
            print(f"next: {how_to_create(settings)}")
        return 1
    print(f"the {len(STREAMS)} streams of the namespace {settings.namespace} are sound")
    return 0


def _acls(settings: Settings, args: argparse.Namespace) -> int:
    rights = needed_by(args.role or ROLES, settings.namespace)
    if args.json:
        listed = [{"principal": args.principal, "permission": "Allow", **asdict(right)} for right in rights]
        print(json.dumps(listed))
        return 0
    if args.commands:
        print("\n".join(commands(rights, args.principal)))
        return 0
    rows = [(right.resource, right.name + "*" * right.is_prefix, right.operation) for right in rights]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for right, row in zip(rights, rows, strict=True):
        print("  ".join([*(text.ljust(width) for text, width in zip(row, widths, strict=True)), right.why]))
    print(f"{len(rights)} rights for {args.principal}; * is a prefix (--commands: as calls of kafka-acls.sh)")
    return 0


async def _find(settings: Settings) -> tuple[list[str], list[str]]:
    problems = await check_streams(settings)
    return problems, [note for status in await describe_streams(settings) for note in status.notes]


def _plain(status: StreamStatus) -> dict[str, object]:
    seconds = status.retention.total_seconds() if status.retention else None
    return {**{k: v for k, v in asdict(status).items() if k != "retention"}, "retention_seconds": seconds}


def _kept(status: StreamStatus) -> str:
    compacted = next(stream.retention is None for stream in STREAMS if stream.name == status.name)
    return in_words(status.retention) if status.retention else "last of each key" if compacted else "without end"


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 10_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 10000")
    return int(text)
