"""The files of deploy/ are readable, agree with each other, and speak of metrics and settings that there are."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

from tocsin import metrics
from tocsin.cli.main import COMMANDS
from tocsin.settings import Settings, variable_of

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"


def load(name: str) -> Any:
    return yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))


RULES: list[dict[str, Any]] = [rule for group in load("alerts.yml")["groups"] for rule in group["rules"]]
SERVICES: dict[str, dict[str, Any]] = load("compose.yaml")["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "tocsin"}
VARIABLES = {variable_of(field.name) for field in fields(Settings)}


def series() -> dict[str, set[str]]:
    """Every name that Prometheus can be asked for → its labels."""
    found: dict[str, set[str]] = {}
    for metric in vars(metrics).values():
        if isinstance(metric, MetricWrapperBase):
            (family,) = metric.describe()
            suffixes = {"counter": ["_total"], "gauge": [""], "histogram": ["_bucket", "_count", "_sum"]}[family.type]
            found |= {family.name + suffix: {*metric._labelnames, "le"} for suffix in suffixes}
    return found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_a_rule_asks_for_metrics_and_labels_that_exist_and_says_what_to_do(rule: dict[str, Any]) -> None:
    names = re.findall(r"\btocsin_\w+", rule["expr"])
    assert names or "up{" in rule["expr"]
    assert set(names) <= set(series())
    for name, matchers in re.findall(r"\b(tocsin_\w+)\{([^}]*)\}", rule["expr"]):
        assert set(re.findall(r"(\w+)=", matchers)) <= series()[name]
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["summary"]
    assert rule["annotations"]["description"]
    assert rule["expr"].count("(") == rule["expr"].count(")")


def test_a_rule_matches_only_outcomes_that_exist() -> None:
    outcomes = {*metrics.MENTION_OUTCOMES, *metrics.DELIVERY_OUTCOMES, *metrics.COMMIT_OUTCOMES}
    asked = [re.findall(r'outcome=~?"([^"]+)"', rule["expr"]) for rule in RULES]
    named = {word for patterns in asked for pattern in patterns for word in pattern.split("|")}
    assert named
    assert named <= outcomes


def test_alerts_cover_a_dead_worker_growing_lag_rejections_silence_and_lost_pages() -> None:
    assert {
        "TocsinWorkerDown",
        "TocsinLagGrowing",
        "TocsinRejecting",
        "TocsinSilent",
        "TocsinPageNotDelivered",
    } <= {rule["alert"] for rule in RULES}


def test_prometheus_scrapes_every_process_of_the_compose_file_at_its_port() -> None:
    prometheus = load("prometheus.yml")
    targets = {target for job in prometheus["scrape_configs"] for target in job["static_configs"][0]["targets"]}
    ports = {name: service["environment"]["TOCSIN_METRICS_PORT"] for name, service in OURS.items()}
    assert targets == {f"{name}:{port}" for name, port in ports.items() if port != "-1"}
    jobs = {job["job_name"] for job in prometheus["scrape_configs"]}
    asked = {job for rule in RULES for job in re.findall(r'job="([^"]+)"', rule["expr"])}
    assert asked <= jobs
    assert prometheus["rule_files"] == ["alerts.yml"]
    mounted = {volume.split(":")[0] for volume in SERVICES["prometheus"]["volumes"]}
    assert {"./prometheus.yml", "./alerts.yml"} <= mounted


def test_each_process_has_a_command_that_exists_a_name_of_its_own_and_settings_that_are_read() -> None:
    assert len(OURS) >= 4
    workers = [service["environment"]["TOCSIN_WORKER"] for service in OURS.values()]
    assert len(set(workers)) == len(workers)
    for service in OURS.values():
        assert service["command"][0] in COMMANDS
        assert set(service["environment"]) <= VARIABLES
        assert service["environment"]["KAFKA_BOOTSTRAP"] == "kafka:9092"


def test_a_volume_that_is_mounted_is_declared() -> None:
    mounts = [volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ())]
    assert {mount for mount in mounts if mount[0] not in "./$"} == set(load("compose.yaml")["volumes"])


def test_the_image_runs_as_nobody_special_and_installs_only_what_is_locked() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    final = text.rpartition("\nFROM ")[2]
    assert re.search(r"^USER (?!root)\w+$", final, re.MULTILINE)
    assert "--require-hashes" in text
    assert set(re.findall(r"\b(?:KAFKA|TOCSIN)_[A-Z_]+(?==)", final)) <= VARIABLES
    copied = {
        source for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE) for source in line.split()[:-1]
    }
    allowed = {line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line[:1] == "!"}
    assert copied == allowed
