"""Write one mention as if it had just been posted: `python -m tocsin.say TEXT`. To see that everything is awake."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

from aiokafka import AIOKafkaProducer

from schemas.mention import Author, Mention
from schemas.streams import RAW, topic_name
from tocsin.errors import TocsinError
from tocsin.kafka.admin import read_namespace
from tocsin.kafka.client import client_options
from tocsin.settings import Settings


async def say(settings: Settings, text: str, author: str = "me") -> Mention:
    """Write the mention to `mentions.raw`.

    Raises:
        TocsinError: no Kafka answers, or the namespace does not exist.
    """
    await read_namespace(settings)  # without it the producer would wait long for a stream that is not there
    mention = Mention(
        id=uuid4().hex, text=text, source="by-hand", posted_at=datetime.now(UTC), author=Author(id=author)
    )
    async with AIOKafkaProducer(**client_options(settings), acks="all") as producer:
        await producer.send_and_wait(
            topic_name(settings.namespace, RAW), mention.encode(), key=mention.author_key.encode()
        )
    return mention


def main(argv: Sequence[str]) -> int:
    """0 written; else as `tocsin`."""
    parser = argparse.ArgumentParser(prog="python -m tocsin.say", description="Write one mention, posted now.")
    parser.add_argument("text")
    parser.add_argument("--author", default="me", help="who says it (default: %(default)s)")
    parser.add_argument("--namespace", help="prefix of the streams (default: TOCSIN_NAMESPACE, or tocsin)")
    args = parser.parse_args(argv)
    try:
        asyncio.run(say(Settings.from_environment(namespace=args.namespace), args.text, args.author))
    except TocsinError as error:
        print(f"tocsin.say: {error}", file=sys.stderr)  # noqa: T201 - a command line of its own
        return error.status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
