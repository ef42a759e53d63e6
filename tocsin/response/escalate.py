"""Signals and commands become crises: one for a brand and subject, and what people do about it.

Signals wait until the watermark has passed their tick and are applied in the order of (tick, kind, id), so that the
order of arrival cannot matter; what time alone does (`tocsin.response.timers`) happens in between, at its own instant.
A high-risk signal is applied at once, and once; in a replay, which may read days ahead of its own time, it waits for
its turn like the others, or it would join a crisis of last week.

A command's instant is when Kafka stored it, and it waits like a signal. In a replay, whose time is another one, it acts
at once, at the event time that was reached; after the end of event time again when Kafka stored it.

Measures wait like signals, so that a follow-up knows of exactly the hours that had closed before it.

An erasure acts at once: an author's key goes from every row, and from the crises as they stand. Events that were told
stay as they are: they are a log (docs/decisions/0006-what-an-erasure-erases.md).

Rows (the prefix of their keys): `s|` a signal, `h|` a measure and `k|` a command that waits, `c|` a crisis, `m|` a
silence, `i|` a high-risk signal and `a|` a command that was applied, `w` the watermark.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from heapq import heapify, heappop, heappush

from schemas import streams
from schemas.command import Command
from schemas.erasure import Erasure
from schemas.measure import Measure
from schemas.signal import Signal
from schemas.streams import END_OF_TIME_MS
from tocsin.flow import Emit, Rows
from tocsin.instants import DAY_MS, HOUR_MS, TICK_MS, milliseconds
from tocsin.renaming import rename_rows
from tocsin.response.commands import Commands
from tocsin.response.crisis_book import CrisisBook, Named
from tocsin.response.hearing import Hearing
from tocsin.response.negative_share import measure
from tocsin.response.paging import Pager
from tocsin.response.rows import AppliedRow, CommandRow, EscalateRow, MeasureRow, PassedRow, SignalRow
from tocsin.response.silences import Silences
from tocsin.response.suppression import Suppression
from tocsin.response.timers import Timers

#: What was applied is remembered for so long: whoever repeats himself does so sooner.
_REMEMBERED_MS = 2 * DAY_MS
_COMMAND = "command"
_MEASURE = "measure"


class Escalate:
    """The crises of the brands of one partition; key brand."""

    def __init__(self, setup: Named, rows: Rows) -> None:
        self._setup = setup
        self._rows = rows
        passed = rows.get("w")
        self._passed_ms: int = passed.passed_ms if passed else 0
        #: The instant that is being applied: what has changed in it is told when it is over.
        self._at_ms = 0
        #: How far event time, or a signal, has got: behind the end of a replay there are no data.
        self._data_ms = self._passed_ms
        self._has_begun = False
        self._begin()

    def _begin(self) -> None:
        """Begin from the rows."""
        setup, rows = self._setup, self._rows
        suppression = Suppression(setup.plan, rows)
        self._book = CrisisBook(setup, rows, suppression)
        self._pager = Pager(setup.plan, self._book, suppression)
        self._silences = Silences(self._book, suppression)
        self._timers = Timers(self._book, self._pager)
        self._hearing = Hearing(self._book, self._pager, is_exercise=setup.is_exercise)
        self._commands = Commands(self._book, self._pager, self._silences)
        self._signals: dict[str, Signal] = {key[2:]: row.signal for key, row in rows.items("s|")}
        self._waiting: dict[str, CommandRow] = {key[2:]: row for key, row in rows.items("k|")}
        self._measures: dict[str, Measure] = {key[2:]: row.measure for key, row in rows.items("h|")}
        self._queue = [_order(signal) for signal in self._signals.values()]
        self._queue += [(_closed_ms(each), _MEASURE, each.key) for each in self._measures.values()]
        self._queue += [(row.appended_ms, _COMMAND, each) for each, row in self._waiting.items()]
        heapify(self._queue)
        self._applied: dict[str, AppliedRow] = {
            key: row for prefix in ("i|", "a|") for key, row in rows.items(prefix)
        }  # fmt: skip
        self._remembered = [(row.tick_ms, key) for key, row in self._applied.items()]
        heapify(self._remembered)

    def take(self, record: Signal | Measure | Command | Erasure, appended_ms: int) -> Iterable[Emit]:
        if isinstance(record, Command):
            self._take_command(record, appended_ms)
        elif isinstance(record, Measure):
            self._take_measure(record)
        elif isinstance(record, Erasure):
            self._erase(record)
        else:
            self._take_signal(record)
        return self._emitted()

    def advance(self, watermark_ms: int) -> Iterable[Emit]:
        self._at_ms = 0
        if not self._has_begun:
            self._has_begun = True
            self._pager.start_missing(self._passed_ms)
        while self._queue and self._queue[0][0] <= watermark_ms:
            at_ms, kind, each = heappop(self._queue)
            # A signal of a stalled channel may be older than what has passed; time does not run back for it.
            now_ms = max(at_ms, self._passed_ms)
            self._pass(now_ms)
            self._move(now_ms)
            self._data_ms = now_ms
            if kind == _COMMAND:
                self._rows.delete(f"k|{each}")
                self._act(self._waiting.pop(each).command, now_ms)
            elif kind == _MEASURE:
                self._rows.delete(f"h|{each}")
                measure(self._measures.pop(each), self._book)
            else:
                self._rows.delete(f"s|{each}")
                self._hear(self._signals.pop(each), now_ms)
        self._pass(watermark_ms)
        self._book.flush()
        if watermark_ms > self._passed_ms:
            self._passed_ms = self._data_ms = watermark_ms
            self._rows.put("w", PassedRow(watermark_ms))
            if watermark_ms != END_OF_TIME_MS:
                self._forget(watermark_ms - _REMEMBERED_MS)
        return self._emitted()

    def count_crises(self) -> Mapping[tuple[str, str], int]:
        """How many crises are neither resolved nor dismissed, by (severity, status)."""
        return self._book.count_active()

    def _take_signal(self, signal: Signal) -> None:
        if signal.kind == "high_risk":
            if f"i|{signal.id}" in self._applied:
                return
            tick_ms = milliseconds(signal.tick_at)
            self._remember(f"i|{signal.id}", AppliedRow(tick_ms))
            if self._setup.is_live:
                # A late one counts from now: its crisis must not be over before it was seen.
                self._hear(signal, max(tick_ms, self._passed_ms))
                return
        if signal.id not in self._signals:
            self._signals[signal.id] = signal
            self._rows.put(f"s|{signal.id}", SignalRow(signal))
            heappush(self._queue, _order(signal))

    def _take_measure(self, measure: Measure) -> None:
        if measure.key not in self._measures:
            self._measures[measure.key] = measure
            self._rows.put(f"h|{measure.key}", MeasureRow(measure))
            heappush(self._queue, (_closed_ms(measure), _MEASURE, measure.key))

    def _take_command(self, command: Command, appended_ms: int) -> None:
        known = self._applied.get(f"a|{command.id}")
        if known is not None:
            self._book.emits.append(Emit(streams.ANSWERS, command.brand, known.answer, (), is_urgent=True))
        elif not self._setup.is_live:
            now_ms = self._passed_ms if 0 < self._passed_ms < END_OF_TIME_MS else appended_ms
            if self._passed_ms == END_OF_TIME_MS:
                self._pass(now_ms)
            self._act(command, now_ms)
            self._book.flush()
        elif command.id not in self._waiting:
            row = self._waiting[command.id] = CommandRow(command, appended_ms)
            self._rows.put(f"k|{command.id}", row)
            heappush(self._queue, (appended_ms, _COMMAND, command.id))

    def _erase(self, erasure: Erasure) -> None:
        """Take an author's key out of every row, begin again from them, and tell the crises that named the author."""
        changed = rename_rows(self._rows, ("c|", "s|", "k|", "a|"), {erasure.author: erasure.erased_as})
        if changed:
            self._begin()
        for key in changed:
            if key.startswith("c|") and (row := self._book.find(key[2:])) is not None:
                self._book.emits.append(Emit(streams.CRISIS_STATE, row.crisis.id, row.crisis))

    def _hear(self, signal: Signal, now_ms: int) -> None:
        self._hearing.hear(signal, now_ms)
        self._pager.review_held(signal.brand, now_ms)

    def _act(self, command: Command, now_ms: int) -> None:
        answer = self._commands.act(command, now_ms)
        self._remember(f"a|{command.id}", AppliedRow(now_ms, answer))
        self._book.emits.append(Emit(streams.ANSWERS, command.brand, answer, (), is_urgent=True))
        self._pager.review_held(command.brand, now_ms)

    def _pass(self, until_ms: int) -> None:
        """Let time pass: what is due before `until_ms` happens, each at its own instant."""
        while True:
            silence_ms = self._silences.find_due(until_ms)
            due = self._book.find_due(until_ms if silence_ms is None else silence_ms)
            if due is not None:
                due_ms, row = due
                self._move(due_ms)
                self._timers.ring(row, due_ms, has_data=until_ms != END_OF_TIME_MS or due_ms < self._data_ms)
                self._pager.review_held(row.crisis.brand, due_ms)
            elif silence_ms is not None:  # before what else is due at that instant: it may have waited for it
                self._move(silence_ms)
                self._pager.review_held(self._silences.end_due(silence_ms), silence_ms)
            else:
                return

    def _move(self, now_ms: int) -> None:
        """Event time moves on to an instant: those before it are told."""
        if now_ms > self._at_ms:
            self._at_ms = now_ms
            self._book.flush()

    def _remember(self, key: str, row: AppliedRow) -> None:
        self._applied[key] = row
        self._rows.put(key, row)
        heappush(self._remembered, (row.tick_ms, key))

    def _forget(self, before_ms: int) -> None:
        while self._remembered and self._remembered[0][0] < before_ms:
            _, key = heappop(self._remembered)
            del self._applied[key]
            self._rows.delete(key)

    def _emitted(self) -> list[Emit]:
        emits, self._book.emits = self._book.emits, []
        return emits


def _order(signal: Signal) -> tuple[int, str, str]:
    return milliseconds(signal.tick_at), signal.kind, signal.id


def _closed_ms(measure: Measure) -> int:
    """When the hour was told: the first tick after it."""
    return milliseconds(measure.start_at) + HOUR_MS + TICK_MS


__all__ = ["Escalate", "EscalateRow", "Named"]
