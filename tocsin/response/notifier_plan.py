"""The notifiers of response.yaml: which kinds there are, what each is told, and how strictly it is read.

Pure. `tocsin.response.plan` reads the section `notifiers` with `parse_notifier`; `tocsin.notifiers.build` makes of each
entry what it describes. The keys are explained in docs/configuration.md (tested), the kinds in docs/notifiers.md.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from schemas.crisis import SEVERITIES, Severity
from tocsin.response.replies.policy import LANGUAGES, Language
from tocsin.strict_yaml import Value

_EVERY: Final = ("kind", "only_from", "hears_exercises")
_REMOTE: Final = (*_EVERY, "language", "time_zone", "timeout_s", "max_attempts")
#: The keys of each kind of notifier.
NOTIFIER_KEYS: Final = {
    "log": _EVERY,
    "webhook": (*_REMOTE, "url", "secret_env", "allow_private"),
    "slack": (*_REMOTE, "url_env", "token_env", "channel", "api_url", "allow_private"),
    "mail": (*_REMOTE, "host", "port", "security", "user", "password_env", "from", "to"),
    "alertmanager": (*_REMOTE, "url", "token_env", "labels", "allow_private"),
    "apprise": (*_REMOTE, "url_env", "allow_private"),
}
Security = Literal["starttls", "tls", "none"]
#: The port that is usual for each kind of encryption of mail (RFC 6409, RFC 8314).
MAIL_PORTS: Final[dict[Security, int]] = {"starttls": 587, "tls": 465, "none": 25}
#: What stands for the address of the person who is told.
RECIPIENT: Final = "{email}"

_VARIABLE: Final = re.compile("[A-Za-z_][A-Za-z0-9_]*")
_LABEL: Final = re.compile("[a-zA-Z_][a-zA-Z0-9_]*")
_ADDRESS: Final = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+")
_FROM: Final = re.compile(rf"{_ADDRESS.pattern}|[^<>\r\n]*<{_ADDRESS.pattern}>")
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogNotifier:
    """Writes each escalation event to the notifier's log."""

    id: str
    only_from: Severity = "watch"
    hears_exercises: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteNotifier:
    """What all kinds share that reach somebody over the network.

    Attributes:
        language, time_zone: of the readers; a person who is told has their own.
        timeout: of one attempt.
        max_attempts: after these the delivery counts as failed.
    """

    id: str
    only_from: Severity = "elevated"
    hears_exercises: bool = False
    language: Language = "en"
    time_zone: str = "UTC"
    timeout: timedelta = timedelta(seconds=10)
    max_attempts: int = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookNotifier(RemoteNotifier):
    """Posts each escalation event as JSON, signed when there is a secret.

    Attributes:
        secret_env: the environment variable that holds the signing secret; None: unsigned.
        allow_private: its address may be one of this computer or of a private network.
    """

    url: str
    secret_env: str | None = None
    allow_private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackNotifier(RemoteNotifier):
    """Writes to a Slack channel: through an incoming webhook, or as an app, which keeps one message a crisis current.

    Attributes:
        url_env: the environment variable that holds the incoming webhook's address; None: an app's token is used.
        token_env: the one that holds the app's token (scope `chat:write`).
        channel: its id; with a token only.
        api_url: base of Slack's methods.
    """

    url_env: str | None = None
    token_env: str | None = None
    channel: str = ""
    api_url: str = "https://slack.com/api"
    allow_private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MailNotifier(RemoteNotifier):
    """Sends mail through a server (SMTP).

    Attributes:
        security: starttls and tls refuse to speak in clear; none is for a relay on this computer.
        user, password_env: to log in with; both or neither.
        sender: the address in `From`, with or without a name.
        to: addresses; `{email}` is that of the person who is told.
    """

    timeout: timedelta = timedelta(seconds=20)
    host: str
    port: int
    security: Security = "starttls"
    user: str | None = None
    password_env: str | None = None
    sender: str
    to: tuple[str, ...] = (RECIPIENT,)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertmanagerNotifier(RemoteNotifier):
    """Keeps one alert a crisis firing in an Alertmanager until the crisis is resolved.

    Attributes:
        url: its address, without `/api/v2`.
        token_env: the environment variable that holds a bearer token; None: none is sent.
        labels: added to every alert, for its routes.
    """

    url: str
    token_env: str | None = None
    labels: tuple[tuple[str, str], ...] = ()
    allow_private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AppriseNotifier(RemoteNotifier):
    """Tells any service that Apprise knows.

    Attributes:
        url_env: the environment variable that holds the service's Apprise URL; `{email}` and `{phone}` in it are the
            person's who is told.
    """

    timeout: timedelta = timedelta(seconds=20)
    url_env: str
    allow_private: bool = False


