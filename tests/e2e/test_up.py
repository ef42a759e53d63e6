"""`tocsin up`, as a newcomer runs it: ready, a first mention, Ctrl-C, and nothing is left behind."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.streams import RAW
from tocsin.cli.main import main
from tocsin.kafka.admin import partition_counts
from tocsin.kafka.follow import StreamReader
from tocsin.settings import Settings

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


@pytest.fixture
def up(kafka: str, namespace: str, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    assert main(["init", "--dir", str(tmp_path)]) == 0
    with (tmp_path / "up.err").open("w") as errors:
        process = subprocess.Popen(
            [Path(sys.executable).with_name("tocsin"), "up", "--workers", "2", "--namespace", namespace],
            cwd=tmp_path,
            env={**os.environ, "KAFKA_BOOTSTRAP": kafka},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    with process:
        yield process
        process.kill()


def read_until(process: subprocess.Popen[str], text: str) -> list[str]:
    """Its lines up to the one that holds `text`."""
    assert process.stdout
    lines: list[str] = []
    while not lines or text not in lines[-1]:
        line = process.stdout.readline()
        assert line, "it ended before it was ready"
        lines.append(line)
    return lines


def members(namespace: str) -> list[int]:
    """Processes that belong to this namespace, by their environment."""
    wanted = f"TOCSIN_NAMESPACE={namespace}".encode()
    pids = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                pids.append(int(folder.name))
        except OSError:
            continue
    return pids


async def has_mention(settings: Settings) -> bool:
    async with StreamReader(settings, RAW) as raw:
        return not await raw.is_empty()


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="finds the workers by /proc")
def test_up_gets_ready_takes_a_first_mention_and_leaves_nothing_behind(
    up: subprocess.Popen[str], kafka: str, namespace: str, tmp_path: Path
) -> None:
    settings = Settings(bootstrap=kafka, namespace=namespace)
    told = read_until(up, "-m tocsin.say")

    assert told[0].startswith("ready      2 workers and the notifier")
    assert len(re.findall(r"http://127\.0\.0\.1:\d+/metrics", "".join(told))) == 3
    assert len(members(namespace)) >= 3
    assert not asyncio.run(has_mention(settings))
    variable, *command = shlex.split(told[-1])
    assert variable == f"KAFKA_BOOTSTRAP={kafka}"
    subprocess.run(command, env={**os.environ, "KAFKA_BOOTSTRAP": kafka}, check=True, timeout=30)
    assert asyncio.run(has_mention(settings))

    up.send_signal(signal.SIGINT)

    assert up.wait(timeout=30) == 0, (tmp_path / "up.err").read_text()
    assert members(namespace) == []
    assert asyncio.run(partition_counts(settings))[RAW.name] == 12


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="finds the workers by /proc")
def test_workers_end_when_up_itself_is_killed(up: subprocess.Popen[str], namespace: str) -> None:
    read_until(up, "-m tocsin.say")

    up.kill()
    end = time.monotonic() + 10
    while members(namespace) and time.monotonic() < end:
        time.sleep(0.05)

    assert members(namespace) == []
