"""Did those who complained change their minds? The same authors' later mentions, counted for one crisis."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

#: How much the mean sentiment must rise to be another mood: from "bad" to "not so bad" on VADER's scale.
RISE: Final = 0.25
#: The same of the share of an author's mentions that is negative, where the sentiment is not known.
FALL: Final = 0.5


class Heard(NamedTuple):
    """What one author wrote of the brand: one mention, or the sum of an hour.

    Attributes:
        sentiment: its mean, −1…1; None: only the counts are known.
    """

    author: str
    at: datetime
    mentions: int = 1
    negatives: int = 0
    sentiment: float | None = None


class Recovery(NamedTuple):
    """What became of those who complained.

    Attributes:
        complained: authors with a negative mention from the crisis's beginning until `turned_at`.
        wrote_again: of them, who wrote after it: the sum of the three that follow.
        still_negative: most of what they wrote then is negative.
        more_positive: it is not, and they feel clearly better than before; unchanged: all others.
        turned_at: the brand's first answer, or the end of the crisis.
        horizon: how far back the mentions are known, as a sentence.
    """

    complained: int
    wrote_again: int
    more_positive: int
    still_negative: int
    unchanged: int
    turned_at: datetime
    horizon: str = ""


class _Mood(NamedTuple):
    mentions: int
    negatives: int
    sentiment: float | None

    @property
    def share(self) -> float:
        return self.negatives / self.mentions if self.mentions else 0.0


def recover(heard: Iterable[Heard], began_at: datetime, turned_at: datetime, horizon: str = "") -> Recovery:
    """Count what became of those who complained.

    An hour's sum of an author is left out where single mentions of the same author and hour are known.

    Args:
        heard: of one brand, in any order.
        began_at: first mention of the crisis. turned_at: from here on it is "later".
    """
    before: dict[str, list[Heard]] = {}
    after: dict[str, list[Heard]] = {}
    for each in _without_repeats(heard):
        if each.at >= turned_at:
            after.setdefault(each.author, []).append(each)
        elif each.at >= began_at:
            before.setdefault(each.author, []).append(each)
    complained = {author: mood for author, found in before.items() if (mood := _sum_up(found)).negatives}
    counts = {"more_positive": 0, "still_negative": 0, "unchanged": 0}
    for author, mood in complained.items():
        if author in after:
            counts[_compare(mood, _sum_up(after[author]))] += 1
    return Recovery(
        complained=len(complained), wrote_again=sum(counts.values()), turned_at=turned_at, horizon=horizon, **counts
    )


def _compare(before: _Mood, after: _Mood) -> str:
    if after.share > 0.5:
        return "still_negative"
    if before.sentiment is not None and after.sentiment is not None:
        return "more_positive" if after.sentiment - before.sentiment >= RISE else "unchanged"
    return "more_positive" if before.share - after.share >= FALL else "unchanged"


def _sum_up(found: list[Heard]) -> _Mood:
    mentions = sum(each.mentions for each in found)
    felt = [each for each in found if each.sentiment is not None]
    weight = sum(each.mentions for each in felt)
    sentiment = sum((each.sentiment or 0.0) * each.mentions for each in felt) / weight if weight else None
    return _Mood(mentions, sum(each.negatives for each in found), sentiment)


def _without_repeats(heard: Iterable[Heard]) -> list[Heard]:
    found = list(dict.fromkeys(heard))
    known = {(each.author, _hour(each.at)) for each in found if each.sentiment is not None}
    return [each for each in found if each.sentiment is not None or (each.author, _hour(each.at)) not in known]


def _hour(at: datetime) -> int:
    return int(at.timestamp() // 3600)
