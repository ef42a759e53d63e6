"""An inbox in memory, which passes the contract of the real one, and what escalation would answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from schemas.command import Command, CommandAnswer
from tests.builders import START
from tocsin.errors import BrokerError

Decide = Callable[[Command], CommandAnswer | None]


def a_command(id: str = "k1", *, action: str = "acknowledge", brand: str = "acme", **fields: Any) -> Command:
    found: dict[str, Any] = {"crisis": "c1", "by": "ana", "at": START}
    return Command(id=id, action=action, brand=brand, **(found | fields))  # type: ignore[arg-type]


def an_answer(command: Command, *, type: str = "command.accepted", **fields: Any) -> CommandAnswer:
    found: dict[str, Any] = {"because": f"{command.by} did it", "status": "acknowledged"}
    return CommandAnswer(
        id=command.id,
        type=type,  # type: ignore[arg-type]
        action=command.action,
        brand=command.brand,
        crisis=command.crisis,
        by=command.by,
        at=command.at,
        **(found | fields),
    )


def refuse(command: Command) -> CommandAnswer:
    return an_answer(command, type="command.refused", because="it is resolved", status="resolved")


def say_nothing(_: Command) -> None:
    return None


class MemoryInbox:
    """Commands in a list.

    Attributes:
        stored: what was sent, in its order.
        is_down: nothing can be stored.
    """

    def __init__(self, decide: Decide = an_answer) -> None:
        self.stored: list[Command] = []
        self.is_down = False
        self._decide = decide
        self._answers: dict[str, CommandAnswer] = {}

    def find_answer(self, command_id: str) -> CommandAnswer | None:
        return self._answers.get(command_id)

    async def ask(self, command: Command, patience: timedelta) -> CommandAnswer | None:
        if known := self._answers.get(command.id):
            return known
        if self.is_down:
            raise BrokerError("Kafka did not confirm the command: nobody answers")
        self.stored.append(command)
        if answer := self._decide(command):
            self._answers[command.id] = answer
        await asyncio.sleep(0)
        return answer
