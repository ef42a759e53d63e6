"""The Helm chart speaks of values, settings, commands and streams that there are; rendered, where there is a helm."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from schemas.streams import STREAMS
from tests.house.checkout import ROOT
from tests.house.manifests import METRICS_PORT, VARIABLES, find_faults
from tocsin import generated
from tocsin.chart_documents import files, rights, streams
from tocsin.cli.respond import PORT as RESPOND_PORT
from tocsin.kafka.acls import ROLES, Role, needed_rights
from tocsin.kafka.layout import DEFAULT_PARTITIONS, stream_configs

CHART = ROOT / "deploy" / "helm" / "tocsin"
TEMPLATES = {path.name: path.read_text(encoding="utf-8") for path in sorted((CHART / "templates").iterdir())}
ALL = "\n".join(TEMPLATES.values())
VALUES: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))

LEAST = {"kafka": {"bootstrap": "kafka:9092"}, "config": {"watchlist": "brands: []\n", "response": "{}\n"}}
MOST = {
    "kafka": {"bootstrap": "kafka:9093", "securityProtocol": "SASL_SSL", "caSecret": {"name": "kafka-ca"}},
    "config": LEAST["config"],
    "settings": {"TOCSIN_GRACE_MS": "5000"},
    "notify": {"secret": "hooks"},
    "respond": {
        "enabled": True,
        "url": "https://respond.example.org",
        "secret": {"name": "links"},
        "ingress": {"enabled": True, "tlsSecret": "tls"},
    },
    "serviceMonitor": {"enabled": True},
    "keda": {"enabled": True},
    "strimzi": {"enabled": True, "cluster": "main"},
}


def test_what_it_knows_of_streams_and_rights_is_generated() -> None:
    differences = generated.find_differences(files())
    assert not differences, "run `python -m tocsin.chart_documents`\n" + "\n".join(differences)


def test_every_stream_of_the_registry_is_a_topic_as_tocsin_would_create_it() -> None:
    assert [each["name"] for each in streams()] == [stream.name for stream in STREAMS]
    for topic, stream in zip(streams(), STREAMS, strict=True):
        assert {key: str(value) for key, value in topic["config"].items()} == stream_configs(stream, 3)
        assert topic["group"] in re.findall(r'"(\w+)" (?:\.Values\.partitions|1)', TEMPLATES["strimzi.yaml"])


@pytest.mark.parametrize("role", ROLES)
def test_every_right_of_a_role_is_granted_and_no_other(role: Role) -> None:
    granted = {
        (entry["type"].lower(), entry["name"], entry["patternType"] == "prefix", operation)
        for entry in rights()[role]
        for operation in entry["operations"]
    }
    needed = {
        (right.resource.lower(), right.name.removeprefix("ns"), right.is_prefix, right.operation)
        for right in needed_rights(role, "ns")
    }
    assert granted == needed
    assert set(rights()) == set(get_args(Role))


def test_every_value_that_a_template_reads_is_in_the_values() -> None:
    paths = re.findall(r"\.Values\.([a-zA-Z.]+[a-zA-Z])", ALL)
    for alias, path in re.findall(r"\{\{-? \$(\w+) := \.(?:root\.)?Values\.(\w+) -?\}\}", ALL):
        paths += [f"{path}.{each}" for each in re.findall(rf"\${alias}\.([a-zA-Z.]+[a-zA-Z])", ALL)]
    assert len(paths) > 60
    for path in paths:
        node: Any = VALUES
        for step in path.split("."):
            assert isinstance(node, dict) and step in node, f".Values.{path} is in no values.yaml"
            node = node[step]


def test_every_part_that_is_included_is_defined_and_used() -> None:
    defined = re.findall(r'define "(tocsin\.\w+)"', TEMPLATES["_helpers.tpl"])
    assert set(re.findall(r'include "(tocsin\.\w+)"', ALL)) == set(defined)
    for text in TEMPLATES.values():
        opened = len(re.findall(r"\{\{-? (?:if|range|with|define) ", text))
        assert opened == len(re.findall(r"\{\{-? end -?\}\}", text))


def test_every_setting_that_it_names_is_one_that_tocsin_reads() -> None:
    named = set(re.findall(r"- name: ((?:KAFKA|TOCSIN)_\w+)", ALL))
    assert {"KAFKA_BOOTSTRAP", "TOCSIN_WORKER", "TOCSIN_RESPOND_URL", "TOCSIN_RESPOND_SECRET"} <= named <= VARIABLES


def test_ports_user_and_group_are_those_of_the_image_and_the_engine() -> None:
    image = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    assert f"TOCSIN_METRICS_PORT={METRICS_PORT}" in image
    assert set(re.findall(r"containerPort: (\d+)", ALL)) == {str(METRICS_PORT), str(RESPOND_PORT)}
    (uid,) = re.findall(r"--uid (\d+)", image)
    assert set(re.findall(r"(?:runAsUser|fsGroup): (\d+)", ALL)) == {uid}
    assert "consumerGroup: {{ .Values.namespace }}.worker" in TEMPLATES["scaling.yaml"]
    assert "maxReplicaCount: {{ .Values.partitions }}" in TEMPLATES["scaling.yaml"]
    assert VALUES["partitions"] == DEFAULT_PARTITIONS


def test_no_secret_is_a_value() -> None:
    text = (CHART / "values.yaml").read_text(encoding="utf-8")
    assert not re.search(r"^\s*(password|token|secretValue):", text, re.MULTILINE)
    assert "kind: Secret\n" not in ALL


@pytest.mark.parametrize("values", [LEAST, MOST], ids=["least", "most"])
def test_it_renders_and_passes_lint(values: dict[str, Any], tmp_path: Path) -> None:
    if shutil.which("helm") is None:
        pytest.skip("no helm")
    file = tmp_path / "values.yaml"
    file.write_text(yaml.safe_dump(values))
    run("helm", "lint", "--strict", str(CHART), "--values", str(file))
    rendered = run("helm", "template", "bell", str(CHART), "--values", str(file))
    documents = [each for each in yaml.safe_load_all(rendered) if each]
    assert {each["kind"] for each in documents} >= {"StatefulSet", "Job", "NetworkPolicy", "PodDisruptionBudget"}
    assert find_faults(documents) == []
    if shutil.which("kubeconform") is None:
        pytest.skip("no kubeconform; helm lint and helm template passed")
    run("kubeconform", "-strict", "-ignore-missing-schemas", stdin=rendered)


def run(*command: str, stdin: str = "") -> str:
    outcome = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=120)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return outcome.stdout
