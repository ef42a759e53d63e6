"""Fits the weights in `tocsin/detection/models`, from the development data beside the repository.

    python -m bench.fit_sentiment [LANGUAGE …]                    # five-fold cross-validation: labels as they would be
    python -m bench.fit_sentiment --write [LANGUAGE …]            # fit on all of it and write the model

What a model is fitted on, and nothing else:

- XLM-T's tweets (Apache-2.0), train and val of the language: weight 1;
- in English VADER's ground truth (MIT): its mean valences, positive above .8, negative below −.8: weight .3;
- texts written for this project, `bench/own_texts_<language>.tsv`: complaints, questions and praise to brands of many
  kinds: weight 3. General tweets hardly hold the one thing that matters here, an inquiry beside a complaint.

The minimum is found by L-BFGS (Nocedal 1980); the same data and versions give the same file.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.detection.lexicon import load_lexicon
from tocsin.detection.regression import MARK, Regression, split_word
from tocsin.detection.sentiment import JUDGED_LANGUAGES, PARTS, measure_parts, weigh_complaint
from tocsin.detection.tally import Vocabulary, Word, count_words
from tocsin.detection.words import repair

ROOT: Final = Path(__file__).parents[1]
DATA: Final = ROOT.parent / "shared" / "data" / "sentiment"
MODELS: Final = ROOT / "tocsin" / "detection" / "models"
LABELS: Final = ("negative", "neutral", "positive")
#: Inverse strength of the penalty on squared weights; the parts are scaled up so that they are hardly penalised.
STRENGTH: Final = 0.003
PART_SCALE: Final = 5.0
MOST_PIECES: Final = 8000
LEAST_TEXTS: Final = 2
#: Weights smaller than this (in thousandths) are left out of the file.
LEAST_WEIGHT: Final = 2
VADER_WEIGHT: Final = 0.3
VADER_LINE: Final = 0.8
OWN_WEIGHT: Final = 3.0
FOLDS: Final = 5

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Example(NamedTuple):
    """A labelled text as the model sees it."""

    pieces: tuple[str, ...]
    parts: tuple[float, ...]
    complaint: float
    label: int
    weight: float


class Sparse(NamedTuple):
    """A matrix of texts × features by its cells: so many texts, so many features wide."""

    rows: Ints
    columns: Ints
    values: Floats
    texts: int
    width: int


def read_labelled(path: Path) -> list[tuple[str, str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [(row["text"], row["label"]) for row in map(json.loads, filter(None, lines))]


def read_own(language: str) -> list[tuple[str, str]]:
    path = ROOT / "bench" / f"own_texts_{language}.tsv"
    if not path.exists():
        return []
    rows = (line.split("\t", 1) for line in path.read_text(encoding="utf-8").splitlines()[1:])
    return [(text, label) for label, text in rows]


def see(texts: Sequence[tuple[str, str]], language: str, weight: float, *, is_balanced: bool) -> list[Example]:
    """The texts as examples; balanced: each label weighs the same in all."""
    counts = Counter(label for _, label in texts)
    vocabulary = Vocabulary(load_lexicon(language), Regression({}, {}, {}))
    examples = []
    for raw, label in texts:
        text = repair(raw)
        spoken: list[tuple[Word, bool]] = []
        tally = count_words(text, language, vocabulary, spoken=spoken)
        pieces = (
            piece
            for word, was_negated in spoken
            for piece in split_word(word.text, is_negated=was_negated and word.text[0].isalpha())
        )
        share = len(texts) / len(LABELS) / counts[label] if is_balanced else 1.0
        parts = measure_parts(text, language, tally)
        examples.append(
            Example(tuple(pieces), parts, weigh_complaint(tally, language), LABELS.index(label), weight * share)
        )
    return examples


def number_pieces(examples: Sequence[Example]) -> dict[str, int]:
    """The commonest pieces, numbered."""
    counts = Counter(piece for example in examples for piece in set(example.pieces))
    common = sorted(counts, key=lambda piece: (-counts[piece], piece))[:MOST_PIECES]
    return {piece: at for at, piece in enumerate(piece for piece in common if counts[piece] >= LEAST_TEXTS)}


def lay_out(examples: Sequence[Example], places: dict[str, int]) -> Sparse:
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    for row, example in enumerate(examples):
        for piece in example.pieces:
            if (column := places.get(piece)) is not None:
                rows.append(row)
                columns.append(column)
                values.append(1.0)
        for at, part in enumerate(example.parts):
            rows.append(row)
            columns.append(len(places) + at)
            values.append(part * PART_SCALE)
    return Sparse(np.array(rows), np.array(columns), np.array(values), len(examples), len(places) + len(PARTS))


def multiply(matrix: Sparse, weights: Floats) -> Floats:
    products = [
        np.bincount(matrix.rows, matrix.values * weights[matrix.columns, at], minlength=matrix.texts)
        for at in range(weights.shape[1])
    ]
    return np.stack(products, axis=1)


def fit_multinomial(matrix: Sparse, labels: Ints, importance: Floats, classes: int, strength: float) -> Floats:
    """Weights (features × classes) of a multinomial logistic regression with a squared penalty."""
    truth = np.eye(classes)[labels]

    def lose(flat: Floats) -> tuple[float, Floats]:
        weights = flat.reshape(matrix.width, classes)
        scores = multiply(matrix, weights)
        scores -= scores.max(axis=1, keepdims=True)
        chances = np.exp(scores)
        chances /= chances.sum(axis=1, keepdims=True)
        loss = -strength * float((importance * np.log(chances[np.arange(len(labels)), labels] + 1e-300)).sum())
        error = (chances - truth) * importance[:, None]
        gradient = np.stack(
            [
                np.bincount(matrix.columns, matrix.values * error[matrix.rows, at], minlength=matrix.width)
                for at in range(classes)
            ],
            axis=1,
        )
        return loss + 0.5 * float((flat * flat).sum()), strength * gradient.ravel() + flat

    return minimise(lose, np.zeros(matrix.width * classes)).reshape(matrix.width, classes)


def minimise(lose: Callable[[Floats], tuple[float, Floats]], at: Floats, turns: int = 60, memory: int = 8) -> Floats:
    """L-BFGS with halving steps."""
    loss, slope = lose(at)
    steps: list[Floats] = []
    changes: list[Floats] = []
    for _ in range(turns):
        if float(np.abs(slope).max()) < 1e-4:
            break
        direction = -slope
        shares = []
        for step, change in zip(reversed(steps), reversed(changes), strict=True):
            share = float(step @ direction) / float(change @ step)
            shares.append(share)
            direction = direction - share * change
        if steps:
            direction = direction * (float(steps[-1] @ changes[-1]) / float(changes[-1] @ changes[-1]))
        for step, change, share in zip(steps, changes, reversed(shares), strict=True):
            direction = direction + (share - float(change @ direction) / float(change @ step)) * step
        size = 1.0 if steps else min(1.0, 1.0 / float(np.abs(slope).sum()))
        descent = float(slope @ direction)
        while True:
            there = at + size * direction
            loss_there, slope_there = lose(there)
            if loss_there <= loss + 1e-4 * size * descent or size < 1e-10:
                break
            size /= 2
        steps.append(there - at)
        changes.append(slope_there - slope)
        if len(steps) > memory:
            del steps[0], changes[0]
        at, loss, slope = there, loss_there, slope_there
    return at


def gather(language: str) -> tuple[list[Example], list[Example]]:
    """The tweets of the language, and what else it is fitted on.

    Raises:
        SystemExit: the data is not there.
    """
    if not DATA.exists():
        raise SystemExit("the development data (shared/data/sentiment) is not beside this checkout")
    tweets = [row for part in ("train", "val") for row in read_labelled(DATA / f"{language}_xlmt_{part}.jsonl")]
    others = see(read_own(language), language, OWN_WEIGHT, is_balanced=True)
    if language == "en":
        valued = [json.loads(line) for line in (DATA / "en_vader_tweets.jsonl").read_text("utf-8").splitlines()]
        labelled = [
            (row["text"], LABELS[1 + (row["label"] > VADER_LINE) - (row["label"] < -VADER_LINE)]) for row in valued
        ]
        others += see(labelled, language, VADER_WEIGHT, is_balanced=True)
    return see(tweets, language, 1.0, is_balanced=False), others


def learn(examples: Sequence[Example]) -> tuple[dict[str, int], Floats]:
    """Pieces, and weights on negative and positive (neutral is 0); the last rows are the parts'."""
    places = number_pieces(examples)
    labels = np.array([example.label for example in examples])
    importance = np.array([example.weight for example in examples])
    weights = fit_multinomial(lay_out(examples, places), labels, importance, len(LABELS), STRENGTH)
    weights = weights[:, (0, 2)] - weights[:, 1:2]
    weights[len(places) :] *= PART_SCALE
    return places, weights


