"""What `bench.engine` measures, one way a process: `python -m bench.contender parse|count|getmany|relay [lean]`.

`parse` and `count` are one-step pipelines: agents of Faust, on our engine or (TOCSIN_STOCK=1) on Faust's own transport.
There they publish with `Topic.send`, which is how Faust's guide has it done, or with `lean` through Faust's producer
behind it, which is the fastest that we know of in Faust and that no guide tells of.
`getmany` reads and parses with nothing but aiokafka's consumer, `relay` also publishes, in batches: what the client
itself can do, without a guarantee beyond at least once.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
import time
from contextlib import suppress
from typing import Any

import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from agents.__main__ import run
from agents.engine.app import App
from agents.engine.chunk import chunks
from agents.engine.partition import Partitioner
from agents.engine.stock import GuideRuntime, StockRuntime
from schemas import streams
from schemas.activity import AuthorActivity
from schemas.mention import EnrichedMention, Mention
from schemas.streams import topic_name
from tocsin.flow import Emit, Row, Rows, Step
from tocsin.instants import instant, milliseconds
from tocsin.kafka.admin import partition_counts, read_namespace
from tocsin.kafka.client import client_options
from tocsin.preflight import Ready
from tocsin.settings import Settings

MINUTE_MS = 60_000
COMMIT_S = 0.1
MOST_RECORDS = 4_000


def enrich(mention: Mention) -> EnrichedMention:
    """All that `parse` and `relay` do with a mention."""
    return EnrichedMention(mention=mention, brand="acme", posted_at=mention.posted_at)


class Parse:
    """Mention → EnrichedMention keyed by author."""

    def __init__(self, setup: Any, rows: Rows) -> None:
        pass

    def take(self, mention: Mention, appended_ms: int) -> list[Emit]:  # noqa: ARG002 (the interface of steps)
        return [Emit(streams.ENRICHED, mention.author_key, enrich(mention))]

    def advance(self, watermark_ms: int) -> list[Emit]:  # noqa: ARG002 (the interface of steps)
        return []


class CountRow(Row):
    """Mentions of one author in one minute."""

    count: int = 0


class CountPerMinute:
    """Mention → its author's count of that minute so far; a row for each author and minute."""

    def __init__(self, setup: Any, rows: Rows) -> None:  # noqa: ARG002 (the interface of steps)
        self._rows = rows

    def take(self, mention: Mention, appended_ms: int) -> list[Emit]:  # noqa: ARG002 (the interface of steps)
        author = mention.author_key
        minute = milliseconds(mention.posted_at) // MINUTE_MS
        key = f"{author}|{minute}"
        row = self._rows.get(key) or CountRow()
        row.count += 1
        self._rows.put(key, row)
        activity = AuthorActivity(
            author=author,
            brand="acme",
            start_at=instant(minute * MINUTE_MS),
            end_at=instant((minute + 1) * MINUTE_MS),
            mentions=row.count,
            negatives=0,
        )
        return [Emit(streams.BY_AUTHOR_ACTIVITY, author, activity)]

    def advance(self, watermark_ms: int) -> list[Emit]:  # noqa: ARG002 (the interface of steps)
        return []


# Raw and keyed streams have equal partition counts here, and raw mentions are keyed by author: rows stay by their key.
STEPS = {
    "parse": Step("parse", "by author", streams.RAW, (streams.ENRICHED,), Parse, is_source=True),
    "count": Step(
        "count", "per author and minute", streams.RAW, (streams.BY_AUTHOR_ACTIVITY,), CountPerMinute,
        row=CountRow, state=streams.AUTHOR_STATE, is_source=True,
    ),
}  # fmt: skip


async def check(settings: Settings) -> Ready:
    """What a worker has to know, without a watchlist."""
    info = await read_namespace(settings)
    return Ready(setup=None, partitions=await partition_counts(settings), time=info.time)


async def run_chunks(stream: Any) -> None:
    """The agent, the same on both transports."""
    async for chunk in chunks(stream):
        chunk.take()
        chunk.advance()
        await chunk.done()


def run_step(name: str, settings: Settings, stock: type[StockRuntime]) -> int:
    """One step as an App of its own; its group is `<namespace>.<name>`."""
    step = STEPS[name]
    app = App(name, settings, (step,), check)
    app.stock = stock
    app.ready = asyncio.run(check(settings))
    app.agent(app.source(step), name=step.name)(run_chunks)
    return run(app, settings)


async def read(settings: Settings, name: str) -> None:
    """aiokafka's own loop: consume and parse; publish too when it is a relay."""
    consumer: Any = AIOKafkaConsumer(
        topic_name(settings.namespace, streams.RAW), **client_options(settings), enable_auto_commit=False,
        group_id=f"{settings.namespace}.{name}", auto_offset_reset="earliest", fetch_max_wait_ms=100,
    )  # fmt: skip
    producer: Any = AIOKafkaProducer(
        **client_options(settings), enable_idempotence=True, compression_type="zstd", max_batch_size=900_000,
        max_request_size=2 << 20,
    )  # fmt: skip
    topic = topic_name(settings.namespace, streams.ENRICHED)
    place = Partitioner((await partition_counts(settings))[streams.ENRICHED.name]).place
    is_relay, decode = name == "relay", Mention.decode
    async with consumer, producer:
        print(f"tocsin: worker {settings.worker} is ready", flush=True)
        committed_at = time.monotonic()
        sent: list[Any] = []
        batches: dict[int, Any] = {}
        while True:
            for records in (await consumer.getmany(timeout_ms=100, max_records=MOST_RECORDS)).values():
                for record in records:
                    if record.value is None:
                        continue  # a watermark
                    mention = decode(record.value)
                    if not is_relay:
                        continue
                    key, partition = place(mention.author_key)
                    value = enrich(mention).encode()
                    batch = batches.get(partition)
                    if batch is None:
                        batch = batches[partition] = producer.create_batch()
                    if batch.append(timestamp=None, key=key, value=value) is None:
                        sent.append(await producer.send_batch(batch, topic, partition=partition))
                        batch = batches[partition] = producer.create_batch()
                        batch.append(timestamp=None, key=key, value=value)
            if time.monotonic() > committed_at + COMMIT_S:
                sent += [await producer.send_batch(each, topic, partition=place) for place, each in batches.items()]
                await asyncio.gather(*sent)
                sent, batches = [], {}
                await consumer.commit()
                committed_at = time.monotonic()


async def read_until_told(settings: Settings, name: str) -> None:
    """`read`, ended by SIGTERM."""
    task = asyncio.ensure_future(read(settings, name))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with suppress(asyncio.CancelledError):
        await task


def main() -> int:
    """Run one way until it is told to stop."""
    logging.basicConfig(level=logging.ERROR)
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    name, settings = sys.argv[1], Settings.from_environment()
    if name in STEPS:
        return run_step(name, settings, StockRuntime if "lean" in sys.argv else GuideRuntime)
    asyncio.run(read_until_told(settings, name))
    return 0


if __name__ == "__main__":
    sys.exit(main())
