"""The Java virtual machine that runs the broker and its tools, and what ends it."""

from __future__ import annotations

import hashlib
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tocsin.kafka.java import Java


@dataclass(frozen=True, slots=True)
class Jvm:
    """A Java, the jars, and the archive of loaded classes that makes later starts faster (JEP 350; from 25 on JEP 514).

    With the archive a broker starts in 1.8 s instead of 3.0 s (Java 17), in 2.3 s instead of 5.6 s (the wheel's 25),
    for a third to a half of the CPU. The first broker that ends cleanly leaves it behind, which takes that one three to
    nine seconds more; the virtual machine itself refuses an archive that does not fit its version or its jars.
    """

    java: Java
    jars: tuple[Path, ...]
    cache: Path

    @property
    def archive(self) -> Path:
        """Where the archive for exactly this Java and these jars is, or will be."""
        # With their times: after an update of Java, or a new download, another archive is due.
        files = [self.java.executable.resolve(), *self.jars]
        key = "\n".join(f"{path} {path.stat().st_mtime_ns}" for path in files)
        return self.cache / f"classes-{hashlib.sha256(key.encode()).hexdigest()[:16]}.jsa"

    def command(self, logging_file: Path, heap_mb: int, *sharing: str) -> list[str]:
        """The command up to the name of the class to run."""
        return [
            str(self.java.executable),
            f"-Xms{min(heap_mb, 128)}m",
            f"-Xmx{heap_mb}m",
            "-XX:+UseSerialGC",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:-UsePerfData",  # no file under /tmp for every JVM
            *(sharing or self.use_archive()),
            "-Djava.awt.headless=true",
            f"-Dlog4j2.configurationFile={logging_file}",
            "-cp",
            os.pathsep.join(map(str, self.jars)),
        ]

    def use_archive(self) -> list[str]:
        """Options that load the archive, when there is one."""
        return [f"-XX:{'AOTCache' if self._has_aot else 'SharedArchiveFile'}={self.archive}"] * self.archive.exists()

    def record_archive(self, draft: Path) -> list[str]:
        """Options that write the archive at a clean end, when there is none yet."""
        if self.archive.exists():
            return []
        return [f"-XX:{'AOTCacheOutput' if self._has_aot else 'ArchiveClassesAtExit'}={draft}", "-Xlog:cds=error"]

    @property
    def _has_aot(self) -> bool:
        return self.java.version >= 25


def keep_archive(draft: Path, archive: Path) -> None:
    """Put the archive of a broker that ended by itself in its place; without effect when it wrote none."""
    if draft.exists():
        archive.parent.mkdir(parents=True, exist_ok=True)
        # Through a neighbour of the goal: the broker's folder may be on another file system.
        arrival = archive.with_suffix(f".{os.getpid()}.draft")
        arrival.write_bytes(draft.read_bytes())
        arrival.replace(archive)
        draft.unlink()


def guard_group(group: int) -> subprocess.Popen[bytes]:
    """Ends the broker's process group when this process is gone, even by SIGKILL: then its standard input closes.

    It joins the group that it guards, so that the group's number cannot be given to strangers. (Linux's
    PR_SET_PDEATHSIG would fire at the end of the *thread* that started the broker, and other systems have none.)
    """
    return subprocess.Popen(
        ["/bin/sh", "-c", "read -r _; kill -KILL 0"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        process_group=group,
    )
