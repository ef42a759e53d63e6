"""`tocsin rejected`: what could not be read as a mention, and why."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter

import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tocsin.cards import make_inert
from tocsin.feed import Rejected, read_rejected
from tocsin.kafka.reach import hush_client
from tocsin.playback import find_kafka
from tocsin.settings import Settings

_PREVIEW = 120


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `tocsin rejected`."""
    parser.add_argument("action", choices=("list",), help="what to do")
    parser.add_argument("--namespace", help="which one (default: TOCSIN_NAMESPACE, or tocsin)")
    parser.add_argument("--limit", type=int, default=50, help="the newest so many; 0: all (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="one JSON object a line, oldest first")


def run(args: argparse.Namespace) -> int:
    """0, also when there are none."""
    settings = find_kafka(Settings.from_environment(namespace=args.namespace))
    with hush_client():
        found = asyncio.run(_collect(settings))
    found.sort(key=lambda rejected: (rejected.about.first_failed_at, rejected.about.partition, rejected.about.offset))
    shown = found[-args.limit :] if args.limit > 0 else found
    if args.json:
        for rejected in shown:
            about = orjson.loads(rejected.about.encode())
            sys.stdout.write(orjson.dumps({**about, "preview": preview(rejected.value)}).decode() + "\n")
        return 0
    if not found:
        print(f"no mention of {settings.namespace} was rejected")
        return 0
    Console().print(_make_table(shown))
    causes = ", ".join(f"{cause} {count}" for cause, count in Counter(r.about.cause for r in found).most_common())
    print(f"{len(shown)} of {len(found)} shown; causes: {make_inert(causes)}")
    return 0


def preview(value: bytes) -> str:
    """The head of the bytes as text that does nothing but be read."""
    head = make_inert(value[: 4 * _PREVIEW].decode(errors="replace"))
    return head if len(head) <= _PREVIEW else head[: _PREVIEW - 1] + "…"


async def _collect(settings: Settings) -> list[Rejected]:
    return [rejected async for rejected in read_rejected(settings)]


def _make_table(shown: list[Rejected]) -> Table:
    table = Table("when", "cause", "what", "where", "bytes", "preview", box=None, pad_edge=False)
    for about, value in shown:
        size = f"{about.size:,}" + (" (head kept)" if about.is_truncated else "")
        where = f"{about.stream}/{about.partition}@{about.offset}"
        cells = (f"{about.first_failed_at:%m-%d %H:%M:%S}", about.cause, about.message, where, size, preview(value))
        table.add_row(*(Text(make_inert(cell)) for cell in cells))
    return table
