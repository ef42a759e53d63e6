"""`tocsin up`: start everything here, until Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import shlex
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tocsin.configuration import load_response, load_watchlist
from tocsin.detection.watchlist import Watchlist
from tocsin.errors import ConfigurationError
from tocsin.kafka.admin import CreatedStreams, create_streams
from tocsin.kafka.broker import LocalBroker
from tocsin.kafka.settings import BrokerSettings
from tocsin.settings import Settings
from tocsin.workers import WorkerPool

DIRECTORY = Path(".tocsin")
#: A first start on a busy machine loads Faust in every worker and recovers their rows.
READY_SECONDS = 120.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `tocsin up`."""
    parser.add_argument("--workers", type=int, default=2, help="number of worker processes (default: %(default)s)")
    parser.add_argument("--namespace", help="prefix of the streams (default: TOCSIN_NAMESPACE, or tocsin)")
    parser.add_argument("--watchlist", type=Path, help="what to watch (default: TOCSIN_WATCHLIST, or watchlist.yaml)")
    parser.add_argument("--response", type=Path, help="whom to tell (default: TOCSIN_RESPONSE, or response.yaml)")
    parser.add_argument(
        "--dir", type=Path, default=DIRECTORY, help="data, state and logs are kept here (default: %(default)s)"
    )


def run(args: argparse.Namespace) -> int:
    """0 after a clean stop.

    Raises:
        TocsinError: something cannot be started; what was started before is ended.
    """
    if args.workers < 1:
        raise ConfigurationError(f"--workers {args.workers} leaves nobody to work", "start at least one")
    settings = Settings.from_environment(
        namespace=args.namespace,
        watchlist=args.watchlist,
        response=args.response,
        state_directory=args.dir / "state" if args.dir != DIRECTORY else None,
    )
    # Before the broker: a mistake in a file is told at once.
    watchlist = load_watchlist(settings.watchlist)
    load_response(settings.response, [brand.id for brand in watchlist.brands])
    # The broker is started and ended outside the loop, so that Ctrl-C interrupts that as well.
    with _kafka(settings, args.dir / "kafka") as bootstrap:
        asyncio.run(_serve(replace(settings, bootstrap=bootstrap), args, watchlist))
    _tell("stopped")
    return 0


@contextmanager
def _kafka(settings: Settings, directory: Path) -> Iterator[str]:
    if settings.bootstrap:
        yield settings.bootstrap
        return
    _tell("starting Kafka; the first time its jars are downloaded …")
    with LocalBroker(BrokerSettings(directory=directory)) as broker:
        yield broker.bootstrap
        _tell("stopping Kafka …")


async def _serve(settings: Settings, args: argparse.Namespace, watchlist: Watchlist) -> None:
    created = await create_streams(settings)
    pool = WorkerPool(settings, count=args.workers, log_directory=args.dir / "logs", with_notifier=True, say=_tell)
    stopped = asyncio.Event()

    def stop() -> None:
        if stopped.is_set():
            pool.hurry()
            return
        _tell("stopping the workers; once more hurries …")
        stopped.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    _tell(f"starting {args.workers} workers and the notifier …")
    async with pool:
        until_stopped = asyncio.create_task(stopped.wait())
        running = asyncio.create_task(_run(pool, settings, args, watchlist, created))
        await asyncio.wait((until_stopped, running), return_when=asyncio.FIRST_COMPLETED)
        until_stopped.cancel()
        if running.done():
            running.result()  # the pool's error, if it has one
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def _run(
    pool: WorkerPool, settings: Settings, args: argparse.Namespace, watchlist: Watchlist, created: CreatedStreams
) -> None:
    await pool.wait_ready(READY_SECONDS)
    print("\n".join(_addresses(pool, settings, args, watchlist, created)), flush=True)
    await pool.wait()


def _addresses(
    pool: WorkerPool, settings: Settings, args: argparse.Namespace, watchlist: Watchlist, created: CreatedStreams
) -> list[str]:
    ports = pool.metrics_ports()
    metrics = ", ".join(f"http://{settings.metrics_host}:{port}/metrics ({name})" for name, port in ports.items())
    python = shlex.quote(sys.executable)
    partitions = max(created.partitions.values())
    return [
        f"ready      {args.workers} workers and the notifier; Ctrl-C ends all",
        f"Kafka      {settings.bootstrap}",
        f"namespace  {settings.namespace} ({created.namespace.time}), {partitions} partitions",
        f"metrics    {metrics or 'off'}",
        f"logs       {args.dir / 'logs'}",
        "a first mention, from another shell:",
        f"  KAFKA_BOOTSTRAP={settings.bootstrap} {python} -m tocsin.say --namespace {settings.namespace} "
        + shlex.quote(_example(watchlist)),
    ]


def _example(watchlist: Watchlist) -> str:
    """A text that the watchlist finds; one that is judged at once, if there are such terms."""
    brand = watchlist.brands[0]
    name = next(iter([*brand.phrases, *brand.keywords, *brand.handles]), brand.name)
    risk = next(iter([*brand.high_risk, *watchlist.high_risk]), "are you serious?")
    return f"{name.rstrip('*')}: {risk.rstrip('*')}"


def _tell(text: str) -> None:
    print(f"tocsin up: {text}", file=sys.stderr, flush=True)
