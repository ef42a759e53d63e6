"""When the steps of a playbook are due for a crisis."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from schemas.crisis import Crisis
from tocsin.response.playbooks.playbook import Playbook, Step
from tocsin.response.severity import rank


class DueStep(NamedTuple):
    """A step and when it is due.

    Attributes:
        due_at: None while that is open: steps of the phase `after` wait for the end of the crisis.
        every: due again so long after each time, until the crisis is over; None: once.
    """

    step: Step
    due_at: datetime | None
    every: timedelta | None = None


def schedule_steps(playbook: Playbook, crisis: Crisis) -> tuple[DueStep, ...]:
    """The steps that this crisis needs, the next due first.

    Deadlines count from the opening, also of steps that only a worse severity asked for: such a step may be overdue the
    moment it appears, and is then to be done at once. A crisis that eased keeps the steps of its worst severity.
    """
    due = [
        DueStep(step, _find_due_at(step, crisis), step.every)
        for step in playbook.steps
        if rank(crisis.peak_severity) >= rank(step.from_severity) and (not step.stages or crisis.stage in step.stages)
    ]
    return tuple(sorted(due, key=_order))  # stable: equal deadlines keep the playbook's order


def _find_due_at(step: Step, crisis: Crisis) -> datetime | None:
    if step.phase != "after":
        return crisis.opened_at + step.deadline
    return crisis.resolved_at + step.deadline if crisis.resolved_at is not None else None


def _order(due: DueStep) -> tuple[bool, timedelta]:
    return due.step.phase == "after", due.step.deadline
