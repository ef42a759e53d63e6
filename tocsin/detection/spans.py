"""The buckets of one topic and the totals of the spans that end now: 15 minutes, one hour, six hours at once.

A mention costs constant time. Distinct authors of all spans come from one map, author → newest minute: an author is in
a span exactly when that minute is, so each span's total moves by one when an author is heard again or a minute leaves.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush

from tocsin.detection.baseline import SPANS_MINUTES
from tocsin.detection.distinct import EXACT_LIMIT, Distinct, union_count, unite
from tocsin.detection.topic_rows import CountsRow

#: Buckets are kept for the longest span.
HORIZON_MINUTES = max(SPANS_MINUTES)

#: Minutes that have closed are united in blocks of a quarter of an hour, so that six hours are some fifty sketches.
_BLOCK_MINUTES = 15


class _Authors:
    """Distinct authors of one measure over sliding spans: exact where all buckets are, else the union of sketches."""

    __slots__ = ("heads", "newest", "sketched", "starts", "totals")

    def __init__(self) -> None:
        self.newest: dict[int, int] = {}
        self.heads: dict[int, int] = {}
        self.starts = [0] * len(SPANS_MINUTES)
        self.totals = [0] * len(SPANS_MINUTES)
        self.sketched: set[int] = set()

    def see(self, author: int, minute: int) -> None:
        """An author was heard in a minute that is still in the horizon."""
        before = self.newest.get(author, -1)
        if before >= minute:
            return
        self.newest[author] = minute
        self.heads[minute] = self.heads.get(minute, 0) + 1
        if before >= 0:
            self.heads[before] -= 1
        for place, start in enumerate(self.starts):
            if before < start <= minute:
                self.totals[place] += 1

    def slide(self, now: int) -> None:
        """Move the spans so that they end with the minute `now`."""
        for place, span in enumerate(SPANS_MINUTES):
            start, end = self.starts[place], now - span + 1
            if start >= end:
                continue
            minutes = range(start, end) if end - start < len(self.heads) else list(self.heads)
            self.totals[place] -= sum(self.heads.get(minute, 0) for minute in minutes if start <= minute < end)
            self.starts[place] = end

    def drop(self, minute: int, bucket: Distinct) -> None:
        """Forget a minute that has left the horizon."""
        self.forget(minute, bucket.members)
        self.heads.pop(minute, None)
        self.sketched.discard(minute)

    def forget(self, minute: int, authors: set[int]) -> None:
        for author in authors:
            if self.newest.get(author) == minute:
                del self.newest[author]
                self.heads[minute] -= 1
                for place, start in enumerate(self.starts):
                    if minute >= start:
                        self.totals[place] -= 1


class Spans:
    """Everything that is counted for one topic, by minute, with running totals of each span.

    Attributes:
        buckets: minute (since 1970) → its row.
        now: the minute in which all spans end.
        totals: for each span: mentions, negatives, positives, reach, new authors.
    """

    __slots__ = (
        "_authors",
        "_blocks",
        "_closed",
        "_counted",
        "_minutes",
        "_negatives",
        "_starts",
        "buckets",
        "now",
        "totals",
    )

    def __init__(self) -> None:
        self.buckets: dict[int, CountsRow] = {}
        self.now = 0
        self._minutes: list[int] = []
        self.totals = [[0] * 5 for _ in SPANS_MINUTES]
        self._starts = [0] * len(SPANS_MINUTES)
        self._authors = _Authors()
        self._negatives = _Authors()
        #: (place of the span, whether negatives) → all its minutes but the newest, united.
        self._closed: dict[tuple[int, bool], Distinct] = {}
        #: (block of minutes, whether negatives) → all its minutes, united; only of blocks that have passed.
        self._blocks: dict[tuple[int, bool], Distinct] = {}
        #: (place of the span, whether negatives) → how many, as was last asked.
        self._counted: dict[tuple[int, bool], int] = {}

    def add(self, minute: int, part: CountsRow) -> CountsRow:
        """Add a part to its bucket; returns the bucket."""
        self._counted.clear()
        if minute != self.now:
            self._closed.clear()
            block = minute // _BLOCK_MINUTES
            self._blocks.pop((block, False), None)
            self._blocks.pop((block, True), None)
        bucket = self.buckets.get(minute)
        if bucket is None:
            bucket = self.buckets[minute] = CountsRow()
            heappush(self._minutes, minute)
        for authors, kept, new in (
            (self._authors, bucket.authors, part.authors),
            (self._negatives, bucket.negative_authors, part.negative_authors),
        ):
            self._see(authors, minute, kept, new)
        bucket.merge(part)
        self._total(minute, part, +1)
        return bucket

    def restore(self, minute: int, bucket: CountsRow) -> None:
        """Put a bucket back as it was kept."""
        self.buckets[minute] = bucket
        heappush(self._minutes, minute)
        for authors, kept in ((self._authors, bucket.authors), (self._negatives, bucket.negative_authors)):
            if kept.is_sketched:
                authors.sketched.add(minute)
            for author in kept.members:
                authors.see(author, minute)
        self._total(minute, bucket, +1)

    def slide(self, now: int) -> list[int]:
        """Move all spans to end with the minute `now`; returns the minutes that left the horizon, oldest first."""
        if now <= self.now:
            return []
        self.now = now
        self._counted.clear()
        self._closed.clear()
        for place, span in enumerate(SPANS_MINUTES):
            start, end = self._starts[place], now - span + 1
            minutes = range(start, end) if end - start < len(self.buckets) else list(self.buckets)
            for minute in minutes:
                if start <= minute < end and (bucket := self.buckets.get(minute)) is not None:
                    _add(self.totals[place], bucket, -1)
            self._starts[place] = end
        self._authors.slide(now)
        self._negatives.slide(now)
        gone = []
        while self._minutes and self._minutes[0] <= now - HORIZON_MINUTES:
            gone.append(heappop(self._minutes))
        for minute in gone:
            bucket = self.buckets.pop(minute)
            for is_negative in (False, True):
                self._blocks.pop((minute // _BLOCK_MINUTES, is_negative), None)
            self._authors.drop(minute, bucket.authors)
            self._negatives.drop(minute, bucket.negative_authors)
        return gone

    @property
    def oldest(self) -> int:
        """The first minute that has a bucket; ask only when there is one."""
        return self._minutes[0]

    def distinct_authors(self) -> list[int]:
        """Different authors of each span."""
        if not self._authors.sketched:
            return self._authors.totals
        return [self._distinct(place, self._authors, is_negative=False) for place in range(len(SPANS_MINUTES))]

    def distinct_negative_authors(self) -> list[int]:
        """Different authors of negative mentions of each span."""
        if not self._negatives.sketched:
            return self._negatives.totals
        return [self._distinct(place, self._negatives, is_negative=True) for place in range(len(SPANS_MINUTES))]

    def distinct_at(self, place: int) -> tuple[int, int]:
        """Different authors, and different authors of negative mentions, in the span at `place`."""
        return (
            self._distinct(place, self._authors, is_negative=False),
            self._distinct(place, self._negatives, is_negative=True),
        )

    def authors_between(self, first: int, end: int) -> int:
        """Different authors of the minutes from `first` until before `end`."""
        buckets = self._between(first, end, is_negative=False)
        if any(bucket.is_sketched for bucket in buckets):
            return union_count(buckets)
        return len(set[int]().union(*(bucket.members for bucket in buckets)))

    def negative_share(self, place: int) -> float:
        mentions, negatives = self.totals[place][:2]
        return negatives / mentions if mentions else 0.0

    def is_sketched(self) -> bool:
        """Is any bucket's count of authors an estimate?"""
        return bool(self._authors.sketched)

    def inside(self, place: int) -> Iterator[CountsRow]:
        """The buckets of a span."""
        return (bucket for minute, bucket in self.buckets.items() if self._starts[place] <= minute <= self.now)

    def _see(self, authors: _Authors, minute: int, kept: Distinct, new: Distinct) -> None:
        if kept.is_sketched:
            return
        if len(kept.members | new.members) > EXACT_LIMIT:
            # The bucket becomes a sketch: from here on spans that hold it are unions, which see everybody.
            authors.sketched.add(minute)
            authors.forget(minute, kept.members)
            return
        for author in new.members:
            if authors.newest.get(author, -1) < minute:
                authors.see(author, minute)

    def _total(self, minute: int, part: CountsRow, sign: int) -> None:
        for place, start in enumerate(self._starts):
            if minute >= start:
                _add(self.totals[place], part, sign)

    def _distinct(self, place: int, authors: _Authors, is_negative: bool) -> int:
        start = self._starts[place]
        if not authors.sketched or max(authors.sketched) < start:
            return authors.totals[place]
        counted = self._counted.get((place, is_negative))
        if counted is not None:
            return counted
        # The minutes that have closed change seldom: they are united once a minute, not at every tick.
        closed = self._closed.get((place, is_negative))
        if closed is None:
            closed = self._closed[place, is_negative] = self._unite(start, is_negative)
        newest = self.buckets.get(self.now)
        counted = union_count((closed, _seen(newest, is_negative)) if newest is not None else (closed,))
        self._counted[place, is_negative] = counted
        return counted

    def _unite(self, start: int, is_negative: bool) -> Distinct:
        """All buckets from the minute `start` to the one before `now`: whole blocks, and the minutes at both ends."""
        first, last = -(-start // _BLOCK_MINUTES), self.now // _BLOCK_MINUTES
        if first >= last:
            return unite(self._between(start, self.now, is_negative))
        blocks = [self._block(block, is_negative) for block in range(first, last)]
        before = self._between(start, first * _BLOCK_MINUTES, is_negative)
        after = self._between(last * _BLOCK_MINUTES, self.now, is_negative)
        return unite([*before, *blocks, *after])

    def _block(self, block: int, is_negative: bool) -> Distinct:
        united = self._blocks.get((block, is_negative))
        if united is None:
            first = block * _BLOCK_MINUTES
            united = unite(self._between(first, first + _BLOCK_MINUTES, is_negative))
            self._blocks[block, is_negative] = united
        return united

    def _between(self, start: int, end: int, is_negative: bool) -> list[Distinct]:
        buckets = (self.buckets.get(minute) for minute in range(start, end))
        return [_seen(bucket, is_negative) for bucket in buckets if bucket is not None]


def _seen(bucket: CountsRow, is_negative: bool) -> Distinct:
    return bucket.negative_authors if is_negative else bucket.authors


def _add(totals: list[int], part: CountsRow, sign: int) -> None:
    totals[0] += sign * part.mentions
    totals[1] += sign * part.negatives
    totals[2] += sign * part.positives
    totals[3] += sign * part.reach
    totals[4] += sign * part.new_authors
