"""`tocsin respond` at work: reads crises and answers from Kafka, serves the pages until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from aiohttp import web

from schemas.crisis import Crisis
from schemas.streams import CRISIS_STATE
from tocsin import metrics
from tocsin.desk.inbox import KafkaInbox
from tocsin.desk.latest import Latest
from tocsin.errors import TocsinError
from tocsin.health import Health
from tocsin.metrics_server import serve as serve_metrics
from tocsin.respond.server import Respond
from tocsin.response.message.message import Reader
from tocsin.response.message.write import read_by
from tocsin.response.plan import Plan
from tocsin.settings import Settings

#: aiohttp's own words about requests that cannot be read quote them, and with them a link.
_SILENT = logging.Logger("tocsin.respond.unheard", logging.CRITICAL + 1)
#: How often Kafka is asked whether commands could be stored, for `/ready` and the metrics.
LOOK_SECONDS = 5
#: A page in the making is finished before the server ends.
_END_SECONDS = 10.0


async def serve(
    settings: Settings,
    *,
    secret: bytes,
    readers: Mapping[str, Reader],
    host: str,
    port: int,
    stop: asyncio.Event,
    say: Callable[[int], None],
) -> None:
    """Serve until `stop` is set.

    Args:
        settings: where Kafka is, and the namespace.
        readers: as `readers_of` makes them.
        port: 0 takes a free one.
        say: called with the port once everything is ready.

    Raises:
        TocsinError: the address is taken; Kafka is not there, or can no longer be read.
    """
    async with (
        KafkaInbox(settings, remembers="start") as inbox,
        Latest(settings, CRISIS_STATE, Crisis) as crises,
    ):
        await crises.catch_up()
        following = asyncio.create_task(crises.follow())

        async def is_ready() -> bool:
            return not following.done() and await inbox.is_well()

        respond = Respond(
            namespace=settings.namespace,
            secret=secret,
            inbox=inbox,
            crises=crises.records,
            readers=readers,
            is_ready=is_ready,
        )
        health = Health(does="crises are read, and commands would be stored and answered")
        metrics.tell_build("respond", settings.namespace, "live")
        metrics_server = serve_metrics(settings.metrics_port, settings.metrics_host, health)
        looking = asyncio.create_task(_look_on(health, is_ready))
        stopping = asyncio.create_task(stop.wait())
        failing = [following, asyncio.create_task(inbox.wait())]
        try:
            async with listen(respond.make_app(), host, port) as taken:
                say(taken)
                await asyncio.wait([stopping, *failing], return_when=asyncio.FIRST_COMPLETED)
                for each in failing:
                    if each.done():
                        each.result()  # raises why it ended
        finally:
            for task in (stopping, looking, *failing):
                task.cancel()
            await asyncio.gather(stopping, looking, *failing, return_exceptions=True)
            if metrics_server:
                metrics_server.close()


async def _look_on(health: Health, is_ready: Callable[[], Awaitable[bool]]) -> None:
    """Keep the state of the process as it is."""
    while True:
        if await is_ready():
            health.begin()
        else:
            health.wait("crises cannot be read now, or a command could not be stored: is Kafka well?")
        for _ in range(LOOK_SECONDS):
            health.turn()
            await asyncio.sleep(1)


@asynccontextmanager
async def listen(app: web.Application, host: str, port: int) -> AsyncIterator[int]:
    """Serve an application while the block runs; gives the port.

    Raises:
        TocsinError: the address cannot be listened on.
    """
    runner = web.AppRunner(app, access_log=None, logger=_SILENT, shutdown_timeout=_END_SECONDS, keepalive_timeout=15)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise TocsinError(
                f"nobody can listen on {host}:{port}: {error.strerror or error}", "choose another with --host, --port"
            ) from None
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def readers_of(plan: Plan) -> dict[str, Reader]:
    """Those who may be sent links: the people of response.yaml, by id."""
    return {person.id: read_by(person) for person in plan.people}
