"""Somebody deletes what they wrote, or asks to be forgotten: texts and names go, counts stay."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import chain
from random import Random

import msgspec
import pytest

from schemas import streams
from schemas.activity import TopicActivity
from schemas.crisis import Crisis, EscalationEvent
from schemas.mention import Evidence, Kind, Mention
from schemas.streams import END_OF_TIME_MS
from tests.builders import a_mention, an_author
from tests.scenarios.story import ANGRY, MONDAY, WATCHLIST, Story
from tocsin.detection.matching import Matcher
from tocsin.detection.watchlist import parse_watchlist
from tocsin.flow import Emit, MemoryRows
from tocsin.instants import milliseconds
from tocsin.loop import run
from tocsin.pipeline import ESCALATE, PIPELINE, WINDOW_AUTHOR, WINDOW_TOPIC
from tocsin.response.event_log import verify_chain
from tocsin.setup import Setup

SETUP = Setup(matcher=Matcher(parse_watchlist(WATCHLIST)))
#: In the middle of the burst of day 3, and when it has long been told.
NOON = MONDAY + timedelta(days=3, hours=12)
SECRET = "acme ruined my wedding, what a terrible and horrible battery"
WHO = an_author("jane-4711", handle="jane_from_leeds", name="Jane Example", followers=80_000)


def said(text: str = SECRET, *, at: timedelta, id: str = "secret", kind: Kind = "mention") -> Mention:
    return a_mention(text, id=id, author=WHO, at=NOON + at, kind=kind)


def crowd() -> list[Mention]:
    story = Story().quiet(days=4).people(ANGRY, day=3, hour=12, count=80, minutes=40)
    return story.mentions


CROWD = crowd()


def told(*extra: Mention) -> list[Emit]:
    """What the pipeline writes of a burst in which others write these things, too."""
    mentions = sorted([*CROWD, *extra], key=lambda mention: mention.posted_at)
    return list(run(mentions, SETUP, partitions=3))


def texts(emits: Iterable[Emit]) -> dict[str, Evidence]:
    """The evidence as compaction leaves it."""
    kept: dict[str, Evidence] = {}
    for emit in emits:
        if emit.stream is streams.EVIDENCE and emit.key:
            if isinstance(emit.record, Evidence):
                kept[emit.key] = emit.record
            else:
                kept.pop(emit.key, None)
    return kept


def counts(emits: Iterable[Emit]) -> list[TopicActivity]:
    return [emit.record for emit in emits if isinstance(emit.record, TopicActivity)]


def crises(emits: Iterable[Emit]) -> dict[str, Crisis]:
    """`crises.state` as compaction leaves it."""
    return {emit.record.id: emit.record for emit in emits if isinstance(emit.record, Crisis)}


def severities(emits: Iterable[Emit]) -> list[tuple[str, str]]:
    return [
        (emit.record.type, emit.record.crisis.severity) for emit in emits if isinstance(emit.record, EscalationEvent)
    ]


UNDISTURBED = told(said(at=timedelta(minutes=5)))


def test_the_text_is_told_as_long_as_nobody_deletes_it() -> None:
    assert texts(UNDISTURBED)["x|secret"].text == SECRET
    assert texts(UNDISTURBED)["x|secret"].author == "x|jane-4711"
    assert any("x|secret" in crisis.evidence for crisis in crises(UNDISTURBED).values())


@pytest.mark.parametrize(
    "deleted",
    [
        pytest.param(timedelta(minutes=5), id="in the same instant"),
        pytest.param(timedelta(minutes=5, milliseconds=300), id="in the same second"),
        pytest.param(timedelta(minutes=6), id="soon after"),
        pytest.param(timedelta(hours=5), id="when the burst is over"),
        pytest.param(timedelta(minutes=4, seconds=58), id="just before it arrives"),
        pytest.param(timedelta(hours=-30), id="a day before it arrives"),
    ],
)
def test_a_deleted_mention_loses_its_text_and_keeps_its_count(deleted: timedelta) -> None:
    emits = told(said(at=timedelta(minutes=5)), said("", at=deleted, kind="deletion"))
    assert "x|secret" not in texts(emits)
    assert counts(emits) == counts(UNDISTURBED)
    assert severities(emits) == severities(UNDISTURBED)


def test_a_deletion_that_is_told_twice_and_a_mention_that_comes_again_change_nothing() -> None:
    again = [said(at=timedelta(minutes=5)), said("edited", at=timedelta(minutes=20), kind="edit")]
    gone = [said("", at=timedelta(minutes=minutes), kind="deletion") for minutes in (10, 11, 240)]
    emits = told(said(at=timedelta(minutes=5)), *again, *gone)
    assert "x|secret" not in texts(emits)
    assert counts(emits)[-1].mentions == counts(UNDISTURBED)[-1].mentions


def test_a_deletion_may_carry_the_text_and_it_goes_no_further() -> None:
    emits = told(said(at=timedelta(minutes=6), kind="deletion"))
    assert not [emit for emit in emits if emit.record is not None and b"wedding" in emit.record.encode()]


def wave() -> list[Mention]:
    return [said(f"{SECRET}, part {number}", at=timedelta(minutes=3 * number), id=f"s{number}") for number in range(12)]


def erasure(at: timedelta) -> Mention:
    return said("", at=at, id="request-1", kind="erasure")


@pytest.mark.parametrize("at", [timedelta(minutes=33), timedelta(minutes=33, milliseconds=1), timedelta(hours=2)])
def test_an_erased_author_counts_as_before_and_crises_no_longer_name_them(at: timedelta) -> None:
    before, after = told(*wave()), told(*wave(), erasure(at))
    assert counts(after) == counts(before)
    assert severities(after) == severities(before)
    assert any("x|jane-4711" in crisis.authors for crisis in crises(before).values())
    assert b"jane" not in b"".join(crisis.encode() for crisis in crises(after).values())
    assert [crisis.authors for crisis in crises(after).values()] == [
        tuple("x|erased-request-1" if each == "x|jane-4711" else each for each in crisis.authors)
        for crisis in crises(before).values()
    ]


def test_an_erasure_in_the_middle_of_what_somebody_writes_makes_a_new_author_of_the_rest() -> None:
    before, after = counts(told(*wave())), counts(told(*wave(), erasure(timedelta(minutes=20))))
    assert [each.mentions for each in after] == [each.mentions for each in before]
    more = {one.distinct_authors["60"] - other.distinct_authors["60"] for one, other in zip(after, before, strict=True)}
    assert more == {0, 1}


def test_who_writes_after_an_erasure_is_a_new_author() -> None:
    emits = told(*wave(), erasure(timedelta(minutes=60)), said("acme again", at=timedelta(hours=3), id="later"))
    (later,) = [
        emit.record
        for emit in emits
        if emit.stream is streams.BY_TOPIC and emit.record is not None and emit.record.mention == "x|later"  # type: ignore[attr-defined]
    ]
    assert (later.author, later.is_new_author) == ("x|jane-4711", True)  # type: ignore[attr-defined]


def test_the_log_of_events_stays_whole_through_an_erasure() -> None:
    emits = told(*wave(), erasure(timedelta(minutes=25)))
    events = [emit.record for emit in emits if isinstance(emit.record, EscalationEvent)]
    assert len(events) > 1
    assert verify_chain(events) == ()


class Rooms:
    """Steps whose rows can be looked at; what one emits the others take."""

    def __init__(self) -> None:
        self.rows = {step.name: MemoryRows() for step in PIPELINE}
        self.steps = [(step, step.start(SETUP, self.rows[step.name])) for step in PIPELINE]
        self.emits: list[Emit] = []

    def take(self, mention: Mention) -> None:
        self._take(streams.RAW.name, mention, milliseconds(mention.posted_at) + 1)

    def advance(self, watermark_ms: int) -> None:
        for _, processor in self.steps:
            self._pass_on(list(processor.advance(watermark_ms)), watermark_ms)

    def _take(self, stream: str, record: object, appended_ms: int) -> None:
        for step, processor in self.steps:
            if step.reads.name == stream and record is not None:
                self._pass_on(list(processor.take(record, appended_ms)), appended_ms)

    def _pass_on(self, emits: Sequence[Emit], appended_ms: int) -> None:
        self.emits += emits
        for emit in emits:
            self._take(emit.stream.name, emit.record, appended_ms)

    def holding(self, word: bytes) -> list[str]:
        """Keys of rows that hold a word, in the key or in the row."""
        kept = chain.from_iterable(
            ((step.name, key, row) for key, row in self.rows[step.name].items())
            for step in (WINDOW_AUTHOR, WINDOW_TOPIC, ESCALATE)
        )
        return [f"{name} {key}" for name, key, row in kept if word in key.encode() + msgspec.msgpack.encode(row)]


@pytest.mark.parametrize("seed", range(3))
def test_no_row_of_any_step_names_an_erased_author(seed: int) -> None:
    rooms = Rooms()
    mentions = [*CROWD[-400:], *wave()]
    copies = [
        a_mention(f"{SECRET}, part {n}", id=f"c{n}", author=f"copy-{n}", at=NOON + timedelta(minutes=3 * n, seconds=9))
        for n in range(12)
    ]
    gone = [said("", at=timedelta(minutes=34, seconds=n), id=f"s{n}", kind="deletion") for n in range(12)]
    for mention in sorted([*mentions, *copies], key=lambda each: each.posted_at):
        rooms.advance(milliseconds(mention.posted_at))
        rooms.take(mention)
        if mention.posted_at > NOON + timedelta(minutes=34):
            break
    assert len({key.split()[0] for key in rooms.holding(b"jane-4711")}) == 3, "every room knew the author"
    Random(seed).shuffle(gone)
    for record in [*gone[:6], erasure(timedelta(minutes=35)), *gone[6:]]:
        rooms.take(record)
    rooms.advance(milliseconds(NOON + timedelta(minutes=36)))
    assert rooms.holding(b"jane-4711") == []
    assert rooms.holding(b"ruined my wedding") == [], "words are counted, sentences are gone"
    rooms.advance(END_OF_TIME_MS)
    assert rooms.holding(b"jane-4711") == []


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("text", [SECRET, "acme phone caught fire, terrible"])
def test_whichever_arrives_first_inside_the_grace_the_text_is_gone_and_the_mention_counted_once(
    text: str, seed: int
) -> None:
    rooms = Rooms()
    records = [
        said(text, at=timedelta(seconds=1)),
        said(text, at=timedelta(seconds=2), kind="edit"),
        said("", at=timedelta(seconds=3), kind="deletion"),
        said(text, at=timedelta(seconds=1)),
    ]
    Random(seed).shuffle(records)
    rooms.advance(milliseconds(NOON))
    for record in records:
        rooms.take(record)
    rooms.advance(milliseconds(NOON + timedelta(hours=1)))
    assert texts(rooms.emits) == {}
    assert sum(each.mentions for each in counts(rooms.emits) if each.topic == "*") == 1


@pytest.mark.parametrize("text", [SECRET, "acme phone caught fire, terrible"])
def test_a_deletion_and_a_repeat_that_come_hours_late_are_carried_out_all_the_same(text: str) -> None:
    rooms = Rooms()
    rooms.advance(milliseconds(NOON))
    rooms.take(said(text, at=timedelta(seconds=1)))
    rooms.advance(milliseconds(NOON + timedelta(hours=8)))
    assert list(texts(rooms.emits)) == ["x|secret"]
    rooms.take(said("", at=timedelta(seconds=3), kind="deletion"))
    rooms.advance(milliseconds(NOON + timedelta(hours=9)))
    rooms.take(said(text, at=timedelta(seconds=1)))
    rooms.take(said(text, at=timedelta(seconds=2), kind="edit"))
    rooms.advance(milliseconds(NOON + timedelta(hours=10)))
    assert texts(rooms.emits) == {}
    assert sum(each.mentions for each in counts(rooms.emits) if each.topic == "*") == 1
