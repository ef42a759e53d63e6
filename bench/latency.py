"""High-risk mention on Kafka → escalation event, in an open loop: load comes at its rate whether or not we keep up.

    python -m bench.latency [--json] [--rate N] [--probes N]

A live namespace, one worker on one core. While ordinary mentions of the simulated world's brands arrive at the given
rate, each probe is a mention of a brand of its own with a high-risk term, so that it opens a crisis of its own. Two
times are taken, both from the probe's append to `mentions.raw`: to the append of the event to `crises` (the broker's
clock for both), and until a reader of committed records has the event (the same computer's clock).
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import cycle

import yaml
from aiokafka import AIOKafkaConsumer, TopicPartition

from bench.pipeline import WORKER
from bench.stand import PARTITIONS, Figures, Stand, arguments, stand
from schemas.crisis import EscalationEvent
from schemas.mention import Author, Mention
from schemas.streams import CRISES, RAW, topic_name
from tocsin.errors import TocsinError
from tocsin.kafka.client import client_options
from tocsin.kafka.follow import StreamReader
from tocsin.replay import KafkaRawWriter, RawRecord, raw_record
from tocsin.settings import Settings
from tocsin.world.simulate import World

SEED = 7
#: Ordinary mentions that are prepared; they come again with other ids.
PREPARED = 20_000
#: Seconds of load before the first probe, and between the writes of the load.
WARM_UP_S = 5.0
SLICE_S = 0.01
PROBES_A_SECOND = 20
#: How long the last events may take.
PATIENCE_S = 30.0
HIGH_RISK = "product recall"


@dataclass(slots=True)
class Latencies:
    """Milliseconds of each probe, and what the worker used meanwhile.

    Attributes:
        appended: until the event was appended; received: until a reader of committed records had it.
    """

    appended: list[float] = field(default_factory=list)
    received: list[float] = field(default_factory=list)
    figures: Figures | None = None


def brand_of(number: int) -> str:
    """The brand that probe `number` is about."""
    return f"probe{number}"


def watchlist_yaml(world: World, probes: int) -> str:
    """The world's brands, and one for each probe."""
    watchlist = yaml.safe_load(world.watchlist_yaml())
    watchlist["high_risk"] = [HIGH_RISK]
    watchlist["brands"] += [
        {"id": brand_of(number), "name": brand_of(number), "keywords": [brand_of(number)]} for number in range(probes)
    ]
    return str(yaml.safe_dump(watchlist, sort_keys=False))


def ordinary(world: World) -> list[tuple[bytes, list[bytes]]]:
    """Key and parts of prepared mentions: an id and the time go between the parts."""
    prepared = []
    for mention, _ in zip(world.mentions(), range(PREPARED), strict=False):
        marked = mention.replace(id="@ID@", posted_at=world.start).encode()
        head, rest = marked.split(b"@ID@", 1)
        middle, tail = rest.split(world.start.strftime("%Y-%m-%dT%H:%M:%SZ").encode(), 1)
        prepared.append((mention.author_key.encode(), [head, middle, tail]))
    return prepared


def probe(number: int) -> RawRecord:
    """A high-risk mention of now."""
    author = Author(id=f"prober{number}", followers=100)
    text = f"is there a {HIGH_RISK} at {brand_of(number)}?"
    return raw_record(
        Mention(id=f"probe-{number}", text=text, source="x", posted_at=datetime.now(UTC), author=author)
    )  # fmt: skip


async def offer(settings: Settings, prepared: list[tuple[bytes, list[bytes]]], rate: int, probes: int) -> None:
    """Write the load and the probes at their rates, by the clock."""
    mentions = cycle(prepared)
    written = probed = 0
    async with KafkaRawWriter(settings) as writer:
        began = time.monotonic()
        while probed < probes:
            passed = time.monotonic() - began
            now = datetime.now(UTC).isoformat().encode()
            while written < passed * rate:
                key, (head, middle, tail) = next(mentions)
                await writer.write(key, b"%s%d%s%s%s" % (head, written, middle, now, tail))
                written += 1
            while probed < min(probes, (passed - WARM_UP_S) * PROBES_A_SECOND):
                record = probe(probed)
                await writer.write(record.key, record.value)
                probed += 1
            await writer.flush()
            await asyncio.sleep(max(0.0, SLICE_S - (time.monotonic() - began - passed)))


