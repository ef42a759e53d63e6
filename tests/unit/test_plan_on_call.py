"""The parts of response.yaml that say who is paged: rotations, escalations, silences and maintenance."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path

import pytest

from tocsin.configuration import load_playbooks, load_response
from tocsin.errors import ConfigurationError
from tocsin.response.plan import (
    EscalationPolicy,
    EscalationStep,
    MaintenanceWindow,
    Override,
    Person,
    Rotation,
    Stakeholders,
    parse_plan,
)

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
PEOPLE = """\
people:
  ana: {name: Ana, notifiers: [hook]}
  ben: {name: Ben, notifiers: [hook]}
  cam: {name: Cam}
notifiers: {hook: {kind: webhook, url: "https://example.org"}}
teams: {social: {members: [ana, ben]}, mixed: {members: [ana, cam]}}
"""
#: The first line after PEOPLE.
NEXT = PEOPLE.count("\n") + 1
HEAD = "{time_zone: Europe/Madrid, starts_on: 2026-01-05, "


def rotation(rest: str) -> str:
    return f"rotations:\n  desk: {HEAD}{rest}}}\n"


def override(person: str, starts_at: str, until: str) -> str:
    return f"people: [ana], overrides: [{{person: {person}, from: {starts_at}, until: {until}}}]"


def escalation(rest: str) -> str:
    return f"escalations:\n  night: {{{rest}}}\n"


def test_every_key_of_rotations_escalations_and_maintenance_is_read() -> None:
    plan = parse_plan(
        """
people:
  ana: {name: Ana, language: es, time_zone: Europe/Madrid, notifiers: [hook, log]}
  ben: {name: Ben, notifiers: [log]}
notifiers: {hook: {kind: webhook, url: "https://example.org"}, log: {kind: log}}
rotations:
  desk:
    name: The desk
    people: [ana, ben]
    handover: weekly
    weekday: fri
    at: 10:30
    time_zone: Europe/Madrid
    starts_on: 2026-01-05
    hours: "22:00-06:00"
    days: [fri, mon]
    overrides: [{person: ben, from: 2026-03-01T09:00:00+01:00, until: 2026-03-02T09:00:00+01:00, reason: ill}]
escalations:
  night:
    brands: [acme]
    only_from: severe
    steps: [{targets: [desk]}, {targets: [ana, ben], delay: 90 s}]
    repeats: 5
    repeat_after: 2 h
    acknowledgement_lifetime: 45 min
    group_for: 10 s
    update_every: 10min
    stakeholders: {targets: [ben], every: 1 d, only_from: critical}
maintenance:
  - brand: acme
    topic: app
    from: 2026-03-01T00:00:00Z
    until: 2026-03-02T00:00:00Z
    by: ana
    reason: launch
    mutes_up_to: severe
