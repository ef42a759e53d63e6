"""The Grafana dashboard as code: rows of panels, each with what it asks Prometheus.

`python -m tocsin.dashboard_documents` writes deploy/grafana/dashboards/tocsin.json, `--check` compares it.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tocsin import generated

PATH = "deploy/grafana/dashboards/tocsin.json"
#: Grafana's grid is 24 wide.
_GRID = 24
_HEIGHT = {"stat": 4, "timeseries": 8}
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked, and how its series are called (Grafana's `{{label}}`)."""

    expr: str
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture.

    Attributes:
        about: what to look for, shown at its corner.
        unit: Grafana's name of the unit.
        kind: `stat` is one large number.
        bad_from: numbers from here on are red; None: no number is bad by itself.
    """

    title: str
    about: str
    queries: tuple[Query, ...]
    unit: str = "short"
    width: int = 8
    kind: str = "timeseries"
    bad_from: float | None = None


def _quantiles(metric: str, by: str, window: str = "5m") -> tuple[Query, ...]:
    return tuple(
        Query(f"histogram_quantile({q}, sum by ({by}, le) (rate({metric}_bucket[{window}])))", f"{{{{{by}}}}} p{q:.0%}")
        for q in (0.5, 0.99)
    )


def _rates(metric: str, by: str, legend: str, matchers: str = "", window: str = "5m") -> tuple[Query, ...]:
    return (Query(f"sum by ({by}) (rate({metric}{matchers}[{window}]))", legend),)


def _stat(title: str, about: str, expr: str, unit: str = "short", bad_from: float | None = None) -> Panel:
    return Panel(title, about, (Query(expr),), unit, 4, "stat", bad_from)


ROWS: tuple[tuple[str, tuple[Panel, ...]], ...] = (
    (
        "At a glance",
        (
            _stat("Processes at work", "Those whose /ready says so.", "sum(tocsin_ready)"),
            _stat("Behind the clock", "Live: the grace and a little more. Its slowest step and partition.",
                  "max(step:tocsin_watermark_lag_seconds:max)", "s", 60),
            _stat("Mentions a second", "As they come in, before matching.",
                  'sum(rate(tocsin_mentions_total{step="enrich", outcome="taken"}[5m]))'),
            _stat("Severe and critical crises", "Neither resolved nor dismissed.",
                  'sum(tocsin_crises_open{severity=~"severe|critical"})', bad_from=1),
            _stat("Nobody has taken", "Open crises that are severe or worse.",
                  'sum(tocsin_crises_open{severity=~"severe|critical", status="open"})', bad_from=1),
            _stat("Not told, 24 h", "Dead letters, and notifiers that are misconfigured.",
                  'sum(increase(tocsin_deliveries_total{outcome=~"failed|stopped"}[1d]))', bad_from=1),
        ),
    ),
    (
        "Is it listening?",
        (
            Panel("Behind the clock, by step", "All lines move together; one that climbs has a stuck partition.",
                  (Query("step:tocsin_watermark_lag_seconds:max", "{{step}}"),), "s"),
            Panel("Silence of each source", "Time since Kafka stored its last mention. Compare with its usual pace.",
                  (Query("source:tocsin_source_silent_seconds:min", "{{source}}"),), "s"),
            Panel("What became of mentions", "enrich: matched and unmatched.",
                  (Query('step_outcome:tocsin_mentions:rate5m{step="enrich"}', "{{outcome}}"),), "reqps"),
            Panel("Rejected, by cause", "A producer has changed, usually: `tocsin rejected list`.",
                  _rates("tocsin_rejected_total", "step, cause", "{{step}} {{cause}}"), "reqps"),
            Panel("Late and repeated", "A source that is slow, or a producer that sends twice.",
                  _rates("tocsin_mentions_total", "step, outcome", "{{step}} {{outcome}}",
                         '{outcome=~"late|repeated"}'), "reqps"),
            Panel("Heartbeats to the outside", "One a minute a process that has an address.",
                  _rates("tocsin_heartbeats_total", "outcome", "{{outcome}}")),
        ),
    ),
    (
        "Does it keep up?",
        (
            Panel("Records that wait", "Sums over the workers.",
                  (Query("step:tocsin_lag_records:sum", "{{step}}"),)),
            Panel("How long the oldest waits", "At most; its partition that is furthest behind.",
                  (Query("step:tocsin_lag_seconds:max", "{{step}}"),), "s"),
            Panel("From Kafka to commit", "The worst of each chunk.",
                  _quantiles("tocsin_end_to_end_seconds", "step"), "s"),
            Panel("Work of each step", "Seconds of work a second, all workers: 1 is a whole core.",
                  _rates("tocsin_step_seconds_sum", "step", "{{step}}")),
            Panel("Commits", "Time of one, p50 and p99, by process.",
                  _quantiles("tocsin_commit_seconds", "instance"), "s"),
            Panel("Records taken", "By step.",
                  (Query('step_outcome:tocsin_mentions:rate5m{outcome="taken"}', "{{step}}"),), "reqps"),
        ),
    ),
    (
        "What does it find?",
        (
            Panel("Signals, an hour", "What escalation was given.",
                  (Query("sum by (kind) (increase(tocsin_signals_total[1h]))", "{{kind}}"),)),
            Panel("Escalation events, an hour", "By type.",
                  (Query("sum by (event) (increase(tocsin_crises_total[1h]))", "{{event}}"),)),
            Panel("Open crises", "By severity and status.",
                  (Query("sum by (severity, status) (tocsin_crises_open)", "{{severity}} {{status}}"),)),
            Panel("From signal to event", "A high-risk mention is timed from when it was posted, all others from their "
                  "tick.", _quantiles("tocsin_escalation_seconds", "kind", "1h"), "s"),
            Panel("How long until somebody took it", "p50 and p99 of the last day, by severity.",
                  _quantiles("tocsin_acknowledged_seconds", "severity", "1d"), "s"),
            Panel("What people did, an hour", "Commands by action and outcome.",
                  (Query("sum by (action, outcome) (increase(tocsin_commands_total[1h]))", "{{action}} {{outcome}}"),)),
        ),
    ),
    (
        "Does it reach people?",
        (
            Panel("Deliveries, an hour", "By notifier and how they ended.",
                  (Query("sum by (notifier, outcome) (increase(tocsin_deliveries_total[1h]))",
                         "{{notifier}} {{outcome}}"),)),
            Panel("Until a notifier took it", "From the event on Kafka.",
                  _quantiles("tocsin_delivery_seconds", "notifier", "1h"), "s"),
            Panel("Pages, an hour", "`nobody`: there was no one to page.",
                  (Query("sum by (outcome) (increase(tocsin_pages_total[1h]))", "{{outcome}}"),)),
            Panel("Acknowledge links, an hour", "Of `tocsin respond`.",
                  (Query("sum by (outcome) (increase(tocsin_links_total[1h]))", "{{outcome}}"),)),
            Panel("Promises", "docs/slo.md: 1 is kept.",
                  (Query("avg_over_time(slo:tocsin_listening:good[1d])", "listening"),
                   Query("slo:tocsin_escalation:good_ratio_1h", "escalation"),
                   Query("slo:tocsin_delivery:good_ratio_1h", "delivery"),
                   Query("slo:tocsin_acknowledged:good_ratio_1d", "acknowledged")), "percentunit", 16),
        ),
    ),
    (
        "Processes",
        (
            Panel("Ready", "1 while its /ready says so.", (Query("tocsin_ready", "{{instance}}"),)),
            Panel("Partitions", "Of each process.",
                  (Query("sum by (instance) (tocsin_partitions)", "{{instance}}"),)),
            Panel("Rebalances, an hour", "Each one is a pause of seconds.",
                  (Query("sum by (instance) (increase(tocsin_rebalances_total[1h]))", "{{instance}}"),)),
            Panel("Last recovery", "Time, and rows read from Kafka.",
                  (Query("tocsin_recovery_seconds", "{{instance}} seconds"),
                   Query("tocsin_recovered_rows", "{{instance}} rows"))),
            Panel("Processor", "Cores.",
                  (Query('rate(process_cpu_seconds_total{job=~"tocsin-.*"}[5m])', "{{instance}}"),)),
            Panel("Memory", "Resident.",
                  (Query('process_resident_memory_bytes{job=~"tocsin-.*"}', "{{instance}}"),), "bytes"),
            Panel("Starts", "A step up is a restart.",
                  (Query('process_start_time_seconds{job=~"tocsin-.*"} * 1000', "{{instance}}"),), "dateTimeAsIso"),
            Panel("Versions", "What runs.",
                  (Query("sum by (version, role, namespace, time) (tocsin_build_info)",
                         "{{version}} {{role}} {{namespace}} {{time}}"),), width=16),
        ),
    ),
)  # fmt: skip


def queries() -> list[Query]:
    """All that the dashboard asks."""
    return [query for _, panels in ROWS for panel in panels for query in panel.queries]


def dashboard() -> dict[str, Any]:
    """The dashboard as Grafana reads it."""
    found: list[dict[str, Any]] = []
    top = 0
    for title, panels in ROWS:
        place = {"h": 1, "w": _GRID, "x": 0, "y": top}
        found.append({"id": len(found) + 1, "type": "row", "title": title, "gridPos": place, "panels": []})
        top, left, height = top + 1, 0, 0
        for panel in panels:
            if left + panel.width > _GRID:
                top, left = top + height, 0
            height = _HEIGHT[panel.kind]
            found.append(_panel(panel, len(found) + 1, {"h": height, "w": panel.width, "x": left, "y": top}))
            left += panel.width
        top += height
    return {
        "uid": "tocsin",
        "title": "Tocsin",
        "description": "Written by `python -m tocsin.dashboard_documents`: change it there.",
        "tags": ["tocsin"],
        "schemaVersion": 39,
        "editable": False,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "utc",
        "templating": {
            "list": [{"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"}]
        },
        "panels": found,
    }


def _panel(panel: Panel, number: int, place: dict[str, int]) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    if panel.bad_from is not None:
        steps.append({"color": "red", "value": panel.bad_from})
    defaults: dict[str, Any] = {
        "unit": panel.unit,
        "min": 0,
        "thresholds": {"mode": "absolute", "steps": steps},
        "noValue": "–",
    }
    if panel.kind == "timeseries":
        defaults["custom"] = {"lineWidth": 1, "fillOpacity": 5, "showPoints": "never"}
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.about,
        "datasource": _SOURCE,
        "gridPos": place,
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + index), "datasource": _SOURCE, "expr": query.expr, "legendFormat": query.legend}
            for index, query in enumerate(panel.queries)
        ],
    }


def files() -> dict[Path, str]:
    """The generated file with its text."""
    return {generated.ROOT / PATH: json.dumps(dashboard(), indent=2, ensure_ascii=False) + "\n"}


if __name__ == "__main__":
    sys.exit(generated.run("tocsin.dashboard_documents", files()))
