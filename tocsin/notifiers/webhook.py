"""The signed webhook: each escalation event as a CloudEvents 1.0 request, which its receiver can check.

The request is a POST in CloudEvents' structured mode (`application/cloudevents+json`); `data` is the event as on the
stream `crises`, with the card for people beside it as `card`. A digest is CloudEvents' batch mode: an array of them.
Its headers are

- `Tocsin-Signature`: see `tocsin.notifiers.signature`, where `verify_signature` is;
- `Idempotency-Key`: the same in every attempt, also in the signed body as `idempotencykey`; take each once;
- `Tocsin-Possible-Repeat: true`: an earlier attempt may have arrived, its answer was lost.

`data.card` is the message as text, `data.recipient` the person it is for, when it is for one. What an answer means is
told in `tocsin.notifiers.http_client`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from hashlib import blake2b
from typing import Any

import orjson

from schemas.crisis import Delivery
from tocsin.cards import render_message
from tocsin.notifiers.http_client import HttpClient
from tocsin.notifiers.signature import HEADER, sign
from tocsin.response.message.message import Message, Reader


class WebhookNotifier:
    """Posts deliveries to one address.

    Args:
        name: as in response.yaml.
        url: http or https.
        secret: the shared secret of the signature; None sends unsigned requests.
        namespace: names the source of the events (`/tocsin/<namespace>`).
        timeout: for one request, from the look-up of the address to the end of the answer.
        allow_private: its address may lie on this computer or in a private network.
        now: wall time, seconds since 1970.
    """

    def __init__(
        self,
        name: str,
        url: str,
        secret: bytes | None,
        namespace: str,
        timeout: timedelta = timedelta(seconds=10),
        *,
        allow_private: bool = False,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.name = name
        self._url = url
        self._secret = secret
        self._namespace = namespace
        self._now = now
        self._client = HttpClient(f"webhook {name}", timeout, allow_private=allow_private, now=now)

    async def send(self, delivery: Delivery, message: Message) -> str:
        """Post one event. Raises as `tocsin.notifiers.http_client.HttpClient.post` does."""
        body = orjson.dumps(self._cloud_event(delivery, render_message(message)))
        await self._post(body, "application/cloudevents+json", delivery.key, delivery.is_possible_repeat)
        return ""

    async def digest(self, deliveries: Sequence[Delivery], card: str, reader: Reader) -> None:  # noqa: ARG002 - for programs, not for one person
        """Post many events as one batch; the card is with the first. Raises as `send` does."""
        events = [self._cloud_event(each, "" if number else card) for number, each in enumerate(deliveries)]
        # The key of the batch is its members', so that the same batch has the same one in every attempt.
        key = blake2b("\n".join(sorted(each.key for each in deliveries)).encode(), digest_size=16).hexdigest()
        is_possible_repeat = any(each.is_possible_repeat for each in deliveries)
        await self._post(orjson.dumps(events), "application/cloudevents-batch+json", key, is_possible_repeat)

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.close()

    def _cloud_event(self, delivery: Delivery, card: str) -> dict[str, Any]:
        event = delivery.event
        attributes = {name[3:]: value.decode() for name, value in event.headers(self._namespace) if name[:3] == "ce_"}
        data = orjson.loads(event.encode())
        if card:
            data["card"] = card
        if delivery.recipient:
            data["recipient"] = delivery.recipient
        return {
            **attributes,
            "idempotencykey": delivery.key,
            "datacontenttype": "application/json",
            "data": data,
        }

    async def _post(self, body: bytes, content_type: str, key: str, is_possible_repeat: bool) -> None:
        headers = {
            "Content-Type": content_type,
            "Idempotency-Key": key,
        }
        if self._secret is not None:
            headers[HEADER] = sign(self._secret, body, int(self._now()))
        if is_possible_repeat:
            headers["Tocsin-Possible-Repeat"] = "true"
        await self._client.post(self._url, body, headers)