async def receive(reader: StreamReader, probes: int) -> dict[str, tuple[int, float]]:
    """Brand → when its first event was appended (ms), and when it was received (ms), as they come."""
    found: dict[str, tuple[int, float]] = {}
    while len(found) < probes:
        for record in await reader.poll(100):
            brand = EscalationEvent.decode(record.value).crisis.brand
            if brand.startswith("probe"):
                found.setdefault(brand, (record.timestamp, time.time() * 1000))
    return found


async def find_probes(settings: Settings) -> dict[str, int]:
    """Brand → when its probe was appended to `mentions.raw`, ms."""
    found = {}
    partitions = [TopicPartition(topic_name(settings.namespace, RAW), number) for number in range(PARTITIONS)]
    async with AIOKafkaConsumer(**client_options(settings), enable_auto_commit=False) as consumer:
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        while any([await consumer.position(each) < ends[each] for each in partitions]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    if b'"id":"probe-' in record.value:
                        found[f"probe{Mention.decode(record.value).id.removeprefix('probe-')}"] = record.timestamp
    return found


async def measure(place: Stand, rate: int, probes: int) -> Latencies:
    """Run a worker under load and time the probes.

    Raises:
        TocsinError: events are missing, or the worker ended.
    """
    world = World(SEED, days=3.0)
    watchlist = place.directory / "watchlist.yaml"
    watchlist.write_text(watchlist_yaml(world, probes), encoding="utf-8")
    settings = await place.create("latency", time="live", watchlist=watchlist)
    prepared = ordinary(world)
    with place.run(settings, WORKER) as child:
        first = await place.wait_ready(child)
        async with StreamReader(settings, CRISES, start="end") as reader:
            seconds = WARM_UP_S + probes / PROBES_A_SECOND
            receiving = asyncio.create_task(receive(reader, probes))
            await offer(settings, prepared, rate, probes)
            last = place.sample(child)
            try:
                events = await asyncio.wait_for(receiving, PATIENCE_S)
            except TimeoutError:
                raise TocsinError(
                    f"events of some probes are missing {PATIENCE_S:.0f} s after the last", "use a lower --rate"
                ) from None
    appended = await find_probes(settings)
    latencies = Latencies(figures=Figures.between(first, last, round(rate * seconds) + probes))
    for brand, (event_ms, received_ms) in events.items():
        latencies.appended.append(event_ms - appended[brand])
        latencies.received.append(received_ms - appended[brand])
    return latencies


def percentile(values: Iterable[float], share: float) -> float:
    """The value that this share of them does not exceed (nearest rank)."""
    ordered = sorted(values)
    return round(ordered[max(0, -int(-share * len(ordered) // 1) - 1)], 1)


def summarise(latencies: Latencies, rate: int) -> dict[str, float]:
    """The result as one flat object; times in ms."""
    assert latencies.figures is not None
    summary: dict[str, float] = {"rate": rate, "probes": len(latencies.appended)}
    for prefix, values in (("", latencies.appended), ("received_", latencies.received)):
        for share in (50, 95, 99):
            summary[f"{prefix}p{share}_ms"] = percentile(values, share / 100)
    return summary | {
        "worst_ms": max(latencies.received),
        "worker_busy": round(latencies.figures.worker_s / latencies.figures.seconds, 2),
    }


def main() -> int:
    """Print the percentiles, or JSON with `--json`."""
    args = arguments(
        "latency", "High-risk mention on Kafka → escalation event, open loop.",
        rate=(2_000, "ordinary mentions a second; half of what bench.pipeline measured"),
        probes=(1_000, "high-risk mentions, 20 a second"),
    ).parse_args()  # fmt: skip
    with stand() as place:
        latencies = asyncio.run(measure(place, args.rate, args.probes))
    summary = summarise(latencies, args.rate)
    if args.json:
        print(json.dumps(summary))
        return 0
    print(f"  {summary['probes']:,} probes at {args.rate:,} mentions/s, worker busy {summary['worker_busy']:.0%}")
    print(f"  {'ms after the append of the mention':<40} {'p50':>8} {'p95':>8} {'p99':>8}")
    for prefix, about in (("", "the event is appended"), ("received_", "a reader of committed records has it")):
        print(f"  {about:<40}" + "".join(f" {summary[f'{prefix}p{share}_ms']:>8.1f}" for share in (50, 95, 99)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
