"""Drop repeats, add what we know of the author, forward to every matched topic."""

from __future__ import annotations

from typing import Any

from agents.engine.chunk import chunks


async def window_author(stream: Any) -> None:
    """Drop repeats, add what we know of the author, forward to every matched topic."""
    async for chunk in chunks(stream):
        chunk.take()
        chunk.advance()
        await chunk.done()
