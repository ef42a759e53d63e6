"""Nights and days of a crisis, told with a clock: who is woken when, who is left in peace, and why."""

from __future__ import annotations

from typing import Any

import msgspec

from tests.scenarios.response_story import CRITICAL, RESPONSE, SEVERE, ResponseStory, clock, hour
from tocsin.response.suppression import COOL_DOWN, FLAP_GUARD, GROUPED, INHIBITED, MAINTENANCE, SILENCED


def test_at_night_the_first_sleeps_then_the_second_and_the_manager_answers() -> None:
    night = ResponseStory()
    night.hears("02:00", **SEVERE)
    night.passes("02:04")
    assert night.timeline() == ["02:00 opened", "02:00:30 paged ana"]
    (crisis,) = night.crises
    assert crisis.next_page is not None
    assert [each.person for each in crisis.next_page.recipients] == ["ben"]
    assert crisis.next_page.at == hour("02:05:30")
    night.passes("02:16")
    answer = night.says("02:17", "mia", "acknowledge")
    assert (answer.type, answer.status) == ("command.accepted", "acknowledged")
    night.passes("02:46")
    assert night.timeline() == [
        "02:00 opened",
        "02:00:30 paged ana",
        "02:05:30 paged ben",
        "02:15:30 paged mia",
        "02:17 acknowledged ana, ben by mia",
    ]
    assert [event.page.step for event in night.events if event.type == "crisis.paged" and event.page] == [1, 2, 3]
    (crisis,) = night.crises
    assert (crisis.owner, crisis.acknowledged_at) == ("mia", hour("02:17"))


def test_an_answer_after_which_complaints_grow_makes_it_worse_and_one_long_before_does_not() -> None:
    day = ResponseStory()
    day.hears("10:00")
    day.says("10:20", "ana", "approve-reply", mention="x|1", text="We are looking into it.", target="r1")
    day.hears("10:30", state="grown")
    day.says("10:40", "ana", "sent-reply", target="r1", url="https://example.org/1")
    before = day.crises[-1].severity
    day.hears("11:10", state="grown")
    day.passes("11:11")
    crisis = day.crises[-1]
    assert (before, crisis.severity) == ("elevated", "severe")
    assert crisis.reasons[0] == "complaints grew after the brand's answer of 10:40 UTC"
    day.hears("12:50", state="grown")
    day.passes("13:51")
    after = day.crises[-1].severity
    assert after == "elevated"


def test_what_was_acknowledged_and_forgotten_goes_on_where_it_stood() -> None:
    night = ResponseStory()
    night.hears("02:00")
    night.says("02:03", "ana", "acknowledge")
    (crisis,) = night.crises
    assert crisis.acknowledgement_expires_at == hour("02:33")
    assert crisis.next_page is not None
    assert ([each.person for each in crisis.next_page.recipients], crisis.next_page.at) == (
        ["ana", "ben"],
        hour("02:33"),
    )
    night.says("02:20", "ana", "note", text="looking into it")
    night.passes("02:49")
    assert night.timeline("acknowledged", "acknowledgement_expired", "paged") == [
        "02:00:30 paged ana",
        "02:03 acknowledged by ana",
    ]
    night.passes("03:05")
    assert night.timeline("acknowledgement_expired", "paged")[1:] == [
        "02:50 acknowledgement_expired",
        "02:50 paged ana, ben",
        "03:00 paged ana, mia",
    ]


def test_an_acknowledged_crisis_pages_nobody_however_long_it_lasts_while_people_work_on_it() -> None:
    night = ResponseStory()
    night.hears("02:00")
    night.says("02:00:10", "ana", "acknowledge")
    for minutes in range(2 * 60 + 25, 4 * 24 * 60, 25):
        night.says(clock(minutes), "ana", "note", text="still at it")
    assert night.timeline("paged") == []
    (crisis,) = night.crises
    assert (crisis.status, len(crisis.notes)) == ("acknowledged", 20)


def test_a_critical_crisis_waits_for_nobody() -> None:
    night = ResponseStory()
    night.hears("02:00", **CRITICAL)
    night.passes("02:00")
    assert night.timeline() == ["02:00 opened", "02:00 paged ana"]
    night.passes("02:01")
    assert night.timeline("briefed") == ["02:00 briefed cho"]


