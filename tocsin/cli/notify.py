"""`tocsin notify`: run the notifier, which delivers escalation events to people and programs; or try its ways out."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from schemas.crisis import Crisis, Delivery, EscalationEvent
from tocsin.cli.agent import become
from tocsin.configuration import load_response
from tocsin.errors import ConfigurationError
from tocsin.notifiers.build import build_notifiers
from tocsin.notifiers.notifier import Misconfigured, Notifier, Refused, TryLater
from tocsin.preflight import check_notifier
from tocsin.response.message.inert import make_inert
from tocsin.response.message.write import MessageWriter
from tocsin.response.notify import delivery_key
from tocsin.response.plan import Plan
from tocsin.settings import Settings
from tocsin.strict_yaml import suggest


class Way(NamedTuple):
    """One notifier, and the person it is tried with; empty: nobody in particular."""

    notifier: str
    person: str = ""

    def __str__(self) -> str:
        return f"{self.notifier} → {self.person}" if self.person else self.notifier


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `tocsin notify`."""
    parser.add_argument(
        "action", nargs="?", choices=["run", "test"], default="run", metavar="run|test",
        help="deliver until it is stopped (default), or send a message marked as test and tell what became of it",
    )  # fmt: skip
    parser.add_argument(
        "names", nargs="*", metavar="NAME",
        help="test: the notifiers to try, or people, who are told in all their ways (default: every notifier once)",
    )  # fmt: skip
    parser.add_argument("--namespace", help="prefix of the streams (default: TOCSIN_NAMESPACE, or tocsin)")
    parser.add_argument(
        "--name", help="stable over restarts, unique in the namespace (default: TOCSIN_WORKER, or host)"
    )
    parser.add_argument("--response", type=Path, help="whom to tell (default: TOCSIN_RESPONSE, or response.yaml)")


def run(args: argparse.Namespace) -> int:
    """Ends as the notifier ends; a test ends with 1 when something did not arrive.

    Raises:
        TocsinError: something that the notifier needs is missing or wrong.
    """
    settings = Settings.from_environment(namespace=args.namespace, worker=args.name, response=args.response)
    if args.action == "test":
        return asyncio.run(try_ways(settings, args.names))
    if args.names:
        raise ConfigurationError(f"nothing is called {args.names[0]} here", "try a notifier: tocsin notify test NAME")
    return become("notify", settings, check_notifier)


async def try_ways(settings: Settings, names: Sequence[str]) -> int:
    """Send a test through each way, and print what became of it.

    Returns:
        0 when all arrived, 1 otherwise.

    Raises:
        ConfigurationError: response.yaml cannot be used, a name is unknown, a secret is missing.
    """
    plan = load_response(settings.response)
    ways = find_ways(plan, names)
    used = {way.notifier for way in ways}
    chosen = dataclasses.replace(plan, notifiers=tuple(each for each in plan.notifiers if each.id in used))
    built = build_notifiers(chosen, settings.namespace)
    notifiers = {notifier.name: notifier for notifier in built.notifiers}
    writer = MessageWriter(plan, lambda _: {})
    width = max(len(str(way)) for way in ways)
    failures = 0
    try:
        for way in ways:
            bound = built.policies[way.notifier].send_timeout.total_seconds()
            outcome = await _try(notifiers[way.notifier], way, writer, bound)
            failures += not outcome.startswith("delivered")
            print(f"{way!s:<{width}}  {outcome}", flush=True)
    finally:
        await asyncio.gather(*(notifier.close() for notifier in built.notifiers))
    if failures:
        print(f"{failures} of {len(ways)} did not arrive")
    return 1 if failures else 0


def find_ways(plan: Plan, names: Sequence[str]) -> list[Way]:
    """What to try: of a person all ways, of a notifier itself; without names each notifier once.

    A notifier that somebody named as theirs is tried with the first of them: some need an address.

    Raises:
        ConfigurationError: a name is neither a notifier's nor a person's, or there is nothing to try.
    """
    people = {person.id: person for person in plan.people}
    notifiers = {notifier.id for notifier in plan.notifiers}
    if not notifiers:
        raise ConfigurationError("response.yaml names no notifier", "add one under `notifiers`: docs/notifiers.md")
    ways: list[Way] = []
    for name in names or [notifier.id for notifier in plan.notifiers]:
        if name in notifiers:
            reached = [person.id for person in plan.people if name in person.notifiers]
            ways.append(Way(name, reached[0] if reached else ""))
        elif name in people:
            if not people[name].notifiers:
                raise ConfigurationError(f"{name} has no notifiers", f"add `notifiers: […]` to the person {name}")
            ways.extend(Way(notifier, name) for notifier in people[name].notifiers)
        else:
            raise ConfigurationError(f'"{name}" is no notifier and no person', suggest(name, {*people, *notifiers}))
    return list(dict.fromkeys(ways))


async def _try(notifier: Notifier, way: Way, writer: MessageWriter, bound_s: float) -> str:
    delivery = a_test(way)
    started = asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout(bound_s):
            await notifier.send(delivery, writer.write(delivery, is_test=True))
    except Refused as error:
        return f"refused: {make_inert(str(error))}"
    except Misconfigured as error:
        return f"misconfigured: {make_inert(str(error))}"
    except TryLater as error:
        doubt = ", but may have arrived" if error.may_have_arrived else ""
        return f"not taken{doubt}: {make_inert(str(error))}"
    except TimeoutError:
        return f"no answer within {bound_s:g} s"
    return f"delivered in {asyncio.get_running_loop().time() - started:.2f} s"


def a_test(way: Way) -> Delivery:
    """A delivery of something that did not happen, marked as such for people and programs."""
    now = datetime.now(UTC)
    crisis = Crisis(
        id=f"test-{uuid4().hex[:12]}",
        brand="test",
        subject="*",
        severity="elevated",
        peak_severity="elevated",
        stage="smouldering",
        is_exercise=True,
        opened_at=now,
        updated_at=now,
        reasons=("somebody ran `tocsin notify test`",),
    )
    event = EscalationEvent(id=uuid4().hex, type="crisis.opened", sequence=1, at=now, crisis=crisis)
    return Delivery(
        key=delivery_key(event.id, way.notifier),
        notifier=way.notifier,
        recipient=way.person,
        event=event,
        attempts=1,
        created_at=now,
    )
