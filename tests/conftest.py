"""One Kafka for the whole run, started when the first test asks for it; a namespace of its own for each test.

`make test` runs the files in two processes: those that need Kafka mostly wait. Both have the same broker, which the
process that only hands out the files has started.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest

from tocsin.kafka import BrokerSettings, LocalBroker

ADDRESS = "TOCSIN_TEST_BOOTSTRAP"
_broker = ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    hands_out = getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput")
    if hands_out and ADDRESS not in os.environ:
        folder = Path(_broker.enter_context(TemporaryDirectory(prefix="tocsin-tests-")))
        os.environ[ADDRESS] = _broker.enter_context(LocalBroker(BrokerSettings(directory=folder))).bootstrap
        _broker.callback(os.environ.pop, ADDRESS)


def pytest_unconfigure() -> None:
    _broker.close()


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a broker: TOCSIN_TEST_BOOTSTRAP, else one that is started for this run and ends with it."""
    if named := os.environ.get(ADDRESS):
        yield named
        return
    with LocalBroker(BrokerSettings(directory=tmp_path_factory.mktemp("shared-kafka"))) as broker:
        yield broker.bootstrap


@pytest.fixture
def namespace() -> str:
    """A name that no other test, nor another run on the same broker, has used."""
    return f"test-{uuid4().hex[:12]}"
