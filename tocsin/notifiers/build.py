"""From response.yaml to the notifiers it names, and how patient the courier is with each."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from tocsin.errors import ConfigurationError
from tocsin.notifiers.log import LogNotifier
from tocsin.notifiers.notifier import Notifier
from tocsin.notifiers.retry import DeliveryPolicy
from tocsin.notifiers.webhook import WebhookNotifier
from tocsin.response import plan as response

#: The courier waits a little longer than the notifier itself, whose own message says more.
_MARGIN = timedelta(seconds=5)


class Built(NamedTuple):
    """What the courier is made of.

    Attributes:
        notifiers: one for each of response.yaml.
        policies: by the notifier's name.
    """

    notifiers: tuple[Notifier, ...]
    policies: dict[str, DeliveryPolicy]


def build_notifiers(plan: response.Plan, namespace: str, environment: Mapping[str, str] | None = None) -> Built:
    """Make all notifiers of a plan.

    Args:
        namespace: names the source of the events.
        environment: where secrets are; None is the process's.

    Raises:
        ConfigurationError: a secret is not in the environment.
    """
    environment = os.environ if environment is None else environment
    notifiers: list[Notifier] = []
    policies: dict[str, DeliveryPolicy] = {}
    for entry in plan.notifiers:
        match entry:
            case response.LogNotifier():
                notifiers.append(LogNotifier(entry.id))
                policies[entry.id] = DeliveryPolicy()
            case response.WebhookNotifier():
                secret = _secret(entry, environment)
                notifiers.append(WebhookNotifier(entry.id, entry.url, secret, namespace, entry.timeout))
                policies[entry.id] = DeliveryPolicy(
                    max_attempts=entry.max_attempts, send_timeout=entry.timeout + _MARGIN
                )
    return Built(tuple(notifiers), policies)


def _secret(entry: response.WebhookNotifier, environment: Mapping[str, str]) -> bytes | None:
    """The signing secret; None when response.yaml names no variable for it."""
    if entry.secret_env is None:
        return None
    secret = environment.get(entry.secret_env, "")
    if not secret:
        raise ConfigurationError(
            f"notifier {entry.id}: its secret {entry.secret_env} is not in the environment",
            f"set {entry.secret_env} to what the receiver knows, or correct secret_env in response.yaml",
        )
    return secret.encode()
