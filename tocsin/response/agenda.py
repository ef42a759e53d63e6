"""What is due when: the earliest first, in logarithmic time however many wait."""

from __future__ import annotations

from heapq import heapify, heappop, heappush


class Agenda:
    """One instant for each key, ms since 1970; of equal instants the smaller key comes first."""

    def __init__(self) -> None:
        self._due: dict[str, int] = {}
        #: Entries that are no longer true stay in the heap until they come up.
        self._heap: list[tuple[int, str]] = []

    def set(self, key: str, due_ms: int) -> None:
        """Put a key down for an instant, instead of the one it had."""
        if self._due.get(key) == due_ms:
            return
        self._due[key] = due_ms
        heappush(self._heap, (due_ms, key))
        if len(self._heap) > 64 + 4 * len(self._due):
            self._heap = [(due, each) for each, due in self._due.items()]
            heapify(self._heap)

    def remove(self, key: str) -> None:
        """Forget a key; one that is not there is forgotten already."""
        self._due.pop(key, None)

    def find_first(self, before_ms: int) -> tuple[int, str] | None:
        """The earliest instant and its key, if it is before `before_ms`; it stays until it is set or removed."""
        while self._heap:
            due_ms, key = self._heap[0]
            if self._due.get(key) != due_ms:
                heappop(self._heap)
                continue
            return (due_ms, key) if due_ms < before_ms else None
        return None
