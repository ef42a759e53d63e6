"""`tocsin crises`: see what goes on, and act."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, get_args

import orjson
from rich.console import Console

from schemas.command import Action
from schemas.crisis import SEVERITIES, Crisis, EscalationEvent, Severity, Status
from schemas.mention import Evidence
from schemas.streams import CRISIS_STATE
from tocsin.cli.act import add_actor, add_namespace, find_actor, make_command, read_duration, send, tell_answer
from tocsin.desk.dossier import as_json, tell_dossier
from tocsin.desk.history import read_history
from tocsin.desk.latest import LIST_CRISES, choose, find_crisis, read_latest
from tocsin.desk.story import as_event, list_crises, tell_story
from tocsin.evidence import EvidenceTexts
from tocsin.kafka.reach import hush_client
from tocsin.playback import find_kafka
from tocsin.response.dossier import Dossier, make_dossier
from tocsin.response.event_log import check_chains
from tocsin.response.lifecycle import ACTIVE
from tocsin.response.message.inert import make_inert
from tocsin.settings import Settings


class Act(NamedTuple):
    """What a person can do about a crisis.

    Attributes:
        needs_reason: `--reason` must be given.
    """

    action: Action
    about: str
    needs_reason: bool = False


ACTS: dict[str, Act] = {
    "ack": Act("acknowledge", "take it: nobody else is paged while there is progress"),
    "assign": Act("assign", "give it to somebody"),
    "note": Act("note", "write down what was done or found; that counts as progress"),
    "raise": Act("raise", "make it worse than the rules say, by one step or to a severity", True),
    "lower": Act("lower", "make it less bad than the rules say, by one step or to a severity", True),
    "contain": Act("contain", "say that it no longer grows"),
    "resolve": Act("resolve", "say that it is over; follow-ups check that it stays so"),
    "dismiss": Act("dismiss", "say that it never was a crisis; the detectors learn from that", True),
    "reopen": Act("reopen", "say that it is not over after all", True),
    "follow-up": Act("add-follow-up", "promise a look at it later, or say what one has found"),
    "review": Act("complete-review", "say what was learnt, and close it for good"),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `tocsin crises`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="show the crises that are not closed, worst first")
    listing.add_argument("--brand", help="only of this brand")
    listing.add_argument("--status", choices=get_args(Status), help="only those in this status")
    listing.add_argument("--severity", choices=SEVERITIES, help="only those at least so bad")
    listing.add_argument("--all", action="store_true", help="closed ones too")
    add_namespace(listing)
    show = actions.add_parser("show", help="show one crisis: card, what happened, who did what and why, what is next")
    _add_id(show)
    add_namespace(show)
    verify = actions.add_parser(
        "verify", help="check that no event was changed or taken away; exit status 1 if any was"
    )
    verify.add_argument("id", nargs="?", metavar="ID", help="one crisis, or the beginning of its id (default: all)")
    add_namespace(verify)
    for name, act in ACTS.items():
        _configure_act(name, act, actions.add_parser(name, help=act.about))


def _configure_act(name: str, act: Act, parser: argparse.ArgumentParser) -> None:
    _add_id(parser)
    if name == "assign":
        parser.add_argument("assignee", metavar="PERSON", help="who owns it from now on: an id of response.yaml")
    elif name in ("note", "review"):
        parser.add_argument("text", metavar="TEXT", help="what to keep, in your words")
    elif name in ("raise", "lower"):
        parser.add_argument("--to", dest="severity", choices=SEVERITIES, help="to this severity (default: one step)")
    elif name == "follow-up":
        parser.add_argument("text", metavar="TEXT", help="what is to be checked; with --done: what was found")
        when = parser.add_mutually_exclusive_group(required=True)
        when.add_argument("--due", type=read_duration, metavar="DURATION", help="from now: 4h, 3d")
        when.add_argument(
            "--done", dest="target", metavar="FOLLOW-UP", help="id of the one that is done, as `show` has it"
        )
    why = "why" if act.needs_reason else "why, if that is worth keeping"
    parser.add_argument("--reason", required=act.needs_reason, default="", help=why)
    add_actor(parser)


def _add_id(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="the crisis: its id, or a beginning that no other has")


def run(args: argparse.Namespace) -> int:
    """0 done and accepted; 1 refused, not answered in time, or not whole (`verify`)."""
    settings = Settings.from_environment(namespace=args.namespace)
    doing = {"list": _list, "show": _show, "verify": _verify}.get(args.action, _act)
    if doing is _act:
        args.by = find_actor(args, settings)  # before Kafka is asked
    with hush_client():
        return asyncio.run(doing(find_kafka(settings), args))


async def _list(settings: Settings, args: argparse.Namespace) -> int:
    crises = await read_latest(settings, CRISIS_STATE, Crisis)
    shown = select(crises, brand=args.brand, status=args.status, severity=args.severity, is_all=args.all)
    if args.json:
        for crisis in shown:
            print(crisis.encode().decode())
        return 0
    if not shown:
        print(f"no crisis to show; {len(crises)} in all" + ("" if args.all or not crises else f": `{LIST_CRISES}`"))
        return 0
    Console().print(list_crises(shown, ids=list(crises), now=datetime.now(UTC)))
    return 0


def select(
    crises: Mapping[str, Crisis],
    *,
    brand: str | None = None,
    status: Status | None = None,
    severity: Severity | None = None,
    is_all: bool = False,
) -> list[Crisis]:
    """The crises that were asked for: worst first, of one severity the newest first."""
    least = SEVERITIES.index(severity) if severity else 0
    found = [
        crisis
        for crisis in crises.values()
        if brand in (None, crisis.brand)
        and (crisis.status == status if status else is_all or crisis.status in ACTIVE)
        and SEVERITIES.index(crisis.severity) >= least
    ]
    found.sort(key=lambda crisis: (-SEVERITIES.index(crisis.severity), -crisis.opened_at.timestamp(), crisis.id))
    return found


async def _show(settings: Settings, args: argparse.Namespace) -> int:
    crisis = await find_crisis(settings, args.id)
    history = await read_history(settings, crisis.id)
    event = as_event(crisis, history.events)
    async with EvidenceTexts(settings) as texts:
        evidence = await texts.fetch(event)
        shown = {key: text for each in history.events for key, text in texts.find(each).items()} | evidence
    dossier = make_dossier(crisis, history.events, shown)
    if args.json:
        print(to_json(crisis, history.events, evidence, dossier).decode())
        return 0
    console = Console()
    tell_story(crisis, history.events, evidence, console=console, now=datetime.now(UTC))
    tell_dossier(dossier, console)
    for problem in history.unreadable:
        print(f"note: {make_inert(problem)}", file=sys.stderr)
    return 0


def to_json(
    crisis: Crisis, events: Sequence[EscalationEvent], evidence: Mapping[str, Evidence], dossier: Dossier
) -> bytes:
    """A crisis with its events, texts and dossier, as one JSON object; private mentions are left out."""
    told: dict[str, Any] = {
        "crisis": orjson.loads(crisis.encode()),
        "events": [orjson.loads(event.encode()) for event in events],
        "evidence": [orjson.loads(found.encode()) for found in evidence.values() if not found.private],
        "private": sum(found.private for found in evidence.values()),
        "dossier": as_json(dossier),
    }
    return orjson.dumps(told)


async def _verify(settings: Settings, args: argparse.Namespace) -> int:
    history = await read_history(settings)
    chains = check_chains(history.events)
    unreadable = history.unreadable
    if args.id:
        meant = choose([chain.crisis for chain in chains], args.id, "crisis", LIST_CRISES)
        chains, unreadable = tuple(chain for chain in chains if chain.crisis == meant), ()
    problems = [*unreadable, *(problem for chain in chains for problem in chain.problems)]
    if args.json:
        print(orjson.dumps({"problems": problems, "chains": [chain._asdict() for chain in chains]}).decode())
        return 1 if problems else 0
    for problem in problems:
        print(f"problem: {make_inert(problem)}")
    for chain in chains if args.id else ():
        print(f"crisis {chain.crisis}: events {chain.begins} to {chain.begins + chain.events - 1}, last {chain.last}")
    events = sum(chain.events for chain in chains)
    news = f"{len(problems)} problems" if problems else "every chain is whole"
    print(f"{events} events of {len(chains)} crises checked: {news}")
    return 1 if problems else 0


async def _act(settings: Settings, args: argparse.Namespace) -> int:
    crisis = await find_crisis(settings, args.id)
    now = datetime.now(UTC)
    due: timedelta | None = getattr(args, "due", None)
    target = getattr(args, "target", None)
    command = make_command(
        args.by,
        now,
        action="complete-follow-up" if target else ACTS[args.action].action,
        brand=crisis.brand,
        crisis=crisis.id,
        reason=args.reason,
        text=getattr(args, "text", ""),
        severity=getattr(args, "severity", None),
        assignee=getattr(args, "assignee", ""),
        target=target or "",
        until=now + due if due else None,
    )
    answer = await send(settings, command, args.timeout)
    return tell_answer(command, answer, args.timeout, is_json=args.json)
