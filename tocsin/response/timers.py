"""What time alone does to a crisis, at its own instant, each once, however far event time jumps.

Timers stand in the crisis's row as name → instant (`CrisisRow.timers`); what its parts make due follows from them. They
are cancelled when the status changes to one that does not have them (`tocsin.response.crisis_book.TIMERS`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from schemas.streams import END_OF_TIME_MS
from tocsin.response.closing import contain, reopen, resolve
from tocsin.response.crisis_book import CrisisBook
from tocsin.response.follow_up import follow_up
from tocsin.response.negative_share import begin_again
from tocsin.response.paging import Pager
from tocsin.response.parts import find_next_change, is_calm, is_over, settle
from tocsin.response.rows import CrisisRow
from tocsin.response.severity import rank

#: What is cancelled behind the end of the data.
_NEEDS_DATA: Final = ("follow-up", "removal")


class Timers:
    """Lets happen what is due."""

    def __init__(self, book: CrisisBook, pager: Pager) -> None:
        self._book = book
        self._pager = pager
        #: By name, in the order in which they ring when they are due at the same instant.
        self._rings: dict[str, Callable[[CrisisRow, int], None]] = {
            "acknowledgement": pager.expire,
            "page": pager.page,
            "update": pager.update,
            "briefing": pager.brief,
            "follow-up": self._follow_up,
            "removal": self._remove,
        }

    def ring(self, row: CrisisRow, due_ms: int, *, has_data: bool) -> None:
        """Let happen the first of what is due for a crisis at an instant.

        Args:
            has_data: that instant is not behind the data of a replay, where time only runs out: there nothing can be
                said of what followed, and people may still want to work on what came out.
        """
        if find_next_change(row) <= due_ms:
            self._settle(row, due_ms)
            return
        name = next(name for name in self._rings if row.timers.get(name, END_OF_TIME_MS) <= due_ms)
        del row.timers[name]
        if has_data or name not in _NEEDS_DATA:
            self._rings[name](row, due_ms)
        else:
            self._book.keep(row, is_told=not row.is_stale)

    def _settle(self, row: CrisisRow, due_ms: int) -> None:
        """Episodes end by themselves, the severity falls, activity is back in its band, or it has stayed so."""
        before = row.crisis.severity
        settle(row, due_ms)
        if is_over(row, due_ms):
            resolve(row, due_ms, self._book, self._pager, ("every episode has ended and it stayed quiet",))
            return
        if rank(row.crisis.severity) < rank(before):
            row.fell_ms, row.fell_rank = due_ms, rank(before)
            if row.crisis.status == "contained":  # what comes after it has broken out again
                row.known = rank(row.crisis.severity)
            self._pager.follow(row, due_ms)
            self._book.tell(row, "crisis.eased", due_ms, (f"nothing has confirmed that it is {before}",))
        if row.crisis.status == "acknowledged" and is_calm(row, due_ms):
            contain(row, due_ms, self._book, ("every episode has ended",))
            return
        self._book.keep(row)

    def _follow_up(self, row: CrisisRow, due_ms: int) -> None:
        if again := follow_up(row, due_ms, self._book, self._pager):
            begin_again(row, due_ms, again)
            reopen(row, due_ms, self._book, self._pager, (again,))

    def _remove(self, row: CrisisRow, due_ms: int) -> None:  # noqa: ARG002 (as all that rings)
        self._book.remove(row)
