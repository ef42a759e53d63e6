"""The rights that each role needs on Kafka, made from the registry of streams and the steps: no more, no less.

Kafka implies Describe by Read and by Write. An idempotent producer needs no right to the cluster since Kafka 2.8
(KIP-679): the right to write to its topics is enough.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Literal

from schemas import streams
from schemas.streams import StreamSpec, topic_name
from tocsin.flow import Step
from tocsin.kafka.rights import Operation, Right
from tocsin.pipeline import NOTIFY, PIPELINE
from tocsin.settings import Settings

Role = Literal["worker", "notifier", "desk", "source", "admin"]

#: Role → who that is.
ROLES: dict[Role, str] = {
    "worker": "`tocsin worker`: runs the steps",
    "notifier": "`tocsin notify`: brings escalation events to people and programs",
    "desk": "people: `tocsin crises`, `silence`, `respond`, `tail`, `rejected`, `erase`",
    "source": "a producer of mentions",
    "admin": "`tocsin streams create`",
}

_FLAGS = {"Topic": "--topic", "Group": "--group", "TransactionalId": "--transactional-id"}


def needed_rights(role: Role, namespace: str) -> list[Right]:
    """All rights of a role in a namespace, in the order of the registry."""
    return needed_by([role], namespace)


def needed_by(roles: Iterable[Role], namespace: str) -> list[Right]:
    """The rights of one user in several roles."""
    return _unique(namespace, [right for role in roles for right in _MAKERS[role](namespace)])


def checkable_rights(role: Role, settings: Settings) -> list[Right]:
    """What this process would fail without, each on one resource by its name, so that Kafka can be asked for it.

    The configuration of a stream is looked at where that is allowed: it is no reason to refuse a start.
    """
    rights = []
    for right in needed_rights(role, settings.namespace):
        if not right.is_prefix:
            rights.append(right)
        elif right.resource == "TransactionalId":
            rights.append(replace(right, name=f"{right.name}{settings.worker}", is_prefix=False))
        elif right.operation == "Describe":
            names = (topic_name(settings.namespace, stream) for stream in streams.STREAMS)
            rights += [replace(right, name=name, is_prefix=False) for name in names]
    return rights


def commands(rights: Sequence[Right], principal: str) -> list[str]:
    """The calls of `kafka-acls.sh` that grant these rights, one for each resource."""
    lines = []
    for (resource, name, is_prefix), group in groupby(
        rights, lambda right: (right.resource, right.name, right.is_prefix)
    ):
        operations = " ".join(f"--operation {right.operation}" for right in group)
        pattern = " --resource-pattern-type prefixed" if is_prefix else ""
        lines.append(
            f'kafka-acls.sh --bootstrap-server "$KAFKA_BOOTSTRAP" --command-config admin.properties --add '
            f"--allow-principal {shlex.quote(principal)} {operations} {_FLAGS[resource]} {shlex.quote(name)}{pattern}"
        )
    return lines


def _worker(namespace: str) -> Iterable[Right]:
    yield from _look(namespace)
    yield from _run(namespace, "worker", PIPELINE)


def _notifier(namespace: str) -> Iterable[Right]:
    yield from _look(namespace)
    yield from _on(namespace, "Read", (streams.EVIDENCE,), "quote what was said")
    yield from _run(namespace, "notify", (NOTIFY,))


def _desk(namespace: str) -> Iterable[Right]:
    seen = (
        streams.REJECTED, streams.EVIDENCE, streams.CRISES, streams.CRISIS_STATE, streams.ANSWERS, streams.SILENCES,
    )  # fmt: skip
    yield from _on(namespace, "Read", seen, "show what goes on")
    yield from _on(namespace, "Write", (streams.INBOX,), "send commands")
    yield from _on(namespace, "Write", (streams.RAW,), "ask for an erasure")


def _source(namespace: str) -> Iterable[Right]:
    yield from _on(namespace, "Write", (streams.RAW,), "send mentions")


def _admin(namespace: str) -> Iterable[Right]:
    yield Right("Topic", f"{namespace}.", "Create", is_prefix=True, why="create the streams")
    yield from _look(namespace)
    yield from _on(namespace, "Write", (streams.NAMESPACE,), "say what the namespace is")


_MAKERS: dict[Role, Callable[[str], Iterable[Right]]] = {
    "worker": _worker, "notifier": _notifier, "desk": _desk, "source": _source, "admin": _admin,
}  # fmt: skip


def _look(namespace: str) -> Iterable[Right]:
    """What the check before a start asks of the namespace."""
    yield Right("Topic", f"{namespace}.", "Describe", is_prefix=True, why="see whether all streams are there")
    yield Right("Topic", f"{namespace}.", "DescribeConfigs", is_prefix=True, why="and as they should be")
    yield from _on(namespace, "Read", (streams.NAMESPACE,), "learn what the namespace is")


def _run(namespace: str, app: str, steps: Collection[Step]) -> Iterable[Right]:
    """What the engine does for these steps. Every step may reject a record."""
    for step in steps:
        yield from _on(namespace, "Read", (step.reads,), step.name)
        yield from _on(namespace, "Write", (*step.writes, streams.REJECTED), step.name)
        if step.state is not None:
            yield from _on(namespace, "Read", (step.state,), f"rows of {step.name}")
            yield from _on(namespace, "Write", (step.state,), f"rows of {step.name}")
    yield Right("Group", f"{namespace}.{app}", "Read", why="share the work")
    yield Right("TransactionalId", f"{namespace}.{app}.", "Write", is_prefix=True, why="commit, by each worker's name")


def _on(namespace: str, operation: Operation, wanted: Iterable[StreamSpec], why: str) -> Iterable[Right]:
    for stream in wanted:
        yield Right("Topic", topic_name(namespace, stream), operation, why=why)


def _unique(namespace: str, rights: Iterable[Right]) -> list[Right]:
    """Each right once, with all its reasons; topics in the order of the registry, after their prefixes."""
    reasons: dict[Right, list[str]] = {}
    for right in rights:
        told = reasons.setdefault(replace(right, why=""), [])
        told += [why for why in (right.why,) if why not in told]
    kinds, order = list(_FLAGS), [topic_name(namespace, stream) for stream in streams.STREAMS]

    def place(right: Right) -> tuple[int, int, str, str]:
        index = order.index(right.name) if right.name in order else -1
        return kinds.index(right.resource), index, right.name, right.operation

    return [replace(right, why=", ".join(reasons[right])) for right in sorted(reasons, key=place)]
