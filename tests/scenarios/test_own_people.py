"""The brand's own people among the many: they are heard, and are neither attackers nor complainers."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from schemas.mention import Mention
from schemas.signal import Signal
from tests.builders import START, a_mention, an_author
from tocsin.detection.matching import Matcher
from tocsin.detection.watchlist import parse_watchlist
from tocsin.loop import run
from tocsin.setup import Setup

WATCHLIST = """
brands:
  - id: acme
    name: Acme
    keywords: [acme]
    official_accounts: [{official}]
    employees: [{employees}]
"""
OURS = [f"@acme{number}" for number in range(6)]

RELEASES = (
    "acme opens a new plant in the north and creates two hundred jobs",
    "acme is proud to present the quietest engine it has ever built",
    "acme and the city agree on cleaner water for everybody by summer",
    "acme thanks all who came to its open day, see you next year",
)


def told(mentions: list[Mention], *, official: list[str] | None = None, employees: list[str] | None = None) -> set[str]:
    """The kinds of signals that mentions raise."""
    names = {"official": official or [], "employees": employees or []}
    quoted = {key: ", ".join(f'"{handle}"' for handle in handles) for key, handles in names.items()}
    setup = Setup(matcher=Matcher(parse_watchlist(WATCHLIST.format(**quoted))))
    return {emit.record.kind for emit in run(mentions, setup) if isinstance(emit.record, Signal)}


def posts_of(handle: str, text: str, at: datetime) -> Mention:
    return a_mention(text, id=f"{handle}-{at:%d%H%M%S}", author=an_author(handle, handle=handle), at=at)


def press_release() -> list[Mention]:
    """Six accounts post four texts, each within five minutes, ten minutes a text."""
    return [
        posts_of(handle, text, START + timedelta(minutes=10 * place, seconds=40 * who))
        for place, text in enumerate(RELEASES)
        for who, handle in enumerate(OURS)
    ]


def test_six_strangers_with_the_same_four_texts_act_as_one() -> None:
    assert "coordination" in told(press_release())


@pytest.mark.parametrize("relation", ["official", "employees"])
def test_the_brands_own_people_with_one_press_release_do_not(relation: str) -> None:
    assert "coordination" not in told(press_release(), **{relation: OURS})


def test_strangers_who_repeat_what_one_official_account_said_are_found_without_it() -> None:
    setup = Setup(matcher=Matcher(parse_watchlist(WATCHLIST.format(official='"@acme0"', employees=""))))
    found = [emit.record for emit in run(press_release(), setup) if isinstance(emit.record, Signal)]
    named = {author for signal in found if signal.kind == "coordination" for author in signal.authors}
    assert named == {f"x|@acme{number}" for number in range(1, 6)}


def test_an_account_that_says_sorry_all_day_is_no_busy_complainer() -> None:
    sorry = [
        posts_of(
            "@acme0", f"sorry for the terrible delay at acme, flight {n} is cancelled", START + timedelta(minutes=n)
        )
        for n in range(30)
    ]
    assert "author_burst" in told(sorry)
    assert "author_burst" in told(sorry, employees=["@acme0"])
    assert told(sorry, official=["@acme0"]) == set()
