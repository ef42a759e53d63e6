"""Commands on their way to escalation, and what becomes of them: written to `inbox`, answered on `answers`."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Any, Protocol, Self

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.partitioner import murmur2

from schemas import streams
from schemas.command import Command, CommandAnswer
from schemas.record import InvalidRecord
from schemas.streams import topic_name
from tocsin.errors import BrokerError
from tocsin.kafka.client import client_options
from tocsin.kafka.follow import Start, StreamReader, find_partitions
from tocsin.settings import Settings

log = logging.getLogger(__name__)

#: How long Kafka may take to store a command.
SEND_SECONDS = 10.0
#: How long it may take to say that it is well.
REACH_SECONDS = 2.0
#: Answers that are remembered; the oldest are forgotten first.
REMEMBERED_ANSWERS = 20_000


class Inbox(Protocol):
    """Where commands go. Passes tests/contracts/test_inbox.py."""

    async def ask(self, command: Command, patience: timedelta) -> CommandAnswer | None:
        """Send a command and wait for its answer; one that is known already is returned, and nothing is sent.

        Returns:
            None when no answer came in time: the command is stored and will be applied when escalation reads it.

        Raises:
            BrokerError: it could not be stored, as far as is known.
        """
        ...

    def find_answer(self, command_id: str) -> CommandAnswer | None:
        """What became of a command, as far as it is known here."""
        ...


@dataclass
class _Asked:
    """A command that waits for its answer: sent once, however many ask."""

    sending: asyncio.Task[None]
    answer: asyncio.Future[CommandAnswer]
    askers: int = 0


class KafkaInbox:
    """The inbox of one namespace.

    Args:
        remembers: `start` knows the answers of all commands that are kept (7 days), `end` only new ones.

    Raises:
        BrokerError: when entered: no Kafka, no such namespace.
    """

    def __init__(self, settings: Settings, *, remembers: Start = "end") -> None:
        self._settings = settings
        self._topic = topic_name(settings.namespace, streams.INBOX)
        self._reader = StreamReader(settings, streams.ANSWERS, start=remembers)
        self._remembers = remembers
        self._answers: OrderedDict[str, CommandAnswer] = OrderedDict()
        self._asked: dict[str, _Asked] = {}
        self._partitions = 0
        self._producer: Any = None
        self._listening: asyncio.Task[None] | None = None
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._partitions = len(await find_partitions(self._settings, streams.INBOX))
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._reader)
            if self._remembers == "start":
                async for record in self._reader.read_to_end():
                    self._learn(record)
            options = client_options(self._settings) | {"request_timeout_ms": int(SEND_SECONDS * 1000)}
            # Idempotent: a command that is repeated inside the client is still stored once.
            self._producer = AIOKafkaProducer(**options, acks="all", enable_idempotence=True)
            try:
                await stack.enter_async_context(self._producer)
            except KafkaError as error:
                raise BrokerError(f"nothing can be written to {self._topic}: {error}", "is Kafka well?") from None
            self._listening = asyncio.create_task(self._listen())
            stack.push_async_callback(self._hush)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def is_well(self) -> bool:
        """Whether a command could be stored now, and its answer heard."""
        if self._listening is None or self._listening.done():
            return False
        try:
            async with asyncio.timeout(REACH_SECONDS):
                return bool(await self._producer.client.force_metadata_update())
        except (KafkaError, TimeoutError):
            return False

    async def wait(self) -> None:
        """Return never; raise when answers can no longer be heard.

        Raises:
            BrokerError: the stream can no longer be read.
        """
        assert self._listening is not None, "entered first"
        await asyncio.shield(self._listening)

    def find_answer(self, command_id: str) -> CommandAnswer | None:
        """What became of a command, as far as it is known here."""
        return self._answers.get(command_id)

    async def ask(self, command: Command, patience: timedelta) -> CommandAnswer | None:
        """As `Inbox.ask` says."""
        if (known := self._answers.get(command.id)) is not None:
            return known
        asked = self._asked.get(command.id) or self._begin(command)
        asked.askers += 1
        try:
            await asyncio.shield(asked.sending)
            assert self._listening is not None, "entered first"
            await asyncio.wait(
                (asked.answer, self._listening),
                timeout=patience.total_seconds(),
                return_when=asyncio.FIRST_COMPLETED,
            )
            if self._listening.done() and not asked.answer.done():
                self._listening.result()  # raises why nothing is heard any more
            return asked.answer.result() if asked.answer.done() else None
        finally:
            asked.askers -= 1
            if not asked.askers:
                self._asked.pop(command.id, None)

    def _begin(self, command: Command) -> _Asked:
        asked = _Asked(asyncio.create_task(self._send(command)), asyncio.get_running_loop().create_future())
        self._asked[command.id] = asked
        return asked

    async def _send(self, command: Command) -> None:
        key = command.brand.encode()
        # As the engine chooses (murmur2 of the key): in another partition nobody would know the crisis.
        partition = (murmur2(key) & 0x7FFFFFFF) % self._partitions
        try:
            await self._producer.send_and_wait(self._topic, command.encode(), key=key, partition=partition)
        except KafkaError as error:
            raise BrokerError(
                f"Kafka did not confirm the command: {str(error) or type(error).__name__}",
                "it may have arrived all the same: look at the crisis before you send it again",
            ) from None

    async def _listen(self) -> None:
        while True:
            for record in await self._reader.poll():
                self._learn(record)

    async def _hush(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)

    def _learn(self, record: Any) -> None:
        try:
            answer = CommandAnswer.decode(record.value or b"")
        except InvalidRecord as error:
            log.warning("answer %s@%s cannot be read: %s", record.partition, record.offset, error)
            return
        self._answers.setdefault(answer.id, answer)
        while len(self._answers) > REMEMBERED_ANSWERS:
            self._answers.popitem(last=False)
        if (asked := self._asked.get(answer.id)) is not None and not asked.answer.done():
            asked.answer.set_result(answer)
