"""The author window: what it drops, what it knows, what it passes on."""

from __future__ import annotations

from typing import Any

import pytest

from schemas import streams
from schemas.activity import AuthorActivity
from schemas.mention import Evidence, ScoredMention, TopicMention
from schemas.signal import Signal
from schemas.streams import END_OF_TIME_MS
from tests.builders import a_mention, a_scored_mention, an_author, an_engagement, milliseconds
from tocsin.detection.author_rows import IDLE_MS, KNOWN_LIMIT, PRIVATE_TEXT_LIMIT
from tocsin.detection.matching import Matcher
from tocsin.detection.setup import Setup
from tocsin.detection.watchlist import Brand, Watchlist
from tocsin.detection.window_author import WindowAuthor
from tocsin.flow import Emit, MemoryRows

DAY = 86_400
ACME = Brand(id="acme", name="Acme", keywords=("acme",), official_accounts=("@acme",), employees=("@acme_ceo",))
SETUP = Setup(matcher=Matcher(Watchlist(brands=(ACME,))))


class Window:
    """A window of one partition and what it has emitted."""

    def __init__(self) -> None:
        self.rows = MemoryRows()
        self.window = WindowAuthor(SETUP, self.rows)
        self.emits: list[Emit] = []

    def take(self, *records: ScoredMention) -> list[Emit]:
        emits = [emit for record in records for emit in self.window.take(record, 0)]
        self.emits.extend(emits)
        return emits

    def advance(self, seconds: float) -> list[Emit]:
        emits = list(self.window.advance(milliseconds(seconds)))
        self.emits.extend(emits)
        return emits

    def end(self) -> list[Emit]:
        self.emits.extend(self.window.advance(END_OF_TIME_MS))
        return self.emits


@pytest.fixture
def window() -> Window:
    return Window()


def counted(emits: list[Emit]) -> list[TopicMention]:
    return [emit.record for emit in emits if isinstance(emit.record, TopicMention) and not emit.record.is_update]


def updates(emits: list[Emit]) -> list[TopicMention]:
    return [emit.record for emit in emits if isinstance(emit.record, TopicMention) and emit.record.is_update]


def records(emits: list[Emit], kind: type[Any]) -> list[Any]:
    return [emit.record for emit in emits if isinstance(emit.record, kind)]


def test_a_mention_goes_to_its_brand_and_to_every_matched_topic(window: Window) -> None:
    window.take(a_scored_mention(topics=("delays", "fees")))
    keys = [emit.key for emit in window.end() if emit.stream is streams.BY_TOPIC]
    assert keys == ["acme|*", "acme|delays", "acme|fees"]


def test_a_mention_waits_for_the_end_of_its_second(window: Window) -> None:
    assert window.take(a_scored_mention(at=3.2)) == []
    assert counted(window.advance(3.9)) == []
    assert len(counted(window.advance(4))) == 1


def test_a_repeat_is_dropped_and_the_same_id_of_another_brand_is_none(window: Window) -> None:
    window.take(a_scored_mention(), a_scored_mention(), a_scored_mention(brand="zeta"))
    window.advance(600)
    window.take(a_scored_mention())
    assert [each.brand for each in counted(window.end())] == ["acme", "zeta"]


def test_among_repeats_the_earliest_wins_whatever_came_first(window: Window) -> None:
    window.take(a_scored_mention(at=8, sentiment=0.5), a_scored_mention(at=2, sentiment=-0.5))
    (only,) = counted(window.end())
    assert only.sentiment == -0.5


def test_who_is_new_and_how_often_they_spoke_is_decided_by_time(window: Window) -> None:
    window.take(a_scored_mention(id="2", at=5), a_scored_mention(id="1", at=4))
    told = {each.mention: (each.is_new_author, each.author_mentions) for each in counted(window.end())}
    assert told == {"x|1": (True, 1), "x|2": (False, 2)}


def test_an_author_who_was_silent_for_a_month_is_new_again(window: Window) -> None:
    for number, at in enumerate((0, 29 * DAY, 60 * DAY)):
        window.take(a_scored_mention(id=str(number), at=at))
        window.advance(at + 10)
    assert [each.is_new_author for each in counted(window.emits)] == [True, False, True]


