"""Several workers on one computer, and the notifier: started, watched, restarted, ended."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from tocsin.child import Child, in_words
from tocsin.errors import TocsinError
from tocsin.settings import Settings, variable_of

log = logging.getLogger(__name__)

#: By name: nothing below `agents` imports it.
AGENTS = (sys.executable, "-m", "agents")
NOTIFIER = "notifier"
FIRST_DELAY_SECONDS = 1.0
LONGEST_DELAY_SECONDS = 10.0
#: One that ran for so long was well: its next restart comes after the first delay again.
WELL_AFTER_SECONDS = 60.0
#: What a worker may take to finish its chunk, commit and leave the group.
STOP_SECONDS = 15.0
POLL_SECONDS = 0.05
#: Wrong configuration, unusable Kafka: at a first start, another try would say the same.
_HOPELESS = (2, 3)


class WorkerPool:
    """Worker processes `worker-1`, `worker-2`, …, each with its own state directory and log; maybe the notifier.

    As a context manager it starts them and ends them with the block; they end with this process however that ends.
    One that ends by itself is started again, after 1 s, 2 s, 4 s, … at most 10 s. One that says at its first start
    that configuration or Kafka cannot be used ends the pool: `wait` and `wait_ready` raise its words.

    Args:
        settings: of all; the name, the state directory and the port of metrics are made for each.
        count: number of workers.
        log_directory: where `NAME.log` is written; the log of the run before is kept as `NAME.log.1`.
        with_notifier: also start the notifier.
        restart: start again what ended; without it, `wait` returns when all have ended.
        say: told what people should know: who ended, how, and when it comes back.
        command: started with the role, `worker` or `notify`, as its last argument.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        count: int,
        log_directory: Path,
        with_notifier: bool = False,
        restart: bool = True,
        say: Callable[[str], None] = log.warning,
        command: Sequence[str] = AGENTS,
    ) -> None:
        self.log_directory = log_directory
        self._restart = restart
        self._say = say
        names = [f"worker-{number}" for number in range(1, count + 1)]
        roles = [(name, "worker") for name in names] + [(NOTIFIER, "notify")] * with_notifier
        self._children = {
            name: Child(
                name,
                [*command, role],
                environment_of(_own(settings, name, index)),
                log_directory / f"{name}.log",
            )
            for index, (name, role) in enumerate(roles)
        }
        self._keepers: list[asyncio.Task[None]] = []
        self._error: TocsinError | None = None
        self._is_hurried = False

    async def __aenter__(self) -> Self:
        try:
            self.log_directory.mkdir(parents=True, exist_ok=True)
            for child in self._children.values():
                if child.log.exists():
                    child.log.replace(child.log.with_suffix(".log.1"))
                child.start()
        except BaseException as error:
            await self.stop()
            if isinstance(error, OSError):
                raise TocsinError(
                    f"the workers cannot be started: {error}", f"is {self.log_directory} writable?"
                ) from error
            raise
        self._keepers = [asyncio.create_task(self._keep(child)) for child in self._children.values()]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def pids(self) -> dict[str, int]:
        """The process id of each that runs now, by name."""
        return {name: child.pid for name, child in self._children.items() if child.pid is not None}

    def metrics_ports(self) -> dict[str, int]:
        """The port of /metrics of each that has said so, by name."""
        ports = {name: child.find_metrics_port() for name, child in self._children.items()}
        return {name: port for name, port in ports.items() if port is not None}

    def kill(self, name: str) -> None:
        """SIGKILL one, as a crash would; it is gone on return, and restarted like any that ended by itself."""
        self._children[name].kill()

    async def wait_ready(self, timeout: float) -> None:
        """Wait until all have said that they are ready, since their last start.

        Args:
            timeout: in seconds.

        Raises:
            TocsinError: one cannot start (its own words), or was not ready in time.
        """
        end = time.monotonic() + timeout
        while late := [child for child in self._children.values() if not child.is_ready()]:
            self._raise_error()
            if not self._restart:
                for child in late:
                    if (status := child.find_end()) is not None:
                        raise child.error(status)
            if time.monotonic() > end:
                names = ", ".join(child.name for child in late)
                raise TocsinError(
                    f"not ready after {timeout:.0f} s: {names}; {late[0].name} says: {late[0].last_line()}",
                    f"read {late[0].log}",
                )
            await asyncio.sleep(POLL_SECONDS)

    async def wait(self) -> None:
        """Wait for the end of the pool: nothing to restart is left.

        Raises:
            TocsinError: one could not start: its own words.
        """
        await asyncio.gather(*self._keepers)
        self._raise_error()

    async def stop(self) -> None:
        """Ask all to end (SIGTERM), wait for `STOP_SECONDS` or until hurried, then kill what is left."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        for child in self._children.values():
            child.send(signal.SIGTERM)
            child.send(signal.SIGCONT)  # one that is paused could not hear the first
        end = time.monotonic() + STOP_SECONDS
        while self.pids() and time.monotonic() < end and not self._is_hurried:
            await asyncio.sleep(POLL_SECONDS)
        for child in self._children.values():
            if child.pid is not None and not self._is_hurried:
                self._say(f"{child.name} did not end within {STOP_SECONDS:.0f} s and was killed")
            child.close()

    def hurry(self) -> None:
        """A stop, now or later, kills at once. Nothing is lost by it: the next start takes over where commits ended."""
        self._is_hurried = True

    async def _keep(self, child: Child) -> None:
        delay = FIRST_DELAY_SECONDS
        while self._error is None:
            while (status := child.find_end()) is None:
                await asyncio.sleep(POLL_SECONDS)
            if child.starts == 1 and status in _HOPELESS:
                self._error = child.error(status)
            if self._error:
                return
            if child.seconds > WELL_AFTER_SECONDS:
                delay = FIRST_DELAY_SECONDS
            ended = f"{child.name} ended unexpectedly, {in_words(status)}: {child.last_line()}"
            if not self._restart:
                self._say(ended)
                return
            self._say(f"{ended}; it starts again in {delay:.0f} s")
            await asyncio.sleep(delay)
            delay = min(2 * delay, LONGEST_DELAY_SECONDS)
            try:
                child.start()
            except OSError as error:  # a full disk or process table may have room again
                self._say(f"{child.name} cannot be started: {error}")

    def _raise_error(self) -> None:
        if self._error:
            raise self._error


def environment_of(settings: Settings) -> dict[str, str]:
    """This process's environment, with exactly these settings in it and none of its own."""
    own = {variable_of(field.name) for field in fields(Settings)}
    outer = {name: value for name, value in os.environ.items() if name not in own}
    # Unbuffered: a log that is read while it is written, and whole up to a kill.
    return {**outer, "PYTHONUNBUFFERED": "1", **settings.to_environment()}


def _own(settings: Settings, name: str, index: int) -> Settings:
    port = settings.metrics_port + index if settings.metrics_port > 0 else settings.metrics_port
    return replace(settings, worker=name, state_directory=settings.state_directory / name, metrics_port=port)
