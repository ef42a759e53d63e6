"""Who is told of a crisis, step by step: an escalation policy and an instant make a page.

Pure: the instant is an argument, so a whole night can be foreseen at noon.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from schemas.crisis import SEVERITIES, Page, Recipient, Severity
from tocsin.response.on_call import find_duty
from tocsin.response.plan import EscalationPolicy, Plan, Stakeholders
from tocsin.strict_yaml import tell_duration


def find_escalation(plan: Plan, brand: str, severity: Severity) -> EscalationPolicy | None:
    """The policy that pages for a brand's crisis of this severity: the most specific one.

    One that names the brand comes before one for all brands, then one for worse crises before one for all of them.
    """
    level = SEVERITIES.index(severity)
    fitting = [
        policy
        for policy in plan.escalations
        if (not policy.brands or brand in policy.brands) and SEVERITIES.index(policy.only_from) <= level
    ]
    return max(fitting, key=lambda policy: (bool(policy.brands), SEVERITIES.index(policy.only_from)), default=None)


def make_page(plan: Plan, policy: EscalationPolicy, step: int, round: int, at: datetime) -> Page:
    """Who is told by one step at that instant, each with the reason.

    It always answers: when the step is not there (any more) or finds nobody, `recipients` is empty and `why` says so.

    Args:
        step: 1 is the first.
        round: 1 is the first time that the steps run.
    """
    page = Page(policy=policy.id, step=step, round=round, at=at)
    if not 1 <= step <= len(policy.steps):
        return page.replace(why=f"the escalation {policy.id} has no step {step}")
    recipients, nobody = _resolve(plan, policy.steps[step - 1].targets, at)
    if not recipients:
        return page.replace(why=f"step {step} of {len(policy.steps)}: nobody can be told: " + "; ".join(nobody))
    return page.replace(recipients=recipients, why=_when(plan, policy, step, round))


def make_briefing(plan: Plan, policy: EscalationPolicy, at: datetime) -> Page | None:
    """Which stakeholders get a digest at that instant, as a page of step 0; None: the policy has no stakeholders."""
    if policy.stakeholders is None:
        return None
    recipients, nobody = _resolve(plan, policy.stakeholders.targets, at)
    every, only_from = tell_duration(policy.stakeholders.every), policy.stakeholders.only_from
    why = f"digest to stakeholders, every {every} while the crisis is {only_from} or worse"
    if not recipients:
        why = "digest to stakeholders: nobody can be told: " + "; ".join(nobody)
    return Page(policy=policy.id, step=0, at=at, recipients=recipients, why=why)


def should_brief(stakeholders: Stakeholders | None, severity: Severity) -> bool:
    """Whether stakeholders are told of a crisis of this severity."""
    return stakeholders is not None and SEVERITIES.index(severity) >= SEVERITIES.index(stakeholders.only_from)


def find_next_page(
    plan: Plan, policy: EscalationPolicy, step: int, round: int, at: datetime
) -> tuple[int, int, datetime] | None:
    """The step after this one, if nobody acknowledges: its step, round and instant; None after the last round.

    A step that found nobody is not waited for: the next one of its round follows at once.

    Args:
        step: the one that was due at `at`; 0 with the instant at which the crisis opened: what comes first.

    Returns:
        also an instant of UTC when `at` is one of another zone.
    """
    at = at.astimezone(UTC)  # In a zone with summer time `at + delay` would be wall time.
    if step < len(policy.steps):
        following = max(step, 0) + 1
        has_found_nobody = step > 0 and not make_page(plan, policy, step, round, at).recipients
        return following, round, at if has_found_nobody else at + policy.steps[following - 1].delay
    if round <= policy.repeats:
        return 1, round + 1, at + policy.repeat_after
    return None


def find_first_wait(policy: EscalationPolicy, severity: Severity) -> timedelta:
    """How long people hear nothing of a crisis that has just opened, so that what belongs to it arrives together."""
    return timedelta(0) if severity == "critical" else policy.group_for


def foresee_pages(plan: Plan, policy: EscalationPolicy, severity: Severity, opened_at: datetime) -> Iterator[Page]:
    """Every page of a crisis that opens at an instant and that nobody acknowledges, in order."""
    delay = max(policy.steps[0].delay, find_first_wait(policy, severity))
    following: tuple[int, int, datetime] | None = (1, 1, opened_at.astimezone(UTC) + delay)
    while following is not None:
        page = make_page(plan, policy, *following)
        yield page
        following = find_next_page(plan, policy, page.step, page.round, page.at)


def _when(plan: Plan, policy: EscalationPolicy, step: int, round: int) -> str:
    """Which step it is, and what made it due."""
    delay = tell_duration(policy.steps[step - 1].delay)
    if step == 1 and round > 1:
        due = f"{tell_duration(policy.repeat_after)} after the last step, unacknowledged"
    elif not policy.steps[step - 1].delay:
        due = "as the crisis opens" if step == 1 else f"together with step {step - 1}"
    elif step == 1:
        due = f"{delay} after the crisis opened, unacknowledged"
    else:
        due = f"{delay} after step {step - 1}, unacknowledged"
        if all(_may_be_off(plan, target) for target in policy.steps[step - 2].targets):
            due += ", or at once when that found nobody"
    again = f", round {round} of {policy.repeats + 1}" if round > 1 else ""
    return f"step {step} of {len(policy.steps)}{again}: {due}"


def _may_be_off(plan: Plan, target: str) -> bool:
    """Whether there are times when nobody is behind a target."""
    return any(rotation.id == target and not rotation.is_always_on for rotation in plan.rotations)


def _resolve(plan: Plan, targets: Iterable[str], at: datetime) -> tuple[tuple[Recipient, ...], list[str]]:
    """The people behind targets, each once with all reasons, and which targets have nobody, as sentences."""
    people = {person.id: person for person in plan.people}
    reasons: dict[str, list[str]] = {}
    nobody = []
    for target in targets:
        found = [(person, why) for person, why in _people_of(plan, target, at) if person in people]
        for person, why in found:
            reasons.setdefault(person, []).append(why)
        if not found:
            nobody.append(_why_nobody(plan, target))
    recipients = tuple(
        Recipient(person=person, notifiers=people[person].notifiers, why="; ".join(why))
        for person, why in reasons.items()
    )
    return recipients, nobody


def _people_of(plan: Plan, target: str, at: datetime) -> Iterator[tuple[str, str]]:
    """Ids of the people behind one target at an instant, with the reason."""
    if any(person.id == target for person in plan.people):
        yield target, "named by the escalation"
    for team in plan.teams:
        if team.id == target:
            yield from ((member, f"member of the team {team.id}") for member in team.members)
    for rotation in plan.rotations:
        if rotation.id == target and (duty := find_duty(rotation, at)):
            yield duty.person, duty.why


def _why_nobody(plan: Plan, target: str) -> str:
    if any(rotation.id == target for rotation in plan.rotations):
        return f"nobody is on call in the rotation {target} at that time"
    return f"there is no person, team or rotation {target}"
