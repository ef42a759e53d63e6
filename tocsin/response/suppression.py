"""What keeps a message back: a silence, a maintenance window, a bigger crisis. Nothing is kept back without a reason.

What is kept back is an event of the crisis all the same; it is counted in `Crisis.suppressed`, by its reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from schemas.command import Silence
from schemas.mention import WHOLE_BRAND
from tocsin.flow import Rows
from tocsin.instants import instant, milliseconds
from tocsin.response.lifecycle import ACTIVE
from tocsin.response.plan import MaintenanceWindow, Plan
from tocsin.response.plan import Silence as PlannedSilence
from tocsin.response.rows import CrisisRow, SilenceRow
from tocsin.response.severity import is_alarm, rank

#: The reasons, as they stand in `Crisis.suppressed`.
GROUPED: Final = "grouped: it joined what people know of"
SILENCED: Final = "silenced by a person"
MAINTENANCE: Final = "maintenance window"
INHIBITED: Final = "inhibited by the brand's own crisis"
COOL_DOWN: Final = "cool-down after the last page"
FLAP_GUARD: Final = "flap guard: the severity fell and rose at once"
REASONS: Final = (GROUPED, SILENCED, MAINTENANCE, INHIBITED, COOL_DOWN, FLAP_GUARD)


class Suppressed(NamedTuple):
    """That a message is kept back.

    Attributes:
        reason: one of `REASONS`.
        why: this time, as a sentence.
        until_ms: when that ends; None: with the bigger crisis.
    """

    reason: str
    why: str
    until_ms: int | None


def count(row: CrisisRow, reason: str) -> None:
    """One more message was kept back."""
    counts = row.crisis.suppressed
    row.crisis = row.crisis.replace(suppressed=counts | {reason: counts.get(reason, 0) + 1})


def is_about_all(row: CrisisRow) -> bool:
    """Is it a crisis of the brand as a whole by now, whatever it began with?"""
    if row.crisis.subject == WHOLE_BRAND:
        return True
    return any(part.topic == WHOLE_BRAND and is_alarm(part.severity) for part in row.parts.values())


class Suppression:
    """The silences of one partition, those of the plan, and the rule of inhibition.

    Args:
        rows: those with the prefix `m|` are silences that people commanded.
    """

    def __init__(self, plan: Plan | None, rows: Rows) -> None:
        self._rows = rows
        self._planned: dict[str, list[PlannedSilence]] = {}
        self._windows: dict[str, list[MaintenanceWindow]] = {}
        for silence in plan.silences if plan else ():
            self._planned.setdefault(silence.brand, []).append(silence)
        for window in plan.maintenance if plan else ():
            self._windows.setdefault(window.brand, []).append(window)
        self._silences: dict[str, dict[str, Silence]] = {}
        for _, row in rows.items("m|"):
            self._silences.setdefault(row.silence.brand, {})[row.silence.id] = row.silence

    @property
    def silences(self) -> list[Silence]:
        """Those that people commanded and that have not ended, of all brands."""
        return [silence for silences in self._silences.values() for silence in silences.values()]

    def add(self, silence: Silence) -> None:
        self._silences.setdefault(silence.brand, {})[silence.id] = silence
        self._rows.put(f"m|{silence.id}", SilenceRow(silence))

    def remove(self, silence: Silence) -> None:
        del self._silences[silence.brand][silence.id]
        self._rows.delete(f"m|{silence.id}")

    def find(self, row: CrisisRow, now_ms: int) -> Suppressed | None:
        """What keeps messages of a crisis back at an instant; of several silences the one that ends last."""
        crisis = row.crisis
        found = [
            (milliseconds(each.until), each.by, each.reason)
            for each in (*self._silences.get(crisis.brand, {}).values(), *self._planned.get(crisis.brand, ()))
            if each.topic in (None, crisis.subject) and now_ms < milliseconds(each.until)
        ]
        if found:
            until_ms, by, reason = max(found)
            return Suppressed(
                SILENCED, f"silenced by {by} until {instant(until_ms):%Y-%m-%d %H:%M} UTC: {reason}", until_ms
            )
        for window in self._windows.get(crisis.brand, ()):
            is_on = milliseconds(window.starts_at) <= now_ms < milliseconds(window.until)
            is_its = window.topic in (None, crisis.subject)
            if is_on and is_its and rank(crisis.severity) <= rank(window.mutes_up_to):
                why = f"maintenance by {window.by} until {window.until:%Y-%m-%d %H:%M} UTC: {window.reason}"
                return Suppressed(MAINTENANCE, why, milliseconds(window.until))
        return None

    def find_inhibition(self, row: CrisisRow, others: Iterable[CrisisRow]) -> Suppressed | None:
        """The crisis of the brand as a whole that people are told of already, if it is at least as bad."""
        if is_about_all(row):
            return None
        for other in others:
            is_told = other.crisis.status in ACTIVE and is_alarm(other.crisis.severity) and is_about_all(other)
            if is_told and rank(other.crisis.severity) >= rank(row.crisis.severity):
                return Suppressed(INHIBITED, f"the brand as a whole has a crisis: {other.crisis.id}", None)
        return None
