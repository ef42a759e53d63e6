"""The law of escalation: whatever people and signals do, in whatever pieces time comes, and wherever a worker restarts.

No illegal status, no timer lost, nobody paged twice for one step, no gap in the chain of hashes, one answer a command.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any, NamedTuple, get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import streams
from schemas.command import Action, Command, CommandAnswer
from schemas.crisis import SEVERITIES, Crisis, EscalationEvent
from schemas.signal import Signal, SignalKind, SignalState
from schemas.streams import END_OF_TIME_MS
from tests.builders import START, a_signal, instant, milliseconds
from tests.properties.test_windows import as_told, written_and_read_again
from tocsin.flow import Emit, MemoryRows
from tocsin.response.crisis_book import TIMERS, find_due
from tocsin.response.escalate import Escalate
from tocsin.response.escalation_policy import find_escalation
from tocsin.response.event_log import verify_chain
from tocsin.response.lifecycle import LIFECYCLE
from tocsin.response.plan import (
    EscalationPolicy,
    EscalationStep,
    MaintenanceWindow,
    Person,
    Plan,
    Silence,
    Stakeholders,
)
from tocsin.response.rows import CrisisRow, EscalateRow

ACTIONS: tuple[Action, ...] = get_args(Action)
KINDS: tuple[SignalKind, ...] = ("negative_burst", "burst", "coordination", "author_burst", "high_risk", "silence")
STATES: tuple[SignalState, ...] = ("raised", "grown", "grown", "ended")
#: From elevated to critical.
STRENGTHS: tuple[dict[str, Any], ...] = (
    {"ratio": 3.0, "surprise": 5.5, "distinct_negative_authors": 9, "negative_share": 0.4, "record_ratio": 1.1},
    {"ratio": 20.0, "surprise": 30.0, "negative_share": 0.8, "record_ratio": 1.1},
    {"ratio": 40.0, "surprise": 40.0, "negative_share": 0.9, "record_ratio": 3.0, "distinct_negative_authors": 400,
     "distinct_authors": 500, "reach": 2_000_000, "source_kinds": {"press": 9}},
)  # fmt: skip
MINUTE, HOUR, DAY = 60, 3_600, 86_400
GAPS = (0, 10, 20, 30, 5 * MINUTE, 31 * MINUTE, HOUR, 3 * HOUR, 20 * HOUR, 8 * DAY)


def people(*names: str) -> tuple[Person, ...]:
    return tuple(Person(id=name, name=name, notifiers=(f"{name}-phone", f"{name}-mail")) for name in names)


PLAN = Plan(
    people=people("ana", "ben", "cleo", "eve"),
    escalations=(
        EscalationPolicy(
            id="usual",
            brands=("acme",),
            steps=(
                EscalationStep(targets=("ana",)),
                EscalationStep(targets=("ben",), delay=timedelta(minutes=5)),
                EscalationStep(targets=("cleo", "nobody"), delay=timedelta(minutes=10)),
            ),
            repeats=2,
            stakeholders=Stakeholders(targets=("eve",)),
        ),
        EscalationPolicy(
            id="worst",
            brands=("acme",),
            only_from="critical",
            steps=(EscalationStep(targets=("nobody",)), EscalationStep(targets=("cleo",))),
            repeats=1,
            repeat_after=timedelta(minutes=30),
        ),
        EscalationPolicy(id="others", only_from="severe", steps=(EscalationStep(targets=("ben",)),)),
    ),
    silences=(Silence(brand="acme", topic="fees", until=instant(2 * HOUR), by="ana", reason="known"),),
    maintenance=(
        MaintenanceWindow(
            brand="acme", starts_at=instant(DAY), until=instant(DAY + 4 * HOUR), by="ben", reason="a launch"
        ),
    ),
)  # fmt: skip


REPEATS = {policy.id: policy.repeats for policy in PLAN.escalations}


class World:
    namespace = "test"
    is_exercise = False
    plan = PLAN
    library = None

    def __init__(self, is_live: bool) -> None:
        self.is_live = is_live


class Item(NamedTuple):
    """A record, and when it is written."""

    at_ms: int
    record: Signal | Command


#: (gap, is a command, what, which, how) as numbers, so that a failure can be made small.
acts = st.lists(
    st.tuples(
        st.integers(0, len(GAPS) - 1),
        st.booleans(),
        st.integers(0, len(ACTIONS) - 1),
        st.integers(0, 5),
        st.integers(0, 11),
    ),
    max_size=40,
)
Act = tuple[int, bool, int, int, int]


def a_random_signal(number: int, at: float, act: Act, *, has_risks: bool) -> Signal:
    _, _, what, which, how = act
    kinds = [kind for kind in KINDS if kind != "high_risk" or has_risks]
    kind = kinds[what % len(kinds)]
    topic = ("*", "fees", "crew")[which % 3]
    return a_signal(
        id=f"s{number}",
        kind=kind,
        state=STATES[how % 4],
        brand="acme" if which < 4 else "zeta",
        topic=topic,
        at=at,
        episode=f"{kind}|{topic}|{which // 3}",
        verdict="coordinated" if kind == "coordination" else "elevated",
        lasts_minutes=240 if kind == "coordination" else 0,
        authors=(f"x|{topic}",),
        evidence=(f"x|{topic}",),
        **STRENGTHS[how // 4],
    )


def a_random_command(number: int, at: float, act: Act, crises: Sequence[Crisis]) -> Command:
    _, _, what, which, how = act
    crisis = crises[-1 - which % len(crises)] if crises else None
    is_whole = how != 11
    return Command(
        action=ACTIONS[what],
        id=f"k{number if how or GAPS[act[0]] > DAY else max(0, number - 1)}",  # now and then, one is sent twice
        brand=crisis.brand if crisis and which != 5 else "acme",
        crisis="" if ACTIONS[what] in ("silence", "unsilence") and how % 2 else crisis.id if crisis else "unknown",
        by=("ana", "ben", "somebody")[how % 3],
        at=instant(at),
        reason="because" if is_whole else "",
        text="text" if is_whole else "",
        severity=(None, *SEVERITIES)[how % 5],
        assignee="cleo" if is_whole else "",
        mention="x|m1",
        target="24h" if ACTIONS[what] == "complete-follow-up" else f"t{how % 3}",
        topic=(None, "fees", "*")[how % 3],
        until=instant(at + ((3 * HOUR, 4 * DAY)[how % 2] if is_whole else -HOUR)),
    )


class Play:
    """One run of escalation over items; time comes in the pieces that it is given."""

    def __init__(self, *, is_live: bool) -> None:
        self.world = World(is_live)
        self.rows = MemoryRows()
        self.escalate = Escalate(self.world, self.rows)
        self.emits: list[Emit] = []

    def restart(self) -> None:
        self.rows = written_and_read_again(self.rows, EscalateRow)
        self.escalate = Escalate(self.world, self.rows)

    def take(self, item: Item) -> None:
        self.emits.extend(self.escalate.take(item.record, item.at_ms))

    def advance(self, watermark_ms: int) -> None:
        self.emits.extend(self.escalate.advance(watermark_ms))

    @property
    def crises(self) -> list[CrisisRow]:
        return [row for _, row in self.rows.items("c|")]

    @property
    def known(self) -> list[Crisis]:
        """Every crisis as it was last told, the newest last."""
        return list({emit.key: emit.record for emit in self.emits if isinstance(emit.record, Crisis)}.values())


def invent(acts: Sequence[Act], *, is_live: bool, grace_ms: int = 1) -> tuple[list[Item], Play]:
    """Signals and commands, the latter about crises that there are by then; and the run that made them.

    Args:
        grace_ms: how far event time is behind; a high risk is applied ahead of it.
    """
    play, items, at = Play(is_live=is_live), list[Item](), 0.0
    for number, act in enumerate(acts):
        at += GAPS[act[0]]
        play.advance(milliseconds(at) - grace_ms)
        record: Signal | Command
        if act[1]:
            record = a_random_command(number, at, act, play.known)
        else:
            record = a_random_signal(number, at, act, has_risks=not is_live or grace_ms > 1)
        items.append(Item(milliseconds(at), record))
        play.take(items[-1])
        assert_sound(play, milliseconds(at) - grace_ms)
    play.advance(milliseconds(at) + 1)
    play.advance(END_OF_TIME_MS)
    return items, play


def assert_sound(play: Play, watermark_ms: int) -> None:
    """Nothing is overdue, and whoever has to be told next stands in the crisis, with the timer that does it."""
    for row in play.crises:
        crisis = row.crisis
        assert find_due(row) >= watermark_ms, f"{crisis.id} has something overdue"
        assert set(row.timers) <= TIMERS[crisis.status]
        policy = find_escalation(PLAN, crisis.brand, crisis.severity) if crisis.severity != "watch" else None
        if crisis.status == "open" and policy is not None:
            is_exhausted = row.stand.step == 0 and row.paged_ms > 0
            assert "page" in row.timers or row.is_held or is_exhausted or row.paged_rank >= 0
        if crisis.status == "acknowledged" and policy is not None:
            assert "acknowledgement" in row.timers
        due_ms = row.timers.get("page", row.timers.get("acknowledgement"))
        if crisis.next_page is None:
            assert "page" not in row.timers
        else:
            assert milliseconds(crisis.next_page.at) == due_ms


def events_of(play: Play) -> dict[str, list[EscalationEvent]]:
    found: dict[str, list[EscalationEvent]] = {}
    for emit in play.emits:
        if isinstance(emit.record, EscalationEvent):
            found.setdefault(emit.record.crisis.id, []).append(emit.record)
    return found


@settings(max_examples=150, deadline=None)
@given(acts=acts, is_live=st.booleans())
def test_no_illegal_status_no_gap_in_the_chain_and_no_timer_lost(acts: list[Act], is_live: bool) -> None:
    _, play = invent(acts, is_live=is_live, grace_ms=5_000)
    for events in events_of(play).values():
        status: Any = "new"
        for event in events:
            assert event.crisis.status == LIFECYCLE[status, event.type]
            status = event.crisis.status
        assert [event.sequence for event in events] == list(range(1, len(events) + 1))
        assert verify_chain(events) == ()
        for before, after in pairwise(events):
            for reason, count in before.crisis.suppressed.items():
                assert after.crisis.suppressed[reason] >= count
    assert_sound(play, 0)
    last = {crisis.id: crisis for crisis in play.known}
    assert all(last[row.crisis.id] == row.crisis for row in play.crises)


@settings(max_examples=150, deadline=None)
@given(acts=acts, is_live=st.booleans())
def test_nobody_is_paged_twice_for_one_step_nor_while_somebody_has_it(acts: list[Act], is_live: bool) -> None:
    _, play = invent(acts, is_live=is_live, grace_ms=5_000)
    for events in events_of(play).values():
        carried_out: Counter[tuple[object, ...]] = Counter()
        begun = 0
        for event in events:
            begun += event.type in ("crisis.opened", "crisis.escalated", "crisis.reopened", "crisis.eased")
            begun += event.type == "crisis.acknowledgement_expired"
            if event.type == "crisis.paged":
                assert event.crisis.status == "open"
                assert event.page is not None
                carried_out[begun, event.page.policy, event.page.round, event.page.step] += 1
                assert event.page.round <= 1 + REPEATS[event.page.policy]
        assert not [step for step, times in carried_out.items() if times > 1]


@settings(max_examples=100, deadline=None)
@given(acts=acts, is_live=st.booleans())
def test_every_command_gets_an_answer_and_acts_once(acts: list[Act], is_live: bool) -> None:
    items, play = invent(acts, is_live=is_live, grace_ms=5_000)
    sent = {item.record.id for item in items if isinstance(item.record, Command)}
    answers: dict[str, dict[bytes, CommandAnswer]] = {}
    for emit in play.emits:
        if isinstance(emit.record, CommandAnswer):
            assert emit.stream is streams.ANSWERS
            answers.setdefault(emit.record.id, {})[emit.record.encode()] = emit.record
    assert set(answers) == sent
    made = Counter(event.command for events in events_of(play).values() for event in events if event.command)
    for each in sent:
        (answer,) = answers[each].values()
        assert answer.because
        is_about_crisis = answer.action not in ("silence", "unsilence")
        assert made[each] == (answer.type == "command.accepted" and is_about_crisis)


def once(emits: Sequence[Emit]) -> list[Emit]:
    """Without the answers to commands that were sent again: one that still waits is answered when its turn comes."""
    answered = [emit.record.encode() if isinstance(emit.record, CommandAnswer) else b"" for emit in emits]
    return [emit for place, emit in enumerate(emits) if not answered[place] or answered[place] not in answered[:place]]


@settings(max_examples=150, deadline=None)
@given(acts=acts, is_live=st.booleans(), data=st.data())
def test_pieces_of_time_and_restarts_change_nothing(acts: list[Act], is_live: bool, data: st.DataObject) -> None:
    items, reference = invent(acts, is_live=is_live)
    play = Play(is_live=is_live)
    steps = st.sampled_from(("wait", "advance", "restart"))
    for place, item in enumerate(items):
        # A command of a replay acts at the event time that was reached: that has to be the same.
        is_at_once = not is_live and isinstance(item.record, Command)
        step = "advance" if is_at_once or place == 0 else data.draw(steps)
        if step == "restart":
            play.restart()
        elif step == "advance":
            for part in data.draw(st.lists(st.integers(0, 30 * DAY), max_size=2)):
                watermark_ms = milliseconds(START) + part * 1000
                if watermark_ms < item.at_ms - 1 and place and watermark_ms > items[place - 1].at_ms:
                    play.advance(watermark_ms)
            play.advance(item.at_ms - 1)
        play.take(item)
    if items:
        play.advance(items[-1].at_ms + 1)
    play.restart()
    play.advance(END_OF_TIME_MS)
    assert as_told(once(play.emits)) == as_told(once(reference.emits))
    assert dict(play.rows.items()) == dict(reference.rows.items())
