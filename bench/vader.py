"""VADER's numbers: ours against the package's, side by side in one run.

    python -m bench.vader [--json]

Each way reads the same texts, in turns, and its fastest turn counts. `first sight` is our first turn, when hardly a
token is known yet.
"""

import argparse
import csv
import json
import random
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from msgspec import Struct, structs
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from tocsin.detection.vader import compound, polarity

TWEETS = Path(__file__).parents[2] / "shared" / "data" / "airline" / "tweets.csv"
TURNS = 5
PLAIN_WORDS = "the a to you for my flight is on and was of in it at with this that not so but just very service bag"


class Comparison(Struct, frozen=True):
    """Microseconds for each text."""

    texts: str
    count: int
    package_us: float
    full_us: float
    compound_us: float
    compound_first_sight_us: float
    package_per_full: float
    package_per_compound: float
    mismatches: int


def read_texts(package: SentimentIntensityAnalyzer) -> tuple[str, list[str]]:
    if TWEETS.is_file():
        with TWEETS.open(encoding="utf-8", newline="") as tweets:
            return "airline tweets", [row["text"] for row in csv.DictReader(tweets)]
    choose = random.Random(0)
    known = sorted(package.lexicon)
    plain = PLAIN_WORDS.split()
    return "generated texts", [
        " ".join(choose.choice(known if choose.random() < 0.1 else plain) for _ in range(17)) + choose.choice(".!?")
        for _ in range(5000)
    ]


def time_each(read: Callable[[str], object], texts: list[str]) -> float:
    started = perf_counter()
    for text in texts:
        read(text)
    return (perf_counter() - started) / len(texts) * 1e6


def is_mismatch(package: SentimentIntensityAnalyzer, text: str) -> bool:
    theirs, ours = package.polarity_scores(text), polarity(text)
    return (theirs["neg"], theirs["neu"], theirs["pos"], theirs["compound"]) != structs.astuple(ours) or (
        compound(text) != ours.compound
    )


def compare() -> Comparison:
    package = SentimentIntensityAnalyzer()
    name, texts = read_texts(package)
    compound("good 😀")  # loads the lexicon and the emoji
    first_sight = time_each(compound, texts)
    turns = [
        (time_each(package.polarity_scores, texts), time_each(polarity, texts), time_each(compound, texts))
        for _ in range(TURNS)
    ]
    package_us, full_us, compound_us = map(min, zip(*turns, strict=True))
    return Comparison(
        texts=name,
        count=len(texts),
        package_us=round(package_us, 2),
        full_us=round(full_us, 2),
        compound_us=round(compound_us, 2),
        compound_first_sight_us=round(first_sight, 2),
        package_per_full=round(package_us / full_us, 1),
        package_per_compound=round(package_us / compound_us, 1),
        mismatches=sum(is_mismatch(package, text) for text in texts),
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.vader", description="VADER's numbers: ours and the package's."
    )
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    as_json = parser.parse_args().json
    result = compare()
    if as_json:
        print(json.dumps(structs.asdict(result)))
        return
    print(f"{result.count:,} {result.texts}, µs for each")
    print(f"  vaderSentiment          {result.package_us:6.2f}")
    print(f"  polarity                {result.full_us:6.2f}   {result.package_per_full} times as fast")
    print(f"  compound                {result.compound_us:6.2f}   {result.package_per_compound} times as fast")
    print(f"  compound, first sight   {result.compound_first_sight_us:6.2f}")
    print(f"  mismatches              {result.mismatches:6}")


if __name__ == "__main__":
    main()
