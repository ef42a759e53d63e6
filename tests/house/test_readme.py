"""The README shows what one gets: its card is one that Tocsin writes, its mention is one that Tocsin reads."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.crisis import EscalationEvent
from schemas.mention import Mention
from tests.builders import a_crisis, a_signal, an_event, an_evidence
from tests.house.checkout import ROOT
from tocsin.cards import render_card
from tocsin.cli.main import COMMANDS
from tocsin.response.plan import parse_plan

_OPENED = datetime(2026, 1, 5, 3, 12, 10, tzinfo=UTC)


def example() -> EscalationEvent:
    reasons = (
        "63 negative authors in 15 minutes; usual is 4",
        "31 of them had never written about acme",
    )
    numbers: dict[str, Any] = {
        "span_minutes": 15,
        "current": 63.0,
        "baseline": 4.0,
        "ratio": 15.75,
        "surprise": 11.8,
        "distinct_authors": 71,
        "mentions": 118,
        "negative_share": 0.84,
        "reach": 412_000,
        "reasons": reasons,
        "sources": {"x": 97, "reddit": 21},
    }
    crisis = a_crisis(id="7c1e40a9", subject="app", at=_OPENED, **numbers)
    signal = a_signal(topic="app", at=_OPENED, **numbers)
    return an_event(at=_OPENED + timedelta(seconds=5), crisis=crisis, signal=signal, because=reasons[:1])


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)


def test_the_card_is_one_that_tocsin_writes() -> None:
    text = "The app has been down for an hour, my order is gone and nobody at @Acme answers. Never again."
    telling = an_evidence(text, author_handle="maria_k", followers=18_400, at=_OPENED - timedelta(minutes=2))
    card = render_card(example(), {"x|m1": telling}, width=80)
    assert card in blocks("text"), f"the README shows another card than\n{card}"


def test_the_mention_is_one_that_tocsin_reads() -> None:
    (command,) = (block for block in blocks("python") if "mentions.raw" in block)
    (literal,) = re.findall(r"mention = (\{.*?\n\})", command, re.DOTALL)
    data = json.dumps(eval(literal, {"datetime": datetime, "UTC": UTC})).encode()  # noqa: S307 (our own README)
    mention = Mention.decode(data)
    assert not mention.extra


def test_the_webhook_is_one_that_tocsin_takes() -> None:
    (written,) = blocks("yaml")
    assert parse_plan(written).notifiers


def test_the_table_of_commands_is_complete() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `tocsin ([\w-]+)` \|", text, re.MULTILINE) == list(COMMANDS)


def test_the_readme_begins_with_what_it_is() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    first = text.split("\n\n")[1].replace("\n", " ")
    assert first.count(". ") == 2, "three sentences"
