"""Rules, dashboard and promises ask for metrics that exist; every alert fires in a test and has its chapter."""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any

import pytest
import yaml

from tests.house.checkout import ROOT
from tests.tools import require_tool
from tocsin import dashboard_documents, generated, metrics
from tocsin.dashboard_documents import queries
from tocsin.metric_documents import all_metrics

DEPLOY = ROOT / "deploy"


def load(name: str) -> Any:
    return yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))


ALERTS: list[dict[str, Any]] = [rule for group in load("alerts.yml")["groups"] for rule in group["rules"]]
RECORDED: list[dict[str, Any]] = [rule for group in load("recording.yml")["groups"] for rule in group["rules"]]
PROMISES = re.findall(r"```promql\n(.+?)```", (ROOT / "docs" / "slo.md").read_text(encoding="utf-8"), re.DOTALL)
#: Labels that Prometheus itself puts on what it scrapes.
SCRAPED = frozenset({"job", "instance"})
SERIES: dict[str, frozenset[str]] = {
    name: labels | SCRAPED for metric in all_metrics() for name, labels in metric.series.items()
}
_NAME = re.compile(r"(?<![\w:\"])((?:\w+:)?tocsin_\w+(?::\w+)*)(\{[^}]*\})?")

ASKED: dict[str, str] = {
    **{rule["alert"]: rule["expr"] for rule in ALERTS},
    **{rule["record"]: rule["expr"] for rule in RECORDED},
    **{f"dashboard: {query.expr}": query.expr for query in queries()},
    **{f"promise {number}": expr for number, expr in enumerate(PROMISES, 1)},
}


def labels_of(recorded: str) -> frozenset[str]:
    """The labels of a recorded series: those of its name's first part, as its expression keeps them."""
    (rule,) = [rule for rule in RECORDED if rule["record"] == recorded]
    kept = re.match(r"(?:time\(\) - )?\w+ by \(([\w, ]+)\)", rule["expr"]) or re.search(
        r"by \(([\w, ]+)\)", rule["expr"]
    )
    return frozenset(kept[1].split(", ")) - {"le"} if kept else frozenset()


@pytest.mark.parametrize("what", ASKED)
def test_what_is_asked_for_exists_with_these_labels(what: str) -> None:
    expr = ASKED[what]
    recorded = {rule["record"] for rule in RECORDED}
    for name, matchers in _NAME.findall(expr):
        if ":" in name:
            assert name in recorded
            known = labels_of(name)
        else:
            assert name in SERIES, f"{name} is no metric of ours"
            known = SERIES[name]
        assert set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", matchers)) <= known
    assert expr.count("(") == expr.count(")")


@pytest.mark.parametrize("what", ASKED)
def test_what_is_grouped_by_is_a_label_of_what_is_asked_for(what: str) -> None:
    expr = ASKED[what]
    names = [name for name, _ in _NAME.findall(expr)]
    known = {label for name in names for label in (labels_of(name) if ":" in name else SERIES[name])}
    for labels in re.findall(r"\b(?:by|on) \(([^)]*)\)", expr):
        assert set(labels.split(", ")) <= known | SCRAPED


@pytest.mark.parametrize("query", queries(), ids=lambda query: str(query.expr))
def test_a_legend_names_labels_that_the_series_has(query: dashboard_documents.Query) -> None:
    grouped = re.findall(r"\bby \(([^)]*)\)", query.expr)
    known = {label for labels in grouped for label in labels.split(", ")}
    if not grouped:
        known = {
            label
            for name, _ in _NAME.findall(query.expr)
            for label in (labels_of(name) if ":" in name else SERIES[name])
        }
    assert set(re.findall(r"\{\{(\w+)\}\}", query.legend)) <= known | SCRAPED


def test_only_outcomes_that_exist_are_asked_for() -> None:
    outcomes = {outcome for outcomes in metrics.OUTCOMES.values() for outcome in outcomes}
    asked = [found for expr in ASKED.values() for found in re.findall(r'outcome=~?"([^"]+)"', expr)]
    assert asked
    assert {word for pattern in asked for word in pattern.split("|")} <= outcomes


def test_a_share_within_a_time_asks_for_a_bucket_that_there_is() -> None:
    bounds = {
        sample.labels["le"]
        for metric in (
            metrics.ESCALATION.labels("burst"),
            metrics.DELIVERY.labels("x"),
            metrics.ACKNOWLEDGED.labels("x"),
        )
        for family in metric.collect()
        for sample in family.samples
        if "le" in sample.labels
    }
    asked = {bound for expr in ASKED.values() for bound in re.findall(r'le="([^"]+)"', expr)}
    assert asked
    assert asked <= bounds


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: str(rule["alert"]))
def test_an_alert_says_how_bad_it_is_and_what_it_means_and_has_its_chapter(rule: dict[str, Any]) -> None:
    name = rule["alert"]
    assert rule["labels"]["severity"] in ("page", "ticket", "none")
    assert rule["annotations"]["summary"]
    assert rule["annotations"]["description"]
    assert rule["annotations"]["runbook"] == f"docs/alerts.md#{name.lower()}"
    chapter = (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8").partition(f"\n## {name}\n")[2]
    parts = re.findall(r"^- \*\*(.+?)\*\*: ", chapter.partition("\n## ")[0], re.MULTILINE)
    assert parts == ["Meaning", "Cause", "First look", "Remedy"]


def test_every_alert_fires_in_a_test_and_none_in_quiet_times() -> None:
    quiet, *stories = load("rules_test.yml")["tests"]
    assert quiet["promql_expr_test"][0]["exp_samples"] == [{"labels": '{alertname="TocsinWatchdog"}', "value": 1}]
    fired = {
        name
        for story in (quiet, *stories)
        for check in story["promql_expr_test"]
        for sample in check["exp_samples"]
        for name in re.findall(r'alertname="(\w+)"', sample["labels"])
    }
    assert fired == {rule["alert"] for rule in ALERTS}


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("promtool", ("check", "rules", "recording.yml", "alerts.yml")),
        ("promtool", ("test", "rules", "rules_test.yml")),
        ("promtool", ("check", "config", "prometheus.yml")),
        ("amtool", ("check-config", "alertmanager.yml")),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_prometheus_own_tools_find_nothing_wrong(tool: str, arguments: tuple[str, ...]) -> None:
    ran = subprocess.run([require_tool(tool), *arguments], cwd=DEPLOY, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_committed_dashboard_is_the_generated_one() -> None:
    differences = generated.find_differences(dashboard_documents.files())
    assert not differences, "run `python -m tocsin.dashboard_documents`\n" + "\n".join(differences)


def test_panels_do_not_overlap_and_each_asks_something() -> None:
    panels = json.loads((ROOT / dashboard_documents.PATH).read_text(encoding="utf-8"))["panels"]
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken
        assert max(x for x, _ in cells) < 24
        taken |= cells
        assert panel["type"] == "row" or panel["targets"]
    assert len({panel["id"] for panel in panels}) == len(panels)
