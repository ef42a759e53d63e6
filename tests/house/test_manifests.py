"""The faults that rendered manifests are searched for are found."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.house.manifests import find_faults

LABELS = {"app.kubernetes.io/component": "worker"}


def a_worker() -> dict[str, Any]:
    container = {
        "args": ["worker"],
        "env": [{"name": name} for name in ("KAFKA_BOOTSTRAP", "TOCSIN_NAMESPACE", "TOCSIN_WORKER")],
        "ports": [{"name": "metrics", "containerPort": 9400}],
        "livenessProbe": {"httpGet": {"port": "metrics"}},
        "securityContext": {"readOnlyRootFilesystem": True},
        "volumeMounts": [{"name": "config"}, {"name": "state"}],
    }
    pod = {
        "securityContext": {"runAsNonRoot": True},
        "containers": [container],
        "volumes": [{"name": "config", "configMap": {"name": "files"}}],
    }
    return {
        "kind": "StatefulSet",
        "metadata": {"name": "worker"},
        "spec": {
            "selector": {"matchLabels": LABELS},
            "template": {"metadata": {"labels": dict(LABELS)}, "spec": pod},
            "volumeClaimTemplates": [{"metadata": {"name": "state"}}],
        },
    }


FILES = {"kind": "ConfigMap", "metadata": {"name": "files"}}


def test_a_sound_worker_has_no_fault() -> None:
    service = {"kind": "Service", "metadata": {"name": "worker"}, "spec": {"selector": LABELS}}
    assert find_faults([a_worker(), FILES, service]) == []


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        (("metadata", "name"), "Worker_1", "no name that Kubernetes takes"),
        (("spec", "template", "metadata", "labels"), {}, "its selector does not match its own pods"),
        (("spec", "volumeClaimTemplates"), [], "mounts what is not there: state"),
        (("spec", "template", "spec", "securityContext", "runAsNonRoot"), False, "runs as root"),
        (("spec", "template", "spec", "containers", 0, "args"), ["wurker"], "there is no `tocsin wurker`"),
        (("spec", "template", "spec", "containers", 0, "env", 0, "name"), "KAFKA_BOOT", "KAFKA_BOOT"),
        (("spec", "template", "spec", "containers", 0, "env", 0, "name"), "TOCSIN_WORKER", "stands twice"),
        (("spec", "template", "spec", "containers", 0, "ports", 0, "containerPort"), 9401, "no port of ours"),
        (("spec", "template", "spec", "containers", 0, "livenessProbe", "httpGet", "port"), "http", "livenessProbe"),
        (("spec", "template", "spec", "volumes", 0, "configMap", "name"), "other", "there is no ConfigMap other"),
    ],
)
def test_a_fault_is_found(path: tuple[str | int, ...], value: Any, fault: str) -> None:
    worker = copy.deepcopy(a_worker())
    node: Any = worker
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    assert any(fault in each for each in find_faults([worker, FILES]))


def test_a_command_that_does_not_know_its_argument_is_no_command() -> None:
    worker = a_worker()
    worker["spec"]["template"]["spec"]["containers"][0]["args"] = ["worker", "--brokers", "3"]
    with pytest.raises(SystemExit):
        find_faults([worker, FILES])


def test_a_service_that_selects_nobody_is_a_fault() -> None:
    service = {"kind": "Service", "metadata": {"name": "x"}, "spec": {"selector": {"a": "b"}}}
    assert find_faults([a_worker(), FILES, service]) == ["Service x: selects no pod"]
