"""How high a share may be by chance: the band of complaints, for detection and for those who look back."""

from __future__ import annotations

from math import sqrt
from typing import Final

#: People of one hour are not independent of each other: what any two agree beyond chance (hours and quarter days of the
#: airline tweets: .003 to .02).
AGREEMENT: Final = 0.02
#: Deviations that chance exceeds in one case of a hundred (one-sided).
_DEVIATIONS: Final = 2.326


def independent(people: float) -> float:
    """So many people weigh as many independent ones: the design effect of Kish (1965); at most fifty.

    >>> round(independent(410), 1)
    44.7
    """
    return people / (1.0 + AGREEMENT * (people - 1.0)) if people > 1 else float(people)


def find_upper_share(usual: float, people: float) -> float:
    """The upper edge of the band: the share that one crowd of a hundred exceeds, when usually `usual` of it complains.

    The normal tail of a binomial share, with half a person for its steps.

    >>> round(find_upper_share(0.09, 410), 2)
    0.2
    """
    weighs = independent(people)
    if weighs <= 0.0:
        return 1.0
    return min(1.0, usual + _DEVIATIONS * sqrt(usual * (1.0 - usual) / weighs) + 0.5 / weighs)
