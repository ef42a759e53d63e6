"""The folder of a broker: which file is where, and what its logs say."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

#: How an error shows itself in the logs of Kafka and of the Java virtual machine.
TELLING = ("ERROR", "FATAL", "Exception", "Error")


@dataclass(frozen=True, slots=True)
class Folder:
    """Everything that one broker reads and writes."""

    path: Path

    @property
    def identity(self) -> Path:
        """What stays the same over restarts (state.Identity)."""
        return self.path / "identity.json"

    @property
    def running(self) -> Path:
        """The process that runs now (state.RunningBroker)."""
        return self.path / "running.json"

    @property
    def server(self) -> Path:
        """Settings that Kafka reads; written anew at each start."""
        return self.path / "server.properties"

    @property
    def logging(self) -> Path:
        """Settings that log4j2 reads; written anew at each start."""
        return self.path / "log4j2.properties"

    @property
    def log(self) -> Path:
        """What the broker logs."""
        return self.path / "broker.log"

    @property
    def output(self) -> Path:
        """What the virtual machine prints."""
        return self.path / "output.log"

    @property
    def archive_draft(self) -> Path:
        """The archive of classes that this broker may leave behind (launch.Jvm)."""
        return self.path / "classes.jsa"

    @contextmanager
    def one_at_a_time(self) -> Iterator[None]:
        """Two starts of one folder come one after the other."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / ".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def last_words(self, count: int = 8) -> str:
        """The last lines that tell of an error, else the last lines."""
        lines: list[str] = []
        for log in (self.output, self.log):
            if log.exists():
                lines += log.read_text(encoding="utf-8", errors="replace").splitlines()
        telling = [line for line in lines if any(word in line for word in TELLING)]
        return "\n".join(f"    {line[:300]}" for line in (telling or lines)[-count:]) or "    (it wrote nothing)"
