"""Named crash points: where a worker can be made to die, so that the fault suite can prove that nothing is lost.

`TOCSIN_CRASH_AT=before-commit` kills the process with SIGKILL when it first gets there; `before-commit#3` the third.
"""

from __future__ import annotations

import os
import signal

#: Every point at which dying is different. Each is hit by a test in tests/faults.
CRASH_POINTS = (
    "publish-sent",
    "publish-failed",
    "publish-acknowledged",
    "before-commit",
    "after-commit",
    "takeover",
    "revoke",
    "request-sent",
    "receipt",
)


class CrashPoint:
    """Dies at one named point; does nothing at all others."""

    def __init__(self, where: str = "") -> None:
        name, _, count = where.partition("#")
        if name and name not in CRASH_POINTS:
            raise ValueError(f"no crash point {name!r}; there are {', '.join(CRASH_POINTS)}")
        self._name = name
        self._left = int(count or 1)

    def reach(self, name: str) -> None:
        """The process has come to a point; it may end here."""
        if name == self._name:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def should_fail(self, name: str) -> bool:
        """Whether an error has to be provoked here (a publication that fails) instead of a death."""
        return name == self._name
