"""The whole pipeline over SCRAM and TLS, each user with exactly the rights that `tocsin streams acls` lists.

The broker writes down each of its decisions. So it can be shown that nothing was refused, and that every right that
was given was used: the lists are enough, and nothing on them is idle.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from schemas import streams
from schemas.command import Command
from schemas.crisis import Crisis
from schemas.mention import Author, Mention
from schemas.streams import StreamSpec, topic_name
from tests.faults.support.processes import NOTIFIER, WORKER, Crew
from tests.secure_kafka import PASSWORD, SecureKafka
from tocsin.cli.act import make_command, send
from tocsin.desk.latest import read_latest
from tocsin.evidence import EvidenceTexts
from tocsin.feed import CrisisFeed, read_rejected
from tocsin.instants import milliseconds
from tocsin.kafka.acls import ROLES, Role, needed_rights
from tocsin.kafka.admin import create_streams
from tocsin.kafka.client import client_options
from tocsin.kafka.follow import StreamReader
from tocsin.kafka.rights import Right
from tocsin.replay import KafkaRawWriter
from tocsin.settings import Settings

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

WATCHLIST = """\
brands:
  - id: acme
    name: Acme
    keywords: [acme]
    high_risk: [explosion]
"""
RESPONSE = """\
notifiers:
  log: {kind: log}
policies:
  everyone: {notifiers: [log]}