def test_what_gets_worse_than_what_was_acknowledged_pages_again_with_its_owner_first() -> None:
    night = ResponseStory()
    night.hears("02:00")
    night.passes("02:06")
    night.says("02:06", "ben", "acknowledge")
    night.hears("02:20", state="grown", **SEVERE)
    night.passes("02:26")
    assert night.timeline("escalated", "paged") == [
        "02:00:30 paged ana",
        "02:05:30 paged ben",
        "02:20 escalated",
        "02:20:30 paged ben, ana",
        "02:25:30 paged ben",
    ]
    night.says("02:27", "ben", "acknowledge")
    night.hears("02:40", state="grown")
    night.hears("02:50", state="grown", **SEVERE)
    night.passes("02:56")
    assert night.timeline("escalated", "paged")[5:] == []


def test_rounds_end_and_a_crisis_that_nobody_takes_is_not_paged_for_ever() -> None:
    night = ResponseStory()
    night.hears("02:00")
    night.passes("9 00:00")
    assert night.timeline("paged") == [
        "02:00:30 paged ana", "02:05:30 paged ben", "02:15:30 paged mia",
        "06:15:30 paged ana", "06:20:30 paged ben", "06:30:30 paged mia",
    ]  # fmt: skip
    (crisis,) = night.crises
    assert (crisis.status, crisis.next_page) == ("open", None)


def test_a_silence_keeps_the_page_back_until_it_ends_or_is_lifted() -> None:
    night = ResponseStory()
    night.says("01:00", "ana", "silence", reason="we know", until=hour("03:00"), target="quiet")
    night.hears("02:00")
    night.passes("02:59")
    assert night.timeline("paged") == []
    (event,) = night.events
    assert event.silenced == "silenced by ana until 2026-01-05 03:00 UTC: we know"
    (crisis,) = night.crises
    assert crisis.suppressed == {SILENCED: 2}, "the message and the page"
    assert crisis.next_page is not None
    assert crisis.next_page.at == hour("03:00")
    night.passes("03:01")
    assert night.timeline("paged") == ["03:00 paged ana"]
    assert [emit.record for emit in night.emits if emit.stream.name == "silences"][-1] is None

    lifted = ResponseStory()
    lifted.says("01:00", "ana", "silence", reason="we know", until=hour("09:00"), target="quiet")
    lifted.hears("02:00")
    assert lifted.says("02:30", "ben", "unsilence", target="quiet").because == "the silence quiet is lifted"
    lifted.passes("02:31")
    assert lifted.timeline("paged") == ["02:30 paged ana"]


def test_a_silence_of_a_topic_leaves_the_others_alone() -> None:
    night = ResponseStory()
    night.says("01:00", "ana", "silence", reason="we know", until=hour("1 00:00"), topic="fees")
    night.hears("02:00", "fees")
    night.hears("02:00", "crew")
    night.passes("02:01")
    paged = {event.crisis.subject for event in night.events if event.type == "crisis.paged"}
    assert paged == {"crew"}


def test_a_campaign_is_not_paged_for_unless_it_gets_bad() -> None:
    launch = """
maintenance:
  - {brand: acme, from: 2026-01-05T00:00:00Z, until: 2026-01-05T12:00:00Z, by: ana, reason: launch}
"""
    night = ResponseStory(RESPONSE + launch)
    night.hears("02:00")
    night.passes("02:30")
    assert night.timeline("paged") == []
    assert night.crises[0].suppressed[MAINTENANCE] == 2
    night.hears("02:31", state="grown", **SEVERE)
    night.passes("02:32")
    assert night.timeline("escalated", "paged") == ["02:31 escalated", "02:31 paged ana"]


