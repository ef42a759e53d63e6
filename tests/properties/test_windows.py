"""The law of the windows: order of arrival inside the grace, jumps of the watermark, and restarts change nothing."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.mention import (
    Author,
    AuthorProfile,
    Engagement,
    Kind,
    Label,
    Mention,
    Relation,
    ScoredMention,
    TopicMention,
)
from schemas.record import Record
from schemas.signal import Signal, SignalKind
from schemas.streams import END_OF_TIME_MS
from tocsin.detection.author_rows import AuthorRow
from tocsin.detection.distinct import RELATIVE_ERROR, Distinct, Tally, union_count
from tocsin.detection.matching import Matcher
from tocsin.detection.setup import Setup
from tocsin.detection.topic_rows import TopicRow
from tocsin.detection.watchlist import Brand, Watchlist
from tocsin.detection.window_author import WindowAuthor
from tocsin.detection.window_topic import WindowTopic
from tocsin.flow import Emit, MemoryRows, Processor
from tocsin.instants import milliseconds
from tocsin.response.escalate import Escalate
from tocsin.response.rows import EscalateRow

START = datetime(2025, 3, 3, tzinfo=UTC)
GRACE = timedelta(seconds=30)
LABELS: tuple[Label, ...] = ("negative", "negative", "neutral", "positive")
MENTION_KINDS: tuple[Kind, ...] = ("mention", "edit", "engagement", "deletion")
SIGNAL_KINDS: tuple[SignalKind, ...] = ("burst", "negative_burst", "author_burst", "high_risk")
ACME = Brand(id="acme", name="Acme", keywords=("acme",), official_accounts=("@acme",), employees=("@ceo",))
SETUP = Setup(matcher=Matcher(Watchlist(brands=(ACME,))))


class World:
    namespace = "test"
    is_exercise = False
    is_live = False
    plan = None
    library = None


Make = Callable[[MemoryRows], Processor]


def written_and_read_again(rows: MemoryRows, row_type: Any) -> MemoryRows:
    """The rows as a restarted worker finds them: nothing but their bytes survives, in no particular order."""
    encode, decoder = msgspec.msgpack.encode, msgspec.msgpack.Decoder(row_type)
    copy = MemoryRows()
    items = [(key, encode(row)) for key, row in rows.items()]
    random.Random(len(items)).shuffle(items)
    for key, data in items:
        assert len(data) < 64 * 1024
        copy.put(key, decoder.decode(data))
    return copy


def play(
    make: Make,
    records: Sequence[Record],
    time_of: Callable[[Any], datetime],
    *,
    arrival: random.Random | None = None,
    step: timedelta = timedelta(seconds=10),
    restarts: random.Random | None = None,
    row_type: Any = None,
) -> list[Emit]:
    """Everything a step emits; records come up to the grace after their time, and the watermark waits for the grace."""
    due = [
        (time_of(each) + (GRACE * arrival.random() if arrival else timedelta()), place)
        for place, each in enumerate(records)
    ]
    rows = MemoryRows()
    processor = make(rows)
    emits: list[Emit] = []
    watermark = START
    for arrives_at, place in sorted(due):
        if arrives_at - GRACE - watermark >= step:
            watermark = arrives_at - GRACE
            emits.extend(processor.advance(milliseconds(watermark)))
        if restarts and restarts.random() < 0.05:
            rows = written_and_read_again(rows, row_type)
            processor = make(rows)
        emits.extend(processor.take(records[place], milliseconds(arrives_at)))
    emits.extend(processor.advance(END_OF_TIME_MS))
    return emits


def as_told(emits: Iterable[Emit]) -> list[tuple[str, str | None, bytes]]:
    """Emits as they would be on Kafka; order within a stream and key is kept, between keys there is none."""
    told = [(emit.stream.name, emit.key, emit.record.encode() if emit.record else b"") for emit in emits]
    return sorted(told, key=lambda each: each[:2])


def scored_mentions(seed: int, count: int = 150) -> list[ScoredMention]:
    """An hour and a half of mentions of few authors: repeats, edits, deletions, engagements, the brand's own people."""
    rng = random.Random(seed)
    records: list[ScoredMention] = []
    for number in range(count):
        at = START + timedelta(seconds=rng.randrange(5_400), milliseconds=rng.randrange(1000))
        identity = str(rng.randrange(count * 2 // 3))
        label = rng.choice(LABELS)
        kind = rng.choices(MENTION_KINDS, [20, 2, 3, 1])[0]
        person = int(identity) % 7
        relation: Relation = "official" if person == 5 else "employee" if person == 6 else "public"
        handle = {5: "acme", 6: "ceo"}.get(person, f"user{person}")
        author = Author(id=str(person), handle=handle, followers=rng.choice([None, 50, 20_000]), extra={"later": 1})
        mention = Mention(
            id=identity,
            text=f"text {number}",
            source="x",
            posted_at=at,
            author=author,
            kind=kind,
            engagement=Engagement(views=rng.choice([0, 0, 500, 5_000])),
            private=rng.random() < 0.1,
        )
        record = ScoredMention(
            mention=mention,
            brand=rng.choice(["acme", "acme", "zeta"]),
            posted_at=at,
            topics=tuple(rng.sample(["delays", "fees"], rng.randrange(3))),
            fingerprint=f"f{number % 5}",
            sentiment=-0.5 if label == "negative" else 0.2,
            label=label,
            configuration="v1",
            relation=relation,
        )
        records.append(record)
        if rng.random() < 0.1:
            records.append(record)  # the producer sent it twice
    return records


def topic_mentions(seed: int) -> list[TopicMention]:
    """Three days of a quiet topic, then a burst of complaints."""
    rng = random.Random(seed)
    records: list[TopicMention] = []
    seconds = [rng.randrange(3 * 86_400) for _ in range(250)]
    seconds += [2 * 86_400 + 3_600 + int(rng.triangular(0, 3_000, 1_500)) for _ in range(120)]
    for number, second in enumerate(seconds):
        is_storm = number >= 250
        records.append(
            TopicMention(
                mention=f"x|{number}",
                author=f"x|{rng.randrange(300)}",
                brand="acme",
                topic=rng.choice(["*", "*", "delays"]),
                posted_at=START + timedelta(seconds=second, milliseconds=rng.randrange(1000)),
                source=rng.choice(["x", "x", "press"]),
                label="negative" if is_storm or rng.random() < 0.2 else "neutral",
                weight=1 + rng.random(),
                reach=rng.randrange(1_000),
                fingerprint=f"f{number % 40}",
                has_evidence=is_storm,
                is_update=not is_storm and rng.random() < 0.05,
                configuration="v1",
            )
        )
    return records


def crowd_mentions(seed: int) -> list[TopicMention]:
    """Three minutes of a crowd: more authors a minute than are counted one by one."""
    rng = random.Random(seed)
    return [
        TopicMention(
            mention=f"x|{number}",
            author=f"x|{rng.randrange(1_500)}",
            brand="acme",
            topic="*",
            posted_at=START + timedelta(milliseconds=rng.randrange(180_000)),
            source=f"source {rng.randrange(90)}",
            label=rng.choice(["negative", "neutral"]),
            weight=1 + rng.random(),
            fingerprint=f"f{rng.randrange(400)}",
            has_evidence=True,
            configuration="v1",
        )
        for number in range(1_200)
    ]


def signals(seed: int) -> list[Signal]:
    rng = random.Random(seed)
    records: list[Signal] = []
    for number in range(60):
        at = START + timedelta(seconds=10 * rng.randrange(6 * 360))
        kind = rng.choice(SIGNAL_KINDS)
        episode = f"{kind}-{number % 6}"
        records.append(
            Signal(
                id=f"s{number}",
                episode=episode,
                kind=kind,
                state=rng.choice(["raised", "grown", "ended"]),
                brand=rng.choice(["acme", "zeta"]),
                topic=rng.choice(["*", "delays"]),
                tick_at=at,
                surprise=rng.random() * 20,
                ratio=rng.random() * 10,
                distinct_negative_authors=rng.randrange(300),
                negative_share=rng.random(),
                authors=(f"x|{rng.randrange(5)}",),
                verdict="watch",
                profiles=(AuthorProfile(author=f"x|{rng.randrange(5)}", history=rng.choice(["", "fresh"])),),
            )
        )
    return records


def posted_at(record: ScoredMention | TopicMention) -> datetime:
    return record.posted_at


def tick_at(record: Signal) -> datetime:
    return record.tick_at


CASES: dict[str, tuple[Make, Callable[[int], Sequence[Record]], Callable[[Any], datetime], Any]] = {
    "author": (lambda rows: WindowAuthor(SETUP, rows), scored_mentions, posted_at, AuthorRow),
    "crowd": (lambda rows: WindowTopic(World(), rows), crowd_mentions, posted_at, TopicRow),
    "topic": (lambda rows: WindowTopic(World(), rows), topic_mentions, posted_at, TopicRow),
    "escalate": (lambda rows: Escalate(World(), rows), signals, tick_at, EscalateRow),
}
cases = st.sampled_from(sorted(CASES))
seeds = st.integers(0, 10_000)


@settings(max_examples=30, deadline=None)
@given(case=cases, seed=seeds, arrival=seeds)
def test_arrival_order_inside_the_grace_changes_nothing(case: str, seed: int, arrival: int) -> None:
    make, world, time_of, _ = CASES[case]
    records = world(seed)
    expected = as_told(play(make, records, time_of))
    assert as_told(play(make, records, time_of, arrival=random.Random(arrival))) == expected
    assert expected


@settings(max_examples=30, deadline=None)
@given(case=cases, seed=seeds, minutes=st.sampled_from([0.1, 0.5, 3, 45, 300, 10_000]))
def test_the_size_of_the_watermarks_jumps_changes_nothing(case: str, seed: int, minutes: float) -> None:
    make, world, time_of, _ = CASES[case]
    records = world(seed)
    emits = play(make, records, time_of, step=timedelta(minutes=minutes))
    assert as_told(emits) == as_told(play(make, records, time_of))


@settings(max_examples=30, deadline=None)
@given(case=cases, seed=seeds, restarts=seeds)
def test_a_processor_made_again_from_its_rows_goes_on_as_if_nothing_had_happened(
    case: str, seed: int, restarts: int
) -> None:
    make, world, time_of, row_type = CASES[case]
    records = world(seed)
    emits = play(make, records, time_of, restarts=random.Random(restarts), row_type=row_type)
    assert as_told(emits) == as_told(play(make, records, time_of))


@settings(max_examples=20, deadline=None)
@given(seed=seeds, late=st.integers(60, 3_000))
def test_a_late_mention_joins_its_own_minute_and_a_restart_does_not_make_it_timely(seed: int, late: int) -> None:
    records = topic_mentions(seed)
    rng = random.Random(seed)
    order = sorted(records, key=lambda each: each.posted_at + timedelta(seconds=late * (rng.random() < 0.1)))

    def run(restarts: random.Random | None) -> list[Emit]:
        rows = MemoryRows()
        processor = WindowTopic(World(), rows)
        emits: list[Emit] = []
        for record in order:
            emits.extend(processor.take(record, 0))
            emits.extend(processor.advance(milliseconds(record.posted_at) - 5_000))
            if restarts and restarts.random() < 0.1:
                rows = written_and_read_again(rows, TopicRow)
                processor = WindowTopic(World(), rows)
        return [*emits, *processor.advance(END_OF_TIME_MS)]

    assert as_told(run(random.Random(late))) == as_told(run(None))


@settings(max_examples=25, deadline=None)
@given(sizes=st.lists(st.integers(0, 3_000), min_size=1, max_size=6), seed=seeds)
def test_the_sketch_is_as_close_to_the_exact_count_as_it_says(sizes: list[int], seed: int) -> None:
    rng = random.Random(seed)
    parts, exact = [], set[int]()
    for size in sizes:
        hashes = {rng.getrandbits(63) for _ in range(size)}
        exact |= hashes
        part = Distinct()
        part.update(hashes)
        parts.append(part)
    assert abs(union_count(parts) - len(exact)) <= max(2, 5 * RELATIVE_ERROR * len(exact))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text("abc", max_size=4), max_size=60), st.randoms(use_true_random=False))
def test_a_tally_does_not_depend_on_the_order_or_on_the_grouping_of_its_parts(names: list[str], rng: Any) -> None:
    one, other, rest = Tally(), Tally(), Tally()
    for name in names:
        one.add(name, limit=8)
    shuffled = names[:]
    rng.shuffle(shuffled)
    cut = len(shuffled) // 3
    for name in shuffled[:cut]:
        other.add(name, limit=8)
    for name in shuffled[cut:]:
        rest.add(name, limit=8)
    other.merge(rest, limit=8)
    assert (other.counts, other.level) == (one.counts, one.level)
    assert all(count == names.count(name) for name, count in one.counts.items())
