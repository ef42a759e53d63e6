"""What every client of Kafka is told: address and security, from the settings. The only place that reads them."""

from __future__ import annotations

import contextlib
import logging
import ssl
from typing import Any

from tocsin.errors import ConfigurationError
from tocsin.kafka.tokens import make_tokens
from tocsin.settings import Settings

PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
PASSWORD_MECHANISMS = ("SCRAM-SHA-256", "SCRAM-SHA-512", "PLAIN")
MECHANISMS = (*PASSWORD_MECHANISMS, "OAUTHBEARER")
#: These send the secret itself, which whoever listens on the way could read; SCRAM proves that it is known.
_ONLY_OVER_TLS = ("PLAIN", "OAUTHBEARER")


def _keeps_secrets(record: logging.LogRecord) -> bool:
    """At its lowest level the client logs each request as it is sent, passwords and tokens too."""
    return record.levelno > logging.DEBUG


logging.getLogger("aiokafka.conn").addFilter(_keeps_secrets)


def client_options(settings: Settings) -> dict[str, Any]:
    """Keyword arguments shared by aiokafka's consumers, producers and admin clients.

    Raises:
        ConfigurationError: no Kafka was named, or its security cannot be had as the settings say; the message names
            the variable.
    """
    options: dict[str, Any] = {
        "bootstrap_servers": settings.require_bootstrap(),
        "security_protocol": settings.security_protocol,
    }
    if settings.security_protocol not in PROTOCOLS:
        raise ConfigurationError(
            f"KAFKA_SECURITY_PROTOCOL={settings.security_protocol!r} is none", f"set one of {', '.join(PROTOCOLS)}"
        )
    has_sasl = settings.security_protocol.startswith("SASL")
    has_tls = settings.security_protocol.endswith("SSL")
    _refuse_idle_settings(settings, has_sasl, has_tls)
    if has_sasl:
        options |= _sasl(settings, has_tls)
    if has_tls:
        options["ssl_context"] = _tls(settings)
    return options


def _refuse_idle_settings(settings: Settings, has_sasl: bool, has_tls: bool) -> None:
    """A secret that is set and not used means that somebody believes to be protected who is not."""
    idle = []
    if not has_sasl and (settings.sasl_username or settings.sasl_password):
        idle.append(("KAFKA_SASL_USERNAME" if settings.sasl_username else "KAFKA_SASL_PASSWORD", "SASL_SSL"))
    if not has_tls and settings.ssl_cafile:
        idle.append(("KAFKA_SSL_CAFILE", "SASL_SSL" if has_sasl else "SSL"))
    if not has_tls and settings.ssl_certfile:
        idle.append(("KAFKA_SSL_CERTFILE", "SASL_SSL" if has_sasl else "SSL"))
    for variable, wanted in idle:
        raise ConfigurationError(
            f"{variable} is set, but KAFKA_SECURITY_PROTOCOL={settings.security_protocol} does not use it",
            f"set KAFKA_SECURITY_PROTOCOL={wanted}, or remove {variable}",
        )


def _sasl(settings: Settings, has_tls: bool) -> dict[str, Any]:
    mechanism = settings.sasl_mechanism
    if mechanism not in MECHANISMS:
        raise ConfigurationError(
            f"KAFKA_SASL_MECHANISM={mechanism!r} is none that Tocsin speaks", f"set one of {', '.join(MECHANISMS)}"
        )
    if mechanism in _ONLY_OVER_TLS and not has_tls:
        raise ConfigurationError(
            f"KAFKA_SASL_MECHANISM={mechanism} would send the secret in the clear over "
            f"KAFKA_SECURITY_PROTOCOL={settings.security_protocol}",
            "set KAFKA_SECURITY_PROTOCOL=SASL_SSL, or use SCRAM-SHA-256 or SCRAM-SHA-512",
        )
    if mechanism == "OAUTHBEARER":
        return {"sasl_mechanism": mechanism, "sasl_oauth_token_provider": make_tokens(settings)}
    for value, variable in (
        (settings.sasl_username, "KAFKA_SASL_USERNAME"),
        (settings.sasl_password, "KAFKA_SASL_PASSWORD"),
    ):
        if not value:
            in_file = " or KAFKA_SASL_PASSWORD_FILE" if variable.endswith("PASSWORD") else ""
            raise ConfigurationError(f"KAFKA_SASL_MECHANISM={mechanism} needs {variable}", f"set {variable}{in_file}")
    return {
        "sasl_mechanism": mechanism,
        "sasl_plain_username": settings.sasl_username,
        "sasl_plain_password": settings.sasl_password,
    }


class _Parting(ssl.SSLObject):
    """Says goodbye and goes: TLS asks nobody to wait for the other's goodbye (RFC 8446, section 6.1).

    A broker that still holds back an answer (a fetch that waits for records) says it late, and uvloop then waits its
    whole 30 s (its issue 471), so that every reader over TLS took half a minute to stop.
    """

    def unwrap(self) -> None:
        with contextlib.suppress(ssl.SSLError):
            super().unwrap()


def _tls(settings: Settings) -> ssl.SSLContext:
    """TLS 1.2 or newer; the broker's certificate and its host name are always checked."""
    try:
        context = ssl.create_default_context(cafile=settings.ssl_cafile and str(settings.ssl_cafile))
    except OSError as error:
        raise ConfigurationError(
            f"KAFKA_SSL_CAFILE={settings.ssl_cafile} cannot be used: {error.strerror or error}",
            "name a file of certificates in PEM format",
        ) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslobject_class = _Parting
    if settings.ssl_certfile is None:
        if settings.ssl_keyfile is not None:
            raise ConfigurationError("KAFKA_SSL_KEYFILE is set without a certificate", "set KAFKA_SSL_CERTFILE too")
        return context
    try:
        # Without a password OpenSSL would ask whoever sits at the terminal, and a service would wait for ever.
        context.load_cert_chain(settings.ssl_certfile, settings.ssl_keyfile, lambda: settings.ssl_key_password)
    except OSError as error:
        names = f"KAFKA_SSL_CERTFILE={settings.ssl_certfile}"
        if settings.ssl_keyfile:
            names += f" with KAFKA_SSL_KEYFILE={settings.ssl_keyfile}"
        raise ConfigurationError(
            f"{names} cannot be used: {error.strerror or error}",
            "both have to be PEM and belong together; an encrypted key needs KAFKA_SSL_KEY_PASSWORD",
        ) from None
    return context
