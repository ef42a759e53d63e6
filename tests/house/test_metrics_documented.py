"""docs/metrics.md and tocsin/metrics.py say the same."""

from __future__ import annotations

import re

from tocsin import generated, metrics
from tocsin.metric_documents import all_metrics, files


def test_the_committed_page_is_the_generated_one() -> None:
    differences = generated.find_differences(files())
    assert not differences, "run `python -m tocsin.metric_documents`\n" + "\n".join(differences)


def test_every_metric_is_explained_in_a_sentence_and_counted_in_base_units() -> None:
    for metric in all_metrics():
        assert re.match(r"[A-Z].{20,}\.$", metric.about), f"{metric.name} is not explained"
        assert metric.name.startswith("tocsin_")
        assert not re.search(r"_(ms|millis|minutes|percent)\b", metric.name)


def test_every_metric_of_the_registry_is_a_constant_of_the_module_and_named_once() -> None:
    registered = {family.name for family in metrics.REGISTRY.collect() if family.name.startswith("tocsin_")}
    names = [metric.name.removesuffix("_total") for metric in all_metrics()]
    assert sorted(names) == sorted(registered)


def test_every_metric_with_outcomes_has_them_explained_one_by_one() -> None:
    assert {metric.name for metric in all_metrics() if "outcome" in metric.labels} == set(metrics.OUTCOMES)
