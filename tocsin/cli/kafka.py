"""`tocsin kafka`: start, stop or inspect the local broker."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import time
from pathlib import Path

from tocsin.kafka.broker import LocalBroker
from tocsin.kafka.ready import is_ready
from tocsin.kafka.settings import BrokerSettings
from tocsin.kafka.state import RunningBroker


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `tocsin kafka`."""
    defaults = BrokerSettings()
    parser.add_argument("action", choices=("start", "stop", "status"), help="what to do with the broker")
    parser.add_argument(
        "--dir",
        type=Path,
        default=defaults.directory,
        help="the broker's folder: data and log (default: %(default)s)",
    )
    parser.add_argument("--port", type=int, help="listen on this port of 127.0.0.1 (default: a free one, kept)")
    parser.add_argument("--heap-mb", type=int, default=defaults.heap_mb, help="its heap in MB (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="answer in JSON")


def run(args: argparse.Namespace) -> int:
    """0 done or running; 1 not running (`status`)."""
    broker = LocalBroker(BrokerSettings(directory=args.dir, port=args.port, heap_mb=args.heap_mb))
    actions = {"start": _start, "stop": _stop, "status": _status}
    return actions[args.action](broker, args)


def _start(broker: LocalBroker, args: argparse.Namespace) -> int:
    ran_already = broker.find_running() is not None
    began = time.monotonic()
    running = broker.start(detached=True)
    seconds = time.monotonic() - began
    if args.json:
        _print_json(running, is_started=not ran_already, seconds=round(seconds, 2))
        return 0
    news = "runs already" if ran_already else f"is ready after {seconds:.1f} s"
    print(f"Kafka {running.kafka} {news} (pid {running.pid}, data in {args.dir})", file=sys.stderr)
    # On standard output alone, so that `eval "$(tocsin kafka start)"` and `>> .env` work.
    print(f"KAFKA_BOOTSTRAP={running.bootstrap}")
    folder = "" if args.dir == BrokerSettings().directory else f" --dir {args.dir}"
    print(
        f"next: `export KAFKA_BOOTSTRAP={running.bootstrap}`; end it with `tocsin kafka stop{folder}`", file=sys.stderr
    )
    return 0


def _stop(broker: LocalBroker, args: argparse.Namespace) -> int:
    if (running := broker.find_running()) and running.archive:
        print("stopping; this once it also saves what makes every later start faster …", file=sys.stderr)
    was_running = broker.stop()
    if args.json:
        print(json.dumps({"was_running": was_running, "running": False}))
    else:
        print("stopped" if was_running else f"no broker runs in {args.dir}")
    return 0


def _status(broker: LocalBroker, args: argparse.Namespace) -> int:
    running = broker.find_running()
    if running is None:
        print(json.dumps({"running": False}) if args.json else f"no broker runs in {args.dir}")
        return 1
    ready = is_ready(int(running.bootstrap.rpartition(":")[2]))
    if args.json:
        _print_json(running, running=True, ready=ready)
    else:
        state = "ready" if ready else "not answering (yet)"
        print(f"Kafka {running.kafka} at {running.bootstrap}: {state}; pid {running.pid}, Java {running.java}")
    return 0


def _print_json(broker: RunningBroker, **more: object) -> None:
    print(json.dumps({**dataclasses.asdict(broker), **more}))
