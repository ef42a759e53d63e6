"""One agent, consume → parse → produce, on one core: our engine, stock Faust with the same agent, and bare aiokafka.

    python -m bench.engine [--json] [--ours N] [--stock N]

Each way is timed from its first to its last output on Kafka, seen from outside: the group's committed offsets (ours,
where outputs and offsets commit together, and aiokafka's loops), or the outputs themselves (stock Faust, whose offsets
say nothing about outputs). Afterwards the outputs are counted. The second row is a keyed windowed count: a row for each
author and minute, with a changelog.

Which stock Faust? The agents are the same, line for line; the settings are the best that we found. Two ways to publish
are measured, each with its ratio:

- `ratio`: agents publish with `Topic.send`, as Faust's user guide has it. This is Faust as it is documented.
- `lean_ratio`: they call `app.producer.send`, the transport's side of `Topic.send`. No guide tells of it, and it leaves
  out what Faust does for its users there: types, serialisers, sensors. We know of no faster way in Faust.

Neither uses Faust's models: both are handed bytes and decode them as our engine does, which spares stock Faust most of
what its own codecs would cost.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from bench.stand import HEAD, Figures, Gauge, Stand, arguments, count_records, stand
from schemas.mention import Author, Engagement, Mention
from schemas.streams import BY_AUTHOR_ACTIVITY, ENRICHED, RAW, StreamSpec
from tocsin.errors import TocsinError
from tocsin.replay import KafkaRawWriter
from tocsin.settings import Settings

AUTHORS = 5_000
#: Event time between two mentions: an author has some three mentions in a minute.
STEP = timedelta(milliseconds=4)
START = datetime(2026, 1, 5, 12, tzinfo=UTC)
TEXT = "@AcmeAir third day without my luggage and nobody answers the phone. Worst service ever!! #acme"

#: Faust's settings that matter for speed, as `agents.engine.app` sets them; printed with the result.
STOCK_SETTINGS = (
    "faust-streaming 0.15.3 with Cython, uvloop; stream_buffer_maxsize 4096, broker_max_poll_records 500, "
    "broker_commit_interval 1 s, producer_linger 10 ms, producer_max_batch_size 256 KiB, zstd, store memory://, "
    "no web, no leader topic, no standbys"
)


def mention(number: int) -> tuple[bytes, bytes]:
    """Key and value of one raw mention, some 420 bytes."""
    author = Author(
        id=f"{number * 7919 % AUTHORS}", handle="ann_o", name="Ann O.", followers=4210 + number % 100
    )  # fmt: skip
    made = Mention(
        id=f"17873004{number:010d}",
        text=TEXT,
        source="x",
        posted_at=START + number * STEP,
        author=author,
        observed_at=START,
        url=f"https://example.org/ann_o/17873004{number:010d}",
        lang="en",
        engagement=Engagement(likes=5, reshares=2, replies=1, views=300),
    )
    return made.author_key.encode(), made.encode()


async def load(settings: Settings, count: int) -> None:
    """Fill `mentions.raw`."""
    async with KafkaRawWriter(settings) as writer:
        for number in range(count):
            await writer.write(*mention(number))
        await writer.flush()


async def measure(
    stand: Stand, settings: Settings, name: str, count: int, output: StreamSpec | None, *, by_output: bool = False,
    is_lean: bool = False,
) -> Figures:  # fmt: skip
    """Run one contender over the loaded mentions.

    Args:
        output: the stream that must hold `count` records afterwards; None: it writes nothing.
        by_output: progress is what was written to `output`, not what the group committed.

    Raises:
        TocsinError: records are missing in the output, or came twice.
    """
    command = [sys.executable, "-m", "bench.contender", name, *(["lean"] if is_lean else [])]
    with stand.run(settings, command) as child:
        async with Gauge(settings) as gauge:
            progress: Callable[[], Awaitable[int]] = partial(gauge.committed, f"{settings.namespace}.{name}", RAW)
            if by_output and output is not None:
                progress = partial(gauge.written, output)
            figures = await stand.watch(child, progress, count)
    if output is not None and (found := await count_records(settings, output)) != count:
        raise TocsinError(f"{name}: {found:,} outputs of {count:,} mentions", "this is no measurement but an error")
    return figures


async def compare(stand: Stand, ours_count: int, stock_count: int) -> dict[str, Figures]:
    """All ways, one after the other: ours and stock of a kind next to each other."""
    ours = await stand.create("ours")
    guide = replace(await stand.create("guide"), is_stock=True)
    lean = replace(await stand.create("lean"), is_stock=True)
    relay = await stand.create("relay")
    for settings, count in ((ours, ours_count), (relay, ours_count), (guide, stock_count), (lean, stock_count)):
        await load(settings, count)
    figures = {}
    for name, output in (("parse", ENRICHED), ("count", BY_AUTHOR_ACTIVITY)):
        figures[f"{name}, ours"] = await measure(stand, ours, name, ours_count, output)
        for settings, about in ((guide, "stock Faust"), (lean, "stock Faust, lean")):
            figures[f"{name}, {about}"] = await measure(
                stand, settings, name, stock_count, output, by_output=True, is_lean=settings is lean
            )
    figures["getmany"] = await measure(stand, relay, "getmany", ours_count, None)
    figures["relay"] = await measure(stand, relay, "relay", ours_count, ENRICHED)
    return figures


def summarise(figures: dict[str, Figures]) -> dict[str, float]:
    """The result as one flat object; rates are records a second, times µs of CPU a record."""
    summary: dict[str, float] = {}
    for prefix, kind in (("", "parse"), ("count_", "count")):
        ours = figures[f"{kind}, ours"]
        for way, about in (("", "stock Faust"), ("lean_", "stock Faust, lean")):
            stock = figures[f"{kind}, {about}"]
            summary |= {
                f"{prefix}{way}ratio": round(ours.per_second / stock.per_second, 1),
                f"{prefix}{way}cpu_ratio": round(stock.worker_us / ours.worker_us, 1),
                f"{prefix}{way}stock_per_second": round(stock.per_second),
                f"{prefix}{way}stock_us_cpu": round(stock.worker_us, 2),
            }
        summary |= {
            f"{prefix}ours_per_second": round(ours.per_second),
            f"{prefix}ours_us_cpu": round(ours.worker_us, 2),
            f"{prefix}ours_broker_us_cpu": round(ours.broker_us, 2),
        }
    return summary | {
        "getmany_per_second": round(figures["getmany"].per_second),
        "getmany_us_cpu": round(figures["getmany"].worker_us, 2),
        "relay_per_second": round(figures["relay"].per_second),
        "relay_us_cpu": round(figures["relay"].worker_us, 2),
        "shortest_seconds": round(min(each.seconds for each in figures.values()), 1),
    }


def main() -> int:
    """Print the table, or JSON with `--json`."""
    parser = arguments(
        "engine", "One agent on one core: our engine, stock Faust, bare aiokafka.",
        ours=(1_000_000, "mentions for the engine and for aiokafka"), stock=(30_000, "mentions for stock Faust"),
    )  # fmt: skip
    args = parser.parse_args()
    with stand() as place:
        figures = asyncio.run(compare(place, args.ours, args.stock))
    summary = summarise(figures)
    if args.json:
        print(json.dumps(summary))
        return 0
    print(f"stock at its best: {STOCK_SETTINGS}\n{HEAD}")
    names = {"getmany": "aiokafka getmany + parse", "relay": "aiokafka getmany + parse + create_batch"}
    for name, each in figures.items():
        print(each.row(names.get(name, name)))
    print()
    for prefix, kind in (("", "parse"), ("count_", "count")):
        for way, about in (("", "stock Faust"), ("lean_", "stock Faust through its producer")):
            wall, cpu = summary[f"{prefix}{way}ratio"], summary[f"{prefix}{way}cpu_ratio"]
            print(f"  {kind}: {wall:.1f} times {about} by wall time, {cpu:.1f} by CPU time")
    return 0


if __name__ == "__main__":
    sys.exit(main())
