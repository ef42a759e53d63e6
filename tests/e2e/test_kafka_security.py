"""What may be wrong between Tocsin and a Kafka with TLS, SASL and access control: each is one clear message."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.faults.support.processes import WORKER, Crew
from tests.secure_kafka import SecureKafka
from tocsin.cli.main import main
from tocsin.kafka.acls import Role, needed_rights
from tocsin.kafka.admin import create_streams, describe_streams
from tocsin.kafka.rights import Right
from tocsin.settings import Settings
from tocsin.workers import environment_of

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

TOCSIN = str(Path(sys.executable).with_name("tocsin"))
#: The process itself takes a second or two of it.
MOST_SECONDS = 15.0


def run_to_its_end(settings: Settings, folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A command that cannot do its work, within the time that somebody would wait for it."""
    assert main(["init", "--dir", str(folder)]) == 0
    started = time.monotonic()
    outcome = subprocess.run(
        [TOCSIN, *command], cwd=folder, env=environment_of(settings), capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip
    assert time.monotonic() - started < MOST_SECONDS
    return outcome


def expect(outcome: subprocess.CompletedProcess[str], status: int, what: str, then: str) -> None:
    """One message of two lines on standard error: what is wrong, and what to do."""
    assert outcome.returncode == status, outcome.stderr
    assert outcome.stdout == ""
    first, *rest = outcome.stderr.strip().splitlines()
    assert what in first
    assert len(rest) == 1, outcome.stderr
    assert then in rest[0]


#: What is wrong → (listener, changes of right settings, exit status, what is told, what to do).
WRONG: dict[str, tuple[str, dict[str, Any], int, str, str]] = {
    "a wrong password": (
        "RIGHT", {"sasl_password": "guessed"}, 3, "does not let the user worker in", "KAFKA_SASL_PASSWORD",
    ),
    "a user whom nobody knows": (
        "RIGHT", {"sasl_username": "mallory"}, 3, "does not let the user mallory in", "KAFKA_SASL_USERNAME",
    ),
    "a mechanism that the broker does not offer": (
        "RIGHT", {"sasl_mechanism": "SCRAM-SHA-256"}, 3, "does not offer KAFKA_SASL_MECHANISM=SCRAM-SHA-256",
        "sasl.enabled.mechanisms",
    ),
    "a mechanism that nobody knows": (
        "RIGHT", {"sasl_mechanism": "SCRAM-MD5"}, 2, "KAFKA_SASL_MECHANISM='SCRAM-MD5'", "SCRAM-SHA-512",
    ),
    "an expired certificate": ("EXPIRED", {}, 3, "has expired", "renew it on the broker"),
    "a certificate of another host": (
        "ELSEWHERE", {}, 3, "was made for another host", "name the broker in KAFKA_BOOTSTRAP as its certificate does",
    ),
    "a certificate by nobody we trust": ("STRANGER", {}, 3, "signed by nobody whom", "KAFKA_SSL_CAFILE"),
    "no certificate authority named": (
        "RIGHT", {"ssl_cafile": None}, 3, "signed by nobody whom this computer trusts (its own list)",
        "KAFKA_SSL_CAFILE",
    ),
    "a client without TLS": (
        "RIGHT",
        {"security_protocol": "PLAINTEXT", "sasl_username": "", "sasl_password": "", "ssl_cafile": None},
        3, "does not speak PLAINTEXT", "KAFKA_SECURITY_PROTOCOL",
    ),
    "a client without SASL": (
        "RIGHT", {"security_protocol": "SSL", "sasl_username": "", "sasl_password": ""}, 3, "does not speak SSL",
        "KAFKA_SECURITY_PROTOCOL",
    ),
    "a client that sends its password in the clear": (
        "RIGHT", {"security_protocol": "SASL_PLAINTEXT", "sasl_mechanism": "PLAIN", "ssl_cafile": None}, 2,
        "would send the secret in the clear", "SASL_SSL",
    ),
    "a password that nobody asks for": (
        "RIGHT", {"security_protocol": "SSL"}, 2, "KAFKA_SASL_USERNAME is set, but KAFKA_SECURITY_PROTOCOL=SSL does",
        "SASL_SSL",
    ),
    "a client without a certificate": (
        "MUTUAL", {"security_protocol": "SSL", "sasl_username": "", "sasl_password": ""}, 3,
        "does not accept the certificate of this client", "KAFKA_SSL_CERTFILE",
    ),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_one_message(secure_kafka: SecureKafka, namespace: str, tmp_path: Path, wrong: str) -> None:
    door, changes, status, what, then = WRONG[wrong]
    settings = replace(secure_kafka.settings("worker", namespace, door), worker="w1", **changes)

    outcome = run_to_its_end(settings, tmp_path, "worker")

    expect(outcome, status, what, then)
    assert settings.sasl_password not in outcome.stderr or not settings.sasl_password


MISSING: dict[str, tuple[Role, Right, str]] = {
    "to read a topic": ("worker", Right("Topic", "{}.mentions.scored", "Read"), "Read on the topic {}.mentions.scored"),
    "to write a topic": ("worker", Right("Topic", "{}.crises", "Write"), "Write on the topic {}.crises"),
    "to a transactional id": (
        "worker", Right("TransactionalId", "{}.worker.", "Write", is_prefix=True),
        "Write on the transactional id {}.worker.w1",
    ),
    "to a group": ("worker", Right("Group", "{}.worker", "Read"), "Read on the group {}.worker"),
    "to see the streams": (
        "worker", Right("Topic", "{}.", "Describe", is_prefix=True), "Describe on the topic {}.notifications",
    ),
    "of the notifier": ("notifier", Right("Topic", "{}.crises", "Read"), "Read on the topic {}.crises"),
}  # fmt: skip


@pytest.mark.parametrize("missing", MISSING)
def test_a_right_that_is_missing_is_named_before_anything_starts(
    secure_kafka: SecureKafka, namespace: str, tmp_path: Path, missing: str
) -> None:
    role, right, told = MISSING[missing]
    lost = (right.resource, right.name.format(namespace), right.operation)
    kept = [each for each in needed_rights(role, namespace) if (each.resource, each.name, each.operation) != lost]
    assert len(kept) == len(needed_rights(role, namespace)) - 1

    async def prepare() -> None:
        await create_streams(secure_kafka.settings_of_admin(namespace), partitions=2)
        await secure_kafka.grant(role, kept)

    asyncio.run(prepare())
    settings = replace(secure_kafka.settings(role, namespace), worker="w1")
    outcome = run_to_its_end(settings, tmp_path, "notify" if role == "notifier" else "worker")

    expect(
        outcome, 3, f"does not give the user {role} the right to {told.format(namespace)}",
        f"tocsin streams acls --role {role} --namespace {namespace} --principal User:{role}",
    )  # fmt: skip


def test_a_reader_without_rights_is_told_so_and_not_that_there_is_nothing(
    secure_kafka: SecureKafka, namespace: str, tmp_path: Path
) -> None:
    asyncio.run(create_streams(secure_kafka.settings_of_admin(namespace), partitions=2))

    outcome = run_to_its_end(secure_kafka.settings("desk", namespace), tmp_path, "rejected", "list")

    expect(outcome, 3, f"the right to Read on the topic {namespace}.mentions.rejected", "tocsin streams acls")


async def count_streams(settings: Settings) -> int:
    return sum(status.exists for status in await describe_streams(settings))


def test_every_way_to_say_who_one_is_lets_one_in(secure_kafka: SecureKafka, namespace: str, tmp_path: Path) -> None:
    token, password = tmp_path / "token", tmp_path / "password"
    token.write_text(secure_kafka.token("worker") + "\n")
    password.write_text(secure_kafka.settings("worker", namespace).sasl_password + "\n")
    scram = secure_kafka.settings("worker", namespace)
    by_token = replace(scram, sasl_mechanism="OAUTHBEARER", sasl_username="", sasl_password="")
    ways = {
        "SCRAM": scram,
        "PLAIN": replace(scram, sasl_mechanism="PLAIN"),
        "a password in a file": Settings.from_environment(
            replace(scram, sasl_password="", sasl_password_file=password).to_environment()
        ),
        "a certificate": secure_kafka.settings_with_certificate("worker", namespace),
        "a token in a file": replace(by_token, sasl_token_file=token),
        "a token of a command": replace(by_token, sasl_token_command=f"cat '{token}'"),
    }

    async def story() -> dict[str, int]:
        await create_streams(secure_kafka.settings_of_admin(namespace), partitions=2)
        await secure_kafka.grant("worker", needed_rights("worker", namespace))
        return {way: await count_streams(settings) for way, settings in ways.items()}

    found = asyncio.run(story())

    assert min(found.values()) == max(found.values()) > 10, found


@pytest.mark.parametrize(
    ("token", "what", "then"),
    [
        (lambda kafka: kafka.token("worker", seconds=-100), "not accept the token of this user", "has it expired"),
        (lambda kafka: kafka.token("worker", audience="x"), "not accept the token of this user", "or audience"),
        (lambda kafka: "two words", "no token from KAFKA_SASL_TOKEN_FILE", "mend that place"),
    ],
    ids=["expired", "of another audience", "none at all"],
)
def test_a_token_that_is_no_good_is_told_of(
    secure_kafka: SecureKafka, namespace: str, tmp_path: Path, token: Any, what: str, then: str
) -> None:
    path = tmp_path / "token"
    path.write_text(token(secure_kafka))
    settings = replace(
        secure_kafka.settings("worker", namespace),
        sasl_mechanism="OAUTHBEARER",
        sasl_username="",
        sasl_password="",
        sasl_token_file=path,
    )

    expect(run_to_its_end(settings, tmp_path, "worker"), 3, what, then)


@pytest.mark.parametrize(
    ("operation", "stream"), [("Read", "mentions.raw"), ("Write", "mentions.enriched")], ids=["to read", "to write"]
)
def test_a_worker_whose_right_is_taken_away_says_so_and_ends(
    secure_kafka: SecureKafka, namespace: str, tmp_path: Path, operation: str, stream: str
) -> None:
    watchlist = tmp_path / "watchlist.yaml"
    watchlist.write_text("brands:\n  - id: acme\n    name: Acme\n    keywords: [acme]\n")
    rights = needed_rights("worker", namespace)
    lost = [each for each in rights if (each.operation, each.name) == (operation, f"{namespace}.{stream}")]
    settings = replace(secure_kafka.settings("worker", namespace), watchlist=watchlist)

    async def story() -> None:
        await create_streams(secure_kafka.settings_of_admin(namespace), partitions=2)
        await secure_kafka.grant("worker", rights)
        with Crew(settings, tmp_path / "crew", WORKER) as crew:
            crew.start("w1")
            await crew.wait_ready()
            started = time.monotonic()
            await secure_kafka.revoke("worker", lost)
            assert await crew.wait_ended("w1") != 0
            assert time.monotonic() - started < MOST_SECONDS
            said = crew.log("w1")
            assert f"does not give the user worker the right to a topic {namespace}.{stream}" in said, said
            assert "tocsin streams acls" in said
            assert "Traceback" not in said, said

    assert len(lost) == 1
    asyncio.run(story())
