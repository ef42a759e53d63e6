"""What a text feels about what it speaks of: judged for reputation, in English, Spanish, French, Portuguese, German.

Two logits, negative and positive (neutral is 0), each a sum of parts that explain themselves:

- the weights of its words and of the letters in them, fitted beforehand (`regression`);
- its words and phrases of feeling, emoji among them, after negation, intensifiers and "but" (`lexicon`, `tally`);
- its points of complaint (`complaints`), which only ever add to the negative logit;
- in English, VADER's exact total (`vader`).

The larger logit names the feeling, or neither, when both are below 0. The sentiment is P(positive) − P(negative).
Vietnamese has a judge of its own. In other languages only emoji and the words that VADER knows can count.

`docs/languages.md` tells how a language is added, `docs/accuracy.md` how right this is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from math import exp, log
from operator import mul
from typing import Final

from schemas.mention import Label
from tocsin.detection.complaints import count_points, weigh_points
from tocsin.detection.judgement import Judgement
from tocsin.detection.lexicon import Sense
from tocsin.detection.regression import MARK
from tocsin.detection.tally import (
    ADDRESS,
    DOUBLE_QUESTION,
    QUESTION,
    REQUEST,
    Hit,
    Tally,
    Word,
    count_words,
    load_vocabulary,
)
from tocsin.detection.vader import compound
from tocsin.detection.words import read_words, repair

#: Languages with a word list and weights.
JUDGED_LANGUAGES: Final = ("en", "es", "fr", "pt", "de")
#: What the logits are made of beside words, in the order of `measure_parts`.
PARTS: Final = ("intercept", "good", "bad", "cues", "vader-good", "vader-bad", "length", "duration", "sarcasm")

_HALF_SAID: Final = 3.0  # valence at which feeling has half of its greatest effect
#: Where VADER's authors draw the line between neutral and a feeling.
_VADER_LINE: Final = 0.05
_MOST_REASONS: Final = 8
_LEAST_POINTS: Final = 0.05


class DomainTerms:
    """A brand's own terms and what they mean there, whatever they mean elsewhere.

    Args:
        valences: term → −3…3; 0 silences it (a product called "Killer"). A term may be several words, and may end in
            `*`. Terms are folded for `language` as texts are.

    >>> measure("the new phone is a beast, no bricks", "en", DomainTerms({"brick*": -3}, "en"))[1]
    'negative'
    """

    def __init__(self, valences: Mapping[str, float], language: str) -> None:
        self._by_first: dict[str, list[tuple[list[str], bool, Sense]]] = {}
        self._stems: list[tuple[str, Sense]] = []
        for term, value in valences.items():
            words = read_words(term.removesuffix("*"), language)
            if not words:
                continue
            sense = Sense(words=" ".join(words), feeling=value, complaint=max(0.0, -value))
            if term.endswith("*") and len(words) == 1:
                self._stems.append((words[0], sense))
            else:
                self._by_first.setdefault(words[0], []).append((words, term.endswith("*"), sense))

    def find(self, words: list[str]) -> dict[int, Sense]:
        """Place of a word → its sense; a nameless one for all but the first word of a term."""
        found: dict[int, Sense] = {}
        for at, word in enumerate(words):
            if at in found:
                continue
            for stem, sense in self._stems:
                if word.startswith(stem):
                    found[at] = sense
            for term, is_stem, sense in self._by_first.get(word, ()):
                here = words[at : at + len(term)]
                if here == term or (is_stem and here[:-1] == term[:-1] and here[-1].startswith(term[-1])):
                    found[at] = sense
                    found.update(dict.fromkeys(range(at + 1, at + len(term)), Sense()))
        return found


def measure(text: str, language: str, terms: DomainTerms | None = None) -> tuple[float, Label]:
    """The sentiment of a text, −1…1, and its label, without the reasons: what a stream of mentions is scored by.

    Args:
        language: ISO 639-1, as `find_language` tells it.
        terms: a brand's own.

    >>> measure("@acme on hold for 3 hours and nobody answers", "en")[1]
    'negative'
    """
    if language in JUDGED_LANGUAGES:
        text = repair(text)
        tally = count_words(text, language, load_vocabulary(language), domain=terms.find if terms else None)
        return name_feeling(*_add_up(measure_parts(text, language, tally), tally, language))
    if language == "vi":
        judgement = _judge_vietnamese()(text)
        return judgement.sentiment, judgement.label
    return _name_compound(compound(text))


def judge(text: str, language: str, terms: DomainTerms | None = None) -> Judgement:
    """`measure`, with what counted, word by word.

    >>> judge("not good", "en").because[0]
    'not good: complaint -3.0'
    """
    if language == "vi":
        return _judge_vietnamese()(text)
    if language not in JUDGED_LANGUAGES:
        sentiment, label = _name_compound(compound(text))
        return Judgement(sentiment, label, (f"VADER's total {sentiment:+.2f}",) if sentiment else ())
    text = repair(text)
    hits: list[Hit] = []
    spoken: list[tuple[Word, bool]] = []
    tally = count_words(text, language, load_vocabulary(language), hits, spoken, terms.find if terms else None)
    parts = measure_parts(text, language, tally)
    sentiment, label = name_feeling(*_add_up(parts, tally, language))
    return Judgement(sentiment, label, _explain(parts, tally, language, hits, spoken))


def measure_parts(text: str, language: str, tally: Tally) -> tuple[float, ...]:
    """The values of `PARTS` for a text."""
    total = compound(text) if language == "en" else 0.0
    good, bad, cues = tally.good, tally.bad, tally.cues
    return (
        1.0,
        good / (good + _HALF_SAID),
        bad / (bad + _HALF_SAID),
        cues / (cues + _HALF_SAID),
        total if total > 0 else 0.0,
        -total if total < 0 else 0.0,
        log(1 + tally.words) / 3,
        1.0 if tally.durations else 0.0,
        1.0 if is_sarcastic(tally) else 0.0,
    )


def is_sarcastic(tally: Tally) -> bool:
    """Praise from the list of sarcasm, beside something that is complained of."""
    return tally.sarcasm > 0 and tally.cues + tally.bad > 1


def weigh_complaint(tally: Tally, language: str) -> float:
    """What a text's points of complaint add to the negative logit."""
    flags = tally.flags
    points = count_points(
        tally.cues,
        tally.bad,
        tally.good,
        has_duration=tally.durations > 0,
        is_doubly_asked=flags & DOUBLE_QUESTION > 0,
        is_addressed=flags & ADDRESS > 0,
        is_polite_question=flags & QUESTION > 0 and flags & REQUEST > 0,
        is_sarcastic=is_sarcastic(tally),
    )
    return weigh_points(points, language)


