"""The jars of the broker: named by coordinates, locked by SHA-256, kept in a cache of this user."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from tocsin.errors import TocsinError

LOCK_FILE = Path(__file__).with_name("jars.lock.json")
#: Enough to keep a home line busy, few enough to be a polite guest of a public server.
PARALLEL_DOWNLOADS = 4


@dataclass(frozen=True, slots=True)
class Jar:
    """One jar as it was when it was locked."""

    coordinate: str
    sha256: str
    size: int

    @property
    def file_name(self) -> str:
        """Artifact and version, as every Kafka distribution names it."""
        _, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"


@dataclass(frozen=True, slots=True)
class JarLock:
    """Which release, and every jar it needs."""

    kafka: str
    jars: tuple[Jar, ...]

    @property
    def size(self) -> int:
        """Bytes of all jars: what a first start downloads."""
        return sum(jar.size for jar in self.jars)


#: Puts the named jars, unverified, into the folder under their file names.
Fetch = Callable[[Sequence[Jar], Path], None]


class WrongJarError(TocsinError):
    """A jar arrived that is not the one that was locked. It is never kept, never run."""


def read_lock(path: Path = LOCK_FILE) -> JarLock:
    """The lock as it was committed."""
    lock = json.loads(path.read_text(encoding="utf-8"))
    jars = (Jar(name, entry["sha256"], entry["bytes"]) for name, entry in lock["jars"].items())
    return JarLock(kafka=lock["kafka"], jars=tuple(jars))


def cache_directory(environ: Mapping[str, str] = os.environ) -> Path:
    """Where this user keeps what can be downloaded again."""
    base = environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "tocsin"


def classpath(environ: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """The broker's jars: those of `KAFKA_HOME` when it is set, else the locked ones, downloaded when missing."""
    home = environ.get("KAFKA_HOME")
    if not home:
        return ensure_jars(read_lock(), cache_directory(environ))
    jars = tuple(sorted((Path(home) / "libs").glob("*.jar")))
    if not any(jar.name.startswith("kafka_2.") for jar in jars):
        raise TocsinError(
            f"KAFKA_HOME={home} is no Kafka folder: there is no libs/kafka_2.*.jar in it",
            "point KAFKA_HOME at an unpacked Kafka 4 release, or unset it to let tocsin download one",
        )
    return jars


def ensure_jars(lock: JarLock, cache: Path, fetch: Fetch | None = None) -> tuple[Path, ...]:
    """Every jar of the lock, on disk and verified; downloads what is missing.

    Two processes may call this at once: one downloads, the other waits. A jar appears under its name only when it is
    complete and its hash is right.

    Raises:
        WrongJarError: what arrived is not what was locked.
        TocsinError: a jar cannot be fetched.
    """
    folder = cache / f"kafka-{lock.kafka}"
    folder.mkdir(parents=True, exist_ok=True)
    paths = tuple(folder / jar.file_name for jar in lock.jars)
    if all(map(is_intact, paths, lock.jars)):
        return paths
    with _one_at_a_time(folder / ".lock"):
        missing = [jar for jar, path in zip(lock.jars, paths, strict=True) if not is_intact(path, jar)]
        if missing:
            _download(missing, lock.kafka, folder, fetch or _fetch)
    return paths


def is_intact(path: Path, jar: Jar) -> bool:
    """Whether this file is the locked jar, by its hash (all of them together: 0.1 s)."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == jar.sha256
    except FileNotFoundError:
        return False


def _download(missing: Sequence[Jar], version: str, folder: Path, fetch: Fetch) -> None:
    megabytes = sum(jar.size for jar in missing) / 1e6
    _tell(f"fetching Apache Kafka {version}: {len(missing)} jars, {megabytes:.0f} MB, once …")
    # Inside the cache, so that the rename stays on one file system; gone at the end whatever happens.
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=folder) as arrivals:
        fetch(missing, Path(arrivals))
        for jar in missing:
            arrival = Path(arrivals) / jar.file_name
            if not is_intact(arrival, jar):
                raise WrongJarError(
                    f"{jar.coordinate}: the file that arrived is not the locked one (SHA-256 {jar.sha256[:12]}…)",
                    "nothing of it was kept; look for a proxy or mirror that changes downloads, then try again",
                )
            arrival.replace(folder / jar.file_name)
    _tell(f"Apache Kafka {version} is in {folder}")


def _fetch(jars: Sequence[Jar], folder: Path) -> None:
    """With `jgo`, and with `mvn` where that fails (it knows the mirrors of a company's settings.xml)."""
    try:
        _fetch_with_jgo(jars, folder)
    except Exception as error:  # whatever a resolver, a socket or a proxy can raise
        if not shutil.which("mvn"):
            raise TocsinError(
                f"the jars of Apache Kafka cannot be fetched: {error}",
                "check the network and proxy; or set KAFKA_HOME to an unpacked Kafka 4, or KAFKA_BOOTSTRAP to a broker",
            ) from error
        _tell(f"jgo could not fetch ({error}); trying mvn …")
        _fetch_with_mvn(jars, folder)


def _fetch_with_jgo(jars: Sequence[Jar], folder: Path) -> None:
    from jgo.maven import MavenContext  # slow to import, needed once in a machine's life

    done = 0
    total = sum(jar.size for jar in jars)

    def fetch_one(jar: Jar) -> Jar:
        group, artifact, version = jar.coordinate.split(":")
        context = MavenContext(repo_cache=folder / ".m2" / artifact, timeout=60)
        arrived = context.project(group, artifact).at_version(version).artifact().resolve()
        Path(arrived).replace(folder / jar.file_name)
        return jar

    with ThreadPoolExecutor(PARALLEL_DOWNLOADS, thread_name_prefix="jar") as pool:
        for jar in pool.map(fetch_one, sorted(jars, key=lambda jar: -jar.size)):
            done += jar.size
            _tell(f"  {done / 1e6:5.1f} of {total / 1e6:.1f} MB  {jar.file_name}")


def _fetch_with_mvn(jars: Sequence[Jar], folder: Path) -> None:
    project = folder / "pom.xml"
    project.write_text(_render_pom(jars), encoding="utf-8")
    command = ["mvn", "-B", "-q", "-f", str(project), "dependency:copy-dependencies"]
    command += ["-DexcludeTransitive=true", f"-DoutputDirectory={folder}"]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    if outcome.returncode:
        lines = (outcome.stdout + outcome.stderr).strip().splitlines()
        raise TocsinError(
            f"mvn cannot fetch the jars of Apache Kafka: {lines[0] if lines else 'no message'}",
            "check the network and mvn's settings.xml; or set KAFKA_HOME to an unpacked Kafka 4",
        )


def _render_pom(jars: Sequence[Jar]) -> str:
    fields = ("groupId", "artifactId", "version")
    dependencies = "".join(
        "<dependency>"
        + "".join(f"<{f}>{escape(v)}</{f}>" for f, v in zip(fields, jar.coordinate.split(":"), strict=True))
        + "</dependency>"
        for jar in jars
    )
    head = (
        "<modelVersion>4.0.0</modelVersion><groupId>tocsin</groupId><artifactId>jars</artifactId><version>0</version>"
    )
    return f"<project>{head}<dependencies>{dependencies}</dependencies></project>\n"


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    import fcntl  # not on Windows, where the broker is not started either

    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
