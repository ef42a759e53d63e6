"""Who is on duty at an instant: rotations whose people hand over at a local wall time.

Pure: an instant is an argument. Time zones are those of the IANA database (`zoneinfo`).

All wall times become instants by one rule (`find_instant`), and the rule keeps their order: where one rotation ends at
18:00 and another one begins at 18:00, there is neither a gap nor an overlap, on the nights when clocks change as well.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

Handover = Literal["daily", "weekly"]
HANDOVERS: Final[tuple[Handover, ...]] = ("daily", "weekly")
#: In the order of `date.weekday()`.
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_DAY: Final = timedelta(days=1)
_MIDNIGHT: Final = time(0)
#: Every combination of weekday, office hours and daylight saving comes up within a year.
_YEAR: Final = timedelta(days=371)
#: A turn that the same person takes over from themselves is told as one; of so many in a row the end is not told.
_MOST_TURNS: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Somebody stands in for whoever would be on duty, from `starts_at` up to, but not at, `until`."""

    person: str
    starts_at: datetime
    until: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """People who are on duty one after the other.

    Attributes:
        people: ids, in their order; at least one.
        handover: how often the next one takes over.
        handover_at: when on that day, local wall time.
        weekday: of a weekly hand-over, 0 is Monday.
        time_zone: name in the IANA database.
        starts_on: a local day on which, from its hand-over time on, the first of `people` is on duty. Turns are counted
            from there, forwards and backwards: somebody is on duty before that day, too.
        hours: from and to, local wall time, in which anybody is on duty; to ≤ from: to of the next day. None: all day.
        days: weekdays on which those hours begin, 0 is Monday.
        overrides: later ones win over earlier ones; they hold outside `hours`, too.
    """

    id: str
    name: str
    people: tuple[str, ...]
    time_zone: str
    starts_on: date
    handover: Handover = "weekly"
    handover_at: time = time(9)
    weekday: int = 0
    hours: tuple[time, time] | None = None
    days: tuple[int, ...] = tuple(range(7))
    overrides: tuple[Override, ...] = ()

    @property
    def is_always_on(self) -> bool:
        """Whether somebody is on duty at every instant."""
        return self.hours is None and len(set(self.days)) == len(WEEKDAYS)


class Duty(NamedTuple):
    """Who is on duty, up to when (None: no end is in sight), and why as a sentence."""

    person: str
    until: datetime | None
    why: str


class Gap(NamedTuple):
    """A time, from its first instant up to, but not at, `until`, when nobody is on duty."""

    starts_at: datetime
    until: datetime


