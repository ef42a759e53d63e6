"""How many of those who speak of a crisis's subject complain, hour by hour: is that back in its band?

What is usual is taken when the crisis begins: after it, the baseline has learned from the crisis itself.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from schemas.measure import Measure
from tocsin.instants import DAY_MS, milliseconds
from tocsin.response.crisis_book import CrisisBook
from tocsin.response.rows import CrisisRow, Hour, Part, Usual
from tocsin.shares import find_upper_share

#: Of fewer people a share says little: with twenty, chance alone moves it by a fifth.
FEWEST_PEOPLE: Final = 20
#: Fewer complaints than this are no crowd, whatever their share: nobody is woken for them.
CROWD: Final = 10
_EPISODE: Final = "negative-share"


class Share(NamedTuple):
    """The negative share of 24 hours; each person counts once an hour.

    Attributes:
        usual: what was usual before the crisis; None: not known.
        band: the upper edge of the band for so many people; 1 while `usual` is not known.
    """

    mentions: int
    speaking: int
    complaining: int
    usual: float | None
    band: float

    @property
    def share(self) -> float:
        return self.complaining / self.speaking if self.speaking else 0.0

    @property
    def is_in_band(self) -> bool | None:
        """Do no more complain than chance explains? None: too few speak, or what is usual is not known."""
        if self.usual is None or self.speaking < FEWEST_PEOPLE:
            return None
        return self.share <= self.band

    @property
    def is_crowd(self) -> bool:
        """Do more complain than chance explains, and so many that somebody has to look?"""
        return self.is_in_band is False and self.complaining >= CROWD

    def tell(self) -> str:
        """It as a sentence, with its numbers."""
        if not self.mentions:
            return "no mention in the last 24 h"
        measured = f"negative share {self.share:.0%} ({self.mentions:,} mention{'s' * (self.mentions != 1)} in 24 h)"
        if self.usual is None:
            return f"{measured}; what is usual was not known when it began"
        if self.is_in_band is None:
            return f"{measured}, usual {self.usual:.0%}: too few to judge"
        verdict = "back in its band" if self.is_in_band else "not back in its band"
        return f"{measured}, usual {self.usual:.0%}, band up to {self.band:.0%}: {verdict}"


def begin_again(row: CrisisRow, now_ms: int, because: str) -> None:
    """More complain than chance explains: for a day that is a part of the crisis, and an alarm."""
    row.parts[_EPISODE] = Part("negative_share", row.crisis.subject, "elevated", (because,), now_ms + DAY_MS)


def measure(measure: Measure, book: CrisisBook) -> None:
    """Note an hour at the crises of its brand and subject; others need none."""
    for row in book.of(measure.brand):
        if row.crisis.subject == measure.topic:
            note_hour(row, measure)
            book.keep(row, is_told=not row.is_stale)


def note_hour(row: CrisisRow, measure: Measure) -> None:
    """Note an hour; those that a look back no longer sees are dropped."""
    start_ms = milliseconds(measure.start_at)
    hour = Hour(measure.mentions, measure.distinct_authors, measure.distinct_negative_authors)
    kept = {at_ms: each for at_ms, each in row.hours.items() if at_ms > start_ms - DAY_MS}
    row.hours = kept | {start_ms: hour}
    row.usual = row.usual or Usual(measure.usual_share, is_known=not measure.is_warming_up)


def add_up(row: CrisisRow, now_ms: int) -> Share:
    """The last 24 hours before an instant, as far as they have closed and began after the crisis was."""
    first_ms = max(now_ms - DAY_MS, row.closed_ms)
    hours = [hour for start_ms, hour in row.hours.items() if start_ms >= first_ms]
    speaking = sum(hour.speaking for hour in hours)
    usual = row.usual.share if row.usual is not None and row.usual.is_known else None
    return Share(
        mentions=sum(hour.mentions for hour in hours),
        speaking=speaking,
        complaining=sum(hour.complaining for hour in hours),
        usual=usual,
        band=1.0 if usual is None else find_upper_share(usual, speaking),
    )
