from __future__ import annotations

from datetime import UTC, datetime

import pytest

from schemas.crisis import Severity
from tocsin.response.foresight import foresee
from tocsin.response.plan import parse_plan

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PLAN = parse_plan(
    """
people:
  ana: {name: Ana, notifiers: [hook]}
notifiers:
  log: {kind: log}
  hook: {kind: webhook, url: https://example.org/hook, only_from: severe}
  beta: {kind: webhook, url: https://example.org/beta}
policies:
  all: {notifiers: [log, hook]}
  beta: {brands: [beta], notifiers: [beta]}
escalations:
  bad: {only_from: severe, steps: [{targets: [ana]}], stakeholders: {targets: [ana], only_from: critical}}
silences:
  - {brand: acme, until: 2026-03-02T13:00:00Z, by: ana, reason: a drill}
  - {brand: beta, topic: app, until: 2026-03-02T13:00:00Z, by: ana, reason: the app only}
maintenance:
  - brand: beta
    from: 2026-03-02T12:00:00Z
    until: 2026-03-03T12:00:00Z
    by: ana
    reason: launch
    mutes_up_to: severe
"""
)


@pytest.mark.parametrize(
    ("brand", "severity", "escalation", "because"),
    [
        ("acme", "elevated", None, "no escalation is for acme and pages for what is elevated"),
        ("acme", "severe", "bad", "it is for every brand and pages from severe on"),
        ("acme", "watch", None, "what is only watched pages nobody"),
    ],
)
def test_it_says_which_escalation_pages_and_why(
    brand: str, severity: Severity, escalation: str | None, because: str
) -> None:
    foreseen = foresee(PLAN, brand, severity, NOON)
    assert (foreseen.policy and foreseen.policy.id) == escalation
    assert foreseen.because == because
    assert foreseen.pages_somebody == (escalation is not None)


def test_it_names_the_notifiers_that_hear_every_event() -> None:
    assert foresee(PLAN, "acme", "elevated", NOON).listeners == ("log",)
    assert foresee(PLAN, "acme", "severe", NOON).listeners == ("log", "hook")
    assert foresee(PLAN, "beta", "severe", NOON).listeners == ("log", "hook", "beta")


def test_it_says_what_keeps_messages_back() -> None:
    assert foresee(PLAN, "acme", "critical", NOON).muted == (
        "silenced by ana until 2026-03-02T13:00:00+00:00: a drill",
    )
    launch = ("maintenance by ana until 2026-03-03T12:00:00+00:00, up to severe: launch",)
    assert foresee(PLAN, "beta", "severe", NOON).muted == launch
    assert foresee(PLAN, "beta", "critical", NOON).muted == ()
    assert foresee(PLAN, "beta", "severe", NOON.replace(day=1)).muted == ()


def test_stakeholders_are_foreseen_only_where_they_would_be_told() -> None:
    assert foresee(PLAN, "acme", "severe", NOON).briefing is None
    briefing = foresee(PLAN, "acme", "critical", NOON).briefing
    assert briefing
    assert briefing.recipients[0].person == "ana"
