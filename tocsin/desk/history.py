"""The escalation events of a namespace, of one crisis or of all."""

from __future__ import annotations

from typing import NamedTuple

from schemas.crisis import EscalationEvent
from schemas.record import InvalidRecord
from schemas.streams import CRISES
from tocsin.kafka.follow import StreamReader
from tocsin.settings import Settings

_CRISIS_HEADER = "ce_correlationid"


class History(NamedTuple):
    """What is kept of the stream `crises`.

    Attributes:
        events: those of one crisis in their order.
        unreadable: records that are no escalation events, as sentences.
    """

    events: tuple[EscalationEvent, ...]
    unreadable: tuple[str, ...]


async def read_history(settings: Settings, crisis: str | None = None) -> History:
    """Read all events that are kept.

    Args:
        crisis: id of the only one that is wanted; None: every crisis's.

    Raises:
        BrokerError: no Kafka, no such namespace.
    """
    events: list[EscalationEvent] = []
    unreadable: list[str] = []
    async with StreamReader(settings, CRISES) as reader:
        async for record in reader.read_to_end():
            if crisis is not None and dict(record.headers).get(_CRISIS_HEADER) not in (None, crisis.encode()):
                continue
            try:
                event = EscalationEvent.decode(record.value or b"")
            except InvalidRecord as error:
                unreadable.append(f"{CRISES.name} {record.partition}@{record.offset} is no escalation event: {error}")
                continue
            if crisis in (None, event.crisis.id):
                events.append(event)
    return History(tuple(events), tuple(unreadable))
