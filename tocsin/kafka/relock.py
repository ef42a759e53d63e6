"""Lock the jars of a Kafka release, for maintainers: `python -m tocsin.kafka.relock 4.3.1`."""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tocsin.kafka.jars import LOCK_FILE

#: Listed as dependencies of the broker, never loaded by it: macros of the Scala compiler, annotations, and readers
#: of formats that only other tools read. A start and every test under tests/e2e/test_local_broker.py go without them.
LEFT_OUT = frozenset({"scala-reflect", "jackson-dataformat-csv", "jspecify"})


def write_lock(version: str, path: Path = LOCK_FILE) -> int:
    """Resolve the broker of this version with all it needs, hash every jar, write the lock; returns their bytes."""
    from jgo.maven import MavenContext

    with tempfile.TemporaryDirectory() as folder:
        context = MavenContext(repo_cache=Path(folder), timeout=60)
        broker = context.create_dependency(f"org.apache.kafka:kafka_2.13:{version}")
        _, needed = context.resolver.resolve([broker])
        log4j = next(jar.version for jar in needed if jar.artifactId == "log4j-core")
        # The release adds the bridge from slf4j 1.7 to log4j2 to its libs folder, and not to its list of dependencies.
        bridge = context.create_dependency(f"org.apache.logging.log4j:log4j-slf4j-impl:{log4j}")
        jars: dict[str, dict[str, str | int]] = {}
        for jar in [broker, bridge, *needed]:
            if jar.artifactId in LEFT_OUT or jar.scope in ("test", "provided"):
                continue
            content = jar.artifact.resolve().read_bytes()
            coordinate = f"{jar.groupId}:{jar.artifactId}:{jar.version}"
            jars[coordinate] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    lock = {"kafka": version, "jars": dict(sorted(jars.items()))}
    path.write_text(json.dumps(lock, indent=1) + "\n", encoding="utf-8")
    return sum(int(jar["bytes"]) for jar in jars.values())


def main(argv: Sequence[str]) -> int:
    """Lock the release that is named."""
    if len(argv) != 1:
        sys.stderr.write("usage: python -m tocsin.kafka.relock VERSION\n")
        return 2
    size = write_lock(argv[0])
    sys.stderr.write(f"locked Kafka {argv[0]}: {size / 1e6:.1f} MB in {LOCK_FILE.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
