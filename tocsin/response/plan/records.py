"""What response.yaml says, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from schemas.crisis import Severity
from tocsin.response.notifier_plan import Notifier
from tocsin.response.on_call import Rotation
from tocsin.response.replies.policy import CommunicationPolicy, Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who can be told, or who decides.

    Attributes:
        language: that messages to this person are written in.
        time_zone: IANA name; times in messages are told in it.
        notifiers: ids of the ways to reach this person, best first: the next is tried when one has failed.
    """

    id: str
    name: str
    email: str | None = None
    phone: str | None = None
    language: Language = "en"
    time_zone: str = "UTC"
    notifiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """People who answer for something together. `members` are ids of people."""

    id: str
    name: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Which notifiers hear of which brands; `brands` empty: all of them."""

    id: str
    brands: tuple[str, ...]
    notifiers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationStep:
    """Who is paged, and how long after the step before it.

    Attributes:
        targets: ids of people, teams and rotations, which share one room of names; at least one.
        delay: after the step before it; of the first step: after the crisis opened.
    """

    targets: tuple[str, ...]
    delay: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stakeholders:
    """People who do not act but want to know: they get a digest at intervals, from a severity on."""

    targets: tuple[str, ...]
    every: timedelta = timedelta(minutes=60)
    only_from: Severity = "severe"


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationPolicy:
    """Who is paged about a crisis, step by step, until somebody acknowledges it.

    Attributes:
        brands: ids; empty: all brands.
        only_from: the least severity that pages anybody.
        steps: at least one.
        repeats: how many times the steps run again after the last one, 0 to 5.
        repeat_after: a page repeats after so long unacknowledged: the first step of a new round is due so long after
            the last step of the round before it.
        acknowledgement_lifetime: so long an acknowledgement holds without progress; then escalation goes on.
        group_for: the first message waits so long for what belongs to it; that of a critical crisis never waits.
        update_every: the least time between two updates of the same crisis.
    """

    id: str
    brands: tuple[str, ...] = ()
    only_from: Severity = "elevated"
    steps: tuple[EscalationStep, ...]
    repeats: int = 3
    repeat_after: timedelta = timedelta(hours=4)
    acknowledgement_lifetime: timedelta = timedelta(minutes=30)
    group_for: timedelta = timedelta(seconds=30)
    update_every: timedelta = timedelta(minutes=5)
    stakeholders: Stakeholders | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A brand, or one topic of it, muted by a person for a time. `topic` None: the whole brand."""

    brand: str
    topic: str | None
    until: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceWindow:
    """A time in which more talk than usual is expected: a campaign, a launch, a planned outage.

    Attributes:
        topic: None: the whole brand.
        until: the first instant after it.
        by: id of the person who planned it.
        mutes_up_to: the worst severity that nobody is messaged of; what is worse than that is told as ever.
    """

    brand: str
    topic: str | None = None
    starts_at: datetime
    until: datetime
    by: str
    reason: str
    mutes_up_to: Severity = "elevated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The whole of response.yaml. Without policies every notifier hears of every brand.

    Attributes:
        communication: how mentions are answered; None: nobody wrote it down.
        playbooks: the folder of playbooks beside the shipped ones, relative to the file; None: there is none.
    """

    people: tuple[Person, ...] = ()
    teams: tuple[Team, ...] = ()
    rotations: tuple[Rotation, ...] = ()
    notifiers: tuple[Notifier, ...] = ()
    policies: tuple[Policy, ...] = ()
    escalations: tuple[EscalationPolicy, ...] = ()
    silences: tuple[Silence, ...] = ()
    maintenance: tuple[MaintenanceWindow, ...] = ()
    communication: CommunicationPolicy | None = None
    playbooks: str | None = None