"""
PATIENCE = timedelta(seconds=30)

_DECISION = re.compile(
    r"Principal = User:(?P<user>\S+) is (?P<verdict>Allowed|Denied) operation = (?P<operation>\w+) .*?"
    r"on resource = (?P<resource>\w+):\w+:(?P<name>\S+) for request"
)


class Decisions:
    """What the broker decided about one namespace: user → operations on resources."""

    def __init__(self, secure: SecureKafka, namespace: str) -> None:
        self.allowed: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
        self.denied: list[str] = []
        log = secure.broker.folder.log
        for file in log.parent.glob(f"{log.name}*"):  # it is rolled
            for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
                found = _DECISION.search(line) if f":{namespace}." in line else None
                if found and found["verdict"] == "Denied":
                    self.denied.append(line)
                elif found:
                    operation = found["operation"].replace("_", "").lower()
                    self.allowed[found["user"]].add((found["resource"].lower(), operation, found["name"]))

    def find_idle(self, user: str, rights: list[Right]) -> list[Right]:
        """The rights that nothing needed."""
        return [right for right in rights if not any(self._is_use(right, *use) for use in self.allowed[user])]

    def _is_use(self, right: Right, resource: str, operation: str, name: str) -> bool:
        fits = name.startswith(right.name) if right.is_prefix else name == right.name
        return fits and (resource, operation) == (right.resource.lower(), right.operation.lower())


def a_mention(text: str, at: datetime) -> bytes:
    return Mention(id=text, text=text, source="x", posted_at=at, author=Author(id="a1")).encode()


async def tell(source: Settings, now: datetime) -> None:
    """An hour that ends with two mentions, something unreadable, a catastrophe; then time goes on, until cancelled."""
    last_hour = now.replace(minute=0, second=0, microsecond=0) - timedelta(minutes=5)
    async with KafkaRawWriter(source) as writer:
        for value in (
            a_mention("acme is fine", last_hour), a_mention("acme again", last_hour), b"not a mention",
            a_mention("an explosion at acme", now),
        ):  # fmt: skip
            await writer.write(b"a1", value)
        for second in range(10_000):
            await writer.write_watermark(milliseconds(now + timedelta(seconds=second)))
            await writer.flush()
            await asyncio.sleep(0.2)


async def write_rubbish(settings: Settings, stream: StreamSpec) -> None:
    async with AIOKafkaProducer(**client_options(settings)) as producer:
        await producer.send_and_wait(topic_name(settings.namespace, stream), b"no record", key=b"acme")


async def find_crisis(settings: Settings) -> Crisis:
    async with CrisisFeed(settings) as feed:
        async for heard in feed.events():
            assert heard.evidence, "the desk reads what was said"
            return heard.event.crisis
    raise AssertionError("the feed ended")


async def act(desk: Settings, crisis: Crisis) -> None:
    """What people do: take it, silence the brand, look at everything."""
    commands: list[Command] = [
        make_command("ben", brand="acme", crisis=crisis.id, action="acknowledge"),
        make_command(
            "ben", brand="acme", action="silence", reason="a test", until=datetime.now(UTC) + timedelta(hours=1)
        ),
    ]
    for command in commands:
        answer = await send(desk, command, PATIENCE)
        assert answer is not None and answer.type == "command.accepted", answer
    assert crisis.id in await read_latest(desk, streams.CRISIS_STATE, Crisis)
    async with StreamReader(desk, streams.SILENCES) as silences, EvidenceTexts(desk):
        assert [record async for record in silences.read_to_end()]
    assert [each.about.cause async for each in read_rejected(desk)] == ["not-json"]


def test_the_pipeline_runs_with_exactly_the_rights_that_are_listed(
    secure_kafka: SecureKafka, namespace: str, tmp_path: Path
) -> None:
    watchlist, response = tmp_path / "watchlist.yaml", tmp_path / "response.yaml"
    watchlist.write_text(WATCHLIST, encoding="utf-8")
    response.write_text(RESPONSE, encoding="utf-8")
    rights: dict[Role, list[Right]] = {role: needed_rights(role, namespace) for role in ROLES}

    def settings(user: Role) -> Settings:
        return replace(secure_kafka.settings(user, namespace), watchlist=watchlist, response=response)

    async def story() -> None:
        for role, needed in rights.items():
            await secure_kafka.grant(role, needed)
        # In a replay the data carry the time, so that an hour can end within a second.
        await create_streams(settings("admin"), partitions=4, time="replay")
        with (
            Crew(settings("worker"), tmp_path / "workers", WORKER) as workers,
            Crew(settings("notifier"), tmp_path / "notifiers", NOTIFIER) as notifiers,
        ):
            workers.start("w1", "w2")
            notifiers.start("n1")
            await workers.wait_ready()
            await notifiers.wait_ready()
            telling = asyncio.create_task(tell(settings("source"), datetime.now(UTC)))
            crisis = await asyncio.wait_for(find_crisis(settings("desk")), 60)
            await act(settings("desk"), crisis)
            # What nobody should write there, and the notifier puts away.
            await write_rubbish(secure_kafka.settings_of_admin(namespace), streams.CRISES)
            for crew, name in ((workers, "w1"), (notifiers, "n1")):  # on an empty disk, rows are read from Kafka
                await crew.terminate(name)
                crew.forget_state(name)
                crew.start(name)
            # An erasure is asked for in the stream of mentions.
            await write_rubbish(settings("desk"), streams.RAW)
            await wait_until_used()
            assert "an explosion at acme" in notifiers.log("n1")
            assert PASSWORD not in workers.log("w1") + workers.log("w2") + notifiers.log("n1")
            telling.cancel()
            await workers.terminate("w1", "w2")
            await notifiers.terminate("n1")

    async def wait_until_used() -> None:
        end = time.monotonic() + 90
        while idle := find_idle():
            assert time.monotonic() < end, f"no use was made of {idle}"
            await asyncio.sleep(2)

    def find_idle() -> list[Any]:
        decisions = Decisions(secure_kafka, namespace)
        return [(role, right) for role in rights for right in decisions.find_idle(role, rights[role])]

    asyncio.run(asyncio.wait_for(story(), 170))

    decisions = Decisions(secure_kafka, namespace)
    assert decisions.denied == []
    assert set(decisions.allowed) - {"ANONYMOUS"} == set(rights)
