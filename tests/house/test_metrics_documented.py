"""docs/metrics.md and tocsin/metrics.py say the same."""

import re
from pathlib import Path

import pytest
from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.metrics import MetricWrapperBase

from tocsin import metrics

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "metrics.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(tocsin_\w+)` \| (\w+) \| (.+?) \| (.{20,}) \|$", re.MULTILINE)
KINDS: dict[type, str] = {Counter: "counter", Gauge: "gauge", Histogram: "histogram"}


def defined() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Every metric of the module: name as Prometheus shows it → kind and labels."""
    found = {}
    for metric in vars(metrics).values():
        if isinstance(metric, MetricWrapperBase):
            kind = KINDS[type(metric)]
            name = next(iter(metric.describe())).name + ("_total" if kind == "counter" else "")
            found[name] = (kind, tuple(metric._labelnames))
    return found


def documented() -> dict[str, tuple[str, tuple[str, ...]]]:
    return {name: (kind, tuple(re.findall(r"`(\w+)`", labels))) for name, kind, labels, _ in ROW.findall(DOCUMENT)}


def test_every_metric_is_documented_with_its_type_and_labels_and_no_other_is() -> None:
    assert documented() == defined()


def test_every_metric_of_the_registry_is_a_constant_of_the_module() -> None:
    registered = {family.name for family in metrics.REGISTRY.collect() if family.name.startswith("tocsin_")}
    assert registered == {name.removesuffix("_total") for name in defined()}


@pytest.mark.parametrize(
    ("metric", "outcomes"),
    [
        ("tocsin_mentions_total", metrics.MENTION_OUTCOMES),
        ("tocsin_deliveries_total", metrics.DELIVERY_OUTCOMES),
    ],
)
def test_every_outcome_is_explained_and_no_other_is(metric: str, outcomes: tuple[str, ...]) -> None:
    section = DOCUMENT.partition(f"## Outcomes of `{metric}`")[2].partition("\n## ")[0]
    assert tuple(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == outcomes