def test_a_crisis_of_the_whole_brand_inhibits_those_of_its_topics() -> None:
    night = ResponseStory()
    night.hears("02:00", "fees", **SEVERE)
    night.hears("02:00:20", "crew")
    night.hears("02:00:25", "*", **SEVERE)  # it belongs to the worst of them
    night.passes("02:20")
    fees, crew = night.crises
    assert (fees.subject, crew.subject) == ("fees", "crew")
    assert {event.crisis.subject for event in night.events if event.type == "crisis.paged"} == {"fees"}
    assert crew.suppressed[INHIBITED] == 1
    assert crew.next_page is None
    night.says("02:21", "ana", "resolve", crisis=fees.id, reason="fixed")
    night.passes("02:22")
    assert [event.at for event in night.events if event.type == "crisis.paged" and event.crisis.subject == "crew"] == [
        hour("02:21")
    ]


def test_what_was_dismissed_comes_back_only_when_it_is_worse() -> None:
    day = ResponseStory()
    day.hears("10:00")
    refused = day.says("10:05", "ana", "dismiss")
    assert (refused.type, refused.because) == ("command.refused", "say why: a reason is needed (`reason`)")
    day.says("10:05", "ana", "dismiss", reason="a quiz show was on")
    day.hears("10:30", state="grown")
    day.hears("11:00", episode="another")
    day.passes("11:30")
    (crisis,) = day.crises
    assert (crisis.status, crisis.closed_because) == ("dismissed", "a quiz show was on")
    assert crisis.suppressed[GROUPED] == 2
    day.hears("12:00", state="grown", **SEVERE)
    day.passes("12:01")
    (crisis,) = day.crises
    assert (crisis.status, crisis.severity, crisis.reopened) == ("open", "severe", 1)
    assert day.timeline()[-3:] == ["10:05 dismissed ana by ana", "12:00 reopened", "12:00:30 paged ana"]


def test_what_comes_back_within_two_days_is_the_same_crisis_and_later_another() -> None:
    days = ResponseStory()
    days.hears("10:00")
    days.says("10:10", "ana", "acknowledge")
    days.hears("10:20", state="ended")
    for at in ("10:35", "11:00", "11:19"):
        days.says(at, "ana", "note", text="it is calm")
    days.passes("14:00")
    assert days.timeline("contained", "resolved") == ["11:20 contained", "12:20 resolved ana, ben"]
    days.hears("1 09:00", episode="again")
    days.says("1 09:01", "ana", "acknowledge")
    assert days.timeline("reopened", "paged")[2:] == ["1 09:00 reopened", "1 09:00:30 paged ana"]
    days.says("1 10:00", "ana", "resolve", reason="refunded")
    days.passes("3 10:00")
    days.hears("3 10:01", episode="third")
    days.passes("3 11:00")
    first, second = days.crises
    assert (first.reopened, first.status, second.status) == (1, "resolved", "open")


def test_a_resolved_crisis_is_looked_at_again_and_forgotten_after_its_review() -> None:
    days = ResponseStory()
    days.hears("10:00")
    days.hears("10:05", state="ended")
    days.says("10:10", "ana", "resolve", reason="the shop is open again")
    days.says("10:20", "ana", "add-follow-up", text="call the customer", until=hour("2 09:00"), target="call")
    days.passes("8 00:00")
    assert days.timeline("followed_up", "updated") == [
        "10:05 updated",
        "1 10:10 followed_up",
        "2 09:00 updated ana",
        "3 10:10 followed_up",
        "7 10:10 followed_up",
    ]
    (crisis,) = days.crises
    assert [each.id for each in crisis.follow_ups if each.done_at] == ["24h", "72h", "7d"]
    assert crisis.follow_ups[0].finding.startswith("nothing was noticed since 2026-01-05 10:10 UTC")
    days.says("8 01:00", "ana", "complete-review", text="the sign was wrong")
    assert days.says("8 02:00", "ana", "note", text="one more").type == "command.accepted"
    days.says("8 03:00", "ana", "complete-follow-up", target="call", text="she is happy")
    refused = days.says("8 04:00", "ana", "note", text="too late")
    assert refused.because.startswith("there is no crisis ")
    assert list(days.rows.items("c|")) == []


