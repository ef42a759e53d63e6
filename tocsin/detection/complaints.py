"""Is it a complaint? Points for what complaints are made of, beside what words feel like.

"On hold for 3 hours", "where is my bag", "third time this week" carry no word of feeling, and general sentiment misses
half of all complaints for that. Points are few and by hand, from general knowledge of services: waits, cancellations,
no answer, broken, refund, rude, never again, rhetorical questions, thanks that are none. They only ever add to the
negative logit: praise takes points away, but its absence of complaint is no praise.
"""

from __future__ import annotations

from typing import Final

#: What a point adds to the negative logit, by language. English cues were tried on more kinds of texts, and VADER's
#: total pulls the other way there; elsewhere twice as much costs general tweets more than it is known to bring.
_PER_POINT: Final = {"en": 0.4}
_PER_POINT_ELSEWHERE: Final = 0.2
#: More points than this say no more.
_MOST_POINTS: Final = 6.0
#: Words of feeling count less than cues: they are about anything.
_PER_FEELING: Final = 0.8
_DURATION: Final = 0.8
_DOUBLE_QUESTION: Final = 0.8
_ADDRESS: Final = 0.3
#: "Can you tell me …?" asks; it takes two good cues to make it a complaint.
_POLITE_QUESTION: Final = 1.3
_TWO_CUES: Final = 2.0
_SARCASM: Final = 1.0


def weigh_points(points: float, language: str) -> float:
    """What points of complaint add to the negative logit.

    >>> weigh_points(2.0, "es")
    0.4
    """
    return points * _PER_POINT.get(language, _PER_POINT_ELSEWHERE)


def count_points(
    cues: float,
    bad: float,
    good: float,
    *,
    has_duration: bool = False,
    is_doubly_asked: bool = False,
    is_addressed: bool = False,
    is_polite_question: bool = False,
    is_sarcastic: bool = False,
) -> float:
    """Points of complaint, 0…6.

    Args:
        cues: sum of the points of its complaint cues.
        bad, good: sums of the valences of its words of feeling, both ≥ 0.
        has_duration: "3 hours".
        is_doubly_asked: "??" or "?!".
        is_addressed: says "you" or "your".
        is_polite_question: "can", "please", … and a question mark.
        is_sarcastic: praise from the list of sarcasm beside what is complained of.

    >>> count_points(2.0, 0.0, 0.0, has_duration=True)  # on hold for 3 hours
    2.8
    """
    points = cues + _PER_FEELING * (bad - (good * 0.5 if is_sarcastic else good))
    if has_duration:
        points += _DURATION
    if is_doubly_asked:
        points += _DOUBLE_QUESTION
    if is_addressed:
        points += _ADDRESS
    if is_sarcastic:
        points += _SARCASM
    if is_polite_question and cues < _TWO_CUES:
        points -= _POLITE_QUESTION
    return min(max(points, 0.0), _MOST_POINTS)