Notifier = LogNotifier | WebhookNotifier | SlackNotifier | MailNotifier | AlertmanagerNotifier | AppriseNotifier


def parse_notifier(notifier_id: str, value: Value) -> Notifier:
    """Read one entry of `notifiers`.

    Raises:
        ConfigurationError: anything that is not understood, with file, line and what to do.
    """
    every_key = {key for keys in NOTIFIER_KEYS.values() for key in keys}
    kind = value.fields(every_key, required=("kind",))["kind"].choice(NOTIFIER_KEYS)
    entry = value.named(f"{value.label} of kind {kind}")
    fields = entry.fields(NOTIFIER_KEYS[kind])
    read: dict[str, Any] = {"id": notifier_id}
    if "only_from" in fields:
        read["only_from"] = cast(Severity, fields["only_from"].choice(SEVERITIES))
    if "hears_exercises" in fields:
        read["hears_exercises"] = fields["hears_exercises"].yes_or_no()
    if kind == "log":
        return LogNotifier(**read)
    if "language" in fields:
        read["language"] = cast(Language, fields["language"].choice(LANGUAGES))
    if "time_zone" in fields:
        read["time_zone"] = read_time_zone(fields["time_zone"])
    if "timeout_s" in fields:
        read["timeout"] = fields["timeout_s"].seconds(0.1, 120)
    if "max_attempts" in fields:
        read["max_attempts"] = fields["max_attempts"].whole_number(1, 1000)
    if "allow_private" in fields:
        read["allow_private"] = fields["allow_private"].yes_or_no()
    return _KINDS[kind](value, fields, read)


def secret_variables(notifier: Notifier) -> dict[str, str]:
    """Which keys of an entry name environment variables that have to be set, and which those are."""
    keys = ("secret_env", "url_env", "token_env", "password_env")
    return {key: variable for key in keys if (variable := getattr(notifier, key, None))}


def read_variable(value: Value) -> str:
    """The name of an environment variable that holds a secret."""
    variable = value.text()
    if not _VARIABLE.fullmatch(variable):
        raise value.refuse(
            f"{value.label} should be the name of an environment variable",
            "put the secret there, and its name here: HOOK_SECRET",
        )
    return variable


def read_time_zone(value: Value) -> str:
    """The name of a time zone, as the time zone database has it."""
    name = value.text()
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name is that of a folder
        raise value.refuse(f'{value.label} is no time zone: "{name}"', "for example Europe/Madrid") from None
    return name


def read_web_address(value: Value, *, allow_private: bool) -> str:
    """An http or https address without a password.

    Args:
        allow_private: it may lie on this computer or in a private network. Only what is written literally is refused
            here; what a name means is known when something is sent (`tocsin.notifiers.guard`).
    """
    url = value.text()
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise value.refuse(
            f'{value.label} is no web address: "{url}"', "write it whole: https://example.org/hook"
        ) from None
    if parts.scheme not in ("http", "https") or not host:
        raise value.refuse(f'{value.label} is no web address: "{url}"', "write it whole: https://example.org/hook")
    if parts.password:
        raise value.refuse(f"{value.label} holds a password", "keep secrets out of files: use `secret_env`")
    if is_private_host(host) and not allow_private:
        raise value.refuse(
            f'{value.label} lies on this computer or in a private network: "{host}"',
            "add `allow_private: true` beside it if that is meant",
        )
    return url


def is_private_host(host: str) -> bool:
    """Whether a host, as it is written in an address, is this computer or one in a private network.

    A name that has to be looked up is not: what it means is known when something is sent.
    """
    host = host.lower().rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return not is_public_address(host)
    except ValueError:
        return False


