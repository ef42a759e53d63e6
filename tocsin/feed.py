"""Escalation events as they are written, with the texts that tell of them; and the mentions that were rejected."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, NamedTuple, Self

from schemas import streams
from schemas.crisis import EscalationEvent
from schemas.mention import Evidence, RejectedMention
from schemas.record import InvalidRecord
from tocsin.evidence import EvidenceTexts
from tocsin.kafka.follow import Start, StreamReader
from tocsin.settings import Settings

log = logging.getLogger(__name__)


class Heard(NamedTuple):
    """An escalation event and what is known of its evidence: mention key → text."""

    event: EscalationEvent
    evidence: dict[str, Evidence]


class CrisisFeed:
    """The escalation events of one namespace.

    Args:
        settings: where Kafka is, and the namespace.
        start: all events that are kept, or only new ones.

    Raises:
        BrokerError: when entered or read: no Kafka, no such namespace.
    """

    def __init__(self, settings: Settings, *, start: Start = "start") -> None:
        self._crises = StreamReader(settings, streams.CRISES, start=start)
        self._texts = EvidenceTexts(settings)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._crises)
            await stack.enter_async_context(self._texts)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def events(self, *, until_done: bool = False) -> AsyncIterator[Heard]:
        """Each event as it comes; of one poll, by event time.

        Args:
            until_done: stop when every partition of the crisis stream said that no more data will come.
        """
        while not (until_done and self._crises.is_done):
            found = [event for record in await self._crises.poll() if (event := _read_event(record)) is not None]
            for event in sorted(found, key=lambda event: (event.at, event.crisis.id, event.sequence)):
                yield Heard(event, await self._texts.fetch(event))


async def wait_until_done(settings: Settings) -> None:
    """Return when the pipeline has digested a replay: event time has ended on every partition of the crisis stream.

    Raises:
        BrokerError: no Kafka, no such namespace.
    """
    async with StreamReader(settings, streams.CRISES) as crises:
        while not crises.is_done:
            await crises.poll()


class Rejected(NamedTuple):
    """A rejected mention: what its headers say, and its bytes as they came (the head, when it was too long to keep)."""

    about: RejectedMention
    value: bytes


async def read_rejected(settings: Settings) -> AsyncIterator[Rejected]:
    """Every mention that was rejected so far and is still kept.

    Raises:
        BrokerError: no Kafka, no such namespace.
    """
    async with StreamReader(settings, streams.REJECTED) as rejected:
        async for record in rejected.read_to_end():
            yield parse_rejected(record.headers, record.value, record.timestamp)


def parse_rejected(headers: Any, value: bytes | None, appended_ms: int) -> Rejected:
    """Read a record of `mentions.rejected`; a header that is missing or wrong costs only what it would have told."""
    found = {name: bytes(content).decode(errors="replace") for name, content in headers}
    failed_at = datetime.fromtimestamp(appended_ms / 1000, UTC)
    try:
        told = datetime.fromisoformat(found.get("first_failed_at", ""))
        failed_at = told if told.tzinfo else failed_at
    except ValueError:
        pass  # the time of the record is near enough
    value = value or b""
    about = RejectedMention(
        cause=found.get("cause", "unknown"),
        message=found.get("message", ""),
        stream=found.get("stream", ""),
        partition=_number(found.get("partition"), -1),
        offset=_number(found.get("offset"), -1),
        step=found.get("step", ""),
        first_failed_at=failed_at,
        size=_number(found.get("size"), len(value)),
        is_truncated=found.get("is_truncated") == "1",
    )
    return Rejected(about, value)


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() else otherwise


def _read_event(record: Any) -> EscalationEvent | None:
    try:
        return EscalationEvent.decode(record.value or b"")
    except InvalidRecord as error:
        log.warning("crisis event %s@%s cannot be read: %s", record.partition, record.offset, error)
        return None
