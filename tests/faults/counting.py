"""A pipeline of two tiny steps, so that the engine's guarantee is tested on its own: key by author, count per author.

Every mention makes one record that carries its author's running count. Whatever is lost shows as a gap in the numbers
1…n of an author, whatever is counted twice as a number that comes again or goes past n.
"""

from __future__ import annotations

import sys
from typing import Any

from agents.__main__ import run
from agents.engine.app import App
from agents.engine.chunk import chunks
from schemas import streams
from schemas.activity import AuthorActivity
from schemas.mention import EnrichedMention, Mention
from tocsin.flow import Emit, Row, Rows, Step
from tocsin.kafka.admin import partition_counts, read_namespace
from tocsin.preflight import Ready
from tocsin.settings import Settings


class CountRow(Row):
    count: int = 0


class KeyByAuthor:
    def __init__(self, setup: Any, rows: Rows) -> None:
        pass

    def take(self, mention: Mention, appended_ms: int) -> list[Emit]:
        enriched = EnrichedMention(mention=mention, brand="acme", posted_at=mention.posted_at)
        return [Emit(streams.ENRICHED, mention.author_key, enriched)]

    def advance(self, watermark_ms: int) -> list[Emit]:
        return []


class CountPerAuthor:
    def __init__(self, setup: Any, rows: Rows) -> None:
        self._rows = rows

    def take(self, enriched: EnrichedMention, appended_ms: int) -> list[Emit]:
        author = enriched.mention.author_key
        row = self._rows.get(author) or CountRow()
        row.count += 1
        self._rows.put(author, row)
        at = enriched.posted_at
        activity = AuthorActivity(author=author, brand="acme", start_at=at, end_at=at, mentions=row.count, negatives=0)
        return [Emit(streams.BY_AUTHOR_ACTIVITY, author, activity)]

    def advance(self, watermark_ms: int) -> list[Emit]:
        return []


KEY = Step("key", "by author", streams.RAW, (streams.ENRICHED,), KeyByAuthor, is_source=True)
COUNT = Step(
    "count", "per author", streams.ENRICHED, (streams.BY_AUTHOR_ACTIVITY,), CountPerAuthor,
    row=CountRow, state=streams.AUTHOR_STATE,
)  # fmt: skip


async def check(settings: Settings) -> Ready:
    info = await read_namespace(settings)
    return Ready(setup=None, partitions=await partition_counts(settings), time=info.time)


async def run_chunks(stream: Any) -> None:
    async for chunk in chunks(stream):
        chunk.take()
        chunk.advance()
        await chunk.done()


if __name__ == "__main__":
    import asyncio
    import logging

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("aiokafka").setLevel(logging.ERROR)
    chosen = Settings.from_environment()
    app = App("worker", chosen, (KEY, COUNT), check)
    app.ready = asyncio.run(check(chosen))
    for step in (KEY, COUNT):
        app.agent(app.source(step), name=step.name)(run_chunks)
    sys.exit(run(app, chosen))