def test_mentions_older_than_a_day_are_not_in_an_authors_count(window: Window) -> None:
    window.take(a_scored_mention(id="1"), a_scored_mention(id="2", at=2 * DAY))
    assert [each.author_mentions for each in counted(window.end())] == [1, 1]


def test_a_month_after_their_last_word_an_authors_row_is_deleted(window: Window) -> None:
    window.take(a_scored_mention())
    window.advance(10)
    assert list(window.rows.items("a|"))
    for day in range(1, 40):
        window.advance(day * DAY)
    window.advance(IDLE_MS / 1000 + 34 * DAY)
    assert not list(window.rows.items("a|"))


def test_newer_engagement_moves_reach_by_what_it_grew(window: Window) -> None:
    def mention(views: int, at: float, kind: str = "mention") -> ScoredMention:
        raw = a_mention(at=at, author=an_author(followers=50), engagement=an_engagement(views=views))
        return a_scored_mention(mention=raw.replace(kind=kind))

    window.take(mention(0, at=0))
    window.advance(10)
    window.take(mention(900, at=0, kind="engagement"))
    window.advance(20)
    window.take(mention(900, at=0), mention(200, at=0, kind="engagement"))
    window.advance(30)
    assert [each.reach for each in counted(window.emits)] == [50]
    assert [each.reach for each in updates(window.emits)] == [850]


def test_engagement_of_a_mention_that_is_not_known_says_nothing(window: Window) -> None:
    window.take(a_scored_mention(mention=a_mention(kind="engagement")))
    assert window.end() == []


def test_a_complaint_leaves_evidence_and_of_neutral_mentions_of_small_authors_one_in_eight(window: Window) -> None:
    window.take(a_scored_mention(id="complaint"), *(a_scored_mention(id=f"{n}", sentiment=0.0) for n in range(400)))
    kept = [each.mention for each in records(window.end(), Evidence)]
    assert "x|complaint" in kept
    assert 30 < len(kept) < 70
    assert {each.mention for each in counted(window.emits) if each.has_evidence} == set(kept)


def test_an_author_of_ten_thousand_followers_is_telling_whatever_they_say(window: Window) -> None:
    window.take(a_scored_mention(sentiment=0.6, author=an_author(followers=10_000)))
    assert len(records(window.end(), Evidence)) == 1


def test_an_edit_replaces_the_evidence_and_is_not_counted_again(window: Window) -> None:
    window.take(a_scored_mention("it broke"))
    window.advance(10)
    window.take(a_scored_mention(mention=a_mention("it broke, they laughed", at=0, kind="edit")))
    assert [each.text for each in records(window.end(), Evidence)] == ["it broke", "it broke, they laughed"]
    assert len(counted(window.emits)) == 1


def test_a_deletion_erases_the_evidence_for_good_and_uncounts_nothing(window: Window) -> None:
    window.take(a_scored_mention())
    window.advance(10)
    window.take(a_scored_mention(mention=a_mention(at=12, kind="deletion")))
    window.advance(20)
    window.take(a_scored_mention(mention=a_mention("again", at=25, kind="edit")))
    window.end()
    evidence = [emit.record for emit in window.emits if emit.stream is streams.EVIDENCE]
    assert isinstance(evidence[0], Evidence)
    assert evidence[1:] == [None]
    assert len(counted(window.emits)) == 1


def test_a_deletion_that_came_before_its_mention_keeps_its_text_out(window: Window) -> None:
    window.take(a_scored_mention(mention=a_mention(at=0, kind="deletion")))
    window.advance(10)
    window.take(a_scored_mention(at=12))
    window.end()
    assert records(window.emits, Evidence) == []
    assert [each.has_evidence for each in counted(window.emits)] == [False]


