"""The web server behind links: GET shows what will happen and changes nothing, only POST acts, and acts once.

Link previews, mail scanners and browsers that look ahead fetch addresses; they press no buttons. A link that was
signed is never locked out by a flood of others: budgets are one a link, and one an address for all that is not a link.
The address of a link is a key, so it is never logged.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from aiohttp import web

from schemas.command import Command
from schemas.crisis import Crisis
from tocsin import metrics
from tocsin.desk.inbox import Inbox
from tocsin.errors import BrokerError
from tocsin.respond import tell
from tocsin.respond.limits import Budget, neighbourhood
from tocsin.respond.page import HEADERS, Page, render_page
from tocsin.respond.words import TEXTS, find_language
from tocsin.response.links import PATH, ExpiredLink, ForgedLink, Link, MalformedLink, UnusableLink, read_link
from tocsin.response.message.inert import make_inert
from tocsin.response.message.message import Reader

log = logging.getLogger(__name__)

#: How long a press waits for the answer: escalation applies a command when event time has passed it, which is the
#: grace (5 s) and about a second later.
PATIENCE = timedelta(seconds=15)
#: A button sends no body; whoever sends one gets no further than this.
MOST_BODY_BYTES = 1_024
BODY_SECONDS = 5.0
_STATUS_OF_UNUSABLE = {ExpiredLink: 410, ForgedLink: 403, MalformedLink: 400}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How often one may come.

    Attributes:
        link: per link that is signed by us: a person who presses again and again, previews in many devices.
        stranger: per address, for everything else: somebody who tries.
    """

    link: Budget = field(default_factory=lambda: Budget(burst=20, per_minute=30))
    stranger: Budget = field(default_factory=lambda: Budget(burst=30, per_minute=30))


