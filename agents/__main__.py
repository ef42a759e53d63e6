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

from tocsin.errors import TocsinError
from tocsin.settings import Settings

#: Role → module with `app`.
ROLES = {"worker": "agents.app", "notify": "agents.notify"}


class Sparing(logging.Filter):
    """Lets the same complaint through once in some seconds: a broker that is away makes thousands a minute.

    Args:
        interval_s: between two lines of one message, whatever its arguments.
    """

    def __init__(self, interval_s: float = 10.0) -> None:
        super().__init__()
        self._interval_s = interval_s
        self._last: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        what = f"{record.name}:{record.levelno}:{record.msg}"
        if record.created - self._last.get(what, 0.0) < self._interval_s:
            return False
        self._last[what] = record.created
        return True


def main(argv: Sequence[str]) -> int:
    """Run a role until it is told to stop.

    Returns:
        0 after a clean stop, 2 for a wrong configuration, 3 for an unusable Kafka, 64 for an unknown role.
    """
    if len(argv) != 1 or argv[0] not in ROLES:
        print(f"usage: python -m agents {'|'.join(ROLES)}", file=sys.stderr)
        return 64
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for handler in logging.getLogger().handlers:
        handler.addFilter(Sparing())
    for noisy in ("aiokafka", "faust", "mode"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    try:
        import uvloop

        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    except ImportError:
        pass  # not on this platform; asyncio's own loop does
    try:
        settings = Settings.from_environment()
        app = importlib.import_module(ROLES[argv[0]]).app
        app.ready = asyncio.run(app.check(settings))
    except TocsinError as error:
        print(f"tocsin {argv[0]}: {error}", file=sys.stderr)
        return error.status
    return run(app, settings)


def run(app: Any, settings: Settings) -> int:
    """Run a checked app."""
    import faust

    from agents.engine.observer import PrometheusObserver
    from tocsin import metrics

    # What was imported lives as long as the process, and rows are no cycles: look for garbage rarely.
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
    server = metrics.serve(settings.metrics_port, settings.metrics_host)

    def say_ready() -> None:
        where = f", metrics on port {server.port}" if server else ""
        print(f"tocsin: worker {settings.worker} is ready{where}", flush=True)

    app.observer = PrometheusObserver()
    app.on_ready = say_ready
    worker: Any = faust.Worker(app, loglevel="ERROR", quiet=True, redirect_stdouts=False, daemon=True)
    worker.spinner = None  # it would hide the cursor of whoever looks on
    try:
        worker.execute_from_commandline()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
