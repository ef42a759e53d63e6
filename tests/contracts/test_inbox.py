"""What everyone who sends commands relies on: stored before it is waited for, asked twice acts once."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from agents.engine.partition import Partitioner
from schemas import streams
from schemas.command import Command, CommandAnswer
from schemas.streams import topic_name
from tests.inboxes import Decide, MemoryInbox, a_command, an_answer, refuse, say_nothing
from tocsin.desk.inbox import Inbox, KafkaInbox
from tocsin.errors import BrokerError
from tocsin.kafka.admin import create_streams
from tocsin.kafka.client import client_options
from tocsin.kafka.follow import Start, StreamReader
from tocsin.settings import Settings

PARTITIONS = 4
PATIENCE, SHORT = timedelta(seconds=15), timedelta(milliseconds=200)
#: An inbox, and what is stored in it.
Opened = tuple[Inbox, Callable[[], Awaitable[list[Command]]]]


class InboxContract(ABC):
    @abstractmethod
    def open(self, decide: Decide) -> AbstractAsyncContextManager[Opened]: ...

    def run(self, decide: Decide, story: Callable[[Inbox], Awaitable[Any]]) -> tuple[Any, list[Command]]:
        """What the story returns, and what was stored."""

        async def play() -> tuple[Any, list[Command]]:
            async with self.open(decide) as (inbox, stored):
                return await story(inbox), await stored()

        return asyncio.run(asyncio.wait_for(play(), 60))

    def test_what_became_of_a_command_is_returned_and_known_from_then_on(self) -> None:
        async def story(inbox: Inbox) -> tuple[CommandAnswer | None, CommandAnswer | None, CommandAnswer | None]:
            before = inbox.find_answer("k1")
            return before, await inbox.ask(a_command(), PATIENCE), inbox.find_answer("k1")

        answers, stored = self.run(an_answer, story)
        assert answers == (None, an_answer(a_command()), an_answer(a_command()))
        assert stored == [a_command()]

    def test_a_refusal_is_an_answer_too(self) -> None:
        answer, _ = self.run(refuse, lambda inbox: inbox.ask(a_command(), PATIENCE))
        assert answer == refuse(a_command())

    def test_a_command_that_nobody_answers_is_stored_all_the_same(self) -> None:
        answer, stored = self.run(say_nothing, lambda inbox: inbox.ask(a_command(text="ñ ‮ \x1b[2J"), SHORT))
        assert answer is None
        assert stored == [a_command(text="ñ ‮ \x1b[2J")]

    def test_what_was_answered_is_not_sent_again(self) -> None:
        async def story(inbox: Inbox) -> list[CommandAnswer | None]:
            return [await inbox.ask(a_command(), PATIENCE) for _ in range(3)]

        answers, stored = self.run(an_answer, story)
        assert answers == [an_answer(a_command())] * 3
        assert len(stored) == 1

    def test_a_command_that_is_asked_twice_in_one_moment_is_sent_once(self) -> None:
        async def story(inbox: Inbox) -> list[CommandAnswer | None]:
            return await asyncio.gather(*(inbox.ask(a_command(), PATIENCE) for _ in range(3)))

        answers, stored = self.run(an_answer, story)
        assert answers == [an_answer(a_command())] * 3
        assert len(stored) == 1

    def test_each_command_gets_its_own_answer(self) -> None:
        commands = [a_command(f"k{number}", brand=f"brand-{number % 7}") for number in range(20)]

        async def story(inbox: Inbox) -> list[CommandAnswer | None]:
            return await asyncio.gather(*(inbox.ask(command, PATIENCE) for command in commands))

        answers, stored = self.run(an_answer, story)
        assert answers == [an_answer(command) for command in commands]
        assert sorted(command.id for command in stored) == sorted(command.id for command in commands)


class TestMemoryInbox(InboxContract):
    @asynccontextmanager
    async def open(self, decide: Decide) -> AsyncIterator[Opened]:
        inbox = MemoryInbox(decide)

        async def stored() -> list[Command]:
            return inbox.stored

        yield inbox, stored


async def answer_commands(settings: Settings, decide: Decide) -> None:
    """Escalation's part, for ever: each command that it finds where it looks for it gets one answer."""
    place = Partitioner(PARTITIONS).place
    decode, answered = streams.INBOX.decoder(), set[str]()
    async with (
        StreamReader(settings, streams.INBOX) as reader,
        AIOKafkaProducer(**client_options(settings), acks="all") as producer,
    ):
        while True:
            for record in await reader.poll(100):
                command = decode(record.value)
                assert isinstance(command, Command)
                key, partition = place(command.brand)
                if (record.key, record.partition) != (key, partition) or command.id in answered:
                    continue  # a worker has the brand's crises in one partition, and knows nothing of this command
                answered.add(command.id)
                if answer := decide(command):
                    topic = topic_name(settings.namespace, streams.ANSWERS)
                    await producer.send_and_wait(topic, answer.encode(), key=key, partition=partition)


@pytest.mark.kafka
class TestKafkaInbox(InboxContract):
    @pytest.fixture(autouse=True)
    def on_kafka(self, kafka: str, namespace: str) -> None:
        self.settings = Settings(bootstrap=kafka, namespace=namespace)

    @asynccontextmanager
    async def open(self, decide: Decide, remembers: Start = "end") -> AsyncIterator[Opened]:
        await create_streams(self.settings, partitions=PARTITIONS)
        escalation = asyncio.create_task(answer_commands(self.settings, decide))
        try:
            async with KafkaInbox(self.settings, remembers=remembers) as inbox:
                yield inbox, self.stored
        finally:
            escalation.cancel()
            await asyncio.gather(escalation, return_exceptions=True)

    async def stored(self) -> list[Command]:
        async with StreamReader(self.settings, streams.INBOX) as reader:
            return [Command.decode(record.value) async for record in reader.read_to_end()]

    def test_answers_of_before_are_known_to_those_who_ask_for_them(self) -> None:
        async def story(inbox: Inbox) -> list[bool]:
            await inbox.ask(a_command(), PATIENCE)
            found = []
            for remembers in ("start", "end"):
                async with KafkaInbox(self.settings, remembers=remembers) as other:
                    found.append(other.find_answer("k1") == an_answer(a_command()))
                    assert await other.is_well()
            return found

        assert self.run(an_answer, story)[0] == [True, False]

    def test_a_namespace_that_is_not_there_is_told_in_one_sentence(self) -> None:
        async def enter() -> None:
            async with KafkaInbox(self.settings):
                raise AssertionError("entered")

        with pytest.raises(BrokerError, match=f"there is no namespace {self.settings.namespace}"):
            asyncio.run(enter())
