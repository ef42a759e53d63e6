"""Newer counts of what became popular: records of kind `engagement`, minutes and hours after the mention."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from datetime import timedelta
from operator import attrgetter
from typing import Final

from schemas.mention import Engagement, Mention
from tocsin.instants import MINUTE_MS, milliseconds

#: Counts are read again after so many minutes, and are then this share of what they will be.
_READINGS: Final = ((10, 0.25), (30, 0.5), (90, 0.8), (240, 1.0))
_AT_FIRST = 0.1
#: Fewer likes are not worth another look.
_POPULAR = 20


class Growth:
    """Follows popular mentions: each is passed on with a tenth of its counts, and told again as they grow."""

    def __init__(self) -> None:
        self._due: list[tuple[int, int, Mention]] = []
        self._serial = 0

    def follow(self, mentions: Iterable[Mention], opens_ms: int) -> Iterator[Mention]:
        """The mentions of a minute and the counts that are read in it, by `posted_at`.

        Args:
            opens_ms: when the minute begins.
        """
        told: list[Mention] = []
        for mention in mentions:
            engagement = mention.engagement
            if engagement.likes < _POPULAR:
                told.append(mention)
                continue
            told.append(mention.replace(engagement=_share_of(engagement, _AT_FIRST)))
            for minutes, share in _READINGS:
                at_ms = milliseconds(mention.posted_at) + minutes * MINUTE_MS
                reading = mention.replace(
                    kind="engagement",
                    posted_at=mention.posted_at + timedelta(minutes=minutes),
                    engagement=_share_of(engagement, share),
                )
                self._serial += 1
                heapq.heappush(self._due, (at_ms, self._serial, reading))
        while self._due and self._due[0][0] < opens_ms + MINUTE_MS:
            told.append(heapq.heappop(self._due)[2])
        told.sort(key=attrgetter("posted_at"))
        yield from told


def _share_of(engagement: Engagement, share: float) -> Engagement:
    return Engagement(
        likes=int(engagement.likes * share),
        reshares=int(engagement.reshares * share),
        replies=int(engagement.replies * share),
        views=int(engagement.views * share),
    )
