"""Answers to real complaints, and to those of the simulated world in Spanish and Vietnamese."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from schemas.mention import Evidence
from schemas.reply import TONES
from tests.replies import FACTS, a_complaint, a_policy
from tocsin.detection.reasons import find_reasons
from tocsin.response.replies.draft import Draft, draft
from tocsin.sources.files import read_mentions
from tocsin.world.phrases import LANGUAGES, Dialect, Mood
from tocsin.world.wording import Wording

AIRLINE = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "airline" / "tweets.csv"
POLICY = a_policy()
COMPLAINTS: tuple[Mood, ...] = ("complaint", "outrage", "reaction", "rant")


def assert_fit_to_send(mention: Evidence, options: tuple[Draft, ...]) -> None:
    """In every tone, for this person, with a way to a private channel, and nothing that the guardrails find."""
    assert {each.tone for each in options} == set(TONES), (mention.text, options)
    for each in options:
        assert each.is_recommended, (mention.text, each.text, each.findings)
        assert POLICY.route(mention.reasons).channel.id == each.channel


@pytest.mark.skipif(not AIRLINE.exists(), reason="the airline tweets are not beside this checkout")
def test_thirty_real_complaints_of_each_kind_get_answers_that_are_fit_to_send() -> None:
    heard: dict[str, list[Draft]] = {}
    for tweet in read_mentions(AIRLINE, preset="airline").mentions:
        reasons = find_reasons(tweet.text, "en")
        told = heard.setdefault(reasons[0] if reasons else "other", [])
        if len(told) < 30:
            mention = a_complaint(
                tweet.text, id=tweet.id, reasons=reasons, author_name=None, author_handle=tweet.author.handle
            )
            options = draft(mention, FACTS, POLICY)
            assert_fit_to_send(mention, options)
            told.append(next(each for each in options if (each.tone, each.length) == ("warm", "long")))
    assert sum(map(len, heard.values())) >= 250
    for reason in ("delay", "delivery", "service", "cancellation", "other"):
        bodies = {each.text.partition(", ")[2] for each in heard[reason]}
        assert len(heard[reason]) == 30
        assert len(bodies) >= 15, f"answers about {reason} are form letters"


@pytest.mark.parametrize("dialect", ["en", "es", "es-bare", "vi", "vi-bare", "vi-teen"])
def test_complaints_of_the_simulated_world_are_answered_in_their_language(dialect: Dialect) -> None:
    chance, wording, language = Random(dialect), Wording.of(dialect), LANGUAGES[dialect]
    texts = set()
    for number in range(30):
        core = chance.choice(wording.cores[chance.choice(COMPLAINTS)])
        text = f"{chance.choice(wording.openers)}{core}".format("@acme", "app", "#acme")
        reasons = find_reasons(text, language)
        mention = a_complaint(text, id=f"m{number}", language=language, reasons=reasons)
        options = draft(mention, FACTS, POLICY)
        assert_fit_to_send(mention, options)
        assert {each.language for each in options} == {language}
        texts |= {each.text for each in options}
    assert len(texts) >= 100
