"""A broker with TLS, SASL and access control beside the shared one, started when the first test asks for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.secure_kafka import SecureKafka


@pytest.fixture(scope="session")
def secure_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureKafka]:
    """Its users have no rights until a test grants them."""
    secure = SecureKafka(tmp_path_factory.mktemp("secure-kafka"), ["worker", "notifier", "desk", "source", "admin"])
    with secure.broker:
        yield secure
