"""Reads response.yaml: every reference is held to what it names, and what is not understood is refused."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final, cast

from schemas.crisis import SEVERITIES, Severity
from tocsin.response.notifier_plan import parse_notifier, read_time_zone
from tocsin.response.on_call import Rotation
from tocsin.response.plan.escalations import Roster, demand_use, parse_escalation
from tocsin.response.plan.records import EscalationPolicy, MaintenanceWindow, Person, Plan, Policy, Silence, Team
from tocsin.response.plan.references import end, entries, items, reference, references
from tocsin.response.plan.rotations import parse_rotation
from tocsin.response.replies.policy import LANGUAGES, Language, parse_communication
from tocsin.strict_yaml import Value, read_yaml

#: The keys of response.yaml and of its parts; each is explained in docs/configuration.md (tested).
PLAN_KEYS: Final = (
    "people", "teams", "rotations", "notifiers", "policies", "escalations", "silences", "maintenance", "communication",
    "playbooks",
)  # fmt: skip
PERSON_KEYS: Final = ("name", "email", "phone", "language", "time_zone", "notifiers")
TEAM_KEYS: Final = ("name", "members")
POLICY_KEYS: Final = ("brands", "notifiers")
SILENCE_KEYS: Final = ("brand", "topic", "until", "by", "reason")
MAINTENANCE_KEYS: Final = ("brand", "topic", "from", "until", "by", "reason", "mutes_up_to")


def parse_plan(
    text: str, file: str = "response.yaml", brands: Collection[str] | None = None, now: datetime | None = None
) -> Plan:
    """Read a response plan.

    Args:
        file: its name, for messages.
        brands: ids of the watchlist's brands, if the plan is to be held to them.
        now: silences and maintenance that have ended by then are refused; None: they are taken.

    Raises:
        ConfigurationError: anything that is not understood, with file, line and what to do.
    """
    fields = read_yaml(text, file).fields(PLAN_KEYS)
    notifiers = tuple(parse_notifier(key, value) for key, value in entries(fields, "notifiers"))
    ways = [notifier.id for notifier in notifiers]
    people = {key: (_person(key, value, ways), value) for key, value in entries(fields, "people")}
    teams = {key: _team(key, value, people) for key, value in entries(fields, "teams")}
    rotations = _rotations(fields, people, teams)
    escalations = _escalations(fields, Roster(people, teams, rotations), brands, now)
    return Plan(
        people=tuple(person for person, _ in people.values()),
        teams=tuple(teams.values()),
        rotations=tuple(rotations.values()),
        notifiers=notifiers,
        policies=tuple(_policy(key, value, ways, brands) for key, value in entries(fields, "policies")),
        escalations=escalations,
        silences=tuple(_silence(item, people, brands, now) for item in items(fields, "silences", "silence")),
        maintenance=tuple(
            _maintenance(item, people, brands, now) for item in items(fields, "maintenance", "maintenance window")
        ),
        communication=parse_communication(fields["communication"], [*people, *teams])
        if "communication" in fields
        else None,
        playbooks=fields["playbooks"].text() if "playbooks" in fields else None,
    )


def _person(person_id: str, value: Value, notifiers: Collection[str]) -> Person:
    fields = value.fields(PERSON_KEYS, required=("name",))
    optional: dict[str, Any] = {key: fields[key].text() for key in ("email", "phone") if key in fields}
    if "language" in fields:
        optional["language"] = cast(Language, fields["language"].choice(LANGUAGES))
    if "time_zone" in fields:
        optional["time_zone"] = read_time_zone(fields["time_zone"])
    if "notifiers" in fields:
        optional["notifiers"] = tuple(dict.fromkeys(references(fields["notifiers"], "notifier", notifiers)))
    return Person(id=person_id, name=fields["name"].text(), **optional)


def _team(team_id: str, value: Value, people: Collection[str]) -> Team:
    if team_id in people:
        raise value.refuse(f'"{team_id}" is a person and a team', "rename one: an escalation names both alike")
    fields = value.fields(TEAM_KEYS, required=("members",))
    return Team(
        id=team_id,
        name=fields["name"].text() if "name" in fields else team_id,
        members=references(fields["members"], "person", people),
    )


def _rotations(fields: dict[str, Value], people: Collection[str], teams: Collection[str]) -> dict[str, Rotation]:
    rotations = {}
    for key, value in entries(fields, "rotations"):
        if key in people or key in teams:
            other = "a person" if key in people else "a team"
            raise value.refuse(f'"{key}" is {other} and a rotation', "rename one: an escalation names both alike")
        rotations[key] = parse_rotation(key, value, people)
    return rotations


def _escalations(
    fields: dict[str, Value], roster: Roster, brands: Collection[str] | None, now: datetime | None
) -> tuple[EscalationPolicy, ...]:
    found = {
        key: (parse_escalation(key, value, roster, brands, now), value) for key, value in entries(fields, "escalations")
    }
    demand_use(found)
    return tuple(policy for policy, _ in found.values())


def _policy(policy_id: str, value: Value, notifiers: Collection[str], brands: Collection[str] | None) -> Policy:
    fields = value.fields(POLICY_KEYS, required=("notifiers",))
    return Policy(
        id=policy_id,
        brands=references(fields["brands"], "brand", brands) if "brands" in fields else (),
        notifiers=references(fields["notifiers"], "notifier", notifiers),
    )


def _silence(item: Value, people: Collection[str], brands: Collection[str] | None, now: datetime | None) -> Silence:
    fields = item.fields(SILENCE_KEYS, required=("brand", "until", "by", "reason"))
    return Silence(
        brand=reference(fields["brand"], "brand", brands),
        topic=fields["topic"].identifier() if "topic" in fields else None,
        until=end(fields["until"], now),
        by=reference(fields["by"], "person", people),
        reason=fields["reason"].text(),
    )


def _maintenance(
    item: Value, people: Collection[str], brands: Collection[str] | None, now: datetime | None
) -> MaintenanceWindow:
    fields = item.fields(MAINTENANCE_KEYS, required=("brand", "from", "until", "by", "reason"))
    starts_at, until = fields["from"].instant(), end(fields["until"], now)
    if until <= starts_at:
        raise fields["until"].refuse(
            f"{item.label} ends before it starts: {until.isoformat()}", f"name a time after {starts_at.isoformat()}"
        )
    mutes_up_to = fields["mutes_up_to"].choice(SEVERITIES[1:]) if "mutes_up_to" in fields else "elevated"
    return MaintenanceWindow(
        brand=reference(fields["brand"], "brand", brands),
        topic=fields["topic"].identifier() if "topic" in fields else None,
        starts_at=starts_at,
        until=until,
        by=reference(fields["by"], "person", people),
        reason=fields["reason"].text(),
        mutes_up_to=cast(Severity, mutes_up_to),
    )
