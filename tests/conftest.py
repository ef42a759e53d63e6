"""One Kafka for the whole run, started when the first test asks for it; a namespace of its own for each test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tocsin.kafka import BrokerSettings, LocalBroker


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a broker: TOCSIN_TEST_BOOTSTRAP, else one that is started for this run and ends with it."""
    if named := os.environ.get("TOCSIN_TEST_BOOTSTRAP"):
        yield named
        return
    with LocalBroker(BrokerSettings(directory=tmp_path_factory.mktemp("shared-kafka"))) as broker:
        yield broker.bootstrap


@pytest.fixture
def namespace() -> str:
    """A name that no other test, nor another run on the same broker, has used."""
    return f"test-{uuid4().hex[:12]}"