def is_public_address(address: str) -> bool:
    """Whether an IP address is one of the public internet; an IPv4 address inside an IPv6 one counts as itself.

    Raises:
        ValueError: it is no IP address.
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        if found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public_address(str(inner))
    return found.is_global and not found.is_multicast


# -- kinds ---------------------------------------------------------------------------------------------------------


def _webhook(value: Value, fields: dict[str, Value], read: dict[str, Any]) -> Notifier:
    if "secret_env" in fields:
        read["secret_env"] = read_variable(fields["secret_env"])
    return WebhookNotifier(url=_url(value, fields, read), **read)


def _slack(value: Value, fields: dict[str, Value], read: dict[str, Any]) -> Notifier:
    if ("url_env" in fields) == ("token_env" in fields):
        raise value.refuse(
            f'{value.label} needs either "url_env" or "token_env"',
            "url_env names the variable with the address of an incoming webhook, token_env that of an app's token",
        )
    for key in ("url_env", "token_env"):
        if key in fields:
            read[key] = read_variable(fields[key])
    if "url_env" in fields:
        for key in ("channel", "api_url"):
            if key in fields:
                raise fields[key].refuse(
                    f"{fields[key].label} means nothing to an incoming webhook", "remove it, or use `token_env`"
                )
        return SlackNotifier(**read)
    if "channel" not in fields:
        raise value.refuse(f'{value.label} has no "channel"', "add `channel: C0123456789`, the channel's id")
    read["channel"] = fields["channel"].text()
    if "api_url" in fields:
        read["api_url"] = _address(fields["api_url"], read).rstrip("/")
    return SlackNotifier(**read)


def _mail(value: Value, fields: dict[str, Value], read: dict[str, Any]) -> Notifier:
    for key in ("host", "from"):
        if key not in fields:
            raise value.refuse(f'{value.label} has no "{key}"', f"add `{key}: …`")
    security = cast(Security, fields["security"].choice(MAIL_PORTS) if "security" in fields else "starttls")
    if ("user" in fields) != ("password_env" in fields):
        raise value.refuse(f'{value.label} needs both "user" and "password_env", or neither', "add the other one")
    if "user" in fields:
        read |= {"user": fields["user"].text(), "password_env": read_variable(fields["password_env"])}
        if security == "none":
            raise fields["user"].refuse(
                f"{value.label} would send its password in clear", "use `security: starttls` or `security: tls`"
            )
    if "to" in fields:
        read["to"] = tuple(_mail_address(item) for item in fields["to"].items())
        if not read["to"]:
            raise fields["to"].refuse(f"{fields['to'].label} is empty", "name an address, or remove the key")
    return MailNotifier(
        host=fields["host"].text(),
        port=fields["port"].whole_number(1, 65535) if "port" in fields else MAIL_PORTS[security],
        security=security,
        sender=_sender(fields["from"]),
        **read,
    )


def _alertmanager(value: Value, fields: dict[str, Value], read: dict[str, Any]) -> Notifier:
    if "token_env" in fields:
        read["token_env"] = read_variable(fields["token_env"])
    if "labels" in fields:
        read["labels"] = tuple((_label(name), text.text()) for name, text in fields["labels"].entries())
    return AlertmanagerNotifier(url=_url(value, fields, read).rstrip("/"), **read)


def _apprise(value: Value, fields: dict[str, Value], read: dict[str, Any]) -> Notifier:
    if "url_env" not in fields:
        raise value.refuse(
            f'{value.label} has no "url_env"', "add `url_env: …`, the variable that holds the service's Apprise URL"
        )
    return AppriseNotifier(url_env=read_variable(fields["url_env"]), **read)


_KINDS: Final[dict[str, Callable[[Value, dict[str, Value], dict[str, Any]], Notifier]]] = {
    "webhook": _webhook,
    "slack": _slack,
    "mail": _mail,
    "alertmanager": _alertmanager,
    "apprise": _apprise,
}


def _url(value: Value, fields: dict[str, Value], read: dict[str, Any]) -> str:
    if "url" not in fields:
        raise value.refuse(f'{value.label} has no "url"', "add `url: https://…`")
    return _address(fields["url"], read)


def _address(value: Value, read: dict[str, Any]) -> str:
    return read_web_address(value, allow_private=read.get("allow_private", False))


def _mail_address(value: Value) -> str:
    address = value.text()
    if address != RECIPIENT and not _ADDRESS.fullmatch(address):
        raise value.refuse(
            f'{value.label} is no mail address: "{address}"',
            'for example ana@example.org, or "{email}" for the address of the person who is told',
        )
    return address


def _sender(value: Value) -> str:
    sender = value.text()
    if not _FROM.fullmatch(sender):
        raise value.refuse(f'{value.label} is no mail address: "{sender}"', "for example Tocsin <tocsin@example.org>")
    return sender


def _label(value: Value) -> str:
    name = value.text()
    if not _LABEL.fullmatch(name):
        raise value.refuse(
            f'"{name}" cannot be the name of a label', "it is made of letters, digits and _, and begins with no digit"
        )
    return name
