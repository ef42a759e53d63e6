"""What topics told, five minutes at a time, and their usual words: what a signal shows beside its count.

Rows (the prefix of their keys): `c|` what five minutes of a topic told, `u|` a topic's usual words.
"""

from __future__ import annotations

from tocsin.detection.signals import CELL_MS, Shown
from tocsin.detection.spans import HORIZON_MINUTES, Spans
from tocsin.detection.terms import TermCounts
from tocsin.detection.topic_rows import CellRow, PartRow, UsualRow
from tocsin.flow import Rows
from tocsin.instants import HOUR_MS, MINUTE_MS

_HOUR_CELLS = HOUR_MS // CELL_MS
_HORIZON_MS = HORIZON_MINUTES * MINUTE_MS


class TopicTold:
    """The topics of one partition; keys are `brand|topic`."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._cells: dict[str, dict[int, CellRow]] = {}
        self._usual: dict[str, UsualRow] = {key[2:]: row for key, row in rows.items("u|")}
        for key, row in rows.items("c|"):
            _, cell, topic_key = key.split("|", 2)
            self._cells.setdefault(topic_key, {})[int(cell)] = row

    def add(self, key: str, minute: int, part: PartRow) -> None:
        """Join a part of a minute (since 1970) to its cell."""
        cell = minute * MINUTE_MS // CELL_MS
        cells = self._cells.setdefault(key, {})
        told = cells.get(cell)
        if told is None:
            told = cells[cell] = CellRow()
        for voice in part.voices:
            if not voice.is_update:
                told.add(voice)
        self._rows.put(f"c|{cell}|{key}", told)

    def forget_old(self, key: str, tick: int) -> None:
        """Drop cells that no span holds any more."""
        cells = self._cells.get(key)
        if not cells:
            return
        oldest = (tick - _HORIZON_MS) // CELL_MS - 1
        for cell in [cell for cell in cells if cell < oldest]:
            del cells[cell]
            self._rows.delete(f"c|{cell}|{key}")

    def forget(self, key: str) -> None:
        """Drop a topic of which nothing was heard for long."""
        self._cells.pop(key, None)
        if self._usual.pop(key, None) is not None:
            self._rows.delete(f"u|{key}")

    def learn_words(self, key: str, hour: int) -> None:
        """The hour (since 1970) has ended: its words become usual."""
        heard = TermCounts()
        cells = self._cells.get(key, {})
        for cell in range(hour * _HOUR_CELLS, (hour + 1) * _HOUR_CELLS):
            if cell in cells:
                heard.merge(cells[cell].terms)
        usual = self._usual.get(key)
        if usual is None:
            if not heard.mentions:
                return
            usual = self._usual[key] = UsualRow()
        usual.terms.learn(heard)
        self._rows.put(f"u|{key}", usual)

    def shown(self, key: str, spans: Spans) -> Shown:
        """What a signal of this topic shows now."""
        usual = self._usual.get(key)
        return Shown(spans, self._cells.get(key, {}), usual.terms if usual is not None else None)
