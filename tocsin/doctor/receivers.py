"""Checks of the services that notifiers speak to: each is connected to, and told nothing.

A connection, the handshake of TLS with its certificate, and the greeting of a mail server are all that is asked for.
Whether a service takes a message is found out by sending one: `tocsin notify test`.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from tocsin.doctor.finding import Check, Finding, examine, without_waiting
from tocsin.errors import TocsinError
from tocsin.notifiers.guard import refusal
from tocsin.response import notifier_plan as plan
from tocsin.response.message.inert import make_inert
from tocsin.response.notifier_plan import is_public_address

_DEFAULT_PORTS = {"http": 80, "https": 443}
#: A greeting is one line of at most 512 bytes (RFC 5321); whoever answers does not decide how much we read.
_GREETING_BYTES = 512
_SECONDS = 5.0


class Receiver(NamedTuple):
    """Where a notifier's service listens.

    Attributes:
        has_tls: it speaks TLS from the first byte on.
        greets: it speaks first, as mail servers do.
        allow_private: it may lie on this computer or in a private network.
    """

    host: str
    port: int
    has_tls: bool
    greets: bool = False
    allow_private: bool = True


async def check_receivers(
    notifiers: Iterable[plan.Notifier],
    environment: Mapping[str, str],
    tls: Callable[[], ssl.SSLContext] = ssl.create_default_context,
) -> list[Finding]:
    """Whether each notifier's service can be reached.

    Args:
        environment: where the addresses are that are secrets.
        tls: makes what certificates are held to.
    """
    checks = [_check(notifier, environment, tls) for notifier in notifiers]
    if not checks:
        return [Finding("receivers", "ok", "response.yaml names no notifier")]
    return await examine(checks)


def _check(notifier: plan.Notifier, environment: Mapping[str, str], tls: Callable[[], ssl.SSLContext]) -> Check:
    name = f"notifier {notifier.id}"

    async def look() -> list[Finding]:
        if isinstance(notifier, plan.LogNotifier):
            return [Finding(name, "ok", "writes to the notifier's own log")]
        if isinstance(notifier, plan.AppriseNotifier):
            what = "not tried: only Apprise knows where its service is"
            return [Finding(name, "ok", what, f"`tocsin notify test {notifier.id}` sends a message marked as test")]
        receiver = find_receiver(notifier, environment)
        if receiver is None:
            return []  # its address is a secret that is not set: another check says so
        return [await knock(name, receiver, tls)]

    return Check(name, look, _SECONDS + 1)


def find_receiver(notifier: plan.Notifier, environment: Mapping[str, str]) -> Receiver | None:
    """Where this notifier's service listens; None when that is not known here.

    Raises:
        TocsinError: the address that an environment variable holds is none.
    """
    match notifier:
        case plan.WebhookNotifier() | plan.AlertmanagerNotifier():
            return _of_url(notifier.url, notifier.allow_private)
        case plan.MailNotifier():
            return Receiver(notifier.host, notifier.port, has_tls=notifier.security == "tls", greets=True)
        case plan.SlackNotifier(url_env=None):
            return _of_url(notifier.api_url, notifier.allow_private)
        case plan.SlackNotifier(url_env=str(variable)):
            url = environment.get(variable)
            try:
                return _of_url(url, notifier.allow_private) if url else None
            except ValueError:
                then = "set it to the address of the incoming webhook, whole"
                raise TocsinError(f"{variable} holds no web address", then) from None
    return None


def _of_url(url: str, allow_private: bool) -> Receiver:
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError(url)
    return Receiver(
        parts.hostname,
        parts.port or _DEFAULT_PORTS[parts.scheme],
        has_tls=parts.scheme == "https",
        allow_private=allow_private,
    )


async def knock(name: str, receiver: Receiver, tls: Callable[[], ssl.SSLContext]) -> Finding:
    """Connect to a service, hear its greeting if it has one, and hang up.

    Args:
        name: what the finding is called.
    """
    place = f"{receiver.host}:{receiver.port}"
    try:
        async with asyncio.timeout(_SECONDS):
            addresses = await without_waiting(lambda: _look_up(receiver))
            if not receiver.allow_private and not all(map(is_public_address, addresses)):
                return Finding(name, "problem", refusal(receiver.host))
            greeting = await _hear(addresses[0], receiver, tls)
    except socket.gaierror:
        return Finding(name, "problem", f"there is no host {receiver.host}", "correct the name, or look at the DNS")
    except ssl.SSLCertVerificationError as error:
        what = f"{place} has a certificate that is not trusted: {error.verify_message}"
        return Finding(name, "problem", what, "a message would not be sent; renew it, or trust its authority")
    except (OSError, ValueError) as error:
        what = f"{place} cannot be reached: {_in_words(error)}"
        return Finding(name, "problem", what, "is it up, and may this machine reach it?")
    if receiver.greets and not greeting.startswith(b"220"):
        said = make_inert(greeting.decode("ascii", "replace").strip())[:80] or "nothing"
        return Finding(name, "problem", f"{place} does not greet as a mail server: {said}", "look at host and port")
    return Finding(name, "ok", f"{place} greets as a mail server" if receiver.greets else f"{place} can be reached")


async def _hear(address: str, receiver: Receiver, tls: Callable[[], ssl.SSLContext]) -> bytes:
    """What it says first; nothing of a service that waits to be spoken to."""
    reader, writer = await asyncio.open_connection(
        address,
        receiver.port,
        ssl=tls() if receiver.has_tls else None,
        server_hostname=receiver.host if receiver.has_tls else None,
        limit=_GREETING_BYTES,
    )
    try:
        return await reader.readline() if receiver.greets else b""
    finally:
        writer.close()


def _look_up(receiver: Receiver) -> list[str]:
    found = socket.getaddrinfo(receiver.host, receiver.port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


def _in_words(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    if isinstance(error, TimeoutError):
        return f"no answer within {_SECONDS:g} s"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
