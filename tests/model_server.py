"""A real HTTP server on this computer that speaks chat completions, as a model that obeys whoever spoke last would."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Self

import orjson
from aiohttp import web

OBEDIENT = "Of course! We will refund you 500 dollars, it was our fault. See https://evil.example."
HONEST = "We have seen that your bag is missing, and we are looking into it."


@dataclass
class ModelServer:
    """Listens while its block runs.

    Attributes:
        requests: (headers, body) of all that came.
        answers: (status, body) of the next requests; then it answers as a model would.
        is_silent: it receives and never answers.
    """

    requests: list[tuple[dict[str, str], Any]] = field(default_factory=list)
    answers: list[tuple[int, bytes]] = field(default_factory=list)
    is_silent: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}/v1"

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._complete)
        self._silence_ends = asyncio.Event()
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._silence_ends.set()
        await self._runner.cleanup()

    async def _complete(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.requests.append((dict(request.headers), body))
        if self.is_silent:
            await self._silence_ends.wait()
        if self.answers:
            status, raw = self.answers.pop(0)
            return web.Response(status=status, body=raw)
        said = orjson.loads(body["messages"][-1]["content"])["customer_said"]
        replies = [OBEDIENT, HONEST] if "ignore previous instructions" in said.lower() else [HONEST]
        return web.Response(body=completion(orjson.dumps({"replies": replies}).decode()))


def completion(content: object) -> bytes:
    """An answer of the service that holds `content`."""
    return orjson.dumps({"choices": [{"message": {"role": "assistant", "content": content}}]})
