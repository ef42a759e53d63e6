"""Why Kafka cannot be reached is told with what helps against it."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from tocsin.errors import ConfigurationError
from tocsin.kafka.explain import explain
from tocsin.kafka.reach import hush_client, reach
from tocsin.settings import Settings


async def connect(settings: Settings) -> None:
    async with reach(settings):
        raise AssertionError("there is no broker")


@pytest.mark.parametrize(
    ("reason", "what", "then"),
    [
        ("connection refused", "no Kafka answers at a:1 (connection refused)", "tocsin kafka start"),
        ("SaslAuthenticationFailed: Authentication failed", "does not let this user in", "KAFKA_SASL_PASSWORD"),
        ("Connection at a:1 closed", "does not speak PLAINTEXT", "KAFKA_SECURITY_PROTOCOL"),
        (
            "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired (_ssl.c:1006)",
            "the certificate of Kafka at a:1 has expired",
            "renew it",
        ),
        (
            "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: Hostname mismatch, certificate is not valid "
            "for 'a'. (_ssl.c:1006)",
            "was made for another host: certificate verify failed: Hostname mismatch",
            "subjectAltName",
        ),
        ("certificate verify failed: self-signed certificate in certificate chain", "nobody whom", "KAFKA_SSL_CAFILE"),
        ("[SSL: CERTIFICATE_VERIFY_FAILED]", "is not accepted", "openssl s_client"),
        ("[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] certificate required", "of this client", "KAFKA_SSL_CERTFILE"),
        ("[SSL: WRONG_VERSION_NUMBER] wrong version number", "does not speak", "KAFKA_SECURITY_PROTOCOL"),
        ("[Error 33] UnsupportedSaslMechanism: <x>", "does not offer KAFKA_SASL_MECHANISM", "sasl.enabled.mechanisms"),
        ("[Error 34] IllegalSaslStateError: <x>", "does not speak PLAINTEXT: IllegalSaslStateError", "the port"),
        ("no token from KAFKA_SASL_TOKEN_FILE=t: it is empty", "was not asked: no token from", "mend that place"),
    ],
)
def test_each_reason_has_its_own_remedy(reason: str, what: str, then: str) -> None:
    error = explain(Settings(bootstrap="a:1"), reason)

    assert what in error.what
    assert then in error.then


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        (Settings(), "no Kafka was named"),
        (Settings(bootstrap="host:port"), "KAFKA_BOOTSTRAP='host:port' is not an address"),
        (Settings(bootstrap="a:1", security_protocol="TLS"), "KAFKA_SECURITY_PROTOCOL='TLS'"),
        (
            Settings(bootstrap="a:1", security_protocol="SSL", ssl_cafile=Path("nowhere.pem")),
            "KAFKA_SSL_CAFILE=nowhere.pem cannot be used",
        ),
    ],
)
def test_a_setting_that_no_client_understands_is_named(settings: Settings, named: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        asyncio.run(connect(settings))

    assert named in raised.value.what


def test_the_clients_log_is_heard_inside_and_comes_back_when_the_last_listener_has_gone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    client_log = logging.getLogger("aiokafka.conn")
    first, second = hush_client(), hush_client()

    first_heard, second_heard = first.__enter__(), second.__enter__()
    client_log.error("no answer from %s: %s", "a:1", ConnectionRefusedError(111, "Connect call failed"))
    first.__exit__(None, None, None)
    client_log.error("still away")
    second.__exit__(None, None, None)
    client_log.error("nobody listens")

    assert first_heard == ["connection refused"]
    assert second_heard == ["connection refused", "still away"]
    assert [record.message for record in caplog.records] == ["nobody listens"]
