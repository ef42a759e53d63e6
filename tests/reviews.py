"""Crises to be reviewed, as they really go: escalation hears, people act."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml

from schemas.command import Command
from schemas.crisis import Crisis, Delivery, EscalationEvent
from tests.builders import a_delivery, a_signal, an_evidence, instant, milliseconds
from tests.inboxes import a_command
from tocsin.detection.watchlist import parse_watchlist
from tocsin.flow import MemoryRows
from tocsin.response.escalate import Escalate
from tocsin.response.plan import Plan, parse_plan
from tocsin.response.playbooks.read import read_library, shipped_texts
from tocsin.response.review.draft import Kept, Review, draft_review
from tocsin.response.review.proposals import Files
from tocsin.response.review.recovery import Recovery

MINUTE, HOUR, DAY = 60, 3_600, 86_400

WATCHLIST = """\
brands:
  - id: acme            # stays
    name: Acme
    keywords: [acme]
    exclusions: [looney tunes]
    topics:
      service: {keywords: [rude]}
"""
RESPONSE = """\
people:
  ana: {name: Ana, notifiers: [push]}
  ben: {name: Ben, notifiers: [push]}
notifiers:
  push: {kind: log}
escalations:
  everything:
    only_from: elevated   # all alarms
    steps:
      - targets: [ana]
      - targets: [ben]
        delay: 20 min
"""
PLAN = parse_plan(RESPONSE)
HOSTILE = (
    "<img src=x onerror=alert(1)> [pay](https://evil.example) <!channel> @everyone `x` | ![i](http://e.example) "
    "\u202egnp"
)


class Setup:
    namespace = "demo"
    is_exercise = False
    is_live = True
    plan: Plan | None = PLAN
    library = read_library()


class Story:
    """A crisis as it really goes: escalation hears, people act."""

    def __init__(self, **signal: Any) -> None:
        self.escalate = Escalate(Setup(), MemoryRows())
        self.events: list[EscalationEvent] = []
        self.signal = {
            "terms": ("snacks", "brake failure", "rude", "@bob"),
            "causes": {"service": 30, "price": 9},
            **signal,
        }
        self.hear(a_signal(at=0, first_mention="x|m0", **self.signal))
        self.advance(0)

    def hear(self, record: Any, at: float = 0) -> None:
        self._keep(self.escalate.take(record, milliseconds(at)))

    def act(self, id: str, at: float, **fields: Any) -> None:
        command: Command = a_command(id, crisis=self.crisis.id, **fields)
        self.hear(command, at)
        self.advance(at)

    def advance(self, at: float) -> None:
        self._keep(self.escalate.advance(milliseconds(at)))

    def _keep(self, emits: Any) -> None:
        self.events += [emit.record for emit in emits if isinstance(emit.record, EscalationEvent)]

    @property
    def crisis(self) -> Crisis:
        return self.events[-1].crisis


def a_night() -> Story:
    """Ana sleeps, Ben takes it after 21 minutes, answers after 35, and it is over after four hours."""
    story = Story()
    story.advance(21 * MINUTE)
    story.act("k1", 22 * MINUTE, action="acknowledge", by="ben")
    story.act("k2", 30 * MINUTE, action="note", by="ben", text="the crew is asked")
    story.act(
        "k3",
        33 * MINUTE,
        action="approve-reply",
        by="ben",
        target="k3",
        mention="x|m1",
        text="Dear Bob, your secret is safe",
    )
    story.act("k4", 35 * MINUTE, action="sent-reply", by="ben", target="k3", url="https://example.org/1")
    story.hear(a_signal(id="s2", at=2 * HOUR, state="ended"))
    story.advance(5 * HOUR + 25 * HOUR)
    return story


def receipts(events: Sequence[EscalationEvent], **fields: Any) -> list[Delivery]:
    found = []
    for event in events:
        for person in event.page.recipients if event.page else ():
            delivery = a_delivery(key=f"{event.id}{person.person}", notifier="push", event=event)
            arrived: dict[str, Any] = {"state": "delivered", "delivered_at": event.at, "attempts": 1}
            found.append(delivery.replace(recipient=person.person, **(arrived | fields)))
    return found


def own_playbooks(text: str) -> Files:
    return Files(
        watchlist=("watchlist.yaml", WATCHLIST),
        response=("response.yaml", RESPONSE),
        read_watchlist=parse_watchlist,
        playbooks={"own.yaml": text},
        shipped=shipped_texts(),
        folder="playbooks",
    )


def review_of(story: Story, now: float = 2 * DAY, **kept: Any) -> Review:
    library = Setup.library
    shipped = shipped_texts()
    text = next(
        each for each in shipped.values() if yaml.safe_load(each)["id"] == (story.crisis.playbook or "unclear-yet")
    )
    found: dict[str, Any] = {
        "events": story.events,
        "evidence": {"x|m0": an_evidence("late again", id="m0", at=-600), "x|m1": an_evidence("no snacks", id="m1")},
        "deliveries": receipts(story.events),
        "crises": [story.crisis],
        "plan": PLAN,
        "library": library,
        "files": own_playbooks(text),
    }
    return draft_review(Kept(crisis=story.crisis, **(found | kept)), instant(now))


def own(review: Review) -> str:
    texts = shipped_texts().values()
    return next(each for each in texts if yaml.safe_load(each)["id"] == review.crisis.playbook)


def hostile() -> Review:
    story = Story(reasons=(HOSTILE,), terms=(HOSTILE, "snacks"), causes={HOSTILE: 3}, sources={HOSTILE: 5})
    story.act("k1", MINUTE, action="acknowledge", by=HOSTILE[:60])
    story.act("k2", 2 * MINUTE, action="note", by="ben", text=HOSTILE)
    evidence = {
        "x|m1": an_evidence(HOSTILE, id="m1", author_handle=HOSTILE, url="javascript:alert(1)"),
        "x|m0": an_evidence("my secret illness", id="m0", private=True),
    }
    crisis = story.crisis.replace(evidence=("x|m1", "x|m0"), suppressed={HOSTILE: 2})
    recovery = Recovery(9, 4, 1, 2, 1, instant(HOUR), HOSTILE)
    kept = Kept(
        crisis=crisis, events=story.events, evidence=evidence, recovery=recovery, plan=PLAN,
        deliveries=receipts(story.events, state="failed", error=HOSTILE),
        files=Files(watchlist=(f"w{HOSTILE}", WATCHLIST + f"# ```` {HOSTILE}\n"), read_watchlist=parse_watchlist),
    )  # fmt: skip
    return draft_review(kept, instant(DAY))
