"""What every client of Kafka is told: address and security, from the settings."""

from __future__ import annotations

from typing import Any

from aiokafka.helpers import create_ssl_context

from tocsin.settings import Settings


def client_options(settings: Settings) -> dict[str, Any]:
    """Keyword arguments shared by aiokafka's consumers, producers and admin clients.

    Raises:
        ConfigurationError: no Kafka was named.
    """
    options: dict[str, Any] = {
        "bootstrap_servers": settings.require_bootstrap(),
        "security_protocol": settings.security_protocol,
    }
    if settings.security_protocol.startswith("SASL"):
        options |= {
            "sasl_mechanism": settings.sasl_mechanism,
            "sasl_plain_username": settings.sasl_username,
            "sasl_plain_password": settings.sasl_password,
        }
    if settings.security_protocol.endswith("SSL"):
        options["ssl_context"] = create_ssl_context(cafile=settings.ssl_cafile and str(settings.ssl_cafile))
    return options
