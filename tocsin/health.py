"""Whether this process lives, and whether it is ready: what `/live` and `/ready` answer, and why.

Live means that its loop turns: a supervisor that finds it dead should start it again. Ready means that it does its work
now: it owns its partitions, their rows are recovered, and Kafka answers. One that is not ready is waited for.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

log = logging.getLogger(__name__)

#: The loop turns every second; no chunk takes longer than a fraction of one.
DEAD_AFTER_S = 60.0
#: Kafka is asked every few seconds; a broker that restarts is back before this.
KAFKA_AWAY_AFTER_S = 15.0


class Health:
    """The state of one process. Written by its loop, read by the thread that answers.

    Args:
        waits_for: why it is not ready yet.
        does: what it does when it is, for the log.
        now: seconds that never go back.
    """

    def __init__(
        self,
        waits_for: str = "it is starting",
        does: str = "partitions are ours, their rows are here, Kafka answers",
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._now = now
        self._problem = waits_for
        self._does = does
        #: None: nobody has said so yet.
        self._turned_at: float | None = None
        self._heard_at: float | None = None
        self._was_ready = False
        self._told = ""

    def begin(self) -> None:
        """It does its work from now on."""
        self._problem = ""
        self.review()

    def wait(self, problem: str) -> None:
        """It does not do its work until `begin`.

        Args:
            problem: as the end of the sentence "not ready: …".
        """
        self._problem = problem
        self.review()

    def turn(self) -> None:
        """The loop has turned; to be called every second."""
        self._turned_at = self._now()
        self.review()

    def hear_kafka(self) -> None:
        """Kafka has answered."""
        self._heard_at = self._now()

    def find_death(self) -> str:
        """Why it should be started again; empty while it lives."""
        still_s = self._since(self._turned_at)
        return f"its loop has not turned for {still_s:.0f} s" if still_s > DEAD_AFTER_S else ""

    def find_problem(self) -> str:
        """Why it is not ready; empty while it is."""
        away_s = self._since(self._heard_at)
        if away_s > KAFKA_AWAY_AFTER_S:
            return f"Kafka has not answered for {away_s:.0f} s"
        return self._problem or self.find_death()

    def _since(self, at: float | None) -> float:
        return 0.0 if at is None else self._now() - at

    @property
    def is_ready(self) -> bool:
        """Nothing speaks against it."""
        return not self.find_problem()

    def review(self) -> None:
        """Say in the log when it has become ready, when it no longer is, and when the reason is another."""
        problem = self.find_problem()
        kind = problem.split(" for ")[0]  # seconds go on counting: no other reason
        if problem and kind != self._told:
            log.warning("not ready: %s", problem)
        elif not problem and not self._was_ready:
            log.info("ready: %s", self._does)
        self._told, self._was_ready = kind, not problem