playbooks: own
""",
        brands=["acme"],
    )
    assert plan.people[0] == Person(
        id="ana", name="Ana", language="es", time_zone="Europe/Madrid", notifiers=("hook", "log")
    )
    madrid = timezone(timedelta(hours=1))
    assert plan.rotations == (
        Rotation(
            id="desk",
            name="The desk",
            people=("ana", "ben"),
            handover="weekly",
            weekday=4,
            handover_at=time(10, 30),
            time_zone="Europe/Madrid",
            starts_on=date(2026, 1, 5),
            hours=(time(22), time(6)),
            days=(0, 4),
            overrides=(
                Override(
                    person="ben",
                    starts_at=datetime(2026, 3, 1, 9, tzinfo=madrid),
                    until=datetime(2026, 3, 2, 9, tzinfo=madrid),
                    reason="ill",
                ),
            ),
        ),
    )
    assert plan.escalations == (
        EscalationPolicy(
            id="night",
            brands=("acme",),
            only_from="severe",
            steps=(
                EscalationStep(targets=("desk",)),
                EscalationStep(targets=("ana", "ben"), delay=timedelta(seconds=90)),
            ),
            repeats=5,
            repeat_after=timedelta(hours=2),
            acknowledgement_lifetime=timedelta(minutes=45),
            group_for=timedelta(seconds=10),
            update_every=timedelta(minutes=10),
            stakeholders=Stakeholders(targets=("ben",), every=timedelta(days=1), only_from="critical"),
        ),
    )
    assert plan.maintenance == (
        MaintenanceWindow(
            brand="acme",
            topic="app",
            starts_at=datetime(2026, 3, 1, tzinfo=UTC),
            until=datetime(2026, 3, 2, tzinfo=UTC),
            by="ana",
            reason="launch",
            mutes_up_to="severe",
        ),
    )
    assert plan.playbooks == "own"


def test_what_is_left_out_has_its_default() -> None:
    plan = parse_plan(PEOPLE + rotation("people: [ana]") + escalation("steps: [{targets: [desk]}]"))
    assert plan.escalations == (EscalationPolicy(id="night", steps=(EscalationStep(targets=("desk",)),)),)
    (desk,) = plan.rotations
    assert (desk.name, desk.handover, desk.weekday, desk.handover_at) == ("desk", "weekly", 0, time(9))
    assert desk.is_always_on


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (rotation("people: [anna]"), '{1}: there is no person "anna"\n  → did you mean "ana"?'),
        (rotation("people: []"), '{1}: people of rotation "desk" is empty\n  → name at least one, or remove the key'),
        (
            "rotations: {desk: {people: [ana], starts_on: 2026-01-05}}\n",
            '{0}: rotation "desk" has no "time_zone"\n  → add `time_zone: …`',
        ),
        (
            rotation("people: [ana], hand_over: daily"),
            '{1}: unknown key "hand_over" in rotation "desk"\n  → did you mean "handover"?',
        ),
        (
            rotation("people: [ana], handover: daily, weekday: mon"),
            '{1}: weekday of rotation "desk" means nothing when people hand over daily\n'
            "  → remove it, or `handover: weekly`",
        ),
        (
            rotation("people: [ana], weekday: monday"),
            '{1}: weekday of rotation "desk" cannot be "monday"\n  → did you mean "mon"?',
        ),
        (
            rotation('people: [ana], at: "9:00"'),
            '{1}: at of rotation "desk" is no time of day: "9:00"\n  → write it as "09:00", from 00:00 to 23:59',
        ),
        (
            rotation("people: [ana], hours: 09:00-24:00"),
            '{1}: hours of rotation "desk" are no hours: "09:00-24:00"\n  → write them as "09:00-18:00"',
        ),
        (
            rotation("people: [ana], hours: 09:00-09:00"),
            '{1}: hours of rotation "desk" end when they begin\n  → remove the key when somebody is on duty all day',
        ),
        (
            rotation("people: [ana], days: []"),
            '{1}: days of rotation "desk" is empty\n  → name at least one, or remove the key for every day',
        ),
        (
            "rotations:\n  desk: {people: [ana], time_zone: Europe/Madird, starts_on: 2026-01-05}\n",
            '{1}: time_zone of rotation "desk" is no time zone: "Europe/Madird"\n  → for example Europe/Madrid',
        ),
        (
            "rotations:\n  desk: {people: [ana], time_zone: UTC, starts_on: 2026-02-30}\n",
            '{1}: starts_on of rotation "desk" is no date: "2026-02-30"\n  → for example 2026-03-01',
        ),
        (
            rotation(override("ben", "2026-03-02T00:00:00Z", "2026-03-01T00:00:00Z")),
            '{1}: item 1 of overrides of rotation "desk" ends before it starts: 2026-03-01T00:00:00+00:00\n'
            "  → name a time after 2026-03-02T00:00:00+00:00",
        ),
        (
            rotation(override("bne", "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z")),
            '{1}: there is no person "bne"\n  → did you mean "ben"?',
        ),
        (
            f"rotations:\n  social: {HEAD}people: [ana]}}\n",
            '{1}: "social" is a team and a rotation\n  → rename one: an escalation names both alike',
        ),
        (
            escalation("steps: [{targets: [bem]}]"),
            '{1}: there is no person, team or rotation "bem"\n  → did you mean "ben"?',
        ),
        (
            escalation("steps: []"),
            '{1}: escalation "night" has no step\n  → add `- {{targets: […]}}`: who is told first',
        ),
        (
            escalation("steps: [{targets: [ana]}, {delay: 5 min}]"),
            '{1}: step 2 of escalation "night" tells nobody\n  → name people, teams or rotations: `targets: […]`',
        ),
        (
            escalation("steps: [{targets: []}]"),
            '{1}: step 1 of escalation "night" tells nobody\n  → name people, teams or rotations: `targets: […]`',
        ),
        (
            escalation("steps: [{targets: [ana], delay: -5 min}]"),
            '{1}: delay of step 1 of escalation "night" should be from 0 s to 7 d, found -5 min',
        ),
        (
            escalation("steps: [{targets: [ana], delay: 5}]"),
            '{1}: delay of step 1 of escalation "night" is no duration: "5"\n'
            '  → write it as "30 s", "5 min", "4 h" or "7 d"',
        ),
        (
            escalation("steps: [{targets: [ana]}], repeats: 6"),
            '{1}: repeats of escalation "night" should be from 0 to 5, found 6',
        ),
        (
            escalation("steps: [{targets: [ana]}], repeat_after: 0 s"),
            '{1}: repeat_after of escalation "night" should be from 1 min to 7 d, found 0 s',
        ),
        (
            escalation("steps: [{targets: [ana]}], only_from: watch"),
            '{1}: only_from of escalation "night" cannot be "watch"\n  → known are: critical, elevated, severe',
        ),
        (
            escalation("steps: [{targets: [cam]}]"),
            '4: person "cam" is told by the escalation "night", and cannot be reached\n'
            "  → add `notifiers: […]`: the ways to reach this person, best first",
        ),
        (
            escalation("steps: [{targets: [mixed]}]"),
            '4: person "cam" is told by the escalation "night", by the team "mixed", and cannot be reached\n'
            "  → add `notifiers: […]`: the ways to reach this person, best first",
        ),
        (
            rotation("people: [ana, cam]") + escalation("steps: [{targets: [desk]}]"),
            '4: person "cam" is told by the escalation "night", by the rotation "desk", and cannot be reached\n'
            "  → add `notifiers: […]`: the ways to reach this person, best first",
        ),
        (
            escalation("steps: [{targets: [ana]}], stakeholders: {targets: [cam]}"),
            '4: person "cam" is told by the escalation "night", and cannot be reached\n'
            "  → add `notifiers: […]`: the ways to reach this person, best first",
        ),
        (
            escalation("steps: [{targets: [ana]}], stakeholders: {every: 30 min}"),
            '{1}: stakeholders of escalation "night" tells nobody\n  → name people, teams or rotations: `targets: […]`',
        ),
        (
            rotation("people: [ana], hours: 09:00-18:00, days: [mon, tue, wed, thu, fri]")
            + escalation("steps: [{targets: [desk]}]"),
            '{3}: escalation "night" finds nobody from 2026-03-04 18:00 (Europe/Madrid) '
            "to 2026-03-05 09:00 (Europe/Madrid)\n"
            "  → name a person or a team in one of its steps, or a rotation that covers these hours",
        ),
        (
            escalation("steps: [{targets: [ana]}]") + "  day: {steps: [{targets: [ben]}]}\n",
            '{2}: escalation "day" would never page for every brand: "night" does from elevated on\n'
            "  → give one of them other `brands` or another `only_from`",
        ),
        (
            "silences:\n- {brand: acme, until: 2026-03-04T12:00:00Z, by: ana, reason: x}\n",
            "{1}: until of silence 1 has passed: 2026-03-04T12:00:00+00:00\n"
            "  → remove the entry, or give it a later end",
        ),
        (
            "maintenance:\n"
            "- {brand: acme, from: 2026-03-01T00:00:00Z, until: 2026-03-02T00:00:00Z, by: ana, reason: x}\n",
            "{1}: until of maintenance window 1 has passed: 2026-03-02T00:00:00+00:00\n"
            "  → remove the entry, or give it a later end",
        ),
        (
            "maintenance:\n"
            "- {brand: acme, from: 2026-03-09T00:00:00Z, until: 2026-03-08T00:00:00Z, by: ana, reason: x}\n",
            "{1}: maintenance window 1 ends before it starts: 2026-03-08T00:00:00+00:00\n"
            "  → name a time after 2026-03-09T00:00:00+00:00",
        ),
        (
            "maintenance:\n"
            "- {brand: acme, from: 2026-03-09T00:00:00Z, until: 2026-03-10T00:00:00Z, by: ana, reason: x,\n"
            "   mutes_up_to: watch}\n",
            '{2}: mutes_up_to of maintenance window 1 cannot be "watch"\n  → known are: critical, elevated, severe',
        ),
    ],
)  # fmt: skip
def test_a_plan_that_would_fail_at_night_is_refused_by_day(text: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        parse_plan(PEOPLE + text, now=NOW)
    assert str(refused.value) == "response.yaml:" + said.format(*range(NEXT, NEXT + 5))


def test_a_person_of_a_plan_is_held_to_its_notifiers_and_languages() -> None:
    for rest, said in (
        ("notifiers: [hoock]", 'there is no notifier "hoock"'),
        ("language: fr", 'language of person "ana" cannot be "fr"'),
        ("time_zone: Mars/Base", 'time_zone of person "ana" is no time zone: "Mars/Base"'),
    ):
        with pytest.raises(ConfigurationError) as refused:
            parse_plan(f"people: {{ana: {{name: Ana, {rest}}}}}\nnotifiers: {{hook: {{kind: log}}}}\n")
        assert refused.value.what == f"response.yaml:1: {said}"


def test_hours_that_another_target_covers_are_no_gap() -> None:
    office = "  office: {people: [ana], time_zone: UTC, starts_on: 2026-01-05, hours: 09:00-18:00}\n"
    nights = "  nights: {people: [ben], time_zone: UTC, starts_on: 2026-01-05, hours: 18:00-09:00}\n"
    rotations = f"rotations:\n{office}{nights}"
    for steps in (
        "[{targets: [office, nights]}]",
        "[{targets: [office]}, {targets: [nights], delay: 5 min}]",
        "[{targets: [office]}, {targets: [social], delay: 5 min}]",
    ):
        assert parse_plan(PEOPLE + rotations + escalation(f"steps: {steps}"), now=NOW).escalations


def test_without_now_a_plan_is_the_same_at_any_time() -> None:
    silence = "silences:\n- {brand: acme, until: 2020-01-01T00:00:00Z, by: ana, reason: x}\n"
    assert parse_plan(PEOPLE + silence).silences
    with pytest.raises(ConfigurationError, match="finds nobody from 2026-01-05 01:00"):
        parse_plan(PEOPLE + rotation("people: [ana], hours: 09:00-18:00") + escalation("steps: [{targets: [desk]}]"))


def test_the_communication_policy_is_held_to_the_people_and_teams() -> None:
    text = """
communication:
  sender: Acme
  channels: {dm: {kind: private, label: our private messages}}
  default: {channel: dm, to: %s}
"""
    plan = parse_plan(PEOPLE + text % "social")
    assert plan.communication
    assert plan.communication.default == ("dm", "social")
    with pytest.raises(ConfigurationError) as refused:
        parse_plan(PEOPLE + text % "socail")
    assert refused.value.then == 'did you mean "social"?'


def test_the_folder_of_playbooks_lies_beside_the_plan(tmp_path: Path) -> None:
    path = tmp_path / "response.yaml"
    path.write_text(PEOPLE + "playbooks: own\n")
    plan = load_response(path)
    with pytest.raises(ConfigurationError, match="there is no folder"):
        load_playbooks(plan, path)
    (tmp_path / "own").mkdir()
    shipped = load_playbooks(parse_plan(PEOPLE), path).playbooks
    assert load_playbooks(plan, path).playbooks == shipped
    (tmp_path / "own" / "mine.yaml").write_text("id: mine\n")
    with pytest.raises(ConfigurationError, match=r"mine\.yaml:1: "):
        load_playbooks(plan, path)
