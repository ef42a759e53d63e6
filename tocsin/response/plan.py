"""Who is told, how and about what, as `response.yaml` says it (docs/configuration.md).

Pure: `parse_plan` takes text; `tocsin.configuration` reads the file.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast
from urllib.parse import urlsplit

from schemas.crisis import SEVERITIES, Severity
from tocsin.strict_yaml import Value, read_yaml, suggest

#: The keys of response.yaml and of its parts; each is explained in docs/configuration.md (tested).
PLAN_KEYS: Final = ("people", "teams", "notifiers", "policies", "silences")
PERSON_KEYS: Final = ("name", "email", "phone")
TEAM_KEYS: Final = ("name", "members")
_NOTIFIER_KEYS: Final = ("kind", "only_from", "hears_exercises")
NOTIFIER_KEYS: Final = {
    "log": _NOTIFIER_KEYS,
    "webhook": (*_NOTIFIER_KEYS, "url", "secret_env", "timeout_s", "max_attempts"),
}
POLICY_KEYS: Final = ("brands", "notifiers")
SILENCE_KEYS: Final = ("brand", "topic", "until", "by", "reason")

_VARIABLE: Final = re.compile("[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who can be told, or who decides."""

    id: str
    name: str
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """People who answer for something together. `members` are ids of people."""

    id: str
    name: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogNotifier:
    """Writes each escalation event to the notifier's log."""

    id: str
    only_from: Severity = "watch"
    hears_exercises: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookNotifier:
    """Posts each escalation event as JSON, signed when there is a secret.

    Attributes:
        secret_env: the environment variable that holds the signing secret; None: unsigned.
        timeout: of one attempt.
        max_attempts: after these the delivery counts as failed.
    """

    id: str
    url: str
    secret_env: str | None = None
    timeout: timedelta = timedelta(seconds=10)
    max_attempts: int = 12
    only_from: Severity = "elevated"
    hears_exercises: bool = False


