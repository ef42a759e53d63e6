"""How right sentiment and language are on labelled texts, before (VADER) and after, and what a score costs.

    python -m bench.sentiment [--json] [--raw-airline]

The data lies beside the repository; its README tells which sets a model may be fitted on. Figures on a set that ours
was fitted on say so: `python -m bench.fit_sentiment` cross-validates there. `bench/fit_sentiment.py` names them.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import json
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from time import process_time
from typing import Any, Final

from msgspec import Struct, structs
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from schemas.mention import Label
from tocsin.detection.language import find_language
from tocsin.detection.sentiment import JUDGED_LANGUAGES, measure
from tocsin.detection.vader import compound
from tocsin.sources.files import restore_airline_text

SHARED: Final = Path(__file__).parents[2] / "shared"
DATA: Final = SHARED / "data"
TURNS: Final = 3
_FITTED: Final = "fitted on it"


class Accuracy(Struct, frozen=True):
    """One set, judged by VADER and by us: precision and recall of negative, macro-recall, macro-F1."""

    texts: str
    count: int
    note: str
    before: dict[str, float]
    after: dict[str, float]


class Cost(Struct, frozen=True):
    """Microseconds a text: the package, and our whole score on texts never seen, in a fresh process, and again."""

    count: int
    package_us: float
    unseen_us: float
    warm_us: float
    unseen_ratio: float
    warm_ratio: float


def load_judge() -> Callable[[Sequence[str], Sequence[str]], dict[str, Any]]:
    """The scorer that is kept with the data."""
    path = SHARED / "tools" / "sentiment_score.py"
    spec = importlib.util.spec_from_file_location("sentiment_score", path)
    if spec is None or spec.loader is None or not path.exists():
        raise SystemExit("the development data (shared/) is not beside this checkout")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    judge: Callable[[Sequence[str], Sequence[str]], dict[str, Any]] = module.judge
    return judge


def read_labelled(name: str) -> tuple[list[str], list[str]]:
    rows = [json.loads(line) for line in (DATA / "sentiment" / name).read_text("utf-8").splitlines() if line]
    return [row["text"] for row in rows], [row["label"] for row in rows]


def read_airline(*, is_raw: bool) -> tuple[list[str], list[str]]:
    with (DATA / "airline" / "tweets.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    restore = str if is_raw else restore_airline_text
    return [restore(row["text"]) for row in rows], [row["airline_sentiment"] for row in rows]


def label_by_vader(text: str) -> Label:
    total = compound(text)
    return "positive" if total >= 0.05 else "negative" if total <= -0.05 else "neutral"


def label_by_us(language: str) -> Callable[[str], Label]:
    return lambda text: measure(text, language)[1]


def strip_accents(text: str) -> str:
    """As typed without diacritics."""
    parts = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(part for part in parts if unicodedata.category(part) != "Mn")


def sets(*, is_raw: bool) -> Iterable[tuple[str, str, str, list[str], list[str]]]:
    """Name, language, note, texts, labels."""
    note = "publisher's words kept" if is_raw else "publisher's words restored"
    yield ("airline", "en", note, *read_airline(is_raw=is_raw))
    yield (
        "en_tweeteval_val",
        "en",
        "1,754 of 2,000 are in XLM-T: " + _FITTED,
        *read_labelled("en_tweeteval_val.jsonl"),
    )
    for language in JUDGED_LANGUAGES:
        for part in ("train", "val"):
            name = f"{language}_xlmt_{part}"
            yield (name, language, _FITTED, *read_labelled(f"{name}.jsonl"))
    if importlib.util.find_spec("tocsin.detection.vietnamese"):
        texts, labels = read_labelled("vi_vsfc_dev.jsonl")
        yield "vi_vsfc_dev", "vi", "", texts, labels
        yield "vi_vsfc_dev, no diacritics", "vi", "", [strip_accents(text) for text in texts], labels


def shorten(scores: dict[str, Any]) -> dict[str, float]:
    negative = scores["negative"]
    picked = {
        "negative precision": negative["precision"],
        "negative recall": negative["recall"],
        "negative F1": negative["f1"],
        "macro-recall": scores["macro_recall"],
        "macro-F1": scores["macro_f1"],
    }
    return {name: round(value, 3) for name, value in picked.items()}


def measure_accuracy(*, is_raw: bool) -> list[Accuracy]:
    judge = load_judge()
    return [
        Accuracy(
            name,
            len(texts),
            note,
            shorten(judge(labels, [label_by_vader(text) for text in texts])),
            shorten(judge(labels, list(map(label_by_us(language), texts)))),
        )
        for name, language, note, texts, labels in sets(is_raw=is_raw)
    ]


def measure_languages() -> dict[str, float]:
    """Share of texts whose language is found, by kind of text; "und" is a miss here."""
    texts: dict[str, list[str]] = {
        language: read_labelled(f"{language}_xlmt_{part}.jsonl")[0]
        for language in JUDGED_LANGUAGES
        for part in ("val",)
    }
    texts["vi"] = read_labelled("vi_vsfc_dev.jsonl")[0][:324]
    found: dict[str, float] = {}
    for kind, change in (
        ("whole", str),
        ("first five words", lambda text: " ".join(text.split()[:5])),
        ("no accents", strip_accents),
    ):
        rights = 0
        for language, of_language in texts.items():
            right = sum(find_language(change(text)) == language for text in of_language)
            found[f"{kind}, {language}"] = round(right / len(of_language), 3)
            rights += right
        found[f"{kind}, all"] = round(rights / sum(map(len, texts.values())), 3)
    return found


_COST = """
import json, sys
from time import process_time
from tocsin.detection.sentiment import measure
texts = json.load(sys.stdin)
measure("good 😀 and more", "en")
began = process_time()
for text in texts:
    measure(text, "en")
