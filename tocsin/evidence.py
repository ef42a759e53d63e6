"""The texts of telling mentions, as the evidence stream has them: what cards quote."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Collection
from types import TracebackType
from typing import Any, Self

from schemas import streams
from schemas.crisis import EscalationEvent
from schemas.mention import Evidence
from schemas.record import InvalidRecord
from tocsin.kafka.follow import StreamReader
from tocsin.settings import Settings

log = logging.getLogger(__name__)

#: Texts that are remembered; the oldest are forgotten first.
REMEMBERED_TEXTS = 50_000


class EvidenceTexts:
    """The newest texts of one namespace. Erased ones are forgotten as soon as the tombstone is read.

    Raises:
        BrokerError: when entered or read: no Kafka, no such namespace.
    """

    def __init__(self, settings: Settings) -> None:
        self._stream = StreamReader(settings, streams.EVIDENCE)
        self._texts: OrderedDict[str, Evidence] = OrderedDict()

    async def __aenter__(self) -> Self:
        await self._stream.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stream.__aexit__(kind, error, trace)

    async def follow(self) -> None:
        """Read what is written, until cancelled."""
        while True:
            for record in await self._stream.poll():
                self._learn(record)

    async def fetch(self, event: EscalationEvent) -> dict[str, Evidence]:
        """The texts that an event names, reading on where one is not known yet.

        Evidence is written before the events that name it: a text that is not there at the stream's end was erased, or
        never kept.
        """
        return await self.fetch_keys(_named(event))

    async def fetch_keys(self, mentions: Collection[str]) -> dict[str, Evidence]:
        """The texts of the mentions with these keys, in their order, reading on where one is not known yet."""
        if any(key not in self._texts for key in mentions):
            async for record in self._stream.read_to_end():
                self._learn(record)
        return {key: self._texts[key] for key in mentions if key in self._texts}

    def find(self, event: EscalationEvent) -> dict[str, Evidence]:
        """The texts that an event names, as far as they are known: mention key → text."""
        return {key: self._texts[key] for key in _named(event) if key in self._texts}

    def _learn(self, record: Any) -> None:
        self._texts.pop((record.key or b"").decode(errors="replace"), None)
        if record.value is None:  # erased
            return
        try:
            evidence = Evidence.decode(record.value)
        except InvalidRecord as error:
            log.warning("the evidence of %r at offset %s cannot be read: %s", record.key, record.offset, error)
            return
        self._texts[evidence.mention] = evidence
        while len(self._texts) > REMEMBERED_TEXTS:
            self._texts.popitem(last=False)


def _named(event: EscalationEvent) -> tuple[str, ...]:
    return (*event.crisis.evidence, *(event.signal.evidence if event.signal else ()))
