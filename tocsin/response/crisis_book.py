"""The crises of one partition: kept in rows, told of in events that are chained by their hashes, found by what is due.

Whatever happens to a crisis goes through `CrisisBook.tell`: it moves the status by the lifecycle, cancels the timers
that the new status does not have, and writes the event down. A crisis that changed without an event is told on
`crises.state` once for each instant, however many signals have joined it in that instant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any, Final, Protocol

from schemas import streams
from schemas.crisis import Crisis, EscalationEvent, EventType, Page, Status
from schemas.signal import Signal
from tocsin.flow import Emit, Rows
from tocsin.instants import instant, milliseconds
from tocsin.response.agenda import Agenda
from tocsin.response.event_log import hash_event
from tocsin.response.lifecycle import ACTIVE, ENDS, RECORDED, move
from tocsin.response.parts import find_next_change
from tocsin.response.plan import Plan
from tocsin.response.playbooks.choose import choose
from tocsin.response.playbooks.read import Library
from tocsin.response.rows import CrisisRow, hash_of
from tocsin.response.severity import is_alarm
from tocsin.response.suppression import Suppression, count

#: The timers that a status has (`tocsin.response.timers`); the others are cancelled when it changes.
TIMERS: Final[dict[Status, frozenset[str]]] = {
    "open": frozenset({"page", "update", "briefing", "follow-up"}),
    "acknowledged": frozenset({"acknowledgement", "update", "briefing", "follow-up"}),
    "contained": frozenset({"briefing", "follow-up"}),
    "resolved": frozenset({"follow-up", "removal"}),
    "reviewed": frozenset({"follow-up", "removal"}),
    "dismissed": frozenset({"removal"}),
}
#: Committed at once: somebody is woken by them, or waits for them.
URGENT: Final[frozenset[EventType]] = frozenset(
    {"crisis.opened", "crisis.escalated", "crisis.reopened", "crisis.paged", "crisis.acknowledged"}
)
#: What happens now may have changed which playbook fits.
_CHOOSES: Final[frozenset[EventType]] = frozenset(
    {"crisis.opened", "crisis.escalated", "crisis.reopened", "crisis.updated"}
)


class Named(Protocol):
    """What escalation has to know of its setup.

    Attributes:
        plan: whom to tell, as response.yaml says it; None: nobody is paged.
        library: the playbooks to choose from; None: none is chosen.
    """

    @property
    def namespace(self) -> str: ...
    @property
    def is_exercise(self) -> bool: ...
    @property
    def is_live(self) -> bool: ...
    @property
    def plan(self) -> Plan | None: ...
    @property
    def library(self) -> Library | None: ...


class CrisisBook:
    """The crises of one partition.

    Args:
        rows: those with the prefix `c|` are crises.

    Attributes:
        emits: what is to be sent; whoever asks the book to do something takes it away.
    """

    def __init__(self, setup: Named, rows: Rows, suppression: Suppression) -> None:
        self.emits: list[Emit] = []
        self._setup = setup
        self._rows = rows
        self._suppression = suppression
        self._brands: dict[str, dict[str, CrisisRow]] = {}
        self._brand_of: dict[str, str] = {}
        self._agenda = Agenda()
        self._stale: dict[str, CrisisRow] = {}
        for _, row in sorted(rows.items("c|")):
            self._enter(row)
            if row.is_stale:
                self._stale[row.crisis.id] = row

    def of(self, brand: str) -> Collection[CrisisRow]:
        """The crises of a brand, closed ones too."""
        return self._brands.get(brand, {}).values()

    def all(self) -> list[CrisisRow]:
        """The crises of all brands."""
        return [row for rows in self._brands.values() for row in rows.values()]

    def find(self, crisis_id: str) -> CrisisRow | None:
        """A crisis of any brand of this partition."""
        brand = self._brand_of.get(crisis_id)
        return None if brand is None else self._brands[brand][crisis_id]

    def count_active(self) -> Counter[tuple[str, str]]:
        """How many crises are neither resolved nor dismissed, by (severity, status)."""
        rows = (row for of_brand in self._brands.values() for row in of_brand.values())
        return Counter((row.crisis.severity, row.crisis.status) for row in rows if is_active(row))

    def find_due(self, before_ms: int) -> tuple[int, CrisisRow] | None:
        """The crisis to which something happens next, by time alone."""
        first = self._agenda.find_first(before_ms)
        if first is None:
            return None
        due_ms, crisis_id = first
        return due_ms, self._brands[self._brand_of[crisis_id]][crisis_id]

    def keep(self, row: CrisisRow, *, is_told: bool = False) -> None:
        """Keep what has changed; unless it was told just now, `flush` tells it."""
        row.is_stale = not is_told
        if is_told:
            self._stale.pop(row.crisis.id, None)
        else:
            self._stale[row.crisis.id] = row
        self._enter(row)
        self._rows.put(f"c|{row.crisis.id}", row)

    def remove(self, row: CrisisRow) -> None:
        """Forget a crisis; its record stays on `crises.state`."""
        crisis = row.crisis
        if self._stale.pop(crisis.id, None):
            self.emits.append(Emit(streams.CRISIS_STATE, crisis.id, crisis))
        self._agenda.remove(crisis.id)
        del self._brands[crisis.brand][crisis.id], self._brand_of[crisis.id]
        self._rows.delete(f"c|{crisis.id}")

    def flush(self) -> None:
        """Tell how those crises stand that have changed without an event."""
        for row in sorted(self._stale.values(), key=lambda row: row.crisis.id):
            row.is_stale = False
            self._rows.put(f"c|{row.crisis.id}", row)
            self.emits.append(Emit(streams.CRISIS_STATE, row.crisis.id, row.crisis))
        self._stale.clear()

    def tell(
        self,
        row: CrisisRow,
        event: EventType,
        now_ms: int,
        because: tuple[str, ...],
        *,
        signal: Signal | None = None,
        by: str = "",
        command: str = "",
        page: Page | None = None,
        **changes: Any,
    ) -> EscalationEvent:
        """Something happens to a crisis: the event, and the crisis as it stands after it.

        Args:
            now_ms: an instant that is older than the crisis's last change counts as that one.
            because: why now, as sentences.
            changes: fields of the crisis that change with it.

        Raises:
            IllegalMoveError: its status does not allow it.
        """
        status = move(row.crisis.status if row.sequence else "new", event)
        now_ms = max(now_ms, milliseconds(row.crisis.updated_at))
        crisis = row.crisis = row.crisis.replace(status=status, updated_at=instant(now_ms), **changes)
        row.timers = {name: due_ms for name, due_ms in row.timers.items() if name in TIMERS[status]}
        if status not in ("open", "acknowledged"):
            row.is_held = False
            crisis = row.crisis = crisis.replace(next_page=None)
        if event in _CHOOSES:
            self._choose_playbook(row)
        silenced = self._find_silence(row, event, now_ms)
        row.sequence += 1
        told = EscalationEvent(
            id=hash_of(crisis.id, str(row.sequence), event, command or (signal.id if signal else str(now_ms))),
            type=event,
            sequence=row.sequence,
            at=instant(now_ms),
            crisis=row.crisis,
            because=because,
            signal=signal,
            previous=row.previous,
            by=by,
            command=command,
            page=None if silenced else page,
            silenced=silenced,
        )
        row.previous = hash_event(told)
        if told.page is not None:
            row.told = tuple(dict.fromkeys((*row.told, *(each.person for each in told.page.recipients))))
        if event not in RECORDED:
            row.told_ms, row.changes = now_ms, 0
        headers = tuple(told.headers(self._setup.namespace))
        self.emits.append(Emit(streams.CRISES, crisis.brand, told, headers, event in URGENT))
        self.emits.append(Emit(streams.CRISIS_STATE, crisis.id, row.crisis))
        self.keep(row, is_told=True)
        return told

    def _find_silence(self, row: CrisisRow, event: EventType, now_ms: int) -> str:
        """Why nobody is messaged of an event that people would hear of; counted. Pages ask before they are told."""
        severity = row.crisis.peak_severity if event in ENDS else row.crisis.severity
        if event in RECORDED or not is_alarm(severity):
            return ""
        found = self._suppression.find(row, now_ms)
        if found is None:
            return ""
        count(row, found.reason)
        return found.why

    def _choose_playbook(self, row: CrisisRow) -> None:
        library = self._setup.library
        if library is None or not is_alarm(row.crisis.severity):
            return
        choice = choose(row.crisis, library, _profiles_of(row.crisis), following=row.crisis.playbook)
        row.crisis = row.crisis.replace(playbook=choice.playbook.id, playbook_reasons=choice.reasons)

    def _enter(self, row: CrisisRow) -> None:
        crisis = row.crisis
        self._brands.setdefault(crisis.brand, {})[crisis.id] = row
        self._brand_of[crisis.id] = crisis.brand
        self._agenda.set(crisis.id, find_due(row))


def find_due(row: CrisisRow) -> int:
    """When something happens to a crisis by time alone."""
    return min((find_next_change(row), *row.timers.values()))


def is_active(row: CrisisRow) -> bool:
    """Is it neither resolved nor dismissed?"""
    return row.crisis.status in ACTIVE


def _profiles_of(crisis: Crisis) -> set[str]:
    """Who is behind it, in the words by which playbooks are chosen."""
    found = {each.relation for each in crisis.profiles} & {"public", "employee", "competitor", "official"}
    words: set[str] = {*found, "public"}
    if "influence" in crisis.kinds:
        words.add("influential")
    if any(each.is_anonymous for each in crisis.profiles):
        words.add("anonymous")
    return words
