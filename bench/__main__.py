"""All benchmarks that need Kafka, with short sizes, one after the other: `python -m bench`.

Takes some minutes. Each starts a broker of its own unless KAFKA_BOOTSTRAP names one. The figures of record are those of
the single benchmarks with their own sizes, on a computer that does nothing else.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import NamedTuple

#: Of the capacity that was measured just before.
LOAD_SHARE = 0.5


class Row(NamedTuple):
    """One line of the table: which figure of which benchmark, what it should be ("" when nothing was promised)."""

    bench: str
    figure: str
    about: str
    goal: str = ""


ROWS = (
    Row("engine", "ours_per_second", "one agent, consume → parse → produce, records/s"),
    Row("engine", "ratio", "  times stock Faust", "≥ 25"),
    Row("engine", "cpu_ratio", "  times stock Faust, CPU time"),
    Row("engine", "relay_per_second", "  aiokafka alone, at least once, records/s"),
    Row("engine", "count_ours_per_second", "keyed windowed count with changelog, records/s"),
    Row("engine", "count_ratio", "  times stock Faust"),
    Row("pipeline", "mentions_per_second", "whole pipeline, one core, mentions/s"),
    Row("pipeline", "mentions_per_second_per_core", "  mentions per worker CPU second", "≥ 12,000"),
    Row("pipeline", "worker_cpu_us_per_mention", "  worker CPU, µs a mention"),
    Row("pipeline", "broker_cpu_us_per_mention", "  broker CPU, µs a mention"),
    Row("pipeline", "ratio", "  times stock Faust", "≥ 20"),
    Row("latency", "rate", "high-risk mention → event at this many mentions/s"),
    Row("latency", "p50_ms", "  median, ms"),
    Row("latency", "p99_ms", "  p99, ms", "≤ 500"),
    Row("latency", "received_p99_ms", "  p99 until a reader has it, ms"),
    Row("transactions", "one_commit_ms", "a commit of twelve partitions, client CPU ms"),
    Row("transactions", "ratio", "  of one producer a partition, times that"),
)


def measure(name: str, *options: str) -> dict[str, float]:
    """Run one benchmark.

    Raises:
        SystemExit: it failed; its own words are above.
    """
    print(f"bench.{name} {' '.join(options)} …", file=sys.stderr, flush=True)
    outcome = subprocess.run(
        [sys.executable, "-m", f"bench.{name}", "--json", *options], stdout=subprocess.PIPE, text=True, check=False
    )
    if outcome.returncode:
        raise SystemExit(f"bench.{name} failed with exit status {outcome.returncode}")
    figures: dict[str, float] = json.loads(outcome.stdout.splitlines()[-1])
    return figures


def main() -> int:
    """Print one table."""
    found = {
        "engine": measure("engine", "--ours", "200000", "--stock", "5000"),
        "pipeline": measure("pipeline", "--ours", "60000", "--stock", "1000"),
        "transactions": measure("transactions", "--rounds", "30"),
    }
    rate = round(found["pipeline"]["mentions_per_second"] * LOAD_SHARE)
    found["latency"] = measure("latency", "--probes", "200", "--rate", str(rate))
    for row in ROWS:
        print(f"  {row.about:<52} {found[row.bench][row.figure]:>12,.1f}  {row.goal and f'goal {row.goal}'}".rstrip())
    return 0


if __name__ == "__main__":
    sys.exit(main())
