"""Every kind of notifier beside a real service on this computer that can be asked what it heard, broken and mended."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import orjson

from tests.deliveries import FakeNotifier
from tests.mail_server import MailServer, texts
from tests.receiver import SECRET, Receiver, Request
from tocsin.notifiers import mail as mail_notifier
from tocsin.notifiers.alertmanager import AlertmanagerNotifier
from tocsin.notifiers.apprise import AppriseNotifier
from tocsin.notifiers.log import LogNotifier
from tocsin.notifiers.mail import MailNotifier
from tocsin.notifiers.notifier import Notifier
from tocsin.notifiers.slack import SlackAppNotifier, SlackWebhookNotifier
from tocsin.notifiers.webhook import WebhookNotifier
from tocsin.response.notify import delivery_key

#: What `POST /api/v2/alerts` takes, as Alertmanager's OpenAPI file has it (postableAlerts); names as Prometheus allows.
ALERTS: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["labels"],
        "additionalProperties": False,
        "properties": {
            "labels": {"$ref": "#/$defs/labels", "required": ["alertname"]},
            "annotations": {"$ref": "#/$defs/labels"},
            "startsAt": {"type": "string", "format": "date-time"},
            "endsAt": {"type": "string", "format": "date-time"},
            "generatorURL": {"type": "string", "format": "uri"},
        },
    },
    "$defs": {
        "labels": {
            "type": "object",
            "propertyNames": {"pattern": "^[a-zA-Z_][a-zA-Z0-9_]*$"},
            "additionalProperties": {"type": "string", "minLength": 1},
        }
    },
}


@dataclass
class Bench:
    """One notifier and its service.

    Attributes:
        heard: keys, in the order in which they were heard.
        heard_text: everything a person or program could read of it.
        carries_keys: every message names the keys of all its events.
    """

    notifier: Notifier
    heard: Callable[[], list[str]]
    heard_text: Callable[[], str]
    break_down: Callable[[], Awaitable[None]]
    mend: Callable[[], Awaitable[None]]
    carries_keys: bool = True
    shows_digest: bool = True
    http: Receiver | None = None
    mail: MailServer | None = None


@asynccontextmanager
async def fake(_: Path) -> AsyncIterator[Bench]:
    notifier = FakeNotifier()

    async def set_down(is_down: bool) -> None:
        notifier.is_down = is_down

    yield Bench(
        notifier,
        heard=lambda: [*notifier.pages, *(key for keys in notifier.digests for key in keys)],
        heard_text=lambda: "\n".join(notifier.cards),
        break_down=lambda: set_down(True),
        mend=lambda: set_down(False),
    )


@asynccontextmanager
async def log(directory: Path) -> AsyncIterator[Bench]:
    path = directory / "pages" / "log.txt"
    path.parent.mkdir()

    def text() -> str:
        return path.read_text(encoding="utf-8") if path.exists() else ""

    async def break_down() -> None:
        path.parent.rename(directory / "away")

    async def mend() -> None:
        (directory / "away").rename(path.parent)

    yield Bench(
        LogNotifier("desk", path),
        heard=lambda: [orjson.loads(line)["key"] for line in text().splitlines() if line.startswith('{"notifier"')],
        heard_text=text,
        break_down=break_down,
        mend=mend,
    )


@asynccontextmanager
async def _http(
    make: Callable[[Receiver], Notifier],
    keys: Callable[[Request], Sequence[str]],
    answer_to: Callable[[Request], bytes] | None = None,
    **bench: Any,
) -> AsyncIterator[Bench]:
    async with Receiver(is_trusting=answer_to is not None, answer_to=answer_to) as receiver:
        yield Bench(
            make(receiver),
            heard=lambda: [key for request in receiver.requests for key in keys(request)],
            heard_text=lambda: "\n".join(request.body.decode() for request in receiver.requests),
            break_down=receiver.deafen,
            mend=receiver.listen,
            http=receiver,
            **bench,
        )


TIMEOUT = timedelta(seconds=2)


def webhook(_: Path) -> AbstractAsyncContextManager[Bench]:
    def keys(request: Request) -> list[str]:
        events = request.json if isinstance(request.json, list) else [request.json]
        return [event["idempotencykey"] for event in events]

    return _http(lambda on: WebhookNotifier("desk", on.url, SECRET, "tocsin", TIMEOUT, allow_private=True), keys)


def slack_webhook(_: Path) -> AbstractAsyncContextManager[Bench]:
    return _http(
        lambda on: SlackWebhookNotifier("desk", on.url, TIMEOUT, allow_private=True), _slack_keys, lambda _: b"ok"
    )


def slack_app(_: Path) -> AbstractAsyncContextManager[Bench]:
    return _http(
        lambda on: SlackAppNotifier("desk", "xoxb-1", "C1", TIMEOUT, api_url=on.base, allow_private=True),
        _slack_keys,
        lambda request: orjson.dumps({"ok": True, "channel": "C1", "ts": "1700000000.000100"}),
    )


def _slack_keys(request: Request) -> list[str]:
    keys: str = request.json["metadata"]["event_payload"]["keys"]
    return keys.split(",")


def alertmanager(_: Path) -> AbstractAsyncContextManager[Bench]:
    def check(request: Request) -> bytes:
        assert request.path == "/api/v2/alerts", request.path
        jsonschema.validate(request.json, ALERTS, format_checker=jsonschema.FormatChecker())
        return b"{}"

    return _http(
        lambda on: AlertmanagerNotifier("desk", on.base, "token", {"team": "social"}, TIMEOUT, allow_private=True),
        lambda request: [alert["annotations"]["idempotency_key"] for alert in request.json],
        check,
        shows_digest=False,
    )


def apprise(_: Path) -> AbstractAsyncContextManager[Bench]:
    def keys(request: Request) -> list[str]:
        # Apprise has no room for a key; the footer says which event it was.
        return [delivery_key(f"event-{n}", "desk") for n in re.findall(r"· event (\d+) ·", request.json["message"])]

    def make(on: Receiver) -> Notifier:
        return AppriseNotifier("desk", f"json://127.0.0.1:{on.port}/hush-hush", TIMEOUT, allow_private=True)

    return _http(make, keys, lambda _: b"ok", carries_keys=False)


@asynccontextmanager
async def mail(_: Path) -> AsyncIterator[Bench]:
    async with MailServer() as server:

        def keys() -> list[str]:
            return [key for each in server.mails for key in (each["Tocsin-Keys"] or each["Idempotency-Key"]).split(",")]

        yield Bench(
            MailNotifier(
                "desk",
                mail_notifier.MailServer("127.0.0.1", server.port, "none"),
                "Tocsin <tocsin@example.org>",
                ["social@example.org"],
                TIMEOUT,
            ),
            heard=keys,
            heard_text=lambda: "\n".join(map(texts, server.mails)),
            break_down=server.deafen,
            mend=server.listen,
            mail=server,
        )


Opener = Callable[[Path], AbstractAsyncContextManager[Bench]]
KINDS: tuple[Opener, ...] = (fake, log, webhook, slack_webhook, slack_app, mail, alertmanager, apprise)
HTTP_KINDS: tuple[Opener, ...] = (webhook, slack_webhook, slack_app, alertmanager, apprise)
