"""The pipeline without Kafka: the same pure steps in a loop, in event time, deterministic. The back-test runs here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from zlib import crc32

from schemas.mention import Mention
from schemas.streams import END_OF_TIME_MS, RAW
from tocsin.flow import Emit, MemoryRows, Processor, Rejection, Step
from tocsin.instants import TICK_MS, milliseconds
from tocsin.pipeline import PIPELINE


def run(
    raw: Iterable[Mention],
    setup: Any,
    *,
    partitions: int = 1,
    tick_ms: int = TICK_MS,
    steps: Sequence[Step] = PIPELINE,
) -> Iterator[Emit]:
    """Run the pipeline over mentions and yield every record that any step writes, in order.

    The watermark moves each time the mentions' own time enters another tick, and to the end of time after the last one;
    mentions should come in the order of `posted_at`, or they are late as they would be on Kafka.

    Args:
        setup: handed to every step.
        partitions: processors a step; records find theirs by their key.
        tick_ms: how often the watermark moves, event time. No result depends on it.
        steps: in pipeline order: a step reads only what an earlier one, or nobody, writes.
    """
    loop = _Loop(setup, partitions, steps)
    watermark_ms = 0
    for mention in raw:
        posted_ms = milliseconds(mention.posted_at)
        if (entered_ms := posted_ms - posted_ms % tick_ms) > watermark_ms:
            watermark_ms = entered_ms
            yield from loop.advance(watermark_ms)
        # Kafka stored it when it was posted: a time inside the millisecond must not look like the future.
        yield from loop.take(RAW.name, mention.author_key, mention, posted_ms + 1)
    yield from loop.advance(END_OF_TIME_MS)


class _Loop:
    """The processors of all steps and partitions; a record is passed on before the next one is taken."""

    def __init__(self, setup: Any, partitions: int, steps: Sequence[Step]) -> None:
        self._steps = {step.reads.name: place for place, step in enumerate(steps)}
        self._processors: list[list[Processor]] = [
            [step.start(setup, MemoryRows()) for _ in range(partitions)] for step in steps
        ]

    def take(self, stream: str, key: str, record: Any, appended_ms: int) -> Iterator[Emit]:
        """Let the step that reads `stream` take a record, and everything downstream take what comes of it."""
        place = self._steps.get(stream)
        if place is None or record is None:
            return
        processors = self._processors[place]
        try:
            emits = list(processors[crc32(key.encode()) % len(processors)].take(record, appended_ms))
        except Rejection:
            return  # on Kafka it would be in the rejected stream, whole; here the caller still has it
        yield from self._pass_on(emits, key, appended_ms)

    def advance(self, watermark_ms: int) -> Iterator[Emit]:
        """Move event time, one step after the other: what a step emits at a watermark, the next one has before it."""
        for processors in self._processors:
            for processor in processors:
                yield from self._pass_on(list(processor.advance(watermark_ms)), "", watermark_ms)

    def _pass_on(self, emits: list[Emit], key: str, appended_ms: int) -> Iterator[Emit]:
        for emit in emits:
            yield emit
            yield from self.take(emit.stream.name, key if emit.key is None else emit.key, emit.record, appended_ms)
