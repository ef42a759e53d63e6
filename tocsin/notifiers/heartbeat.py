"""The heartbeat to an outside address: a dead man's switch. Who hears nothing for some minutes raises the alarm.

A monitor that runs beside us dies with us. So an address elsewhere is told once a minute that this process does its
work. Nothing is sent when that is not so, or when event time stands still: silence is the message.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tocsin import metrics
from tocsin.health import Health
from tocsin.notifiers.http_client import HttpClient
from tocsin.notifiers.notifier import Misconfigured, NotifierError

log = logging.getLogger(__name__)

INTERVAL_S = 60.0
TIMEOUT = timedelta(seconds=10)


class Heartbeat:
    """Works until it is cancelled: `run` in a task.

    Args:
        url: where to; it is a secret, and never told.
        who: what beats, in words: the body of each request.
        health: nothing is sent while the process is not ready.
        find_event_time: how far event time has got, ms since 1970; None where it is not known or not the clock's.
        allow_private: the address may lie in a private network.
    """

    def __init__(
        self,
        url: str,
        who: str,
        health: Health,
        find_event_time: Callable[[], int | None],
        *,
        allow_private: bool = False,
    ) -> None:
        self._url = url
        self._who = who
        self._health = health
        self._find_event_time = find_event_time
        self._client = HttpClient("the heartbeat", TIMEOUT, allow_private=allow_private)
        self._last_ms = 0

    async def run(self, interval_s: float = INTERVAL_S) -> None:
        """Beat at every interval."""
        try:
            while True:
                await asyncio.sleep(interval_s)
                metrics.HEARTBEATS.labels(await self.beat()).inc()
        finally:
            await self.close()

    async def close(self) -> None:
        """Close the connection."""
        await self._client.close()

    async def beat(self) -> str:
        """Beat once, if there is reason to; returns one of `metrics.HEARTBEAT_OUTCOMES`."""
        reached_ms = self._find_event_time()
        problem = self._health.find_problem()
        if not problem and reached_ms is not None and reached_ms <= self._last_ms:
            problem = f"event time stands still at {_instant(reached_ms)}"
        if problem:
            log.warning("no heartbeat: %s", problem)
            return "withheld"
        reached = f", event time {_instant(reached_ms)}" if reached_ms is not None else ""
        try:
            await self._client.post(self._url, f"{self._who} is ready{reached}\n".encode(), {})
        except Misconfigured as error:
            log.error("%s; see TOCSIN_HEARTBEAT_URL and TOCSIN_HEARTBEAT_ALLOW_PRIVATE", error)
            return "failed"
        except NotifierError as error:
            log.warning("%s", error)
            return "failed"
        self._last_ms = reached_ms or 0
        return "sent"


def _instant(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="seconds")
