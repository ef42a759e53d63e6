"""Metrics count what they say, and no label grows with what comes in."""

from __future__ import annotations

import pytest

from schemas.record import CAUSES
from tocsin import metrics
from tocsin.metrics import SOURCE_OTHER, SourcesHeard, StepMetrics

value = metrics.REGISTRY.get_sample_value


def test_a_rejection_is_counted_by_its_cause_and_as_an_outcome() -> None:
    step = StepMetrics("test-reject")
    step.reject("not-json", 3)
    step.reject("null")
    assert value("tocsin_rejected_total", {"step": "test-reject", "cause": "not-json"}) == 3
    assert value("tocsin_mentions_total", {"step": "test-reject", "outcome": "rejected"}) == 4


def test_a_cause_that_is_not_on_the_list_is_no_new_label() -> None:
    with pytest.raises(KeyError):
        StepMetrics("test-reject").reject("whatever the input says")


def test_an_outcome_that_is_not_on_the_list_is_no_new_label() -> None:
    with pytest.raises(KeyError):
        StepMetrics("test-count").count("whatever", 1)


def test_every_series_of_a_step_is_there_before_anything_happened() -> None:
    StepMetrics("test-fresh")
    assert all(value("tocsin_rejected_total", {"step": "test-fresh", "cause": cause}) == 0 for cause in CAUSES)
    assert value("tocsin_mentions_total", {"step": "test-fresh", "outcome": "late"}) == 0


@pytest.mark.parametrize(
    ("metric", "outcome"), [("tocsin_pages_total", "nobody"), ("tocsin_heartbeats_total", "failed")]
)
def test_what_a_rule_waits_for_is_there_before_it_happened(metric: str, outcome: str) -> None:
    assert value(metric, {"outcome": outcome}) is not None


def test_a_source_is_known_by_when_kafka_stored_its_last_mention() -> None:
    sources = SourcesHeard()
    for appended_ms in (5_000, 9_000, 7_000):  # partitions do not arrive in order
        sources.hear("test-forum", appended_ms)
    assert value("tocsin_source_heard_seconds", {"source": "test-forum"}) == 9.0


def test_sources_beyond_the_bound_share_one_series() -> None:
    sources = SourcesHeard(most=2)
    for number in range(200):
        sources.hear(f"test-bound-{number}", 1_000 + number)
    named = {
        sample.labels["source"]
        for family in metrics.SOURCE_HEARD.collect()
        for sample in family.samples
        if sample.labels["source"].startswith("test-bound-")
    }
    assert named == {"test-bound-0", "test-bound-1"}
    assert value("tocsin_source_heard_seconds", {"source": SOURCE_OTHER}) == 1.199


def test_the_build_is_told_with_its_role() -> None:
    metrics.tell_build("worker", "test-build", "replay")
    found = [sample for family in metrics.BUILD.collect() for sample in family.samples]
    (told,) = [each for each in found if each.labels["namespace"] == "test-build"]
    assert (told.labels["role"], told.labels["time"], told.value) == ("worker", "replay", 1)
    assert told.labels["version"]
