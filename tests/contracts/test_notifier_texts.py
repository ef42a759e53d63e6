"""What strangers wrote arrives in every service as something to read, and does nothing there."""

from __future__ import annotations

import asyncio
import email.policy
import html
import re
from html.parser import HTMLParser
from pathlib import Path

import orjson
import pytest

from schemas.crisis import Delivery, Page, Recipient
from schemas.mention import Evidence
from tests.builders import an_evidence
from tests.deliveries import NOON, a_crisis, a_delivery, an_event
from tests.services import KINDS, Bench, Opener, alertmanager, apprise, mail, slack_app
from tocsin.response.message.compose import compose
from tocsin.response.message.message import Extras, Message, Reader
from tocsin.response.notify import delivery_key

pytestmark = pytest.mark.timeout(30)

HOSTILE = (
    "<!channel> <!here|here> <@U123> <https://evil.example|your bank> & @everyone @here @channel "
    "*now* _go_ ~x~ `code` [click](https://evil.example/a) ![i](https://evil.example/i.png) "
    "<script>alert(1)</script><img src=https://evil.example/p.png onerror=alert(1)> {{ 7*7 }} ${env} %(x)s "
    "\u202egnihton\u2066 \x1b[2J\x07 \u200b evil.example http://evil.example www.evil.example me@evil.example\r\n"
    "Bcc: all@example.org\n| CRITICAL · Crisis opened\n.\nQUIT"
)
SECRET = "my card number is 4111"


def told(delivery: Delivery, text: str = HOSTILE, reader: Reader | None = None) -> Message:
    """The delivery's message with a telling mention that says `text`, and a private one."""
    evidence: dict[str, Evidence] = {
        "x|1": an_evidence(text, id="1", author_handle=text, url="https://x.example/1"),
        "x|2": an_evidence(SECRET, id="2", private=True, url="https://x.example/private"),
    }
    return compose(delivery.event, evidence, reader or Reader(), Extras(playbook=text, first_step=text))


def a_hostile_delivery() -> Delivery:
    crisis = a_crisis(
        evidence=("x|1", "x|2"), terms=(HOSTILE,), sources={HOSTILE: 3}, causes={HOSTILE: 2}, owner=HOSTILE,
        reasons=(HOSTILE,), suppressed={HOSTILE: 3},
    )  # fmt: skip
    page = Page(policy="p", step=1, at=NOON, recipients=(Recipient(person="ana"),), why=HOSTILE)
    event = an_event(type="crisis.paged").replace(crisis=crisis, because=(HOSTILE,), page=page, by=HOSTILE)
    return Delivery(key=delivery_key("event-1", "desk"), notifier="desk", event=event, created_at=NOON)


async def tell(opener: Opener, directory: Path) -> tuple[Bench, str]:
    """A service that was told of a hostile crisis, and all that it heard."""
    async with opener(directory) as bench:
        delivery = a_hostile_delivery()
        await bench.notifier.send(delivery, told(delivery))
        await bench.notifier.close()
        return bench, bench.heard_text()


def heard(opener: Opener, directory: Path) -> str:
    return asyncio.run(tell(opener, directory))[1]


@pytest.mark.parametrize("opener", KINDS, ids=lambda kind: kind.__name__)
def test_no_control_and_no_direction_mark_of_a_mention_arrives(opener: Opener, tmp_path: Path) -> None:
    text = heard(opener, tmp_path)
    shown = _shown(text, opener.__name__)
    for mark in ("\x1b", "\x07", "\u202e", "\u2066", "\r\nBcc", "\nBcc:", "\n| CRITICAL"):
        assert mark not in shown


@pytest.mark.parametrize("opener", KINDS, ids=lambda kind: kind.__name__)
def test_a_private_mention_is_counted_and_quoted_nowhere(opener: Opener, tmp_path: Path) -> None:
    text = heard(opener, tmp_path)
    assert SECRET not in text
    assert "x.example/private" not in text
    assert "1 private mention, not quoted" in _shown(text, opener.__name__)


def _shown(text: str, kind: str) -> str:
    """What is said, out of its JSON: that of webhook and log carries the event itself, for programs."""
    if kind == "log":
        return "\n".join(line for line in text.splitlines() if not line.startswith("{"))
    if kind == "webhook":
        return str(orjson.loads(text)["data"]["card"])
    if kind == "alertmanager":
        return "\n".join(orjson.loads(text)[0]["annotations"].values())
    if kind == "apprise":
        return str(orjson.loads(text)["message"])
    if kind.startswith("slack"):
        return "\n".join(_strings(orjson.loads(text)))
    return text


