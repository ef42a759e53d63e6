"""Stories of one crisis and the people who answer for it: what happened at which hour, and what the desk saw.

Hours are written as `02:05` or `02:05:30`, those of later days as `1 09:00` (the next day).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.command import Action, Command, CommandAnswer, Silence
from schemas.crisis import Crisis, EscalationEvent
from schemas.signal import Signal
from tests.builders import a_signal, milliseconds
from tocsin.flow import Emit, MemoryRows
from tocsin.response.crisis_book import Named
from tocsin.response.escalate import Escalate
from tocsin.response.event_log import verify_chain
from tocsin.response.plan import Plan, parse_plan

#: Midnight between a Sunday and a Monday.
MIDNIGHT = datetime(2026, 1, 5, tzinfo=UTC)

RESPONSE = """
notifiers:
  phone: {kind: webhook, url: "https://example.org/phone"}
  mail: {kind: webhook, url: "https://example.org/mail"}
people:
  ana: {name: Ana, notifiers: [phone, mail]}
  ben: {name: Ben, notifiers: [phone]}
  mia: {name: Mia, notifiers: [phone]}
  cho: {name: Cho, notifiers: [mail]}
escalations:
  night:
    steps:
      - targets: [ana]
      - {targets: [ben], delay: 5 min}
      - {targets: [mia], delay: 10 min}
    repeats: 1
    repeat_after: 4 h
    acknowledgement_lifetime: 30 min
    stakeholders: {targets: [cho], every: 60 min, only_from: critical}
"""
#: Just enough people who complain; many; and so many that nobody can sleep.
ELEVATED: dict[str, Any] = {
    "ratio": 3.0, "surprise": 5.5, "distinct_negative_authors": 9, "negative_share": 0.4, "record_ratio": 1.1,
}  # fmt: skip
SEVERE: dict[str, Any] = ELEVATED | {"ratio": 20.0, "surprise": 30.0, "negative_share": 0.8}
CRITICAL: dict[str, Any] = SEVERE | {"record_ratio": 3.0, "distinct_negative_authors": 400}


class _Setup:
    namespace = "story"
    is_exercise = False
    is_live = True
    library = None

    def __init__(self, plan: Plan | None) -> None:
        self.plan = plan


class ResponseStory:
    """One brand, one plan, and a clock that only moves on."""

    def __init__(self, response: str | None = RESPONSE) -> None:
        plan = parse_plan(response) if response is not None else None
        self._setup: Named = _Setup(plan)
        self.rows = MemoryRows()
        self._escalate = Escalate(self._setup, self.rows)
        self._count = self._watermark_ms = 0
        self.emits: list[Emit] = []

    def hears(self, at: str, topic: str = "*", *, episode: str = "", state: str = "raised", **numbers: Any) -> None:
        """A signal comes; without numbers just an elevated one."""
        signal = a_signal(
            id=f"s{self._next()}",
            topic=topic,
            state=state,
            at=hour(at),
            episode=episode or f"of {topic}",
            authors=(f"x|{topic}",),
            evidence=(f"x|{topic}",),
            **(numbers or ELEVATED),
        )
        self._take(signal, at)

    def says(self, at: str, by: str, action: Action, **fields: Any) -> CommandAnswer:
        """A person acts on the last crisis that was opened, or on the one that is named; what became of it."""
        at_ms = milliseconds(hour(at))
        self._advance(at_ms - 1)
        crisis = fields.pop("crisis", None) or (self.crises[-1].id if self.crises else "")
        command = Command(
            id=f"k{self._next()}", action=action, brand="acme", crisis=crisis, by=by, at=hour(at), **fields
        )
        self._take(command, at)
        self._advance(max(at_ms, self._watermark_ms + 1))
        answer: CommandAnswer = self.emits_of(CommandAnswer)[-1]
        assert answer.id == command.id
        return answer

    def passes(self, until: str) -> None:
        """Time passes."""
        self._advance(milliseconds(hour(until)))

    def restarts(self) -> None:
        """The worker that has the brand is another one from now on: only the rows are left."""
        self._escalate = Escalate(self._setup, self.rows)

    @property
    def events(self) -> list[EscalationEvent]:
        events = self.emits_of(EscalationEvent)
        assert verify_chain(events) == ()
        return events

    @property
    def crises(self) -> list[Crisis]:
        """Each as it was last told, by the time at which it opened."""
        return list({crisis.id: crisis for crisis in self.emits_of(Crisis)}.values())

    @property
    def silences(self) -> list[Silence]:
        return self.emits_of(Silence)

    def timeline(self, *types: str) -> list[str]:
        """The events as an operator would read them: `02:05 paged ben`; only of these types, if some are named."""
        return [_line(event) for event in self.events if not types or event.type.removeprefix("crisis.") in types]

    def emits_of(self, cls: type[Any]) -> list[Any]:
        return [emit.record for emit in self.emits if isinstance(emit.record, cls)]

    def _take(self, record: Signal | Command, at: str) -> None:
        at_ms = milliseconds(hour(at))
        self._advance(at_ms - 1)
        self.emits.extend(self._escalate.take(record, at_ms))

    def _advance(self, watermark_ms: int) -> None:
        if watermark_ms > self._watermark_ms:
            self._watermark_ms = watermark_ms
            self.emits.extend(self._escalate.advance(watermark_ms))

    def _next(self) -> int:
        self._count += 1
        return self._count


def hour(text: str) -> datetime:
    """The instant of an hour of the story."""
    day, _, clock = text.rpartition(" ")
    parts = [int(part) for part in clock.split(":")]
    return MIDNIGHT + timedelta(days=int(day or 0), hours=parts[0], minutes=parts[1], seconds=sum(parts[2:]))


def clock(minutes: int) -> str:
    """So many minutes after midnight, as an hour is written.

    >>> clock(25 * 60 + 1)
    '1 01:01'
    """
    days, minutes = divmod(minutes, 24 * 60)
    return f"{days} {minutes // 60:02}:{minutes % 60:02}"


def _line(event: EscalationEvent) -> str:
    days = (event.at - MIDNIGHT).days
    clock = f"{event.at:%H:%M:%S}" if event.at.second else f"{event.at:%H:%M}"
    who = f" {', '.join(each.person for each in event.page.recipients)}" if event.page else ""
    by = f" by {event.by}" if event.by else ""
    return f"{f'{days} ' if days else ''}{clock} {event.type.removeprefix('crisis.')}{who}{by}"
