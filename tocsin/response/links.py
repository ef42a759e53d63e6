"""Links in a message that let one named person act on one crisis, for some time: made, and read back.

A link is `<base>/r/<token>`; a token is `<payload>.<signature>`, both base64url without padding. The payload is a JSON
array that says everything; the signature is HMAC-SHA256 over it, by a secret that notifiers and `tocsin respond` share.
Who holds a link is taken for the person it names: it is a key, not a log-in, so it opens one act only and expires.

The namespace is signed too: a replay makes the same crisis ids, and a link of a drill must not act on the real crisis.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from datetime import datetime, timedelta
from typing import Final, Literal
from urllib.parse import urlsplit

import msgspec

from schemas.mention import Identifier
from tocsin.errors import ConfigurationError
from tocsin.instants import digest, instant, milliseconds

#: What a link can do. A new one needs its words in `tocsin/respond/words.py`.
LinkAction = Literal["acknowledge"]

#: How long a link is good: a page of the evening can be taken in the morning, and not next week.
LIFETIME: Final = timedelta(hours=24)
#: Shorter secrets could be guessed by trying; 32 characters of `openssl rand -hex 32` are 128 bits.
SHORTEST_SECRET: Final = 32
#: Longer tokens are not looked at: the longest honest one has four identifiers.
LONGEST_TOKEN: Final = 4_096
#: Path of the links below the base address.
PATH: Final = "/r/"

_LAYOUT: Final = 1
#: A signature for one purpose must not be good for another that happens to share the secret.
_PURPOSE = b"tocsin.link.v1\n"


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """What a link says.

    Attributes:
        action: what it does when its button is pressed.
        crisis, brand: to which crisis.
        person: id of the person it was sent to, who acts.
        expires_at: the first instant at which it is no longer good; whole seconds.
    """

    namespace: Identifier
    action: LinkAction
    brand: Identifier
    crisis: Identifier
    person: Identifier
    expires_at: datetime

    @property
    def command_id(self) -> str:
        """The id of the command that it sends: the same however often its button is pressed."""
        expiry = str(milliseconds(self.expires_at))
        return digest("link", self.namespace, self.action, self.brand, self.crisis, self.person, expiry)


class UnusableLink(Exception):
    """A link that must not act; the message says why."""


class MalformedLink(UnusableLink):
    """It is not a link of ours, or a part of it is missing: often cut off by a mail program."""


class ForgedLink(UnusableLink):
    """Its signature does not fit: somebody changed it, it was made with another secret, or for another namespace."""


class ExpiredLink(UnusableLink):
    """It was good once.

    Attributes:
        link: what it said.
    """

    def __init__(self, link: Link) -> None:
        super().__init__(f"it expired at {link.expires_at:%Y-%m-%d %H:%M} UTC")
        self.link = link


class _Payload(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """A link as it is signed; no names, to keep it short."""

    layout: Literal[1]
    namespace: Identifier
    action: LinkAction
    brand: Identifier
    crisis: Identifier
    person: Identifier
    expires_s: int


def read_secret(text: str) -> bytes:
    """The signing secret from its setting.

    Raises:
        ConfigurationError: it is missing or too short to be safe.
    """
    secret = text.strip()
    how = "make one with `openssl rand -hex 32`, and give the same to every notifier and to `tocsin respond`"
    if not secret:
        raise ConfigurationError("TOCSIN_RESPOND_SECRET is not set: links cannot be signed", how)
    if len(secret) < SHORTEST_SECRET:
        raise ConfigurationError(
            f"TOCSIN_RESPOND_SECRET has {len(secret)} characters, at least {SHORTEST_SECRET} are needed", how
        )
    return secret.encode()


def check_address(url: str) -> str:
    """The base address of the links, without a slash at its end.

    Raises:
        ConfigurationError: it is no address of the web that a phone could open.
    """
    try:
        parts = urlsplit(url)
        is_usable = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username
    except ValueError:
        is_usable = False
    if not is_usable or "?" in url or "#" in url:
        raise ConfigurationError(
            f"TOCSIN_RESPOND_URL={url!r} is no address that a link could begin with",
            "write it whole, as phones reach it: https://respond.example.org",
        )
    return url.rstrip("/")


def make_link(base_url: str, secret: bytes, link: Link) -> str:
    """The address that goes into a message.

    Args:
        base_url: where `tocsin respond` is reached from outside, checked by `check_address`.
        secret: from `read_secret`.
        link: `expires_at` is cut to whole seconds.
    """
    expires_s = milliseconds(link.expires_at) // 1000
    payload = _Payload(_LAYOUT, link.namespace, link.action, link.brand, link.crisis, link.person, expires_s)
    body = _to_text(msgspec.json.encode(payload))
    return f"{base_url}{PATH}{body}.{_to_text(_sign(secret, body))}"


def read_link(token: str, secret: bytes, namespace: str, now: datetime) -> Link:
    """What a link says, if it is to be believed.

    Args:
        token: what follows `PATH` in its address.
        namespace: the one that is served here.

    Raises:
        MalformedLink: it is not a whole link.
        ForgedLink: the signature does not fit, or it was made for another namespace.
        ExpiredLink: it was good once.
    """
    body, _, signature = token.partition(".")
    if len(token) > LONGEST_TOKEN or not body or not signature:
        raise MalformedLink("it is not a whole link")
    given, payload = _from_text(signature), _from_text(body)
    # The signature comes first: what nobody signed is not even parsed.
    if not hmac.compare_digest(_sign(secret, body), given):
        raise ForgedLink("its signature does not fit")
    try:
        found = msgspec.json.decode(payload, type=_Payload)
        expires_at = instant(found.expires_s * 1000)
    except (msgspec.MsgspecError, ValueError, OverflowError) as error:
        raise MalformedLink("it was made by another version of Tocsin") from error
    link = Link(
        namespace=found.namespace,
        action=found.action,
        brand=found.brand,
        crisis=found.crisis,
        person=found.person,
        expires_at=expires_at,
    )
    if link.namespace != namespace:
        raise ForgedLink("it was made for another namespace")
    if now >= expires_at:
        raise ExpiredLink(link)
    return link


def _sign(secret: bytes, body: str) -> bytes:
    return hmac.digest(secret, _PURPOSE + body.encode(), "sha256")


def _to_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _from_text(text: str) -> bytes:
    """The inverse of `_to_text`; of all texts that mean the same bytes only the one that `_to_text` writes is taken."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedLink("it holds characters that no link has") from error
    if _to_text(data) != text:
        raise MalformedLink("it holds characters that no link has")
    return data


__all__ = [
    "LIFETIME",
    "PATH",
    "ExpiredLink",
    "ForgedLink",
    "Link",
    "LinkAction",
    "MalformedLink",
    "UnusableLink",
    "check_address",
    "make_link",
    "read_link",
    "read_secret",
]
