"""Numbers and times as people say them, and texts of strangers made harmless."""

from __future__ import annotations

import html
from datetime import datetime, timedelta

from tocsin.cards import make_inert


def plain(text: str) -> str:
    """A text from anywhere as HTML that is nothing but text: no markup, no direction marks, no control characters.

    >>> plain('<b onclick="x()">hi</b> \\u202e&amp;')
    '&lt;b onclick=&quot;x()&quot;&gt;hi&lt;/b&gt; &amp;'
    """
    return html.escape(make_inert(html.unescape(text)).replace("\ufffd", "").strip())


def say_day(at: datetime) -> str:
    """`Mon 23 Feb`."""
    return f"{at:%a} {at.day} {at:%b}"


def say_time(at: datetime) -> str:
    """`Mon 23 Feb 18:18`."""
    return f"{say_day(at)} {at:%H:%M}"


def say_length(length: timedelta) -> str:
    """`40 minutes`, `5 hours`, `3 days`: as exact as one would say it.

    >>> say_length(timedelta(minutes=50)), say_length(timedelta(hours=5, minutes=21)), say_length(timedelta(days=9))
    ('50 minutes', '5 h 21 min', '9 days')
    """
    minutes = max(1, round(length / timedelta(minutes=1)))
    if minutes < 60:
        return say_count(minutes, "minute")
    hours, rest = divmod(minutes, 60)
    if hours < 12 and rest:
        return f"{hours} h {rest} min"
    hours = round(minutes / 60)
    if hours < 48:
        return say_count(hours, "hour")
    return say_count(round(minutes / 60 / 24), "day")


def say_period(first: datetime, last: datetime) -> str:
    """`16 to 24 February 2015`, in UTC."""
    end = f"{last.day} {last:%B %Y}"
    if (first.year, first.month) == (last.year, last.month):
        return end if first.day == last.day else f"{first.day} to {end}"
    return f"{first.day} {first:%B} to {end}" if first.year == last.year else f"{first.day} {first:%B %Y} to {end}"


def say_count(count: int, noun: str, plural: str = "") -> str:
    """`1 alarm`, `3 alarms`."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def say_number(value: float) -> str:
    """Three digits are enough to act on.

    >>> say_number(2.748), say_number(31.2), say_number(12345), say_number(0)
    ('2.7', '31', '12,345', '0')
    """
    if value == int(value) or value >= 9.95:
        return f"{value:,.0f}"
    return f"{value:.1f}"


def say_rate(value: float) -> str:
    """A rate a week: small ones need a second digit."""
    return "0" if value == 0 else f"{value:.2f}" if value < 0.95 else f"{value:.1f}"


def join_words(words: list[str]) -> str:
    """`a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
