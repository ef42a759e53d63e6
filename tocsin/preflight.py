"""Everything that a process needs, checked before it starts: what is wrong is one message, told at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.configuration import load_response, load_setup, load_watchlist
from tocsin.errors import BrokerError, ConfigurationError
from tocsin.kafka.admin import describe_streams, how_to_create, read_namespace
from tocsin.kafka.namespace import NamespaceInfo, TimeMode
from tocsin.response.plan import Plan, WebhookNotifier
from tocsin.settings import Settings


@dataclass(frozen=True, slots=True)
class Ready:
    """What the check found, so that nothing is read twice.

    Attributes:
        setup: what the files say: a `tocsin.detection.setup.Setup` for a worker, a `tocsin.response.plan.Plan` for the
            notifier.
        partitions: partition count of every stream, by name.
        time: the namespace's time mode.
        is_exercise: its crises are marked, and only notifiers that opt in hear them.
        notes: what works but should be known, in words.
    """

    setup: Any
    partitions: Mapping[str, int]
    time: TimeMode
    is_exercise: bool = False
    notes: tuple[str, ...] = ()


async def check_worker(settings: Settings) -> Ready:
    """Kafka answers, its streams are sound, the namespace is known, the watchlist can be read.

    Raises:
        ConfigurationError: no Kafka was named, or the watchlist cannot be used.
        BrokerError: Kafka or its streams cannot be used.
    """
    partitions, notes = await _check_streams(settings)
    info = await read_namespace(settings)
    setup = load_setup(
        settings.watchlist,
        namespace=settings.namespace,
        is_exercise=info.is_exercise,
        is_live=info.time == "live",
    )
    return _ready(setup, partitions, info, notes)


async def check_notifier(settings: Settings) -> Ready:
    """As for a worker, with response.yaml; held to the brands of the watchlist when there is one here.

    Raises:
        ConfigurationError: no Kafka was named, or a file cannot be used.
        BrokerError: Kafka or its streams cannot be used.
    """
    partitions, notes = await _check_streams(settings)
    info = await read_namespace(settings)
    # A notifier may run where no watchlist is; where one is, a policy for a brand that nobody watches is an error.
    watchlist = load_watchlist(settings.watchlist) if settings.watchlist.exists() else None
    plan = load_response(settings.response, [brand.id for brand in watchlist.brands] if watchlist else None)
    _require_secrets(settings, plan)
    return _ready(plan, partitions, info, notes)


async def _check_streams(settings: Settings) -> tuple[dict[str, int], tuple[str, ...]]:
    statuses = await describe_streams(settings)
    missing = [status.topic for status in statuses if not status.exists]
    if len(missing) == len(statuses):
        raise BrokerError(
            f"the namespace {settings.namespace} has no streams on Kafka at {settings.bootstrap}",
            how_to_create(settings),
        )
    if missing:
        words = f"stream {missing[0]} is" if len(missing) == 1 else f"streams {', '.join(missing)} are"
        raise BrokerError(f"the {words} missing on Kafka at {settings.bootstrap}", how_to_create(settings))
    if problems := [problem for status in statuses for problem in status.problems]:
        raise BrokerError(
            f"streams of the namespace {settings.namespace} cannot be used as they are: {'; '.join(problems)}",
            f"`tocsin streams check --namespace {settings.namespace}` tells more",
        )
    notes = tuple(note for status in statuses for note in status.notes)
    return {status.name: status.partitions or 0 for status in statuses}, notes


def _require_secrets(settings: Settings, plan: Plan) -> None:
    for notifier in plan.notifiers:
        variable = notifier.secret_env if isinstance(notifier, WebhookNotifier) else None
        if variable and not os.environ.get(variable):
            raise ConfigurationError(
                f"{settings.response}: the notifier {notifier.id} signs with {variable}, which is not set",
                f"set {variable}, or remove its `secret_env` to send unsigned",
            )


def _ready(setup: Any, partitions: dict[str, int], info: NamespaceInfo, notes: tuple[str, ...]) -> Ready:
    return Ready(setup=setup, partitions=partitions, time=info.time, is_exercise=info.is_exercise, notes=notes)
