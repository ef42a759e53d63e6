"""The documents say what the code is: commands, settings, words, links, targets."""

from __future__ import annotations

import argparse
import importlib.util
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from schemas.command import Action
from schemas.crisis import SEVERITIES, EventType, Stage, Status
from schemas.mention import Kind
from schemas.signal import SignalKind
from tests.house.checkout import ROOT, files, name
from tocsin import generated
from tocsin.cli.main import COMMANDS
from tocsin.command_documents import files as command_files
from tocsin.command_documents import parser_of
from tocsin.lifecycle_documents import files as lifecycle_files
from tocsin.pipeline import PIPELINE
from tocsin.response.suppression import REASONS
from tocsin.settings import Settings, variable_of

_PAGES = [path for path in files(".md") if path.name != "CHANGELOG.md"]
_WORDS = (
    "mention", "source", "author", "reach", "engagement", "topic", "stream", "step", "namespace", "sentiment", "window",
    "bucket", "late mention", "grace", "watermark", "tick", "activity", "baseline", "warm-up", "burst", "coordination",
    "signal", "episode", "alert", "alarm", "paracrisis", "crisis", "stage", "severity", "status", "escalation",
    "responder", "acknowledgement", "playbook", "silence", "inhibition", "rejected mention", "evidence", "delivery",
    "notifier", "watchlist", "exercise", "chunk", "row", "reply", "draft", "guardrail", "writer", "consumer",
)  # fmt: skip


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def test_the_committed_pages_are_the_generated_ones() -> None:
    differences = generated.find_differences(command_files())
    assert not differences, "run `python -m tocsin.command_documents`\n" + "\n".join(differences)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_is_in_the_commands_page(command: str) -> None:
    _, _, rest = read("docs/commands.md").partition(f"\n## `tocsin {command}`\n")
    section = rest.partition("\n## ")[0]
    assert section
    for _, action in arguments_of(parser_of(command)):
        for option in action.option_strings:
            assert f"`{option}" in section


@pytest.mark.parametrize("command", COMMANDS)
def test_every_argument_says_what_it_does(command: str) -> None:
    for prog, action in arguments_of(parser_of(command)):
        assert action.help, f"{prog}: {action.dest} has no help"


def arguments_of(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.Action]]:
    """The arguments of a command and of the commands inside it."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from arguments_of(inner)
        elif not isinstance(action, argparse._HelpAction):
            yield parser.prog, action


def test_every_setting_is_in_the_settings_page() -> None:
    page = read("docs/settings.md")
    for field in fields(Settings):
        assert f"| `{variable_of(field.name)}` |" in page


@pytest.mark.parametrize("word", _WORDS)
def test_every_house_word_is_in_the_glossary(word: str) -> None:
    assert re.search(rf"^\| \*\*[^|]*\b{word}\b[^|]*\*\* \|", read("docs/glossary.md"), re.MULTILINE)


def test_every_value_that_a_reader_meets_in_a_record_is_in_the_glossary() -> None:
    page = read("docs/glossary.md")
    for values in (
        SEVERITIES,
        get_args(Stage),
        get_args(Status),
        get_args(EventType),
        get_args(SignalKind),
        get_args(Kind),
        get_args(Action),
    ):
        for value in values:
            assert f"`{value}`" in page, f"`{value}` is not explained"


@pytest.mark.parametrize("page", _PAGES, ids=name)
def test_every_link_leads_to_a_file(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{name(page)} links to {target}, which is not there"


@pytest.mark.parametrize("page", _PAGES, ids=name)
def test_every_command_that_a_page_tells_to_run_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
    for target in re.findall(r"`make ([a-z]+)", text):
        assert target in targets, f"{name(page)} names `make {target}`"
    for command in re.findall(r"`tocsin ([a-z-]+[a-z])", text):
        assert command in COMMANDS, f"{name(page)} names `tocsin {command}`"
    for module in re.findall(r"`python -m ([a-z_.]+)", text):
        assert importlib.util.find_spec(module), f"{name(page)} names `python -m {module}`"


@pytest.mark.parametrize("page", _PAGES, ids=name)
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    rooms = "schemas|tocsin|agents|tests|bench|deploy|docs|examples"
    for path in re.findall(rf"`((?:{rooms})/[\w./-]+)`", page.read_text(encoding="utf-8")):
        is_recipe = "NAME" in path
        assert is_recipe or (ROOT / path).exists(), f"{name(page)} names {path}, which is not there"


def test_the_picture_and_the_tables_of_the_lifecycle_are_the_generated_ones() -> None:
    differences = generated.find_differences(lifecycle_files())
    assert not differences, "run `python -m tocsin.lifecycle_documents`\n" + "\n".join(differences)


def test_every_reason_that_keeps_a_message_back_is_explained() -> None:
    rows = re.findall(r"^\| ([\w -]+) \|", read("docs/lifecycle.md"), re.MULTILINE)
    for reason in REASONS:
        assert any(reason.startswith(row) for row in rows), f"{reason} is not explained"


def test_every_step_is_in_the_table_of_steps() -> None:
    rows = re.findall(r"^\| ([\w-]+) \| `([\w.-]+)` \|", read("docs/pipeline.md"), re.MULTILINE)
    assert rows == [(step.name, step.reads.name) for step in PIPELINE]
