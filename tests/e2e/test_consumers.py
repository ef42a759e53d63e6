"""A crisis is answered from the command line, and the examples of docs/consumers.md hear of it, as others would."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat

from schemas.crisis import Crisis, EscalationEvent
from schemas.streams import CRISES, topic_name
from tests.builders import a_crisis, an_event
from tests.e2e.test_people_act import WATCHLIST, Shell, wait_for_crisis
from tests.faults.support.processes import ROOT, WORKER, Crew
from tests.model_server import OBEDIENT, ModelServer, completion
from tests.replies import POLICY_TEXT
from tocsin.kafka.admin import create_streams
from tocsin.kafka.client import client_options
from tocsin.kafka.follow import StreamReader
from tocsin.say import say
from tocsin.settings import Settings

EXAMPLES = ROOT / "examples"
RESPONSE = """\
people:
  ana: {name: Ana}
teams:
  care-team: {name: Care, members: [ana]}
  safety-desk: {name: Safety, members: [ana]}
  people-team: {name: People, members: [ana]}
  press: {name: Press, members: [ana]}
communication:
""" + "".join(f"  {line}\n" for line in POLICY_TEXT.splitlines())


@contextmanager
def consumer(settings: Settings) -> Iterator[Queue[list[str]]]:
    """The example in a process of its own, and the lines that it prints; it is killed at the end, without a word."""
    environment = os.environ | settings.to_environment()
    command = [sys.executable, str(EXAMPLES / "consumer.py")]
    lines: Queue[list[str]] = Queue()
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        output = process.stdout

        def listen() -> None:
            for line in output:
                lines.put(line.rstrip("\n").split("\t"))

        reading = Thread(target=listen)
        reading.start()
        try:
            yield lines
            assert process.poll() is None, "it has ended by itself"
        finally:
            process.kill()
            reading.join(30)


def hear(lines: Queue[list[str]], event: str) -> list[str]:
    """The line of an event; what comes before it may be a repeat."""
    while True:
        line = lines.get(timeout=60)
        if line[0] == event:
            return line


async def records_of(settings: Settings) -> list[Any]:
    async with StreamReader(settings, CRISES) as reader:
        return [record async for record in reader.read_to_end()]


async def write_what_is_to_come(settings: Settings) -> None:
    """A type and fields that no version has yet, a record without a value, and one more alarm."""
    later = json.loads(an_event(id="later", crisis=a_crisis(id="later")).encode()) | {"mood": {"is": ["new"]}}
    later["crisis"]["colour"] = "red"
    values = [b'{"type":"crisis.sung","song":1}', b'{"no":"type"}', None, json.dumps(later).encode()]
    async with AIOKafkaProducer(**client_options(settings)) as producer:
        for value in values:
            await producer.send_and_wait(topic_name(settings.namespace, CRISES), value, key=b"acme")


def ask_a_model(shell: Shell, crisis: Crisis, model: ModelServer) -> None:
    """What a model proposes comes beside the drafts from phrases, with what is found in it; it is asked only then."""

    def written_by(*arguments: str) -> list[tuple[str, bool]]:
        told = json.loads(shell.run("replies", "draft", crisis.id, "--tone", "plain", "--json", *arguments))
        return [(each["drafted_by"], each["is_recommended"]) for each in told["drafts"]]

    phrases = written_by()
    assert phrases and set(phrases) == {("phrases", True)} and not model.requests
    proposals = json.dumps({"replies": [OBEDIENT, "We have seen what you wrote, and we are looking into it."]})
    model.answers = [(200, completion(proposals)), (400, b"no such model")]
    assert written_by("--model") == [*phrases, ("small", True), ("small", False)]
    assert written_by("--model") == phrases, "a model that fails takes nothing away"


def answer(shell: Shell, crisis: Crisis) -> None:
    """Draft, approve, send, and see the clock stop."""
    short, (mention,) = crisis.id[:6], crisis.evidence
    shown = shell.run("replies", "draft", short)
    assert "an explosion at Acme" in shown and "complaints about safety go to safety-line" in shown
    told = json.loads(shell.run("replies", "draft", short, "--mention", mention, "--tone", "plain", "--json"))
    draft = told["drafts"][0]
    assert "+1 800 555 0199" in draft["text"]
    approving = ("replies", "approve", short, "--mention", mention, "--by", "ana")
    assert "refund: " in shell.run(*approving, "--text", "We will refund you.", status=1)
    assert "there is no answer yet" in shell.run("replies", "list", short)
    approved = shell.run(*approving, "--draft", draft["id"][:10])
    assert draft["text"] in approved
    assert "is approved already" in shell.run(*approving, "--draft", draft["id"][:10], status=1)
    found = re.search(r"tocsin replies sent \w+ (\w+) --url", approved)
    assert found
    sending = ("replies", "sent", short, found[1][:8], "--url", "https://x.example/1", "--by", "ana")
    assert "done: " in shell.run(*sending)
    assert "was sent at" in shell.run(*sending, status=1)
    listed = json.loads(shell.run("replies", "list", short, "--json"))
    assert listed["replies"][0]["text"] == draft["text"]
    assert 0 < listed["seconds_since_opening"] < 170


@pytest.mark.kafka
@pytest.mark.slow
def test_a_crisis_is_answered_and_consumers_hear_of_it(kafka: str, namespace: str, tmp_path: Path) -> None:
    watchlist, response = tmp_path / "watchlist.yaml", tmp_path / "response.yaml"
    watchlist.write_text(WATCHLIST, encoding="utf-8")
    settings = Settings(bootstrap=kafka, namespace=namespace, watchlist=watchlist, response=response)

    async def story() -> None:
        await create_streams(settings, partitions=4)
        async with ModelServer() as model:
            writer = f"  writer: {{url: {model.url}, model: small}}\n"
            response.write_text(RESPONSE + writer, encoding="utf-8")
            await happen(model)

    async def happen(model: ModelServer) -> None:
        with Crew(settings, tmp_path / "crew", WORKER) as crew:
            crew.start("w1")
            await crew.wait_ready()
            await say(settings, "an explosion at Acme, people are hurt, this is terrible and unsafe")
            shell, crisis = Shell(settings), await wait_for_crisis(settings)
            await asyncio.to_thread(ask_a_model, shell, crisis, model)
            await asyncio.to_thread(answer, shell, crisis)
        records = await records_of(settings)
        look_at(records)
        opened = next(event for event in map(read, records) if event.type == "crisis.opened")
        with consumer(settings) as lines:
            line = await asyncio.to_thread(hear, lines, opened.id)
            assert line == [opened.id, opened.crisis.severity, "acme", *opened.crisis.reasons]
        await write_what_is_to_come(settings)
        with consumer(settings) as lines:
            assert (await asyncio.to_thread(hear, lines, "later"))[1] == "severe"
        if shutil.which("kcat") and shutil.which("jq"):
            told = await asyncio.to_thread(run_shell_example, settings)
            assert {line.split("\t")[0] for line in told.splitlines()} == {opened.id, "later"}

    asyncio.run(asyncio.wait_for(story(), 170))


def read(record: Any) -> EscalationEvent:
    return EscalationEvent.decode(record.value)


def look_at(records: list[Any]) -> None:
    """The SDK reads what the engine wrote, and the hashes are those of the bytes on Kafka."""
    events = [read(record) for record in records]
    assert [event.type for event in events][-2:] == ["crisis.reply_approved", "crisis.reply_sent"]
    for record, event in zip(records, events, strict=True):
        found = from_binary(KafkaMessage(dict(record.headers), record.key, record.value), JSONFormat())
        assert (found.get_id(), found.get_time()) == (event.id, event.at)
        assert found.get_extension("correlationid") == event.crisis.id
    for before, event in zip(records, events[1:], strict=False):
        assert event.previous == hashlib.blake2b(before.value, digest_size=12).hexdigest()


def run_shell_example(settings: Settings) -> str:
    environment = os.environ | settings.to_environment()
    command = ["sh", str(EXAMPLES / "consume.sh"), "-e"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True).stdout


def test_the_shell_example_can_be_read_by_a_shell() -> None:
    for shell in filter(shutil.which, ("sh", "bash")):
        subprocess.run([shell, "-n", str(EXAMPLES / "consume.sh")], check=True)


@pytest.mark.skipif(not shutil.which("jq"), reason="jq is not installed")
def test_the_shell_example_tells_alarms_and_passes_over_what_it_does_not_know() -> None:
    (program,) = re.findall(r"jq --unbuffered -r '(.*?)'", (EXAMPLES / "consume.sh").read_text(), re.DOTALL)
    alarm = an_event(crisis=a_crisis(reasons=("40 authors wrote", "it\tspreads")))
    values = ["", '{"type":"crisis.sung"}', "{}", alarm.encode().decode(), an_event("crisis.noted").encode().decode()]
    done = subprocess.run(["jq", "-r", program], input="\n".join(values), capture_output=True, text=True, check=True)
    assert done.stdout == "e1\tsevere\tacme\t40 authors wrote\tit\\tspreads\n"


def test_the_python_example_has_twenty_lines_of_code() -> None:
    _, _, code = (EXAMPLES / "consumer.py").read_text(encoding="utf-8").partition('"""\n')
    assert len([line for line in code.splitlines() if line.strip() and not line.strip().startswith("#")]) <= 20
