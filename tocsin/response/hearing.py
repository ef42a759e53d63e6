"""What a signal does: it opens a crisis, joins one, makes it worse, or opens one again that was closed."""

from __future__ import annotations

from typing import Final

from schemas.crisis import EventType
from schemas.signal import Signal
from tocsin.instants import SECOND_MS
from tocsin.response.closing import reopen
from tocsin.response.crisis_book import CrisisBook, is_active
from tocsin.response.grouping import find_closed, find_crisis, join, open_crisis, overhear
from tocsin.response.paging import Pager
from tocsin.response.parts import is_coordinated
from tocsin.response.rows import CrisisRow
from tocsin.response.severity import find_severity, is_alarm, rank
from tocsin.response.suppression import FLAP_GUARD, GROUPED, count

#: A severity that falls and rises again within so long is not told again.
FLAP_MS: Final = 30 * SECOND_MS


class Hearing:
    """Lets signals in.

    Args:
        is_exercise: the crises that are opened are marked.
    """

    def __init__(self, book: CrisisBook, pager: Pager, *, is_exercise: bool) -> None:
        self._book = book
        self._pager = pager
        self._is_exercise = is_exercise

    def hear(self, signal: Signal, now_ms: int) -> None:
        """Apply a signal at an instant."""
        row = self._find(signal, now_ms)
        if row is None:
            if signal.state != "ended":
                self._open(signal, now_ms)
        elif signal.id in row.crisis.signals:
            return
        elif is_active(row):
            self._join(row, signal, now_ms)
        else:
            self._overhear(row, signal, now_ms)

    def _find(self, signal: Signal, now_ms: int) -> CrisisRow | None:
        """The crisis that a signal belongs to: whose episode it goes on with, else an open one before a closed one."""
        rows = self._book.of(signal.brand)
        active = [row for row in rows if is_active(row)]
        closed = find_closed((row for row in rows if not is_active(row)), signal, now_ms)
        is_known = any(signal.episode in row.parts for row in active)
        if closed is not None and signal.episode in closed.parts and not is_known:
            return closed
        return find_crisis(active, signal) or closed

    def _open(self, signal: Signal, now_ms: int) -> None:
        row = open_crisis(signal, now_ms, is_exercise=self._is_exercise)
        event: EventType = "crisis.opened" if is_alarm(row.crisis.severity) else "crisis.watched"
        self._tell_worse(row, event, signal, now_ms, begins=True)

    def _join(self, row: CrisisRow, signal: Signal, now_ms: int) -> None:
        """Let a signal join an open crisis; tell if that changed how bad it is."""
        before, was_coordinated = row.crisis, is_coordinated(row)
        join(row, signal, now_ms)
        severity = rank(row.crisis.severity)
        is_worse = severity > rank(before.severity)
        # That accounts act alike changes what to do, however bad it was before.
        is_news = is_coordinated(row) and not was_coordinated and is_alarm(before.severity)
        event: EventType = "crisis.escalated" if is_alarm(before.peak_severity) else "crisis.opened"
        if is_worse and now_ms - row.fell_ms <= FLAP_MS and severity <= row.fell_rank:
            count(row, FLAP_GUARD)
            self._pager.follow(row, now_ms)
            self._book.keep(row)
        elif before.status == "open" and (is_worse or is_news):
            self._tell_worse(row, event, signal, now_ms)
        elif is_worse and severity > row.known:
            row.crisis = row.crisis.replace(acknowledged_at=None, acknowledgement_expires_at=None, contained_at=None)
            self._tell_worse(row, event, signal, now_ms, begins=True)
        elif is_worse or is_news:
            self._pager.follow(row, now_ms)
            self._book.tell(row, "crisis.updated", now_ms, row.crisis.reasons, signal=signal)
        else:
            if is_alarm(row.crisis.severity):
                count(row, GROUPED)
            self._pager.note_change(row, now_ms)
            self._book.keep(row)

    def _overhear(self, row: CrisisRow, signal: Signal, now_ms: int) -> None:
        """Let a signal join a crisis that was closed; it may be that it is not over."""
        status = row.crisis.status
        if overhear(row, signal, now_ms):
            because = (f"it came back after it was {status}", *find_severity(signal).reasons)
            reopen(row, now_ms, self._book, self._pager, because, signal=signal)
            return
        row.since += 1
        count(row, GROUPED)
        self._book.keep(row)

    def _tell_worse(
        self, row: CrisisRow, event: EventType, signal: Signal, now_ms: int, *, begins: bool = False
    ) -> None:
        """Tell of a crisis that has become one, or worse; escalation begins, or takes note of it."""
        if begins:
            self._pager.start(row, now_ms)
        else:
            self._pager.follow(row, now_ms)
        self._pager.start_briefing(row, now_ms)
        self._book.tell(row, event, now_ms, row.crisis.reasons, signal=signal)
        self._pager.page_if_due(row, now_ms)