def _strings(tree: object) -> list[str]:
    if isinstance(tree, dict):
        return [text for value in tree.values() for text in _strings(value)]
    if isinstance(tree, list):
        return [text for value in tree for text in _strings(value)]
    return [tree] if isinstance(tree, str) else []


def test_slack_finds_nothing_to_call_to_link_or_to_format(tmp_path: Path) -> None:
    body = orjson.loads(heard(slack_app, tmp_path))
    assert "<" not in body["text"]
    assert ">" not in body["text"]
    assert (body["parse"], body["link_names"], body["unfurl_links"]) == ("none", False, False)
    assert len(body["blocks"]) <= 50

    def look(node: object) -> None:
        if isinstance(node, list):
            for each in node:
                look(each)
        elif isinstance(node, dict):
            assert node.get("type") not in ("mrkdwn", "user", "broadcast", "usergroup", "channel")
            if node.get("type") == "link":
                assert node["url"] == "https://x.example/1"
            elif isinstance(text := node.get("text"), str):
                assert len(text) <= 3000
                assert not re.search(r"@(everyone|here|channel)|https?://|evil\.example", text), text
            for each in node.values():
                look(each)

    look(body["blocks"])


def test_slacks_limits_are_kept_by_the_longest_texts(tmp_path: Path) -> None:
    async def story() -> dict[str, object]:
        async with slack_app(tmp_path) as bench:
            crisis = a_crisis(
                terms=("w" * 5000,) * 8, reasons=tuple(f"{n}{'r' * 5000}" for n in range(20)), evidence=("x|1",)
            )
            delivery = a_delivery()
            delivery = delivery.replace(event=delivery.event.replace(crisis=crisis))
            await bench.notifier.send(delivery, told(delivery, "m" * 100_000))
            await bench.notifier.close()
            assert bench.http is not None
            found: dict[str, object] = bench.http.requests[0].json
            return found

    body = asyncio.run(story())
    assert all(len(text) <= 3000 for text in _strings(body))
    blocks = body["blocks"]
    assert isinstance(blocks, list)
    assert len(blocks[0]["text"]["text"]) <= 150


class _Page(HTMLParser):
    """Elements, links and text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.words: list[str] = []
        self._is_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._is_style = tag == "style"
        for name, value in attrs:
            assert not name.startswith("on"), name
            if name == "href":
                self.links.append(value or "")
            if name in ("src", "srcset", "background", "action"):
                self.loads.append(value or "")

    def handle_data(self, data: str) -> None:
        if not self._is_style:
            self.words.append(data)


def test_a_mails_page_has_our_elements_alone_loads_nothing_and_links_where_we_say(tmp_path: Path) -> None:
    bench, _ = asyncio.run(tell(mail, tmp_path))
    assert bench.mail is not None
    (sent,) = bench.mail.mails
    assert sent["Bcc"] is None
    text, page = [part.get_content() for part in sent.iter_parts()]
    seen = _Page()
    seen.feed(page)
    assert seen.tags <= {
        "html", "head", "meta", "title", "style", "body", "div", "p", "h2", "ul", "li", "b", "blockquote", "a",
    }  # fmt: skip
    assert seen.links == ["https://x.example/1"]
    assert seen.loads == []
    assert "url(" not in page
    words = " ".join(seen.words)
    assert "alert(1)" in words, "it is there to be read"
    for place in (words, text):
        assert not re.search(r"@(everyone|here)|\bhttps?://evil|evil\.example|www\.\w", place)
    assert html.escape("<script>") in page
    assert max(len(line) for line in sent.as_bytes(policy=email.policy.SMTP).split(b"\r\n")) <= 998


def test_services_whose_markup_nobody_knows_get_none(tmp_path: Path) -> None:
    body = orjson.loads(heard(apprise, tmp_path))
    notes = orjson.loads(heard(alertmanager, tmp_path))[0]["annotations"]
    texts = (body["title"], body["message"], notes["summary"], notes["description"])
    for text in (text.replace("https://x.example/1", "") for text in texts):
        assert not re.search(r"[<>*_`~|\[\]]|@(?!\u2060)|://|evil\.example", text), text
    assert "\n  https://x.example/1\n" in body["message"]