def predict(examples: Sequence[Example], places: dict[str, int], weights: Floats) -> list[int]:
    scaled = weights.copy()
    scaled[len(places) :] /= PART_SCALE
    scores = multiply(lay_out(examples, places), scaled)
    scores[:, 0] += [example.complaint for example in examples]
    return [1 if max(low, high) <= 0 else 0 if low > high else 2 for low, high in scores]


def cross_validate(tweets: Sequence[Example], others: Sequence[Example]) -> tuple[float, float]:
    """Macro-recall and macro-F1 of the tweets, each judged by a model that has not seen it."""
    order = list(range(len(tweets)))
    random.Random(0).shuffle(order)
    found = [0] * len(tweets)
    for fold in range(FOLDS):
        held = order[fold::FOLDS]
        kept = [tweets[at] for place, at in enumerate(order) if place % FOLDS != fold]
        for at, label in zip(held, predict([tweets[at] for at in held], *learn([*kept, *others])), strict=True):
            found[at] = label
    recalls, scores = [], []
    for label in range(len(LABELS)):
        hits = sum(example.label == label == guess for example, guess in zip(tweets, found, strict=True))
        said, true = found.count(label), sum(example.label == label for example in tweets)
        recalls.append(hits / true)
        scores.append(2 * hits / (said + true))
    return sum(recalls) / 3, sum(scores) / 3


