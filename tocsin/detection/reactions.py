"""How long after a post it is reshared: SEISMIC's memory kernel, its integrals, and the answers it makes in the future.

Measured on Twitter by Zhao, Q. et al. (2015), SEISMIC (KDD): flat for five minutes, then a power law so heavy that a
third of all reactions come after three hours and a fifth after a day. Times are in seconds.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Final

#: Density `_DENSITY` a second for the first `_CUTOFF` seconds, then falling with the power −(1 + `_THETA`). Sums to 1.
_THETA: Final = 0.2314843
_CUTOFF: Final = 300.0
_DENSITY: Final = 6.265725e-4
_TAIL: Final = _DENSITY * _CUTOFF / _THETA
_HEAD_MOMENT: Final = _DENSITY * _CUTOFF * _CUTOFF / 2
_TAIL_MOMENT: Final = _DENSITY * _CUTOFF * _CUTOFF / (1.0 - _THETA)


def outstanding(age: float) -> float:
    """The share of reactions that come later than `age` seconds after a post.

    >>> outstanding(0.0), round(outstanding(3 * 3600), 2), round(outstanding(24 * 3600), 2)
    (1.0, 0.35, 0.22)
    """
    if age <= _CUTOFF:
        return 1.0 - _DENSITY * age
    power: float = (age / _CUTOFF) ** -_THETA
    return _TAIL * power


def _moment(age: float) -> float:
    """∫ u·φ(u) du from 0 to `age`: seconds of delay, summed over the reactions until then."""
    if age <= _CUTOFF:
        return _DENSITY * age * age / 2
    power: float = (age / _CUTOFF) ** (1.0 - _THETA)
    return _HEAD_MOMENT + _TAIL_MOMENT * (power - 1.0)


def due(age: float, window: float) -> float:
    """The reactions to a post of `age` that were due in the window, newer ones weighing more: ∫ K(s) φ(age − s) ds.

    K falls from 1 now to 0 at the window's begin (SEISMIC's triangular weight).
    """
    begin = max(0.0, age - window)
    share = outstanding(begin) - outstanding(age)
    return (1.0 - age / window) * share + (_moment(age) - _moment(begin)) / window


def draw_delay(uniform: float) -> float:
    """The delay below which a share `uniform` (0 ≤ u < 1) of reactions come: what simulated cascades are made of."""
    flat = _DENSITY * _CUTOFF
    if uniform < flat:
        return uniform / _DENSITY
    delay: float = _CUTOFF * ((1.0 - uniform) / _TAIL) ** (-1.0 / _THETA)
    return delay


def _answered(seconds: float) -> float:
    """∫ of the share of reactions until u, over u from 0 to `seconds`."""
    return seconds - seconds * outstanding(seconds) - _moment(seconds) if seconds > 0.0 else 0.0


@lru_cache(maxsize=8)
def future_cells(horizon: float) -> tuple[list[float], list[list[float]]]:
    """Cells of the future that widen with the distance, and how one answers another.

    Returns:
        The cells' edges in seconds from now; and for cell j the shares, one for each cell i ≤ j, of the reactions to
        posts of cell i (spread evenly in it) that come in cell j.
    """
    edges = [0.0, min(_CUTOFF, horizon)]
    while edges[-1] < horizon:
        edges.append(min(horizon, max(edges[-1] * 1.35, edges[-1] + _CUTOFF)))
    cells = list(pairwise(edges))
    shares = []
    for place, (start, end) in enumerate(cells):
        row = []
        for first, last in cells[: place + 1]:
            until_end = _answered(end - first) - _answered(end - last)
            until_start = _answered(start - first) - _answered(start - last)
            row.append((until_end - until_start) / (last - first))
        shares.append(row)
    return edges, shares
