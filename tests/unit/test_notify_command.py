"""`tocsin notify test`: every way is tried, what became of it is told, and a failure is a failure."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.receiver import Receiver
from tocsin.cli.main import main
from tocsin.cli.notify import Way, find_ways, try_ways
from tocsin.errors import ConfigurationError
from tocsin.response.plan import parse_plan
from tocsin.settings import Settings

PLAN = """
people:
  ana: {name: Ana, email: ana@example.org, notifiers: [mail, hook]}
  ben: {name: Ben, notifiers: [hook]}
  eve: {name: Eve}
notifiers:
  log: {kind: log}
  hook: {kind: webhook, url: URL, allow_private: true}
  mail: {kind: mail, host: 127.0.0.1, port: 1, security: none, from: tocsin@example.org}
"""


@pytest.mark.parametrize(
    ("names", "ways"),
    [
        ((), [Way("log"), Way("hook", "ana"), Way("mail", "ana")]),
        (("ben",), [Way("hook", "ben")]),
        (("ana", "log", "log"), [Way("mail", "ana"), Way("hook", "ana"), Way("log")]),
    ],
)
def test_a_name_is_a_notifier_or_a_person_in_all_their_ways(names: Sequence[str], ways: list[Way]) -> None:
    assert find_ways(parse_plan(PLAN.replace("URL", "https://example.org/")), names) == ways


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("anna", '"anna" is no notifier and no person\n  → did you mean "ana"?'),
        ("eve", "eve has no notifiers\n  → add `notifiers: […]` to the person eve"),
    ],
)
def test_a_name_that_leads_nowhere_is_refused(name: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        find_ways(parse_plan(PLAN.replace("URL", "https://example.org/")), [name])
    assert str(refused.value) == said


def test_what_arrived_and_what_did_not_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def story() -> tuple[int, Receiver]:
        async with Receiver(is_trusting=True) as receiver:
            path = tmp_path / "response.yaml"
            path.write_text(PLAN.replace("URL", receiver.url))
            return await try_ways(Settings(response=path), ["hook", "mail"]), receiver

    status, receiver = asyncio.run(story())
    told = capsys.readouterr().out.splitlines()
    assert status == 1
    assert told[0].startswith("hook → ana  delivered in ")
    assert told[1].startswith("mail → ana  not taken: mail mail: no connection")
    assert told[2] == "1 of 2 did not arrive"
    data = receiver.requests[0].json["data"]
    assert data["crisis"]["is_exercise"] is True
    assert data["recipient"] == "ana"
    assert data["card"].startswith("| TEST · EXERCISE · ELEVATED")


def test_a_test_is_for_a_test_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["notify", "run", "hook"]) == 2
    assert "try a notifier: tocsin notify test NAME" in capsys.readouterr().err
