"""`tocsin notify`: run the notifier, which delivers escalation events to people and programs."""

from __future__ import annotations

import argparse
from pathlib import Path

from tocsin.cli.agent import become
from tocsin.preflight import check_notifier
from tocsin.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `tocsin notify`."""
    parser.add_argument("--namespace", help="prefix of the streams (default: TOCSIN_NAMESPACE, or tocsin)")
    parser.add_argument(
        "--name", help="stable over restarts, unique in the namespace (default: TOCSIN_WORKER, or host)"
    )
    parser.add_argument("--response", type=Path, help="whom to tell (default: TOCSIN_RESPONSE, or response.yaml)")


def run(args: argparse.Namespace) -> int:
    """Ends as the notifier ends.

    Raises:
        TocsinError: something that the notifier needs is missing or wrong.
    """
    settings = Settings.from_environment(namespace=args.namespace, worker=args.name, response=args.response)
    return become("notify", settings, check_notifier)
