"""Severity: a floor by the kind of signal, parts that raise it, and a sentence for each."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import a_signal
from tocsin.response.severity import find_severity, is_alarm, rank

#: Just enough people who complain; no other number is remarkable.
PLAIN: dict[str, Any] = {
    "ratio": 3.0, "surprise": 5.5, "distinct_negative_authors": 9, "negative_share": 0.4, "record_ratio": 1.1,
    "reach": 500,
}  # fmt: skip


def severity_of(kind: str = "negative_burst", **fields: Any) -> str:
    return find_severity(a_signal(kind=kind, **(PLAIN | fields))).severity


def test_complaints_of_many_are_an_alarm() -> None:
    assert severity_of() == "elevated"


LOUD: dict[str, Any] = {
    "ratio": 12.0, "surprise": 8.0, "record_ratio": 2.8, "negative_share": 0.05, "positive_share": 0.4,
    "distinct_authors": 30, "distinct_negative_authors": 2, "span_minutes": 15, "is_warming_up": False, "topic": "*",
}  # fmt: skip


def test_sudden_volume_of_twice_the_record_is_an_alarm_before_it_is_negative() -> None:
    assert severity_of("burst", **LOUD) == "elevated"


@pytest.mark.parametrize(
    "why_not",
    [
        {"positive_share": 0.45},  # they like it
        {"span_minutes": 60},  # it came slowly, as campaigns do
        {"record_ratio": 2.1},  # nearly as loud as that was it before
        {"ratio": 7.9},  # a good hour
        {"distinct_authors": 24},  # few
        {"topic": "app"},  # one topic of a brand: no mood of its own
        {"is_warming_up": True},  # a record of nothing
    ],
)
def test_volume_alone_is_else_a_watch(why_not: dict[str, Any]) -> None:
    assert severity_of("burst", **(LOUD | why_not)) == "watch"


def test_record_volume_that_is_mostly_negative_is_an_alarm() -> None:
    angry = {"record_ratio": 1.3, "ratio": 3.0, "negative_share": 0.6, "distinct_negative_authors": 10}
    assert severity_of("burst", **angry) == "elevated"
    assert severity_of("burst", **(angry | {"record_ratio": 1.29})) == "watch"
    assert severity_of("burst", **(angry | {"ratio": 2.9})) == "watch"
    assert severity_of("burst", **(angry | {"negative_share": 0.59})) == "watch"
    assert severity_of("burst", **(angry | {"distinct_negative_authors": 9})) == "watch"


def test_one_author_is_never_more_than_a_watch() -> None:
    assert severity_of("author_burst", ratio=90.0, surprise=90.0, reach=5_000_000, negative_share=1.0) == "watch"


def test_a_high_risk_is_an_alarm_from_its_first_mention() -> None:
    assert severity_of("high_risk", high_risk=("injured",), verdict="elevated") == "elevated"
    assert severity_of("high_risk", high_risk=("injured",), verdict="elevated") == "elevated"
    assert severity_of("high_risk", high_risk=("injured",)) == "elevated"


def test_a_word_that_is_said_of_everything_is_a_watch_until_it_is_heard() -> None:
    alone: dict[str, Any] = {"high_risk": ("died",), "verdict": "watch"}
    assert severity_of("high_risk", **alone) == "watch"
    assert severity_of("high_risk", **alone, reach=100_000) == "elevated"
    assert severity_of("high_risk", **alone, source_kinds={"press": 1}) == "elevated"


@pytest.mark.parametrize("heard", [{"reach": 100_000}, {"source_kinds": {"press": 1}}])
def test_a_high_risk_that_is_heard_is_severe(heard: dict[str, Any]) -> None:
    assert severity_of("high_risk", high_risk=("injured",), **heard) == "severe"


PARTS: tuple[dict[str, Any], ...] = (
    {"ratio": 6.0},
    {"surprise": 10.0},
    {"distinct_negative_authors": 100},
    {"negative_share": 0.8},
    {"reach": 1_000_000},
    {"record_ratio": 1.65},
    {"sources": {"x": 90, "forum": 10}},
    {"source_kinds": {"social": 50, "press": 1}},
)


@pytest.mark.parametrize("part", PARTS)
def test_every_part_says_its_own_sentence(part: dict[str, Any]) -> None:
    plain = find_severity(a_signal(**PLAIN)).reasons
    assert len(find_severity(a_signal(**(PLAIN | part))).reasons) == len(plain) + 1


def test_three_parts_are_severe_and_five_are_critical() -> None:
    found = []
    fields: dict[str, Any] = {}
    for part in PARTS:
        fields |= part
        found.append(severity_of(**fields))
    assert found == ["elevated"] * 2 + ["severe"] * 2 + ["critical"] * 4


def test_severities_are_ordered_and_alarms_begin_at_elevated() -> None:
    assert [rank(each) for each in ("watch", "elevated", "severe", "critical")] == [0, 1, 2, 3]
    assert not is_alarm("watch")
    assert is_alarm("elevated")
