"""What a stream has to look like on Kafka, and what is said of one that looks otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from schemas.streams import CRISES, ENRICHED, EVIDENCE, NAMESPACE, RAW, SCORED, STREAMS, TOPIC_STATE, StreamSpec
from tocsin.kafka.layout import Found, find_notes, find_problems, group_counts, in_words, stream_configs

SOUND = {stream.name: Found(1 if stream.group == "single" else 4, configs=stream_configs(stream)) for stream in STREAMS}


def problems_of(stream: StreamSpec, **changed: object) -> list[str]:
    """The problems of one stream in a sound namespace, after it was changed."""
    return find_problems(stream, {**SOUND, stream.name: replace(SOUND[stream.name], **changed)})  # type: ignore[arg-type]


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_a_stream_as_it_is_created_has_no_problem(stream: StreamSpec) -> None:
    assert find_problems(stream, SOUND) == []


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_what_is_kept_for_a_time_carries_the_brokers_clock_and_what_is_compacted_loses_no_row(
    stream: StreamSpec,
) -> None:
    configs = stream_configs(stream)

    if stream.expires is not None:
        assert configs["cleanup.policy"] == "compact,delete"
        assert int(configs["retention.ms"]) == stream.expires.total_seconds() * 1000
    elif stream.retention is None:
        assert configs["cleanup.policy"] == "compact"
        assert "retention.ms" not in configs
    else:
        assert configs["cleanup.policy"] == "delete"
        assert configs["message.timestamp.type"] == "LogAppendTime"
        assert int(configs["retention.ms"]) == stream.retention.total_seconds() * 1000


def test_an_erasure_is_carried_out_within_a_day() -> None:
    assert int(stream_configs(EVIDENCE)["max.compaction.lag.ms"]) <= 86_400_000


def test_a_record_is_kept_at_most_a_quarter_longer_than_promised() -> None:
    configs = stream_configs(ENRICHED)

    assert int(configs["segment.ms"]) * 4 == int(configs["retention.ms"])


def test_three_copies_are_written_to_two_disks_before_they_count() -> None:
    assert stream_configs(CRISES, 3)["min.insync.replicas"] == "2"
    assert "min.insync.replicas" not in stream_configs(CRISES, 1)
    assert "min.insync.replicas" not in stream_configs(CRISES)


def test_a_missing_stream_is_named() -> None:
    assert find_problems(SCORED, {}) == ["mentions.scored is missing"]


def test_a_keyed_stream_with_another_count_is_told_why_that_matters() -> None:
    [problem] = problems_of(SCORED, partitions=5)

    assert problem.startswith("mentions.scored has 5 partitions, not 4")
    assert "one key must be in the same partition of all" in problem


def test_raw_mentions_may_have_another_count_than_the_keyed_streams() -> None:
    more = {
        name: replace(found, partitions=9)
        for name, found in SOUND.items()
        if name in ("mentions.raw", "mentions.rejected")
    }

    assert all(find_problems(stream, {**SOUND, **more}) == [] for stream in STREAMS)
    assert group_counts({**SOUND, **more}) == {"raw": 9, "keyed": 4, "single": 1}


def test_the_namespace_stream_has_one_partition() -> None:
    assert problems_of(NAMESPACE, partitions=4) == ["namespace has 4 partitions, not 1: its readers read one partition"]


@pytest.mark.parametrize(
    ("stream", "name", "value"),
    [
        (EVIDENCE, "cleanup.policy", "delete"),
        (TOPIC_STATE, "cleanup.policy", "compact,delete"),
        (RAW, "cleanup.policy", "compact"),
        (RAW, "message.timestamp.type", "CreateTime"),
        (RAW, "max.message.bytes", "1048588"),
    ],
)
def test_a_setting_that_would_lose_or_falsify_records_is_a_problem(stream: StreamSpec, name: str, value: str) -> None:
    [problem] = problems_of(stream, configs={**stream_configs(stream), name: value})

    assert f"{stream.name}: {name} is {value}" in problem


def test_partitions_that_nobody_leads_are_a_problem() -> None:
    assert problems_of(CRISES, leaderless=2) == ["crises: 2 of 4 partitions have no leader: is a broker down?"]


def test_few_copies_are_noted_on_several_brokers_and_not_on_one() -> None:
    assert find_notes(CRISES, SOUND[CRISES.name], brokers=1) == []
    assert find_notes(CRISES, SOUND[CRISES.name], brokers=3) == [
        "crises has 1 replicas; 3 survive the loss of a broker"
    ]


def test_a_shorter_retention_is_noted() -> None:
    short = replace(SOUND[CRISES.name], configs={**stream_configs(CRISES), "retention.ms": "3600000"})

    assert find_notes(CRISES, short, brokers=1) == ["crises is kept for 1 h, not 365 days"]


def test_texts_that_an_older_version_kept_for_ever_are_noted_and_work() -> None:
    old = {name: value for name, value in stream_configs(EVIDENCE).items() if name != "retention.ms"}
    found = replace(SOUND[EVIDENCE.name], configs=old | {"cleanup.policy": "compact"})

    assert find_problems(EVIDENCE, {**SOUND, EVIDENCE.name: found}) == []
    assert find_notes(EVIDENCE, found, brokers=1) == [
        "mentions.evidence is kept for ever, not 90 days: docs/privacy.md says what to do"
    ]


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(days=1), "1 day"),
        (timedelta(days=7), "7 days"),
        (timedelta(hours=36), "36 h"),
        (timedelta(seconds=90), "90 s"),
    ],
)
def test_a_retention_reads_as_people_say_it(span: timedelta, words: str) -> None:
    assert in_words(span) == words
