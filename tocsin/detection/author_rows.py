"""The rows of the author window: mentions that wait for their tick, and what is remembered of an author."""

from __future__ import annotations

from bisect import insort
from zlib import crc32

import msgspec

from schemas.mention import WHOLE_BRAND, Author, Evidence, ScoredMention, TopicMention
from tocsin.detection.profile import Heard
from tocsin.flow import Row
from tocsin.instants import DAY_MS, HOUR_MS

#: Ids remembered of one author and brand: a repeat of an older mention than the newest 256 of a day is not recognised.
KNOWN_LIMIT = 256

#: How long ids are remembered.
KNOWN_FOR_MS = DAY_MS

#: Newest negative mentions whose times are kept.
NEGATIVES_LIMIT = 32

#: From so many followers on, a mention is telling whatever it says.
TELLING_FOLLOWERS = 10_000

#: Of all others one in so many is kept (chosen by the hash of its key), so that a wave of praise has words too.
TELLING_ONE_IN = 8

#: Of a private message no more is kept than a responder needs to recognise the matter.
PRIVATE_TEXT_LIMIT = 280

#: Up to so many entries a row is small enough to keep what nobody will look at.
_MANY = 32

#: An author not heard for so long is new again.
IDLE_MS = 30 * DAY_MS


#: Mentions that wait together in one row.
PACK_LIMIT = 64


class Waiting(msgspec.Struct, array_like=True, omit_defaults=True, gc=False):
    """One mention that waits for its tick: what is needed of it, and no more text than will be published.

    Attributes:
        counted: what the topic window will get, for the whole brand; novelty and history are filled in at the tick.
        evidence: the text, when the mention is telling; always for an edit, which may replace a text.
        author: who may have to be told of: of a complaint or a high risk.
    """

    kind: str
    posted_ms: int
    counted: TopicMention
    topics: tuple[str, ...] = ()
    followers: int = 0
    evidence: Evidence | None = None
    author: Author | None = None


class PackRow(Row, tag="pack"):
    """Mentions that wait for the same tick, in one row: most are written once and deleted once, together."""

    mentions: list[Waiting] = msgspec.field(default_factory=list)


class Known(msgspec.Struct, array_like=True, omit_defaults=True, gc=False):
    """What is remembered of one mention.

    Attributes:
        is_erased: unused; rows of an older version have it in this place (`ErasedRow` took it over).
        reach, weight: the greatest that were forwarded; weight in thousandths.
    """

    posted_ms: int
    is_counted: bool = False
    is_erased: bool = False
    has_evidence: bool = False
    reach: int = 0
    weight: int = 0


