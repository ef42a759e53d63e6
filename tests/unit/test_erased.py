"""What was erased is remembered by hash, for a week, in bounded room; and what `tocsin erase` looks for."""

from __future__ import annotations

import argparse
from types import SimpleNamespace

import pytest

from schemas.mention import Evidence
from tests.builders import a_mention, a_scored_mention, an_evidence, milliseconds
from tocsin.cli.erase import configure
from tocsin.desk.erase import Texts, Wanted
from tocsin.detection.author_rows import Waiting, wait_for_tick
from tocsin.detection.erased import ERASED_LIMIT, KEPT_FOR_MS, Erased
from tocsin.flow import MemoryRows


def waiting(author: str = "a1", at: float = 0.0) -> Waiting:
    return wait_for_tick(a_scored_mention(mention=a_mention(author=author, at=at)), milliseconds(at))


def test_a_deleted_mention_keeps_everything_but_its_text() -> None:
    erased, row = Erased(MemoryRows()), waiting()
    assert erased.hide(row) is row
    erased.note_mention("x|m1", 5)
    hidden = erased.hide(row)
    assert (hidden.evidence, hidden.author) == (None, None)
    assert hidden.counted == row.counted.replace(has_evidence=False)
    assert row.evidence is not None


def test_an_erased_author_has_another_name_until_the_instant_of_the_erasure() -> None:
    erased = Erased(MemoryRows())
    assert erased.note_author("x|a1", 5, milliseconds(60), "x|erased-r1")
    assert not erased.note_author("x|a1", 6, milliseconds(60), "x|erased-r1"), "known already"
    assert erased.hide(waiting(at=60)).counted.author == "x|erased-r1"
    assert erased.hide(waiting(at=60.001)).counted.author == "x|a1"
    assert erased.hide(waiting("a2")).counted.author == "x|a2"


def test_the_memory_of_an_erasure_names_nobody_and_survives_a_restart() -> None:
    rows = MemoryRows()
    Erased(rows).note_mention("x|m1", 5)
    assert not [key for key, _ in rows.items() if "m1" in key]
    assert Erased(rows).hide(waiting()).evidence is None


def test_erasures_are_forgotten_after_a_week_and_the_oldest_first_beyond_the_limit() -> None:
    rows = MemoryRows()
    erased = Erased(rows)
    for number in range(ERASED_LIMIT + 3):
        erased.note_mention(f"x|{number}", number)
    erased.forget(10)
    assert len(erased.known) == ERASED_LIMIT == len(list(rows.items()))
    assert min(row.at_ms for row in erased.known.values()) == 3
    erased.forget(KEPT_FOR_MS + ERASED_LIMIT)
    assert len(erased.known) == 3


def record(text: Evidence | None, key: str = "") -> SimpleNamespace:
    return SimpleNamespace(
        key=(key or (text.mention if text else "")).encode(), value=text.encode() if text is not None else None
    )


def test_texts_are_found_by_author_and_those_of_older_versions_by_handle() -> None:
    new = an_evidence(id="1", author="x|a1")
    others = [an_evidence(id="2", author="x|a2"), an_evidence(id="3", author="y|a1", source="y")]
    old = an_evidence(id="4", author_handle="ann")
    found = Texts(Wanted("x", "a1", True), "r1")
    found.learn(map(record, [new, *others, old]))
    assert list(found.found) == ["x|1"]
    found = Texts(Wanted("x", "a1", True, handle="ann"), "r1")
    found.learn([*map(record, [new, *others, old]), SimpleNamespace(key=b"x|9", value=b"{")])
    assert list(found.found) == ["x|1", "x|4"]


def test_a_request_is_carried_out_when_its_own_tombstone_is_read() -> None:
    found = Texts(Wanted("x", "a1", True), "r1")
    found.learn([record(an_evidence(id="1", author="x|a1")), record(None, "x|1")])
    assert (found.found, found.is_carried_out) == ({}, False)
    found.learn([record(None, "x|r1")])
    assert found.is_carried_out


@pytest.mark.parametrize(
    ("key", "read"), [("x:4711", ("x", "4711")), ("x|4711", ("x", "4711")), ("x:a|b:c", ("x", "a|b:c"))]
)
def test_a_key_is_written_with_either_sign(key: str, read: tuple[str, str]) -> None:
    parser = argparse.ArgumentParser()
    configure(parser)
    assert parser.parse_args(["author", key, "--reason", "asked"]).key == read


def test_what_is_no_key_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    configure(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(["mention", "4711", "--reason", "asked"])
    assert 'write source and id, as in "x:4711"' in capsys.readouterr().err
