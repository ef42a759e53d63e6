"""The escalation events of a crisis as a chain: each holds the hash of the one before, so a change shows.

Who can write to Kafka can still rewrite a whole chain, or cut its end: compare the last hash with one that was written
down elsewhere (`tocsin crises verify` prints it) to find that too.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from schemas.crisis import EscalationEvent
from tocsin.response.rows import hash_of


class Chain(NamedTuple):
    """The events of one crisis that are kept, checked.

    Attributes:
        events: how many there are.
        begins: sequence of the oldest; above 1 when older ones have expired, which is no problem.
        last: hash of the newest event.
        problems: what does not fit, as sentences; empty when the chain is whole.
    """

    crisis: str
    events: int
    begins: int
    last: str
    problems: tuple[str, ...]


def hash_event(event: EscalationEvent) -> str:
    """What the next event of the crisis holds as `previous`."""
    return hash_of(event.encode().decode())


def verify_chain(events: Iterable[EscalationEvent]) -> tuple[str, ...]:
    """What is wrong with the events, as sentences; empty when every chain is whole.

    Args:
        events: of any crises, those of one crisis in the order of the stream.
    """
    return tuple(problem for chain in check_chains(events) for problem in chain.problems)


def check_chains(events: Iterable[EscalationEvent]) -> tuple[Chain, ...]:
    """Every crisis's chain, in the order of their first events; `events` as for `verify_chain`."""
    crises: dict[str, list[EscalationEvent]] = {}
    for event in events:
        crises.setdefault(event.crisis.id, []).append(event)
    return tuple(_check(crisis, found) for crisis, found in crises.items())


def _check(crisis: str, events: list[EscalationEvent]) -> Chain:
    problems: list[str] = []
    first = events[0]
    if first.sequence == 1 and first.previous:
        problems.append(f"crisis {crisis}, event 1: it names an event before it, and is the first")
    if first.sequence > 1 and not first.previous:
        problems.append(f"crisis {crisis}, event {first.sequence}: it names no event before it, and is not the first")
    last = hash_event(first)
    for before, event in pairwise(events):
        where = f"crisis {crisis}, event {event.sequence}"
        if event.sequence > before.sequence + 1:
            missing = event.sequence - before.sequence - 1
            problems.append(f"{where}: {missing} event{'s' * (missing > 1)} before it missing")
        elif event.sequence <= before.sequence:
            problems.append(f"{where}: it comes after event {before.sequence}")
        elif event.previous != last:
            problems.append(f"{where}: event {before.sequence} before it was changed, or another stood there")
        if event.at < before.at:
            problems.append(f"{where}: it is told to be older than event {before.sequence}")
        last = hash_event(event)
    return Chain(crisis, len(events), first.sequence, last, tuple(problems))
