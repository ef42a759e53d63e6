"""How fast records are read and written: ours beside the alternatives, in one run.

`python -m bench.codec [--json]`. Rounds of all candidates are interleaved, so that a busy machine slows them alike;
the figure is the best round, µs a record, of one core. pydantic is measured when it is installed.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import importlib.metadata
import importlib.util
import json
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Annotated, Any

import msgspec
import orjson

from schemas.mention import Author, Engagement, Mention, ScoredMention, Weight
from schemas.record import Record

_TEXT = "@AcmeAir third day without my luggage and nobody answers the phone. Worst service ever!! #acme"
_POSTED = datetime.fromisoformat("2026-01-05T12:00:00+00:00")
MENTION = Mention(
    id="1787300412345678901",
    text=_TEXT,
    source="x",
    posted_at=_POSTED,
    author=Author(id="998877", handle="ann_o", name="Ann O.", followers=4210),
    observed_at=_POSTED,
    url="https://example.org/ann_o/1787300412345678901",
    lang="en",
    engagement=Engagement(likes=5, reshares=2, replies=1, views=300),
)
SCORED = ScoredMention(
    mention=MENTION,
    brand="acme-air",
    posted_at=_POSTED,
    topics=("luggage", "service"),
    matched=("@AcmeAir", "luggage", "service"),
    language="en",
    fingerprint="7f0c2d9e11aa34bc",
    configuration="w-5b1e90",
    sentiment=-0.6884,
    label="negative",
    weight=Weight(sentiment=1.6884, reach=3.6254, engagement=1.1461, total=8.0562),
)


@dataclass(frozen=True, slots=True)
class PlainAuthor:
    id: str
    handle: str | None = None
    name: str | None = None
    followers: int | None = None


@dataclass(frozen=True, slots=True)
class PlainEngagement:
    likes: int = 0
    reshares: int = 0
    replies: int = 0
    views: int = 0


@dataclass(frozen=True, slots=True)
class PlainMention:
    id: str
    text: str
    source: str
    posted_at: datetime
    author: PlainAuthor
    observed_at: datetime | None = None
    url: str | None = None
    lang: str | None = None
    engagement: PlainEngagement = field(default_factory=PlainEngagement)


@dataclass(frozen=True, slots=True)
class PlainWeight:
    sentiment: float
    reach: float
    engagement: float
    total: float


@dataclass(frozen=True, slots=True)
class PlainScored:
    mention: PlainMention
    brand: str
    posted_at: datetime
    topics: tuple[str, ...]
    matched: tuple[str, ...]
    language: str
    fingerprint: str
    configuration: str
    sentiment: float
    label: str
    weight: PlainWeight


def _text(tree: dict[str, Any], name: str, most: int = 512, least: int = 0) -> str:
    value = tree[name]
    if type(value) is not str or not least <= len(value) <= most:
        raise ValueError(name)
    return value


def _count(tree: dict[str, Any], name: str) -> int:
    value = tree.get(name, 0)
    if type(value) is not int or value < 0:
        raise ValueError(name)
    return value


def _number(tree: dict[str, Any], name: str, low: float, high: float) -> float:
    value = tree[name]
    if type(value) not in (float, int) or not low <= value <= high:
        raise ValueError(name)
    return float(value)


def _instant(tree: dict[str, Any], name: str) -> datetime:
    value = datetime.fromisoformat(_text(tree, name))
    if value.tzinfo is None:
        raise ValueError(name)
    return value


def _texts(tree: dict[str, Any], name: str) -> tuple[str, ...]:
    values = tree.get(name, [])
    if type(values) is not list or any(type(value) is not str for value in values):
        raise ValueError(name)
    return tuple(values)


def plain_mention(tree: dict[str, Any]) -> PlainMention:
    """The hand-written reader of a mention: the same checks as the record's."""
    author, engagement = tree["author"], tree.get("engagement", {})
    return PlainMention(
        id=_text(tree, "id", least=1),
        text=_text(tree, "text", 100_000),
        source=_text(tree, "source", least=1),
        posted_at=_instant(tree, "posted_at"),
        author=PlainAuthor(
            id=_text(author, "id", least=1),
            handle=_text(author, "handle") if author.get("handle") is not None else None,
            name=_text(author, "name") if author.get("name") is not None else None,
            followers=_count(author, "followers") if author.get("followers") is not None else None,
        ),
        observed_at=_instant(tree, "observed_at") if tree.get("observed_at") is not None else None,
        url=_text(tree, "url") if tree.get("url") is not None else None,
        lang=_text(tree, "lang") if tree.get("lang") is not None else None,
        engagement=PlainEngagement(*(_count(engagement, each.name) for each in fields(PlainEngagement))),
    )


def plain_scored(tree: dict[str, Any]) -> PlainScored:
    """The hand-written reader of a scored mention."""
    weight = tree["weight"]
    return PlainScored(
        mention=plain_mention(tree["mention"]),
        brand=_text(tree, "brand", least=1),
        posted_at=_instant(tree, "posted_at"),
        topics=_texts(tree, "topics"),
        matched=_texts(tree, "matched"),
        language=_text(tree, "language"),
        fingerprint=_text(tree, "fingerprint"),
        configuration=_text(tree, "configuration"),
        sentiment=_number(tree, "sentiment", -1.0, 1.0),
        label=_text(tree, "label"),
        weight=PlainWeight(*(_number(weight, each.name, 0.0, 1e9) for each in fields(PlainWeight))),
    )


