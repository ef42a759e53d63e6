"""From a delivery to its message: who reads it, and what the response plan knows besides the event."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from schemas.crisis import Delivery, EscalationEvent
from schemas.mention import Evidence
from tocsin.response.message.compose import compose
from tocsin.response.message.message import Extras, Message, Reader, is_over
from tocsin.response.notifier_plan import RemoteNotifier
from tocsin.response.plan import Person, Plan
from tocsin.response.playbooks.playbook import ROLES, Playbook
from tocsin.response.playbooks.schedule import DueStep, schedule_steps
from tocsin.response.replies.policy import Language


class MessageWriter:
    """Writes the messages of one response plan.

    Args:
        find_evidence: mention key → text, of what an event names, as far as it is known.
        find_playbook: by its id.
        make_link: the address where the person of a delivery takes its crisis; empty: there is none.
    """

    def __init__(
        self,
        plan: Plan,
        find_evidence: Callable[[EscalationEvent], Mapping[str, Evidence]],
        find_playbook: Callable[[str], Playbook | None] = lambda _: None,
        make_link: Callable[[Delivery], str] = lambda _: "",
    ) -> None:
        self._people = {person.id: person for person in plan.people}
        self._notifiers = {notifier.id: notifier for notifier in plan.notifiers}
        self._names = {team.id: team.name for team in plan.teams} | {each.id: each.name for each in plan.people}
        self._find_evidence = find_evidence
        self._find_playbook = find_playbook
        self._make_link = make_link

    def write(self, delivery: Delivery, *, is_test: bool = False) -> Message:
        """What a delivery says to its reader."""
        event = delivery.event
        reader = self.find_reader(delivery.recipient, delivery.notifier)
        is_takeable = bool(reader.person) and not is_over(event.crisis) and event.crisis.owner != reader.person
        return compose(
            event,
            self._find_evidence(event),
            reader,
            self._extras(event, reader.language, self._make_link(delivery) if is_takeable else "", is_test),
            is_possible_repeat=delivery.is_possible_repeat,
        )

    def find_reader(self, recipient: str, notifier: str) -> Reader:
        """A person, as they want to read; without one, or one the plan no longer has, all who read that notifier."""
        person = self._people.get(recipient)
        if person is not None:
            return read_by(person)
        entry = self._notifiers.get(notifier)
        if isinstance(entry, RemoteNotifier):
            return Reader(language=entry.language, time_zone=entry.time_zone)
        return Reader()

    def _extras(self, event: EscalationEvent, language: Language, link: str, is_test: bool) -> Extras:
        playbook = self._find_playbook(event.crisis.playbook) if event.crisis.playbook else None
        due = find_next_step(playbook, event) if playbook is not None else None
        owner = due.step.owner if due is not None else ""
        return Extras(
            acknowledge_url=link,
            playbook=playbook.title.say(language) if playbook is not None else "",
            first_step=due.step.what.say(language) if due is not None else "",
            first_step_by=due.due_at if due is not None else None,
            first_step_owner=ROLES[owner].say(language) if owner in ROLES else owner,
            names=self._names,
            is_test=is_test,
        )


def read_by(person: Person) -> Reader:
    """A person as a reader."""
    return Reader(
        language=person.language,
        time_zone=person.time_zone,
        person=person.id,
        name=person.name,
        email=person.email,
        phone=person.phone,
    )


def find_next_step(playbook: Playbook, event: EscalationEvent) -> DueStep | None:
    """The step that is due next; the last one when all are overdue. None when the crisis is over."""
    if is_over(event.crisis):
        return None
    steps = [due for due in schedule_steps(playbook, event.crisis) if due.due_at is not None]
    return next(
        (due for due in steps if due.due_at is not None and due.due_at > event.at), steps[-1] if steps else None
    )
