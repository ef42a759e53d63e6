"""What a text was found to feel, and the words that made it so."""

from __future__ import annotations

from typing import NamedTuple

from schemas.mention import Label


class Judgement(NamedTuple):
    """The sentiment of one text.

    Attributes:
        sentiment: signed feeling, -1…1; below zero is a complaint.
        label: what it is called; decided by the judge of the language, and of the same sign as the sentiment.
        because: what counted, the strongest first, each as `words: why ±points` ("on hold: complaint -2.0").

    >>> Judgement(-0.62, "negative", ("on hold: complaint -2.0",)).label
    'negative'
    """

    sentiment: float
    label: Label
    because: tuple[str, ...]
