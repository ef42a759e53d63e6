"""Erase a mention or an author on request: find the texts, ask the pipeline to erase them, and see that it has.

The pipeline does the work, for only it reaches every row: a deletion for each text that is kept, and one erasure for
the author's key. What is done here besides is to look: at the texts before, and at what is left after.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from schemas.crisis import Crisis
from schemas.mention import Author, Evidence, Kind, Mention
from schemas.record import InvalidRecord
from schemas.streams import CRISIS_STATE, EVIDENCE, RAW, topic_name
from tocsin.desk.latest import read_latest
from tocsin.errors import BrokerError, TocsinError
from tocsin.kafka.admin import read_namespace
from tocsin.kafka.client import client_options
from tocsin.kafka.follow import StreamReader
from tocsin.renaming import rename
from tocsin.settings import Settings

#: Crises that are kept by the pipeline have lost the key by then; the others are only records, and are written here.
CRISES_SECONDS = 5.0


class Wanted(NamedTuple):
    """What is to be erased.

    Attributes:
        source, id: of the mention or the author, within its source.
        is_author: everything of an author; else one mention.
        author: id of the mention's author, where no text is kept that says it.
        handle: also texts of this handle that an older version has kept, which do not name their author's key.
    """

    source: str
    id: str
    is_author: bool
    author: str = ""
    handle: str = ""

    @property
    def key(self) -> str:
        return f"{self.source}|{self.id}"

    def fits(self, text: Evidence) -> bool:
        """Is this one of the texts?"""
        if not self.is_author:
            return text.mention == self.key
        if text.author:
            return text.author == self.key
        return bool(self.handle) and text.source == self.source and text.author_handle == self.handle


class Done(NamedTuple):
    """What an erasure came to.

    Attributes:
        request: its id; empty when nothing was asked for (a dry run).
        texts: how many were kept; left: how many still are.
        crises: ids of those that named the author; named: of those that still do.
        is_carried_out: the pipeline has said so.
    """

    request: str
    texts: int
    left: int
    crises: tuple[str, ...]
    named: tuple[str, ...]
    is_carried_out: bool


class Texts:
    """The texts that fit, as the evidence stream has them: fed with its records in their order."""

    def __init__(self, wanted: Wanted, request: str = "") -> None:
        self.found: dict[str, Evidence] = {}
        self.is_carried_out = False
        self._wanted = wanted
        self._receipt = f"{wanted.source}|{request}" if wanted.is_author else wanted.key

    def learn(self, records: Iterable[Any]) -> None:
        """Take records of `mentions.evidence`; those that cannot be read hold no text that anybody would be shown."""
        for record in records:
            key = (record.key or b"").decode(errors="replace")
            self.found.pop(key, None)
            if record.value is None:
                self.is_carried_out = self.is_carried_out or key == self._receipt
                continue
            try:
                text = Evidence.decode(record.value)
            except InvalidRecord:
                continue
            if self._wanted.fits(text):
                self.found[key] = text


async def erase(settings: Settings, wanted: Wanted, request: str, patience: timedelta, *, is_dry: bool = False) -> Done:
    """Erase, and wait until it is done.

    Args:
        request: an id of this request that does not tell who is meant: what takes the author's place bears it.
        is_dry: only look what there is.

    Raises:
        BrokerError: no Kafka, no such namespace, or it does not take the request.
        TocsinError: a mention of which no text is kept, and no author was named.
    """
    if (await read_namespace(settings)).time == "replay" and not is_dry:
        raise TocsinError(
            f"the namespace {settings.namespace} is a replay: its event time has ended, and nothing is read any more",
            "delete its streams as a whole, and erase in the namespace that is live",
        )
    texts = Texts(wanted, request)
    async with StreamReader(settings, EVIDENCE) as reader:
        texts.learn([record async for record in reader.read_to_end()])
        crises = await _find_crises(settings, wanted)
        before = len(texts.found)
        if is_dry:
            return Done("", before, before, crises, crises, False)
        async with AIOKafkaProducer(**client_options(settings), acks="all", enable_idempotence=True) as producer:
            texts.is_carried_out = False  # of an earlier request
            asked: set[str] = set()
            await _ask(producer, settings, wanted, texts, asked, request)
            end = asyncio.get_running_loop().time() + patience.total_seconds()
            while (texts.found or not texts.is_carried_out) and asyncio.get_running_loop().time() < end:
                texts.learn(await reader.poll(200))
                if texts.found.keys() - asked:  # written while we looked
                    await _ask(producer, settings, wanted, texts, asked, "")
            named = await _clear_crises(producer, settings, wanted, request) if texts.is_carried_out else crises
    return Done(request, max(before, len(asked)), len(texts.found), crises, named, texts.is_carried_out)


async def _ask(
    producer: AIOKafkaProducer, settings: Settings, wanted: Wanted, texts: Texts, asked: set[str], request: str
) -> None:
    """Write deletions for texts that were not asked for yet and, with a request, the erasure of the author."""
    now = datetime.now(UTC)
    author = wanted.id if wanted.is_author else _author_of(wanted, texts)
    keys = {wanted.key} if not wanted.is_author else texts.found.keys() - asked
    mentions = [_bare(wanted.source, key.removeprefix(f"{wanted.source}|"), author, "deletion", now) for key in keys]
    if wanted.is_author and request:
        mentions.append(_bare(wanted.source, request, author, "erasure", now))
    try:
        for mention in mentions:
            await producer.send_and_wait(
                topic_name(settings.namespace, RAW), mention.encode(), key=mention.author_key.encode()
            )
    except KafkaError as error:
        raise BrokerError(
            f"Kafka did not confirm the erasure: {error}", "give the same command again: it may be given twice"
        ) from None
    asked |= keys


def _author_of(wanted: Wanted, texts: Texts) -> str:
    text = texts.found.get(wanted.key)
    found = wanted.author or (text.author.removeprefix(f"{wanted.source}|") if text is not None else "")
    if not found:
        raise TocsinError(
            f"no text of the mention {wanted.source}:{wanted.id} is kept that names its author",
            "name the author's id within the source: --author ID; the mention is kept out from then on",
        )
    return found


def _bare(source: str, id: str, author: str, kind: Kind, now: datetime) -> Mention:
    return Mention(id=id, text="", source=source, posted_at=now, author=Author(id=author), kind=kind)


async def _find_crises(settings: Settings, wanted: Wanted) -> tuple[str, ...]:
    """Ids of the crises that name an author."""
    if not wanted.is_author:
        return ()
    crises = await read_latest(settings, CRISIS_STATE, Crisis)
    return tuple(
        id
        for id, crisis in crises.items()
        if wanted.key in crisis.authors or any(each.author == wanted.key for each in crisis.profiles)
    )


async def _clear_crises(
    producer: AIOKafkaProducer, settings: Settings, wanted: Wanted, request: str
) -> tuple[str, ...]:
    """Wait for the crises; those that were over long ago are only records by now, and are written again."""
    end = asyncio.get_running_loop().time() + CRISES_SECONDS
    while named := await _find_crises(settings, wanted):
        if asyncio.get_running_loop().time() > end:
            break
        await asyncio.sleep(0.2)
    crises = await read_latest(settings, CRISIS_STATE, Crisis) if named else {}
    for id in named:
        if crises[id].status not in ("resolved", "reviewed", "dismissed"):
            continue
        renamed = rename(crises[id], {wanted.key: f"{wanted.source}|erased-{request}"})
        try:
            await producer.send_and_wait(
                topic_name(settings.namespace, CRISIS_STATE), renamed.encode(), key=id.encode()
            )
        except KafkaError:
            break  # nobody but the workers may have the right to write there: those that are left are named
    return await _find_crises(settings, wanted) if named else ()
