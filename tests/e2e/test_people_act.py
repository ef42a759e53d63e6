"""People act on a real crisis: by a link on their telephone, and from the command line."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.crisis import Crisis
from schemas.streams import CRISIS_STATE, INBOX
from tests.faults.support.processes import ROOT, WORKER, Crew
from tocsin.desk.history import read_history
from tocsin.desk.latest import read_latest
from tocsin.kafka.admin import create_streams
from tocsin.kafka.follow import StreamReader
from tocsin.response.links import Link, make_link, read_secret
from tocsin.say import say
from tocsin.settings import Settings

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

SECRET = "a secret of at least thirty-two characters"
WATCHLIST = """\
brands:
  - id: acme
    name: Acme
    keywords: [acme]
    high_risk: [explosion]
"""
RESPONSE = """\
people:
  ana:
    name: Ana Example
    language: es
"""


class Shell:
    """The command line, in the surroundings of this test."""

    def __init__(self, settings: Settings) -> None:
        self.environment = os.environ | settings.to_environment() | {"PYTHONPATH": str(ROOT), "COLUMNS": "160"}
        self.environment.pop("TOCSIN_PERSON", None)

    def run(self, *arguments: str, status: int = 0) -> str:
        """What a command prints; standard error when it fails, as it should."""
        command = [str(Path(sys.executable).with_name("tocsin")), *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=90)
        assert done.returncode == status, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout if status == 0 else done.stderr

    @contextmanager
    def respond(self) -> Iterator[str]:
        """The server behind the links; its address."""
        command = [str(Path(sys.executable).with_name("tocsin")), "respond", "--port", "0"]
        with subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout
                line = process.stdout.readline()
                found = re.search(r"on (http://[\d.:]+), knows 1 people", line)
                assert found, line
                yield found[1]
                process.terminate()
                assert process.wait(30) == 0
            finally:
                process.kill()


def ask(method: str, url: str) -> tuple[int, str]:
    """Status and page."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=60) as answer:  # noqa: S310 (ours)
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


async def commands_of(settings: Settings) -> int:
    """How many commands are on the inbox."""
    async with StreamReader(settings, INBOX) as reader:
        return len([record async for record in reader.read_to_end() if b'"type":"command"' in record.value])


async def wait_for_crisis(settings: Settings) -> Crisis:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if crises := await read_latest(settings, CRISIS_STATE, Crisis):
            return next(iter(crises.values()))
        await asyncio.sleep(0.2)
    raise AssertionError("no crisis opened")


def test_a_crisis_is_taken_by_link_worked_on_and_closed_from_the_command_line(
    kafka: str, namespace: str, tmp_path: Path
) -> None:
    watchlist, response = tmp_path / "watchlist.yaml", tmp_path / "response.yaml"
    watchlist.write_text(WATCHLIST, encoding="utf-8")
    response.write_text(RESPONSE, encoding="utf-8")
    settings = Settings(
        bootstrap=kafka, namespace=namespace, watchlist=watchlist, response=response, respond_secret=SECRET
    )
    shell = Shell(settings)

    async def story() -> None:
        await create_streams(settings, partitions=4)
        with Crew(settings, tmp_path / "crew", WORKER) as crew:
            crew.start("w1")
            await crew.wait_ready()
            await say(settings, "an explosion at Acme, people are hurt")
            crisis = await wait_for_crisis(settings)
            await asyncio.to_thread(look_and_act, crisis)
        history = await read_history(settings, crisis.id)
        told = [(event.type, event.by) for event in history.events]
        assert told.count(("crisis.acknowledged", "ana")) == 1, "pressed twice, taken once"
        assert ("crisis.noted", "ben") in told and ("crisis.resolved", "ben") in told

    def look_and_act(crisis: Crisis) -> None:
        expires_at = datetime.now(UTC) + timedelta(hours=1)
        link = Link(
            namespace=namespace,
            action="acknowledge",
            brand="acme",
            crisis=crisis.id,
            person="ana",
            expires_at=expires_at,
        )
        with shell.respond() as base:
            url = make_link(base, read_secret(SECRET), link)
            assert ask("GET", f"{base}/ready")[0] == 200
            for method in ("GET", "HEAD", "GET"):
                assert ask(method, url)[0] == 200
            assert "Se hace cargo" in ask("GET", url)[1]
            assert asyncio.run(commands_of(settings)) == 0, "looking sends nothing"
            status, page = ask("POST", url)
            assert status == 200, page
            assert "Queda a su cargo, Ana Example" in page
            assert ask("POST", url) == (200, page)
            assert asyncio.run(commands_of(settings)) == 1
        act(crisis)

    def act(crisis: Crisis) -> None:
        (listed,) = shell.run("crises", "list", "--json").splitlines()
        assert (json.loads(listed)["status"], json.loads(listed)["owner"]) == ("acknowledged", "ana")
        short = crisis.id[:6]
        assert short in shell.run("crises", "list")
        assert "who does this?" in shell.run("crises", "note", short, "x", status=2)
        assert "no crisis has an id" in shell.run("crises", "note", "zzz", "x", "--by", "ben", status=1)
        assert "done: " in shell.run("crises", "note", short, "called the plant", "--by", "ben")
        assert "resolved" in shell.run("crises", "resolve", short, "--by", "ben", "--reason", "fire is out")
        assert "refused: " in shell.run("crises", "ack", short, "--by", "ben", status=1)
        shown = shell.run("crises", "show", short)
        for expected in ("an explosion at Acme", "called the plant", "fire is out", "ana", "ben"):
            assert expected in shown, shown
        assert "no crisis to show; 1 in all" in shell.run("crises", "list")
        assert json.loads(shell.run("crises", "show", short, "--json"))["crisis"]["id"] == crisis.id
        assert "every chain is whole" in shell.run("crises", "verify")
        wrote = shell.run("review", short, "--out", str(tmp_path / "reviews"), "--format", "html", "--json")
        (page,) = [Path(path) for path in json.loads(wrote)["written"] if path.endswith(".html")]
        review = page.read_text(encoding="utf-8")
        for expected in ("an explosion at Acme", "called the plant", "acknowledged by ana", "alarm to a name"):
            assert expected in review, review
        shell.run("silence", "add", "--brand", "acme", "--for", "2h", "--reason", "a test", "--by", "ben")
        (silence,) = map(json.loads, shell.run("silence", "list", "--json").splitlines())
        assert (silence["brand"], silence["by"], silence["reason"]) == ("acme", "ben", "a test")
        shell.run("silence", "lift", silence["id"][:6], "--by", "ben")
        assert "nothing is silenced" in shell.run("silence", "list")

    asyncio.run(asyncio.wait_for(story(), 170))
