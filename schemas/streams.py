"""The registry of streams: the wiring table. One line each: name, key, record, retention.

A stream is a Kafka topic; its name on Kafka is `<namespace>.<name>`. Streams of one `group` have equal partition counts.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

import msgspec

from schemas.activity import AuthorActivity, TopicActivity
from schemas.command import Command, CommandAnswer, Silence
from schemas.crisis import Crisis, Delivery, EscalationEvent
from schemas.erasure import Erasure
from schemas.measure import Measure
from schemas.mention import EnrichedMention, Evidence, Mention, RejectedMention, ScoredMention, TopicMention
from schemas.record import Record
from schemas.signal import Signal


class StreamSpec(NamedTuple):
    """One stream.

    Attributes:
        key: what its records are keyed by, in words.
        record: what its values are; None for state rows, whose format is private to their step.
        retention: how long records are kept; None for compacted streams, which keep the last of each key.
        group: streams of one group have the same number of partitions.
        also: other types of records on it.
        expires: a compacted stream's records go after so long without a newer one, too: nothing about persons is kept
            for ever.
    """

    name: str
    key: str
    record: type[Record] | None
    retention: timedelta | None
    group: str
    about: str
    also: tuple[type[Record], ...] = ()
    expires: timedelta | None = None

    @property
    def records(self) -> tuple[type[Record], ...]:
        """All types of records on it."""
        return () if self.record is None else (self.record, *self.also)

    def decoder(self) -> Callable[[bytes | memoryview], Record]:
        """A function that reads one record of it; it raises `InvalidRecord`, as `Record.decode` does.

        A stream of several types tells them apart by their field `type`, whose absence means `record`.
        """
        assert self.record is not None, f"the rows of {self.name} are read by their step"
        first = self.record.decoder()
        if not self.also:
            return first
        others = {each.__struct_config__.tag: each.decoder() for each in self.also}
        find_type = msgspec.json.Decoder(_Typed).decode

        def decode(data: bytes | memoryview) -> Record:
            try:
                found = find_type(data).type
            except (msgspec.MsgspecError, ValueError, RecursionError):
                return first(data)  # it says what is wrong with it
            return others.get(found, first)(data)

        return decode


class _Typed(msgspec.Struct):
    """The one field by which records are told apart."""

    type: str = ""


_DAY = timedelta(days=1)

# fmt: off
RAW        = StreamSpec("mentions.raw",       "any",              Mention,         7 * _DAY,  "raw",     "mentions as producers wrote them")
REJECTED   = StreamSpec("mentions.rejected",  "as it came",       RejectedMention, 30 * _DAY, "raw",     "unreadable or invalid mentions, whole, cause in headers")
ENRICHED   = StreamSpec("mentions.enriched",  "author",           EnrichedMention, 1 * _DAY,  "keyed",   "one record per matched brand")
SCORED     = StreamSpec("mentions.scored",    "author",           ScoredMention,   1 * _DAY,  "keyed",   "with sentiment and weight")
BY_TOPIC   = StreamSpec("mentions.by-topic",  "brand|topic",      TopicMention,    1 * _DAY,  "keyed",   "once per matched topic, once for the brand (brand|*)")
EVIDENCE   = StreamSpec("mentions.evidence",  "mention",          Evidence,        None,      "keyed",   "texts of telling mentions; erased by tombstone", expires=90 * _DAY)
BY_AUTHOR_ACTIVITY = StreamSpec("activity.by-author", "author",   AuthorActivity,  7 * _DAY,  "keyed",   "windows of authors as they close")
BY_TOPIC_ACTIVITY  = StreamSpec("activity.by-topic",  "brand|topic", TopicActivity, 30 * _DAY, "keyed",  "windows of topics as they close")
INBOX      = StreamSpec("inbox",              "brand",            Signal,          7 * _DAY,  "keyed",   "what escalation has to judge: signals, what people command, each topic's hour, erasures", (Command, Measure, Erasure))
CRISES     = StreamSpec("crises",             "brand",            EscalationEvent, 365 * _DAY, "keyed",  "escalation events, CloudEvents 1.0 in binary mode")
CRISIS_STATE = StreamSpec("crises.state",     "crisis",           Crisis,          None,      "keyed",   "each crisis as it stands", expires=365 * _DAY)
ANSWERS    = StreamSpec("answers",            "brand",            CommandAnswer,   7 * _DAY,  "keyed",   "what became of each command")
SILENCES   = StreamSpec("silences",           "silence",          Silence,         None,      "keyed",   "what people have muted by command, while it lasts")
NOTIFICATIONS = StreamSpec("notifications",   "delivery",         Delivery,        None,      "keyed",   "delivery intents and receipts")
NAMESPACE  = StreamSpec("namespace",          "setting",          None,            None,      "single",  "the namespace's time mode and whether it is an exercise")
AUTHOR_STATE = StreamSpec("state.window-author", "row",           None,            None,      "keyed",   "rows of the author window")
TOPIC_STATE  = StreamSpec("state.window-topic",  "row",           None,            None,      "keyed",   "rows of the topic window")
ESCALATE_STATE = StreamSpec("state.escalate",    "row",           None,            None,      "keyed",   "rows of escalation")
# fmt: on

STREAMS: tuple[StreamSpec, ...] = (
    RAW, REJECTED, ENRICHED, SCORED, BY_TOPIC, EVIDENCE, BY_AUTHOR_ACTIVITY, BY_TOPIC_ACTIVITY, INBOX, CRISES,
    CRISIS_STATE, ANSWERS, SILENCES, NOTIFICATIONS, NAMESPACE, AUTHOR_STATE, TOPIC_STATE, ESCALATE_STATE,
)  # fmt: skip

#: Header of the records that carry event time instead of a mention: "<channel>/<channels>@<milliseconds>".
WATERMARK_HEADER = "tocsin-watermark"
#: "No more data will come": the watermark at the end of a replay.
END_OF_TIME_MS = 2**53


def topic_name(namespace: str, stream: StreamSpec) -> str:
    """The Kafka topic of a stream in a namespace."""
    return f"{namespace}.{stream.name}"
