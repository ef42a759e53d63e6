"""Who spoke of a brand, and how they felt: what is kept of it on Kafka, newest days exactly, older ones in sums."""

from __future__ import annotations

from typing import Any

from schemas.activity import AuthorActivity
from schemas.mention import WHOLE_BRAND, TopicMention
from schemas.record import InvalidRecord, Record
from schemas.streams import BY_AUTHOR_ACTIVITY, BY_TOPIC, StreamSpec
from tocsin.kafka.follow import StreamReader
from tocsin.response.review.recovery import Heard
from tocsin.settings import Settings

#: What can be known, as a sentence.
HORIZON = (
    "Mentions are known one by one for a day; for a week before that, only the hourly sums of authors who wrote more "
    "than once: those who wrote once are missing there."
)


async def read_voices(settings: Settings, brand: str) -> list[Heard]:
    """What authors wrote of a brand, as far as it is kept; mentions and the hourly sums that hold them too.

    Raises:
        BrokerError: no Kafka, no such namespace.
    """
    heard = [
        Heard(each.author, each.posted_at, 1, int(each.label == "negative"), each.sentiment)
        for each in await _read(settings, BY_TOPIC, TopicMention)
        if each.brand == brand and each.topic == WHOLE_BRAND and not each.is_update and not each.erased_as
    ]
    heard += [
        Heard(each.author, each.start_at, each.mentions, each.negatives)
        for each in await _read(settings, BY_AUTHOR_ACTIVITY, AuthorActivity)
        if each.brand == brand
    ]
    return heard


async def _read(settings: Settings, stream: StreamSpec, record: type[Record]) -> list[Any]:
    decode = record.decoder()
    found = []
    async with StreamReader(settings, stream) as reader:
        async for each in reader.read_to_end():
            try:
                found.append(decode(each.value or b""))
            except InvalidRecord:
                continue  # it is no mention that anybody could have counted
    return found
