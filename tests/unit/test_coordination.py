"""Who is flagged for acting as others do, and which crowds are left alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tocsin.detection.coordination import Coordination
from tocsin.detection.coordination_policy import DEFAULT
from tocsin.detection.coordination_rows import Finding, TracedMention
from tocsin.detection.traces import trace
from tocsin.flow import MemoryRows
from tocsin.instants import DAY_MS, HOUR_MS, MINUTE_MS, TICK_MS, tick_end

TEXTS = (
    "shame on acme, they poisoned our town",
    "never again will we buy the soup of acme",
    "who stops acme from lying to its customers",
    "acme knew it for years and told nobody",
)

#: (minute, author, text)
Said = tuple[float, str, str]


def watch(said: Iterable[Said], memory: Coordination | None = None, **fields: Any) -> list[Finding]:
    memory = memory or Coordination(MemoryRows())
    ticks: dict[int, list[TracedMention]] = {}
    for number, (minute, author, text) in enumerate(said):
        at = int(minute * MINUTE_MS)
        mention = TracedMention(at, author, f"m{number}", trace(text))._replace(**fields)
        ticks.setdefault(tick_end(at), []).append(mention)
    return [finding for tick in sorted(ticks) if (finding := memory.take(tick, ticks[tick]))]


def named(findings: Iterable[Finding]) -> set[str]:
    return {author for finding in findings for author in finding.flagged}


def wave(texts: Iterable[str] = TEXTS, size: int = 6, start: float = 0.0, name: str = "a") -> list[Said]:
    """`size` accounts post each text within five minutes, ten minutes a text."""
    return [
        (start + 10 * place + (who + place) % size * 5 / size, f"{name}{who}", text)
        for place, text in enumerate(texts)
        for who in range(size)
    ]


def test_accounts_that_repeatedly_post_the_same_texts_are_flagged_without_an_accusation() -> None:
    findings = watch(wave())
    last = findings[-1]
    assert last.verdict == "coordinated"
    assert last.accounts == 6
    assert named(findings) == {f"a{who}" for who in range(6)}
    assert last.reasons[0].startswith("signals consistent with coordination: 6 accounts")
    assert last.kinds["same text"] >= 11
    assert 0 < len(last.mentions) <= 5


def test_other_openings_and_hashtags_do_not_hide_a_text() -> None:
    openings = ("OMG", "wow", "Happy holidays", "#dog", "@sam", "hm")
    varied = [(minute, who, f"{openings[int(who[1:])]} {text} #tag{who}") for minute, who, text in wave()]
    findings = watch(varied)
    assert len(named(findings)) == 6
    assert findings[-1].kinds["near-identical text"] > 0


def test_one_shared_text_flags_nobody_however_many_post_it() -> None:
    findings = watch((n / 100, f"a{n}", "I want to win the golden ticket of acme") for n in range(2_000))
    assert {finding.verdict for finding in findings} == {"unclear"}
    assert named(findings) == set()
    assert "a giveaway" in findings[0].reasons[0]
    assert len(findings) <= 5


def test_a_headline_shared_by_many_is_organic() -> None:
    memory = Coordination(MemoryRows())
    headline = "Acme recalls a million cans of soup https://news.example/soup?utm_source=s"
    assert watch(((n, f"a{n}", headline) for n in range(50)), memory) == []
    finding = memory.assess(HOUR_MS)
    assert finding.verdict == "organic"
    assert "headlines" in finding.reasons[0]


def test_hashtags_that_everybody_uses_flag_nobody() -> None:
    said = [
        (n / 30, f"a{n % 200}", f"my own words number {n * n} and {n + 7} #AcmeFail #OnFleek") for n in range(2_000)
    ]
    assert named(watch(said)) == set()


def test_reshares_are_not_compared() -> None:
    assert watch(wave(), is_reshare=True) == []
    assert watch((minute, who, f"RT @acme: {text}") for minute, who, text in wave()) == []


def test_four_accounts_may_be_one_person() -> None:
    findings = watch(wave(size=4))
    assert named(findings) == set()
    assert {finding.verdict for finding in findings} == {"unclear"}


def test_who_is_copied_is_not_flagged_with_the_copiers() -> None:
    copied = [(-5.0 + 10 * place, "author", text) for place, text in enumerate(TEXTS)]
    shifted = [(minute + 10, who, text) for minute, who, text in [*copied, *wave()]]
    assert named(watch(shifted)) == {f"a{who}" for who in range(6)}


def test_a_hyper_active_account_is_not_flagged_for_meeting_everybody() -> None:
    loud = [(minute + 0.1, "loud", text) for minute, who, text in wave() if who == "a1"]
    assert "loud" in named(watch([*wave(), *loud]))
    memory = Coordination(MemoryRows())
    ticks: dict[int, list[TracedMention]] = {}
    for number, (minute, author, text) in enumerate([*wave(), *loud]):
        at = int(minute * MINUTE_MS)
        mention = TracedMention(at, author, f"m{number}", trace(text), author_mentions=90 if author == "loud" else 4)
        ticks.setdefault(tick_end(at), []).append(mention)
    findings = [finding for tick in sorted(ticks) if (finding := memory.take(tick, ticks[tick]))]
    assert named(findings) == {f"a{who}" for who in range(6)}


def test_a_finding_is_raised_again_for_who_came_later_and_names_nobody_twice() -> None:
    memory = Coordination(MemoryRows())
    first = watch(wave(), memory)
    later = watch(wave(start=50, name="b"), memory)
    due = memory.due_ms()
    if due is not None:
        later += filter(None, [memory.take(tick_end(due))])
    assert len(named(later)) == 6
    assert not named(first) & named(later)
    assert later[-1].accounts == 12
    assert memory.due_ms() is None


def test_more_accounts_than_a_finding_names_follow_in_the_next() -> None:
    memory = Coordination(MemoryRows())
    findings = watch(
        wave([*TEXTS, "acme pays its lawyers and not its victims", "ask acme about the wells"], size=70), memory
    )
    while (due := memory.due_ms()) is not None:
        findings += filter(None, [memory.take(tick_end(due))])
    assert len(named(findings)) == 70
    assert max(len(finding.flagged) for finding in findings) == DEFAULT.names


def test_a_campaign_that_comes_again_days_later_is_known_by_its_texts() -> None:
    memory = Coordination(MemoryRows())
    watch(wave(), memory)
    days = 5 * DAY_MS / MINUTE_MS
    later = watch([(days + 70 * place, "late", text) for place, text in enumerate(TEXTS)], memory)
    assert named(later) == {"late"}


def test_what_is_old_is_forgotten() -> None:
    rows = MemoryRows()
    memory = Coordination(rows)
    watch(wave(), memory)
    memory.take(40 * DAY_MS)
    assert [key for key, _ in rows.items()] == ["g"]
    assert memory.assess(40 * DAY_MS).verdict == "organic"


def test_young_accounts_and_no_history_only_support_what_was_found() -> None:
    day = DAY_MS / MINUTE_MS
    young: dict[str, Any] = {"created_ms": DAY_MS, "is_new_author": True}
    alone = [(day * 2 + n, f"a{n}", f"w{n} x{n + 1} y{n * 3} z{n} acme v{n} u{n}") for n in range(40)]
    assert watch(alone, **young) == []
    reasons = watch(wave(start=day * 2), **young)[-1].reasons
    assert "supporting only: 6 of 6 are younger than 30 days" in reasons
    assert any("had not spoken of this brand before" in reason for reason in reasons)


def test_an_empty_tick_finds_nothing() -> None:
    assert Coordination(MemoryRows()).take(TICK_MS) is None
