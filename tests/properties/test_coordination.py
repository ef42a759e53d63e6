"""The law of coordination: order inside a tick and restarts change nothing; rows stay small and bounded."""

from __future__ import annotations

import random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.detection.coordination import Coordination
from tocsin.detection.coordination_rows import CoordinationRow, Finding, TracedMention
from tocsin.detection.traces import resemblance, trace
from tocsin.flow import MemoryRows
from tocsin.instants import MINUTE_MS, tick_end

PHRASES = [
    "shame on acme they poisoned our town",
    "shame on acme they poisoned our whole town",
    "never again will we buy the soup of acme",
    "who stops acme from lying to its customers #acme #fail",
    "acme knew it for years https://news.example/1",
    "thanks acme for nothing at all",
]
SAID = st.lists(
    st.tuples(st.integers(0, 240 * 60), st.integers(0, 9), st.sampled_from(PHRASES), st.booleans()), max_size=120
)


def ticks_of(said: list[tuple[int, int, str, bool]]) -> dict[int, list[TracedMention]]:
    ticks: dict[int, list[TracedMention]] = {}
    for number, (second, author, text, is_new) in enumerate(said):
        at = second * 1000
        mention = TracedMention(at, f"a{author}", f"m{number}", trace(text), is_new_author=is_new)
        ticks.setdefault(tick_end(at), []).append(mention)
    return ticks


def written_and_read_again(rows: MemoryRows) -> MemoryRows:
    """The rows as another process finds them, in another order."""
    decoder = msgspec.json.Decoder(CoordinationRow)
    items = [(key, msgspec.json.encode(row)) for key, row in rows.items()]
    random.Random(len(items)).shuffle(items)
    copy = MemoryRows()
    for key, data in items:
        assert len(data) < 64 * 1024
        copy.put(key, decoder.decode(data))
    return copy


def play(ticks: dict[int, list[TracedMention]], seed: int = 0, restart_every: int = 0) -> list[Finding]:
    rows = MemoryRows()
    memory = Coordination(rows, "acme|")
    choose = random.Random(seed)
    findings: list[Finding] = []
    for number, tick in enumerate(sorted(ticks), start=1):
        mentions = list(ticks[tick])
        choose.shuffle(mentions)
        findings += filter(None, [memory.take(tick, mentions)])
        if restart_every and number % restart_every == 0:
            rows = written_and_read_again(rows)
            memory = Coordination(rows, "acme|")
    findings.append(memory.assess(max(ticks, default=0) + MINUTE_MS))
    return findings


@given(said=SAID, seed=st.integers(1, 1_000), restart_every=st.integers(1, 20))
@settings(max_examples=60, deadline=None)
def test_order_inside_a_tick_and_restarts_change_nothing(
    said: list[tuple[int, int, str, bool]], seed: int, restart_every: int
) -> None:
    ticks = ticks_of(said)
    assert play(ticks) == play(ticks, seed) == play(ticks, seed, restart_every)


@given(said=SAID)
@settings(max_examples=40, deadline=None)
def test_counts_are_exact_and_nobody_is_named_twice(said: list[tuple[int, int, str, bool]]) -> None:
    *findings, last = play(ticks_of(said))
    named = [author for finding in findings for author in finding.flagged]
    assert len(named) == len(set(named))
    if last.verdict == "coordinated":
        assert last.accounts == len(set(named) | set(last.flagged))


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_leaves_a_trace_and_resemblance_is_symmetric(one: str, other: str) -> None:
    first, second = trace(one), trace(other)
    assert resemblance(first.sketch, second.sketch) == resemblance(second.sketch, first.sketch)
    assert resemblance(first.sketch, first.sketch) == (1.0 if first.sketch else 0.0)
