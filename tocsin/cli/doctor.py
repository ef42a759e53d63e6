"""`tocsin doctor`: look the whole installation over, and say what to do about what is wrong."""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from tocsin.doctor.finding import Finding
from tocsin.doctor.report import look_over
from tocsin.response.message.inert import make_inert
from tocsin.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `tocsin doctor`."""
    parser.add_argument("--namespace", help="which one (default: TOCSIN_NAMESPACE, or tocsin)")
    parser.add_argument("--watchlist", type=Path, help="what to watch (default: TOCSIN_WATCHLIST, or watchlist.yaml)")
    parser.add_argument("--response", type=Path, help="whom to tell (default: TOCSIN_RESPONSE, or response.yaml)")
    parser.add_argument("--json", action="store_true", help="answer in JSON")


def run(args: argparse.Namespace) -> int:
    """0 when nothing is broken, warnings or not; 1 when something is.

    Raises:
        ConfigurationError: a setting cannot be read.
    """
    settings = Settings.from_environment(namespace=args.namespace, watchlist=args.watchlist, response=args.response)
    began = time.monotonic()
    findings = asyncio.run(look_over(settings, datetime.now(UTC)))
    seconds = time.monotonic() - began
    is_well = not any(each.state == "problem" for each in findings)
    if args.json:
        answer = {"is_well": is_well, "seconds": round(seconds, 2), "findings": [asdict(each) for each in findings]}
        print(json.dumps(answer, ensure_ascii=False))
    else:
        print("\n".join(describe(findings)))
    return 0 if is_well else 1


def describe(findings: Iterable[Finding]) -> Iterator[str]:
    """The report as lines for people, its sum at the end."""
    findings = list(findings)
    width = max((len(each.check) for each in findings), default=0)
    for each in findings:
        yield f"{each.state:<7}  {each.check:<{width}}  {make_inert(each.what)}"
        if each.then:
            yield f"{'':7}  {'':{width}}  → {make_inert(each.then)}"
    count = {state: sum(each.state == state for each in findings) for state in ("problem", "warning")}
    told = [f"{number} {state}{'s' if number > 1 else ''}" for state, number in count.items() if number]
    yield ", ".join(told) or "all is well"
