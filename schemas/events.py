"""What each type of escalation event promises beyond `EscalationEvent`: the contract with those who read `crises`.

One line a type. The JSON Schemas in schemas/json/events/, the messages of schemas/asyncapi.yaml and the table in
docs/consumers.md are generated from it, and what escalation tells is held to it by tests.
"""

from __future__ import annotations

from typing import NamedTuple

from schemas.crisis import SEVERITIES, EventType, Severity


class Promise(NamedTuple):
    """What a reader can rely on.

    Attributes:
        about: what has happened, as a sentence.
        fields: of the event, that are there and not empty; beside those that every event has.
        crisis: fields of its crisis, that are there and not empty.
        severities: that its crisis can have.
    """

    about: str
    fields: tuple[str, ...] = ()
    crisis: tuple[str, ...] = ()
    severities: tuple[Severity, ...] = SEVERITIES


#: Fields of the event by which a person's act is known.
_BY_A_PERSON = ("by", "command")
_ALARMS: tuple[Severity, ...] = SEVERITIES[SEVERITIES.index("elevated") :]

# fmt: off
EVENTS: dict[EventType, Promise] = {
    "crisis.watched":                 Promise("Something is worth a record; nobody is messaged.", ("signal",), severities=("watch",)),
    "crisis.opened":                  Promise("It is an alarm: from the start, or a watch has become one.", severities=_ALARMS),
    "crisis.escalated":               Promise("An alarm has become worse, or its accounts are found to act as one.", severities=_ALARMS),
    "crisis.eased":                   Promise("Its severity has fallen."),
    "crisis.updated":                 Promise("There is news: more signals, or a follow-up that somebody promised is due."),
    "crisis.paged":                   Promise("A step of its escalation policy was carried out.", ("page",)),
    "crisis.briefed":                 Promise("Stakeholders get their digest.", ("page",)),
    "crisis.acknowledged":            Promise("A person has taken it.", _BY_A_PERSON, ("owner", "acknowledged_at")),
    "crisis.acknowledgement_expired": Promise("Nothing was done for too long after it was taken: paging goes on.", (), ("owner",)),
    "crisis.assigned":                Promise("It has another owner.", _BY_A_PERSON, ("owner",)),
    "crisis.noted":                   Promise("A person wrote something down.", _BY_A_PERSON, ("notes",)),
    "crisis.contained":               Promise("It no longer grows; nobody is paged, unless it breaks out again.", (), ("contained_at",)),
    "crisis.resolved":                Promise("It is over.", (), ("resolved_at", "closed_because")),
    "crisis.dismissed":               Promise("A person says that it never was a crisis.", _BY_A_PERSON, ("closed_because",)),
    "crisis.reopened":                Promise("It is not over after all.", (), ("reopened",)),
    "crisis.reply_approved":          Promise("A person approved an answer; it is not sent yet.", _BY_A_PERSON, ("replies",)),
    "crisis.reply_sent":              Promise("An answer was published.", _BY_A_PERSON, ("replies", "first_answer_at")),
    "crisis.follow_up_added":         Promise("A person promised a look at it later.", _BY_A_PERSON, ("follow_ups",)),
    "crisis.followed_up":             Promise("A promised look was taken, and what was found is written down.", (), ("follow_ups",)),
    "crisis.reviewed":                Promise("What was learnt is written down.", _BY_A_PERSON),
}
# fmt: on
