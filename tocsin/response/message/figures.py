"""Numbers, durations and times as a reader writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tocsin.response.message.words import Words


class Figures:
    """One reader's.

    Args:
        words: of their language.
        time_zone: IANA name; one that is not known here is told in UTC.
    """

    def __init__(self, words: Words, time_zone: str = "UTC") -> None:
        self._words = words
        self._zone: tzinfo = _find_zone(time_zone)

    def number(self, value: float) -> str:
        """Three digits are enough to act on: 4.2, 310, 12k, 1.3M."""
        if value >= 999_500:
            return self.decimal(value / 1e6) + self._words.million
        if value >= 9_950:
            return f"{value / 1e3:.0f}{self._words.thousand}"
        return f"{value:.0f}" if value >= 9.95 or value == int(value) else self.decimal(value)

    def decimal(self, value: float) -> str:
        """With one digit after the point."""
        return f"{value:.1f}".replace(".", self._words.decimal)

    def share(self, value: float) -> str:
        """0.8 as 80%."""
        return self._words.percent.format(share=100 * value)

    def duration(self, span: timedelta) -> str:
        """25 min, 3 h 5 min, 2 d 4 h."""
        words = self._words
        minutes = max(0, round(span.total_seconds() / 60))
        if minutes < 1:
            return words.just_now
        hours, minutes_left = divmod(minutes, 60)
        days, hours_left = divmod(hours, 24)
        parts = [(days, words.days), (hours_left, words.hours), (0 if days else minutes_left, words.minutes)]
        return " ".join(f"{count} {word}" for count, word in parts if count)

    def time(self, at: datetime) -> str:
        """Date, time of day and zone."""
        at = at.astimezone(self._zone)
        return f"{at:%Y-%m-%d %H:%M} {self._name_zone(at)}"

    def clock(self, at: datetime, now: datetime) -> str:
        """The time of day, with the date when it is another day than `now`."""
        at, now = at.astimezone(self._zone), now.astimezone(self._zone)
        return f"{at:%H:%M}" if at.date() == now.date() else f"{at:%Y-%m-%d %H:%M}"

    def _name_zone(self, at: datetime) -> str:
        name = at.tzname() or "UTC"
        # Many zones have no letters of their own: Asia/Ho_Chi_Minh is called +07.
        return f"UTC{name}" if name[0] in "+-" else name


def _find_zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name) if name != "UTC" else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
