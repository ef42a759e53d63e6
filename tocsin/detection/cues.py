"""Lists of cues, each the sign of something: read from a file, found all at once in a folded text.

A cue file has a line per cue: the cue, what it is a sign of, and how much it weighs (1 if left out). In a cue

- words are found as whole words, case and accents folded; a final `*` also finds longer words that begin so;
- `lost + bag*` asks for both anywhere in the text, in any order;
- a line whose sign is `-` is a shield: what overlaps it says nothing ("to death" in "bored to death"), unless it is
  longer and holds all of the shield ("crushed to death").

A cue inside a longer one that is found is not counted again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from tocsin.detection.normalise import fold
from tocsin.detection.whole_words import Hit, Pattern, WholeWords

_SHIELD: Final = "-"
#: The most that are looked at in one text; a list of everything is a sign of nothing.
_MOST_HITS: Final = 64


class Cue(NamedTuple):
    """One line of a cue file."""

    text: str
    sign: str
    weight: float


class Cues:
    """Finds the cues of one list.

    Args:
        spell: what is done to cues, and has been done to texts, before they are compared.
    """

    def __init__(self, cues: Iterable[Cue], spell: Callable[[str], str] = fold) -> None:
        numbers: dict[Pattern, int] = {}
        self._alone: dict[int, list[Cue]] = {}
        self._together: dict[int, list[tuple[frozenset[int], Cue]]] = {}
        self._shields: set[int] = set()
        for cue in cues:
            parts = [
                numbers.setdefault((spell(part.removesuffix("*")), part.endswith("*")), len(numbers))
                for part in cue.text.split(" + ")
            ]
            if cue.sign == _SHIELD:
                self._shields.add(parts[0])
            elif len(parts) == 1:
                self._alone.setdefault(parts[0], []).append(cue)
            else:  # looked at when its first part is found
                self._together.setdefault(parts[0], []).append((frozenset(parts), cue))
        self._words = WholeWords(numbers)
        holders: list[set[int]] = [set() for _ in numbers]
        for holder, (pattern, _) in enumerate(numbers):
            for number, start, end in self._words.find(pattern):
                if end - start < len(pattern):
                    holders[number].add(holder)
        #: For each pattern, the longer ones that could hold it.
        self._holders = [frozenset(numbers) for numbers in holders]

    def find(self, folded: str) -> list[Cue]:
        """The cues in a text that is spelt as they are, each once."""
        whole = self._words.find(folded)[:_MOST_HITS]
        if not whole:
            return []
        if self._shields:
            for number, start, end in [hit for hit in whole if hit[0] in self._shields]:
                whole = [hit for hit in whole if hit[2] <= start or hit[1] >= end or _holds(hit, number, start, end)]
        found: dict[Cue, None] = {}
        alone, together, holders = self._alone, self._together, self._holders
        numbers = {hit[0] for hit in whole}
        for number, start, end in whole:
            cues = alone.get(number)
            if cues is not None and (holders[number].isdisjoint(numbers) or not _is_inside(start, end, whole)):
                for cue in cues:
                    found[cue] = None
            pairs = together.get(number)
            if pairs is not None:
                for parts, cue in pairs:
                    if parts <= numbers:
                        found[cue] = None
        return [*found]


def _holds(hit: Hit, shield: int, start: int, end: int) -> bool:
    """Whether a hit is longer than a shield and holds all of it."""
    return hit[0] != shield and hit[1] <= start and end <= hit[2] and hit[2] - hit[1] > end - start


def _is_inside(start: int, end: int, hits: list[Hit]) -> bool:
    """Whether a longer hit holds this one."""
    for _, other_start, other_end in hits:
        if other_start <= start and end <= other_end and other_end - other_start > end - start:
            return True
    return False


def read_cues(name: str) -> Iterator[Cue]:
    """The lines of a cue file in `reason_cues/`.

    Raises:
        ValueError: a line has not two or three columns.
    """
    text = files("tocsin.detection").joinpath("reason_cues", name).read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        cue, sign, *weight = line.split("\t")
        if len(weight) > 1:
            raise ValueError(f"{name}, line {number}: a cue, its sign and a weight, with tabs between")
        yield Cue(cue, sign, float(weight[0]) if weight else 1.0)


@cache
def load_cues(name: str) -> Cues:
    """The cues of a file in `reason_cues/`; read once."""
    return Cues(read_cues(name))
