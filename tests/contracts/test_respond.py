"""Acknowledge links on a real web server: looking changes nothing, pressing acts once, and nobody else can."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from schemas.crisis import Crisis
from tests.builders import START, a_crisis
from tests.inboxes import Decide, MemoryInbox, an_answer, refuse, say_nothing
from tocsin.respond.limits import Budget
from tocsin.respond.page import HEADERS
from tocsin.respond.serve import listen
from tocsin.respond.server import Limits, Respond
from tocsin.response.links import PATH, Link, make_link
from tocsin.response.message.message import Reader

pytestmark = pytest.mark.timeout(30)

SECRET = b"a secret of at least thirty-two characters"
ANA = Reader(person="ana", name="Ana Example", language="en")


def a_link(**fields: Any) -> Link:
    found: dict[str, Any] = {
        "namespace": "tocsin",
        "action": "acknowledge",
        "brand": "acme",
        "crisis": "c1",
        "person": "ana",
        "expires_at": START + timedelta(hours=24),
    }
    return Link(**(found | fields))


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str


@dataclass
class Desk:
    """A server with its surroundings; every request is a real one."""

    inbox: MemoryInbox
    crises: dict[str, Crisis] = field(default_factory=lambda: {"c1": a_crisis()})
    readers: dict[str, Reader] = field(default_factory=lambda: {"ana": ANA})
    now: datetime = START
    is_well: bool = True
    limits: Limits = field(default_factory=Limits)
    seconds: float = 0.0
    base: str = ""
    session: Any = None

    @asynccontextmanager
    async def opened(self) -> Any:
        async def is_ready() -> bool:
            return self.is_well

        respond = Respond(
            namespace="tocsin",
            secret=SECRET,
            inbox=self.inbox,
            crises=self.crises,
            readers=self.readers,
            is_ready=is_ready,
            limits=self.limits,
            now=lambda: self.now,
            monotonic=lambda: self.seconds,
        )
        async with listen(respond.make_app(), "127.0.0.1", 0) as port, aiohttp.ClientSession() as session:
            self.base, self.session = f"http://127.0.0.1:{port}", session
            yield self

    def link(self, **fields: Any) -> str:
        return make_link(self.base, SECRET, a_link(**fields))

    async def ask(self, method: str, url: str, **options: Any) -> Answer:
        async with self.session.request(method, url, allow_redirects=False, **options) as response:
            return Answer(response.status, dict(response.headers), (await response.read()).decode())


def play(story: Callable[[Desk], Awaitable[None]], decide: Decide = an_answer, **fields: Any) -> MemoryInbox:
    """Tell a story of requests; what came to the inbox is returned."""
    inbox = MemoryInbox(decide)

    async def run() -> None:
        async with Desk(inbox, **fields).opened() as desk:
            await story(desk)

    asyncio.run(asyncio.wait_for(run(), 20))
    return inbox


def test_looking_at_a_link_changes_nothing_and_says_what_will_happen() -> None:
    async def story(desk: Desk) -> None:
        for method in ("GET", "HEAD", "GET", "HEAD"):
            answer = await desk.ask(method, desk.link())
            assert answer.status == 200
            assert ("Ana Example" in answer.text) == (method == "GET")
        page = (await desk.ask("GET", desk.link())).text
        for expected in ("SEVERE", "acme", "acknowledged in your name", "45 distinct authors", "80% negative"):
            assert expected in page, expected
        assert re.findall(r"<form[^>]*>", page) == ['<form method="post">']
        assert "<script" not in page and "http" not in page.replace("http-equiv", "")

    assert play(story).stored == []


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "DELETE", "PATCH", "PROPFIND"])
def test_no_other_method_acts(method: str) -> None:
    async def story(desk: Desk) -> None:
        assert (await desk.ask(method, desk.link())).status == 405

    assert play(story).stored == []


def test_pressing_the_button_acknowledges_in_the_name_of_the_person() -> None:
    async def story(desk: Desk) -> None:
        answer = await desk.ask("POST", desk.link())
        assert answer.status == 200
        assert "You have it, Ana Example." in answer.text
        assert "ana did it" in answer.text
        assert "<form" not in answer.text

    (command,) = play(story).stored
    assert (command.action, command.brand, command.crisis, command.by) == ("acknowledge", "acme", "c1", "ana")
    assert command.at == START


def test_pressing_twice_and_looking_again_acts_once_and_tells_the_same() -> None:
    async def story(desk: Desk) -> None:
        first = await desk.ask("POST", desk.link())
        again = await desk.ask("POST", desk.link())
        looked = await desk.ask("GET", desk.link())
        assert first.text == again.text == looked.text

    assert len(play(story).stored) == 1


def test_a_press_without_an_answer_can_be_repeated_under_the_same_id() -> None:
    async def story(desk: Desk) -> None:
        for _ in range(2):
            answer = await desk.ask("POST", desk.link())
            assert answer.status == 202
            assert "It is on its way." in answer.text

    ids = {command.id for command in play(story, say_nothing).stored}
    assert len(ids) == 1, "escalation drops the second by its id"


def test_a_refusal_is_told_with_its_reason() -> None:
    async def story(desk: Desk) -> None:
        answer = await desk.ask("POST", desk.link())
        assert answer.status == 409
        assert "That was not possible." in answer.text
        assert "it is resolved" in answer.text

    play(story, refuse)


def test_when_kafka_does_not_store_it_the_page_says_so_and_offers_the_button_again() -> None:
    async def story(desk: Desk) -> None:
        desk.inbox.is_down = True
        answer = await desk.ask("POST", desk.link())
        assert answer.status == 503
        assert "It could not be stored." in answer.text
        assert "<button" in answer.text
        desk.inbox.is_down = False
        assert (await desk.ask("POST", desk.link())).status == 200

    assert len(play(story).stored) == 1


def test_an_expired_link_says_until_when_it_was_good_and_does_not_act() -> None:
    async def story(desk: Desk) -> None:
        desk.now = START + timedelta(hours=24)
        for method in ("GET", "POST"):
            answer = await desk.ask(method, desk.link())
            assert answer.status == 410
            assert "2026-01-06 12:00 UTC" in answer.text
            assert "<form" not in answer.text

    assert play(story).stored == []


def test_a_forged_or_broken_link_does_not_act() -> None:
    async def story(desk: Desk) -> None:
        good = desk.link()
        body, _, signature = good.rpartition("/")[2].partition(".")
        other = make_link(desk.base, SECRET[::-1], a_link())
        elsewhere = desk.link(namespace="drill")
        expected = {
            other: 403,
            elsewhere: 403,
            f"{desk.base}{PATH}{body}.{signature[:-2]}AA": 403,
            f"{desk.base}{PATH}{body}": 400,
            f"{desk.base}{PATH}{body}.": 400,
            f"{desk.base}{PATH}.{signature}": 400,
            f"{desk.base}{PATH}{'A' * 5000}.{signature}": 400,
            f"{desk.base}{PATH}%00%0d%0a<script>.x": 400,
            f"{desk.base}{PATH}": 404,
            f"{desk.base}{PATH}a/b": 404,
            f"{desk.base}/": 404,
        }
        for url, status in expected.items():
            for method in ("GET", "POST"):
                answer = await desk.ask(method, url)
                assert answer.status == status, url
                assert "<form" not in answer.text and "<script" not in answer.text

    assert play(story).stored == []


def test_a_press_from_a_page_of_somebody_else_does_not_act() -> None:
    async def story(desk: Desk) -> None:
        for site in ("cross-site", "same-site"):
            assert (await desk.ask("POST", desk.link(), headers={"Sec-Fetch-Site": site})).status == 403
        assert (await desk.ask("POST", desk.link(), headers={"Sec-Fetch-Site": "same-origin"})).status == 200

    assert len(play(story).stored) == 1


def test_a_long_body_is_refused() -> None:
    async def story(desk: Desk) -> None:
        assert (await desk.ask("POST", desk.link(), data=b"x" * 2_000)).status == 413
        assert (await desk.ask("POST", desk.link(), data=b"x" * 500)).status == 200

    assert len(play(story).stored) == 1


def test_every_answer_forbids_what_a_page_does_not_need() -> None:
    async def story(desk: Desk) -> None:
        answers = [await desk.ask(method, desk.link()) for method in ("GET", "HEAD", "POST", "PUT")]
        answers += [
            await desk.ask("GET", desk.base + path) for path in ("/", "/live", "/ready", "/r/x.y", "/robots.txt")
        ]
        for answer in answers:
            for name, value in HEADERS.items():
                assert answer.headers[name] == value
            assert answer.headers["Server"] == "tocsin"
            assert "Set-Cookie" not in answer.headers

    play(story)


def test_what_strangers_wrote_does_nothing_on_the_page() -> None:
    hostile = '"><script>alert(1)</script><img src=x onerror=alert(1)>\u202e\x1b[2J'
    crisis = a_crisis(subject=hostile, reasons=(hostile,), terms=(hostile,), owner=hostile, acknowledged_at=START)
    reader = Reader(person="ana", name=hostile)

    async def story(desk: Desk) -> None:
        for page in (await desk.ask("GET", desk.link()), await desk.ask("POST", desk.link())):
            assert "<script" not in page.text and "<img" not in page.text
            assert "\u202e" not in page.text and "\x1b" not in page.text
            assert "&lt;script&gt;" in page.text

    play(story, crises={"c1": crisis}, readers={"ana": reader})


def test_a_page_is_in_the_language_of_its_person_else_of_the_browser() -> None:
    async def story(desk: Desk) -> None:
        es = {"Accept-Language": "es-MX,es;q=0.9,en;q=0.5"}
        assert "cargo de esta crisis" in (await desk.ask("GET", desk.link(person="benito"))).text
        assert "cargo de esta crisis" in (await desk.ask("GET", desk.link(person="stranger"), headers=es)).text
        assert "Will you take" in (await desk.ask("GET", desk.link(), headers=es)).text
        answer = await desk.ask("GET", desk.link(person="chi"))
        assert '<html lang="vi">' in answer.text
        assert "19:00 UTC+07" in answer.text
        assert "no es válido" in (await desk.ask("GET", desk.base + "/r/YQ.YQ", headers=es)).text

    people = {
        "ana": ANA,
        "benito": Reader(person="benito", name="Benito", language="es"),
        "chi": Reader(person="chi", name="Chi", language="vi", time_zone="Asia/Ho_Chi_Minh"),
    }
    play(story, readers=people)


def test_a_flood_of_strangers_is_slowed_and_locks_nobody_out() -> None:
    limits = Limits(link=Budget(burst=3, per_minute=60), stranger=Budget(burst=5, per_minute=60))

    async def story(desk: Desk) -> None:
        statuses = [(await desk.ask("GET", desk.base + "/r/YQ.YQ")).status for _ in range(7)]
        assert statuses == [403] * 5 + [429] * 2
        assert (await desk.ask("GET", desk.link())).status == 200
        assert (await desk.ask("POST", desk.link())).status == 200
        assert (await desk.ask("POST", desk.link())).status == 200
        slowed = await desk.ask("POST", desk.link())
        assert (slowed.status, slowed.headers["Retry-After"]) == (429, "1")
        assert (await desk.ask("POST", desk.link(person="ben"))).status == 200
        desk.seconds += 1.0
        assert (await desk.ask("POST", desk.link())).status == 200

    assert len(play(story, limits=limits).stored) == 2


def test_it_says_whether_it_lives_and_whether_it_is_ready() -> None:
    async def story(desk: Desk) -> None:
        assert (await desk.ask("GET", desk.base + "/live")).status == 200
        assert (await desk.ask("GET", desk.base + "/ready")).status == 200
        desk.is_well = False
        assert (await desk.ask("GET", desk.base + "/ready")).status == 503
        assert (await desk.ask("GET", desk.base + "/live")).status == 200

    play(story)


def test_the_log_tells_who_did_what_and_holds_no_link(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    links: list[str] = []

    async def story(desk: Desk) -> None:
        links.append(desk.link())
        for method in ("GET", "POST", "PUT"):
            await desk.ask(method, links[0])
        await desk.ask("GET", links[0] + "A")
        # A request that is no HTTP: its line must not be quoted anywhere.
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(desk.base).port)
        writer.write(f"GET {urlsplit(links[0]).path} HTTP/9.9 x\r\n\r\n".encode())
        await writer.drain()
        await reader.read()
        writer.close()

    play(story)
    ours = "\n".join(f"{each.getMessage()} {each.exc_text or ''}" for each in caplog.records)
    assert "acknowledge of crisis c1 by ana: command.accepted" in ours
    token = links[0].rpartition("/")[2]
    assert token not in ours and token.partition(".")[2] not in ours and SECRET.decode() not in ours
