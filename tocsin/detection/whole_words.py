"""Many terms found at once in a folded text, where they stand as whole words.

Aho & Corasick's automaton (Aho, A.V. & Corasick, M.J. (1975). Efficient string matching. CACM 18(6)) finds all terms in
one pass, so that a text costs much the same with ten terms as with thousands.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ahocorasick_rs import AhoCorasick, Implementation

from tocsin.detection.normalise import WordCharacters

#: A folded term, and whether it also stands for longer words that begin with it.
Pattern = tuple[str, bool]
#: Number of a pattern, start and end in the text.
Hit = tuple[int, int, int]

#: Characters of all terms up to which the fastest automaton is quickly built and small (about 250 bytes a character).
_FASTEST_UP_TO: Final = 100_000

_IS_WORD: Final = WordCharacters()


class WholeWords:
    """Finds patterns, numbered from 0 as they are given.

    >>> words = WholeWords([("late", False), ("cancel", True)])
    >>> words.find("late, and chocolate cancelled")
    [(0, 0, 4), (1, 20, 26)]
    """

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        patterns = [*patterns]
        terms = [term for term, _ in patterns]
        is_small = sum(map(len, terms)) <= _FASTEST_UP_TO
        self._borders = [_needs_borders(pattern) for pattern in patterns]
        self._find = AhoCorasick(terms, implementation=Implementation.DFA if is_small else None).find_matches_as_indexes

    def find(self, folded: str) -> list[Hit]:
        """Where patterns stand as whole words, overlapping ones too, by their ends."""
        hits = self._find(folded, True)
        if not hits:
            return hits
        length, borders, is_word = len(folded), self._borders, _IS_WORD
        whole = []
        for hit in hits:
            number, start, end = hit
            is_bordered_left, is_bordered_right = borders[number]
            if is_bordered_left and start and is_word[folded[start - 1]]:
                continue
            if is_bordered_right and end < length and is_word[folded[end]]:
                continue
            whole.append(hit)
        return whole


def _needs_borders(pattern: Pattern) -> tuple[bool, bool]:
    """Whether a word must have ended before the pattern, and must end with it."""
    term, is_stem = pattern
    return term[0] in "@#" or _IS_WORD[term[0]], not is_stem and _IS_WORD[term[-1]]
