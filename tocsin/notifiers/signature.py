"""Signed webhooks: how Tocsin signs a request, how a receiver checks it. Standard library only: copy it if you like.

The header is `Tocsin-Signature: t=<seconds since 1970>,v1=<hexadecimal HMAC-SHA256>`; what is signed is the timestamp,
a full stop, and the body byte for byte. Several `v1` may stand there while a secret is being changed: one that fits is
enough. (The form is Stripe's, which many receivers can already read.)
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Mapping
from datetime import timedelta

HEADER = "Tocsin-Signature"


class InvalidSignature(Exception):
    """A request that must not be believed; the message says why."""


def sign(secret: bytes, body: bytes, timestamp: int) -> str:
    """The value of the signature header.

    Args:
        secret: shared with the receiver.
        timestamp: when the request is sent, seconds since 1970.
    """
    return f"t={timestamp},v1={_digest(secret, body, str(timestamp))}"


def verify_signature(
    secret: bytes,
    headers: Mapping[str, str],
    body: bytes,
    tolerance: timedelta = timedelta(minutes=5),
    now: float | None = None,
) -> None:
    """Check a request before it is read; for receivers.

    A request that verifies came from somebody who knows the secret, unchanged, and not long ago. It may still be the
    second copy of one: remember each `Idempotency-Key` (also `idempotencykey` in the signed body) for a day.

        try:
            verify_signature(secret, request.headers, await request.read())
        except InvalidSignature as error:
            return web.Response(status=400, text=str(error))

    Args:
        secret: shared with the sender.
        headers: the request's; names in any case.
        body: the request's, byte for byte: before anything parsed it.
        tolerance: how far the sender's clock and yours may differ, the journey included.
        now: your clock, seconds since 1970; None reads it.

    Raises:
        InvalidSignature: the header is missing or unreadable, too old, from the future, or does not fit the body.
    """
    value = next((value for name, value in headers.items() if name.lower() == HEADER.lower()), None)
    if value is None:
        raise InvalidSignature(f"no {HEADER} header")
    fields = [part.strip().partition("=") for part in value.split(",")]
    timestamps = [text for name, _, text in fields if name == "t"]
    if len(timestamps) != 1 or not (timestamps[0].isascii() and timestamps[0].isdigit() and len(timestamps[0]) < 16):
        raise InvalidSignature(f"{HEADER} has no readable timestamp (t=…)")
    age = (time.time() if now is None else now) - int(timestamps[0])
    if abs(age) > tolerance.total_seconds():
        raise InvalidSignature(f"signed {age:.0f} s ago, {tolerance.total_seconds():.0f} s are tolerated")
    expected = _digest(secret, body, timestamps[0]).encode()
    # Compared as bytes in constant time: a string with other than ASCII characters would raise.
    if not any(hmac.compare_digest(expected, text.encode()) for name, _, text in fields if name == "v1"):
        raise InvalidSignature("no v1 signature fits this body and secret")


def _digest(secret: bytes, body: bytes, timestamp: str) -> str:
    return hmac.new(secret, timestamp.encode() + b"." + body, "sha256").hexdigest()
