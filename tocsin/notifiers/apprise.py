"""Every service that Apprise knows: Teams, Telegram, Discord, PagerDuty, Opsgenie, text messages, and a hundred more.

Apprise blocks, so it works in threads of its own. It tells only whether a service took the message; why not is read
from what it logs, as far as that goes: what is not understood counts as "may have arrived". Its logger speaks of
addresses, which hold secrets, so nothing of it reaches our log.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final
from urllib.parse import quote, unquote, urlsplit

import apprise

from schemas.crisis import Delivery, Severity
from tocsin.notifiers.guard import has_private_address, refusal
from tocsin.notifiers.notifier import Misconfigured, NotifierError, Refused, TryLater
from tocsin.response.message.inert import break_markup, make_inert, make_lines_inert
from tocsin.response.message.message import Message, Reader
from tocsin.response.message.text import cut, render_body

_log = logging.getLogger("apprise")
_log.propagate = False
_log.addHandler(logging.NullHandler())
_log.setLevel(logging.DEBUG)  # what we read of it; it goes nowhere else

_CONNECTIONS = 4
_TITLE = 200
_SAID = 200
_KINDS: Final[dict[Severity, apprise.NotifyType]] = {
    "watch": apprise.NotifyType.INFO,
    "elevated": apprise.NotifyType.WARNING,
    "severe": apprise.NotifyType.WARNING,
    "critical": apprise.NotifyType.FAILURE,
}
_STATUS: Final = re.compile(r"error=(\d{3})\b")
#: How requests and sockets word it when no connection was made: nothing has arrived then.
_NO_CONNECTION: Final = re.compile(
    r"NewConnectionError|Connection refused|ConnectTimeout|Name or service not known|NameResolutionError|"
    r"nodename nor servname|Network is unreachable|No route to host|SSLError|CERTIFICATE_VERIFY_FAILED",
)
_BUSY: Final = (408, 429, 503)


class AppriseNotifier:
    """Tells one service through Apprise.

    Args:
        name: as in response.yaml.
        url: the service's Apprise URL, a secret; `{email}` and `{phone}` in it are the person's who is told.
        allow_private: its host may lie on this computer or in a private network.
    """

    def __init__(
        self, name: str, url: str, timeout: timedelta = timedelta(seconds=20), *, allow_private: bool = False
    ) -> None:
        self.name = name
        self._url = url
        self._timeout = timeout.total_seconds()
        self._allow_private = allow_private
        self._asset = apprise.AppriseAsset(app_id="Tocsin", app_desc="Tocsin", app_url="", plugin_paths=[])
        self._asset.http_redirects = False
        self._threads = ThreadPoolExecutor(max_workers=_CONNECTIONS, thread_name_prefix=f"notifier-{name}")

    async def send(self, delivery: Delivery, message: Message) -> str:  # noqa: ARG002 - Apprise has no room for a key
        """Tell of one event.

        Raises:
            TryLater: the service is not there, or busy, or nobody knows.
            Refused: it will not take this message, or the person has no address for it.
            Misconfigured: Apprise knows no such URL, or its host is not allowed.
        """
        kind = apprise.NotifyType.SUCCESS if message.is_good_news else _KINDS[message.severity]
        body = render_body(message, break_markup)
        await self._tell(message.reader, cut(break_markup(message.first_line), _TITLE), body, kind)
        return ""

    async def digest(self, deliveries: Sequence[Delivery], card: str, reader: Reader) -> None:  # noqa: ARG002 - see send
        """Tell of many events in one message. Raises as `send` does."""
        head, _, rest = break_markup(make_lines_inert(card)).partition("\n")
        await self._tell(reader, cut(head, _TITLE), rest or head, apprise.NotifyType.INFO)

    async def close(self) -> None:
        """Ends the threads once they have sent."""
        self._threads.shutdown(wait=False)

    async def _tell(self, reader: Reader, title: str, body: str, kind: apprise.NotifyType) -> None:
        url = self._address(reader)
        await asyncio.get_running_loop().run_in_executor(self._threads, self._tell_now, url, title, body, kind)

    def _address(self, reader: Reader) -> str:
        url = self._url
        for place, value in (("email", reader.email), ("phone", reader.phone)):
            if f"{{{place}}}" in url:
                if not value:
                    who = reader.name or reader.person or "a whole channel"
                    raise Refused(f"apprise {self.name}: {who} has no {place}; add `{place}` to the person")
                url = url.replace(f"{{{place}}}", quote(value, safe=""))
        return url

    def _tell_now(self, url: str, title: str, body: str, kind: apprise.NotifyType) -> None:
        """Blocks.

        Raises:
            NotifierError: as `send` does.
        """
        service = apprise.Apprise.instantiate(url, asset=self._asset)
        if service is None:
            raise Misconfigured(f"apprise {self.name}: Apprise does not understand the URL in its `url_env`")
        self._require_public(service)
        service.socket_connect_timeout = service.socket_read_timeout = self._timeout
        teller = apprise.Apprise(asset=self._asset)
        teller.add(service)
        result = teller.notify(
            body=body, title=title, notify_type=kind, body_format=apprise.NotifyFormat.TEXT, timeout=self._timeout,
            log_level=logging.DEBUG,
        )  # fmt: skip
        if not result:
            raise self._explain(url, [str(entry.message) for entry in result.logs()])

    def _require_public(self, service: apprise.NotifyBase) -> None:
        # Only of some services the host is a host: of others it is a token, which must not be looked up.
        is_host = "{host}" in "".join(service.templates)
        host = getattr(service, "host", None)
        if self._allow_private or not is_host or not host:
            return
        try:
            is_private = has_private_address(host)
        except OSError as error:
            raise TryLater(f"apprise {self.name}: its host has no address: {error.strerror}") from error
        if is_private:
            raise Misconfigured(f"apprise {self.name}: {refusal('its host')}")

    def _explain(self, url: str, logged: Sequence[str]) -> NotifierError:
        everything = "\n".join(logged)
        said = next((line for line in logged if "rror" in line or "ailed" in line), "it gave no reason")
        message = f"apprise {self.name} did not take it: {make_inert(_hide(said, url))[:_SAID]}"
        if found := _STATUS.search(everything):
            status = int(found[1])
            if status in _BUSY or status >= 500:
                return TryLater(message, may_have_arrived=status not in _BUSY)
            if 300 <= status < 400:
                return Misconfigured(f"{message}; redirects are not followed")
            return Refused(message)
        return TryLater(message, may_have_arrived=not _NO_CONNECTION.search(everything))


def _hide(text: str, url: str) -> str:
    """The text without any part of the address that could be a secret."""
    parts = urlsplit(url)
    secrets = [url, *re.split(r"[/?&=@:,]", f"{parts.netloc}/{parts.path}/{parts.query}")]
    for secret in sorted({each for part in secrets for each in (part, unquote(part))}, key=len, reverse=True):
        if len(secret) >= 4:
            text = text.replace(secret, "…")
    return text
