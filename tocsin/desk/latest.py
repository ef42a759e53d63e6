"""A compacted stream as it stands: the last record of each key. For crises, silences and whatever else is kept so."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from schemas.crisis import Crisis
from schemas.record import InvalidRecord, Record
from schemas.streams import CRISIS_STATE, StreamSpec
from tocsin.errors import TocsinError
from tocsin.kafka.follow import StreamReader
from tocsin.settings import Settings

log = logging.getLogger(__name__)

R = TypeVar("R", bound=Record)

LIST_CRISES = "tocsin crises list --all"
#: Of an ambiguous beginning, so many that begin with it are named.
_NAMED = 8


class Latest(Generic[R]):
    """The records of a compacted stream of one namespace, by key. Those whose tombstone was read are gone.

    Raises:
        BrokerError: when entered or read: no Kafka, no such namespace.
    """

    def __init__(self, settings: Settings, stream: StreamSpec, record: type[R]) -> None:
        self._reader = StreamReader(settings, stream)
        self._stream = stream
        self._decode = record.decoder()
        self._records: dict[str, R] = {}

    async def __aenter__(self) -> Self:
        await self._reader.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._reader.__aexit__(kind, error, trace)

    @property
    def records(self) -> Mapping[str, R]:
        """Those that were read so far, by key."""
        return self._records

    async def catch_up(self) -> Mapping[str, R]:
        """Read what is written now."""
        async for record in self._reader.read_to_end():
            self._learn(record)
        return self._records

    async def follow(self) -> None:
        """Read what is written, until cancelled."""
        while True:
            for record in await self._reader.poll():
                self._learn(record)

    def _learn(self, record: Any) -> None:
        key = (record.key or b"").decode(errors="replace")
        self._records.pop(key, None)
        if record.value is None:
            return
        try:
            self._records[key] = self._decode(record.value)
        except InvalidRecord as error:
            log.warning("%s %s@%s cannot be read: %s", self._stream.name, record.partition, record.offset, error)


async def read_latest(settings: Settings, stream: StreamSpec, record: type[R]) -> Mapping[str, R]:
    """The records of a compacted stream as it stands now, by key.

    Raises:
        BrokerError: no Kafka, no such namespace.
    """
    async with Latest(settings, stream, record) as latest:
        return await latest.catch_up()


async def find_crisis(settings: Settings, beginning: str) -> Crisis:
    """The crisis that is meant by the beginning of its id.

    Raises:
        BrokerError: no Kafka, no such namespace.
        TocsinError: none or several begin so.
    """
    crises = await read_latest(settings, CRISIS_STATE, Crisis)
    if not crises:
        raise TocsinError(f"the namespace {settings.namespace} has no crisis", "another one? --namespace NAME")
    return crises[choose(crises, beginning, "crisis", LIST_CRISES)]


def choose(ids: Collection[str], beginning: str, what: str, how_to_list: str) -> str:
    """The id that is meant: itself, or the only one that begins so.

    Args:
        what: they are ids of, in one word.
        how_to_list: the command that lists them.

    Raises:
        TocsinError: none or several begin so.
    """
    if beginning in ids:
        return beginning
    found = sorted(each for each in ids if beginning and each.startswith(beginning))
    if len(found) == 1:
        return found[0]
    if not found:
        known = f"{len(ids)} known" if ids else "there are none at all"
        raise TocsinError(
            f"no {what} has an id that begins with {beginning!r} ({known})", f"`{how_to_list}` lists them"
        )
    named = ", ".join(found[:_NAMED]) + (f" and {len(found) - _NAMED} more" if len(found) > _NAMED else "")
    raise TocsinError(f"{beginning!r} is the beginning of {len(found)} ids: {named}", "write more of it")
