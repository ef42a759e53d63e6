"""Somebody asks to be forgotten: afterwards every stream and row is searched for what they wrote, and who they are."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from schemas.crisis import Crisis
from schemas.mention import Author, Evidence, Mention
from schemas.streams import CRISIS_STATE, EVIDENCE, RAW, STREAMS, topic_name
from tests.builders import a_crisis
from tests.e2e.test_people_act import SECRET, WATCHLIST, Shell
from tests.faults.support.processes import WORKER, Crew
from tocsin.desk.history import read_history
from tocsin.desk.latest import read_latest
from tocsin.kafka.admin import create_streams
from tocsin.kafka.client import client_options
from tocsin.kafka.follow import StreamReader
from tocsin.response.event_log import verify_chain
from tocsin.settings import Settings

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

TEXT = b"nobody at Acme ever called me back"
KEY = b"jane-4711"
PERSON = (b"jane_from_leeds", b"Jane Example")
#: What remains until it expires, and in how many words: mentions as they came.
TEXTS_REMAIN = {"mentions.raw", "mentions.enriched", "mentions.scored"}
#: Keys: of mentions and requests on their way, and of the log.
KEYS_REMAIN = TEXTS_REMAIN | {"mentions.by-topic", "activity.by-author", "inbox", "crises"}


async def write(settings: Settings, *mentions: Mention) -> None:
    async with AIOKafkaProducer(**client_options(settings), acks="all") as producer:
        for mention in mentions:
            await producer.send_and_wait(
                topic_name(settings.namespace, RAW), mention.encode(), key=mention.author_key.encode()
            )


async def write_crisis(settings: Settings, crisis: Crisis) -> None:
    async with AIOKafkaProducer(**client_options(settings), acks="all") as producer:
        await producer.send_and_wait(
            topic_name(settings.namespace, CRISIS_STATE), crisis.encode(), key=crisis.id.encode()
        )


def complaints(count: int) -> list[Mention]:
    author = Author(id=KEY.decode(), handle="jane_from_leeds", name="Jane Example", followers=90_000)
    text = f"an explosion at Acme, terrible, and {TEXT.decode()}"
    return [
        Mention(id=f"s{number}", text=f"{text} ({number})", source="x", posted_at=datetime.now(UTC), author=author)
        for number in range(count)
    ]


async def search(settings: Settings, *words: bytes) -> set[str]:
    """Streams that hold one of the words, in keys or values; compacted ones as compaction leaves them."""
    found = set()
    for stream in STREAMS:
        records: dict[object, bytes] = {}
        async with StreamReader(settings, stream) as reader:
            async for record in reader.read_to_end():
                place = record.offset if stream.retention else record.key
                records.pop((record.partition, place), None)
                if record.value is not None:
                    records[record.partition, place] = (record.key or b"") + b" " + record.value
        if any(word in data for word in words for data in records.values()):
            found.add(stream.name)
    return found


async def wait_for(settings: Settings, texts: int) -> Crisis:
    """The crisis, once it names the author and all texts are kept."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        crises = [*(await read_latest(settings, CRISIS_STATE, Crisis)).values()]
        kept = await read_latest(settings, EVIDENCE, Evidence)
        if len(kept) >= texts and any("x|jane-4711" in crisis.authors for crisis in crises):
            return crises[0]
        await asyncio.sleep(0.3)
    raise AssertionError("no crisis names the author")


def test_after_an_erasure_nothing_is_left_but_what_expires_by_itself(
    kafka: str, namespace: str, tmp_path: Path
) -> None:
    watchlist = tmp_path / "watchlist.yaml"
    watchlist.write_text(WATCHLIST, encoding="utf-8")
    settings = Settings(bootstrap=kafka, namespace=namespace, watchlist=watchlist, respond_secret=SECRET)
    shell = Shell(settings)

    def forget(*more: str) -> dict[str, object]:
        told = shell.run("erase", "author", "x:jane-4711", "--reason", "asked by mail", "--json", *more)
        answer: dict[str, object] = json.loads(told)
        return answer

    async def story() -> None:
        await create_streams(settings, partitions=4)
        with Crew(settings, tmp_path / "crew", WORKER) as crew:
            crew.start("w1")
            await crew.wait_ready()
            await write(settings, *complaints(12))
            crisis = await wait_for(settings, texts=12)
            everywhere = await search(settings, KEY)
            assert {"mentions.evidence", "crises.state", "state.window-author", "state.escalate"} <= everywhere
            assert TEXT.decode() in await asyncio.to_thread(shell.run, "crises", "show", crisis.id, "--json")

            assert (await asyncio.to_thread(forget, "--dry-run"))["texts"] == 12
            await write_crisis(settings, a_crisis(id="old", status="resolved", authors=("x|jane-4711", "x|bo")))
            done = await asyncio.to_thread(forget)
            assert (done["texts"], done["left"], done["named"]) == (12, 0, []), done
            assert (await asyncio.to_thread(forget))["texts"] == 0, "given twice, done once"

            old = (await read_latest(settings, CRISIS_STATE, Crisis))["old"]
            assert old.authors == (f"x|erased-{done['request']}", "x|bo"), "no worker keeps it any more"
            assert await search(settings, TEXT) == TEXTS_REMAIN
            assert await search(settings, *PERSON) == TEXTS_REMAIN
            assert await search(settings, KEY) <= KEYS_REMAIN
            shown = await asyncio.to_thread(shell.run, "crises", "show", crisis.id)
            assert TEXT.decode() not in shown and "jane" not in shown.lower()

            await write(settings, *[each.replace(posted_at=crisis.opened_at) for each in complaints(3)])
            await asyncio.sleep(3)
            assert not await read_latest(settings, EVIDENCE, Evidence), "what comes again is not kept again"
        assert verify_chain((await read_history(settings)).events) == ()

    asyncio.run(story())
