"""Silences by command: a person mutes a brand or one topic of it, until an instant or until somebody lifts it."""

from __future__ import annotations

from schemas import streams
from schemas.command import Command, Silence
from schemas.mention import WHOLE_BRAND
from tocsin.flow import Emit
from tocsin.instants import instant, milliseconds
from tocsin.response.agenda import Agenda
from tocsin.response.crisis_book import CrisisBook
from tocsin.response.rows import CrisisRow, hash_of
from tocsin.response.suppression import Suppression


class Refused(Exception):
    """A command cannot be carried out; the message says why."""


class Silences:
    """Those of one partition: made and lifted by commands, ended by time, told on `silences`."""

    def __init__(self, book: CrisisBook, suppression: Suppression) -> None:
        self._book = book
        self._suppression = suppression
        self._agenda = Agenda()
        for silence in suppression.silences:
            self._agenda.set(silence.id, milliseconds(silence.until))

    def add(self, command: Command, row: CrisisRow | None, now_ms: int) -> str:
        """Silence a brand, a topic of it, or, when a crisis is named, its subject.

        Raises:
            Refused: its end is over, its id is taken, or the crisis is not of that brand.
        """
        assert command.until is not None
        if milliseconds(command.until) <= now_ms:
            raise Refused(f"a silence needs an end to come, and {command.until:%Y-%m-%d %H:%M} is over")
        topic = command.topic
        if command.crisis:
            if row is None or row.crisis.brand != command.brand:
                raise Refused(f"there is no crisis {command.crisis} of {command.brand}, or it was over long ago")
            topic = row.crisis.subject
        silence = Silence(
            id=id_of(command), brand=command.brand, topic=topic, until=command.until, by=command.by,
            reason=command.reason, created_at=instant(now_ms),
        )  # fmt: skip
        if any(each.id == silence.id for each in self._suppression.silences):
            raise Refused(f"there is a silence {silence.id} already")
        self._suppression.add(silence)
        self._agenda.set(silence.id, milliseconds(silence.until))
        self._book.emits.append(Emit(streams.SILENCES, silence.id, silence))
        what = f"{silence.brand}, {silence.topic}" if silence.topic not in (None, WHOLE_BRAND) else silence.brand
        return f"{what} is silenced until {silence.until:%Y-%m-%d %H:%M} UTC; lift it by its id, {silence.id}"

    def lift(self, command: Command) -> str:
        """End a silence before its time.

        Raises:
            Refused: there is none of that id.
        """
        of_brand = {each.id: each for each in self._suppression.silences if each.brand == command.brand}
        if command.target not in of_brand:
            known = ", ".join(of_brand) or "none"
            raise Refused(f"there is no silence {command.target} of {command.brand}; there are: {known}")
        self._end(of_brand[command.target])
        return f"the silence {command.target} is lifted"

    def find_due(self, before_ms: int) -> int | None:
        """When the next one ends."""
        first = self._agenda.find_first(before_ms)
        return first[0] if first else None

    def end_due(self, due_ms: int) -> str:
        """End the one that is due at an instant; its brand."""
        first = self._agenda.find_first(due_ms + 1)
        assert first is not None
        silence = next(each for each in self._suppression.silences if each.id == first[1])
        self._end(silence)
        return silence.brand

    def _end(self, silence: Silence) -> None:
        self._suppression.remove(silence)
        self._agenda.remove(silence.id)
        self._book.emits.append(Emit(streams.SILENCES, silence.id, None))


def id_of(command: Command) -> str:
    """The id that was given to what a command makes, or one that follows from the command's."""
    return command.target or hash_of(command.action, command.id)