unseen = process_time() - began
warm = 9e9
for _ in range(3):
    began = process_time()
    for text in texts:
        measure(text, "en")
    warm = min(warm, process_time() - began)
print(json.dumps([unseen / len(texts) * 1e6, warm / len(texts) * 1e6]))
"""


def measure_cost() -> Cost:
    """CPU time. Turns of the package and of ours alternate; the fastest of each counts. Ours starts anew each turn."""
    texts = read_airline(is_raw=False)[0]
    package = SentimentIntensityAnalyzer()
    package_us = unseen_us = warm_us = float("inf")
    for _ in range(TURNS):
        began = process_time()
        for text in texts:
            package.polarity_scores(text)
        package_us = min(package_us, (process_time() - began) / len(texts) * 1e6)
        told = subprocess.run(
            [sys.executable, "-c", _COST], input=json.dumps(texts), capture_output=True, text=True, check=True
        )
        unseen, warm = json.loads(told.stdout)
        unseen_us, warm_us = min(unseen_us, unseen), min(warm_us, warm)
    return Cost(
        len(texts),
        round(package_us, 1),
        round(unseen_us, 1),
        round(warm_us, 1),
        round(unseen_us / package_us, 2),
        round(warm_us / package_us, 2),
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.sentiment", description="Accuracy and cost of sentiment.")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    parser.add_argument("--raw-airline", action="store_true", help="do not undo what the publisher did to the texts")
    args = parser.parse_args()
    accuracy = measure_accuracy(is_raw=args.raw_airline)
    languages = measure_languages()
    cost = measure_cost()
    if args.json:
        print(json.dumps({"sets": [structs.asdict(each) for each in accuracy], "cost": structs.asdict(cost),
                          "languages": languages}))  # fmt: skip
        return
    print(f"{'set':<28}{'texts':>6}  {'neg. precision':>16}{'neg. recall':>16}{'macro-recall':>16}{'macro-F1':>16}")
    for each in accuracy:
        cells = "".join(
            f"{each.before[name]:>9.3f} →{each.after[name]:.3f}"
            for name in ("negative precision", "negative recall", "macro-recall", "macro-F1")
        )
        print(f"{each.texts:<28}{each.count:>6}  {cells}  {each.note}")
    print(f"\nlanguage found: {', '.join(f'{kind} {share:.3f}' for kind, share in languages.items())}")
    print(
        f"\n{cost.count:,} airline tweets, µs each: vaderSentiment {cost.package_us}, ours unseen {cost.unseen_us} "
        f"({cost.unseen_ratio} ×), warm {cost.warm_us} ({cost.warm_ratio} ×)"
    )


if __name__ == "__main__":
    main()
