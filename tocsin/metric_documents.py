"""The metrics as a document: the tables of docs/metrics.md, from the registry itself.

`python -m tocsin.metric_documents` writes them, `--check` compares them.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

from prometheus_client.metrics import MetricWrapperBase

from tocsin import generated, metrics


class Told(NamedTuple):
    """One metric, as the document tells of it; its name is the one that Prometheus shows."""

    name: str
    kind: str
    labels: tuple[str, ...]
    about: str

    @property
    def series(self) -> dict[str, frozenset[str]]:
        """Names that Prometheus can be asked for, each with its labels."""
        labels = frozenset(self.labels)
        if self.kind != "histogram":
            return {self.name: labels}
        return {f"{self.name}_bucket": labels | {"le"}, f"{self.name}_count": labels, f"{self.name}_sum": labels}


def all_metrics() -> list[Told]:
    """Every metric of ours, in the order of `tocsin/metrics.py`."""
    found = []
    for metric in vars(metrics).values():
        if isinstance(metric, MetricWrapperBase):
            (family,) = metric.describe()
            name = f"{family.name}_total" if family.type == "counter" else family.name
            found.append(Told(name, family.type, tuple(metric._labelnames), family.documentation))
    return found


def metrics_table() -> str:
    """One line a metric."""
    rows = ["| metric | type | labels | what it says |", "|---|---|---|---|"]
    for name, kind, labels, about in all_metrics():
        rows.append(f"| `{name}` | {kind} | {', '.join(f'`{label}`' for label in labels) or '–'} | {about} |")
    return "\n".join(rows) + "\n"


def outcome_tables() -> str:
    """Each outcome with its meaning, a table a metric."""
    tables = []
    for name, outcomes in metrics.OUTCOMES.items():
        rows = [f"## Outcomes of `{name}`", "", "| outcome | meaning |", "|---|---|"]
        rows += [f"| `{outcome}` | {meaning} |" for outcome, meaning in outcomes.items()]
        tables.append("\n".join(rows) + "\n")
    return "\n".join(tables)


def files() -> dict[Path, str]:
    """The generated file with its text."""
    page = generated.ROOT / "docs" / "metrics.md"
    text = generated.between("metrics", page.read_text(encoding="utf-8"), metrics_table())
    return {page: generated.between("outcomes", text, outcome_tables())}


if __name__ == "__main__":
    sys.exit(generated.run("tocsin.metric_documents", files()))
