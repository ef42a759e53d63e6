"""`tocsin silence`: silence a brand or one of its topics for a time, see what is silenced, end it early."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

from schemas.command import Command, Silence
from schemas.streams import SILENCES
from tocsin.cli.act import add_actor, add_namespace, find_actor, make_command, read_duration, send, tell_answer
from tocsin.configuration import load_response, load_watchlist
from tocsin.desk.latest import choose, read_latest
from tocsin.errors import ConfigurationError
from tocsin.kafka.reach import hush_client
from tocsin.playback import find_kafka
from tocsin.response.message.compose import WORDS
from tocsin.response.message.figures import Figures
from tocsin.response.message.inert import make_inert
from tocsin.settings import Settings
from tocsin.strict_yaml import suggest

_LIST = "tocsin silence list"


class Silenced(NamedTuple):
    """A silence, whoever made it.

    Attributes:
        id: to lift it by; empty when a file holds it.
    """

    id: str
    brand: str
    topic: str | None
    until: datetime
    by: str
    reason: str


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `tocsin silence`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="add|list|lift")
    add = actions.add_parser("add", help="send no messages about a brand or a topic for a time; they are counted")
    add.add_argument("--brand", required=True, help="id of the brand")
    add.add_argument("--topic", help="id of the topic (default: the whole brand)")
    add.add_argument("--for", dest="span", required=True, type=read_duration, metavar="DURATION", help="2h, 3d")
    add.add_argument("--reason", required=True, help="why: it is shown with every message that was not sent")
    add_actor(add)
    listing = actions.add_parser("list", help="show what is silenced, by command and by response.yaml")
    listing.add_argument("--all", action="store_true", help="those that are over too, as far as they are kept")
    add_namespace(listing)
    lift = actions.add_parser("lift", help="end a silence before its time")
    lift.add_argument("id", metavar="ID", help="the silence: its id, or a beginning that no other has")
    lift.add_argument("--reason", default="", help="why, if that is worth keeping")
    add_actor(lift)


def run(args: argparse.Namespace) -> int:
    """0 done and accepted; 1 refused, or not answered in time."""
    settings = Settings.from_environment(namespace=args.namespace)
    if args.action != "list":
        args.by = find_actor(args, settings)
    if args.action == "add":
        check_known(settings, args.brand, args.topic)
    actions = {"add": _add, "list": _list, "lift": _lift}
    with hush_client():
        return asyncio.run(actions[args.action](find_kafka(settings), args))


def check_known(settings: Settings, brand: str, topic: str | None) -> None:
    """Hold brand and topic to the watchlist, where there is one here: that of a misspelt name would silence nothing.

    Raises:
        ConfigurationError: the watchlist does not have them.
    """
    if not settings.watchlist.exists():
        return
    brands = {each.id: each for each in load_watchlist(settings.watchlist).brands}
    if brand not in brands:
        raise ConfigurationError(f'there is no brand "{brand}" in {settings.watchlist}', suggest(brand, brands))
    topics = [each.id for each in brands[brand].topics]
    if topic is not None and topic not in topics:
        raise ConfigurationError(
            f'{settings.watchlist}: brand "{brand}" has no topic "{topic}"',
            suggest(topic, topics) if topics else "it has none: leave --topic out to silence the whole brand",
        )


async def _add(settings: Settings, args: argparse.Namespace) -> int:
    now = datetime.now(UTC)
    command = make_command(
        args.by,
        now,
        action="silence",
        brand=args.brand,
        topic=args.topic,
        until=now + args.span,
        reason=args.reason,
    )
    return await _send(settings, command, args)


async def _lift(settings: Settings, args: argparse.Namespace) -> int:
    silences = await read_latest(settings, SILENCES, Silence)
    found = silences[choose(silences, args.id, "silence", _LIST)]
    command = make_command(
        args.by, action="unsilence", brand=found.brand, topic=found.topic, target=found.id, reason=args.reason
    )
    return await _send(settings, command, args)


async def _send(settings: Settings, command: Command, args: argparse.Namespace) -> int:
    answer = await send(settings, command, args.timeout)
    return tell_answer(command, answer, args.timeout, is_json=args.json)


async def _list(settings: Settings, args: argparse.Namespace) -> int:
    shown = gather(settings, await read_latest(settings, SILENCES, Silence), datetime.now(UTC), is_all=args.all)
    if args.json:
        for each in shown:
            print(orjson.dumps(each._asdict()).decode())
        return 0
    if not shown:
        print("nothing is silenced")
        return 0
    figures = Figures(WORDS["en"])
    table = Table("id", "brand", "topic", "until", "by", "why", box=None, pad_edge=False)
    for each in shown:
        cells = (each.id or f"({settings.response.name})", each.brand, each.topic or "all", figures.time(each.until))
        table.add_row(*(Text(make_inert(cell)) for cell in (*cells, each.by, each.reason)))
    Console().print(table)
    return 0


def gather(settings: Settings, silences: Mapping[str, Silence], now: datetime, *, is_all: bool) -> list[Silenced]:
    """What is silenced by command, and by response.yaml if there is one here; what ends first comes first."""
    planned = load_response(settings.response).silences if settings.response.exists() else ()
    found = [Silenced(each.id, each.brand, each.topic, each.until, each.by, each.reason) for each in silences.values()]
    found += [Silenced("", each.brand, each.topic, each.until, each.by, each.reason) for each in planned]
    return sorted((each for each in found if is_all or each.until > now), key=lambda each: (each.until, each.id))
