"""Fits the weights of the language identifier, `tocsin/detection/models/languages.tsv`.

    python -m bench.fit_language             # fit, write

Fitted on XLM-T's train tweets (Apache-2.0; its val tweets are left out, for measuring), on the phrases of our own word
list for Vietnamese and on texts written for this project (`bench/own_texts_language.tsv`: Vietnamese, and sixteen other
languages that stand for all that we do not know). Each text is seen whole, in pieces of two to six words, and without
accents. XLM-T holds tweets in other languages than it says: what a first fit finds wrong is left out of a second.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from bench.fit_sentiment import DATA, Floats, Sparse, fit_multinomial, multiply
from bench.sentiment import strip_accents
from tocsin.detection.language import CLASSES, NAMED_IN_MODEL, split_token, tokens_of

ROOT: Final = Path(__file__).parents[1]
MODEL: Final = ROOT / "tocsin" / "detection" / "models" / "languages.tsv"
STRENGTH: Final = 0.02
MOST_PIECES: Final = 9000
LEAST_TEXTS: Final = 4
#: What a first fit gives less than this is in another language than it says.
LEAST_CHANCE: Final = 0.25
#: Weights below this (in hundredths) are left out of the file.
LEAST_WEIGHT: Final = 3


def read_texts() -> list[tuple[str, str]]:
    """(language, text) of the tweets and of our own texts, which are few and count fourfold."""
    if not DATA.exists():
        raise SystemExit("the development data (shared/data/sentiment) is not beside this checkout")
    texts = []
    for language in ("en", "es", "fr", "pt", "de"):
        lines = (DATA / f"{language}_xlmt_train.jsonl").read_text(encoding="utf-8").splitlines()
        texts += [(language, json.loads(line)["text"]) for line in lines if line]
    own = (ROOT / "bench" / "own_texts_language.tsv").read_text(encoding="utf-8").splitlines()[1:]
    for line in own:
        language, text = line.split("\t")
        texts += [(language, text)] * 4
    return texts


def read_vietnamese() -> list[str]:
    """Phrases of our word list in rows of four, as texts."""
    lines = (ROOT / "tocsin" / "detection" / "lexicons" / "vi.tsv").read_text(encoding="utf-8").splitlines()[1:]
    phrases = [line.split("\t")[0].removesuffix("*") for line in lines if line and line[0] != "#"]
    choose = random.Random(1)
    texts = []
    for _ in range(3):
        choose.shuffle(phrases)
        texts += [" ".join(phrases[at : at + 4]) for at in range(0, len(phrases), 4)]
    return texts


def vary(texts: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Whole texts, pieces of them, and both without accents."""
    choose = random.Random(2)
    varied = []
    for language, text in texts:
        words = text.split()
        start = choose.randrange(max(1, len(words) - 3))
        piece = " ".join(words[start : start + choose.randint(2, 6)])
        varied += [(language, text), (language, piece)]
        if not text.isascii():
            varied += [(language, strip_accents(text)), (language, strip_accents(piece))]
    return varied


def pieces_of(text: str) -> list[str]:
    return [piece for token in tokens_of(text) for piece in split_token(token)]


def lay_out(texts: Sequence[Sequence[str]], places: dict[str, int]) -> Sparse:
    cells = [(row, places[piece]) for row, pieces in enumerate(texts) for piece in pieces if piece in places]
    rows, columns = np.array(cells).T
    return Sparse(rows, columns, np.ones(len(cells)), len(texts), len(places))


def learn(texts: Sequence[tuple[str, str]]) -> tuple[dict[str, int], Floats]:
    seen = [pieces_of(text) for _, text in texts]
    counts = Counter(piece for pieces in seen for piece in set(pieces))
    common = sorted(counts, key=lambda piece: (-counts[piece], piece))[:MOST_PIECES]
    places = {piece: at for at, piece in enumerate(piece for piece in common if counts[piece] >= LEAST_TEXTS)}
    sizes = Counter(language for language, _ in texts)
    weights = np.array([len(texts) / len(CLASSES) / sizes[language] for language, _ in texts])
    labels = np.array([CLASSES.index(language) for language, _ in texts])
    return places, fit_multinomial(lay_out(seen, places), labels, weights, len(CLASSES), STRENGTH)


def main() -> None:
    texts = read_texts()
    vietnamese = [("vi", text) for text in read_vietnamese()]
    places, weights = learn(texts + vietnamese)
    scores = multiply(lay_out([pieces_of(text) for _, text in texts], places), weights)
    chances = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    kept = [
        (language, text)
        for (language, text), of_text in zip(texts, chances, strict=True)
        if of_text[CLASSES.index(language)] >= LEAST_CHANCE
    ]
    places, weights = learn(vary(kept + vietnamese))
    hundredths = np.rint(weights * 100).astype(int)
    lines = ["piece\t" + "\t".join(CLASSES)]
    for piece, of_piece in sorted(zip(places, hundredths.tolist(), strict=True)):
        if max(map(abs, of_piece)) >= LEAST_WEIGHT:
            lines.append("\t".join((piece, *map(str, of_piece))))
    MODEL.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{NAMED_IN_MODEL}: {len(texts) - len(kept)} of {len(texts)} texts left out, {len(lines) - 1} pieces")


if __name__ == "__main__":
    main()
