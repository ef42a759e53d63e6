"""What the settings of security become for the clients, and which of them are refused with what to do instead."""

from __future__ import annotations

import logging
import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from tocsin.errors import ConfigurationError
from tocsin.kafka.client import client_options
from tocsin.settings import Settings

SCRAM = Settings(
    bootstrap="a:1", security_protocol="SASL_SSL", sasl_mechanism="SCRAM-SHA-512", sasl_username="ana",
    sasl_password="hush-hush",
)  # fmt: skip


def test_without_security_there_is_only_the_address() -> None:
    assert client_options(Settings(bootstrap="a:1")) == {"bootstrap_servers": "a:1", "security_protocol": "PLAINTEXT"}


def test_over_tls_the_certificate_and_the_host_name_are_checked() -> None:
    context = client_options(SCRAM)["ssl_context"]

    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize(
    ("changes", "what", "then"),
    [
        ({"security_protocol": "TLS"}, "KAFKA_SECURITY_PROTOCOL='TLS'", "SASL_SSL"),
        ({"sasl_mechanism": "GSSAPI"}, "KAFKA_SASL_MECHANISM='GSSAPI'", "OAUTHBEARER"),
        ({"sasl_username": ""}, "needs KAFKA_SASL_USERNAME", "set KAFKA_SASL_USERNAME"),
        ({"sasl_password": ""}, "needs KAFKA_SASL_PASSWORD", "KAFKA_SASL_PASSWORD_FILE"),
        ({"security_protocol": "SASL_PLAINTEXT", "sasl_mechanism": "PLAIN"}, "in the clear", "SASL_SSL"),
        ({"security_protocol": "SASL_PLAINTEXT", "sasl_mechanism": "OAUTHBEARER"}, "in the clear", "SASL_SSL"),
        ({"security_protocol": "PLAINTEXT"}, "KAFKA_SASL_USERNAME is set, but", "SASL_SSL"),
        ({"security_protocol": "SASL_PLAINTEXT", "ssl_cafile": Path("ca.pem")}, "KAFKA_SSL_CAFILE is set", "SASL_SSL"),
        ({"ssl_cafile": Path("nowhere.pem")}, "KAFKA_SSL_CAFILE=nowhere.pem cannot be used: No such", "PEM"),
        ({"ssl_certfile": Path("nowhere.pem")}, "KAFKA_SSL_CERTFILE=nowhere.pem cannot be used", "PEM"),
        ({"ssl_keyfile": Path("key.pem")}, "KAFKA_SSL_KEYFILE is set without a certificate", "KAFKA_SSL_CERTFILE"),
        ({"sasl_mechanism": "OAUTHBEARER"}, "needs one place of tokens, not 0", "KAFKA_SASL_TOKEN_FILE"),
        (
            {"sasl_mechanism": "OAUTHBEARER", "sasl_token_file": Path("t"), "sasl_token_command": "t"},
            "one place of tokens, not 2", "keep one of",
        ),
        (
            {"sasl_mechanism": "OAUTHBEARER", "sasl_token_url": "http://sso.example.org/token"},
            "KAFKA_SASL_TOKEN_URL would send the client's secret in the clear", "https://",
        ),
        (
            {"sasl_mechanism": "OAUTHBEARER", "sasl_token_url": "https://sso.example.org", "sasl_password": ""},
            "KAFKA_SASL_TOKEN_URL needs KAFKA_SASL_PASSWORD", "its secret",
        ),
        ({"sasl_mechanism": "OAUTHBEARER", "sasl_token_command": "get 'token"}, "is no command: No closing", "quote"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_name(changes: dict[str, Any], what: str, then: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        client_options(replace(SCRAM, **changes))

    assert what in refused.value.what
    assert then in refused.value.then
    assert "hush-hush" not in str(refused.value)


@pytest.mark.parametrize(("password", "is_accepted"), [("open sesame", True), ("wrong", False), ("", False)])
def test_a_clients_encrypted_key_is_opened_by_its_password_and_nobody_is_asked(
    tmp_path: Path, password: str, is_accepted: bool
) -> None:
    certificate = trustme.CA().issue_cert("ana@example.org")
    key = load_pem_private_key(certificate.private_key_pem.bytes(), None)
    encryption = BestAvailableEncryption(b"open sesame")
    (tmp_path / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    certificate.cert_chain_pems[0].write_to_path(str(tmp_path / "ana.pem"))
    settings = replace(
        SCRAM, ssl_certfile=tmp_path / "ana.pem", ssl_keyfile=tmp_path / "key.pem", ssl_key_password=password
    )

    if is_accepted:
        assert client_options(settings)["ssl_context"]
        return
    with pytest.raises(ConfigurationError, match=r"KAFKA_SSL_KEYFILE=.* cannot be used") as refused:
        client_options(settings)
    assert "KAFKA_SSL_KEY_PASSWORD" in refused.value.then


def test_secrets_are_in_no_text_of_the_settings() -> None:
    settings = replace(SCRAM, respond_secret="hush-1", ssl_key_password="hush-2")

    assert "hush" not in repr(settings)
    assert "hush" not in str(settings)


def test_requests_with_passwords_in_them_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("aiokafka.conn")
    with caplog.at_level(logging.DEBUG, "aiokafka.conn"):
        log.debug("Request: SaslAuthenticateRequest(hush-hush)")
        log.info("Authenticated as ana")

    assert [record.message for record in caplog.records] == ["Authenticated as ana"]
