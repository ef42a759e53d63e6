"""`tocsin score`: the feeling of texts and what they complain of, with what counted."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import BinaryIO

import msgspec
import orjson

from tocsin.detection.language import find_language
from tocsin.detection.reasons import find_reasons
from tocsin.detection.sentiment import judge
from tocsin.errors import ConfigurationError

#: Broken lines that are named one by one; the others are only counted.
_NAMED_LINES = 10


class Request(msgspec.Struct):
    """One line of what is asked: a text, and its language where that is known."""

    text: str
    lang: str | None = None


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `tocsin score`."""
    parser.add_argument(
        "file", nargs="?", default="-", help='JSONL: {"text": …, "lang": …}, lang may be left out; - is standard input'
    )


def run(args: argparse.Namespace) -> int:
    """0 when every line was scored, 1 when some were broken: they are named, the others go on."""
    if args.file != "-" and not Path(args.file).is_file():
        raise ConfigurationError(f"there is no file {args.file}", 'give a file of lines such as {"text": "…"}, or -')
    with nullcontext(sys.stdin.buffer) if args.file == "-" else Path(args.file).open("rb") as lines:
        scored, broken = _score_all(lines, "standard input" if args.file == "-" else args.file)
    if broken:
        print(f"{scored:,} texts scored, {broken:,} lines left out", file=sys.stderr)
    return 1 if broken else 0


def score(request: Request) -> dict[str, object]:
    """What is answered to one line.

    >>> score(Request("still no refund for my cancelled order", "en"))["label"]
    'negative'
    """
    language = find_language(request.text, request.lang)
    judgement = judge(request.text, language)
    return {
        "text": request.text,
        "language": language,
        "sentiment": judgement.sentiment,
        "label": judgement.label,
        "reasons": find_reasons(request.text, language),
        "because": judgement.because,
    }


def _score_all(lines: Iterable[bytes] | BinaryIO, place: str) -> tuple[int, int]:
    """Answer line by line, in order.

    Returns:
        How many were scored, how many were broken.
    """
    decode = msgspec.json.Decoder(Request).decode
    scored = broken = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            answer = orjson.dumps(score(decode(line)))
        except (msgspec.DecodeError, UnicodeDecodeError, orjson.JSONEncodeError) as error:
            broken += 1
            if broken <= _NAMED_LINES:
                print(
                    f"{place}, line {number}: {error}\n  → write one JSON object a line: "
                    '{"text": "…", "lang": "en"}; lang may be left out',
                    file=sys.stderr,
                )
            continue
        sys.stdout.write(answer.decode() + "\n")
        scored += 1
    return scored, broken