def test_of_a_private_message_neither_name_nor_link_nor_more_text_than_needed_is_kept(window: Window) -> None:
    raw = a_mention("secret " * 200, author=an_author(name="Ann"), private=True, url="https://example.org/1")
    window.take(a_scored_mention(mention=raw))
    (evidence,) = records(window.end(), Evidence)
    assert evidence.private
    assert len(evidence.text) == PRIVATE_TEXT_LIMIT
    assert (evidence.author_handle, evidence.author_name, evidence.url) == (None, None, None)


def test_a_high_risk_mention_is_signalled_at_once_and_once_and_counted_once(window: Window) -> None:
    record = a_scored_mention(high_risk=("lawsuit",), topics=("fees",), author=an_author(followers=250_000))
    at_once = window.take(record, record)
    assert [(emit.stream.name, emit.key, emit.is_urgent) for emit in at_once] == [
        ("mentions.evidence", "x|m1", True),
        ("inbox", "acme", True),
    ]
    (signal,) = records(at_once, Signal)
    assert (signal.kind, signal.topic, signal.high_risk) == ("high_risk", "*", ("lawsuit",))
    assert signal.evidence == ("x|m1",)
    assert "its author reaches 250,000" in signal.reasons
    window.advance(10)
    assert window.take(record) == []
    assert [each.topic for each in counted(window.end())] == ["*", "fees"]


@pytest.mark.parametrize(
    ("high_risk", "risk", "verdict"),
    [
        (("died",), 0.5, "watch"),
        (("died",), 1.0, "elevated"),
        (("died",), 0.0, "watch"),
        (("poisoned",), 0.0, "elevated"),
    ],
)
def test_a_high_risk_is_worth_what_it_weighs_and_is_weighed_here_if_the_last_version_scored_it(
    window: Window, high_risk: tuple[str, ...], risk: float, verdict: str
) -> None:
    (signal,) = records(window.take(a_scored_mention(high_risk=high_risk, risk=risk)), Signal)
    assert signal.verdict == verdict


def test_a_high_risk_mention_of_the_day_before_yesterday_is_not_announced(window: Window) -> None:
    window.advance(2 * DAY)
    assert window.take(a_scored_mention(high_risk=("lawsuit",))) == []


def angry(count: int, start: float, every: float) -> list[ScoredMention]:
    return [a_scored_mention(id=f"{start}-{n}", at=start + n * every) for n in range(count)]


def test_eight_complaints_in_an_hour_by_one_author_are_told_once_until_they_grow(window: Window) -> None:
    for record in angry(20, start=0, every=60):
        window.take(record)
        window.advance(record.posted_at.timestamp() - a_scored_mention().posted_at.timestamp() + 10)
    signals: list[Signal] = records(window.emits, Signal)
    assert [(each.state, each.current) for each in signals] == [("raised", 8), ("grown", 14)]
    assert len({each.episode for each in signals}) == 1
    assert signals[0].authors == ("x|a1",)


def test_seven_complaints_in_an_hour_are_an_angry_person(window: Window) -> None:
    window.take(*angry(7, start=0, every=60))
    assert records(window.end(), Signal) == []


def test_ten_complaints_in_a_day_are_told_as_well(window: Window) -> None:
    window.take(*angry(10, start=0, every=2 * 3600))
    (signal,) = records(window.end(), Signal)
    assert (signal.span_minutes, signal.current) == (24 * 60, 10)


def test_an_author_heard_twice_in_an_hour_is_reported_when_the_hour_closes(window: Window) -> None:
    window.take(a_scored_mention(id="1", at=5), a_scored_mention(id="2", at=1800, sentiment=0.3))
    window.take(a_scored_mention(id="3", at=5, author="quiet"))
    assert records(window.advance(3599), AuthorActivity) == []
    (activity,) = records(window.advance(3600), AuthorActivity)
    assert (activity.author, activity.mentions, activity.negatives, activity.is_new) == ("x|a1", 2, 1, True)


def test_what_is_remembered_of_a_loud_author_is_bounded(window: Window) -> None:
    for tick in range(20):
        window.take(*(a_scored_mention(id=f"{tick}-{n}", at=tick * 10 + n / 10) for n in range(50)))
        window.advance(tick * 10 + 10)
    ((_, row),) = window.rows.items("a|")
    assert len(row.known) == KNOWN_LIMIT
    assert len(counted(window.emits)) == 1000


