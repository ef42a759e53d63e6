"""`tocsin worker`: run one worker, all steps, on an existing Kafka."""

from __future__ import annotations

import argparse
from pathlib import Path

from tocsin.cli.agent import become
from tocsin.preflight import check_worker
from tocsin.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `tocsin worker`."""
    parser.add_argument("--namespace", help="prefix of the streams (default: TOCSIN_NAMESPACE, or tocsin)")
    parser.add_argument(
        "--name", help="stable over restarts, unique in the namespace (default: TOCSIN_WORKER, or host)"
    )
    parser.add_argument("--watchlist", type=Path, help="what to watch (default: TOCSIN_WATCHLIST, or watchlist.yaml)")


def run(args: argparse.Namespace) -> int:
    """Ends as the worker ends.

    Raises:
        TocsinError: something that a worker needs is missing or wrong.
    """
    settings = Settings.from_environment(namespace=args.namespace, worker=args.name, watchlist=args.watchlist)
    return become("worker", settings, check_worker)
