"""The security settings in Faust's own words, for its own transport."""

from __future__ import annotations

from typing import Any

import faust

from tocsin.kafka.client import client_options
from tocsin.settings import Settings


def make_credentials(settings: Settings) -> Any:
    """What Faust calls `broker_credentials`; None for a Kafka without security.

    Raises:
        ConfigurationError: as `tocsin.kafka.client.client_options`.
    """
    if settings.security_protocol == "PLAINTEXT":
        return None
    options = client_options(settings)
    context, tokens = options.get("ssl_context"), options.get("sasl_oauth_token_provider")
    if "sasl_mechanism" not in options:
        return faust.SSLCredentials(context)
    if tokens is not None:
        return faust.OAuthCredentials(oauth_cb=tokens, ssl_context=context)
    return faust.SASLCredentials(
        username=options["sasl_plain_username"],
        password=options["sasl_plain_password"],
        mechanism=options["sasl_mechanism"],
        ssl_context=context,
    )
