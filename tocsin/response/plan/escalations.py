"""Reads the section `escalations`, and refuses a policy that would leave a crisis unheard at some hour."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final, cast

from schemas.crisis import SEVERITIES, Severity
from tocsin.response.on_call import Rotation, find_gap, tell
from tocsin.response.plan.records import EscalationPolicy, EscalationStep, Person, Stakeholders, Team
from tocsin.response.plan.references import reference, references
from tocsin.strict_yaml import Value

#: The keys of an escalation and of its parts; each is explained in docs/configuration.md (tested).
ESCALATION_KEYS: Final = (
    "brands", "only_from", "steps", "repeats", "repeat_after", "acknowledgement_lifetime", "group_for", "update_every",
    "stakeholders",
)  # fmt: skip
STEP_KEYS: Final = ("targets", "delay")
STAKEHOLDER_KEYS: Final = ("targets", "every", "only_from")

_MOST_REPEATS: Final = 5
_NONE, _MINUTE, _WEEK = timedelta(0), timedelta(minutes=1), timedelta(days=7)
#: The least and the longest of each duration.
_DURATIONS: Final = {
    "repeat_after": (_MINUTE, _WEEK),
    "acknowledgement_lifetime": (_MINUTE, _WEEK),
    "group_for": (_NONE, 10 * _MINUTE),
    "update_every": (_MINUTE, timedelta(days=1)),
}
#: What is only watched pages nobody.
_ALARMS: Final = SEVERITIES[1:]


@dataclass(frozen=True, slots=True)
class Roster:
    """Everybody who can be named as a target, by id; people with the place where they stand in the file."""

    people: Mapping[str, tuple[Person, Value]]
    teams: Mapping[str, Team]
    rotations: Mapping[str, Rotation]

    def names(self) -> list[str]:
        """All ids that a target may have."""
        return [*self.people, *self.teams, *self.rotations]

    def people_behind(self, target: str) -> Iterator[tuple[str, str]]:
        """Ids of all who are told sooner or later when a target is, and how they come into it."""
        if target in self.people:
            yield target, ""
        elif target in self.teams:
            yield from ((member, f', by the team "{target}"') for member in self.teams[target].members)
        else:
            rotation = self.rotations[target]
            people = (*rotation.people, *(override.person for override in rotation.overrides))
            yield from ((person, f', by the rotation "{target}"') for person in people)


def parse_escalation(
    policy_id: str, value: Value, roster: Roster, brands: Collection[str] | None, now: datetime | None
) -> EscalationPolicy:
    """Read one entry.

    Args:
        now: from when on gaps are looked for; None: from the day that the latest rotation starts on.

    Raises:
        ConfigurationError: anything that is not understood, a step without anyone, somebody without a notifier, hours
            that nobody covers, with file, line and what to do.
    """
    fields = value.fields(ESCALATION_KEYS, required=("steps",))
    durations = {key: fields[key].duration(*_DURATIONS[key]) for key in _DURATIONS if key in fields}
    optional: dict[str, Any] = {**durations}
    if "brands" in fields:
        optional["brands"] = references(fields["brands"], "brand", brands)
    if "only_from" in fields:
        optional["only_from"] = cast(Severity, fields["only_from"].choice(_ALARMS))
    if "repeats" in fields:
        optional["repeats"] = fields["repeats"].whole_number(0, _MOST_REPEATS)
    if "stakeholders" in fields:
        optional["stakeholders"] = _stakeholders(fields["stakeholders"], roster)
    policy = EscalationPolicy(id=policy_id, steps=_steps(fields["steps"], policy_id, roster), **optional)
    _demand_notifiers(policy, roster)
    _demand_somebody_at_all_times(policy, fields["steps"], roster, now)
    return policy


def demand_use(policies: Mapping[str, tuple[EscalationPolicy, Value]]) -> None:
    """Refuse a policy that another one hides: of two for the same brand and severity one is never looked at."""
    seen: dict[tuple[str, Severity], str] = {}
    for policy, value in policies.values():
        for brand in policy.brands or ("",):
            other = seen.setdefault((brand, policy.only_from), policy.id)
            if other != policy.id:
                of = f'brand "{brand}"' if brand else "every brand"
                raise value.refuse(
                    f'{value.label} would never page for {of}: "{other}" does from {policy.only_from} on',
                    "give one of them other `brands` or another `only_from`",
                )


def _steps(value: Value, policy_id: str, roster: Roster) -> tuple[EscalationStep, ...]:
    items = value.items()
    if not items:
        raise value.refuse(f'escalation "{policy_id}" has no step', "add `- {targets: […]}`: who is told first")
    return tuple(
        _step(item.named(f'step {place} of escalation "{policy_id}"'), roster) for place, item in enumerate(items, 1)
    )


def _step(value: Value, roster: Roster) -> EscalationStep:
    fields = value.fields(STEP_KEYS)
    return EscalationStep(
        targets=_targets(value, fields, roster),
        delay=fields["delay"].duration(_NONE, _WEEK) if "delay" in fields else _NONE,
    )


def _stakeholders(value: Value, roster: Roster) -> Stakeholders:
    fields = value.fields(STAKEHOLDER_KEYS)
    optional: dict[str, Any] = {}
    if "every" in fields:
        optional["every"] = fields["every"].duration(5 * _MINUTE, _WEEK)
    if "only_from" in fields:
        optional["only_from"] = cast(Severity, fields["only_from"].choice(_ALARMS))
    return Stakeholders(targets=_targets(value, fields, roster), **optional)


def _targets(value: Value, fields: Mapping[str, Value], roster: Roster) -> tuple[str, ...]:
    items = fields["targets"].items() if "targets" in fields else []
    if not items:
        raise fields.get("targets", value).refuse(
            f"{value.label} tells nobody", "name people, teams or rotations: `targets: […]`"
        )
    return tuple(dict.fromkeys(reference(item, "person, team or rotation", roster.names()) for item in items))


def _demand_notifiers(policy: EscalationPolicy, roster: Roster) -> None:
    told = [target for step in policy.steps for target in step.targets]
    told += policy.stakeholders.targets if policy.stakeholders else ()
    for target in told:
        for name, how in roster.people_behind(target):
            person, value = roster.people[name]
            if not person.notifiers:
                raise value.refuse(
                    f'person "{name}" is told by the escalation "{policy.id}"{how}, and cannot be reached',
                    "add `notifiers: […]`: the ways to reach this person, best first",
                )


def _demand_somebody_at_all_times(policy: EscalationPolicy, steps: Value, roster: Roster, now: datetime | None) -> None:
    targets = [target for step in policy.steps for target in step.targets]
    rotations = [roster.rotations[target] for target in targets if target in roster.rotations]
    if len(rotations) < len(targets):
        return  # A person or a team is there at all times.
    latest = max(rotation.starts_on for rotation in rotations)
    gap = find_gap(rotations, now or datetime.combine(latest, time(), UTC))
    if gap:
        zone = rotations[0].time_zone
        raise steps.refuse(
            f'escalation "{policy.id}" finds nobody from {tell(gap.starts_at, zone)} to {tell(gap.until, zone)}',
            "name a person or a team in one of its steps, or a rotation that covers these hours",
        )
