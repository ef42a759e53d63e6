"""The review of a crisis: what is told of it, and that nobody's text does anything in it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.builders import a_crisis, an_event, instant
from tests.reviews import DAY, a_night, hostile, receipts, review_of
from tocsin.report.review_markdown import render_markdown
from tocsin.report.review_page import render_page
from tocsin.response.review.draft import Kept, Review, draft_review
from tocsin.response.review.sheet import lay_out


@pytest.fixture(scope="module")
def night() -> Review:
    return review_of(a_night())


def clock(review: Review, name: str) -> tuple[float | None, bool | None]:
    (found,) = [each for each in review.clocks if each.name == name]
    return (None if found.span is None else found.span.total_seconds() / 60), found.is_met


def test_the_times_are_told_against_their_targets(night: Review) -> None:
    assert clock(night, "Detect") == (10, True)
    assert clock(night, "Acknowledge") == (22, False)
    assert clock(night, "First answer") == (35, False)
    assert clock(night, "First message") == (0, True)
    assert clock(night, "Recover") == (240, None)
    assert clock(night, "Longest silence")[1] is False
    assert clock(night, "Review")[0] is None


def test_a_review_is_due_three_days_after_the_worst_and_five_working_days_after_others() -> None:
    story = a_night()
    critical = story.crisis.replace(peak_severity="critical")
    resolved = next(event.at for event in story.events if event.type == "crisis.resolved")
    due = {}
    for crisis in (critical, critical.replace(peak_severity="severe")):
        (found,) = [
            each
            for each in draft_review(Kept(crisis=crisis, events=story.events), instant(DAY)).clocks
            if each.name == "Review"
        ]
        assert found.target is not None
        due[crisis.peak_severity] = resolved + found.target
    assert (due["critical"] - resolved).days == 3
    assert due["severe"].weekday() == resolved.weekday()  # five working days from a working day
    assert (due["severe"] - resolved).days == 7


def test_the_timeline_begins_with_the_first_mention_and_names_who_did_what(night: Review) -> None:
    told = [(each.what, each.who) for each in night.timeline]
    assert told[0] == ("first mention of the wave", "")
    assert told[1] == ("opened", "")
    assert ("acknowledged", "ben") in told
    assert ("followed up", "") in told
    assert [each.at for each in night.timeline] == sorted(each.at for each in night.timeline)


def test_what_a_reply_says_is_not_repeated_for_its_mention_may_be_private(night: Review) -> None:
    assert "your secret" not in render_markdown(lay_out(night)) + render_page(lay_out(night))


def test_who_was_told_is_told_with_what_became_of_it(night: Review) -> None:
    told = [(each.who, each.how) for each in night.told]
    assert ("ana", "push: delivered after 0 s") in told
    assert ("ben", "push: delivered after 0 s") in told


def test_a_failed_message_is_named_with_its_error_and_is_a_lesson() -> None:
    story = a_night()
    review = review_of(story, deliveries=receipts(story.events, state="failed", error="410 gone", attempts=12))
    assert any(each.how == "push: failed after 12 attempts: 410 gone" for each in review.told)
    assert any("did not arrive, by way of push" in each for each in review.to_change)


def test_lessons_hold_numbers_and_nothing_that_the_data_do_not_say(night: Review) -> None:
    assert "Detect: 10 min, target 1 h." in night.went_well
    assert "Acknowledge: 22 min, target 5 min." in night.to_change
    assert not any("false alarm" in each for each in night.to_change)


def test_looks_back_are_told_with_their_findings(night: Review) -> None:
    assert [each.id for each in night.follow_ups] == ["24h", "72h", "7d"]
    assert "no mention in the last 24 h" in night.follow_ups[0].finding


def test_missing_events_are_said_to_be_missing() -> None:
    story = a_night()
    review = review_of(story, events=story.events[3:])
    assert "not kept any more" in render_markdown(lay_out(review))


def test_texts_of_strangers_are_inert_in_html() -> None:
    page = render_page(lay_out(hostile()))
    assert not re.search(r"<(img|script|a|iframe|object|form|base|link)\b", page)
    assert not re.search(r"<[^>]*\son\w+\s*=", page)
    assert "\u202e" not in page
    assert "default-src 'none'" in page
    assert "javascript:" not in page


def test_texts_of_strangers_are_inert_in_markdown() -> None:
    text = render_markdown(lay_out(hostile()))
    prose = re.sub(r"(?ms)^(`{3,})diff\n.*?^\1$", "", text)
    assert prose != text
    for dangerous in ("](", "![", "<img", "<!", "@everyone", "https://", "`x`", "\u202e"):
        assert dangerous not in prose
    rows = [line for line in prose.splitlines() if line.startswith("|")]
    assert all(len(re.findall(r"(?<!\\)\|", line)) in (4, 5, 6) for line in rows)


def test_a_file_of_backticks_stays_inside_its_fence() -> None:
    text = render_markdown(lay_out(hostile()))
    fences = [line for line in text.splitlines() if re.match(r"`{3,}", line)]
    assert len(fences) == 2
    assert len(fences[0].removesuffix("diff")) == len(fences[1]) > 3


@pytest.mark.parametrize("render", [render_markdown, render_page])
def test_private_mentions_are_counted_and_never_quoted(render: Any) -> None:
    text = render(lay_out(hostile()))
    assert "secret illness" not in text
    assert "1 more were private" in text or "1 more was private" in text


@pytest.mark.parametrize("render", [render_markdown, render_page])
def test_the_same_crisis_always_gives_the_same_text(render: Any) -> None:
    assert render(lay_out(review_of(a_night()))) == render(lay_out(review_of(a_night())))


def test_a_crisis_of_which_nothing_else_is_kept_still_has_a_review() -> None:
    crisis = a_crisis(severity="watch")
    sheet = lay_out(draft_review(Kept(crisis=crisis, events=[]), instant(DAY)))
    assert sheet.title == "acme: watch at its worst"
    assert render_page(sheet)
    assert lay_out(draft_review(Kept(crisis=crisis, events=[an_event(crisis=crisis)]), instant(DAY))).sections
