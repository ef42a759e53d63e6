"""How a crisis ends, and how it begins again."""

from __future__ import annotations

from typing import Any

from schemas.signal import Signal
from tocsin.instants import instant
from tocsin.response.crisis_book import CrisisBook
from tocsin.response.follow_up import KEPT_MS, drop_looks, plan_looks, set_timer
from tocsin.response.paging import Pager
from tocsin.response.parts import judge, weigh_again
from tocsin.response.rows import CrisisRow, Judged
from tocsin.response.severity import is_alarm, rank


def contain(row: CrisisRow, now_ms: int, book: CrisisBook, because: tuple[str, ...], **told: Any) -> str:
    """It no longer grows: nobody is paged, unless it breaks out again. Id of the event.

    Args:
        told: who did it, for `CrisisBook.tell`.
    """
    row.known = rank(row.crisis.severity)
    return book.tell(
        row, "crisis.contained", now_ms, because, **told,
        contained_at=instant(now_ms), acknowledgement_expires_at=None,
    ).id  # fmt: skip


def resolve(row: CrisisRow, now_ms: int, book: CrisisBook, pager: Pager, because: tuple[str, ...], **told: Any) -> str:
    """It is over, and will be looked at again. What never was more than a watch is forgotten. Id of the event."""
    _close(row, now_ms)
    crisis = row.crisis
    is_followed_up = is_alarm(crisis.peak_severity) or bool(crisis.owner)
    follow_ups = plan_looks(crisis, now_ms) if is_followed_up else crisis.follow_ups
    row.crisis = crisis.replace(follow_ups=follow_ups)
    row.timers["removal"] = now_ms + KEPT_MS
    set_timer(row, now_ms)
    event = book.tell(
        row, "crisis.resolved", now_ms, because, **told,
        page=pager.make_notice(row, now_ms, "they were told of the crisis", row.told),
        resolved_at=instant(now_ms), acknowledgement_expires_at=None, closed_because="; ".join(because),
    )  # fmt: skip
    if not is_followed_up:
        book.remove(row)
    return event.id


def dismiss(row: CrisisRow, now_ms: int, book: CrisisBook, pager: Pager, because: tuple[str, ...], **told: Any) -> str:
    """A person says that it was none: it comes back only when it is worse than that. Id of the event."""
    row.judged = judge(row) if row.parts else Judged(rank(row.crisis.severity), row.crisis.distinct_authors)
    _close(row, now_ms)
    row.timers["removal"] = now_ms + KEPT_MS
    return book.tell(
        row, "crisis.dismissed", now_ms, because, **told,
        page=pager.make_notice(row, now_ms, "they were told of the crisis", row.told),
        acknowledgement_expires_at=None, closed_because="; ".join(because),
    ).id  # fmt: skip


def reopen(
    row: CrisisRow,
    now_ms: int,
    book: CrisisBook,
    pager: Pager,
    because: tuple[str, ...],
    *,
    signal: Signal | None = None,
    floor: int = -1,
    **told: Any,
) -> str:
    """It is not over: escalation begins again, with its owner first. Id of the event.

    Args:
        floor: rank of the severity that a person gives it; -1: the rules say how bad it is.
    """
    row.floor, row.ceiling, row.known, row.judged = floor, -1, -1, Judged()
    row.closed_ms = row.since = 0
    weigh_again(row, now_ms)
    row.crisis = row.crisis.replace(
        reopened=row.crisis.reopened + 1, follow_ups=drop_looks(row.crisis), resolved_at=None, contained_at=None,
        acknowledged_at=None, acknowledgement_expires_at=None, closed_because="",
    )  # fmt: skip
    set_timer(row, now_ms)
    pager.start(row, now_ms)
    pager.start_briefing(row, now_ms)
    event = book.tell(row, "crisis.reopened", now_ms, because, signal=signal, **told)
    pager.page_if_due(row, now_ms)
    return event.id


def _close(row: CrisisRow, now_ms: int) -> None:
    row.closed_ms, row.since = now_ms, 0
    row.floor = row.ceiling = -1
