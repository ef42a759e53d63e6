"""What a topic's hour came to, and what is usual: told once an hour, so that somebody can look back at a crisis."""

from __future__ import annotations

from typing import Final

from schemas.measure import Measure
from tocsin.detection.baseline import SPANS_MINUTES, BaselinePolicy
from tocsin.detection.burst import usual_share
from tocsin.detection.spans import Spans
from tocsin.detection.topic_rows import KeyRow
from tocsin.instants import DAY_MS, HOUR_MS, TICK_MS, instant
from tocsin.shares import find_upper_share

_HOUR_MINUTES: Final = 60
_HOUR: Final = SPANS_MINUTES.index(_HOUR_MINUTES)


def measure_hour(key: str, row: KeyRow, spans: Spans, end_ms: int, policy: BaselinePolicy) -> Measure | None:
    """The hour that ends at `end_ms`; None when nothing was said.

    Call it before the baselines learn that hour.

    Args:
        spans: slid to the last minute of the hour.
    """
    mentions, negatives = spans.totals[_HOUR][:2]
    if not mentions:
        return None
    brand, _, topic = key.rpartition("|")
    speaking, complaining = spans.distinct_at(_HOUR)
    usual = _find_usual(row, end_ms, policy)
    return Measure(
        brand=brand,
        topic=topic,
        start_at=instant(end_ms - HOUR_MS),
        mentions=mentions,
        negatives=negatives,
        distinct_authors=speaking,
        distinct_negative_authors=min(complaining, speaking),
        usual_share=round(usual, 4),
        band_share=round(find_upper_share(usual, speaking), 4),
        is_warming_up=end_ms - row.since_ms < policy.warm_up_days * DAY_MS,
    )


def next_measure_ms(row: KeyRow) -> int | None:
    """The tick that tells the hour of the newest mention; None when it was told."""
    end_ms = -(-row.last_ms // HOUR_MS) * HOUR_MS
    return end_ms + TICK_MS if row.learned_ms < end_ms else None


def _find_usual(row: KeyRow, at_ms: int, policy: BaselinePolicy) -> float:
    """The share that usually complains, over all hours of the day."""
    levels = []
    for kind in ("negative_burst", "burst"):
        memory = row.memories[kind]
        levels.append(memory.expect(at_ms, policy)[_HOUR][0] / memory.factor(_HOUR_MINUTES, at_ms - 1, policy))
    return usual_share(*levels)
