"""From response.yaml to the notifiers it names, and how patient the courier is with each."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from functools import singledispatch
from typing import NamedTuple

from tocsin.errors import ConfigurationError
from tocsin.notifiers.alertmanager import AlertmanagerNotifier
from tocsin.notifiers.log import LogNotifier
from tocsin.notifiers.mail import MailNotifier, MailServer
from tocsin.notifiers.notifier import Notifier
from tocsin.notifiers.retry import DeliveryPolicy
from tocsin.notifiers.slack import SlackAppNotifier, SlackWebhookNotifier
from tocsin.notifiers.webhook import WebhookNotifier
from tocsin.response import notifier_plan as plan
from tocsin.response.notify import RECEIPT_LIFETIME
from tocsin.response.plan import Plan

#: The courier waits a little longer than the notifier itself, whose own message says more.
_MARGIN = timedelta(seconds=5)
#: A mail is several answers of a server long.
_MAIL_ANSWERS = 3


class Built(NamedTuple):
    """What the courier is made of.

    Attributes:
        notifiers: one for each of response.yaml.
        policies: by the notifier's name.
    """

    notifiers: tuple[Notifier, ...]
    policies: dict[str, DeliveryPolicy]


class _Around(NamedTuple):
    """What a notifier needs besides its entry."""

    namespace: str
    environment: Mapping[str, str]

    def secret(self, entry: plan.RemoteNotifier, key: str, variable: str | None) -> str:
        """What an environment variable holds; empty when response.yaml names none.

        Raises:
            ConfigurationError: it is not set.
        """
        if variable is None:
            return ""
        secret = self.environment.get(variable, "")
        if not secret:
            raise ConfigurationError(
                f"notifier {entry.id}: its secret {variable} is not in the environment",
                f"set {variable} to what the service knows, or correct {key} in response.yaml",
            )
        return secret


def build_notifiers(response: Plan, namespace: str, environment: Mapping[str, str] | None = None) -> Built:
    """Make all notifiers of a plan.

    Args:
        namespace: names the source of the events.
        environment: where secrets are; None is the process's.

    Raises:
        ConfigurationError: a secret is not in the environment.
    """
    around = _Around(namespace, os.environ if environment is None else environment)
    notifiers = tuple(_build(entry, around) for entry in response.notifiers)
    return Built(notifiers, {entry.id: _policy(entry) for entry in response.notifiers})


def _policy(entry: plan.Notifier) -> DeliveryPolicy:
    if isinstance(entry, plan.LogNotifier):
        return DeliveryPolicy()
    if isinstance(entry, plan.AlertmanagerNotifier):
        # It is told how things stand, and decides itself whom that wakes: nothing is too old for it.
        send_timeout = entry.timeout + _MARGIN
        return DeliveryPolicy(max_attempts=entry.max_attempts, send_timeout=send_timeout, stale_after=RECEIPT_LIFETIME)
    answers = _MAIL_ANSWERS if isinstance(entry, plan.MailNotifier) else 1
    return DeliveryPolicy(max_attempts=entry.max_attempts, send_timeout=answers * entry.timeout + _MARGIN)


@singledispatch
def _build(entry: plan.Notifier, around: _Around) -> Notifier:  # noqa: ARG001 - every kind says what it needs
    raise TypeError(f"nothing makes a {type(entry).__name__}")


@_build.register
def _(entry: plan.LogNotifier, around: _Around) -> Notifier:  # noqa: ARG001 - it needs nothing
    return LogNotifier(entry.id)


@_build.register
def _(entry: plan.WebhookNotifier, around: _Around) -> Notifier:
    secret = around.secret(entry, "secret_env", entry.secret_env).encode() or None
    return WebhookNotifier(
        entry.id, entry.url, secret, around.namespace, entry.timeout, allow_private=entry.allow_private
    )


@_build.register
def _(entry: plan.SlackNotifier, around: _Around) -> Notifier:
    if entry.token_env is None:
        url = around.secret(entry, "url_env", entry.url_env)
        return SlackWebhookNotifier(entry.id, url, entry.timeout, allow_private=entry.allow_private)
    token = around.secret(entry, "token_env", entry.token_env)
    return SlackAppNotifier(
        entry.id, token, entry.channel, entry.timeout, api_url=entry.api_url, allow_private=entry.allow_private
    )


@_build.register
def _(entry: plan.MailNotifier, around: _Around) -> Notifier:
    password = around.secret(entry, "password_env", entry.password_env) or None
    server = MailServer(entry.host, entry.port, entry.security, entry.user, password)
    return MailNotifier(entry.id, server, entry.sender, entry.to, entry.timeout)


@_build.register
def _(entry: plan.AlertmanagerNotifier, around: _Around) -> Notifier:
    token = around.secret(entry, "token_env", entry.token_env) or None
    return AlertmanagerNotifier(
        entry.id, entry.url, token, dict(entry.labels), entry.timeout, allow_private=entry.allow_private
    )


@_build.register
def _(entry: plan.AppriseNotifier, around: _Around) -> Notifier:
    # Apprise takes half a second to import: only who uses it waits.
    from tocsin.notifiers.apprise import AppriseNotifier

    url = around.secret(entry, "url_env", entry.url_env)
    return AppriseNotifier(entry.id, url, entry.timeout, allow_private=entry.allow_private)
