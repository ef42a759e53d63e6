"""Starts one process of Tocsin: `python -m agents worker`, `python -m agents notify`.

Everything is checked before Faust is started, so that what is wrong is told in one message, without a traceback.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import logging
import sys
from collections.abc import Sequence
from typing import Any

from tocsin import metrics
from tocsin.errors import TocsinError
from tocsin.health import Health
from tocsin.logs import announce, configure_logging
from tocsin.metrics_server import serve
from tocsin.settings import Settings

#: Role → module with `app`.
ROLES = {"worker": "agents.app", "notify": "agents.notify"}


def main(argv: Sequence[str]) -> int:
    """Run a role until it is told to stop.

    Returns:
        0 after a clean stop, 2 for a wrong configuration, 3 for an unusable Kafka, 64 for an unknown role.
    """
    if len(argv) != 1 or argv[0] not in ROLES:
        print(f"usage: python -m agents {'|'.join(ROLES)}", file=sys.stderr)
        return 64
    for noisy in ("aiokafka", "faust", "mode"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    for service in ("agents.app", "agents.notify", "agents.engine.app", "agents.engine.transport"):
        # Faust tells of each of its services' starts under our names.
        logging.getLogger(service).setLevel(logging.WARNING)
    try:
        import uvloop

        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    except ImportError:
        pass  # not on this platform; asyncio's own loop does
    settings = Settings()
    try:
        settings = Settings.from_environment()
        configure_logging(settings)
        app = importlib.import_module(ROLES[argv[0]]).app
        app.ready = asyncio.run(app.check(settings))
    except TocsinError as error:
        announce(settings, f"tocsin {argv[0]}: {error}", logging.ERROR)
        return error.status
    return run(app, settings)


def run(app: Any, settings: Settings) -> int:
    """Run a checked app."""
    import faust

    from agents.engine.observer import PrometheusObserver

    # What was imported lives as long as the process, and rows are no cycles: look for garbage rarely.
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
    health = Health()
    time = app.ready.time if app.ready else "live"
    metrics.tell_build(app.role, settings.namespace, time)
    server = serve(settings.metrics_port, settings.metrics_host, health)

    def say_ready() -> None:
        health.begin()
        where = f", metrics on port {server.port}" if server else ""
        announce(settings, f"tocsin: worker {settings.worker} is ready{where}")

    app.observer = PrometheusObserver(health, is_live=time == "live", follows=app.find_last_step())
    app.on_ready = say_ready
    # Faust would put its own handlers and its own level in the place of ours.
    worker: Any = faust.Worker(app, override_logging=False, quiet=True, redirect_stdouts=False, daemon=True)
    worker.spinner = None  # it would hide the cursor of whoever looks on
    try:
        worker.execute_from_commandline()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
