"""The whole pipeline, raw → crises, all steps in one worker on one core: our engine and stock Faust, same steps.

    python -m bench.pipeline [--json] [--ours N] [--stock N] [--squeeze N]

The load is a simulated world of three days with its crises, written before the worker starts. Its event time is
squeezed a hundredfold, so that a tick of ten seconds holds as many mentions as on the busiest night (some 770 with the
default number), and the cost of a mention is measured; `--squeeze 1` is a replay of three sparse days, where the cost
of 26,000 ticks is measured instead. Ours is timed from the worker's "ready" to the end of time on `crises`: commits,
changelogs and metrics are all on. Stock Faust gets the first mentions from the world's first event on, as dense as
ours, with a watermark a minute instead of one each ten seconds (it passes each on at once, where a commit of ours
passes on the last), and is timed from its first enriched mention. Both help stock.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from bench.stand import HEAD, PARTITIONS, READY_S, Figures, Gauge, Sample, Stand, arguments, stand
from schemas.mention import Mention
from schemas.streams import CRISES, END_OF_TIME_MS, ENRICHED, RAW
from tocsin.child import Child
from tocsin.errors import TocsinError
from tocsin.instants import MINUTE_MS, milliseconds
from tocsin.kafka.follow import StreamReader
from tocsin.replay import KafkaRawWriter, RawRecord, play, raw_record
from tocsin.settings import Settings
from tocsin.workers import AGENTS
from tocsin.world.simulate import World

SEED = 7
DAYS = 3.0
#: Mentions of a world of `DAYS` days at rate 1, about.
MENTIONS_AT_RATE_1 = 60_000
#: A run that takes longer is stuck.
LIMIT_S = 600.0
WORKER = (*AGENTS, "worker")


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was measured; `events` is the number of escalation events that our run ended with."""

    ours: Figures
    stock: Figures
    getmany: Figures
    events: int


async def load_sparsely(settings: Settings, records: list[RawRecord]) -> None:
    """Fill `mentions.raw` with a watermark a minute, and the end."""
    async with KafkaRawWriter(settings) as writer:
        told = 0
        for at_ms, key, value in records:
            if at_ms is not None and at_ms >= told + MINUTE_MS:
                told = at_ms - at_ms % MINUTE_MS
                await writer.write_watermark(told)
            await writer.write(key, value)
        await writer.write_watermark(END_OF_TIME_MS)
        await writer.flush()


async def run_to_end(stand: Stand, settings: Settings, count: int) -> tuple[Figures, int]:
    """Run a worker over everything; the figures, and the number of escalation events.

    Raises:
        TocsinError: it ended, or took more than `LIMIT_S`.
    """
    events = 0
    async with StreamReader(settings, CRISES) as crises, Gauge(settings) as gauge:
        with stand.run(settings, WORKER) as child:
            begin = wait_for_first(stand, child, gauge) if settings.is_stock else stand.wait_ready(child)
            last = first = await begin
            while not crises.is_done:
                events += len(await crises.poll(100))
                last = stand.sample(child)
                if last.at > first.at + LIMIT_S:
                    raise TocsinError(f"no end of time on {CRISES.name} after {LIMIT_S:.0f} s", child.last_line())
    return Figures.between(first, last, count - first.done), events


async def wait_for_first(stand: Stand, child: Child, gauge: Gauge) -> Sample:
    """The moment at which the first enriched mentions can be seen: stock Faust does not say when it is ready.

    Raises:
        TocsinError: it ended, or none came.
    """
    end = time.monotonic() + READY_S
    while not (done := await gauge.written(ENRICHED)):
        stand.sample(child)
        if time.monotonic() > end:
            raise TocsinError(f"{child.name} wrote nothing in {READY_S:.0f} s", child.last_line())
    return stand.sample(child, done)


def squeezed(mention: Mention, start: datetime, times: int) -> Mention:
    """The mention, so many times nearer to the world's start."""
    return mention.replace(posted_at=start + (mention.posted_at - start) / times)


async def compare(stand: Stand, ours_count: int, stock_count: int, squeeze: int) -> Comparison:
    """Load both namespaces, then run ours, stock, and aiokafka's own loop over our mentions."""
    world = World(SEED, days=DAYS, rate=ours_count / MENTIONS_AT_RATE_1)
    watchlist = stand.directory / "watchlist.yaml"
    watchlist.write_text(world.watchlist_yaml(), encoding="utf-8")
    ours = await stand.create("pipeline", watchlist=watchlist)
    stock = replace(await stand.create("pipeline-stock", watchlist=watchlist), is_stock=True)
    records = [raw_record(squeezed(mention, world.start, squeeze)) for mention in world.mentions()]
    async with KafkaRawWriter(ours) as writer:
        played = await play(records, writer)
    opens_ms = milliseconds(world.start + (world.labels[0].start - world.start) / squeeze)
    around = [record for record in records if record.at_ms is not None and record.at_ms >= opens_ms][:stock_count]
    await load_sparsely(stock, around)
    figures, events = await run_to_end(stand, ours, played.mentions)
    print(figures.row("raw → crises, ours"), file=sys.stderr)
    stock_figures, _ = await run_to_end(stand, stock, len(around))
    with stand.run(ours, [sys.executable, "-m", "bench.contender", "getmany"]) as child:
        async with Gauge(ours) as gauge:
            goal = played.mentions + played.watermarks * PARTITIONS
            read = await stand.watch(child, partial(gauge.committed, f"{ours.namespace}.getmany", RAW), goal)
    return Comparison(figures, stock_figures, read, events)


def summarise(measured: Comparison) -> dict[str, float]:
    """The result as one flat object."""
    ours, stock = measured.ours, measured.stock
    return {
        "ratio": round(ours.per_second / stock.per_second, 1),
        "cpu_ratio": round(stock.worker_us / ours.worker_us, 1),
        "mentions": ours.records,
        "events": measured.events,
        "seconds": round(ours.seconds, 1),
        "mentions_per_second": round(ours.per_second),
        "mentions_per_second_per_core": round(1e6 / ours.worker_us),
        "worker_cpu_us_per_mention": round(ours.worker_us, 1),
        "broker_cpu_us_per_mention": round(ours.broker_us, 1),
        "stock_per_second": round(stock.per_second, 1),
        "stock_cpu_us_per_mention": round(stock.worker_us, 1),
        "getmany_per_second": round(measured.getmany.per_second),
    }


def main() -> int:
    """Print the table, or JSON with `--json`."""
    args = arguments(
        "pipeline", "The whole pipeline on one core: our engine, and stock Faust.",
        ours=(200_000, "mentions for the engine, about"), stock=(10_000, "mentions for stock Faust"),
        squeeze=(100, "how many times faster event time passes"),
    ).parse_args()  # fmt: skip
    with stand() as place:
        measured = asyncio.run(compare(place, args.ours, args.stock, args.squeeze))
    summary = summarise(measured)
    if args.json:
        print(json.dumps(summary))
        return 0
    print(f"{HEAD}\n{measured.ours.row('raw → crises, ours')}\n{measured.stock.row('raw → crises, stock Faust')}")
    print(measured.getmany.row("aiokafka getmany + parse, with watermarks"))
    print(f"\n  {measured.ours.records:,} mentions, {measured.events} escalation events")
    print(f"  {summary['mentions_per_second_per_core']:,} mentions per worker CPU second")
    print(f"  {summary['ratio']:.1f} times stock by wall time, {summary['cpu_ratio']:.1f} by CPU time")
    return 0


if __name__ == "__main__":
    sys.exit(main())
