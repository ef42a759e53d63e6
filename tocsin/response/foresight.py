"""What would happen if a crisis opened at an instant and nobody acknowledged it: who is told when, how and why.

Pure: the instant is an argument. The same functions make the real pages, so what is foreseen is what comes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from schemas.crisis import SEVERITIES, Page, Severity
from tocsin.response.escalation_policy import (
    find_escalation,
    find_first_wait,
    foresee_pages,
    make_briefing,
    should_brief,
)
from tocsin.response.notify import NotifySetup
from tocsin.response.plan import EscalationPolicy, Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Foresight:
    """One brand's crisis, foreseen.

    Attributes:
        brand: its id; empty: any brand that no policy names.
        policy: the escalation that pages; None: nobody is paged.
        because: why this one, as a sentence, or why none.
        pages: in order; a page without recipients says why.
        briefing: the first digest to stakeholders; None: there is none.
        listeners: ids of the notifiers that hear of the brand's every event, whoever is paged.
        muted: what keeps messages about the whole brand back at that instant, as sentences.
    """

    brand: str
    severity: Severity
    opened_at: datetime
    policy: EscalationPolicy | None
    because: str
    pages: tuple[Page, ...] = ()
    briefing: Page | None = None
    listeners: tuple[str, ...] = ()
    muted: tuple[str, ...] = ()

    @property
    def pages_somebody(self) -> bool:
        """Whether at least one page reaches at least one person."""
        return any(page.recipients for page in self.pages)


def foresee(plan: Plan, brand: str, severity: Severity, opened_at: datetime) -> Foresight:
    """What the plan would do about a crisis of a brand that opens at an instant."""
    policy = find_escalation(plan, brand, severity)
    briefing = None
    if policy and should_brief(policy.stakeholders, severity):
        briefing = make_briefing(plan, policy, opened_at + find_first_wait(policy, severity))
    return Foresight(
        brand=brand,
        severity=severity,
        opened_at=opened_at,
        policy=policy,
        because=_why(plan, policy, brand, severity),
        pages=tuple(foresee_pages(plan, policy, severity, opened_at)) if policy else (),
        briefing=briefing,
        listeners=_listeners(plan, brand, severity),
        muted=_muted(plan, brand, severity, opened_at),
    )


def _why(plan: Plan, policy: EscalationPolicy | None, brand: str, severity: Severity) -> str:
    if policy is not None:
        whose = f"names {brand}" if policy.brands else "is for every brand"
        return f"it {whose} and pages from {policy.only_from} on"
    if severity == "watch":
        return "what is only watched pages nobody"
    if not plan.escalations:
        return "there are no escalations"
    return f"no escalation is for {brand or 'every brand'} and pages for what is {severity}"


def _listeners(plan: Plan, brand: str, severity: Severity) -> tuple[str, ...]:
    return tuple(
        each.name
        for each in NotifySetup.from_response(plan).subscriptions
        if (each.brands is None or brand in each.brands)
        and SEVERITIES.index(severity) >= SEVERITIES.index(each.min_severity)
    )


def _muted(plan: Plan, brand: str, severity: Severity, at: datetime) -> tuple[str, ...]:
    silences = [
        f"silenced by {silence.by} until {silence.until.isoformat()}: {silence.reason}"
        for silence in plan.silences
        if silence.brand == brand and silence.topic is None and at < silence.until
    ]
    windows = [
        f"maintenance by {window.by} until {window.until.isoformat()}, up to {window.mutes_up_to}: {window.reason}"
        for window in plan.maintenance
        if window.brand == brand
        and window.topic is None
        and window.starts_at <= at < window.until
        and SEVERITIES.index(severity) <= SEVERITIES.index(window.mutes_up_to)
    ]
    return (*silences, *windows)
