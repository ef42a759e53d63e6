"""One name in the place of another: everywhere, exactly, and nothing else is touched."""

from __future__ import annotations

import msgspec

from tests.builders import a_crisis, a_signal
from tocsin.detection.distinct import Distinct, hash_once
from tocsin.flow import MemoryRows
from tocsin.renaming import rename, rename_rows
from tocsin.response.rows import CrisisRow, SignalRow


def test_a_name_goes_from_lists_fields_and_keys_and_a_longer_name_stays() -> None:
    crisis = a_crisis(authors=("x|a1", "x|a11", "y|a1"), suppressed={"x|a1": 3}, reasons=("x|a1 wrote",))
    renamed = rename(CrisisRow(crisis, fingerprints=("x|a1",)), {"x|a1": "x|gone"})
    assert renamed.crisis.authors == ("x|gone", "x|a11", "y|a1")
    assert renamed.crisis.suppressed == {"x|gone": 3}
    assert renamed.crisis.reasons == ("x|a1 wrote",), "a sentence is no name"
    assert renamed.fingerprints == ("x|gone",)
    assert renamed.crisis.replace(authors=(), suppressed={}) == crisis.replace(authors=(), suppressed={})


def test_what_does_not_hold_the_name_is_not_even_copied() -> None:
    for row in (CrisisRow(a_crisis(authors=("x|a11",))), CrisisRow(a_crisis())):
        assert rename(row, {"x|a1": "x|gone"}) is row


def test_a_hash_that_is_counted_goes_too_and_the_count_stays() -> None:
    old, new = hash_once("x|a1"), hash_once("x|gone")
    counted = Distinct({old, hash_once("x|a2")})
    renamed = rename(counted, {old: new})
    assert renamed.members == {new, hash_once("x|a2")}
    assert counted.members == {old, hash_once("x|a2")}


def test_bytes_and_times_survive() -> None:
    class Mixed(msgspec.Struct, array_like=True):
        name: str
        sketch: bytes
        since: float
        counts: dict[int, list[int]]

    mixed = Mixed("a", b"\x00\xffa", 1.5, {-7: [1, 2**62]})
    assert rename(mixed, {"a": "b"}) == Mixed("b", b"\x00\xffa", 1.5, {-7: [1, 2**62]})


def test_only_the_rows_that_are_meant_are_written_again() -> None:
    rows = MemoryRows()
    signals = {f"s|{n}|{topic}": SignalRow(a_signal(authors=(f"x|a{n}",))) for n in (1, 2) for topic in ("fees", "app")}
    for key, row in signals.items():
        rows.put(key, row)
    assert rename_rows(rows, ("s|",), {"x|a1": "x|gone"}, suffix="|fees") == ["s|1|fees"]
    assert rows.get("s|1|fees").signal.authors == ("x|gone",)  # type: ignore[union-attr]
    assert all(rows.get(key) is row for key, row in signals.items() if key != "s|1|fees")
