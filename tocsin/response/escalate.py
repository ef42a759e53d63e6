"""Signals become crises: one for a brand and subject, opened, escalated, resolved.

Signals wait until the watermark has passed their tick and are applied in the order of (tick, kind, id), so that the
order of arrival cannot matter; what time alone does (a severity falls, a crisis is over) happens in between, at its own
instant. A high-risk signal is applied at once, and once; in a replay, which may read days ahead of its own time, it
waits for its turn like the others, or it would join a crisis of last week.

Rows (the prefix of their keys): `s|` a signal that waits, `c|` an open crisis, `i|` a high-risk signal that was
applied, `w` the watermark.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from schemas import streams
from schemas.crisis import EscalationEvent, EventType
from schemas.signal import Signal
from tocsin.flow import Emit, Rows
from tocsin.instants import DAY_MS, instant, milliseconds
from tocsin.response.grouping import find_crisis, is_coordinated, join, open_crisis, settle
from tocsin.response.grouping import find_next_change as find_due
from tocsin.response.lifecycle import move
from tocsin.response.rows import AppliedRow, CrisisRow, EscalateRow, PassedRow, SignalRow, hash_of
from tocsin.response.severity import is_alarm, rank


class Named(Protocol):
    """What escalation has to know of its setup."""

    @property
    def namespace(self) -> str: ...
    @property
    def is_exercise(self) -> bool: ...
    @property
    def is_live(self) -> bool: ...


class Escalate:
    """The crises of the brands of one partition; key brand."""

    def __init__(self, setup: Named, rows: Rows) -> None:
        self._setup = setup
        self._rows = rows
        passed = rows.get("w")
        self._passed_ms: int = passed.passed_ms if passed else 0
        self._waiting: dict[str, Signal] = {key[2:]: row.signal for key, row in rows.items("s|")}
        self._applied: dict[str, int] = {key[2:]: row.tick_ms for key, row in rows.items("i|")}
        self._open: dict[str, dict[str, CrisisRow]] = {}
        self._due: dict[tuple[str, str], int] = {}
        for _, row in sorted(rows.items("c|")):
            self._open.setdefault(row.crisis.brand, {})[row.crisis.id] = row
            self._due[row.crisis.brand, row.crisis.id] = find_due(row)

    def take(self, record: Signal, appended_ms: int) -> Iterator[Emit]:  # noqa: ARG002 (event time only)
        emits: list[Emit] = []
        if record.kind == "high_risk":
            if record.id in self._applied:
                return iter(emits)
            tick_ms = milliseconds(record.tick_at)
            self._applied[record.id] = tick_ms
            self._rows.put(f"i|{record.id}", AppliedRow(tick_ms))
            if self._setup.is_live:
                # A late one counts from now: its crisis must not be over before it was seen.
                self._apply(record, max(tick_ms, self._passed_ms), emits)
                return iter(emits)
        if record.id not in self._waiting:
            self._waiting[record.id] = record
            self._rows.put(f"s|{record.id}", SignalRow(record))
        return iter(emits)

    def advance(self, watermark_ms: int) -> Iterator[Emit]:
        emits: list[Emit] = []
        ready = [signal for signal in self._waiting.values() if milliseconds(signal.tick_at) <= watermark_ms]
        for signal in sorted(ready, key=_order):
            # A signal of a stalled channel may be older than what has passed; time does not run back for it.
            now_ms = max(milliseconds(signal.tick_at), self._passed_ms)
            self._pass(now_ms, emits)
            del self._waiting[signal.id]
            self._rows.delete(f"s|{signal.id}")
            self._apply(signal, now_ms, emits)
        self._pass(watermark_ms, emits)
        if watermark_ms > self._passed_ms:
            self._passed_ms = watermark_ms
            self._rows.put("w", PassedRow(watermark_ms))
            for each in [each for each, tick_ms in self._applied.items() if tick_ms < watermark_ms - 2 * DAY_MS]:
                del self._applied[each]
                self._rows.delete(f"i|{each}")
        return iter(emits)

    def _pass(self, until_ms: int, emits: list[Emit]) -> None:
        """Let time pass: what is due before `until_ms` happens, each at its own instant."""
        while self._due:
            (brand, crisis_id), due_ms = min(self._due.items(), key=lambda item: (item[1], item[0]))
            if due_ms >= until_ms:
                return
            row = self._open[brand][crisis_id]
            severity = row.crisis.severity
            is_over = settle(row, due_ms)
            if is_over:
                self._tell(
                    row, "crisis.resolved", due_ms, ("every episode has ended and it stayed quiet",), None, emits
                )
                del self._open[brand][crisis_id], self._due[brand, crisis_id]
                self._rows.delete(f"c|{crisis_id}")
                continue
            if row.crisis.severity != severity:
                emits.append(Emit(streams.CRISIS_STATE, crisis_id, row.crisis))
            self._keep(row)

    def _apply(self, signal: Signal, now_ms: int, emits: list[Emit]) -> None:
        """Let a signal join its crisis, or open one; tell if that changed how bad it is."""
        row = find_crisis(self._open.get(signal.brand, {}).values(), signal)
        if row is None:
            if signal.state == "ended":
                return
            row = open_crisis(signal, now_ms, is_exercise=self._setup.is_exercise)
            self._open.setdefault(signal.brand, {})[row.crisis.id] = row
            event: EventType = "crisis.opened" if is_alarm(row.crisis.severity) else "crisis.watched"
            self._tell(row, event, now_ms, row.crisis.reasons, signal, emits)
        else:
            if signal.id in row.crisis.signals:
                return
            before, was_coordinated = row.crisis, is_coordinated(row)
            join(row, signal, now_ms)
            # That accounts act alike changes what to do, however bad it was before.
            is_news = is_coordinated(row) and not was_coordinated and is_alarm(before.severity)
            if is_news or rank(row.crisis.severity) > rank(before.severity):
                event = "crisis.escalated" if is_alarm(before.peak_severity) else "crisis.opened"
                self._tell(row, event, now_ms, row.crisis.reasons, signal, emits)
            else:
                emits.append(Emit(streams.CRISIS_STATE, row.crisis.id, row.crisis))
        self._keep(row)

    def _keep(self, row: CrisisRow) -> None:
        self._rows.put(f"c|{row.crisis.id}", row)
        self._due[row.crisis.brand, row.crisis.id] = find_due(row)

    def _tell(
        self,
        row: CrisisRow,
        event: EventType,
        now_ms: int,
        because: tuple[str, ...],
        signal: Signal | None,
        emits: list[Emit],
    ) -> None:
        """Emit an event, and the crisis as it stands after it."""
        status = move(row.crisis.status if row.sequence else "new", event)
        resolved_at = instant(now_ms) if status == "resolved" else None
        row.crisis = crisis = row.crisis.replace(status=status, resolved_at=resolved_at, updated_at=instant(now_ms))
        row.sequence += 1
        told = EscalationEvent(
            id=hash_of(crisis.id, str(row.sequence), event, signal.id if signal else str(now_ms)),
            type=event,
            sequence=row.sequence,
            at=instant(now_ms),
            crisis=crisis,
            because=because,
            signal=signal,
            previous=row.previous,
        )
        row.previous = hash_of(told.encode().decode())
        headers = tuple(told.headers(self._setup.namespace))
        is_urgent = event in ("crisis.opened", "crisis.escalated")
        emits.append(Emit(streams.CRISES, crisis.brand, told, headers, is_urgent))
        emits.append(Emit(streams.CRISIS_STATE, crisis.id, crisis))


def _order(signal: Signal) -> tuple[int, str, str]:
    return milliseconds(signal.tick_at), signal.kind, signal.id


__all__ = ["Escalate", "EscalateRow", "Named"]
