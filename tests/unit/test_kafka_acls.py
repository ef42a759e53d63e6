"""The rights that each role needs come from the registry and the steps: enough, and nothing to spare."""

from __future__ import annotations

import json
import shlex
from typing import get_args

import pytest

from schemas import streams
from schemas.streams import topic_name
from tocsin.cli.main import main
from tocsin.kafka.acls import ROLES, Role, checkable_rights, commands, needed_by, needed_rights
from tocsin.pipeline import NOTIFY, PIPELINE
from tocsin.settings import Settings


def operations(role: Role) -> set[tuple[str, str]]:
    return {(right.name.removeprefix("ns."), right.operation) for right in needed_rights(role, "ns")}


def test_every_role_has_a_list() -> None:
    assert set(ROLES) == set(get_args(Role))
    for role in ROLES:
        assert needed_rights(role, "ns")


def test_a_worker_may_read_and_write_what_its_steps_do_and_nothing_else() -> None:
    reads = {step.reads.name for step in PIPELINE} | {step.state.name for step in PIPELINE if step.state}
    writes = {stream.name for step in PIPELINE for stream in (*step.writes, *([step.state] if step.state else []))}
    topics = {right for right in needed_rights("worker", "ns") if right.resource == "Topic" and not right.is_prefix}

    assert {right.name for right in topics if right.operation == "Read"} == {
        f"ns.{name}" for name in reads | {streams.NAMESPACE.name}
    }
    assert {right.name for right in topics if right.operation == "Write"} == {
        f"ns.{name}" for name in writes | {streams.REJECTED.name}
    }


def test_only_the_notifier_keeps_receipts_and_only_escalation_tells_of_crises() -> None:
    assert NOTIFY.state is not None
    may_write = {
        stream: {role for role in ROLES if (stream, "Write") in operations(role)}
        for stream in (NOTIFY.state.name, streams.CRISES.name, streams.RAW.name, streams.NAMESPACE.name)
    }

    assert may_write == {
        "notifications": {"notifier"}, "crises": {"worker"}, "mentions.raw": {"source", "desk"}, "namespace": {"admin"},
    }  # fmt: skip


def test_a_producer_of_mentions_can_do_nothing_else() -> None:
    assert operations("source") == {("mentions.raw", "Write")}


def test_no_right_is_listed_twice_and_each_says_why() -> None:
    rights = needed_by(ROLES, "ns")

    assert len({(right.resource, right.name, right.operation) for right in rights}) == len(rights)
    assert all(right.why for right in rights)


def test_what_kafka_is_asked_for_is_on_one_resource_by_its_name() -> None:
    rights = checkable_rights("worker", Settings(namespace="ns", worker="w1"))

    assert not any(right.is_prefix for right in rights)
    assert {right.name for right in rights if right.resource == "TransactionalId"} == {"ns.worker.w1"}
    described = {right.name for right in rights if right.operation == "Describe"}
    assert described == {topic_name("ns", stream) for stream in streams.STREAMS}


def test_the_commands_grant_every_right_once() -> None:
    rights = needed_rights("notifier", "ns")
    granted = []
    for line in commands(rights, "User:a name"):
        words = shlex.split(line)
        assert words[words.index("--allow-principal") + 1] == "User:a name"
        flag, name = words[-4:-2] if words[-2] == "--resource-pattern-type" else words[-2:]
        kind = {"--topic": "Topic", "--group": "Group", "--transactional-id": "TransactionalId"}[flag]
        is_prefix = words[-1] == "prefixed"
        granted += [(kind, name, words[i + 1], is_prefix) for i, word in enumerate(words) if word == "--operation"]

    assert granted == [(right.resource, right.name, right.operation, right.is_prefix) for right in rights]


@pytest.mark.parametrize("form", [[], ["--json"], ["--commands"]], ids=["table", "json", "commands"])
def test_the_command_lists_them_without_asking_kafka(form: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["streams", "acls", "--role", "source", "--namespace", "ns", "--principal", "User:feed", *form]) == 0

    told = capsys.readouterr().out
    assert "ns.mentions.raw" in told
    assert "User:feed" in told
    if form == ["--json"]:
        (right,) = json.loads(told)
        assert (right["resource"], right["operation"], right["is_prefix"]) == ("Topic", "Write", False)
