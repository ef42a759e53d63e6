"""The files of deploy/ are readable, agree with each other, and speak of metrics and settings that there are."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import yaml

from tocsin.cli.main import COMMANDS
from tocsin.settings import Settings, variable_of

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"


def load(name: str) -> Any:
    return yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))


RULES: list[dict[str, Any]] = [rule for group in load("alerts.yml")["groups"] for rule in group["rules"]]
SERVICES: dict[str, dict[str, Any]] = load("compose.yaml")["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "tocsin"}
VARIABLES = {variable_of(field.name) for field in fields(Settings)}


def test_prometheus_scrapes_every_process_of_the_compose_file_at_its_port() -> None:
    prometheus = load("prometheus.yml")
    targets = {target for job in prometheus["scrape_configs"] for target in job["static_configs"][0]["targets"]}
    ports = {name: service["environment"]["TOCSIN_METRICS_PORT"] for name, service in OURS.items()}
    assert targets == {f"{name}:{port}" for name, port in ports.items() if port != "-1"}
    jobs = {job["job_name"] for job in prometheus["scrape_configs"]}
    asked = {job for rule in RULES for job in re.findall(r'job="([^"]+)"', rule["expr"])}
    assert asked <= jobs
    assert prometheus["rule_files"] == ["recording.yml", "alerts.yml"]
    mounted = {volume.split(":")[0] for volume in SERVICES["prometheus"]["volumes"]}
    assert {"./prometheus.yml", "./recording.yml", "./alerts.yml"} <= mounted
    (where,) = prometheus["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"]
    assert where.partition(":")[0] in SERVICES


def test_grafana_is_given_its_dashboard_and_the_prometheus_of_the_compose_file() -> None:
    (source,) = load("grafana/provisioning/datasources/prometheus.yml")["datasources"]
    assert source["url"] == "http://prometheus:9090"
    (provider,) = load("grafana/provisioning/dashboards/tocsin.yml")["providers"]
    mounts = dict(volume.split(":")[:2] for volume in SERVICES["grafana"]["volumes"])
    assert mounts["./grafana/dashboards"] == provider["options"]["path"]
    home = SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert (DEPLOY / "grafana" / "dashboards" / home.rpartition("/")[2]).exists()


def test_files_that_are_mounted_exist() -> None:
    mounts = [volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ())]
    for mount in mounts:
        assert not mount.startswith("./") or (DEPLOY / mount).exists()


def test_nothing_is_open_to_other_computers() -> None:
    for name, service in SERVICES.items():
        for port in service.get("ports", ()):
            assert port.startswith("127.0.0.1:"), f"{name} listens on {port}"


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
