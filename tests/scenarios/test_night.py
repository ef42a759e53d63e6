"""A night with a clock: who is woken when, as response.yaml says it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from schemas.crisis import Page, Severity
from tocsin.response.escalation_policy import find_escalation, foresee_pages
from tocsin.response.plan import Plan, parse_plan

MADRID = ZoneInfo("Europe/Madrid")

RESPONSE = """
people:
  ana: {name: Ana, time_zone: Europe/Madrid, notifiers: [push, sms]}
  ben: {name: Ben, time_zone: Europe/Madrid, notifiers: [push]}
  eva: {name: Eva, time_zone: Europe/Madrid, notifiers: [sms]}
  kim: {name: Kim, time_zone: America/New_York, notifiers: [push]}
notifiers:
  push: {kind: webhook, url: https://example.org/push}
  sms: {kind: webhook, url: https://example.org/sms}
rotations:
  primary: {people: [ana, ben], at: "09:00", time_zone: Europe/Madrid, starts_on: 2026-01-05}
  secondary: {people: [ben, ana], at: "09:00", time_zone: Europe/Madrid, starts_on: 2026-01-05}
  new-york-desk: {people: [kim], time_zone: America/New_York, starts_on: 2026-01-05, hours: "09:00-21:00"}
escalations:
  night:
    steps:
      - {targets: [primary]}
      - {targets: [secondary], delay: 5 min}
      - {targets: [eva], delay: 10 min}
    repeats: 1
    repeat_after: 4 h
  desk-first:
    brands: [acme]
    steps:
      - {targets: [new-york-desk]}
      - {targets: [primary], delay: 5 min}
"""


def at(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=MADRID)


def pages(plan: Plan, opened_at: datetime, brand: str = "other", severity: Severity = "critical") -> list[Page]:
    policy = find_escalation(plan, brand, severity)
    assert policy
    return list(foresee_pages(plan, policy, severity, opened_at))


def clock(pages: list[Page]) -> list[str]:
    return [
        f"{page.at.astimezone(MADRID):%H:%M} {','.join(each.person for each in page.recipients) or 'nobody'}"
        for page in pages
    ]


def test_a_night_in_which_nobody_wakes_up() -> None:
    """03:00: the primary at once, the secondary after 5 minutes, the manager after 15, and all of them again."""
    night = pages(parse_plan(RESPONSE), at(3, 3))
    assert clock(night) == ["03:00 ana", "03:05 ben", "03:15 eva", "07:15 ana", "07:20 ben", "07:30 eva"]
    woken = night[0].recipients[0]
    assert woken.notifiers == ("push", "sms")
    assert woken.why == "on call in the rotation primary until 2026-03-09 09:00 (Europe/Madrid)"
    assert night[1].recipients[0].notifiers == ("push",)
    assert [page.why for page in night] == [
        "step 1 of 3: as the crisis opens",
        "step 2 of 3: 5 min after step 1, unacknowledged",
        "step 3 of 3: 10 min after step 2, unacknowledged",
        "step 1 of 3, round 2 of 2: 4 h after the last step, unacknowledged",
        "step 2 of 3, round 2 of 2: 5 min after step 1, unacknowledged",
        "step 3 of 3, round 2 of 2: 10 min after step 2, unacknowledged",
    ]


def test_what_is_not_critical_waits_half_a_minute_for_what_belongs_to_it() -> None:
    night = pages(parse_plan(RESPONSE), at(3, 3), severity="severe")
    waits = [(page.at - at(3, 3)).total_seconds() for page in night]
    assert waits[:4] == [30, 330, 930, 15_330]


def test_the_shift_changes_while_the_crisis_goes_unheard() -> None:
    """Monday, 08:58: the week ends at 09:00, so from the second step on the people of the new week are told."""
    morning = pages(parse_plan(RESPONSE), at(9, 8, 58))
    # Ana is the primary of the old week and the secondary of the new one.
    assert clock(morning)[:3] == ["08:58 ana", "09:03 ana", "09:13 eva"]
    assert clock(morning)[3:5] == ["13:13 ben", "13:18 ana"]
    assert [page.recipients[0].why.split(" until ")[0] for page in morning[:2]] == [
        "on call in the rotation primary",
        "on call in the rotation secondary",
    ]


def test_the_night_on_which_clocks_go_forward_costs_nobody_an_hour() -> None:
    """29 March, 01:58: two minutes later it is 03:00; five minutes are five minutes all the same."""
    night = pages(parse_plan(RESPONSE), at(29, 1, 58))
    assert clock(night)[:3] == ["01:58 ben", "03:03 ana", "03:13 eva"]
    assert (night[1].at - night[0].at).total_seconds() == 300


def test_a_desk_that_is_closed_is_not_waited_for() -> None:
    """The desk in New York closes at 21:00, which is 03:00 here: after that the primary is told at once."""
    plan = parse_plan(RESPONSE, brands=["acme", "other"])
    open_desk = pages(plan, at(4, 2, 50), "acme")
    assert clock(open_desk)[:2] == ["02:50 kim", "02:55 ana"]
    closed = pages(plan, at(4, 3, 10), "acme")
    assert clock(closed)[:2] == ["03:10 nobody", "03:10 ana"]
    assert (
        closed[0].why == "step 1 of 2: nobody can be told: nobody is on call in the rotation new-york-desk at that time"
    )
    assert closed[1].why == "step 2 of 2: 5 min after step 1, unacknowledged, or at once when that found nobody"
