"""Give every enriched mention its sentiment and its weight."""

from __future__ import annotations

from typing import Any

from agents.engine.chunk import chunks


async def score(stream: Any) -> None:
    """Give every enriched mention its sentiment and its weight."""
    async for chunk in chunks(stream):
        chunk.take()
        chunk.advance()
        await chunk.done()
