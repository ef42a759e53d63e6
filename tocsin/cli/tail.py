"""`tocsin tail`: escalation cards as they fire."""

from __future__ import annotations

import argparse
import asyncio

from tocsin.feed import CrisisFeed
from tocsin.kafka.follow import Start
from tocsin.kafka.reach import hush_client
from tocsin.playback import find_kafka
from tocsin.screen import write_event
from tocsin.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `tocsin tail`."""
    parser.add_argument("--namespace", help="which one (default: TOCSIN_NAMESPACE, or tocsin)")
    parser.add_argument(
        "--from",
        dest="start",
        choices=("start", "end"),
        default="end",
        help="all events that are kept, or only new ones (default: %(default)s)",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line: event and evidence")


def run(args: argparse.Namespace) -> int:
    """Until Ctrl-C."""
    settings = find_kafka(Settings.from_environment(namespace=args.namespace))
    with hush_client():
        asyncio.run(_follow(settings, args.start, args.json))
    return 0


async def _follow(settings: Settings, start: Start, is_json: bool) -> None:
    async with CrisisFeed(settings, start=start) as feed:
        async for heard in feed.events():
            write_event(heard, is_json=is_json)