Notifier = LogNotifier | WebhookNotifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Which notifiers hear of which brands; `brands` empty: all of them."""

    id: str
    brands: tuple[str, ...]
    notifiers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A brand, or one topic of it, muted by a person for a time. `topic` None: the whole brand."""

    brand: str
    topic: str | None
    until: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The whole of response.yaml. Without policies every notifier hears of every brand."""

    people: tuple[Person, ...] = ()
    teams: tuple[Team, ...] = ()
    notifiers: tuple[Notifier, ...] = ()
    policies: tuple[Policy, ...] = ()
    silences: tuple[Silence, ...] = ()


def parse_plan(text: str, file: str = "response.yaml", brands: Collection[str] | None = None) -> Plan:
    """Read a response plan.

    Args:
        file: its name, for messages.
        brands: ids of the watchlist's brands, if policies and silences are to be held to them.

    Raises:
        ConfigurationError: anything that is not understood, with file, line and what to do.
    """
    fields = read_yaml(text, file).fields(PLAN_KEYS)
    people = [_person(key, value) for key, value in _entries(fields, "people")]
    known_people = [person.id for person in people]
    notifiers = [_notifier(key, value) for key, value in _entries(fields, "notifiers")]
    known_notifiers = [notifier.id for notifier in notifiers]
    silences = fields["silences"].items() if "silences" in fields else []
    return Plan(
        people=tuple(people),
        teams=tuple(_team(key, value, known_people) for key, value in _entries(fields, "teams")),
        notifiers=tuple(notifiers),
        policies=tuple(_policy(key, value, known_notifiers, brands) for key, value in _entries(fields, "policies")),
        silences=tuple(_silence(item, known_people, brands) for item in silences),
    )


def _entries(fields: dict[str, Value], key: str) -> list[tuple[str, Value]]:
    """Id and body of each entry of a section."""
    what = {"people": "person", "policies": "policy"}.get(key, key.removesuffix("s"))
    entries = fields[key].entries() if key in fields else ()
    return [(name.named(f"{what} id").identifier(), value.named(f'{what} "{name.text()}"')) for name, value in entries]


def _person(person_id: str, value: Value) -> Person:
    fields = value.fields(PERSON_KEYS, required=("name",))
    return Person(
        id=person_id,
        name=fields["name"].text(),
        email=fields["email"].text() if "email" in fields else None,
        phone=fields["phone"].text() if "phone" in fields else None,
    )


def _team(team_id: str, value: Value, people: Collection[str]) -> Team:
    fields = value.fields(TEAM_KEYS, required=("members",))
    return Team(
        id=team_id,
        name=fields["name"].text() if "name" in fields else team_id,
        members=_references(fields["members"], "person", people),
    )


def _notifier(notifier_id: str, value: Value) -> Notifier:
    every_key = {key for keys in NOTIFIER_KEYS.values() for key in keys}
    kind = value.fields(every_key, required=("kind",))["kind"].choice(NOTIFIER_KEYS)
    fields = value.named(f"{value.label} of kind {kind}").fields(NOTIFIER_KEYS[kind])
    is_log = kind == "log"
    only_from = fields["only_from"].choice(SEVERITIES) if "only_from" in fields else "watch" if is_log else "elevated"
    hears_exercises = fields["hears_exercises"].yes_or_no() if "hears_exercises" in fields else is_log
    if is_log:
        return LogNotifier(id=notifier_id, only_from=cast(Severity, only_from), hears_exercises=hears_exercises)
    if "url" not in fields:
        raise value.refuse(f'{value.label} has no "url"', "add `url: https://…`")
    defaults = WebhookNotifier(id=notifier_id, url=_url(fields["url"]))
    return WebhookNotifier(
        id=notifier_id,
        url=defaults.url,
        secret_env=_variable(fields["secret_env"]) if "secret_env" in fields else None,
        timeout=fields["timeout_s"].seconds(0.1, 120) if "timeout_s" in fields else defaults.timeout,
        max_attempts=fields["max_attempts"].whole_number(1, 1000)
        if "max_attempts" in fields
        else defaults.max_attempts,
        only_from=cast(Severity, only_from),
        hears_exercises=hears_exercises,
    )


def _url(value: Value) -> str:
    url = value.text()
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise value.refuse(f'{value.label} is no web address: "{url}"', "write it whole: https://example.org/hook")
    if parts.password:
        raise value.refuse(f"{value.label} holds a password", "keep secrets out of files: use `secret_env`")
    return url


def _variable(value: Value) -> str:
    variable = value.text()
    if not _VARIABLE.fullmatch(variable):
        raise value.refuse(
            f"{value.label} should be the name of an environment variable",
            "put the secret there, and its name here: HOOK_SECRET",
        )
    return variable


def _policy(policy_id: str, value: Value, notifiers: Collection[str], brands: Collection[str] | None) -> Policy:
    fields = value.fields(POLICY_KEYS, required=("notifiers",))
    return Policy(
        id=policy_id,
        brands=_references(fields["brands"], "brand", brands) if "brands" in fields else (),
        notifiers=_references(fields["notifiers"], "notifier", notifiers),
    )


def _silence(item: Value, people: Collection[str], brands: Collection[str] | None) -> Silence:
    fields = item.fields(SILENCE_KEYS, required=("brand", "until", "by", "reason"))
    return Silence(
        brand=_reference(fields["brand"], "brand", brands),
        topic=fields["topic"].identifier() if "topic" in fields else None,
        until=fields["until"].instant(),
        by=_reference(fields["by"], "person", people),
        reason=fields["reason"].text(),
    )


def _references(value: Value, what: str, known: Collection[str] | None) -> tuple[str, ...]:
    items = value.items()
    if not items:
        raise value.refuse(f"{value.label} is empty", "name at least one, or remove the key")
    return tuple(_reference(item, what, known) for item in items)


def _reference(value: Value, what: str, known: Collection[str] | None) -> str:
    name = value.identifier()
    if known is not None and name not in known:
        raise value.refuse(f'there is no {what} "{name}"', suggest(name, known) if known else f"add the {what} first")
    return name
