"""Group signals into one crisis per brand and subject, and tell people of it until it is over."""

from __future__ import annotations

from typing import Any

from agents.engine.chunk import chunks


async def escalate(stream: Any) -> None:
    """Group signals into one crisis per brand and subject, and tell people of it until it is over."""
    async for chunk in chunks(stream):
        chunk.take()
        chunk.advance()
        await chunk.done()
