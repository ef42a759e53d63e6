"""One act of a person from the command line: the command is sent, its answer awaited and told."""

from __future__ import annotations

import argparse
import re
import sys
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from schemas.command import Command, CommandAnswer
from tocsin.desk.inbox import KafkaInbox
from tocsin.errors import ConfigurationError
from tocsin.response.message.inert import make_inert
from tocsin.settings import Settings
from tocsin.strict_yaml import tell_duration

_UNITS = {"s": 1, "min": 60, "m": 60, "h": 3_600, "d": 86_400}
_DURATION = re.compile(rf"(\d{{1,6}}) ?({'|'.join(_UNITS)})")


def add_namespace(parser: argparse.ArgumentParser) -> None:
    """Options of everything that asks Kafka."""
    parser.add_argument("--namespace", help="which one (default: TOCSIN_NAMESPACE, or tocsin)")
    parser.add_argument("--json", action="store_true", help="answer in JSON")


def add_actor(parser: argparse.ArgumentParser) -> None:
    """Options of everything that a person does."""
    parser.add_argument("--by", metavar="PERSON", help="who acts: an id of response.yaml (default: TOCSIN_PERSON)")
    parser.add_argument(
        "--timeout",
        type=read_duration,
        default="15s",
        metavar="DURATION",
        help="how long to wait for the answer (default: %(default)s)",
    )
    add_namespace(parser)


def read_duration(text: str) -> timedelta:
    """A duration with its unit: 30s, 5min, 4h, 7d.

    >>> read_duration("90 min")
    datetime.timedelta(seconds=5400)
    """
    found = _DURATION.fullmatch(text.strip())
    if not found or not int(found[1]):
        raise argparse.ArgumentTypeError(f'{text!r} is no duration: write it as "30s", "5min", "4h" or "7d"')
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])


def find_actor(args: argparse.Namespace, settings: Settings) -> str:
    """Who acts.

    Raises:
        ConfigurationError: nobody was named.
    """
    if by := (args.by or settings.person).strip():
        return str(by)
    raise ConfigurationError(
        "who does this? Every act is kept with the name of who did it",
        "add --by PERSON, or set TOCSIN_PERSON once: the id that you have in response.yaml",
    )


def make_command(by: str, now: datetime | None = None, **fields: Any) -> Command:
    """A command with an id that nobody else has made."""
    return Command(id=uuid4().hex, by=by, at=now or datetime.now(UTC), **fields)


async def send(settings: Settings, command: Command, patience: timedelta) -> CommandAnswer | None:
    """Send a command and wait for what becomes of it.

    Raises:
        BrokerError: it could not be sent.
    """
    async with KafkaInbox(settings) as inbox:
        return await inbox.ask(command, patience)


def tell_answer(command: Command, answer: CommandAnswer | None, patience: timedelta, *, is_json: bool) -> int:
    """Say what became of a command.

    Returns:
        0 when it was accepted, else 1.
    """
    if is_json:
        print((answer.encode() if answer else b'{"id":"%s","type":"pending"}' % command.id.encode()).decode())
    elif answer is None:
        look = f"`tocsin crises show {command.crisis}`" if command.crisis else "`tocsin silence list`"
        print(
            f"no answer within {tell_duration(patience)}: the command is on the inbox and will be applied as soon as "
            f"a worker reads it\n  → do not send it again; {look} tells when it has been",
            file=sys.stderr,
        )
    elif answer.type == "command.refused":
        print(f"refused: {make_inert(answer.because)}", file=sys.stderr)
    else:
        now = f" (crisis {answer.crisis} is {answer.status})" if answer.status else ""
        print(make_inert(f"done: {answer.because or command.action}{now}"))
    return 0 if answer is not None and answer.type == "command.accepted" else 1