def write_model(language: str, places: dict[str, int], weights: Floats) -> int:
    """Write the model of a language; its weights are in thousandths.

    Returns:
        Bytes.
    """
    names = [*places, *(MARK + part for part in PARTS)]
    thousandths = np.rint(weights * 1000).astype(int)
    lines = ["piece\tnegative\tpositive"]
    for name, (low, high) in sorted(zip(names, thousandths.tolist(), strict=True)):
        if name.startswith(MARK) or max(abs(low), abs(high)) >= LEAST_WEIGHT:
            lines.append(f"{name}\t{low}\t{high}")
    MODELS.mkdir(exist_ok=True)
    return (MODELS / f"{language}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def chosen(languages: Sequence[str]) -> Iterator[str]:
    yield from languages or JUDGED_LANGUAGES


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.fit_sentiment", description="Fit the weights of sentiment.")
    parser.add_argument("languages", nargs="*", metavar="LANGUAGE", help=f"default: {' '.join(JUDGED_LANGUAGES)}")
    parser.add_argument("--write", action="store_true", help="write tocsin/detection/models/LANGUAGE.tsv")
    args = parser.parse_args()
    for language in chosen(args.languages):
        tweets, others = gather(language)
        if args.write:
            size = write_model(language, *learn([*tweets, *others]))
            print(f"{language}: {len(tweets) + len(others)} texts, {size:,} characters", flush=True)
        else:
            recall, score = cross_validate(tweets, others)
            print(f"{language}: macro-recall {recall:.3f}, macro-F1 {score:.3f}, {FOLDS}-fold", flush=True)


if __name__ == "__main__":
    main()
