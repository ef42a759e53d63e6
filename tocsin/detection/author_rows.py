"""The rows of the author window: mentions that wait for their tick, and what is remembered of an author."""

from __future__ import annotations

from bisect import insort

import msgspec

from schemas.mention import Evidence, TopicMention
from tocsin.flow import Row
from tocsin.instants import DAY_MS, HOUR_MS

#: Ids remembered of one author and brand: a repeat of an older mention than the newest 256 of a day is not recognised.
KNOWN_LIMIT = 256

#: How long ids are remembered.
KNOWN_FOR_MS = DAY_MS

#: Newest negative mentions whose times are kept.
NEGATIVES_LIMIT = 32

#: An author not heard for so long is new again.
IDLE_MS = 30 * DAY_MS


class WaitingRow(Row, tag="waiting"):
    """One mention that waits for its tick: what is needed of it, and no more text than will be published.

    Attributes:
        counted: what the topic window will get, for the whole brand; novelty and history are filled in at the tick.
        evidence: the text, when the mention is telling; always for an edit, which may replace a text.
    """

    kind: str
    posted_ms: int
    counted: TopicMention
    topics: tuple[str, ...] = ()
    followers: int = 0
    evidence: Evidence | None = None


class Known(msgspec.Struct, array_like=True, omit_defaults=True):
    """What is remembered of one mention.

    Attributes:
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
        known: hash of a mention's key → what is remembered of it; at most 256, of the last 24 hours.
        hours: hour since 1970 → [mentions, negatives], of the last 25 hours.
        negatives: times of the newest negative mentions, oldest first.
        alerted_ms, alerted: tick and count of the last author burst that was told.
        opened_ms: tick of the author burst that opened its episode.
    """

    first_ms: int
    last_ms: int
    followers: int = 0
    known: dict[int, Known] = msgspec.field(default_factory=dict)
    hours: dict[int, list[int]] = msgspec.field(default_factory=dict)
    negatives: list[int] = msgspec.field(default_factory=list)
    alerted_ms: int = 0
    alerted: int = 0
    opened_ms: int = 0

    def count(self, posted_ms: int, is_negative: bool) -> int:
        """Count one mention; returns this author's mentions of the 24 hours that end with it."""
        self.last_ms = max(self.last_ms, posted_ms)
        hour = posted_ms // HOUR_MS
        totals = self.hours.setdefault(hour, [0, 0])
        totals[0] += 1
        if is_negative:
            totals[1] += 1
            insort(self.negatives, posted_ms)
            del self.negatives[:-NEGATIVES_LIMIT]
        return sum(counts[0] for each, counts in self.hours.items() if hour - 24 < each <= hour)

    def count_negatives(self, now_ms: int) -> tuple[int, int]:
        """Negative mentions of the hour and (in whole hours) of the day before `now_ms`."""
        hour = sum(1 for posted_ms in self.negatives if posted_ms >= now_ms - HOUR_MS)
        newest = (now_ms - 1) // HOUR_MS
        return hour, sum(counts[1] for each, counts in self.hours.items() if newest - 24 < each <= newest)

    def forget(self, now_ms: int) -> None:
        """Drop what is older than the horizon or beyond the limit; what stays does not depend on when it is called."""
        oldest = now_ms - KNOWN_FOR_MS
        if len(self.known) > KNOWN_LIMIT or any(each.posted_ms < oldest for each in self.known.values()):
            newest = sorted(self.known.items(), key=lambda item: (-item[1].posted_ms, item[0]))[:KNOWN_LIMIT]
            self.known = {key: each for key, each in newest if each.posted_ms >= oldest}
        oldest_hour = now_ms // HOUR_MS - 25
        if any(hour < oldest_hour for hour in self.hours):
            self.hours = {hour: counts for hour, counts in self.hours.items() if hour >= oldest_hour}
        while self.negatives and self.negatives[0] < oldest:
            del self.negatives[0]


class OpenHourRow(Row, tag="hour"):
    """Marks an hour of an author with at least two mentions: its activity is emitted when it closes."""


class AnnouncedRow(Row, tag="announced"):
    """A high-risk mention that was passed on at once, so that a repeat of it is not."""

    posted_ms: int


class JudgedRow(Row, tag="judged"):
    """The last tick that was judged, and the number of the next row that waits."""

    judged_ms: int


AuthorRow = WaitingRow | HistoryRow | OpenHourRow | AnnouncedRow | JudgedRow
