from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from schemas.crisis import Severity
from tocsin.response.escalation_policy import (
    find_escalation,
    find_next_page,
    foresee_pages,
    make_briefing,
    make_page,
    should_brief,
)
from tocsin.response.on_call import Rotation
from tocsin.response.plan import EscalationPolicy, EscalationStep, Person, Plan, Stakeholders, Team

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ANA_AT_ONCE = (EscalationStep(targets=("ana",)),)
PLAN = Plan(
    people=tuple(Person(id=name, name=name.title(), notifiers=(f"{name}-phone", "mail")) for name in ("ana", "ben")),
    teams=(Team(id="social", name="Social", members=("ana", "ben")),),
    rotations=(
        Rotation(
            id="office", name="Office", people=("ben",), time_zone="UTC", starts_on=date(2026, 1, 5),
            hours=(time(9), time(17)),
        ),
    ),
)  # fmt: skip


def a_policy(**changes: object) -> EscalationPolicy:
    return replace(EscalationPolicy(id="p", steps=ANA_AT_ONCE), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("brand", "severity", "found"),
    [
        ("acme", "watch", None),
        ("acme", "elevated", "acme-any"),
        ("acme", "severe", "acme-bad"),
        ("acme", "critical", "acme-bad"),
        ("beta", "elevated", None),
        ("beta", "severe", "all-bad"),
    ],
)
def test_the_most_specific_escalation_pages(brand: str, severity: Severity, found: str | None) -> None:
    plan = Plan(
        escalations=(
            a_policy(id="all-bad", only_from="severe"),
            a_policy(id="acme-any", brands=("acme",)),
            a_policy(id="acme-bad", brands=("acme",), only_from="severe"),
        )
    )
    policy = find_escalation(plan, brand, severity)
    assert (policy and policy.id) == found


def test_a_page_names_each_person_once_with_all_reasons_and_their_ways() -> None:
    policy = a_policy(steps=(EscalationStep(targets=("office", "social", "ana")),))
    page = make_page(PLAN, policy, 1, 1, NOON)
    assert [(each.person, each.notifiers) for each in page.recipients] == [
        ("ben", ("ben-phone", "mail")),
        ("ana", ("ana-phone", "mail")),
    ]
    assert [each.why for each in page.recipients] == [
        "on call in the rotation office until 2026-03-02 17:00 (UTC); member of the team social",
        "member of the team social; named by the escalation",
    ]
    assert (page.policy, page.step, page.round, page.at) == ("p", 1, 1, NOON)


def test_a_page_that_finds_nobody_says_why() -> None:
    policy = a_policy(steps=(EscalationStep(targets=("office", "gone")),))
    page = make_page(PLAN, policy, 1, 1, NOON + timedelta(hours=8))
    assert page.recipients == ()
    assert page.why == (
        "step 1 of 1: nobody can be told: nobody is on call in the rotation office at that time; "
        "there is no person, team or rotation gone"
    )


@pytest.mark.parametrize("step", [0, 2, 99])
def test_a_step_that_the_plan_no_longer_has_is_answered_with_the_reason(step: int) -> None:
    page = make_page(PLAN, a_policy(), step, 1, NOON)
    assert page.recipients == ()
    assert page.why == f"the escalation p has no step {step}"


def test_a_person_who_left_the_plan_is_not_paged() -> None:
    plan = replace(PLAN, people=PLAN.people[:1])
    page = make_page(plan, a_policy(steps=(EscalationStep(targets=("social",)),)), 1, 1, NOON)
    assert [each.person for each in page.recipients] == ["ana"]


def test_steps_follow_with_their_delays_and_run_again() -> None:
    steps = (
        EscalationStep(targets=("ana",), delay=MINUTE),
        EscalationStep(targets=("ben",), delay=5 * MINUTE),
    )
    policy = a_policy(steps=steps, repeats=1, repeat_after=timedelta(hours=1))
    assert find_next_page(PLAN, policy, 0, 1, NOON) == (1, 1, NOON + MINUTE)
    assert find_next_page(PLAN, policy, 1, 1, NOON) == (2, 1, NOON + 5 * MINUTE)
    assert find_next_page(PLAN, policy, 2, 1, NOON) == (1, 2, NOON + timedelta(hours=1))
    assert find_next_page(PLAN, policy, 1, 2, NOON) == (2, 2, NOON + 5 * MINUTE)
    assert find_next_page(PLAN, policy, 2, 2, NOON) is None


def test_without_repeats_the_steps_run_once() -> None:
    assert len(list(foresee_pages(PLAN, a_policy(repeats=0), "critical", NOON))) == 1
    assert len(list(foresee_pages(PLAN, a_policy(repeats=5), "critical", NOON))) == 6


def test_the_first_message_waits_for_its_group_or_for_its_delay_whichever_is_longer() -> None:
    def first(severity: Severity, delay: timedelta) -> datetime:
        policy = a_policy(steps=(EscalationStep(targets=("ana",), delay=delay),))
        return next(foresee_pages(PLAN, policy, severity, NOON)).at

    assert first("severe", timedelta(0)) == NOON + timedelta(seconds=30)
    assert first("severe", MINUTE) == NOON + MINUTE
    assert first("critical", timedelta(0)) == NOON
    assert first("critical", MINUTE) == NOON + MINUTE


def test_a_plan_that_became_shorter_ends_the_escalation() -> None:
    assert find_next_page(PLAN, a_policy(repeats=0), 3, 1, NOON) is None
    assert find_next_page(PLAN, a_policy(repeats=3), 1, 7, NOON) is None


def test_stakeholders_hear_from_their_severity_on() -> None:
    policy = a_policy(stakeholders=Stakeholders(targets=("social",), every=timedelta(minutes=90)))
    briefing = make_briefing(PLAN, policy, NOON)
    assert briefing
    assert [each.person for each in briefing.recipients] == ["ana", "ben"]
    assert (briefing.step, briefing.why) == (
        0,
        "digest to stakeholders, every 90 min while the crisis is severe or worse",
    )
    assert [should_brief(policy.stakeholders, severity) for severity in ("elevated", "severe", "critical")] == [
        False,
        True,
        True,
    ]
    assert make_briefing(PLAN, a_policy(), NOON) is None
    assert not should_brief(None, "critical")


def test_a_briefing_that_finds_nobody_says_why() -> None:
    policy = a_policy(stakeholders=Stakeholders(targets=("office",)))
    briefing = make_briefing(PLAN, policy, NOON + timedelta(hours=8))
    assert briefing
    assert briefing.recipients == ()
    assert briefing.why.endswith("nobody can be told: nobody is on call in the rotation office at that time")
