"""What a person sees while mentions are played: a progress bar, and cards above it as they fire."""

from __future__ import annotations

import shutil
import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from schemas.crisis import EventType
from tocsin.cards import event_json, render_card, render_coloured_card, should_colour
from tocsin.feed import Heard
from tocsin.instants import instant

#: That a severity fell, or that all was well a day later, is no news while days pass in seconds.
_CALM: frozenset[EventType] = frozenset({"crisis.eased", "crisis.followed_up"})


class Screen:
    """Cards on standard output, the bar on standard error and only on a terminal.

    Args:
        total: mentions to be played.
        is_json: one JSON object a line in place of cards.
    """

    def __init__(self, total: int, *, is_json: bool = False) -> None:
        self._total = total
        self._is_json = is_json
        is_terminal = sys.stderr.isatty()
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            disable=not is_terminal,
            transient=True,
            # Cards go above the bar where both are on one terminal; else they are none of its business.
            redirect_stdout=is_terminal and sys.stdout.isatty(),
            redirect_stderr=is_terminal,
        )
        self._task = self._bar.add_task("starting", total=total)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def show_progress(self, count: int, at_ms: int) -> None:
        """So many mentions are written, up to this event time."""
        words = f"{instant(at_ms):%a %d %b %H:%M}" if count < self._total else "digesting"
        self._bar.update(self._task, completed=count, description=words)

    def show_event(self, heard: Heard) -> None:
        """An escalation event, as it fires; as a card only what tells more than that all is well."""
        if self._is_json or heard.event.type not in _CALM:
            write_event(heard, is_json=self._is_json)


def write_event(heard: Heard, *, is_json: bool) -> None:
    """A card on standard output, coloured on a terminal; or one line of JSON."""
    if is_json:
        text = event_json(heard.event, heard.evidence).decode() + "\n"
    else:
        render = render_coloured_card if should_colour(sys.stdout) else render_card
        # One column is left free: some terminals break a line that fills them all.
        text = render(heard.event, heard.evidence, width=shutil.get_terminal_size((80, 24)).columns - 1) + "\n"
    sys.stdout.write(text)
    sys.stdout.flush()
