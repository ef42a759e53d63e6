"""Event time as the steps count it: milliseconds since 1970, ticks, and identifiers that are hashes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import blake2b

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

#: Bursts are judged at the ends of ticks, never on arrival.
TICK_MS = 10 * SECOND_MS

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def milliseconds(instant: datetime) -> int:
    """Whole milliseconds since 1970, rounded down.

    >>> milliseconds(datetime(1970, 1, 1, 0, 0, 1, 2999, tzinfo=UTC))
    1002
    """
    # A double holds an instant of this century to .24 µs; half a microsecond keeps its error from crossing a boundary.
    return int(instant.timestamp() * 1000 + 5e-4)


def instant(ms: int) -> datetime:
    """The instant of `ms` milliseconds since 1970, in UTC."""
    return _EPOCH + timedelta(milliseconds=ms)


def tick_end(ms: int, tick_ms: int = TICK_MS) -> int:
    """The end of the tick that holds `ms`; a tick holds its start and not its end.

    >>> tick_end(0), tick_end(9_999), tick_end(10_000)
    (10000, 10000, 20000)
    """
    return ms - ms % tick_ms + tick_ms


def digest(*parts: str) -> str:
    """An identifier of 24 hexadecimal digits: a hash of what it is about, so that a replay makes the same one."""
    return blake2b("\x1f".join(parts).encode(), digest_size=12).hexdigest()
