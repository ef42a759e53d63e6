"""The notifier that needs nothing: the card and one JSON line, to a file or to the standard output."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TextIO

import orjson

from schemas.crisis import Delivery
from tocsin.cards import render_message
from tocsin.notifiers.notifier import TryLater
from tocsin.response.message.inert import make_lines_inert
from tocsin.response.message.message import Message, Reader


class LogNotifier:
    """Writes each card, then one line of JSON that a program can read.

    Args:
        name: as in response.yaml.
        path: file to append to, opened for each message so that it can be rotated; None writes to `output`.
        output: where to write without a path; None is the standard output.
    """

    def __init__(self, name: str, path: Path | None = None, output: TextIO | None = None) -> None:
        self.name = name
        self._path = path
        self._output = output
        # A full disk or a pipe that nobody reads blocks the writer; a thread of its own keeps that from the others.
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"notifier-{name}")

    async def send(self, delivery: Delivery, message: Message) -> str:
        """Write one message.

        Raises:
            TryLater: the file or the output cannot be written.
        """
        await self._write(f"{render_message(message)}{self._line(delivery)}\n")
        return ""

    async def digest(self, deliveries: Sequence[Delivery], card: str, reader: Reader) -> None:  # noqa: ARG002 - everybody reads the log
        """Write one digest, and one line of JSON for each event in it. Raises as `send` does."""
        lines = "".join(f"{self._line(delivery, is_digest=True)}\n" for delivery in deliveries)
        await self._write(f"{make_lines_inert(card)}\n{lines}")

    async def close(self) -> None:
        """Ends the writer's thread once it has written."""
        self._writer.shutdown(wait=False)

    async def _write(self, text: str) -> None:
        try:
            await asyncio.get_running_loop().run_in_executor(self._writer, self._write_now, text)
        except (OSError, ValueError) as error:  # ValueError: the output was closed
            raise TryLater(f"cannot write to {self._path or 'the output'}: {error}") from error

    def _write_now(self, text: str) -> None:
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(text)
            return
        output = self._output or sys.stdout
        output.write(text)
        output.flush()

    def _line(self, delivery: Delivery, is_digest: bool = False) -> str:
        event = delivery.event
        line: dict[str, Any] = {
            "notifier": self.name,
            "key": delivery.key,
            "event": event.id,
            "type": event.type,
            "at": event.at,
            "crisis": event.crisis.id,
            "brand": event.crisis.brand,
            "subject": event.crisis.subject,
            "severity": event.crisis.severity,
            "stage": event.crisis.stage,
            "exercise": event.crisis.is_exercise,
            "attempt": delivery.attempts,
            "possible_repeat": delivery.is_possible_repeat,
            "digest": is_digest,
        }
        if delivery.recipient:
            line |= {"recipient": delivery.recipient}
        return orjson.dumps(line, option=orjson.OPT_UTC_Z).decode()
