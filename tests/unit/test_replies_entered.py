"""Facts as a person types them, and what is said of those that are not understood."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tocsin.errors import ConfigurationError
from tocsin.response.replies.entered import NAMES, enter
from tocsin.response.replies.facts import Facts

MADRID = ZoneInfo("Europe/Madrid")
FACTS = Facts(brand="Acme", zone=MADRID)


def test_facts_are_entered_by_name_and_language() -> None:
    entered = enter(
        FACTS,
        [
            "cause:en=A cable broke at noon.",
            "cause:es = Se rompió un cable = a las 12.",
            "remedy:vi=Chúng tôi hoàn lại mọi khoản phí.",
            "fixed-at=2026-01-05T14:00",
            "next-word-at=2026-01-05T18:00+00:00",
            "source=https://acme.example/news?a=b",
        ],
    )
    assert entered.cause == {"en": "A cable broke at noon.", "es": "Se rompió un cable = a las 12."}
    assert entered.remedy == {"vi": "Chúng tôi hoàn lại mọi khoản phí."}
    assert entered.fixed_at == datetime(2026, 1, 5, 14, tzinfo=MADRID)
    assert entered.next_word_at == datetime(2026, 1, 5, 18, tzinfo=UTC)
    assert entered.source == "https://acme.example/news?a=b"
    assert FACTS.cause == {}, "the facts before are as they were"


def test_every_fact_has_its_name() -> None:
    values = {"source": "https://x.example", "fixed-at": "2026-01-05T14:00", "next-word-at": "2026-01-05T14:00"}
    for name in NAMES:
        assert enter(FACTS, [f"{name}={values[name]}" if name in values else f"{name}:en=It is so."]) != FACTS


@pytest.mark.parametrize(
    ("entered", "what"),
    [
        ("weather:en=It rains.", "do-first, cause, remedy, correction"),
        ("cause", "is no fact"),
        ("cause:en=  ", "is no fact"),
        ("cause=A cable broke.", "cause:LANGUAGE=TEXT, with one of en, es, vi"),
        ("cause:fr=Un câble.", "does not say its language"),
        ("fixed-at=at noon", "2026-03-01T14:00"),
        ("source=acme.example", "is no link"),
    ],
)
def test_what_is_not_understood_is_named_with_what_to_write(entered: str, what: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        enter(FACTS, [entered])
    assert what in str(caught.value)
    assert repr(entered) in str(caught.value)


def test_an_instant_is_told_in_the_zone_of_the_facts() -> None:
    fixed_at = enter(FACTS, ["fixed-at=2026-07-05T14:00"]).fixed_at
    assert fixed_at is not None
    assert fixed_at.utcoffset() == timedelta(hours=2)