def pydantic_models() -> tuple[Any, Any]:
    """The two records as pydantic models with the same limits (`ImportError` when it is not installed)."""
    pydantic = importlib.import_module("pydantic")
    settings = pydantic.ConfigDict(frozen=True, extra="allow")

    def model(title: str, /, **shape: Any) -> Any:
        return pydantic.create_model(title, __config__=settings, **shape)

    identifier = Annotated[str, pydantic.Field(min_length=1, max_length=512)]
    count = Annotated[int, pydantic.Field(ge=0)]
    instant = pydantic.AwareDatetime
    optional = (str | None, None)
    author = model("Author", id=(identifier, ...), handle=optional, name=optional, followers=(count | None, None))
    engagement = model("Engagement", **dict.fromkeys(("likes", "reshares", "replies", "views"), (count, 0)))
    mention = model(
        "Mention",
        id=(identifier, ...),
        text=(Annotated[str, pydantic.Field(max_length=100_000)], ...),
        source=(identifier, ...),
        posted_at=(instant, ...),
        author=(author, ...),
        observed_at=(instant | None, None),
        url=optional,
        lang=optional,
        engagement=(engagement, engagement()),
    )
    scored = model(
        "ScoredMention",
        mention=(mention, ...),
        brand=(identifier, ...),
        posted_at=(instant, ...),
        topics=(tuple[str, ...], ()),
        matched=(tuple[str, ...], ()),
        **dict.fromkeys(("language", "fingerprint", "configuration", "label"), (str, "")),
        sentiment=(Annotated[float, pydantic.Field(ge=-1, le=1)], 0.0),
        weight=(model("Weight", **dict.fromkeys(("sentiment", "reach", "engagement", "total"), (float, 1.0))), ...),
    )
    return mention, scored


Candidate = tuple[Callable[[], Any], Callable[[], Any]]


def candidates(record: Record, plain: Callable[[dict[str, Any]], Any], model: Any | None) -> dict[str, Candidate]:
    """What is measured on one record: name → (decode, encode)."""
    cls, data = type(record), record.encode()
    unknown = orjson.dumps(orjson.loads(data) | {"campaign": "spring"})
    tree, by_hand, with_unknown = orjson.loads(data), plain(orjson.loads(data)), cls.decode(unknown)
    found: dict[str, Candidate] = {
        "record (msgspec)": (lambda: cls.decode(data), record.encode),
        "record with an unknown field": (lambda: cls.decode(unknown), with_unknown.encode),
        "orjson, unchecked dictionary": (lambda: orjson.loads(data), lambda: orjson.dumps(tree)),
        "orjson + msgspec.convert": (
            lambda: msgspec.convert(orjson.loads(data), cls),
            lambda: orjson.dumps(msgspec.to_builtins(record)),
        ),
        "orjson + dataclass by hand": (lambda: plain(orjson.loads(data)), lambda: orjson.dumps(by_hand)),
    }
    if model is not None:
        made = model.model_validate_json(data)
        found["pydantic"] = (
            lambda: model.model_validate_json(data),
            lambda: made.model_dump_json(exclude_defaults=True),
        )
    return found


def measure(calls: dict[str, Callable[[], Any]], rounds: int, calls_a_round: int) -> dict[str, float]:
    """Best round of each call, in µs; rounds are interleaved."""
    best = dict.fromkeys(calls, float("inf"))
    gc.disable()
    try:
        for _ in range(rounds):
            for name, call in calls.items():
                began = time.perf_counter()
                for _ in range(calls_a_round):
                    call()
                best[name] = min(best[name], (time.perf_counter() - began) / calls_a_round * 1e6)
            gc.collect()
    finally:
        gc.enable()
    return {name: round(value, 3) for name, value in best.items()}


def main() -> int:
    """Print the table, or JSON with `--json`."""
    parser = argparse.ArgumentParser(prog="python -m bench.codec", description="Reading and writing of records.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--rounds", type=int, default=15, help="interleaved rounds; the best counts (default 15)")
    parser.add_argument("--calls", type=int, default=3_000, help="calls a round (default 3000)")
    args = parser.parse_args()
    has_pydantic = importlib.util.find_spec("pydantic") is not None
    models = pydantic_models() if has_pydantic else (None, None)
    if not has_pydantic:
        print("pydantic is not installed and is left out; `pip install pydantic` measures it too", file=sys.stderr)
    cases: tuple[tuple[Record, Callable[[dict[str, Any]], Any], Any | None], ...] = (
        (MENTION, plain_mention, models[0]),
        (SCORED, plain_scored, models[1]),
    )
    results: dict[str, Any] = {}
    for record, plain, model in cases:
        found = candidates(record, plain, model)
        decode = measure({name: pair[0] for name, pair in found.items()}, args.rounds, args.calls)
        encode = measure({name: pair[1] for name, pair in found.items()}, args.rounds, args.calls)
        results[type(record).__name__] = {
            "bytes": len(record.encode()),
            "microseconds": {name: {"decode": decode[name], "encode": encode[name]} for name in found},
        }
    packages = ["msgspec", "orjson", *(["pydantic"] if has_pydantic else [])]
    versions = {name: importlib.metadata.version(name) for name in packages} | {"python": platform.python_version()}
    if args.json:
        print(json.dumps({"versions": versions, "records": results}))
        return 0
    print(", ".join(f"{name} {version}" for name, version in versions.items()))
    for name, result in results.items():
        print(f"\n{name + ', ' + str(result['bytes']) + ' bytes':<38} decode µs   encode µs")
        for candidate, figures in result["microseconds"].items():
            print(f"  {candidate:<36} {figures['decode']:>9.2f}   {figures['encode']:>9.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
