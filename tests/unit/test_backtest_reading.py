"""History of any size and any order: read once, in bounded memory, what is broken listed."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.builders import a_mention
from tocsin.backtest.reading import Intake, open_history
from tocsin.errors import ConfigurationError

HEADER = "id,text,author,posted_at\n"


@contextmanager
def history(folder: Path, text: str | bytes, name: str = "h.csv", **options: Any) -> Iterator[Intake]:
    file = folder / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    out = folder / "out"
    out.mkdir(exist_ok=True)
    with open_history(file, out, **options) as intake:
        yield intake


def skipped(folder: Path) -> list[tuple[int, str]]:
    lines = (folder / "out" / "skipped.jsonl").read_bytes().splitlines()
    return [(row["line"], row["cause"]) for row in map(orjson.loads, lines)]


def rows(*times: str) -> str:
    return HEADER + "".join(f"{number},text {number},a{number},{time}\n" for number, time in enumerate(times))


def test_mixed_time_zones_become_one_order_of_time(tmp_path: Path) -> None:
    text = rows("2026-01-05T12:00:00+07:00", "2026-01-05T04:00:00Z", "2026-01-04 23:30:00 -0500", "1767585600")
    with history(tmp_path, text) as intake:
        assert [mention.id for mention in intake.play()] == ["1", "3", "2", "0"]
        assert {mention.posted_at.utcoffset().total_seconds() for mention in intake.play()} == {0.0}  # type: ignore[union-attr]
        assert (f"{intake.first_at:%H:%M}", f"{intake.last_at:%H:%M}") == ("04:00", "05:00")


@pytest.mark.parametrize("buffered", [1, 3, 7, 1_000])
def test_unsorted_rows_are_sorted_whatever_fits_into_memory(tmp_path: Path, buffered: int) -> None:
    rng = random.Random(5)
    mentions = [a_mention(id=str(number), at=float(rng.randrange(50))) for number in range(300)]
    text = b"".join(mention.encode() + b"\n" for mention in mentions)
    with history(tmp_path, text, "h.jsonl", buffered=buffered) as intake:
        played = [mention.id for mention in intake.play()]
        assert played == [mention.id for mention in sorted(mentions, key=lambda mention: mention.posted_at)]
        assert played == [mention.id for mention in intake.play()]  # and once more
        assert intake.mentions == 300
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["skipped.jsonl"]


def test_a_sorted_file_makes_one_run_on_disk(tmp_path: Path) -> None:
    text = b"".join(a_mention(id=str(number), at=number).encode() + b"\n" for number in range(100))
    with history(tmp_path, text, "h.jsonl", buffered=10) as intake:
        runs = list(next((tmp_path / "out").glob(".sorting-*")).iterdir())
        assert len(runs) == 1
        assert [mention.id for mention in intake.play()] == [str(number) for number in range(100)]


def test_broken_rows_are_counted_and_listed_with_line_and_cause(tmp_path: Path) -> None:
    good = [f"{number},hello {number},a,2026-01-05T12:{number:02}:00Z" for number in range(57)]
    broken = ["58,too,few", "59,x,a,soon", ",no id,a,2026-01-05T12:00:00Z"]
    text = HEADER + "\n".join([*good[:20], broken[0], *good[20:40], broken[1], broken[2], *good[40:]]) + "\n"
    with history(tmp_path, text) as intake:
        assert (intake.mentions, intake.skipped) == (57, 3)
        assert sum(intake.causes.values()) == 3
    (first, few), (second, soon), (third, empty) = skipped(tmp_path)
    assert (first, second, third) == (22, 43, 44)
    assert "3 cells" in few
    assert "'soon' is not a time" in soon
    assert "id is empty" in empty


def test_causes_are_told_without_the_values_that_differ(tmp_path: Path) -> None:
    text = rows("2026-01-05T12:00:00Z", "soon", "later", "never")
    with history(tmp_path, text) as intake:
        assert list(intake.causes.values()) == [3]


def test_a_missing_column_names_those_that_are_there_and_the_option(tmp_path: Path) -> None:
    text = "id,text,autor,posted_at\n1,a,b,2026-01-05T12:00:00Z\n"
    with pytest.raises(ConfigurationError) as caught, history(tmp_path, text):
        pass
    assert "'autor'" in str(caught.value)
    assert "--columns author=" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("  \n\n", "is empty"),
        (HEADER, "holds no rows"),
        (HEADER + "1,a,b,soon\n", "not one of its 1 rows is a mention"),
        (HEADER + "1,a,b,2026-01-05T12:00:00\n", "--time-zone"),
    ],
)
def test_a_file_without_a_mention_is_told_clearly(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words), history(tmp_path, text):
        pass


def test_a_damaged_archive_is_told(tmp_path: Path) -> None:
    packed = gzip.compress((HEADER + "1,a,b,2026-01-05T12:00:00Z\n" * 2_000).encode())
    with pytest.raises(ConfigurationError, match="damaged"), history(tmp_path, packed[:-20], "h.csv.gz"):
        pass


def test_progress_is_told_while_rows_are_read(tmp_path: Path) -> None:
    told: list[int] = []
    text = b"".join(a_mention(id=str(number), at=0.0).encode() + b"\n" for number in range(10_001))
    with history(tmp_path, text, "h.jsonl", on_row=told.append):
        pass
    assert told == [5_000, 10_000]
