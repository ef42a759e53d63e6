"""Checks of this machine: the Java for a local broker, and the disk that state is kept on."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from tocsin.doctor.finding import Finding, without_waiting
from tocsin.errors import TocsinError
from tocsin.kafka.java import Java, find_java
from tocsin.settings import Settings

_MB = 1 << 20
#: RocksDB stops writing when it cannot compact; a compaction of our tables needs a few hundred MB for a moment.
LEAST_FREE_BYTES = 512 * _MB
#: A day of a busy namespace, with room for the logs beside it.
AMPLE_FREE_BYTES = 4_096 * _MB


async def check_java(settings: Settings, environment: Mapping[str, str]) -> list[Finding]:
    """Whether a local broker could run here; it need not when the settings name a Kafka."""
    try:
        java: Java = await without_waiting(lambda: find_java(environment))
    except TocsinError as error:
        if settings.bootstrap:
            return [Finding("java", "ok", "none here, and none is needed: KAFKA_BOOTSTRAP names a Kafka")]
        return [Finding("java", "problem", error.what, error.then)]
    return [Finding("java", "ok", f"Java {java.version} from {java.found_in}: {java.executable}")]


async def check_disk(settings: Settings) -> list[Finding]:
    """Whether the state directory can be written, and has room."""
    directory = settings.state_directory
    place = _nearest(directory.absolute())
    if not place.is_dir():
        then = "remove that file, or set TOCSIN_STATE_DIR"
        return [Finding("disk", "problem", f"{place} is no folder, so {directory} cannot be made", then)]
    if not os.access(place, os.W_OK | os.X_OK):
        then = "give this user the right to, or set TOCSIN_STATE_DIR"
        return [Finding("disk", "problem", f"the state directory {directory} cannot be written", then)]
    return [judge_free(directory, shutil.disk_usage(place).free)]


def judge_free(directory: Path, free: int) -> Finding:
    """Whether so many free bytes are enough for the state directory."""
    shown = f"{free / (1 << 30):.1f} GB are free for the state directory {directory}"
    then = "make room, or set TOCSIN_STATE_DIR to another disk; Kafka has all rows, so the directory may be deleted"
    if free < LEAST_FREE_BYTES:
        return Finding("disk", "problem", shown, then)
    if free < AMPLE_FREE_BYTES:
        return Finding("disk", "warning", shown, then)
    return Finding("disk", "ok", shown)


def _nearest(path: Path) -> Path:
    """The path itself or the nearest folder above it that is there."""
    while not path.exists():
        path = path.parent
    return path
