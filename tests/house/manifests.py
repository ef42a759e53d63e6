"""What is deployed, as Kubernetes would see it: faults of rendered manifests that no schema knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from tocsin.cli.main import COMMANDS
from tocsin.cli.respond import PORT as RESPOND_PORT
from tocsin.command_documents import parser_of
from tocsin.settings import Settings, variable_of

VARIABLES = {variable_of(field.name) for field in fields(Settings)}
METRICS_PORT = 9400


def find_faults(documents: list[dict[str, Any]]) -> list[str]:
    """What is wrong with a whole set of manifests, in words."""
    return [fault for document in documents for fault in _faults_of(document, documents)]


def _faults_of(document: dict[str, Any], documents: list[dict[str, Any]]) -> Iterator[str]:
    name = f"{document['kind']} {document['metadata']['name']}"
    if not re.fullmatch(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?", document["metadata"]["name"]):
        yield f"{name}: no name that Kubernetes takes"
    if document["kind"] in ("StatefulSet", "Deployment", "Job"):
        yield from (f"{name}: {fault}" for fault in _faults_of_pods(document, documents))
    if document["kind"] in ("Service", "PodDisruptionBudget", "NetworkPolicy"):
        selector = document["spec"].get("selector") or document["spec"]["podSelector"]
        selector = selector.get("matchLabels", selector)
        if not any(selector.items() <= labels.items() for labels in _pod_labels(documents)):
            yield f"{name}: selects no pod"


def _faults_of_pods(document: dict[str, Any], documents: list[dict[str, Any]]) -> Iterator[str]:
    template = document["spec"]["template"]
    pod = template["spec"]
    selector = document["spec"].get("selector", {}).get("matchLabels", {})
    if not selector.items() <= template["metadata"]["labels"].items():
        yield "its selector does not match its own pods"
    claims = [each["metadata"]["name"] for each in document["spec"].get("volumeClaimTemplates", ())]
    volumes = {*claims, *(each["name"] for each in pod.get("volumes", ()))}
    if not pod["securityContext"]["runAsNonRoot"]:
        yield "runs as root"
    for container in pod["containers"]:
        yield from _faults_of_container(container, volumes)
    maps = {each["metadata"]["name"] for each in documents if each["kind"] == "ConfigMap"}
    for volume in pod.get("volumes", ()):
        if "configMap" in volume and volume["configMap"]["name"] not in maps:
            yield f"there is no ConfigMap {volume['configMap']['name']}"


def _faults_of_container(container: dict[str, Any], volumes: set[str]) -> Iterator[str]:
    command, *rest = container["args"]
    if command not in COMMANDS:
        yield f"there is no `tocsin {command}`"
    else:
        parser_of(command).parse_args(rest)  # exits when it is not understood
    names = [each["name"] for each in container["env"]]
    if unknown := {name for name in names if name not in VARIABLES}:
        yield f"settings that nobody reads: {', '.join(sorted(unknown))}"
    if len(set(names)) < len(names):
        yield "a setting stands twice"
    if not {"KAFKA_BOOTSTRAP", "TOCSIN_NAMESPACE", "TOCSIN_WORKER"} <= {*names}:
        yield "a setting is missing that it needs"
    if not container["securityContext"]["readOnlyRootFilesystem"]:
        yield "its root can be written"
    mounted = {each["name"] for each in container["volumeMounts"]}
    if not mounted <= volumes:
        yield f"mounts what is not there: {', '.join(sorted(mounted - volumes))}"
    ports = {each["name"]: each["containerPort"] for each in container.get("ports", ())}
    if not {*ports.items()} <= {("metrics", METRICS_PORT), ("http", RESPOND_PORT)}:
        yield f"listens on no port of ours: {ports}"
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        if probe in container and container[probe]["httpGet"]["port"] not in ports:
            yield f"its {probe} asks a port that it does not have"


def _pod_labels(documents: list[dict[str, Any]]) -> list[dict[str, str]]:
    pods = [each for each in documents if each["kind"] in ("StatefulSet", "Deployment", "Job")]
    return [each["spec"]["template"]["metadata"]["labels"] for each in pods]
