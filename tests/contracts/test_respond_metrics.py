"""What becomes of requests behind links is counted, with no label that a stranger chooses."""

from __future__ import annotations

import pytest

from tests.contracts.test_respond import Desk, play
from tests.inboxes import refuse, say_nothing
from tocsin import metrics

pytestmark = pytest.mark.timeout(30)


def counted() -> dict[str, float]:
    return {
        outcome: metrics.REGISTRY.get_sample_value("tocsin_links_total", {"outcome": outcome}) or 0.0
        for outcome in metrics.LINK_OUTCOMES
    }


def changed(before: dict[str, float]) -> dict[str, float]:
    return {outcome: count - before[outcome] for outcome, count in counted().items() if count != before[outcome]}


async def press(desk: Desk) -> None:
    await desk.ask("POST", desk.link())


def test_looking_is_not_counted_and_pressing_is() -> None:
    async def look_and_press(desk: Desk) -> None:
        await desk.ask("GET", desk.link())
        await press(desk)

    before = counted()
    play(look_and_press)
    assert changed(before) == {"accepted": 1}


def test_a_refusal_and_silence_are_told_apart() -> None:
    before = counted()
    play(press, refuse)
    assert changed(before) == {"refused": 1}
    before = counted()
    play(press, say_nothing)
    assert changed(before) == {"unanswered": 1}


def test_links_that_cannot_act_are_one_series() -> None:
    async def story(desk: Desk) -> None:
        for mangled in (desk.link()[:-3], desk.link() + "x", desk.base + "/a/nothing"):
            await desk.ask("GET", mangled)

    before = counted()
    play(story)
    assert changed(before).keys() == {"unusable"}
