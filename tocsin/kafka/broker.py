"""Start and stop a real Kafka broker on this computer."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from tocsin.errors import BrokerError
from tocsin.kafka.folder import Folder
from tocsin.kafka.jars import cache_directory, classpath
from tocsin.kafka.java import find_java
from tocsin.kafka.launch import Jvm, guard_group, keep_archive
from tocsin.kafka.ready import is_ready
from tocsin.kafka.settings import (
    ADDRESS,
    SASL_MECHANISM,
    SCRAM_MECHANISMS,
    BrokerSettings,
    render_logging,
    render_server,
)
from tocsin.kafka.state import Identity, RunningBroker, find_start, is_free

POLL_SECONDS = 0.05
#: What writing the archive of classes may take on a busy machine, once (launch.Jvm).
RECORDING_SECONDS = 45


class LocalBroker:
    """One broker and its folder.

    As a context manager it is *attached*: it ends with the block, and with this process however that ends. Started
    with `detached=True` it outlives this process, and any shell stops it by its folder. Restarted on its folder, it
    keeps its port and its data.
    """

    def __init__(self, settings: BrokerSettings | None = None) -> None:
        self.settings = settings or BrokerSettings()
        self.directory = self.settings.directory.absolute()
        self.folder = Folder(self.directory)
        self._is_detached = False
        self._broker: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        """Where clients connect: `127.0.0.1:PORT`."""
        return f"{ADDRESS}:{self.identity.ports.plain}"

    @property
    def sasl_bootstrap(self) -> str:
        """Where clients connect with SASL_PLAINTEXT, as `identity.user` with `identity.password`."""
        if not self.identity.sasl:
            raise BrokerError(
                f"the broker in {self.directory} has no SASL listener", "start a new folder with sasl=True"
            )
        return f"{ADDRESS}:{self.identity.ports.sasl}"

    @property
    def identity(self) -> Identity:
        """Ports, cluster and user of this folder; there is one from the first start on."""
        identity = Identity.load(self.folder.identity)
        if identity is None:
            raise BrokerError(f"no broker was ever started in {self.directory}", "start it first: `tocsin kafka start`")
        return identity

    def find_running(self) -> RunningBroker | None:
        """The broker that runs in this folder, whoever started it."""
        return RunningBroker.load(self.folder.running)

    def start(self, *, detached: bool = False) -> RunningBroker:
        """Start the broker, unless it runs already; returns when it serves metadata, groups and transactions.

        Raises:
            BrokerError: it died or did not get ready; the message holds the last lines of its log that matter.
            TocsinError: no Java, or the jars cannot be had.
        """
        jvm = Jvm(java=find_java(), jars=classpath(), cache=cache_directory())
        with self.folder.one_at_a_time():
            if running := self.find_running():
                self._wait_until_ready(running)
                return running
            identity = Identity.load(self.folder.identity) or self._format(jvm)
            self._check_ports(identity)
            self._write_settings(identity)
            return self._launch(jvm, identity, detached)

    def stop(self) -> bool:
        """End the broker: asked to first, killed when it takes longer than `stop_timeout`. False: none ran."""
        running = self.find_running()
        if running:
            self._signal(running.pid, signal.SIGTERM)
            self._signal(running.pid, signal.SIGCONT)  # one that is paused could not hear the first
            patience = self.settings.stop_timeout.total_seconds() + (RECORDING_SECONDS if running.archive else 0)
            if self._wait_until_ended(running, patience):
                if running.archive:
                    keep_archive(self.folder.archive_draft, Path(running.archive))
            else:
                self._signal(running.pid, signal.SIGKILL)
                self._wait_until_ended(running, 10)
        self._forget()
        return running is not None

    def kill(self) -> None:
        """SIGKILL, as a crash or the out-of-memory killer would: nothing is flushed or said goodbye to."""
        if running := self.find_running():
            self._signal(running.pid, signal.SIGKILL)
            self._wait_until_ended(running, 10)
        self._forget()

    def pause(self) -> None:
        """SIGSTOP: connections stay open and nothing answers, as on a machine that hangs."""
        if running := self.find_running():
            self._signal(running.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT, after `pause`."""
        if running := self.find_running():
            self._signal(running.pid, signal.SIGCONT)

    def restart(self) -> RunningBroker:
        """Stop it if it runs, start it on the same folder: same port, same data. Attached as it was."""
        detached = self._is_detached or (self._broker is None and self.find_running() is not None)
        self.stop()
        return self.start(detached=detached)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._broker:  # one that ran before us is not ours to end
            self.stop()

    # -- starting ------------------------------------------------------------------------------------------------

    def _format(self, jvm: Jvm) -> Identity:
        identity = Identity.create(self.settings)
        self._write_settings(identity)
        options = ["--cluster-id", identity.cluster_id, "--config", str(self.folder.server), "--ignore-formatted"]
        if identity.sasl:
            options += ["--add-scram", f"{SASL_MECHANISM}=[name={identity.user},password={identity.password}]"]
        for user in self.settings.users:
            for mechanism in SCRAM_MECHANISMS:
                options += ["--add-scram", f"{mechanism}=[name={user.name},password={user.password}]"]
        command = [*jvm.command(self.folder.logging, 64), "kafka.tools.StorageTool", "format", *options]
        outcome = subprocess.run(command, capture_output=True, text=True, check=False)
        if outcome.returncode:
            said = (outcome.stderr or outcome.stdout).strip().splitlines()
            raise BrokerError(
                f"Kafka cannot prepare {self.directory}: {said[-1] if said else 'no message'}",
                "is the folder writable and the disk not full? Delete the folder to start afresh",
            )
        identity.save(self.folder.identity)  # last: a folder that is half prepared is prepared again
        return identity

    def _check_ports(self, identity: Identity) -> None:
        wanted = self.settings.port
        if wanted not in (None, identity.ports.plain):
            raise BrokerError(
                f"the broker in {self.directory} lives on port {identity.ports.plain}, not {wanted}",
                "leave the port out, or use another folder",
            )
        for port in (identity.ports.plain, identity.ports.controller):
            if not is_free(port):
                raise BrokerError(
                    f"another program took {ADDRESS}:{port}, where the broker in {self.directory} lives",
                    "end that program, or start the broker in another folder",
                )

    def _write_settings(self, identity: Identity) -> None:
        sasl_as_formatted = replace(self.settings, directory=self.directory, sasl=identity.sasl)
        self.folder.server.write_text(render_server(sasl_as_formatted, identity.ports), encoding="utf-8")
        self.folder.logging.write_text(render_logging(sasl_as_formatted), encoding="utf-8")

    def _launch(self, jvm: Jvm, identity: Identity, detached: bool) -> RunningBroker:
        recording = jvm.record_archive(self.folder.archive_draft)
        options = [*jvm.command(self.folder.logging, self.settings.heap_mb, *recording), *self.settings.java_options]
        command = [*options, "kafka.Kafka", str(self.folder.server)]
        for log in (self.folder.log, self.folder.output, self.folder.archive_draft):
            log.unlink(missing_ok=True)  # what an error quotes is of this start
        with self.folder.output.open("wb") as output:
            broker = subprocess.Popen(
                command,
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Either way out of our group: Ctrl-C ends us, and we end the broker after its clients.
                start_new_session=detached,
                process_group=None if detached else 0,
            )
        self._broker, self._is_detached = broker, detached
        if not detached:
            self._guard = guard_group(broker.pid)
        running = RunningBroker(
            pid=broker.pid,
            started=find_start(broker.pid) or "",
            bootstrap=f"{ADDRESS}:{identity.ports.plain}",
            controller_port=identity.ports.controller,
            sasl_bootstrap=f"{ADDRESS}:{identity.ports.sasl}" if identity.sasl else None,
            kafka=next(jar.stem.rpartition("-")[2] for jar in jvm.jars if jar.stem.startswith("kafka_2.")),
            java=f"{jvm.java.version} ({jvm.java.found_in})",
            archive=str(jvm.archive) if recording else None,
        )
        running.save(self.folder.running)
        try:
            self._wait_until_ready(running)
        except BaseException:  # Ctrl-C too: a broker that nobody waits for must not stay
            self._signal(broker.pid, signal.SIGKILL)
            self._wait_until_ended(running, 10)
            self._forget()
            raise
        if detached:
            self._broker = None
        return running

    def _wait_until_ready(self, running: RunningBroker) -> None:
        patience = self.settings.start_timeout.total_seconds()
        end = time.monotonic() + patience
        port = int(running.bootstrap.rpartition(":")[2])
        while not is_ready(port):
            if self._has_ended(running):
                raise self._explain("died at its start")
            if time.monotonic() > end:
                raise self._explain(f"was not ready after {patience:.0f} s")
            time.sleep(POLL_SECONDS)

    def _explain(self, what: str) -> BrokerError:
        return BrokerError(
            f"the local Kafka broker {what}:\n{self.folder.last_words()}",
            f"the whole log is {self.folder.log}; deleting {self.directory} starts afresh, without its data",
        )

    # -- ending --------------------------------------------------------------------------------------------------

    def _has_ended(self, running: RunningBroker) -> bool:
        if self._broker and self._broker.pid == running.pid:
            return self._broker.poll() is not None
        return not running.is_alive

    def _wait_until_ended(self, running: RunningBroker, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while not (ended := self._has_ended(running)) and time.monotonic() < end:
            time.sleep(POLL_SECONDS)
        return ended

    def _signal(self, pid: int, number: signal.Signals) -> None:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return

    def _forget(self) -> None:
        self.folder.running.unlink(missing_ok=True)
        self._broker = None
        if self._guard:
            self._guard.kill()
            self._guard.wait()
            if self._guard.stdin:
                self._guard.stdin.close()
            self._guard = None
