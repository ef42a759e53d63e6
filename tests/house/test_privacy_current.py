"""docs/privacy.md says of every stream what it holds of persons, and for how long: as the registry has it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from schemas.record import Record
from schemas.streams import NOTIFICATIONS, RAW, REJECTED, SCORED, STREAMS, StreamSpec
from tests.house.checkout import ROOT
from tocsin.cli.erase import REMAINS
from tocsin.json_schemas import json_schema
from tocsin.response.notify import RECEIPT_LIFETIME

#: Fields that tell of a person: an author, or one of ours.
_PERSONAL = {"author", "authors", "text", "handle", "name", "author_handle", "by", "person", "owner", "mention"}
_RESPONDERS = {"by", "person", "owner"}


def table() -> dict[str, list[str]]:
    """Stream → what it holds, whether it is erased, when it expires."""
    text = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    rows = text.partition("<!-- privacy: begin -->")[2].partition("<!-- privacy: end -->")[0].splitlines()
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows if row.startswith("| `")]
    return {stream.strip("`"): rest for stream, *rest in cells}


def fields(record: type[Record]) -> set[str]:
    """Names of all fields of a record, and of those inside it."""

    def walk(tree: Any) -> set[str]:
        if isinstance(tree, list):
            return set().union(*map(walk, tree))
        if not isinstance(tree, dict):
            return set()
        inner = set().union(*(walk(each) for each in tree.values()))
        return inner | set(tree["properties"]) if isinstance(tree.get("properties"), dict) else inner

    return walk(json_schema(record))


def days(span: timedelta) -> str:
    return f"{span.days} day{'s' * (span.days != 1)}"


def test_every_stream_is_told_of_in_the_order_of_the_registry() -> None:
    assert list(table()) == [stream.name for stream in STREAMS]


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_what_is_kept_of_persons_and_how_long_is_what_the_registry_says(stream: StreamSpec) -> None:
    holds, erased, expires = table()[stream.name]
    if (lasts := stream.retention or stream.expires) is not None:
        assert expires == days(lasts)
    if stream.record is not None and stream is not REJECTED:  # whose records are what somebody wrote, as it came
        personal = set().union(*map(fields, stream.records)) & _PERSONAL
        assert (holds.startswith("nothing")) == (not personal), f"it has {sorted(personal)}"
        assert "–" not in erased or personal <= _RESPONDERS, "it is not said how authors go from it"


def test_a_stream_that_is_kept_for_ever_is_told_when_its_records_go() -> None:
    assert table()[NOTIFICATIONS.name][2] == days(RECEIPT_LIFETIME)
    assert not [name for name, row in table().items() if not row[2]]


def test_what_the_command_says_to_remain_is_what_the_table_says() -> None:
    said = " ".join(REMAINS)
    for stream, word in ((RAW, "raw"), (REJECTED, "rejected"), (SCORED, "on their way through the steps")):
        assert stream.retention is not None
        assert f"{word} ({days(stream.retention)})" in said
    told = {f"{number} day{plural}" for number, plural in re.findall(r"(\d+) day(s?)", said)}
    assert told <= {row[2] for row in table().values()}
