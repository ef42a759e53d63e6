"""The Alertmanager: one alert a crisis, firing until the crisis is over, for everybody's own routes and silences.

Alerts go to `POST /api/v2/alerts`. Their labels say which crisis it is and how bad it has been at its worst; they are
what an Alertmanager knows an alert by, so they never hold a number or a text of a mention. All else is annotations.
When a crisis gets worse, the alert of its former severity ends as the new one begins.

An alert is sent again every minute and ends by itself five minutes after the last time: a notifier that is gone raises
no alarm for ever. The all-clear sends `endsAt`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from schemas.crisis import Delivery, EscalationEvent
from tocsin.notifiers.http_client import HttpClient
from tocsin.response.message.compose import compose
from tocsin.response.message.inert import break_markup
from tocsin.response.message.message import Message, Reader, is_over
from tocsin.response.message.text import cut, render_body

#: Alertmanagers refuse requests that are too long, and templates put annotations into mails and chats.
_LONGEST_ANNOTATION = 4_000
_LONGEST_LABEL = 200
#: Alerts in one request.
_BATCH = 64


class AlertmanagerNotifier:
    """Posts alerts to one Alertmanager.

    Args:
        name: as in response.yaml.
        url: its address, without `/api/v2`.
        token: a bearer token; None sends none.
        labels: added to every alert.
        now: wall time, seconds since 1970.
    """

    repeat_every = timedelta(minutes=1)
    #: How long an alert lives that is not repeated: four repeats may be lost.
    lifetime = timedelta(minutes=5)

    def __init__(
        self,
        name: str,
        url: str,
        token: str | None = None,
        labels: Mapping[str, str] | None = None,
        timeout: timedelta = timedelta(seconds=10),
        *,
        allow_private: bool = False,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.name = name
        self._url = f"{url.rstrip('/')}/api/v2/alerts"
        self._headers = {"Content-Type": "application/json"}
        if token is not None:
            self._headers["Authorization"] = f"Bearer {token}"
        self._labels = dict(labels or {})
        self._now = now
        self._client = HttpClient(f"alertmanager {name}", timeout, allow_private=allow_private, now=now)

    async def send(self, delivery: Delivery, message: Message) -> str:
        """Post one alert. Raises as `tocsin.notifiers.http_client.HttpClient.post` does.

        Returns:
            the severity that it is known by.
        """
        alerts = [self._alert(delivery, message)]
        severity = delivery.event.crisis.peak_severity
        if delivery.reference not in ("", severity):
            former = self._alert(delivery, message)
            former["labels"]["severity"] = delivery.reference
            former["endsAt"] = self._time().isoformat()
            alerts.append(former)
        await self._post(alerts)
        return severity

    async def digest(self, deliveries: Sequence[Delivery], card: str, reader: Reader) -> None:  # noqa: ARG002 - see below
        """Post how things stand now, of each crisis the last event: alerts tell it better than a card."""
        last: dict[str, Delivery] = {}
        for delivery in sorted(deliveries, key=lambda each: each.event.sequence):
            last[delivery.event.crisis.id] = delivery
        await self._post([self._alert(each, compose(each.event, reader=reader)) for each in last.values()])

    async def stand(self, deliveries: Sequence[Delivery], messages: Sequence[Message]) -> None:
        """Post again what stands."""
        alerts = [self._alert(delivery, message) for delivery, message in zip(deliveries, messages, strict=True)]
        for start in range(0, len(alerts), _BATCH):
            await self._post(alerts[start : start + _BATCH])

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.close()

    async def _post(self, alerts: list[dict[str, Any]]) -> None:
        await self._client.post(self._url, orjson.dumps(alerts), self._headers)

    def _time(self) -> datetime:
        return datetime.fromtimestamp(self._now(), UTC)

    def _alert(self, delivery: Delivery, message: Message) -> dict[str, Any]:
        event = delivery.event
        now = self._time()
        starts_at = min(event.crisis.opened_at, now)
        ends_at = now if is_over(event.crisis) else now + self.lifetime
        return {
            "labels": self._labels | _labels(event),
            "annotations": {
                name: cut(text, _LONGEST_ANNOTATION)
                for name, text in {
                    # Templates put them into chats and pages whose markup nobody here knows.
                    "summary": break_markup(message.first_line),
                    "description": render_body(message, break_markup),
                    "severity": event.crisis.severity,
                    "stage": event.crisis.stage,
                    "status": event.crisis.status,
                    "acknowledge_url": message.acknowledge_url,
                    "idempotency_key": delivery.key,
                    "possible_repeat": "true" if delivery.is_possible_repeat else "",
                }.items()
                if text
            },
            "startsAt": starts_at.isoformat(),
            "endsAt": ends_at.isoformat(),
        }


def _labels(event: EscalationEvent) -> dict[str, str]:
    """What tells one alert from all others."""
    crisis = event.crisis
    labels = {
        "alertname": "TocsinCrisis",
        "brand": crisis.brand,
        "subject": crisis.subject,
        "crisis": crisis.id,
        "severity": crisis.peak_severity,
        "exercise": "true" if crisis.is_exercise else "false",
    }
    return {name: cut(text, _LONGEST_LABEL) for name, text in labels.items()}
