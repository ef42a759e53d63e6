"""Group signals into one crisis per brand and subject: opened, escalated, resolved."""

from __future__ import annotations

from typing import Any

from agents.engine.chunk import chunks


async def escalate(stream: Any) -> None:
    """Group signals into one crisis per brand and subject: opened, escalated, resolved."""
    async for chunk in chunks(stream):
        chunk.take()
        chunk.advance()
        await chunk.done()
