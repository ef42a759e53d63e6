"""Everything that a process needs, checked before it starts: what is wrong is one message, told at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.configuration import load_response, load_setup, load_watchlist
from tocsin.errors import BrokerError, ConfigurationError
from tocsin.kafka.acls import Role, checkable_rights
from tocsin.kafka.admin import describe_streams, how_to_create, read_namespace
from tocsin.kafka.namespace import NamespaceInfo, TimeMode
from tocsin.kafka.reach import reach
from tocsin.kafka.rights import require_rights
from tocsin.response.notifier_plan import secret_variables
from tocsin.response.plan import Plan
from tocsin.settings import Settings


@dataclass(frozen=True, slots=True)
class Ready:
    """What the check found, so that nothing is read twice.

    Attributes:
        setup: what the files say: a `tocsin.setup.Setup` for a worker, a `tocsin.response.plan.Plan` for the
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
    """Kafka answers, its streams are sound, the namespace is known, the files can be read.

    Without a response.yaml a worker pages nobody; the notifier holds it to the brands of the watchlist.

    Raises:
        ConfigurationError: no Kafka was named, or a file cannot be used.
        BrokerError: Kafka or its streams cannot be used.
    """
    partitions, notes = await _check_streams(settings, "worker")
    info = await read_namespace(settings)
    setup = load_setup(
        settings.watchlist,
        namespace=settings.namespace,
        is_exercise=info.is_exercise,
        is_live=info.time == "live",
        response=settings.response if settings.response.exists() else None,
    )
    if setup.plan is None:
        notes = (*notes, f"there is no {settings.response}: crises page nobody")
    return _ready(setup, partitions, info, notes)


async def check_notifier(settings: Settings) -> Ready:
    """As for a worker, with response.yaml; held to the brands of the watchlist when there is one here.

    Raises:
        ConfigurationError: no Kafka was named, or a file cannot be used.
        BrokerError: Kafka or its streams cannot be used.
    """
    partitions, notes = await _check_streams(settings, "notifier")
    info = await read_namespace(settings)
    # A notifier may run where no watchlist is; where one is, a policy for a brand that nobody watches is an error.
    watchlist = load_watchlist(settings.watchlist) if settings.watchlist.exists() else None
    plan = load_response(settings.response, [brand.id for brand in watchlist.brands] if watchlist else None)
    if missing := missing_secrets(settings, plan):
        raise missing[0]
    return _ready(plan, partitions, info, notes)


async def _check_streams(settings: Settings, role: Role) -> tuple[dict[str, int], tuple[str, ...]]:
    async with reach(settings) as admin:  # first: what a user may not see looks as if it were missing
        await require_rights(admin, settings, checkable_rights(role, settings), role)
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


def missing_secrets(
    settings: Settings, plan: Plan, environment: Mapping[str, str] = os.environ
) -> list[ConfigurationError]:
    """One error for each environment variable that the notifiers of a plan need and that is not set."""
    errors = []
    for notifier in plan.notifiers:
        for key, variable in secret_variables(notifier).items():
            if environment.get(variable):
                continue
            verb, otherwise = (
                ("signs with", ", or remove it to send unsigned") if key == "secret_env" else ("needs", "")
            )
            what = f"{settings.response}: the notifier {notifier.id} {verb} {variable}, which is not set"
            errors.append(ConfigurationError(what, f"set {variable}, named by its `{key}`{otherwise}"))
    return errors


def _ready(setup: Any, partitions: dict[str, int], info: NamespaceInfo, notes: tuple[str, ...]) -> Ready:
    return Ready(setup=setup, partitions=partitions, time=info.time, is_exercise=info.is_exercise, notes=notes)
