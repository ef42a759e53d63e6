"""Malformed messages among good ones: each is kept with its cause, the good ones are all counted."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from aiokafka import AIOKafkaProducer

from schemas import streams
from schemas.streams import END_OF_TIME_MS, RAW, WATERMARK_HEADER, topic_name
from tests.faults.support.outputs import read_all, read_digested
from tests.faults.support.processes import ROOT, WORKER, Crew
from tocsin.kafka.admin import create_streams
from tocsin.settings import Settings

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

GOOD = int(os.environ.get("TOCSIN_TEST_GOOD_MENTIONS", "20000"))
BAD = 1_000
RAW_PARTITIONS = 6
START = datetime(2026, 1, 5, 12, tzinfo=UTC)
#: As agents/engine/lane.py states them: what is longer is not read, and its head is kept.
LIMIT_BYTES, HEAD_BYTES = 512 * 1024, 16 * 1024

WATCHLIST = """\
brands:
  - id: acme
    name: Acme
    keywords: [acme]
"""


def a_mention(number: int, **fields: object) -> dict[str, object]:
    """A good one; of all minutes of an hour."""
    return {
        "id": str(number),
        "text": f"Acme again, number {number}",
        "source": "x",
        "posted_at": (START + timedelta(seconds=number % 3600)).isoformat(),
        "author": {"id": f"a{number % 997}"},
    } | fields


#: Kind → cause, and how the bytes of number n are made.
KINDS: dict[str, tuple[str, Callable[[int], bytes | None]]] = {
    "not JSON": ("not-json", lambda n: b"acme is down! %d" % n),
    "wrong type": ("wrong-type", lambda n: orjson.dumps(a_mention(n, text=n))),
    "missing field": ("missing-field", lambda n: orjson.dumps({**a_mention(n), "author": {"handle": "nobody"}})),
    "null": ("null", lambda n: None if n % 2 else b"null"),
    "bad UTF-8": ("bad-utf8", lambda n: orjson.dumps(a_mention(n, text="Acme X")).replace(b"X", b"\xff\xfe")),
    "oversize": ("oversize", lambda n: orjson.dumps(a_mention(n, text="Acme", filler=str(n) + "x" * LIMIT_BYTES))),
    "time in 2090": ("from-the-future", lambda n: orjson.dumps(a_mention(n, posted_at="2090-01-01T00:00:00Z"))),
    "deep nesting": ("too-deep", lambda n: orjson.dumps(a_mention(n))[:-1] + b',"x":' + b"[" * 500 + b"]" * 500 + b"}"),
}


def make_bad() -> Iterator[tuple[str, bytes | None]]:
    """Cause and value of each malformed message, kinds in turn; oversize ones are few, as they are large."""
    kinds = list(KINDS)
    for n in range(BAD):
        kind = kinds[n % len(kinds)]
        if kind == "oversize" and n >= 20 * len(kinds):
            kind = "not JSON"
        cause, make = KINDS[kind]
        yield cause, make(n)


async def write(settings: Settings, values: list[bytes | None]) -> None:
    """Spread values over the raw partitions, then end time."""
    topic = topic_name(settings.namespace, RAW)
    async with AIOKafkaProducer(
        bootstrap_servers=settings.bootstrap, max_request_size=4 << 20, max_batch_size=2 << 20
    ) as producer:
        for partition in range(RAW_PARTITIONS):
            mark = (WATERMARK_HEADER, f"{partition}/{RAW_PARTITIONS}@{END_OF_TIME_MS}".encode())
            batch = producer.create_batch()
            for value, headers in [(value, []) for value in values[partition::RAW_PARTITIONS]] + [(None, [mark])]:
                if batch.append(timestamp=None, key=None, value=value, headers=headers) is None:
                    await (await producer.send_batch(batch, topic, partition=partition))
                    batch = producer.create_batch()
                    batch.append(timestamp=None, key=None, value=value, headers=headers)
            await (await producer.send_batch(batch, topic, partition=partition))


def test_a_thousand_malformed_messages_of_eight_kinds_stop_nothing(kafka: str, namespace: str, tmp_path: Path) -> None:
    watchlist = tmp_path / "watchlist.yaml"
    watchlist.write_text(WATCHLIST)
    settings = Settings(bootstrap=kafka, namespace=namespace, watchlist=watchlist)
    bad = list(make_bad())
    values = [value for _, value in bad] + [orjson.dumps(a_mention(BAD + n)) for n in range(GOOD)]
    random.Random(1).shuffle(values)

    async def story() -> None:
        await create_streams(settings, partitions=4, raw_partitions=RAW_PARTITIONS, time="replay")
        with Crew(settings, tmp_path, WORKER) as crew:
            crew.start("w1", "w2")
            await crew.wait_ready()
            await write(settings, values)
            digested = await read_digested(settings)
            assert crew.restarts == []
            assert crew.find_end("w1") is crew.find_end("w2") is None
        assert sum(each.mentions for each in digested.activities if each.topic == "*") == GOOD

        rejected = await read_all(settings, streams.REJECTED)
        kept = Counter((dict(record.headers)["cause"].decode(), record.value) for record in rejected)
        assert kept == Counter((c, v[:HEAD_BYTES] if v and c == "oversize" else v) for c, v in bad)
        for record in rejected:
            headers = {name: value.decode() for name, value in record.headers}
            source = values_at[int(headers["partition"])][int(headers["offset"])]
            assert int(headers["size"]) == len(source or b"")
            assert headers["is_truncated"] == ("1" if headers["cause"] == "oversize" else "0")
            assert headers["step"] == "enrich"
            assert headers["stream"] == "mentions.raw"

    values_at = [values[partition::RAW_PARTITIONS] for partition in range(RAW_PARTITIONS)]
    asyncio.run(story())

    command = [
        str(Path(sys.executable).with_name("tocsin")), "rejected", "list", "--json", "--limit", "0",
        "--namespace", namespace,
    ]  # fmt: skip
    told = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "KAFKA_BOOTSTRAP": kafka}, capture_output=True, timeout=60, check=True
    )
    shown = [orjson.loads(line) for line in told.stdout.splitlines()]
    assert Counter(each["cause"] for each in shown) == Counter(cause for cause, _ in bad)
    assert {each["cause"] for each in shown} == {cause for cause, _ in KINDS.values()}
    assert all(each["is_truncated"] for each in shown if each["cause"] == "oversize")