def _add_up(parts: tuple[float, ...], tally: Tally, language: str) -> tuple[float, float]:
    total: complex = sum(map(mul, parts, load_weights(language)), tally.weights)
    return total.real + weigh_complaint(tally, language), total.imag


def name_feeling(negative: float, positive: float) -> tuple[float, Label]:
    """Sentiment and label of two logits.

    >>> name_feeling(2.0, -1.0)
    (-0.8018, 'negative')
    """
    for_negative, for_positive = exp(min(negative, 50.0)), exp(min(positive, 50.0))
    sentiment = round((for_positive - for_negative) / (1.0 + for_negative + for_positive), 4)
    if negative > 0 and negative > positive:
        return min(sentiment, -0.0001), "negative"
    if positive > 0 and positive > negative:
        return max(sentiment, 0.0001), "positive"
    return sentiment, "neutral"


def _name_compound(total: float) -> tuple[float, Label]:
    return total, "positive" if total >= _VADER_LINE else "negative" if total <= -_VADER_LINE else "neutral"


@cache
def load_weights(language: str) -> tuple[complex, ...]:
    """The weights of `PARTS` in a language (see `Regression`)."""
    marks = load_vocabulary(language).regression.marks
    return tuple(marks.get(MARK + part, 0j) for part in PARTS)


@cache
def _judge_vietnamese() -> Callable[[str], Judgement]:
    from tocsin.detection.vietnamese import judge_vietnamese

    return judge_vietnamese


def _explain(
    parts: tuple[float, ...], tally: Tally, language: str, hits: list[Hit], spoken: list[tuple[Word, bool]]
) -> tuple[str, ...]:
    """What counted, in points of the logits (for positive above zero, for negative below), the strongest first.

    A part that is a squashed sum is shared out among the words that made it; what one word did in several ways is
    told once, by its main way.
    """
    share = {part: of_part.imag - of_part.real for part, of_part in zip(PARTS, load_weights(language), strict=True)}
    value = dict(zip(PARTS, parts, strict=True))
    shares: dict[str, list[tuple[float, str]]] = {}

    def add(words: str, points: float, why: str) -> None:
        shares.setdefault(words, []).append((points, why))

    complained = -weigh_complaint(tally, language)
    for hit in hits:
        if hit.feeling > 0:
            add(hit.words, share["good"] * value["good"] * hit.feeling / tally.good, _how("praise", hit))
        elif hit.feeling < 0:
            of_all = -hit.feeling / tally.bad
            by_rule = 0.0 if tally.cues else complained
            add(hit.words, (share["bad"] * value["bad"] + by_rule) * of_all, _how("blame", hit))
        if hit.complaint:
            of_all = hit.complaint / tally.cues
            add(hit.words, (share["cues"] * value["cues"] + complained) * of_all, "complaint")
    if complained and not tally.cues and not tally.bad:
        add("how it asks", complained, "complaint")
    for word, was_negated in spoken:
        of_word = word.not_weights if was_negated else word.weights
        add(
            _NAMES.get(word.text, word.text),
            of_word.imag - of_word.real,
            "learned, negated" if was_negated else "learned",
        )
    add("VADER", share["vader-good"] * value["vader-good"] + share["vader-bad"] * value["vader-bad"], "its total")
    add("a duration", share["duration"] * value["duration"], "complaint")
    add("praise beside a complaint", share["sarcasm"] * value["sarcasm"], "sarcasm")
    told = [
        (sum(points for points, _ in ways), words, max(ways, key=lambda way: abs(way[0]))[1])
        for words, ways in shares.items()
    ]
    told = [entry for entry in told if abs(entry[0]) >= _LEAST_POINTS]
    told.sort(key=lambda entry: -abs(entry[0]))
    return tuple(f"{words}: {why} {points:+.1f}" for points, words, why in told[:_MOST_REASONS])


#: What the names of tokens that are no words are for people.
_NAMES: Final = {"@": "a handle", "http": "a link", "0": "a number"}


def _how(why: str, hit: Hit) -> str:
    return f"{hit.how} {why}".strip() if hit.how != "negated" else "negated"
