"""Looking again at a crisis that was resolved: is it over? And promises that people made, of which they are reminded.

After 24 hours, 72 hours and 7 days a look back says whether it stayed quiet and whether the negative share is back in
its band, with the numbers. Where it is not, the crisis is opened again.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from schemas.crisis import Crisis, FollowUp
from tocsin.instants import DAY_MS, HOUR_MS, instant, milliseconds
from tocsin.response.crisis_book import CrisisBook
from tocsin.response.negative_share import add_up
from tocsin.response.paging import Pager
from tocsin.response.rows import CrisisRow

#: When the rules look back, after a crisis was resolved.
LOOKS: Final[dict[str, int]] = {"24h": 24 * HOUR_MS, "72h": 72 * HOUR_MS, "7d": 7 * DAY_MS}
#: A crisis that was closed can be worked on for so long.
KEPT_MS: Final = 14 * DAY_MS
#: Of one crisis; the oldest that were done go first.
_MOST = 20


class Look(NamedTuple):
    """What a look back found.

    Attributes:
        is_good: activity is back in its band; None: nothing can be said.
        should_reopen: more complain than chance explains, and they are a crowd.
    """

    finding: str
    is_good: bool | None
    should_reopen: bool = False


def look_back(row: CrisisRow, now_ms: int) -> Look:
    """Was anything of the same brand and subject noticed since the crisis was resolved, and how is it spoken of?"""
    lasting = sorted(
        {part.kind.replace("_", " ") for part in row.parts.values() if part.until_ms == 0 or part.until_ms > now_ms}
    )
    since = f"{instant(row.closed_ms):%Y-%m-%d %H:%M} UTC"
    noticed = f"{_signals(row.since)} came since {since}" if row.since else f"nothing was noticed since {since}"
    if lasting:
        noticed = f"still going on: {', '.join(lasting)}; {noticed}"
    share = add_up(row, now_ms)
    is_good = False if lasting else share.is_in_band
    return Look(f"{noticed}; {share.tell()}", is_good, share.is_crowd)


def plan_looks(crisis: Crisis, now_ms: int) -> tuple[FollowUp, ...]:
    """The follow-ups of a crisis that is resolved at an instant: people's own, and the looks of the rules."""
    looks = tuple(
        FollowUp(id=name, due_at=instant(now_ms + after_ms), what="Has it stayed quiet?")
        for name, after_ms in LOOKS.items()
    )
    return (*drop_looks(crisis), *looks)


def drop_looks(crisis: Crisis) -> tuple[FollowUp, ...]:
    """The follow-ups without those of the rules: a crisis that is open again will be looked at anew."""
    return tuple(each for each in crisis.follow_ups if each.id not in LOOKS)


def add(crisis: Crisis, follow_up: FollowUp) -> tuple[FollowUp, ...]:
    """The follow-ups with one more; if they are too many, those that were done long ago are dropped."""
    follow_ups = [*crisis.follow_ups, follow_up]
    done = [each for each in follow_ups if each.done_at is not None]
    for each in sorted(done, key=lambda each: (each.due_at, each.id))[: max(0, len(follow_ups) - _MOST)]:
        follow_ups.remove(each)
    return tuple(follow_ups)


def complete(
    crisis: Crisis, follow_up_id: str, finding: str, *, is_good: bool | None, now_ms: int
) -> tuple[FollowUp, ...]:
    """The follow-ups with one of them done."""
    return tuple(
        each.replace(done_at=instant(now_ms), finding=finding, is_good=is_good) if each.id == follow_up_id else each
        for each in crisis.follow_ups
    )


def is_open(follow_up: FollowUp) -> bool:
    return follow_up.done_at is None


def set_timer(row: CrisisRow, after_ms: int) -> None:
    """Wait for the next follow-up that is due after an instant; of those before it people were reminded."""
    due = [milliseconds(each.due_at) for each in row.crisis.follow_ups if is_open(each)]
    following = min((due_ms for due_ms in due if due_ms > after_ms), default=None)
    if following is None:
        row.timers.pop("follow-up", None)
    else:
        row.timers["follow-up"] = following


def follow_up(row: CrisisRow, now_ms: int, book: CrisisBook, pager: Pager) -> str:
    """Do the follow-ups that are due at an instant: look back, or remind the person who promised.

    Returns:
        why the crisis has to be opened again, as a sentence; empty when it has not.
    """
    again = ""
    due = [each for each in row.crisis.follow_ups if is_open(each) and milliseconds(each.due_at) == now_ms]
    set_timer(row, now_ms)
    book.keep(row)
    for each in due:
        if each.id in LOOKS:
            found = look_back(row, now_ms)
            follow_ups = complete(row.crisis, each.id, found.finding, is_good=found.is_good, now_ms=now_ms)
            because = f"{each.id} after it was resolved: {found.finding}"
            book.tell(row, "crisis.followed_up", now_ms, (because,), follow_ups=follow_ups)
            if found.should_reopen and row.crisis.status in ("resolved", "reviewed"):
                again = because
        else:
            why = f"a follow-up is due that {each.by} added: {each.what}"
            page = pager.make_notice(row, now_ms, why, (each.by,))
            book.tell(row, "crisis.updated", now_ms, (why,), page=page)
    return again


def _signals(count: int) -> str:
    return f"{count} signal{'' if count == 1 else 's'}"
