"""One request to a service over HTTP, and what its answer means to the courier.

2xx: taken. 408, 429, 503, other 5xx and no answer: tried again, `Retry-After` honoured. 3xx: the address is wrong; it
is never followed, for a page does not go where an answer sends it. Any other 4xx: refused.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime

import aiohttp

from tocsin.notifiers.guard import PrivateAddress, PublicResolver, is_reachable, refusal
from tocsin.notifiers.notifier import Misconfigured, NotifierError, Refused, TryLater
from tocsin.response.message.inert import make_inert

#: What is read of an answer, bytes, and what is shown of it, characters.
_ANSWER_BYTES = 64 * 1024
_ANSWER_SHOWN = 200
#: A longer Retry-After is somebody's mistake; the event would be digested long before.
_LONGEST_RETRY_AFTER = timedelta(days=1)
_BUSY = (408, 429, 503)


class HttpClient:
    """Posts to one service.

    Args:
        place: which notifier, for messages; never its address, whose path or query is a secret with many services.
        timeout: for one request, from the look-up of the address to the end of the answer.
        allow_private: its address may lie on this computer or in a private network.
        now: wall time, seconds since 1970.
    """

    def __init__(
        self, place: str, timeout: timedelta, *, allow_private: bool = False, now: Callable[[], float] = time.time
    ) -> None:
        self.place = place
        self._timeout = timeout
        self._allow_private = allow_private
        self._now = now
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        """Post, and return the beginning of the answer of a service that has taken it.

        Raises:
            TryLater: no answer, or one that says so (408, 429, 5xx).
            Refused: any other 4xx.
            Misconfigured: the address is none, or not allowed, or answers with a redirect.
        """
        if not is_reachable(url, allow_private=self._allow_private):
            raise Misconfigured(f"{self.place}: {refusal('its address')}")
        try:
            async with self._open().post(url, data=body, headers=headers, allow_redirects=False) as response:
                # Bounded: whoever answers does not decide how much we read.
                answer = await response.content.read(_ANSWER_BYTES)
                if 200 <= response.status < 300:
                    return answer
                raise self._explain(response, answer)
        except aiohttp.ConnectionTimeoutError as error:
            raise TryLater(f"{self.place}: no connection within {self._timeout.total_seconds():g} s") from error
        except TimeoutError as error:
            message = f"{self.place}: no answer within {self._timeout.total_seconds():g} s"
            raise TryLater(message, may_have_arrived=True) from error
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, PrivateAddress):
                raise Misconfigured(f"{self.place}: {error.os_error}") from error
            raise TryLater(f"{self.place}: no connection: {error.os_error.strerror or error.os_error}") from error
        except aiohttp.InvalidURL as error:
            raise Misconfigured(f"{self.place}: its url is not an address; correct it") from error
        except aiohttp.ClientError as error:
            # Words of the library that hold no address: it quotes the whole of it with an unreadable answer.
            reason = error.message if isinstance(error, aiohttp.ClientResponseError) else str(error)
            message = f"{self.place}: the connection broke: {reason or type(error).__name__}"
            raise TryLater(message, may_have_arrived=True) from error

    async def close(self) -> None:
        """Closes the connections."""
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        """The session, made inside the running loop.

        Every page has a connection of its own: on one that was kept open and is closed just then by the other side,
        nobody knows whether the page arrived.
        """
        if self._session is None:
            resolver = None if self._allow_private else PublicResolver()
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=self._timeout.total_seconds()),
                connector=aiohttp.TCPConnector(force_close=True, resolver=resolver, use_dns_cache=False),
                auto_decompress=False,
                headers={"User-Agent": "tocsin"},
            )
        return self._session

    def _explain(self, response: aiohttp.ClientResponse, answer: bytes) -> NotifierError:
        status = response.status
        said = make_inert(answer[: 10 * _ANSWER_SHOWN].decode(errors="replace"))[:_ANSWER_SHOWN]
        message = f"{self.place} answered {status}" + (f": {said}" if said else "")
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
