"""The life of a crisis as tables: (status, event) → status, and (status, action of a person) → event.

What is not in them cannot happen. The picture in docs/lifecycle.md is drawn from them.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from schemas.command import Action
from schemas.crisis import EventType, Status

#: `new` is before the first event.
Before = Literal["new"] | Status


class Move(NamedTuple):
    """One way from a status to another, or round to the same; and when it is taken."""

    before: Before
    event: EventType
    after: Status
    when: str


# fmt: off
MOVES: tuple[Move, ...] = (
    Move("new",          "crisis.watched",                 "open",         "worth a record; messages nobody"),
    Move("new",          "crisis.opened",                  "open",         "an alarm from the start"),
    Move("open",         "crisis.opened",                  "open",         "a watch became an alarm"),
    Move("open",         "crisis.escalated",               "open",         "an alarm became worse"),
    Move("open",         "crisis.acknowledged",            "acknowledged", "a person took it"),
    Move("open",         "crisis.contained",               "contained",    "a person says that it no longer grows"),
    Move("open",         "crisis.resolved",                "resolved",     "it stayed quiet, or a person says so"),
    Move("open",         "crisis.dismissed",               "dismissed",    "a person says that it was none"),
    Move("acknowledged", "crisis.acknowledgement_expired", "open",         "nothing was done for too long"),
    Move("acknowledged", "crisis.opened",                  "open",         "a watch became an alarm"),
    Move("acknowledged", "crisis.escalated",               "open",         "worse than what was acknowledged"),
    Move("acknowledged", "crisis.acknowledged",            "acknowledged", "another took it, or the same again"),
    Move("acknowledged", "crisis.contained",               "contained",    "it was calm, or a person says so"),
    Move("acknowledged", "crisis.resolved",                "resolved",     "it stayed quiet, or a person says so"),
    Move("acknowledged", "crisis.dismissed",               "dismissed",    "a person says that it was none"),
    Move("contained",    "crisis.opened",                  "open",         "a watch became an alarm"),
    Move("contained",    "crisis.escalated",               "open",         "it broke out again"),
    Move("contained",    "crisis.reopened",                "open",         "a person says that it still grows"),
    Move("contained",    "crisis.resolved",                "resolved",     "it stayed quiet, or a person says so"),
    Move("contained",    "crisis.dismissed",               "dismissed",    "a person says that it was none"),
    Move("resolved",     "crisis.reopened",                "open",         "it came back, or a person says so"),
    Move("resolved",     "crisis.dismissed",               "dismissed",    "it was a false alarm, as was found later"),
    Move("resolved",     "crisis.reviewed",                "reviewed",     "what was learnt is written down"),
    Move("reviewed",     "crisis.reopened",                "open",         "it came back, or a person says so"),
    Move("dismissed",    "crisis.reopened",                "open",         "it is worse than what was dismissed"),
)

#: Events that leave the status as it is: where they can happen.
STAYS: dict[EventType, tuple[Status, ...]] = {
    "crisis.eased":           ("open", "acknowledged", "contained"),
    "crisis.updated":         ("open", "acknowledged", "contained", "resolved", "reviewed"),
    "crisis.paged":           ("open",),
    "crisis.briefed":         ("open", "acknowledged", "contained"),
    "crisis.assigned":        ("open", "acknowledged", "contained", "resolved"),
    "crisis.noted":           ("open", "acknowledged", "contained", "resolved", "reviewed", "dismissed"),
    "crisis.reply_approved":  ("open", "acknowledged", "contained", "resolved"),
    "crisis.reply_sent":      ("open", "acknowledged", "contained", "resolved"),
    "crisis.follow_up_added": ("open", "acknowledged", "contained", "resolved", "reviewed"),
    "crisis.followed_up":     ("open", "acknowledged", "contained", "resolved", "reviewed"),
}
LIFECYCLE: dict[tuple[Before, EventType], Status] = {(each.before, each.event): each.after for each in MOVES} | {
    (status, event): status for event, statuses in STAYS.items() for status in statuses
}

#: What each event says.
EVENTS: dict[EventType, str] = {
    "crisis.watched":                 "something is worth a record; it messages nobody",
    "crisis.opened":                  "there is a crisis: an alarm",
    "crisis.escalated":               "it became worse than people knew",
    "crisis.eased":                   "its severity fell: nothing confirmed it for an hour, or a person lowered it",
    "crisis.updated":                 "there is news of it, or a follow-up is due",
    "crisis.paged":                   "a step of the escalation was carried out: whom it paged",
    "crisis.briefed":                 "a digest went to the stakeholders",
    "crisis.acknowledged":            "a person took it",
    "crisis.acknowledgement_expired": "the person who took it did nothing for too long: escalation goes on",
    "crisis.assigned":                "it was given to somebody",
    "crisis.noted":                   "somebody wrote something down",
    "crisis.contained":               "it no longer grows; nobody is paged",
    "crisis.resolved":                "it is over",
    "crisis.dismissed":               "it was none, and why",
    "crisis.reopened":                "it is not over after all",
    "crisis.reply_approved":          "an answer of the brand was approved",
    "crisis.reply_sent":              "an answer of the brand was published",
    "crisis.follow_up_added":         "somebody promised to look at something later",
    "crisis.followed_up":             "that was done, or the rules looked back: what was found",
    "crisis.reviewed":                "what was learnt is written down",
}

#: What each action of a person makes happen, if the lifecycle allows it. Silences are about brands, not crises.
ACTIONS: dict[Action, EventType] = {
    "acknowledge":        "crisis.acknowledged",
    "assign":             "crisis.assigned",
    "note":               "crisis.noted",
    "raise":              "crisis.escalated",
    "lower":              "crisis.eased",
    "contain":            "crisis.contained",
    "resolve":            "crisis.resolved",
    "dismiss":            "crisis.dismissed",
    "reopen":             "crisis.reopened",
    "approve-reply":      "crisis.reply_approved",
    "sent-reply":         "crisis.reply_sent",
    "add-follow-up":      "crisis.follow_up_added",
    "complete-follow-up": "crisis.followed_up",
    "complete-review":    "crisis.reviewed",
}
# fmt: on

#: (status, action) → event: what a person may do now.
COMMANDS: dict[tuple[Status, Action], EventType] = {
    (status, action): event for action, event in ACTIONS.items() for (status, on), _ in LIFECYCLE.items()
    if on == event and status != "new"
}  # fmt: skip

#: Events for the record: they message no notifier that hears all; who is paged or briefed is named by the event.
RECORDED: frozenset[EventType] = frozenset(
    {"crisis.watched", "crisis.eased", "crisis.paged", "crisis.briefed", "crisis.followed_up"}
)
#: The end of a crisis is heard by those who heard of it at its worst.
ENDS: frozenset[EventType] = frozenset({"crisis.contained", "crisis.resolved", "crisis.dismissed"})

#: Somebody has to do something, or the rules have; after it, nobody waits.
ACTIVE: frozenset[Status] = frozenset({"open", "acknowledged", "contained"})


class IllegalMoveError(Exception):
    """An event that the status does not allow; names both, and what would be allowed."""

    def __init__(self, status: Before, event: EventType) -> None:
        allowed = ", ".join(each for before, each in LIFECYCLE if before == status) or "nothing"
        super().__init__(f"{event} cannot happen to a crisis that is {status}; allowed: {allowed}")
        self.status = status
        self.event = event


def move(status: Before, event: EventType) -> Status:
    """The status after an event.

    >>> move("open", "crisis.resolved")
    'resolved'

    Raises:
        IllegalMoveError: the table does not know the pair.
    """
    try:
        return LIFECYCLE[status, event]
    except KeyError:
        raise IllegalMoveError(status, event) from None


def find_event(status: Status, action: Action) -> EventType | None:
    """What happens when a person does this to a crisis of that status; None: it is not possible now."""
    return COMMANDS.get((status, action))


def find_actions(status: Status) -> tuple[Action, ...]:
    """What a person may do to a crisis of that status."""
    return tuple(action for action in ACTIONS if (status, action) in COMMANDS)
