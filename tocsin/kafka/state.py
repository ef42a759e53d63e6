"""What a broker's folder remembers: who it is for good, and which process runs it now."""

from __future__ import annotations

import base64
import dataclasses
import json
import os
import random
import secrets
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from uuid import uuid4

from tocsin.kafka.settings import ADDRESS, BrokerSettings, Ports

#: Below the ports that systems lend to outgoing connections, so that none sits on ours between a kill and a restart.
PORT_RANGE = range(20_000, 32_000)


@dataclass(frozen=True, slots=True)
class Identity:
    """What stays the same over restarts of one folder: cluster, ports, the SASL user."""

    cluster_id: str
    ports: Ports
    sasl: bool
    user: str
    password: str

    @classmethod
    def create(cls, settings: BrokerSettings) -> Self:
        """A new cluster on free ports."""
        plain = settings.port or find_free_port()
        controller = find_free_port(taken={plain})
        ports = Ports(plain, controller, find_free_port(taken={plain, controller}))
        # Kafka reads an id as the URL-safe base64 of 16 bytes; a leading dash would look like an option to its tools.
        cluster_id = base64.urlsafe_b64encode(b"T" + uuid4().bytes[1:]).decode().rstrip("=")
        return cls(cluster_id, ports, settings.sasl, "tocsin", secrets.token_hex(12))

    @classmethod
    def load(cls, path: Path) -> Self | None:
        """The identity of a folder that ran before, or None."""
        try:
            fields = json.loads(path.read_text(encoding="utf-8"))
            return cls(**{**fields, "ports": Ports(**fields["ports"])})
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            return None

    def save(self, path: Path) -> None:
        """Write it whole or not at all, readable by its owner only (it holds a password)."""
        _write(path, dataclasses.asdict(self))


@dataclass(frozen=True, slots=True)
class RunningBroker:
    """A broker's process, so that another shell can find, question and stop it."""

    pid: int
    started: str
    bootstrap: str
    controller_port: int
    sasl_bootstrap: str | None
    kafka: str
    java: str
    #: Where the archive of classes belongs that this broker writes at its end (launch.Jvm); None: it writes none.
    archive: str | None

    @property
    def is_alive(self) -> bool:
        """Whether this very process still runs: a pid that was given to another process is not it."""
        return find_start(self.pid) == self.started

    @classmethod
    def load(cls, path: Path) -> Self | None:
        """The broker that runs, by its state file; None when there is none, or its process is gone."""
        try:
            state = cls(**json.loads(path.read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None
        return state if state.is_alive else None

    def save(self, path: Path) -> None:
        """Write it whole or not at all."""
        _write(path, dataclasses.asdict(self))


def find_start(pid: int) -> str | None:
    """When this process started, different for every process that ever gets this pid; None when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        # Fields 3 and 22 of proc(5): the state (a zombie has ended) and the start in clock ticks since boot.
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return None if fields[0] in "ZX" else f"{boot}/{fields[19]}"
    except OSError:
        if Path("/proc/self/stat").exists():
            return None
    # macOS and the BSDs have no /proc.
    command = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]
    status, _, started = (
        subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip().partition(" ")
    )
    return started.strip() or None if not status.startswith("Z") else None


def find_free_port(taken: frozenset[int] | set[int] = frozenset()) -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    while True:
        port = random.choice(PORT_RANGE)
        if port not in taken and is_free(port):
            return port


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket() as probe:
        # As the broker does: a port whose last connections are only fading out is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError:
            return False
    return True


def _write(path: Path, fields: dict[str, object]) -> None:
    draft = path.with_suffix(f".{os.getpid()}.draft")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(fields, indent=1) + "\n", encoding="utf-8")
    draft.replace(path)