def find_instant(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The instant (UTC) at which clocks show a local time.

    A time that they show twice is the first of both. One that they skip is the instant of the skip. So a later wall
    time is never an earlier instant.

    >>> find_instant(date(2026, 3, 29), time(2, 30), ZoneInfo("Europe/Madrid")).isoformat()
    '2026-03-29T01:00:00+00:00'
    """
    local = datetime.combine(day, wall, zone)
    instant = local.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant
    # Read with the offset that holds after the skip it lies before the skip, and the other way round (PEP 495).
    after = local.replace(fold=1).utcoffset()
    early = local.replace(fold=1).astimezone(UTC)
    seconds = range(int((instant - early).total_seconds()) + 1)

    def is_over(second: int) -> bool:
        return (early + timedelta(seconds=second)).astimezone(zone).utcoffset() == after

    return early + timedelta(seconds=bisect_left(seconds, True, key=is_over))


def find_duty(rotation: Rotation, at: datetime) -> Duty | None:
    """Who is on duty at an instant; nobody is outside the rotation's hours."""
    at = at.astimezone(UTC)
    person, override = _who(rotation, at)
    if person is None:
        return None
    until = _find_end(rotation, at, person)
    end = f" until {tell(until, rotation.time_zone)}" if until else ""
    if override is None:
        return Duty(person, until, f"on call in the rotation {rotation.id}{end}")
    because = f": {override.reason}" if override.reason else ""
    return Duty(person, until, f"stands in in the rotation {rotation.id}{end}{because}")


def find_gap(rotations: Iterable[Rotation], since: datetime) -> Gap | None:
    """The first time within a year from `since` on when none of the rotations has anybody on duty.

    Overrides fill no gap: they are exceptions, and pass.
    """
    rotations = list(rotations)
    if any(rotation.is_always_on for rotation in rotations):
        return None
    covered_until = since = since.astimezone(UTC)
    end = since + _YEAR
    # The first shifts may have begun before.
    for starts_at, until in sorted(shift for rotation in rotations for shift in _shifts(rotation, since, end)):
        if starts_at > covered_until:
            return Gap(covered_until, starts_at)
        covered_until = max(covered_until, until)
    return Gap(covered_until, end) if covered_until < end else None


def tell(at: datetime, time_zone: str) -> str:
    """An instant as people of a time zone read it.

    >>> tell(datetime(2026, 3, 2, 8, tzinfo=UTC), "Europe/Madrid")
    '2026-03-02 09:00 (Europe/Madrid)'
    """
    return f"{at.astimezone(ZoneInfo(time_zone)):%Y-%m-%d %H:%M} ({time_zone})"


def _who(rotation: Rotation, at: datetime) -> tuple[str | None, Override | None]:
    for override in reversed(rotation.overrides):
        if override.starts_at <= at < override.until:
            return override.person, override
    if not rotation.is_always_on and not any(begin <= at < end for begin, end in _shifts(rotation, at, at)):
        return None, None
    return rotation.people[_turn(rotation, at) % len(rotation.people)], None


def _shifts(rotation: Rotation, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Begin and end of all office hours that touch a span of time, oldest first."""
    zone = ZoneInfo(rotation.time_zone)
    opens, closes = rotation.hours or (_MIDNIGHT, _MIDNIGHT)
    # The offset of a zone may move a date by one, and hours over midnight begin the day before.
    day = since.astimezone(zone).date() - 2 * _DAY
    last = until.astimezone(zone).date() + _DAY
    while day <= last:
        if day.weekday() in rotation.days:
            end = find_instant(day if closes > opens else day + _DAY, closes, zone)
            if end > since:
                yield find_instant(day, opens, zone), end
        day += _DAY


def _handover(rotation: Rotation, turn: int) -> datetime:
    """When a turn begins; turn 0 is the one that the first person has on `starts_on`."""
    first, length = rotation.starts_on, _DAY
    if rotation.handover == "weekly":
        first -= timedelta(days=(first.weekday() - rotation.weekday) % len(WEEKDAYS))
        length = timedelta(weeks=1)
    return find_instant(first + turn * length, rotation.handover_at, ZoneInfo(rotation.time_zone))


def _turn(rotation: Rotation, at: datetime) -> int:
    """Which turn an instant belongs to."""
    length = timedelta(weeks=1) if rotation.handover == "weekly" else _DAY
    turn = (at - _handover(rotation, 0)) // length
    # The guess is off by one at most: a day with a change of clocks is longer or shorter than a day.
    while _handover(rotation, turn) > at:
        turn -= 1
    while _handover(rotation, turn + 1) <= at:
        turn += 1
    return turn


def _find_end(rotation: Rotation, at: datetime, person: str) -> datetime | None:
    """When somebody else, or nobody, is on duty."""
    for _ in range(_MOST_TURNS):
        at = _next_change(rotation, at)
        if _who(rotation, at)[0] != person:
            return at
    return None


def _next_change(rotation: Rotation, at: datetime) -> datetime:
    """The next instant at which somebody else may be on duty."""
    marks = [_handover(rotation, _turn(rotation, at) + 1)]
    marks += [mark for override in rotation.overrides for mark in (override.starts_at, override.until)]
    if not rotation.is_always_on:
        marks += [mark for shift in _shifts(rotation, at, at + _DAY) for mark in shift]
    return min(mark for mark in marks if mark > at)
