"""Slack, through an incoming webhook or as an app.

An app keeps one message a crisis current: it edits it (`chat.update`), and writes into its thread, shown in the
channel as well, when people have to hear of something: an edit rings nobody. An incoming webhook cannot edit: there
each event is a message.

Slack has no idempotency keys. Ours stands in the message's metadata, and a message that may be a second one says so.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final

import orjson

from schemas.crisis import Delivery, EventType
from tocsin.notifiers.http_client import HttpClient
from tocsin.notifiers.notifier import Misconfigured, NotifierError, Refused, TryLater
from tocsin.notifiers.slack_blocks import escape, render_blocks, render_card, render_fallback
from tocsin.response.message.inert import break_links, make_inert, make_lines_inert
from tocsin.response.message.message import Message, Reader
from tocsin.response.message.text import cut

#: What changes only the message that is there. Everything else has to be heard.
_QUIET: Final[frozenset[EventType]] = frozenset(
    {"crisis.watched", "crisis.eased", "crisis.updated", "crisis.acknowledged", "crisis.assigned", "crisis.noted",
     "crisis.contained", "crisis.follow_up_added", "crisis.reply_approved", "crisis.reviewed"}
)  # fmt: skip
#: Slack's words for what time mends; those that only a person mends; any other error is the message's.
_LATER: Final = frozenset(
    {"ratelimited", "rate_limited", "fatal_error", "internal_error", "service_unavailable", "request_timeout"}
)
_WRONG: Final = frozenset(
    {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope",
     "channel_not_found", "not_in_channel", "is_archived", "restricted_action", "no_permission", "org_login_required",
     "ekm_access_denied", "team_access_not_granted", "access_denied", "not_allowed_token_type"}
)  # fmt: skip
#: The message that we would edit is no more: a new one is written.
_GONE: Final = frozenset({"message_not_found", "cant_update_message", "edit_window_closed", "thread_not_found"})
_SUBJECT = 200


class SlackWebhookNotifier:
    """Writes through one incoming webhook.

    Args:
        name: as in response.yaml.
        url: the webhook's; a secret.
    """

    def __init__(
        self, name: str, url: str, timeout: timedelta = timedelta(seconds=10), *, allow_private: bool = False,
        now: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self.name = name
        self._url = url
        self._client = HttpClient(f"slack {name}", timeout, allow_private=allow_private, now=now)

    async def send(self, delivery: Delivery, message: Message) -> str:
        """Write one message. Raises as `tocsin.notifiers.http_client.HttpClient.post` does."""
        await self._post(_say(message) | _metadata([delivery]))
        return ""

    async def digest(self, deliveries: Sequence[Delivery], card: str, reader: Reader) -> None:  # noqa: ARG002 - all read
        """Write one message of many events. Raises as `send` does."""
        await self._post(_say_digest(card) | _metadata(deliveries))

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.close()

    async def _post(self, body: dict[str, Any]) -> None:
        await self._client.post(self._url, orjson.dumps(body), {"Content-Type": "application/json; charset=utf-8"})


class SlackAppNotifier:
    """Writes to one channel as an app.

    Args:
        name: as in response.yaml.
        token: the app's, with the scope `chat:write`.
        channel: its id.
        api_url: base of Slack's methods.
    """

    def __init__(
        self, name: str, token: str, channel: str, timeout: timedelta = timedelta(seconds=10), *,
        api_url: str = "https://slack.com/api", allow_private: bool = False, now: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self.name = name
        self._channel = channel
        self._api_url = api_url
        self._headers = {"Content-Type": "application/json; charset=utf-8", "Authorization": f"Bearer {token}"}
        self._client = HttpClient(f"slack {name}", timeout, allow_private=allow_private, now=now)

    async def send(self, delivery: Delivery, message: Message) -> str:
        """Write the crisis's message, or edit it, and ring where that is due.

        The edit comes first: made twice it does no harm. So a failure of either is followed by both.

        Returns:
            the channel and time stamp that Slack knows the crisis's message by.

        Raises:
            TryLater, Refused, Misconfigured: as the HTTP status or Slack's word in the answer says.
        """
        body = _say(message) | _metadata([delivery])
        channel, _, stamp = delivery.reference.partition("/")
        if not stamp or not await self._edit(channel, stamp, body):
            answer = await self._call("chat.postMessage", {"channel": self._channel, **body})
            return f"{answer.get('channel', self._channel)}/{answer.get('ts', '')}"
        if delivery.event.type not in _QUIET:
            thread = {"channel": channel, "thread_ts": stamp, "reply_broadcast": True}
            await self._call("chat.postMessage", thread | body)
        return delivery.reference

    async def digest(self, deliveries: Sequence[Delivery], card: str, reader: Reader) -> None:  # noqa: ARG002 - all read
        """Write one message of many events. Raises as `send` does."""
        await self._call("chat.postMessage", {"channel": self._channel, **_say_digest(card), **_metadata(deliveries)})

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.close()

    async def _edit(self, channel: str, stamp: str, body: dict[str, Any]) -> bool:
        """Whether the message is still there, and says the new thing now."""
        try:
            await self._call("chat.update", {"channel": channel, "ts": stamp, **body})
        except _Gone:
            return False
        return True

    async def _call(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        data = await self._client.post(f"{self._api_url}/{method}", orjson.dumps(body), self._headers)
        try:
            answer = orjson.loads(data)
        except orjson.JSONDecodeError:
            answer = None
        if not isinstance(answer, dict):
            raise TryLater(f"{self._client.place}: its answer is not Slack's", may_have_arrived=True)
        if answer.get("ok") is not True:
            raise self._explain(method, make_inert(str(answer.get("error", "no reason")))[:_SUBJECT])
        return answer

    def _explain(self, method: str, error: str) -> NotifierError:
        message = f"{self._client.place}: {method} answered {error}"
        if error in _GONE:
            return _Gone(message)
        if error in _LATER:
            return TryLater(message, may_have_arrived=error in ("fatal_error", "internal_error", "request_timeout"))
        if error in _WRONG:
            return Misconfigured(f"{message}; look at the token's scopes and the channel")
        return Refused(message)


class _Gone(Refused):
    """The message that was to be edited is no more."""


def _say(message: Message) -> dict[str, Any]:
    # Slack shall look for nothing in our text: no names, no links, no previews of what strangers point at.
    quiet = {"parse": "none", "link_names": False, "unfurl_links": False, "unfurl_media": False}
    return {"text": render_fallback(message), "blocks": render_blocks(message), **quiet}


def _say_digest(card: str) -> dict[str, Any]:
    card = make_lines_inert(card)
    head, _, _ = card.partition("\n")
    return {"text": escape(break_links(cut(head, _SUBJECT))), "blocks": render_card(card), "unfurl_links": False}


def _metadata(deliveries: Sequence[Delivery]) -> dict[str, Any]:
    payload = {"keys": ",".join(each.key for each in deliveries), "crisis": deliveries[0].event.crisis.id}
    return {"metadata": {"event_type": "tocsin_delivery", "event_payload": payload}}