class HistoryRow(Row, tag="history"):
    """One author with one brand.

    Attributes:
        first_ms: posting time of the first mention; 0 before one was counted.
        known: hash of a mention's key → what is remembered of it.
        hours: hour since 1970 → mentions; angry_hours: the same for negative ones; of the last day at least.
        negatives: times of the newest negative mentions, oldest first.
        alerted_ms, alerted: tick and count of the last author burst that was told.
        opened_ms: tick of the author burst that opened its episode.
    """

    first_ms: int = 0
    last_ms: int = 0
    followers: int = 0
    known: dict[int, Known] = msgspec.field(default_factory=dict)
    hours: dict[int, int] = msgspec.field(default_factory=dict)
    angry_hours: dict[int, int] = msgspec.field(default_factory=dict)
    negatives: list[int] = msgspec.field(default_factory=list)
    alerted_ms: int = 0
    alerted: int = 0
    opened_ms: int = 0

    def find(self, identity: int, now_ms: int) -> Known | None:
        """What is remembered of a mention, if it is of the last 24 hours."""
        known = self.known.get(identity)
        return known if known is not None and known.posted_ms >= now_ms - KNOWN_FOR_MS else None

    def count(self, posted_ms: int, is_negative: bool) -> int:
        """Count one mention; returns this author's mentions of the 24 hours that end with its hour."""
        if posted_ms > self.last_ms:
            self.last_ms = posted_ms
        hour = posted_ms // HOUR_MS
        hours = self.hours
        hours[hour] = hours.get(hour, 0) + 1
        if is_negative:
            self.angry_hours[hour] = self.angry_hours.get(hour, 0) + 1
            insort(self.negatives, posted_ms)
            del self.negatives[:-NEGATIVES_LIMIT]
        return hours[hour] if len(hours) == 1 else _of_a_day(hours, hour)

    def count_negatives(self, now_ms: int) -> tuple[int, int]:
        """Negative mentions of the hour and (in whole hours) of the day before `now_ms`."""
        hour = sum(1 for posted_ms in self.negatives if posted_ms >= now_ms - HOUR_MS)
        return hour, _of_a_day(self.angry_hours, (now_ms - 1) // HOUR_MS)

    def recall(self, now_ms: int, first_ms: int) -> Heard:
        """What was heard of the author in the hour and the day before `now_ms`; `first_ms` of 0: nothing before."""
        hour, day = self.count_negatives(now_ms)
        return Heard(first_ms, _of_a_day(self.hours, (now_ms - 1) // HOUR_MS), hour, day)

    def forget(self, now_ms: int) -> None:
        """Keep the row small. Nobody sees when: what is older than a day is not looked at, only the limit is felt."""
        if len(self.known) > KNOWN_LIMIT or (len(self.known) > _MANY and self._has_old(now_ms)):
            newest = sorted(self.known.items(), key=lambda item: (-item[1].posted_ms, item[0]))[:KNOWN_LIMIT]
            self.known = {key: each for key, each in newest if each.posted_ms >= now_ms - KNOWN_FOR_MS}
        if len(self.hours) > _MANY:
            oldest = now_ms // HOUR_MS - 24
            self.hours = {hour: count for hour, count in self.hours.items() if hour >= oldest}
            self.angry_hours = {hour: count for hour, count in self.angry_hours.items() if hour >= oldest}

    def _has_old(self, now_ms: int) -> bool:
        return any(each.posted_ms < now_ms - KNOWN_FOR_MS for each in self.known.values())


def _of_a_day(hours: dict[int, int], last: int) -> int:
    return sum(count for hour, count in hours.items() if last - 24 < hour <= last)


class OpenHourRow(Row, tag="hour"):
    """Marks an hour of an author with at least two mentions: its activity is emitted when it closes."""


class AnnouncedRow(Row, tag="announced"):
    """A high-risk mention that was passed on at once, so that a repeat of it is not."""

    posted_ms: int


class ErasedRow(Row, tag="erased"):
    """A mention or an author that was erased.

    Attributes:
        at_ms: the tick that learnt of it.
        until_ms, erased_as: of an author: erased is what was posted until then, and what it is called instead.
    """

    at_ms: int
    until_ms: int = 0
    erased_as: str = ""


class JudgedRow(Row, tag="judged"):
    """The last tick that was judged."""

    judged_ms: int


AuthorRow = PackRow | HistoryRow | OpenHourRow | AnnouncedRow | ErasedRow | JudgedRow


def wait_for_tick(record: ScoredMention, posted_ms: int) -> Waiting:
    """What is needed of a mention until and at its tick."""
    mention = record.mention
    key = mention.key
    followers = mention.author.followers or 0
    is_telling = (
        record.label == "negative"
        or bool(record.high_risk)
        or followers >= TELLING_FOLLOWERS
        or mention.source_kind == "press"
        or not crc32(key.encode()) % TELLING_ONE_IN
    )
    counted = TopicMention(
        mention=key,
        author=mention.author_key,
        brand=record.brand,
        topic=WHOLE_BRAND,
        posted_at=record.posted_at,
        source=mention.source,
        source_kind=mention.source_kind,
        sentiment=record.sentiment,
        label=record.label,
        weight=record.weight.total,
        reach=max(followers, mention.engagement.views),
        fingerprint=record.fingerprint,
        high_risk=record.high_risk,
        is_reshare=mention.reshare_of is not None,
        has_evidence=is_telling,
        private=mention.private,
        configuration=record.configuration,
        reasons=record.reasons,
        cause=record.cause,
        terms=record.terms,
        trace=record.trace,
        followers=followers,
        author_since=mention.author.created_at,
        reshare_of=f"{mention.source}|{mention.reshare_of}" if mention.reshare_of else "",
        reshares=mention.engagement.reshares,
        relation=record.relation,
        risk=record.risk,
    )
    evidence = _make_evidence(record, key) if is_telling or mention.kind == "edit" else None
    author = _keep_author(record) if record.label == "negative" or record.high_risk else None
    return Waiting(mention.kind, posted_ms, counted, record.topics, followers, evidence, author)


def _keep_author(record: ScoredMention) -> Author:
    """What a profile needs; of a private message only whom the watchlist names is known by name."""
    author = record.mention.author
    if record.mention.private:
        return Author(id=author.id, handle=author.handle if record.relation != "public" else None)
    return Author(
        id=author.id,
        handle=author.handle,
        name=author.name,
        followers=author.followers,
        created_at=author.created_at,
        verified=author.verified,
    )


def _make_evidence(record: ScoredMention, key: str) -> Evidence:
    mention, author = record.mention, record.mention.author
    is_private = mention.private
    return Evidence(
        mention=key,
        brand=record.brand,
        source=mention.source,
        posted_at=record.posted_at,
        text=mention.text[:PRIVATE_TEXT_LIMIT] if is_private else mention.text,
        author_handle=None if is_private else author.handle,
        author_name=None if is_private else author.name,
        followers=author.followers,
        url=None if is_private else mention.url,
        sentiment=record.sentiment,
        label=record.label,
        private=is_private,
        reasons=record.reasons,
        language=record.language,
        author=mention.author_key,
        source_kind=mention.source_kind,
    )
