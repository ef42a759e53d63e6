"""The curve of each brand: how many different people spoke in each stretch of time, and how many usually do.

The band is drawn for the reader's eye: it is where most stretches of the same time of day lay before. What the
detectors call usual is in the numbers of each alert.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import sqrt
from statistics import median

from schemas.mention import TopicMention
from tocsin.instants import DAY_MS, HOUR_MS, MINUTE_MS, milliseconds

#: Widths of a stretch, each with the longest history that it is used for: some 700 points fill a page's width.
_WIDTHS_MS = (
    (15 * MINUTE_MS, 4 * DAY_MS),
    (HOUR_MS, 31 * DAY_MS),
    (3 * HOUR_MS, 93 * DAY_MS),
    (6 * HOUR_MS, 186 * DAY_MS),
    (DAY_MS, 4 * 366 * DAY_MS),
)
#: The band is made from the same time of the last so many days, two hours or stretches around it …
_BAND_DAYS = 14
_AROUND_MS = 2 * HOUR_MS
#: … each day by its median: from a low day to a high one, and as much around as counts spread by chance. A crisis on
#: one day of seven does not widen it.
_LOW, _HIGH = 0.15, 0.85
#: Fewer days tell nothing about what is usual; of days as stretches, so many are needed.
_FEWEST_DAYS, _FEWEST_STRETCHES = 2, 7


@dataclass(slots=True)
class Curve:
    """One brand.

    Attributes:
        start_ms, width_ms: stretch `i` begins at `start_ms + i * width_ms`.
        authors: distinct authors in each stretch; negative_authors: of negative mentions.
        usual: (low, middle, high) of each stretch by what came before it; None while too little has.
        mentions, negatives: totals.
    """

    start_ms: int
    width_ms: int
    authors: list[float]
    negative_authors: list[float]
    usual: list[tuple[float, float, float] | None] = field(default_factory=list)
    mentions: int = 0
    negatives: int = 0
    sources: dict[str, int] = field(default_factory=dict)

    @property
    def end_ms(self) -> int:
        return self.start_ms + self.width_ms * len(self.authors)


def choose_width(first_at: datetime, last_at: datetime) -> int:
    """The width of a stretch, ms: so that the whole history is a readable line.

    >>> from datetime import timedelta
    >>> choose_width(datetime(2026, 1, 1), datetime(2026, 1, 1) + timedelta(days=9)) // HOUR_MS
    1
    """
    length_ms = (last_at - first_at).total_seconds() * 1000
    return next((width for width, longest in _WIDTHS_MS if length_ms <= longest), 7 * DAY_MS)


class Drawer:
    """Counts distinct authors by brand and stretch while mentions pass, in the order of their time.

    Memory: the authors of the newest stretch, and four numbers for each stretch.
    """

    def __init__(self, first_at: datetime, last_at: datetime) -> None:
        self._width_ms = choose_width(first_at, last_at)
        self._start_ms = milliseconds(first_at) // self._width_ms * self._width_ms
        self._length = (milliseconds(last_at) - self._start_ms) // self._width_ms + 1
        self._curves: dict[str, Curve] = {}
        self._open: dict[str, tuple[int, set[str], set[str]]] = {}

    def count(self, mention: TopicMention) -> None:
        """A mention of a brand as a whole, as it is counted; updates of earlier ones count nobody."""
        if mention.is_update:
            return
        curve = self._curves.get(mention.brand)
        if curve is None:
            zeros = [0.0] * self._length
            curve = self._curves[mention.brand] = Curve(self._start_ms, self._width_ms, zeros, [*zeros])
        place = (milliseconds(mention.posted_at) - self._start_ms) // self._width_ms
        if not 0 <= place < self._length:
            return
        opened = self._open.get(mention.brand)
        if opened is None or opened[0] != place:
            opened = self._open[mention.brand] = (place, set(), set())
        opened[1].add(mention.author)
        curve.authors[place] = max(curve.authors[place], float(len(opened[1])))
        curve.mentions += 1
        curve.sources[mention.source] = curve.sources.get(mention.source, 0) + 1
        if mention.label == "negative":
            opened[2].add(mention.author)
            curve.negative_authors[place] = max(curve.negative_authors[place], float(len(opened[2])))
            curve.negatives += 1

    def finish(self) -> dict[str, Curve]:
        """The curves by brand, with their bands."""
        for curve in self._curves.values():
            curve.usual = find_usual(curve.authors, curve.width_ms)
        return dict(sorted(self._curves.items()))


def find_usual(values: Sequence[float], width_ms: int) -> list[tuple[float, float, float] | None]:
    """(low, middle, high) of each stretch by those at the same time of earlier days; None while there are too few.

    A stretch never sees itself or what follows: the band is what could have been known then.
    """
    a_day = max(1, DAY_MS // width_ms)
    around = max(1, _AROUND_MS // width_ms) if a_day > 1 else 0
    days, fewest = (_BAND_DAYS, _FEWEST_DAYS) if a_day > 1 else (2 * _BAND_DAYS, _FEWEST_STRETCHES)
    usual: list[tuple[float, float, float] | None] = []
    for place in range(len(values)):
        middles = [place - day * a_day for day in range(1, days + 1)]
        before = [median(values[max(0, each - around) : each + around + 1]) for each in middles if each >= 0]
        usual.append(_spread(before) if len(before) >= fewest else None)
    return _smooth(usual)


def _spread(values: list[float]) -> tuple[float, float, float]:
    ordered = sorted(values)
    last = len(ordered) - 1
    low, middle, high = (ordered[round(share * last)] for share in (_LOW, 0.5, _HIGH))
    return max(0.0, low - sqrt(low)), middle, high + sqrt(high)


def _smooth(usual: list[tuple[float, float, float] | None]) -> list[tuple[float, float, float] | None]:
    """The mean of each with its neighbours: whole numbers of small counts make stairs."""
    smooth: list[tuple[float, float, float] | None] = []
    for place, own in enumerate(usual):
        if own is None:
            smooth.append(None)
            continue
        near = [each for each in usual[max(0, place - 2) : place + 1] if each is not None]
        low, middle, high = (round(sum(column) / len(near), 2) for column in zip(*near, strict=True))
        smooth.append((low, middle, high))
    return smooth
