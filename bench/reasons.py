"""How often the reason of a complaint is found: `python -m bench.reasons [../shared/data/airline/tweets.csv]`.

The set (Twitter US Airline Sentiment, CC BY-NC-SA 4.0) lies beside the project, not in it. Its 10 classes are an
airline's; ours are anybody's. Only here one is read as the other. The rows are the complaints; the label is what the
publisher's annotators chose. The publisher replaced "late" and words with "cancel" in the texts; that is undone first.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from time import process_time
from typing import Final, NamedTuple

from tocsin.detection.normalise import fold
from tocsin.detection.reasons import FoundReason, explain_reasons, find_reasons, find_reasons_folded

DATA: Final = Path(__file__).parents[2] / "shared" / "data" / "airline" / "tweets.csv"
_TURNS: Final = 5
UNKNOWN: Final = "Can't Tell"
#: Theirs for each of ours that has one; the two that share one of ours are told apart by the cues below.
_THEIRS: Final = {
    "service": "Customer Service Issue",
    "delay": "Late Flight",
    "cancellation": "Cancelled Flight",
    "delivery": "Lost Luggage",
    "product-defect": "Bad Flight",
    "billing": "Customer Service Issue",  # refunds and compensation: theirs has no class for money
    "booking": "Flight Booking Problems",
    "safety": "Bad Flight",
    "ethics": "Customer Service Issue",
    "employee": "Flight Attendant Complaints",
}
_DAMAGE: Final = re.compile(r"damag|broke|ruin|crack|torn|smash|destroy|dent|wet|ripped|stolen")
_LINES: Final = re.compile(r"\blines?\b|\bqueue")


class Score(NamedTuple):
    """Of one class."""

    label: str
    rows: int
    precision: float
    recall: float
    f1: float


def restore(text: str) -> str:
    """The text before "late" became "Late Flight" and "cancel…" "Cancelled Flight…".

    >>> restore("Cancelled Flightled my flight, 2 hours Late Flight")
    'cancelled my flight, 2 hours late'
    """
    return re.sub(r"Late Flight(\w*)", r"late\1", re.sub(r"Cancelled Flight(\w*)", r"cancel\1", text))


def guess(text: str) -> str:
    """The airline set's class of a complaint."""
    found = explain_reasons(text, "en")
    return _translate(found[0], text.lower()) if found else UNKNOWN


def _translate(found: FoundReason, text: str) -> str:
    if found.reason == "delivery" and _DAMAGE.search(text):
        return "Damaged Luggage"
    if found.reason in ("service", "delay") and any(_LINES.search(cue) for cue in found.cues):
        return "longlines"
    return _THEIRS.get(found.reason, UNKNOWN)


def score(truth: Sequence[str], guesses: Sequence[str]) -> list[Score]:
    """Precision, recall and F1 of each class that `truth` has, the most frequent first."""
    scores = []
    for label, rows in Counter(truth).most_common():
        hits = sum(told == own == label for told, own in zip(truth, guesses, strict=True))
        guessed = sum(own == label for own in guesses)
        precision, recall = hits / max(1, guessed), hits / rows
        scores.append(Score(label, rows, precision, recall, 2 * hits / max(1, guessed + rows)))
    return scores


def _time(find: Callable[[str, str], object], texts: Sequence[str]) -> float:
    """Microseconds for each text."""
    started = process_time()
    for text in texts:
        find(text, "en")
    return (process_time() - started) / len(texts) * 1e6


def main(arguments: Sequence[str]) -> int:
    """Print the table, and what a text costs."""
    path = Path(arguments[0]) if arguments else DATA
    if not path.exists():
        print(f"{path} is absent: give the path of the airline set's tweets.csv", file=sys.stderr)
        return 1
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["negativereason"]]
    texts = [restore(row["text"]) for row in rows]
    truth = [row["negativereason"] for row in rows]
    scores = score(truth, [guess(text) for text in texts])
    for label, count, precision, recall, f1 in scores:
        print(f"{label:28} {count:5}  precision {precision:.2f}  recall {recall:.2f}  F1 {f1:.2f}")
    hits = sum(entry.recall * entry.rows for entry in scores)
    print(f"macro-F1 {sum(entry.f1 for entry in scores) / len(scores):.3f}  accuracy {hits / len(rows):.3f}")
    among = sum(
        label in {_THEIRS.get(reason, UNKNOWN) for reason in find_reasons(text, "en")}
        for text, label in zip(texts, truth, strict=True)
    )
    print(f"among all reasons named: {among / len(rows):.3f}")
    cost = min(_time(find_reasons, texts) for _ in range(_TURNS))
    folded_cost = min(_time(find_reasons_folded, [fold(text) for text in texts]) for _ in range(_TURNS))
    print(f"{cost:.1f} µs a text, {folded_cost:.1f} µs when it is folded already")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
