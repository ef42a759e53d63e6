"""A real HTTP server on this computer that receives what notifiers post."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

import orjson
from aiohttp import web

from tocsin.notifiers.signature import verify_signature

SECRET = b"shared with the receiver"


@dataclass
class Request:
    """One request as it came, its signature verified."""

    headers: dict[str, str]
    body: bytes
    path: str = "/hook"

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def key(self) -> str:
        return self.headers["Idempotency-Key"]


@dataclass
class Receiver:
    """Listens while its block runs.

    Attributes:
        requests: everything that came with a valid signature.
        answers: (status, headers, body) of the next requests; 204 when there is none left.
        answer_to: what it answers when no answer is left; it may raise what makes a 400 of it, and no request.
        delay: seconds before each answer.
        tls: it speaks https.
        is_silent: it receives and never answers.
        is_rude: it receives and closes the connection.
        is_trusting: it does not look at signatures.
        port: where it listens; 0 takes a free one.
    """

    requests: list[Request] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    answer_to: Callable[[Request], bytes] | None = None
    delay: float = 0.0
    tls: ssl.SSLContext | None = None
    is_silent: bool = False
    is_rude: bool = False
    is_trusting: bool = False
    port: int = 0

    @property
    def url(self) -> str:
        return f"{self.base}/hook"

    @property
    def base(self) -> str:
        return f"http{'s' if self.tls else ''}://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._receive)
        self._silence_ends = asyncio.Event()
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await self.listen()
        return self

    async def listen(self) -> None:
        """Listen, on the same port as before if there was one."""
        self._site = web.TCPSite(self._runner, "127.0.0.1", self.port, ssl_context=self.tls)
        await self._site.start()
        self.port = self._runner.addresses[0][1]

    async def deafen(self) -> None:
        """Stop listening: connections are refused."""
        await self._site.stop()

    async def __aexit__(self, *_: object) -> None:
        self._silence_ends.set()
        await self._runner.cleanup()

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if not self.is_trusting:
            verify_signature(SECRET, request.headers, body)  # an error here is a 500, and no request
        heard = Request(dict(request.headers), body, request.path)
        answered = b""
        if not self.answers and self.answer_to is not None:
            try:
                answered = self.answer_to(heard)
            except Exception as error:
                return web.Response(status=400, text=str(error))
        self.requests.append(heard)
        if self.is_rude and request.transport is not None:
            request.transport.close()
        if self.is_silent:
            await self._silence_ends.wait()
        await asyncio.sleep(self.delay)
        status, headers, answer = self.answers.pop(0) if self.answers else (200 if answered else 204, {}, answered)
        return web.Response(status=status, headers=headers, body=answer)
