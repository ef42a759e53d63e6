"""The sentiment of Vietnamese, with and without diacritics, by own words and rules.

Each phrase of the lexicon has points, −3…3. They add up, after these rules:

- A complaint or praise that is negated turns: "không tốt" is a complaint, "không tệ" faint praise.
- Praise after a word of wishing is what is missing: "cần giao nhanh hơn" complains. The wish itself counts too, once a
  sentence, and so does a sentence that closes with "hơn" (more).
- After "nhưng" (but) words count more, before it less. What "tuy", "mặc dù" (although) concede counts less.
- Words of degree scale what stands beside them. A swear word beside praise is one of them ("ngon vl").
- A closing "không" asks; a question about something good or bad is neither.
- "hay" is praise (good) only where a clause ends; elsewhere it is "or" and "often".

Points become a sentiment by VADER's curve, s/√(s² + c) (Hutto & Gilbert 2014). Phrases and values are this project's.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import islice
from math import sqrt
from typing import Final

from schemas.mention import Label
from tocsin.detection.judgement import Judgement
from tocsin.detection.vietnamese_words import TOKENS, Lexicon, Spellings, lexicons, read_particles

#: Points beyond which a sum is a feeling.
_NEUTRAL_POINTS: Final = 0.3
_CURVE: Final = 10.0
#: Share of syllables with a mark below which a text counts as typed without diacritics; it is about .7 in prose.
_FEW_MARKS: Final = 0.15

_NEGATION_REACH: Final = 4  # syllables between the negator and what it turns
_NEGATED_PRAISE: Final = -0.8
_NEGATED_COMPLAINT: Final = -0.4
_WISHED: Final = -0.6
_WISH: Final = -1.2
_CLOSING_MORE: Final = -1.0
_BEFORE_BUT: Final = 0.5
_AFTER_BUT: Final = 1.4
_CONCEDED: Final = 0.5
_ASKED: Final = 0.1
_IMPATIENCE: Final = -0.8  # "??" behind a complaint

_WORTH_TELLING: Final = 0.05
_MOST_WORDS: Final = 2_000  # read of one text; who has not said it by then only repeats it

#: Signs that end a clause, and whether they end the sentence too.
_ENDS: Final = {",": False, ";": False, ":": False, ".": True, "?": True, "!": True, "??": True}
_MARKED: Final = re.compile("[àáâãèéêìíòóôõùúýăđĩũơưạ-ỹ]")
_SO: Final = frozenset({"nên", "nen"})
_MORE: Final = frozenset({"hơn", "hon"})
_ASKING: Final = frozenset({"không", "khong", "chưa", "chua"})
_PARTICLES: Final = read_particles()
#: After these, a clause has said what it says: particles, and words that begin the next.
_CLOSING: Final = _PARTICLES | {"và", "va", "nhưng", "nhung", "mà", "ma", "với", "voi", "cực", "cuc", "lại", "lai"}

_SPELT: Final = Spellings(without_marks=False).__getitem__
_BARE: Final = Spellings(without_marks=True).__getitem__


class _Part:
    """One thing that counts: its points change as rules see more of the text."""

    __slots__ = ("end", "points", "start", "why")

    def __init__(self, points: float, start: int, end: int, why: str) -> None:
        self.points = points
        self.start = start
        self.end = end
        self.why = why


def feel_vietnamese(text: str) -> tuple[float, Label]:
    """The sentiment of `text` (−1…1) and its label, without the reasons.

    >>> feel_vietnamese("giao hang qua cham, goi khong ai nghe may")[1]
    'negative'
    """
    return _conclude(sum([part.points for part in _weigh(*_read(text))]))


def judge_vietnamese(text: str) -> Judgement:
    """The sentiment of `text` and the phrases that made it.

    >>> judge_vietnamese("Nhân viên thân thiện nhưng giao hàng chậm").because
    ('giao hàng chậm: complaint -2.8', 'thân thiện: praise +1.0')
    """
    words, lexicon = _read(text)
    parts = _weigh(words, lexicon)
    sentiment, label = _conclude(sum([part.points for part in parts]))
    typed = TOKENS.findall(text.lower())
    if len(typed) == len(words):  # no shorthand for several words: show what was typed
        words = typed
    told = sorted((part for part in parts if abs(part.points) >= _WORTH_TELLING), key=lambda part: -abs(part.points))
    return Judgement(
        sentiment,
        label,
        tuple(f"{' '.join(words[part.start : part.end])}: {_why(part)} {part.points:+.1f}" for part in told),
    )


def _why(part: _Part) -> str:
    return part.why or ("praise" if part.points > 0 else "complaint")


def _conclude(points: float) -> tuple[float, Label]:
    sentiment = round(points / sqrt(points * points + _CURVE), 4)
    if points >= _NEUTRAL_POINTS:
        return sentiment, "positive"
    return (sentiment, "negative") if points <= -_NEUTRAL_POINTS else (0.0, "neutral")


def _read(text: str) -> tuple[list[str], Lexicon]:
    """The syllables and signs of a text, spelt one way, and the lexicon that has them."""
    if " KH " in text:  # khách hàng, a customer; in small letters it is không, not
        text = text.replace(" KH ", " khách hàng ")
    lowered = text.lower()
    spelt, bare = lexicons()
    if lowered.isascii():
        return " ".join(map(_BARE, TOKENS.findall(lowered)[:_MOST_WORDS])).split(), bare
    if not unicodedata.is_normalized("NFC", lowered):
        lowered = unicodedata.normalize("NFC", lowered)
    words = TOKENS.findall(lowered)[:_MOST_WORDS]
    if len(_MARKED.findall(lowered)) < _FEW_MARKS * len(words):
        return " ".join(map(_BARE, words)).split(), bare
    return " ".join(map(_SPELT, words)).split(), spelt


def _weigh(words: list[str], lexicon: Lexicon) -> list[_Part]:
    """What counts in the text, in its order."""
    parts: list[_Part] = []
    begin = lexicon.root.get
    count = len(words)
    at = sentence = clause = 0  # `sentence` and `clause`: how many parts there were when it began
    clause_at = 0
    negated_to = factor_at = -1  # up to where a negation reaches; where a word of degree expects its word
    negated_from = 0
    factor = weight = 1.0
    negation: _Part | None = None
    is_wish = is_conceding = is_reason = False
    while at < count:
        node = begin(words[at])
        if node is None:
            ends = _ENDS.get(words[at])
            if ends is not None:
                if negation is not None and _is_asked(words, clause_at, at, negation):
                    _ask(parts, clause, negation)
                clause, clause_at = len(parts), at + 1
                negated_to, negation, is_conceding = -1, None, False
                if ends:
                    if words[at] == "??" and sum([part.points for part in islice(parts, sentence, None)]) < 0:
                        parts.append(_Part(_IMPATIENCE, at, at + 1, "impatience"))
                    if words[at - 1] in _MORE:
                        _want_more(parts, sentence, at, is_wish)
                    sentence = clause = len(parts)
                    weight, is_wish, is_reason = 1.0, False, False
            at += 1
            continue
        entry, start = None, at
        end = at + 1
        while True:
            if node.entry is not None:
                entry, at = node.entry, end
            if end >= count:
                break
            node = node.get(words[end])
            if node is None:
                break
            end += 1
        if entry is None:
            at += 1
            continue
        points = entry.points
        if entry.is_plain:
            if points:
                if entry.ends_clause and not _closes(words, at) and factor_at != start:
                    continue
                if factor_at >= start - 1:
                    points *= factor
                if start <= negated_to:
                    if negation is not None:
                        negation.points = 0.0
                    if points > 0:
                        part = _Part(points * _NEGATED_PRAISE, negated_from, at, "")
                    else:
                        part = _Part(points * _NEGATED_COMPLAINT, negated_from, at, "")
                    negated_to = -1
                elif points > 0 and is_wish:
                    part = _Part(points * _WISHED, start, at, "wished for")
                else:
                    part = _Part(points, start, at, "")
                part.points *= weight * _CONCEDED if is_conceding else weight
                parts.append(part)
            factor_at = -1
        elif entry.factor != 1.0:
            if parts and start - 1 <= parts[-1].end <= start and (not points or parts[-1].points > 0):
                parts[-1].points *= entry.factor
            elif points:
                parts.append(_Part(points * weight, start, at, ""))
            else:
                factor, factor_at = entry.factor, at
        elif entry.is_contrast:
            for part in islice(parts, sentence, None):
                part.points *= _BEFORE_BUT
            weight, is_conceding, is_wish = _AFTER_BUT, False, False
            clause, clause_at, negated_to, negation = len(parts), at, -1, None
        elif entry.is_concession:
            is_conceding = True
        elif entry.is_cause:
            is_reason = True
        elif entry.is_wish:
            if not is_wish and not (is_reason and words[start] in _SO):
                parts.append(_Part(_WISH * weight, start, at, "wish"))
                is_wish = True
        else:
            negated_from, negated_to = start, at + _NEGATION_REACH
            negation = _Part(points * weight, start, at, "negation")
            parts.append(negation)
            factor_at = -1
    if negation is not None and _is_asked(words, clause_at, count, negation):
        _ask(parts, clause, negation)
    if count and words[-1] in _MORE:
        _want_more(parts, sentence, count, is_wish)
    return parts


def _closes(words: list[str], at: int) -> bool:
    """Whether the clause has nothing to say from `at` on."""
    return at >= len(words) or words[at] in _CLOSING or not words[at][0].isalnum()


def _is_asked(words: list[str], clause_at: int, end: int, negation: _Part) -> bool:
    """Whether the negation is the "không" that asks: it closes the clause, and something stands before it."""
    if negation.start <= clause_at + 1 or words[negation.start] not in _ASKING:
        return False
    return all(word in _PARTICLES for word in words[negation.end : end])


def _ask(parts: list[_Part], clause: int, negation: _Part) -> None:
    for part in islice(parts, clause, None):
        part.points *= _ASKED
    negation.points = 0.0


def _want_more(parts: list[_Part], sentence: int, end: int, is_wish: bool) -> None:
    """The sentence closes with "more"; praise that it stands beside is what is wanted."""
    if not is_wish and len(parts) > sentence and parts[-1].end == end - 1 and parts[-1].points > 0:
        parts[-1].points *= _WISHED
        parts[-1].why = "wished for"
    parts.append(_Part(_CLOSING_MORE, end - 1, end, "wish"))
