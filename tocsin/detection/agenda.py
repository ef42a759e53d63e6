"""What waits for which tick: a dictionary that knows its least key without looking at all of them."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TypeVar

V = TypeVar("V")


class ByTick(dict[int, V]):
    """A dictionary by tick whose least tick costs O(log n): a replay can have thousands of ticks waiting.

    >>> waiting: ByTick[str] = ByTick()
    >>> waiting[20], waiting[10] = "later", "sooner"
    >>> waiting.first()
    10
    >>> waiting.pop(10), waiting.first()
    ('sooner', 20)
    """

    def __init__(self) -> None:
        super().__init__()
        self._ticks: list[int] = []

    def __setitem__(self, tick: int, value: V) -> None:
        if tick not in self:
            heappush(self._ticks, tick)
        super().__setitem__(tick, value)

    def first(self) -> int | None:
        """The least tick that something waits for; None when nothing waits."""
        ticks = self._ticks
        while ticks and ticks[0] not in self:
            heappop(ticks)
        return ticks[0] if ticks else None
