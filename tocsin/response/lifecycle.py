"""The life of a crisis as a table: (status, event) → status. What is not in it cannot happen."""

from __future__ import annotations

from typing import Literal

from schemas.crisis import EventType, Status

#: `new` is before the first event.
Before = Literal["new"] | Status

# fmt: off
LIFECYCLE: dict[tuple[Before, EventType], Status] = {
    ("new",  "crisis.watched"):   "open",      # worth a record, messages nobody
    ("new",  "crisis.opened"):    "open",      # an alarm from the start
    ("open", "crisis.opened"):    "open",      # a watch became an alarm
    ("open", "crisis.escalated"): "open",      # an alarm became worse
    ("open", "crisis.resolved"):  "resolved",  # every episode ended and it stayed quiet
}
# fmt: on


class IllegalMoveError(Exception):
    """An event that the status does not allow; names both, and what would be allowed."""

    def __init__(self, status: Before, event: EventType) -> None:
        allowed = ", ".join(each for before, each in LIFECYCLE if before == status) or "nothing"
        super().__init__(f"{event} cannot happen to a crisis that is {status}; allowed: {allowed}")
        self.status = status
        self.event = event


def move(status: Before, event: EventType) -> Status:
    """The status after an event.

    >>> move("open", "crisis.resolved")
    'resolved'

    Raises:
        IllegalMoveError: the table does not know the pair.
    """
    try:
        return LIFECYCLE[status, event]
    except KeyError:
        raise IllegalMoveError(status, event) from None
