"""Which steps of the playbook were late, and a deadline that people can keep.

A step is known to be done when a note, a reply or a follow-up names its id as a word: `tocsin crises note ID
"pause-posts: done"`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import yaml

from schemas.crisis import Crisis, EscalationEvent, EventType
from tocsin.errors import ConfigurationError
from tocsin.response.playbooks.playbook import PHASES, Playbook, Step
from tocsin.response.playbooks.read import parse_playbook
from tocsin.response.playbooks.schedule import schedule_steps
from tocsin.response.review.edit import CannotEdit, make_diff, set_entry
from tocsin.response.review.proposals import Files, Proposal
from tocsin.strict_yaml import tell_duration

_TELLS: Final[frozenset[EventType]] = frozenset(
    {"crisis.noted", "crisis.reply_approved", "crisis.reply_sent", "crisis.followed_up", "crisis.reviewed"}
)
_ROUND: Final = timedelta(minutes=5)


class Done(NamedTuple):
    """A step of the playbook in this crisis.

    Attributes:
        done_at, by: when it was first told of, and by whom; None: nothing tells of it.
    """

    step: Step
    due_at: datetime
    done_at: datetime | None
    by: str = ""

    @property
    def late(self) -> timedelta:
        """By how much; nothing when it was in time, or nothing tells of it."""
        return max(self.done_at - self.due_at, timedelta(0)) if self.done_at is not None else timedelta(0)


def find_done(playbook: Playbook, crisis: Crisis, events: Sequence[EscalationEvent], until: datetime) -> list[Done]:
    """The steps that were due until an instant, in the order of their deadlines."""
    found = []
    for step, due_at, _ in schedule_steps(playbook, crisis):
        names = re.compile(rf"(?<![\w-]){re.escape(step.id)}(?![\w-])", re.IGNORECASE)
        told = next(
            (each for each in events if each.type in _TELLS and any(map(names.search, each.because))),
            None,
        )
        if due_at is not None and (due_at <= until or told is not None):
            found.append(Done(step, due_at, told.at if told else None, told.by if told else ""))
    return found


def propose_playbook(playbook: Playbook, done: Sequence[Done], files: Files) -> list[Proposal]:
    """One change of the playbook: deadlines that were missed, as long as the steps took."""
    late = [each for each in done if each.late]
    if not late:
        return []
    told = "; ".join(f"{each.step.id} was {tell_duration(_round(each.late))} late" for each in late)
    why = f"{told}. Keep a deadline that people only failed to meet; change one that cannot be met."
    title = f"Revise the playbook {playbook.id}"
    if files.folder is None:
        return [Proposal(title, f"{why} response.yaml names no folder of own playbooks (`playbooks`): name one first.")]
    own = next((name for name, text in files.playbooks.items() if _id_of(text) == playbook.id), "")
    shipped = next((name for name, text in files.shipped.items() if _id_of(text) == playbook.id), "")
    text = files.playbooks.get(own) or files.shipped.get(shipped)
    if text is None:
        return [Proposal(title, f"{why} Its file was not found.")]
    name = own or f"{files.folder}/{shipped}"
    changed, left = _revise(text, playbook, late)
    if left:
        why += f" Not here, for the phase of the step ends earlier: {', '.join(left)}."
    try:
        parse_playbook(changed, name, _owners(text))
    except ConfigurationError as error:
        return [Proposal(title, f"{why} Change it by hand: {error}")]
    if changed == text:
        return [Proposal(title, why)]
    return [Proposal(title, why, name, make_diff(text if own else "", changed, name))]


def _revise(text: str, playbook: Playbook, late: Sequence[Done]) -> tuple[str, list[str]]:
    """The playbook with longer deadlines and its version counted up, and the steps that could not be changed."""
    left = []
    changed = text
    places = {step.id: place for place, step in enumerate(playbook.steps)}
    for each in late:
        wanted = _round(each.step.deadline + each.late)
        try:
            if wanted > PHASES[each.step.phase]:
                raise CannotEdit("its phase ends earlier")
            changed = set_entry(changed, ("steps", places[each.step.id]), "deadline", tell_duration(wanted))
        except CannotEdit:
            left.append(each.step.id)
    if changed != text:
        changed = set_entry(changed, (), "version", str(playbook.version + 1))
    return changed, left


def _round(span: timedelta) -> timedelta:
    """Up to whole five minutes."""
    return -(-span // _ROUND) * _ROUND


def _id_of(text: str) -> str:
    return str(_read(text).get("id", ""))


def _owners(text: str) -> list[str]:
    """Whoever owns steps now: people and teams of the plan are known to who read the playbook first."""
    steps = _read(text).get("steps")
    return [str(step.get("owner", "")) for step in steps if isinstance(step, dict)] if isinstance(steps, list) else []


def _read(text: str) -> dict[str, object]:
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError:
        return {}
    return found if isinstance(found, dict) else {}
