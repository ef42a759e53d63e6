"""What the Helm chart knows of streams and rights: made from the registry, so that Strimzi creates what Tocsin needs.

`python -m tocsin.chart_documents` writes deploy/helm/tocsin/files/, `--check` compares it. Names are without the
namespace: the chart puts it before them.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml

from schemas.streams import STREAMS
from tocsin import generated
from tocsin.kafka.acls import ROLES, needed_rights
from tocsin.kafka.layout import SAFE_REPLICATION, stream_configs
from tocsin.kafka.rights import Right

_HEAD = "# Generated from the registry of streams by `python -m tocsin.chart_documents`: do not edit.\n"
#: Stands for the namespace while rights are made, and is cut off again.
_PLACE = "namespace"
#: Kafka's resource → the type of Strimzi's KafkaUser.
_TYPES = {"Topic": "topic", "Group": "group", "TransactionalId": "transactionalId"}


def streams() -> list[dict[str, Any]]:
    """Every stream as a KafkaTopic needs it.

    `config` is that of a cluster which keeps three copies; what it says of fewer is the chart's own matter.
    """
    return [
        {"name": stream.name, "group": stream.group, "config": _numbers(stream_configs(stream, SAFE_REPLICATION))}
        for stream in STREAMS
    ]


def rights() -> dict[str, list[dict[str, Any]]]:
    """The access control lists of each role as a KafkaUser needs them."""
    return {role: _grouped(needed_rights(role, _PLACE)) for role in ROLES}


def _grouped(needed: list[Right]) -> list[dict[str, Any]]:
    entries: dict[tuple[str, str, str], list[str]] = {}
    for right in needed:
        pattern = "prefix" if right.is_prefix else "literal"
        entries.setdefault((_TYPES[right.resource], right.name, pattern), []).append(right.operation)
    return [
        {"type": kind, "name": name.removeprefix(_PLACE), "patternType": pattern, "operations": operations}
        for (kind, name, pattern), operations in entries.items()
    ]


def _numbers(config: dict[str, str]) -> dict[str, int | float | str]:
    return {key: yaml.safe_load(value) for key, value in config.items()}


def files() -> dict[Path, str]:
    """Every generated file with its text."""
    folder = generated.ROOT / "deploy" / "helm" / "tocsin" / "files"
    return {
        folder / "streams.yaml": _HEAD + yaml.safe_dump({"streams": streams()}, sort_keys=False),
        folder / "rights.yaml": _HEAD + yaml.safe_dump(rights(), sort_keys=False),
    }


if __name__ == "__main__":
    sys.exit(generated.run("tocsin.chart_documents", files()))
