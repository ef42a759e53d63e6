"""One process that we start and watch: its log, when it is ready, how it ended."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from tocsin.errors import BrokerError, ConfigurationError, TocsinError
from tocsin.kafka.launch import guard_group
from tocsin.logs import find_message

#: The line of a log that says so is within this much of its start.
READY_BYTES = 1 << 20
TAIL_BYTES = 8 << 10
_ERRORS: dict[int, type[TocsinError]] = {2: ConfigurationError, 3: BrokerError}


class Child:
    """A worker or the notifier: a process group of its own that ends with this process, however that ends.

    Args:
        name: as it calls itself when it is ready: `tocsin: worker NAME is ready`.
        log: file that takes its output; appended to, so that a restart does not lose the reason for it.
    """

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.log = log
        self.starts = 0
        self._command = list(command)
        self._environment = dict(environment)
        self._ready_line = re.compile(
            rf'^(?:{{.*"message":")?tocsin: worker {re.escape(name)} is ready\b([^\n]*)\n', re.MULTILINE
        )
        self._ready: re.Match[str] | None = None
        self._log_start = 0
        self._started_at = 0.0
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it (again)."""
        self._release()
        with self.log.open("ab") as output:
            self._log_start, self._ready = output.tell(), None
            self._process = subprocess.Popen(
                self._command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                process_group=0,  # Ctrl-C ends us, and we end it
            )
        try:
            self._guard = guard_group(self._process.pid)
        except OSError:
            self.kill()  # what would outlive us must not run
            raise
        self._started_at = time.monotonic()
        self.starts += 1

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def seconds(self) -> float:
        """Since its last start."""
        return time.monotonic() - self._started_at

    def find_end(self) -> int | None:
        """Its exit status (negative: the signal that ended it); None while it runs."""
        return self._process.poll() if self._process else None

    def is_ready(self) -> bool:
        """It runs, and has said that it is ready since its last start."""
        if self._ready is None and self.pid is not None:
            with self.log.open("rb") as log:
                log.seek(self._log_start)
                self._ready = self._ready_line.search(log.read(READY_BYTES).decode("utf-8", "replace"))
        return self._ready is not None and self.pid is not None

    def find_metrics_port(self) -> int | None:
        """The port of its /metrics, as it said when it was ready."""
        said = re.search(r"metrics on port (\d+)", self._ready[1]) if self._ready else None
        return int(said[1]) if said else None

    def last_line(self) -> str:
        """The last line of its log since its last start; of a traceback, the error itself."""
        lines = self._tail().strip().splitlines()
        return lines[-1].strip() if lines else "it wrote nothing"

    def error(self, status: int) -> TocsinError:
        """Why it could not start, in its own words when it has said so."""
        family = _ERRORS.get(status, TocsinError)
        told = re.findall(r"^tocsin \S+: (.+)(?:\n  → (.+))?", self._tail(), re.MULTILINE)
        if told:
            what, then = told[-1]
            return family(f"{self.name} cannot start: {what}", then)
        return family(f"{self.name} ended at its start, {in_words(status)}: {self.last_line()}", f"read {self.log}")

    def send(self, number: signal.Signals) -> None:
        """Signal it; nothing when it has ended."""
        if (pid := self.pid) is not None:
            os.kill(pid, number)

    def kill(self) -> None:
        """SIGKILL; returns when it has ended."""
        if self._process:
            self.send(signal.SIGKILL)
            self._process.wait()

    def close(self) -> None:
        """Kill what is left of it."""
        self.kill()
        self._release()

    def _release(self) -> None:
        if self._guard and self._process:
            # With whatever it may have started itself; the guard is a member, so the group is still ours.
            with suppress(ProcessLookupError, PermissionError):  # somebody else has killed them all
                os.killpg(self._process.pid, signal.SIGKILL)
            self._guard.wait()
            if self._guard.stdin:
                self._guard.stdin.close()
            self._guard = None

    def _tail(self) -> str:
        with self.log.open("rb") as log:
            end = log.seek(0, os.SEEK_END)
            log.seek(max(self._log_start, end - TAIL_BYTES))
            lines = log.read().decode("utf-8", "replace").splitlines()
        return "\n".join(map(find_message, lines))


def in_words(status: int) -> str:
    """`exit status 1`, or `by SIGKILL`."""
    if status >= 0:
        return f"exit status {status}"
    names = {number.value: number.name for number in signal.Signals}
    return f"by {names.get(-status, f'signal {-status}')}"