class Respond:
    """The pages of one namespace.

    Args:
        secret: what links are signed with.
        inbox: where commands go.
        crises: each crisis as it stands, by id; looked at anew for every page.
        readers: the people of response.yaml, by id.
        is_ready: whether crises are read, and commands would be stored and answered.
        now: the time, for expiry.
        monotonic: seconds that never go back, for the limits.
    """

    def __init__(
        self,
        *,
        namespace: str,
        secret: bytes,
        inbox: Inbox,
        crises: Mapping[str, Crisis],
        readers: Mapping[str, Reader],
        is_ready: Callable[[], Awaitable[bool]],
        patience: timedelta = PATIENCE,
        limits: Limits | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._namespace = namespace
        self._secret = secret
        self._inbox = inbox
        self._crises = crises
        self._readers = readers
        self._is_ready = is_ready
        self._patience = patience
        self._limits = limits or Limits()
        self._now = now
        self._monotonic = monotonic

    def make_app(self) -> web.Application:
        """The aiohttp application."""
        app = web.Application(client_max_size=MOST_BODY_BYTES, middlewares=[self._guard])
        app.on_response_prepare.append(_harden)
        app.router.add_get("/live", self._live)
        app.router.add_get("/ready", self._ready)
        app.router.add_get("/robots.txt", self._robots)
        app.router.add_get(PATH + "{token}", self._show, allow_head=True)
        app.router.add_post(PATH + "{token}", self._act)
        return app

    # -- what is asked for -----------------------------------------------------------------------------------------

    async def _show(self, request: web.Request) -> web.StreamResponse:
        """What a link will do, or what became of it. Nothing changes."""
        link = self._read(request)
        reader, crisis = self._reader(request, link), self._crises.get(link.crisis)
        if answer := self._inbox.find_answer(link.command_id):
            return _page(tell.answered(reader, link, crisis, answer, self._now()))
        return _page(tell.ask(reader, link, crisis, self._now()))

    async def _act(self, request: web.Request) -> web.StreamResponse:
        """The button was pressed."""
        link = self._read(request)
        reader = self._reader(request, link)
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            # Some page of somebody else pressed it for the person.
            return _page(tell.notice(reader, "forged.title", TEXTS[reader.language]["forged.then"]), 403)
        async with asyncio.timeout(BODY_SECONDS):
            await request.read()  # it says nothing to us, and must be short
        command = Command(
            id=link.command_id,
            action=link.action,
            brand=link.brand,
            crisis=link.crisis,
            by=link.person,
            at=self._now(),
            reason="pressed the button behind the link in a message",
        )
        try:
            answer = await self._inbox.ask(command, self._patience)
        except BrokerError as error:
            self._note(link, f"not stored: {error.what}", "unsent")
            return _page(tell.unsent(reader, link, self._crises.get(link.crisis), self._now()), 503)
        crisis = self._crises.get(link.crisis)
        if answer is None:
            self._note(link, "stored, no answer yet", "unanswered")
            return _page(tell.pending(reader, link, crisis, self._now()), 202)
        self._note(link, answer.type, answer.type.removeprefix("command."))
        status = 200 if answer.type == "command.accepted" else 409
        return _page(tell.answered(reader, link, crisis, answer, self._now()), status)

    async def _live(self, _: web.Request) -> web.Response:
        return web.Response(text="live\n")

    async def _ready(self, _: web.Request) -> web.Response:
        is_ready = await self._is_ready()
        return web.Response(text="ready\n" if is_ready else "not ready\n", status=200 if is_ready else 503)

    async def _robots(self, _: web.Request) -> web.Response:
        return web.Response(text="User-agent: *\nDisallow: /\n")

    # -- links and readers -----------------------------------------------------------------------------------------

    def _read(self, request: web.Request) -> Link:
        """The link of a request.

        Raises:
            UnusableLink: it must not act.
            _Busy: it was asked for too often.
        """
        try:
            link = read_link(request.match_info["token"], self._secret, self._namespace, self._now())
        except ExpiredLink as error:
            self._spend(self._limits.link, error.link.command_id)
            raise
        self._spend(self._limits.link, link.command_id)
        return link

    def _spend(self, budget: Budget, key: str) -> None:
        if wait_s := budget.spend(key, self._monotonic()):
            raise _Busy(math.ceil(wait_s))

    def _reader(self, request: web.Request, link: Link | None = None) -> Reader:
        """The person of a link; a stranger reads in the language of the browser."""
        if link and (known := self._readers.get(link.person)):
            return known
        language = find_language(request.headers.get("Accept-Language", ""))
        person = link.person if link else ""
        return Reader(language=language, person=person, name=person)

    def _note(self, link: Link, what: str, outcome: str) -> None:
        metrics.LINKS.labels(outcome).inc()
        log.info(
            "%s of crisis %s by %s: %s",
            link.action,
            make_inert(link.crisis),
            make_inert(link.person),
            make_inert(what),
        )

    # -- what goes wrong -------------------------------------------------------------------------------------------

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Every answer is a page in words, whatever was asked for."""
        try:
            return await handler(request)
        except UnusableLink as error:
            metrics.LINKS.labels("unusable").inc()
            if isinstance(error, ExpiredLink):
                return _page(tell.expired(self._reader(request, error.link), error.link), 410)
            return self._refuse_stranger(request, error)
        except _Busy as error:
            return self._busy(request, error)
        except web.HTTPException as error:
            return self._refuse_stranger(request, error)
        except TimeoutError:
            return _page(tell.notice(self._reader(request), "broken.title"), 408)
        except Exception:
            # The traceback holds lines of code and no values; the address, which is a key, is not in it.
            log.exception("a page could not be made")
            reader = self._reader(request)
            return _page(tell.notice(reader, "broken.title", TEXTS[reader.language]["broken.then"]), 500)

    def _refuse_stranger(self, request: web.Request, error: UnusableLink | web.HTTPException) -> web.Response:
        reader = self._reader(request)
        texts = TEXTS[reader.language]
        try:
            self._spend(self._limits.stranger, neighbourhood(request.remote))
        except _Busy as busy:
            return self._busy(request, busy)
        if isinstance(error, web.HTTPException):
            response = _page(tell.notice(reader, "missing.title", texts["missing.then"]), error.status)
            with suppress(KeyError):
                response.headers["Allow"] = error.headers["Allow"]
            return response
        log.info("a link from %s was refused: %s", request.remote, error)
        if isinstance(error, ForgedLink):
            return _page(tell.notice(reader, "forged.title", texts["forged.then"]), _STATUS_OF_UNUSABLE[ForgedLink])
        return _page(
            tell.notice(reader, "malformed.title", texts["malformed.then"]), _STATUS_OF_UNUSABLE[MalformedLink]
        )

    def _busy(self, request: web.Request, busy: _Busy) -> web.Response:
        metrics.LINKS.labels("busy").inc()
        reader = self._reader(request)
        then = TEXTS[reader.language]["busy.then"].format(seconds=busy.seconds)
        response = _page(tell.notice(reader, "busy.title", then), 429)
        response.headers["Retry-After"] = str(busy.seconds)
        return response


class _Busy(Exception):
    def __init__(self, seconds: int) -> None:
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds


def _page(page: Page, status: int = 200) -> web.Response:
    return web.Response(
        text=render_page(page),
        status=status,
        content_type="text/html",
        charset="utf-8",
        headers={"Content-Language": page.language},
    )


async def _harden(_: web.Request, response: web.StreamResponse) -> None:
    """What every answer says; nothing of who answers."""
    response.headers.update(HEADERS)
    response.headers["Server"] = "tocsin"
