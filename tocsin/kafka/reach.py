"""Reach a broker, or say in one sentence why not."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from tocsin.errors import BrokerError, ConfigurationError
from tocsin.kafka.client import client_options
from tocsin.settings import Settings

#: How long a broker may take to answer at all.
REACH_SECONDS = 5.0
#: How long one request may take once it has: creating two hundred partitions on a busy machine takes seconds.
REQUEST_SECONDS = 30.0


@asynccontextmanager
async def reach(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    """A connected admin client; what goes wrong inside the block is a BrokerError too.

    Raises:
        ConfigurationError: no Kafka was named, or not in a way that a client understands.
        BrokerError: nobody answers within `REACH_SECONDS`, or stops to.
    """
    address = settings.require_bootstrap()
    with hush_client() as heard:
        admin = _make(settings)
        try:
            try:
                async with asyncio.timeout(REACH_SECONDS):
                    await admin.start()
            except (KafkaError, OSError, TimeoutError):
                reason = heard[-1] if heard else f"silent for {REACH_SECONDS:.0f} s"
                raise explain(settings, reason) from None
            except ValueError as error:
                raise ConfigurationError(
                    f"KAFKA_BOOTSTRAP={address!r} is not an address: {error}", "write it as host:port[,host:port]"
                ) from None
            yield admin
        except (KafkaError, OSError, TimeoutError) as error:
            raise BrokerError(
                f"Kafka at {address} answers, but not to this: {_in_words(error)}",
                "look at the broker's log, and at the rights of this user if it has any",
            ) from error
        finally:
            await admin.close()


def explain(settings: Settings, reason: str) -> BrokerError:
    """Why Kafka cannot be reached, with what helps against this reason."""
    address = settings.bootstrap
    if "Authentication" in reason:
        return BrokerError(
            f"Kafka at {address} does not let this user in: {reason}",
            "check KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD",
        )
    if "closed" in reason or "Reset" in reason or "SSL" in reason.upper():
        return BrokerError(
            f"what answers at {address} does not speak {settings.security_protocol}: {reason}",
            "check KAFKA_SECURITY_PROTOCOL and the port: a broker may have several",
        )
    return BrokerError(
        f"no Kafka answers at {address} ({reason})", "start one with `tocsin kafka start`, or set KAFKA_BOOTSTRAP"
    )


@contextmanager
def hush_client() -> Iterator[list[str]]:
    """Keeps aiokafka's own log from the user; the reasons it gave are in the list instead."""
    ears = _Ears()
    _listening.append(ears)
    _CLIENT_LOG.addHandler(ears)
    _CLIENT_LOG.propagate = False
    try:
        yield ears.reasons
    finally:
        _CLIENT_LOG.removeHandler(ears)
        _listening.remove(ears)
        _CLIENT_LOG.propagate = not _listening  # several may be at it at once, and end in any order


_CLIENT_LOG = logging.getLogger("aiokafka")


class _Ears(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.reasons: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        errors = [part for part in record.args or () if isinstance(part, BaseException)]
        self.reasons.append(_in_words(errors[-1]) if errors else record.getMessage())


_listening: list[_Ears] = []


def _in_words(error: BaseException) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    if isinstance(error, KafkaError) and type(error).__name__ == "KafkaConnectionError" and error.args:
        return str(error.args[0])
    return str(error) or type(error).__name__


def _make(settings: Settings) -> AIOKafkaAdminClient:
    try:
        options: dict[str, Any] = client_options(settings)
    except OSError as error:
        raise ConfigurationError(
            f"KAFKA_SSL_CAFILE={settings.ssl_cafile} cannot be used: {error}",
            "name a file of certificates in PEM format",
        ) from None
    try:
        return AIOKafkaAdminClient(**options, request_timeout_ms=int(REQUEST_SECONDS * 1000))
    except (ValueError, AssertionError) as error:
        raise ConfigurationError(
            f"KAFKA_SECURITY_PROTOCOL={settings.security_protocol!r} with "
            f"KAFKA_SASL_MECHANISM={settings.sasl_mechanism!r} cannot be used: {error}",
            "PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL; PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512",
        ) from None
