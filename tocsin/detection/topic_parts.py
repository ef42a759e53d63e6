"""Mentions of topics that wait for the tick that judges them, joined to parts as they come.

A part is what came for one minute of one topic, some 40 kB at most; then another part begins. The row of a part is
`p|tick|minute|number|brand|topic`, minutes since 1970, ticks in ms.
"""

from __future__ import annotations

from schemas.mention import TopicMention
from tocsin.detection.agenda import ByTick
from tocsin.detection.spans import HORIZON_MINUTES
from tocsin.detection.topic_rows import PartRow
from tocsin.flow import Rows
from tocsin.instants import MINUTE_MS, TICK_MS, tick_end

#: In place of the minute of a mention that is older than every span: it is only counted, as late.
TOO_OLD = -1

_HORIZON_MS = HORIZON_MINUTES * MINUTE_MS

#: Topic → minute → its parts; the last one is the open one.
Parts = dict[str, dict[int, list[PartRow]]]


class TopicParts:
    """The parts of one partition; keys of topics are `brand|topic`."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._waiting: ByTick[Parts] = ByTick()
        #: (brand, topic, tick) → row and part that its next mention goes to, if it is not late.
        self._open: dict[tuple[str, str, int], tuple[str, PartRow, bool]] = {}
        parts = [(key.split("|", 4), row) for key, row in rows.items("p|")]
        for (_, tick, minute, _, topic_key), row in sorted(parts, key=lambda part: int(part[0][3])):
            self._at(int(tick)).setdefault(topic_key, {}).setdefault(int(minute), []).append(row)

    def add(self, mention: TopicMention, posted_ms: int, judged_ms: int) -> None:
        """Add a mention to the open part of its tick; of the next one, if its tick was judged (`judged_ms`)."""
        place = mention.brand, mention.topic, posted_ms // TICK_MS
        slot = self._open.get(place)
        if slot is None or slot[1].is_full:
            slot = self._find_open(mention.topic_key, posted_ms, judged_ms)
            if not slot[2]:
                self._open[place] = slot
        row, part, is_late = slot
        part.count(mention, posted_ms, is_late)
        self._rows.put(row, part)

    def pop(self, tick: int) -> Parts:
        """What waited for a tick. It is forgotten here."""
        waiting = self._waiting.pop(tick, {})
        for key, minutes in waiting.items():
            for minute, parts in minutes.items():
                for number in range(1, len(parts) + 1):
                    self._rows.delete(f"p|{tick}|{minute}|{number}|{key}")
        return waiting

    def close(self) -> None:
        """Ticks were judged: what comes for them from now on is late."""
        self._open.clear()

    def find_first(self) -> int | None:
        """The first tick that something waits for."""
        return self._waiting.first()

    def find_last(self) -> int | None:
        """The last tick that something waits for."""
        return max(self._waiting, default=None)

    def _find_open(self, key: str, posted_ms: int, judged_ms: int) -> tuple[str, PartRow, bool]:
        """The part that counts a mention of this time: its row, itself, and whether the mention is late."""
        tick, minute, is_late = tick_end(posted_ms), posted_ms // MINUTE_MS, False
        if tick <= judged_ms:
            tick, is_late = judged_ms + TICK_MS, True
            if posted_ms < judged_ms - _HORIZON_MS:
                minute = TOO_OLD
        parts = self._at(tick).setdefault(key, {}).setdefault(minute, [])
        if not parts or parts[-1].is_full:
            parts.append(PartRow())
        return f"p|{tick}|{minute}|{len(parts)}|{key}", parts[-1], is_late

    def _at(self, tick: int) -> Parts:
        waiting = self._waiting.get(tick)
        if waiting is None:
            waiting = self._waiting[tick] = {}
        return waiting
