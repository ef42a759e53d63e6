"""Reach a broker, or say in one sentence why not."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, NodeNotReadyError

from tocsin.errors import BrokerError, ConfigurationError
from tocsin.kafka.client import client_options
from tocsin.kafka.explain import REFUSED, explain, find_refusal, in_words
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
        admin = AIOKafkaAdminClient(**client_options(settings), request_timeout_ms=int(REQUEST_SECONDS * 1000))
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
            if settings.sasl_mechanism == "OAUTHBEARER" and not admin._client.cluster.brokers():
                # Of a token that it does not accept, the broker tells in a way (RFC 7628) that the client overhears.
                raise explain(settings, REFUSED)
            yield admin
        except (KafkaError, OSError, TimeoutError) as error:
            if refusal := find_refusal(settings, error):
                raise refusal from None
            if isinstance(error, NodeNotReadyError) and heard:  # it can be reached, but not where it says that it is
                raise explain(settings, heard[-1]) from None
            raise BrokerError(
                f"Kafka at {address} answers, but not to this: {in_words(error)}",
                "look at the broker's log, and at the rights of this user if it has any",
            ) from error
        finally:
            await admin.close()


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
        self.reasons.append(in_words(errors[-1]) if errors else record.getMessage())


_listening: list[_Ears] = []
