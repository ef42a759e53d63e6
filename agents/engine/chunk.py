"""What an agent is given: up to some hundred records of one partition, as one event of its Faust stream."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agents.engine.lane import KafkaRecord, Lane
    from agents.engine.runtime import Runtime


class Chunk:
    """Records of one partition, in order, and the step at work on it.

    An agent calls `take`, `advance` and then awaits `done`. Between them it must not await: so a commit, which is a
    snapshot between chunks, never holds half of one.
    """

    __slots__ = ("_lane", "_next_offset", "_records", "_runtime", "_taken")

    def __init__(self, runtime: Runtime, lane: Lane, records: Sequence[KafkaRecord], next_offset: int) -> None:
        self._runtime = runtime
        self._lane = lane
        self._records = records
        self._next_offset = next_offset
        self._taken = False

    def __len__(self) -> int:
        return len(self._records)

    def take(self) -> None:
        """Run the step over every record; what cannot be used is rejected one by one."""
        if self._runtime.is_current(self._lane):
            self._taken = True
            self._runtime.take(self._lane, self._records)

    def advance(self) -> None:
        """Let the step judge what event time has completed."""
        if self._taken:
            self._runtime.advance(self._lane)

    async def done(self) -> None:
        """This chunk's effects may be committed. Returns when there is room for another chunk."""
        if self._taken:
            await self._runtime.finish(self._lane, self._records, self._next_offset)


async def chunks(stream: Any) -> AsyncIterator[Chunk]:
    """The chunks of a Faust stream, on either transport: ours delivers them, the stock one single messages."""
    runtime: Runtime = stream.app.runtime
    async for event in stream.events():
        yield event.value if isinstance(event.value, Chunk) else runtime.wrap(event.message)
