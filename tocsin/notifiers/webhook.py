"""The signed webhook: each escalation event as a CloudEvents 1.0 request, which its receiver can check.

The request is a POST in CloudEvents' structured mode (`application/cloudevents+json`); `data` is the event as on the
stream `crises`, with the card for people beside it as `card`. A digest is CloudEvents' batch mode: an array of them.
Its headers are

- `Tocsin-Signature`: see `tocsin.notifiers.signature`, where `verify_signature` is;
- `Idempotency-Key`: the same in every attempt, also in the signed body as `idempotencykey`; take each once;
- `Tocsin-Possible-Repeat: true`: an earlier attempt may have arrived, its answer was lost.

Answers: 2xx taken; 408, 429, 5xx and no answer: tried again, `Retry-After` honoured; 3xx: the address is wrong, it is
never followed (a signed page does not go where an answer sends it); any other 4xx: refused, a dead letter.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from hashlib import blake2b
from typing import Any

import aiohttp
import orjson

from schemas.crisis import Delivery
from tocsin.notifiers.notifier import Misconfigured, NotifierError, Refused, TryLater
from tocsin.notifiers.signature import HEADER, sign
from tocsin.response.digest import make_inert

#: What is read of an answer, bytes, and what is shown of it, characters.
_ANSWER_BYTES = 2048
_ANSWER_SHOWN = 200
#: A longer Retry-After is somebody's mistake; the event would be digested long before.
_LONGEST_RETRY_AFTER = timedelta(days=1)
_BUSY = (408, 429, 503)


class WebhookNotifier:
    """Posts deliveries to one address.

    Args:
        name: as in response.yaml.
        url: http or https.
        secret: the shared secret of the signature; None sends unsigned requests.
        namespace: names the source of the events (`/tocsin/<namespace>`).
        timeout: for one request, from the look-up of the address to the end of the answer.
        now: wall time, seconds since 1970.
    """

    def __init__(
        self,
        name: str,
        url: str,
        secret: bytes | None,
        namespace: str,
        timeout: timedelta = timedelta(seconds=10),
        now: Callable[[], float] = time.time,
    ) -> None:
        self.name = name
        self._url = url
        self._secret = secret
        self._namespace = namespace
        self._timeout = timeout
        self._now = now
        self._session: aiohttp.ClientSession | None = None

    async def send(self, delivery: Delivery, card: str) -> None:
        """Post one event.

        Raises:
            TryLater: no answer, or one that says so (408, 429, 5xx).
            Refused: any other 4xx.
            Misconfigured: the address answers with a redirect.
        """
        body = orjson.dumps(self._cloud_event(delivery, card))
        await self._post(body, "application/cloudevents+json", delivery.key, delivery.is_possible_repeat)

    async def digest(self, deliveries: Sequence[Delivery], card: str) -> None:
        """Post many events as one batch; the card is with the first. Raises as `send` does."""
        events = [self._cloud_event(each, "" if number else card) for number, each in enumerate(deliveries)]
        # The key of the batch is its members', so that the same batch has the same one in every attempt.
        key = blake2b("\n".join(sorted(each.key for each in deliveries)).encode(), digest_size=16).hexdigest()
        is_possible_repeat = any(each.is_possible_repeat for each in deliveries)
        await self._post(orjson.dumps(events), "application/cloudevents-batch+json", key, is_possible_repeat)

    async def close(self) -> None:
        """Closes the connections."""
        if self._session is not None:
            await self._session.close()

    def _cloud_event(self, delivery: Delivery, card: str) -> dict[str, Any]:
        event = delivery.event
        attributes = {name[3:]: value.decode() for name, value in event.headers(self._namespace) if name[:3] == "ce_"}
        data = orjson.loads(event.encode())
        return {
            **attributes,
            "idempotencykey": delivery.key,
            "datacontenttype": "application/json",
            "data": {**data, "card": card} if card else data,
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
        try:
            async with self._open().post(self._url, data=body, headers=headers, allow_redirects=False) as response:
                if 200 <= response.status < 300:
                    return
                # Bounded: whoever answers does not decide how much we read.
                answer = await response.content.read(_ANSWER_BYTES)
                raise self._explain(response, answer)
        except aiohttp.ConnectionTimeoutError as error:
            raise TryLater(f"{self._place}: no connection within {self._timeout.total_seconds():g} s") from error
        except TimeoutError as error:
            message = f"{self._place}: no answer within {self._timeout.total_seconds():g} s"
            raise TryLater(message, may_have_arrived=True) from error
        except aiohttp.ClientConnectorError as error:
            raise TryLater(f"{self._place}: no connection: {error.strerror or error}") from error
        except aiohttp.InvalidURL as error:
            raise Misconfigured(f"{self._place}: its url is not an address; correct it in response.yaml") from error
        except aiohttp.ClientError as error:
            # Words of the library that hold no address: it quotes the whole of it with an unreadable answer.
            reason = error.message if isinstance(error, aiohttp.ClientResponseError) else str(error)
            message = f"{self._place}: the connection broke: {reason or type(error).__name__}"
            raise TryLater(message, may_have_arrived=True) from error

    @property
    def _place(self) -> str:
        """Which notifier: not its address, whose path or query is a secret with many services."""
        return f"webhook {self.name}"

    def _open(self) -> aiohttp.ClientSession:
        """The session, made inside the running loop.

        Every page has a connection of its own: on one that was kept open and is closed just then by the other side,
        nobody knows whether the page arrived.
        """
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=self._timeout.total_seconds()),
                connector=aiohttp.TCPConnector(force_close=True),
                auto_decompress=False,
                headers={"User-Agent": "tocsin"},
            )
        return self._session

    def _explain(self, response: aiohttp.ClientResponse, answer: bytes) -> NotifierError:
        status = response.status
        said = make_inert(answer.decode(errors="replace")).strip()[:_ANSWER_SHOWN]
        message = f"{self._place} answered {status}" + (f": {said}" if said else "")
        if 300 <= status < 400:
            return Misconfigured(f"{message}; redirects are not followed: put the final address in response.yaml")
        if status in _BUSY or status >= 500:
            retry_after = parse_retry_after(response.headers.get("Retry-After", ""), self._now())
            # A gateway's 502 or 504 does not say whether the service behind it took the page.
            return TryLater(message, retry_after, may_have_arrived=status not in _BUSY)
        return Refused(message)


def parse_retry_after(value: str, now: float) -> timedelta | None:
    """How long a `Retry-After` asks to wait: seconds or an HTTP date (RFC 9110, 10.2.3); None when unreadable.

    Args:
        now: wall time, seconds since 1970, which an HTTP date is compared with.
    """
    value = value.strip()
    if value.isascii() and value.isdigit():
        seconds = float(value)
    else:
        try:
            date = parsedate_to_datetime(value)
        except ValueError:
            return None
        # "-0000" parses as a time without zone; HTTP dates are UTC.
        seconds = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now
    return timedelta(seconds=min(max(seconds, 0.0), _LONGEST_RETRY_AFTER.total_seconds()))
