"""What Faust's own transport is told of security is what our clients are told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import faust

from agents.engine.credentials import make_credentials
from tocsin.settings import Settings

SCRAM = Settings(
    bootstrap="a:1", security_protocol="SASL_SSL", sasl_mechanism="SCRAM-SHA-512", sasl_username="ana",
    sasl_password="hush-hush",
)  # fmt: skip


def test_a_kafka_without_security_needs_no_credentials() -> None:
    assert make_credentials(Settings(bootstrap="a:1")) is None


def test_a_password_over_tls() -> None:
    credentials = make_credentials(SCRAM)

    assert isinstance(credentials, faust.SASLCredentials)
    assert (credentials.username, credentials.password) == ("ana", "hush-hush")
    assert (credentials.protocol.value, credentials.mechanism.value) == ("SASL_SSL", "SCRAM-SHA-512")
    assert credentials.ssl_context is not None
    assert credentials.ssl_context.check_hostname
    assert "hush-hush" not in repr(credentials)


def test_a_token_over_tls() -> None:
    credentials = make_credentials(replace(SCRAM, sasl_mechanism="OAUTHBEARER", sasl_token_file=Path("token")))

    assert isinstance(credentials, faust.OAuthCredentials)
    assert credentials.protocol.value == "SASL_SSL"
    assert str(credentials.oauth_cb) == "KAFKA_SASL_TOKEN_FILE=token"


def test_a_certificate() -> None:
    credentials = make_credentials(Settings(bootstrap="a:1", security_protocol="SSL"))

    assert isinstance(credentials, faust.SSLCredentials)
    assert credentials.context is not None
    assert credentials.context.check_hostname
