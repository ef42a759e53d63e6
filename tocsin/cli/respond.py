"""`tocsin respond`: the small web server behind acknowledge links."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal

from tocsin.configuration import load_response
from tocsin.logs import configure_logging
from tocsin.playback import find_kafka
from tocsin.respond.serve import readers_of, serve
from tocsin.response.links import check_address, read_secret
from tocsin.response.message.message import Reader
from tocsin.settings import Settings

#: Where it listens unless it is told otherwise: this machine only, behind a proxy that speaks TLS.
HOST, PORT = "127.0.0.1", 8480


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `tocsin respond`."""
    parser.add_argument("--namespace", help="which one (default: TOCSIN_NAMESPACE, or tocsin)")
    parser.add_argument("--host", default=HOST, help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=int, default=PORT, help="port to listen on; 0: a free one (default: %(default)s)"
    )


def run(args: argparse.Namespace) -> int:
    """Until SIGTERM or Ctrl-C.

    Raises:
        TocsinError: something that it needs is missing or wrong.
    """
    settings = Settings.from_environment(namespace=args.namespace)
    secret = read_secret(settings.respond_secret)
    if settings.respond_url:
        check_address(settings.respond_url)
    readers = readers_of(load_response(settings.response)) if settings.response.exists() else {}
    configure_logging(settings)
    # A broker that is away makes thousands of lines a minute; /ready and every button that is pressed tell it too.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    asyncio.run(_serve(find_kafka(settings), secret, readers, args.host, args.port))
    return 0


async def _serve(settings: Settings, secret: bytes, readers: dict[str, Reader], host: str, port: int) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)

    def say(taken: int) -> None:
        known = f"{len(readers)} people" if readers else f"nobody by name: there is no {settings.response}"
        address = f"[{host}]" if ":" in host else host
        print(f"tocsin respond: namespace {settings.namespace} on http://{address}:{taken}, knows {known}", flush=True)
        if not settings.respond_url:
            print("note: messages have no links while TOCSIN_RESPOND_URL is not set for the notifiers", flush=True)

    await serve(settings, secret=secret, readers=readers, host=host, port=port, stop=stop, say=say)
