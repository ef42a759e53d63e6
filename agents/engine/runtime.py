"""What stands behind an agent's chunk: the engine, or Faust's own transport for comparison. One small protocol."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from agents.engine.chunk import Chunk
from agents.engine.lane import KafkaRecord, Lane


class Runtime(Protocol):
    """Where finished chunks go."""

    def is_current(self, lane: Lane) -> bool:
        """Whether this process still owns the lane's partition, in the same generation."""
        ...

    def wrap(self, message: Any) -> Chunk:
        """A single message of the stock transport as a chunk."""
        ...

    def take(self, lane: Lane, records: Sequence[KafkaRecord]) -> None:
        """Let the lane's step take records."""
        ...

    def advance(self, lane: Lane) -> None:
        """Tell the lane's step how far event time has got."""
        ...

    async def finish(self, lane: Lane, records: Sequence[KafkaRecord], next_offset: int) -> None:
        """The chunk was processed: publish and commit its effects."""
        ...