def test_a_late_mention_is_passed_on_with_its_own_time_at_the_next_tick(window: Window) -> None:
    window.advance(600)
    window.take(a_scored_mention(at=100))
    (late,) = counted(window.advance(610))
    assert late.posted_at == a_scored_mention(at=100).posted_at


def test_a_busy_author_is_told_with_what_is_known_of_them(window: Window) -> None:
    author = an_author(handle="jane84756103", name="", followers=0)
    window.take(a_scored_mention(id="before", at=0, author=author, sentiment=0.5))
    window.advance(10)
    day = 12 * DAY
    window.take(*(a_scored_mention(id=f"{n}", at=day + n * 60, author=author) for n in range(8)))
    (signal,) = records(window.end(), Signal)
    (profile,) = signal.profiles
    assert (profile.author, profile.relation, profile.history) == ("x|a1", "public", "repeat_complainer")
    assert (profile.known_days, profile.mentions, profile.negatives, profile.followers) == (12, 8, 8, 0)
    assert profile.indicators == ("no_name", "default_handle", "no_followers")
    assert profile.is_anonymous
    assert set(profile.reasons) <= set(signal.reasons)


def test_a_busy_account_of_the_brand_itself_is_no_busy_author(window: Window) -> None:
    official = [each.replace(relation="official") for each in angry(20, start=0, every=60)]
    window.take(*official)
    assert records(window.end(), Signal) == []
    assert len(counted(window.emits)) == 20


def test_a_busy_employee_is_told_as_one(window: Window) -> None:
    author = an_author(handle="Acme_CEO")
    window.take(*(a_scored_mention(id=f"{n}", at=n, author=author, relation="employee") for n in range(8)))
    (signal,) = records(window.end(), Signal)
    assert signal.profiles[0].relation == "employee"
    assert "the author is a declared employee of acme" in signal.reasons


def test_a_complaint_that_many_could_read_says_who_makes_it_to_the_brand_as_a_whole(window: Window) -> None:
    many, few = an_author("many", followers=5_000), an_author("few", followers=4_999)
    window.take(
        a_scored_mention(id="1", at=0, author=many, topics=("fees",)),
        a_scored_mention(id="2", at=60, author=many),
        a_scored_mention(id="3", at=60, author=few),
        a_scored_mention(id="4", at=60, author=many, sentiment=0.5),
    )
    told = {(each.mention, each.topic): each.profile for each in counted(window.end())}
    assert [key for key, profile in told.items() if profile is not None] == [("x|1", "*"), ("x|2", "*")]
    histories = [(profile.history, profile.mentions) for profile in told.values() if profile is not None]
    assert histories == [("fresh", 1), ("returning", 2)]


@pytest.mark.parametrize("is_judged", [False, True])
def test_an_announcement_says_who_speaks_the_same_however_much_was_counted_before(
    window: Window, is_judged: bool
) -> None:
    author = an_author(handle="acme_ceo")
    window.take(a_scored_mention(id="1", at=0, author=author))
    if is_judged:
        window.advance(60)
    complaint = a_scored_mention(id="2", at=90, author=author, relation="employee", high_risk=("died",), risk=0.5)
    (announced,) = records(window.take(complaint), Signal)
    (profile,) = announced.profiles
    assert (profile.relation, profile.history) == ("employee", "")
    assert profile.reasons == ("the author is a declared employee of acme",)
    assert announced.reasons[-1] == "the author is a declared employee of acme"


def test_of_who_writes_in_private_no_more_is_told_than_the_watchlist_declares(window: Window) -> None:
    author = an_author(handle="jane84756103", name="", followers=0)
    raw = a_mention(author=author, private=True)
    (announced,) = records(window.take(a_scored_mention(mention=raw, high_risk=("lawsuit",))), Signal)
    (profile,) = announced.profiles
    assert profile.indicators == ()
    assert profile.followers is None
