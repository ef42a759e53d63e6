"""The pipeline's lanes wired to each other in memory: what Kafka does between them, without Kafka."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agents.engine.lane import Lane, Wiring
from agents.engine.outbox import Append, Headers
from agents.engine.table import Store, TablePartition
from agents.engine.watermark import read_watermark, write_watermark
from schemas.record import Record
from schemas.streams import STREAMS, WATERMARK_HEADER, StreamSpec, topic_name
from tests.builders import START
from tocsin.detection.matching import Matcher
from tocsin.detection.watchlist import parse_watchlist
from tocsin.flow import Step
from tocsin.pipeline import PIPELINE
from tocsin.setup import Setup

NAMESPACE = "wires"
RAW_PARTITIONS, PARTITIONS = 6, 4
COUNTS = {stream.name: RAW_PARTITIONS if stream.group == "raw" else PARTITIONS for stream in STREAMS}
APPENDED_MS = int(START.timestamp() * 1000) + 1_000
SETUP = Setup(Matcher(parse_watchlist("brands:\n  - id: acme\n    name: Acme\n    keywords: [acme]\n")), is_live=False)


@dataclass
class Stored:
    """A record as it is read back."""

    offset: int
    value: bytes | None
    key: bytes | None = None
    headers: Sequence[tuple[str, bytes]] = ()
    timestamp: int = APPENDED_MS

    @property
    def watermark_ms(self) -> int | None:
        """What it says of event time; None: it is no watermark."""
        told = dict(self.headers).get(WATERMARK_HEADER)
        return read_watermark(told)[3] if told is not None else None


def records(*values: bytes | Record | None) -> list[Stored]:
    return [Stored(n, value.encode() if isinstance(value, Record) else value) for n, value in enumerate(values)]


def marker(watermark_ms: int, channel: int = 0, channels: int = RAW_PARTITIONS, family: str = "") -> Stored:
    return Stored(0, None, headers=[(WATERMARK_HEADER, write_watermark(family, channel, channels, watermark_ms))])


@dataclass
class Wires:
    """Lanes of all steps and partitions, and the streams between them.

    Args:
        folder: where rows are kept.
        steps: who takes part.
        setup: handed to each.
    """

    folder: Path
    steps: Sequence[Step] = PIPELINE
    setup: Any = SETUP
    streams: dict[tuple[str, int], list[Stored]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self._store = Store(self.folder)
        self._wiring = Wiring(NAMESPACE, self.steps, COUNTS)
        self._lanes: dict[tuple[str, int], Lane] = {}
        self._read: dict[tuple[str, int], int] = defaultdict(int)

    def lane(self, step: Step, partition: int = 0) -> Lane:
        """The lane of a step on a partition, made when it is first asked for."""
        lane = self._lanes.get((step.name, partition))
        if lane is None:
            rows: Any = TablePartition(step.name, partition, step.row, self._store) if step.state else None
            lane = Lane(step, partition, self._wiring, step.start(self.setup, rows), self._open, rows)
            self._lanes[step.name, partition] = lane
        return lane

    def lanes(self) -> list[Lane]:
        """Those that were made."""
        return list(self._lanes.values())

    def successor(self, step: Step, partition: int = 0) -> Lane:
        """A new lane over the rows that were committed."""
        del self._lanes[step.name, partition]
        return self.lane(step, partition)

    def stream(self, stream: StreamSpec, partition: int = 0) -> list[Stored]:
        """What was written to a partition so far."""
        return self.streams[topic_name(NAMESPACE, stream), partition]

    def watermarks(self, stream: StreamSpec, partition: int = 0) -> list[int]:
        return [each.watermark_ms for each in self.stream(stream, partition) if each.watermark_ms is not None]

    def write(self, stream: StreamSpec, partition: int, *stored: Stored) -> None:
        for each in stored:
            self._append((topic_name(NAMESPACE, stream), partition), each)

    def commit(self, lane: Lane) -> None:
        """What the committer does with one lane."""
        lane.pass_on_watermarks()
        if lane.rows is not None:
            lane.rows.snapshot()
            lane.rows.persist(0)

    def run(self) -> None:
        """Let every lane read all there is, until nothing more comes."""
        is_idle = False
        while not is_idle:
            is_idle = True
            for step in self.steps:
                for partition in range(COUNTS[step.reads.name]):
                    place = (topic_name(NAMESPACE, step.reads), partition)
                    new = self.streams[place][self._read[place] :]
                    if not new:
                        continue
                    is_idle = False
                    self._read[place] += len(new)
                    lane = self.lane(step, partition)
                    lane.take(new)
                    lane.advance()
                    while lane.is_behind:
                        lane.advance()
                    self.commit(lane)

    def _open(self, topic: str, partition: int) -> Append:
        def append(key: bytes | None, value: bytes | None, headers: Headers) -> None:
            self._append((topic, partition), Stored(0, value, key, tuple(headers)))

        return append

    def _append(self, place: tuple[str, int], stored: Stored) -> None:
        stored.offset = len(self.streams[place])
        self.streams[place].append(stored)
