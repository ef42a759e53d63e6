"""How rare is this score in the stream's own past? A conformal p-value over a bounded histogram.

p = (1 + #{past scores ≥ score}) / (1 + #past): if past and present are exchangeable, p ≤ a happens with probability
at most a, whatever the score is made of (Vovk, Gammerman & Shafer 2005; for anomalies, Laxhammar & Falkman 2014). So
one threshold on −log10 p serves streams of every loudness, and is itself the false-alarm budget.

    >>> past = Conformal()
    >>> for score in (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
    ...     past.learn(score)
    >>> past.p(0.65), past.p(3.0)
    (0.3, 0.1)
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log10

import msgspec


@dataclass(frozen=True, slots=True)
class ConformalPolicy:
    """The bins of the histogram, and how much past it holds. The defaults are for log-ratios of ×.37 to ×30."""

    lowest: float = -1.0  # what is lower surprises nobody
    width: float = 0.04  # all in the score's own bin count as higher: p errs high, by a tenth in a loud stream's tail
    bins: int = 112
    most: int = 4_032  # a fortnight of five minutes: then each bin is halved, so that unlearned first days fade


DEFAULT = ConformalPolicy()


class Conformal(msgspec.Struct, array_like=True, omit_defaults=True):
    """Past scores of one stream: one or two hundred bytes.

    Attributes:
        counts: how many past scores fell into each bin, up to the highest bin that was ever reached.
        total: their sum.
    """

    counts: list[int] = msgspec.field(default_factory=list)
    total: int = 0

    def p(self, score: float, policy: ConformalPolicy = DEFAULT) -> float:
        """The share of the past that was as high or higher, never below 1/(1 + #past)."""
        return (1 + sum(self.counts[find_bin(score, policy) :])) / (1 + self.total)

    def surprise(self, score: float, policy: ConformalPolicy = DEFAULT) -> float:
        """−log10 p: 2 is once in a hundred."""
        return -log10(self.p(score, policy))

    def learn(self, score: float, policy: ConformalPolicy = DEFAULT) -> None:
        place = find_bin(score, policy)
        if place >= len(self.counts):
            self.counts.extend([0] * (place + 1 - len(self.counts)))
        self.counts[place] += 1
        self.total += 1
        if self.total >= policy.most:
            self.counts = [count // 2 for count in self.counts]
            self.total = sum(self.counts)


def find_bin(score: float, policy: ConformalPolicy = DEFAULT) -> int:
    """The bin of a score; what lies outside goes into the first and the last.

    >>> find_bin(-9.0), find_bin(0.05), find_bin(99.0)
    (0, 26, 111)
    """
    place = (score - policy.lowest) / policy.width
    return int(min(max(place, 0.0), policy.bins - 1))
