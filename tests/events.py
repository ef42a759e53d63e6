"""Every type of escalation event, as escalation itself tells it: one crisis and what people do about it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from typing import Any

from schemas.crisis import EscalationEvent
from schemas.reply import Reply
from schemas.streams import CRISES
from tests.builders import START, a_signal, milliseconds
from tests.inboxes import a_command
from tocsin.flow import Emit, MemoryRows
from tocsin.response.escalate import Escalate
from tocsin.response.plan import parse_plan
from tocsin.response.playbooks.read import read_library

_MINUTE, _HOUR, _DAY = 60.0, 3_600.0, 86_400.0
_PLAN = """\
people:
  ana: {name: Ana, notifiers: [push]}
  eva: {name: Eva, notifiers: [push]}
notifiers:
  push: {kind: webhook, url: https://example.org/push}
escalations:
  everything:
    steps:
      - {targets: [ana]}
    stakeholders: {targets: [eva], every: 60 min, only_from: elevated}
"""


class Setup:
    namespace = "demo"
    is_exercise = False
    is_live = True
    plan = parse_plan(_PLAN)
    library = read_library()


class Desk:
    """One partition of escalation.

    Attributes:
        told: its escalation events, as they go to Kafka.
    """

    def __init__(self) -> None:
        self._escalate = Escalate(Setup(), MemoryRows())
        self._commands = 0
        self.told: list[Emit] = []

    def hear(self, seconds: float, **fields: Any) -> None:
        """A signal of a second, and time until then."""
        self._keep(self._escalate.take(a_signal(at=seconds, **fields), milliseconds(seconds)))
        self.pass_time(seconds)

    def act(self, seconds: float, action: str, **fields: Any) -> str:
        """What a person does in a second, and what is answered."""
        self._commands += 1
        command = a_command(f"k{self._commands}", action=action, crisis=self.events[0].crisis.id, **fields)
        before = len(self.told)
        self._keep(self._escalate.take(command, milliseconds(seconds)))
        self.pass_time(seconds)
        assert len(self.told) > before, f"{action} was refused"
        return self.events[-1].id

    def pass_time(self, seconds: float) -> None:
        self._keep(self._escalate.advance(milliseconds(seconds)))

    @property
    def events(self) -> list[EscalationEvent]:
        return [emit.record for emit in self.told if isinstance(emit.record, EscalationEvent)]

    def _keep(self, emits: Iterable[Emit]) -> None:
        self.told += [emit for emit in emits if emit.stream is CRISES]


@cache
def every_event() -> tuple[Emit, ...]:
    """At least one of each type, with key and headers."""
    desk = Desk()
    quiet: dict[str, Any] = {"kind": "burst", "episode": "e1", "negative_share": 0.1, "positive_share": 0.6}
    loud: dict[str, Any] = {"episode": "e2", "ratio": 3.0, "surprise": 5.5, "distinct_negative_authors": 9}
    loud |= {"negative_share": 0.4, "record_ratio": 1.1}
    desk.hear(0, id="s1", **quiet)  # watched
    desk.hear(10, id="s2", **loud)  # opened
    desk.pass_time(2 * _MINUTE)  # paged, briefed
    desk.act(3 * _MINUTE, "acknowledge", by="ana")
    desk.act(4 * _MINUTE, "assign", by="ana", assignee="eva")
    desk.act(5 * _MINUTE, "note", by="ana", text="the plant is called")
    desk.hear(12 * _MINUTE, id="s3", **(loud | {"state": "grown", "surprise": 5.6}))
    desk.pass_time(20 * _MINUTE)  # updated
    desk.pass_time(50 * _MINUTE)  # acknowledgement expired
    reply = Reply(id="r1", crisis="c", mention="x|m1", language="en", text="Thank you.", by="ana", approved_at=START)
    desk.act(51 * _MINUTE, "approve-reply", by="ana", mention="x|m1", text="Thank you.", reply=reply, target="r1")
    desk.act(52 * _MINUTE, "sent-reply", by="ana", target="r1", url="https://x.example/1")
    desk.act(53 * _MINUTE, "raise", by="ana", severity="critical", reason="the press has it")  # escalated
    desk.act(54 * _MINUTE, "lower", by="ana", reason="the press has not")  # eased
    desk.act(55 * _MINUTE, "contain", by="ana")
    desk.act(56 * _MINUTE, "resolve", by="ana", reason="it is repaired")
    desk.act(57 * _MINUTE, "reopen", by="ana", reason="it is not")
    desk.act(58 * _MINUTE, "resolve", by="ana", reason="now it is")
    later = START + timedelta(days=2)
    desk.act(59 * _MINUTE, "add-follow-up", by="ana", text="does it hold?", until=later)
    desk.pass_time(_DAY + _HOUR)  # followed up
    desk.act(_DAY + 2 * _HOUR, "complete-review", by="ana", text="test the pump each week")
    other = Desk()
    other.hear(0, id="s4", **loud)
    other.act(_MINUTE, "dismiss", by="ana", reason="a joke")
    return (*desk.told, *other.told)
