"""What shells are told to complete is the command line as it is: asked of the shells themselves."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.checkout import ROOT
from tocsin.cli.main import COMMANDS
from tocsin.command_documents import parser_of
from tocsin.completion import SHELLS, Place, find_places, write_script

TOCSIN = Path(sys.executable).with_name("tocsin")
PLACES = find_places({name: about for name, (_, about) in COMMANDS.items()}, parser_of)

#: Prints what the shell offers for the last of the words.
_BASH = """
source <("$0" completion bash)
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_tocsin
printf '%s\\n' "${COMPREPLY[@]}"
"""
needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")


def complete(*words: str) -> list[str]:
    command = ["bash", "-c", _BASH, str(TOCSIN), "tocsin", *words]
    outcome = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, timeout=60)
    assert outcome.stderr == ""
    return outcome.stdout.split()


@needs_bash
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("strea",), ["streams"]),
        (("streams", "cr"), ["create"]),
        (("streams", "create", "--time", ""), ["live", "replay"]),
        (("streams", "create", "--raw"), ["--raw-partitions"]),
        (("kafka", "st"), ["start", "stop", "status"]),
        (("on-call", "--severity", "s"), ["severe"]),
        (("worker", "--watchlist", "READ"), ["README.md"]),
        (("replay", "READ"), ["README.md"]),
        (("worker", "--name", ""), []),
        (("completion", "f"), ["fish"]),
    ],
    ids=" ".join,
)
def test_bash_completes(words: tuple[str, ...], offered: list[str]) -> None:
    assert complete(*words) == offered


@needs_bash
def test_bash_offers_every_command() -> None:
    assert set(complete("")) == {*COMMANDS, "--help", "--version"}


def test_a_place_knows_its_commands_options_and_values() -> None:
    by_path = {place.path: place for place in PLACES}
    assert set(by_path[""].commands) == set(COMMANDS)
    assert {"create", "list", "check"} <= set(by_path["streams"].commands)
    assert "--replication" in by_path["streams create"].words
    assert by_path["config diff"].has_files


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_knows_every_place_and_option(shell: str) -> None:
    script = write_script(shell, PLACES)
    for place in PLACES:
        assert place.path in script
        for option in place.options:
            for name in option.names:
                assert name.lstrip("-") in script


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_is_one_that_its_shell_reads(shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell}")
    script = write_script(shell, PLACES)
    outcome = subprocess.run([shell, "-n", "/dev/stdin"], input=script, capture_output=True, text=True, timeout=30)
    assert (outcome.returncode, outcome.stderr) == (0, "")


@pytest.mark.parametrize("shell", SHELLS)
def test_a_help_text_cannot_break_out_of_its_quotes(shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell}")

    def parser_of_it(name: str) -> argparse.ArgumentParser:
        parser = argparse.ArgumentParser()
        parser.add_argument("--of", choices=["a b", "c'd"], help="it's $(touch broken) `touch broken` \\")
        return parser

    script = write_script(shell, find_places({"it": "isn't $(touch broken)"}, parser_of_it))
    outcome = subprocess.run([shell, "-n", "/dev/stdin"], input=script, capture_output=True, text=True, timeout=30)
    assert (outcome.returncode, outcome.stderr) == (0, "")
    assert Place("", {"it": "isn't"}).words == {"it": "isn't"}
