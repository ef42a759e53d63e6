"""Reads the section `rotations`."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import time
from typing import Any, Final, cast

from tocsin.response.notifier_plan import read_time_zone
from tocsin.response.on_call import HANDOVERS, WEEKDAYS, Handover, Override, Rotation
from tocsin.response.plan.references import reference, references
from tocsin.strict_yaml import Value

#: The keys of a rotation and of its overrides; each is explained in docs/configuration.md (tested).
ROTATION_KEYS: Final = (
    "name", "people", "handover", "weekday", "at", "time_zone", "starts_on", "hours", "days", "overrides",
)  # fmt: skip
OVERRIDE_KEYS: Final = ("person", "from", "until", "reason")

_CLOCK: Final = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_HOURS: Final = re.compile(rf"({_CLOCK}) ?[-–] ?({_CLOCK})")


def parse_rotation(rotation_id: str, value: Value, people: Collection[str]) -> Rotation:
    """Read one entry.

    Raises:
        ConfigurationError: anything that is not understood, with file, line and what to do.
    """
    fields = value.fields(ROTATION_KEYS, required=("people", "time_zone", "starts_on"))
    handover = cast(Handover, fields["handover"].choice(HANDOVERS) if "handover" in fields else "weekly")
    if handover == "daily" and "weekday" in fields:
        raise fields["weekday"].refuse(
            f"{fields['weekday'].label} means nothing when people hand over daily", "remove it, or `handover: weekly`"
        )
    optional: dict[str, Any] = {}
    if "at" in fields:
        optional["handover_at"] = fields["at"].wall_time()
    if "weekday" in fields:
        optional["weekday"] = _weekday(fields["weekday"])
    if "hours" in fields:
        optional["hours"] = _hours(fields["hours"])
    if "days" in fields:
        optional["days"] = _days(fields["days"])
    if "overrides" in fields:
        optional["overrides"] = tuple(_override(item, people) for item in fields["overrides"].items())
    return Rotation(
        id=rotation_id,
        name=fields["name"].text() if "name" in fields else rotation_id,
        people=references(fields["people"], "person", people),
        time_zone=read_time_zone(fields["time_zone"]),
        starts_on=fields["starts_on"].day(),
        handover=handover,
        **optional,
    )


def _weekday(value: Value) -> int:
    return WEEKDAYS.index(value.choice(WEEKDAYS))


def _days(value: Value) -> tuple[int, ...]:
    days = tuple(sorted({_weekday(item) for item in value.items()}))
    if not days:
        raise value.refuse(f"{value.label} is empty", "name at least one, or remove the key for every day")
    return days


def _hours(value: Value) -> tuple[time, time]:
    written = value.text()
    found = _HOURS.fullmatch(written)
    if found is None:
        raise value.refuse(f'{value.label} are no hours: "{written}"', 'write them as "09:00-18:00"')
    opens, closes = time.fromisoformat(found[1]), time.fromisoformat(found[2])
    if opens == closes:
        raise value.refuse(f"{value.label} end when they begin", "remove the key when somebody is on duty all day")
    return opens, closes


def _override(value: Value, people: Collection[str]) -> Override:
    fields = value.fields(OVERRIDE_KEYS, required=("person", "from", "until"))
    starts_at, until = fields["from"].instant(), fields["until"].instant()
    if until <= starts_at:
        raise fields["until"].refuse(
            f"{value.label} ends before it starts: {until.isoformat()}", f"name a time after {starts_at.isoformat()}"
        )
    return Override(
        person=reference(fields["person"], "person", people),
        starts_at=starts_at,
        until=until,
        reason=fields["reason"].text() if "reason" in fields else "",
    )
