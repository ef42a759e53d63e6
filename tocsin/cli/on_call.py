"""`tocsin on-call`: who is on duty at an instant, and who would be told of a crisis, when, how and why."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from schemas.crisis import SEVERITIES, Page, Recipient
from tocsin.configuration import load_response, load_watchlist
from tocsin.errors import ConfigurationError
from tocsin.response.escalation_policy import find_first_wait
from tocsin.response.foresight import Foresight, foresee
from tocsin.response.message.inert import make_inert
from tocsin.response.on_call import find_duty
from tocsin.response.plan import EscalationPolicy, Plan
from tocsin.settings import Settings
from tocsin.strict_yaml import suggest, tell_duration


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `tocsin on-call`."""
    parser.add_argument(
        "--at", metavar="WHEN", help="the instant, such as 2026-03-01T03:00+01:00; without offset: UTC (default: now)"
    )
    parser.add_argument("--brand", help="id of the brand (default: every brand of the watchlist or the plan)")
    parser.add_argument(
        "--severity", choices=SEVERITIES[1:], default="severe", help="of the crisis (default: %(default)s)"
    )
    parser.add_argument("--response", type=Path, help="whom to tell (default: TOCSIN_RESPONSE, or response.yaml)")
    parser.add_argument("--json", action="store_true", help="answer in JSON")


def run(args: argparse.Namespace) -> int:
    """0 when every crisis that was asked about would reach somebody, 1 when one would not.

    Raises:
        ConfigurationError: the plan cannot be used, or what was asked cannot be understood.
    """
    settings = Settings.from_environment(response=args.response)
    now = datetime.now(UTC)
    at = _read_instant(args.at) if args.at else now.replace(microsecond=0)
    watched: list[str] | None = None
    if settings.watchlist.exists():
        watched = [brand.id for brand in load_watchlist(settings.watchlist).brands]
    plan = load_response(settings.response, watched, now)
    if watched and args.brand and args.brand not in watched:
        raise ConfigurationError(
            f'there is no brand "{args.brand}" in {settings.watchlist}', suggest(args.brand, watched)
        )
    brands = [args.brand] if args.brand else watched or _brands_of(plan)
    foreseen = [foresee(plan, brand, args.severity, at) for brand in brands]
    if args.json:
        print(json.dumps(_to_json(plan, at, foreseen), indent=2, ensure_ascii=False))
    else:
        print("\n".join(_inert(line) for line in describe(plan, at, foreseen)))
    return 0 if all(each.pages_somebody for each in foreseen) else 1


def describe(plan: Plan, at: datetime, foreseen: Sequence[Foresight]) -> Iterator[str]:
    """The answer as lines for people."""
    if plan.rotations:
        yield f"on duty at {_clock(at)}"
        for rotation in plan.rotations:
            duty = find_duty(rotation, at)
            who = f"{_name(plan, duty.person)}: {duty.why}" if duty else "nobody at this time"
            yield f"  {rotation.id}: {who}"
        yield ""
    for place, each in enumerate(foreseen):
        if place:
            yield ""
        yield from _describe(plan, each)


def _describe(plan: Plan, foreseen: Foresight) -> Iterator[str]:
    of = f"of {foreseen.brand} " if foreseen.brand else ""
    yield f"a {foreseen.severity} crisis {of}that opens at {_clock(foreseen.opened_at)}"
    for sentence in foreseen.muted:
        yield f"  nobody is told while it holds: {sentence}"
    if foreseen.policy is None:
        yield f"  nobody is paged: {foreseen.because}"
        yield "  → add an escalation to response.yaml"
    else:
        yield f"  escalation {foreseen.policy.id}: {foreseen.because}"
        yield from _describe_pages(plan, foreseen)
        yield from _describe_rules(foreseen.policy, foreseen)
    if foreseen.listeners:
        yield f"  every event goes to: {', '.join(foreseen.listeners)}"