def test_people_raise_and_lower_and_what_gets_worse_than_that_counts_again() -> None:
    day = ResponseStory()
    day.hears("10:00")
    day.says("10:01", "ana", "acknowledge")
    raised = day.says("10:10", "ana", "raise", reason="a minister was in the queue", severity="severe")
    assert raised.because == "it is severe now"
    day.passes("10:11")
    assert day.timeline("escalated", "paged") == ["10:00:30 paged ana", "10:10 escalated by ana", "10:10:30 paged ana"]
    day.says("10:20", "ben", "lower", reason="he was not", severity="watch")
    (crisis,) = day.crises
    assert crisis.severity == "watch"
    assert crisis.raised_by == "ben lowered it from severe to watch: he was not"
    day.hears("10:30", state="grown")
    day.passes("11:00")
    assert day.crises[0].severity == "watch"
    day.hears("11:01", state="grown", **SEVERE)
    day.passes("11:02")
    (crisis,) = day.crises
    assert (crisis.severity, crisis.raised_by) == ("severe", "")


def test_soon_after_a_page_another_one_for_no_more_waits_for_the_cool_down() -> None:
    night = ResponseStory()
    night.hears("02:00")
    night.says("02:01", "ana", "resolve", reason="it was the router")
    night.hears("02:02", state="grown")
    night.passes("02:06")
    assert night.timeline("reopened", "paged") == ["02:00:30 paged ana", "02:02 reopened", "02:05:30 paged ana"]
    assert night.crises[0].suppressed[COOL_DOWN] == 1
    night.says("02:06", "ana", "resolve", reason="really")
    night.hears("02:07", state="grown", **SEVERE)
    night.passes("02:08")
    assert night.timeline("paged")[2:] == ["02:07:30 paged ana"], "worse does not wait"


def test_a_severity_that_falls_and_rises_at_once_is_not_told_again() -> None:
    night = ResponseStory()
    night.hears("02:00", **SEVERE)
    night.hears("02:10", state="grown")
    night.hears("03:10:20", state="grown", **SEVERE)
    night.passes("03:11")
    assert night.timeline("escalated", "eased") == ["03:10 eased"]
    (crisis,) = night.crises
    assert (crisis.severity, crisis.suppressed[FLAP_GUARD]) == ("severe", 1)


def test_what_was_contained_and_breaks_out_again_is_paged_for() -> None:
    night = ResponseStory()
    night.hears("02:00", **SEVERE)
    night.says("02:05", "ana", "contain")
    night.hears("02:10", state="ended")
    night.passes("03:30")
    night.hears("03:40", episode="again", **SEVERE)
    night.passes("03:41")
    assert night.timeline()[-2:] == ["03:40 escalated", "03:40:30 paged ana"]


def test_who_gets_an_escalation_only_now_is_paged_for_what_is_open() -> None:
    before = ResponseStory(None)
    before.hears("02:00")
    before.passes("02:30")
    after = ResponseStory()
    for key, row in before.rows.items():
        after.rows.put(key, row)
    after.restarts()
    after.passes("02:31")
    assert after.timeline() == ["02:30:30 paged ana"]


def test_a_storm_of_ten_thousand_signals_is_one_crisis_and_a_handful_of_messages() -> None:
    storm = ResponseStory()
    for number in range(10_000):
        second = number * 60 // 10_000
        told: dict[str, Any] = {"kind": "high_risk", "high_risk": ("injured",), "reach": 5, "source_kinds": {}}
        storm.hears(f"02:00:{second:02}", episode=f"e{number}", **told)
    storm.passes("02:10")
    (crisis,) = storm.crises
    assert crisis.signal_count == 10_000
    assert storm.timeline() == ["02:00 opened", "02:00:30 paged ana", "02:05 updated", "02:05:30 paged ben"]
    assert crisis.suppressed == {GROUPED: 9_999}
    assert len([emit for emit in storm.emits if emit.stream.name == "crises.state"]) < 100
    ((_, row),) = storm.rows.items("c|")
    assert len(msgspec.msgpack.encode(row)) < 64 * 1024


def test_without_escalations_nobody_is_paged_and_everything_else_is_told() -> None:
    quiet = ResponseStory("notifiers: {log: {kind: log}}")
    quiet.hears("02:00", **CRITICAL)
    quiet.says("02:10", "ana", "acknowledge")
    quiet.passes("9 00:00")
    assert quiet.timeline() == ["02:00 opened", "02:10 acknowledged by ana"]
    assert quiet.crises[0].next_page is None
