"""Processes of Tocsin that a test starts, hurts and starts again: kill −9, SIGTERM, SIGSTOP and SIGCONT."""

from __future__ import annotations

import asyncio
import shutil
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tocsin.child import Child
from tocsin.settings import Settings
from tocsin.workers import environment_of

ROOT = Path(__file__).resolve().parents[3]
#: The pipeline of two tiny steps (tests/faults/counting.py), the whole pipeline, the notifier.
COUNTING = (sys.executable, "-m", "tests.faults.counting")
WORKER = (sys.executable, "-m", "agents", "worker")
NOTIFIER = (sys.executable, "-m", "agents", "notify")

#: A worker imports Faust, joins its group and takes over within 3 s; a busy machine may need many.
READY_SECONDS = 60.0
END_SECONDS = 60.0


class Crew:
    """Processes of one command by their names, each with its own state and log; all end with the block.

    Args:
        settings: of all; name, state directory and crash point are made for each.
        folder: where states and logs are.
        command: what runs.
        environment: variables beside those of the settings.
    """

    def __init__(
        self,
        settings: Settings,
        folder: Path,
        command: Sequence[str] = COUNTING,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.settings = settings
        self.folder = folder
        self._command = command
        self._environment = {"PYTHONPATH": str(ROOT), **(environment or {})}
        self._children: dict[str, Child] = {}
        self._former: list[Child] = []
        self._said: dict[str, int] = {}
        #: Who ended by itself and was started again by `keep`: (name, exit status), in that order.
        self.restarts: list[tuple[str, int]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in (*self._children.values(), *self._former):
            child.close()

    def start(self, *names: str, crash_at: str = "", **changes: Any) -> None:
        """Start processes; a name that was started before gets a new process beside whatever is left of the old one.

        Args:
            crash_at: the point at which they kill themselves.
            changes: of the settings.
        """
        for name in names:
            if name in self._children:
                self._former.append(self._children[name])
                self._said[name] = len(self.log(name))
            own = replace(
                self.settings, worker=name, state_directory=self._state(name), crash_at=crash_at, metrics_port=-1
            )
            environment = environment_of(replace(own, **changes)) | self._environment
            self._children[name] = Child(name, self._command, environment, self.folder / f"{name}.log")
            self._children[name].start()

    async def wait_ready(self, *names: str) -> None:
        """Return when these (all, if none is named) have said that they are ready."""
        end = time.monotonic() + READY_SECONDS
        for name in names or tuple(self._children):
            while not self._children[name].is_ready():
                status = self._children[name].find_end()
                assert status is None, f"{name} ended with {status} before it was ready:\n{self.log(name)}"
                assert time.monotonic() < end, f"{name} is not ready after {READY_SECONDS:.0f} s:\n{self.log(name)}"
                await asyncio.sleep(0.02)

    async def wait_ended(self, name: str) -> int:
        """The exit status of this one, once it has ended; negative: by that signal."""
        end = time.monotonic() + END_SECONDS
        while (status := self._children[name].find_end()) is None:
            assert time.monotonic() < end, f"{name} still runs after {END_SECONDS:.0f} s:\n{self.log(name)}"
            await asyncio.sleep(0.02)
        return status

    async def keep(self) -> None:
        """Start again whoever ends, until cancelled: what a supervisor does."""
        while True:
            for name, child in self._children.items():
                if (status := child.find_end()) is not None:
                    self.restarts.append((name, status))
                    child.start()
            await asyncio.sleep(0.05)

    def kill(self, name: str) -> None:
        """Kill −9."""
        self._children[name].kill()

    def send(self, name: str, number: signal.Signals) -> None:
        self._children[name].send(number)

    def pause(self, name: str) -> None:
        """SIGSTOP: it holds its connections and answers nobody."""
        self.send(name, signal.SIGSTOP)

    def resume(self, name: str) -> None:
        self.send(name, signal.SIGCONT)

    async def terminate(self, *names: str) -> None:
        """SIGTERM, and wait for the end, which must be a clean one."""
        for name in names:
            self.send(name, signal.SIGTERM)
        for name in names:
            assert await self.wait_ended(name) == 0, self.log(name)

    def find_end(self, name: str) -> int | None:
        """Its exit status; None while it runs."""
        return self._children[name].find_end()

    def forget_state(self, name: str) -> None:
        """Delete its rows on disk, as a lost disk would."""
        assert self._state(name).exists()
        shutil.rmtree(self._state(name))

    def log(self, name: str) -> str:
        """What it has said, in all its lives."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def last_words(self, name: str) -> str:
        """What it has said since its last start."""
        return self.log(name)[self._said.get(name, 0) :]

    def _state(self, name: str) -> Path:
        return self.folder / "state" / name