def _describe_pages(plan: Plan, foreseen: Foresight) -> Iterator[str]:
    briefing = (foreseen.briefing,) if foreseen.briefing else ()
    for page in sorted((*briefing, *foreseen.pages), key=lambda page: page.at):
        yield ""
        due_at = page.at.astimezone(foreseen.opened_at.tzinfo)
        yield f"  {_clock(due_at)} (+{due_at - foreseen.opened_at}), {page.why}"
        for recipient in page.recipients:
            there = _local_time(plan, recipient, due_at)
            yield f"    - {_name(plan, recipient.person)}, {_ways(recipient)}{there}: {recipient.why}"


def _describe_rules(policy: EscalationPolicy, foreseen: Foresight) -> Iterator[str]:
    last = foreseen.pages[-1].at.astimezone(foreseen.opened_at.tzinfo)
    rounds = f"{policy.repeats + 1} rounds" if policy.repeats else "one round"
    yield ""
    yield f"  after {_clock(last)} nobody else is paged: the steps have run {rounds}"
    yield (
        f"  when somebody acknowledges, paging stops; after {tell_duration(policy.acknowledgement_lifetime)} without "
        "progress it goes on"
    )
    if policy.group_for:
        wait = tell_duration(policy.group_for)
        yield f"  the first message waits {wait} for what belongs to it, unless it is critical"
    yield f"  what changes is told every {tell_duration(policy.update_every)} at most"


def _to_json(plan: Plan, at: datetime, foreseen: Sequence[Foresight]) -> dict[str, Any]:
    duties = []
    for rotation in plan.rotations:
        duty = find_duty(rotation, at)
        until = duty.until.isoformat() if duty and duty.until else None
        duties.append({"rotation": rotation.id, "person": duty.person if duty else None, "until": until,
                       "why": duty.why if duty else "nobody at this time"})  # fmt: skip
    return {"at": at.isoformat(), "on_duty": duties, "crises": [_crisis_to_json(each) for each in foreseen]}


def _crisis_to_json(foreseen: Foresight) -> dict[str, Any]:
    policy = foreseen.policy
    told: dict[str, Any] = {
        "brand": foreseen.brand,
        "severity": foreseen.severity,
        "opened_at": foreseen.opened_at.isoformat(),
        "escalation": policy.id if policy else None,
        "because": foreseen.because,
        "muted": foreseen.muted,
        "pages": [_page_to_json(page) for page in foreseen.pages],
        "briefing": _page_to_json(foreseen.briefing) if foreseen.briefing else None,
        "listeners": foreseen.listeners,
    }
    if policy:
        told["acknowledgement_lifetime_s"] = policy.acknowledgement_lifetime.total_seconds()
        told["group_for_s"] = find_first_wait(policy, foreseen.severity).total_seconds()
        told["update_every_s"] = policy.update_every.total_seconds()
        if foreseen.briefing and policy.stakeholders:
            told["briefing_every_s"] = policy.stakeholders.every.total_seconds()
    return told


def _page_to_json(page: Page) -> dict[str, Any]:
    return dict(json.loads(page.encode()))


def _read_instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(f'--at is no time: "{text}"', "for example 2026-03-01T03:00+01:00") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _brands_of(plan: Plan) -> list[str]:
    """The brands that escalations name; one without a name when there are none, for the policies of every brand."""
    return sorted({brand for policy in plan.escalations for brand in policy.brands}) or [""]


def _inert(line: str) -> str:
    """A line in which the plan's texts do nothing but be read; it keeps its place."""
    text = line.lstrip()
    return line[: len(line) - len(text)] + make_inert(text)


def _clock(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}" + (f"{at:%z}" if at.utcoffset() else " UTC")


def _name(plan: Plan, person_id: str) -> str:
    return next((f"{person.name} ({person.id})" for person in plan.people if person.id == person_id), person_id)


def _ways(recipient: Recipient) -> str:
    return "by " + ", then ".join(recipient.notifiers) if recipient.notifiers else "by no notifier"


def _local_time(plan: Plan, recipient: Recipient, at: datetime) -> str:
    """What this person's clock shows, where it is another one."""
    zone = next((person.time_zone for person in plan.people if person.id == recipient.person), "UTC")
    local = at.astimezone(ZoneInfo(zone))
    return "" if local.utcoffset() == at.utcoffset() else f", at {local:%H:%M} there"
