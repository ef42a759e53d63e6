"""A real Apache Kafka broker on this computer, for a first look and for tests: no Docker, no root, one process."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tocsin.kafka.broker import LocalBroker
    from tocsin.kafka.settings import BrokerSettings

__all__ = ["BrokerSettings", "LocalBroker"]


def __getattr__(name: str) -> object:
    """Imports on first use, so that `python -m tocsin.kafka.java` runs its module once."""
    homes = {"BrokerSettings": "settings", "LocalBroker": "broker"}
    if name not in homes:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{homes[name]}"), name)
