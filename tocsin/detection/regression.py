"""Word and sub-word weights of a language, fitted beforehand, read from `models/<language>.tsv`.

A logistic regression with two logits, negative and positive (neutral is 0), over the words of a text and the runs of
three to five letters in them (with their borders: `<aw`, `wful>`), so that words never seen still say something. It is
additive: a word's share is a sum that depends on that word alone, is worked out once and remembered.

`bench/fit_sentiment.py` makes the files and tells from which data.

Source: Joulin, A. et al. (2017). Bag of Tricks for Efficient Text Classification. EACL (sub-word features); Pang, B.,
Lee, L. & Vaithyanathan, S. (2002). Thumbs up? EMNLP (a mark on the words after a negation).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources
from typing import Final

from ahocorasick_rs import AhoCorasick

#: Letters in a run.
_RUNS: Final = (3, 4, 5)
#: In front of a word that stands after a negation.
NEGATED: Final = "!"
#: In front of the names of what is no word: the intercept and the marks of style.
MARK: Final = "#"
#: In front of a run of letters.
RUN: Final = "~"
_LONGEST_WORD: Final = 24  # letters; what is longer is a slip of the keyboard


class Regression:
    """Weights as complex numbers, because one addition is cheaper than two: real on the negative logit, imaginary on
    the positive.

    Args:
        words: of words; of words after a negation, with `NEGATED` before them.
        runs: of runs of letters. One automaton finds all that are in a word.
        marks: of everything else, by name ("#intercept", "#length", …).
    """

    def __init__(self, words: dict[str, complex], runs: dict[str, complex], marks: dict[str, complex]) -> None:
        self.words = words
        self.marks = marks
        self._run_weights = tuple(runs.values())
        self._find_runs: Callable[..., list[tuple[int, int, int]]] = AhoCorasick(list(runs)).find_matches_as_indexes

    def weigh_word(self, word: str) -> complex:
        """What a word adds to the logits."""
        total = self.words.get(word, 0j)
        if word[0].isalpha():
            weights = self._run_weights
            for run, _, _ in self._find_runs(f"<{word[:_LONGEST_WORD]}>", overlapping=True):
                total += weights[run]
        return total

    def weigh_negated(self, word: str) -> complex:
        """What a word after a negation adds; its letters say nothing then."""
        return self.words.get(NEGATED + word, 0j)


def split_word(word: str, *, is_negated: bool) -> Iterator[str]:
    """The pieces of a word.

    >>> list(split_word("bad", is_negated=False))
    ['bad', '~<ba', '~bad', '~ad>', '~<bad', '~bad>', '~<bad>']
    """
    if is_negated:
        yield NEGATED + word
        return
    yield word
    if not word[0].isalpha():
        return
    whole = f"<{word[:_LONGEST_WORD]}>"
    for length in _RUNS:
        for start in range(len(whole) - length + 1):
            yield RUN + whole[start : start + length]


@cache
def load_regression(language: str) -> Regression:
    """The weights of a language.

    Raises:
        FileNotFoundError: no model was fitted for it.
    """
    text = (resources.files("tocsin.detection") / "models" / f"{language}.tsv").read_text(encoding="utf-8")
    words: dict[str, complex] = {}
    runs: dict[str, complex] = {}
    marks: dict[str, complex] = {}
    for line in text.splitlines()[1:]:
        piece, negative, positive = line.split("\t")
        weights = complex(int(negative) / 1000, int(positive) / 1000)
        if piece.startswith(RUN) and len(piece) > 1:
            runs[piece[1:]] = weights
        else:
            (marks if piece.startswith(MARK) else words)[piece] = weights
    return Regression(words, runs, marks)
