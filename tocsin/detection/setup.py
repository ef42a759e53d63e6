"""What the steps are told: the watchlist as it was compiled, the policies, the namespace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tocsin.detection.matching import Matcher


@dataclass(frozen=True, slots=True)
class Setup:
    """Handed to every step when it starts on a partition.

    Attributes:
        matcher: finds brands, topics and high-risk terms in a text; made from watchlist.yaml (`tocsin.watchlist`).
        namespace: the prefix of streams, groups and state.
        is_exercise: crises are marked, and only notifiers that opt in hear them.
        is_live: the clock carries event time, so that what is new belongs to now; in a replay the data carry it, and
            what arrives early has to wait for its time.
    """

    matcher: Matcher
    namespace: str = "tocsin"
    is_exercise: bool = False
    is_live: bool = True
