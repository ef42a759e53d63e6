"""The door is quick and complete: help imports nothing heavy and names every command there is."""

from __future__ import annotations

import importlib
import subprocess
import sys
import time

import pytest

from tests.house.checkout import ROOT
from tocsin.cli.main import COMMANDS

_HEAVY = {"faust", "mode", "aiokafka", "aiohttp", "yaml", "rich", "rocksdict", "msgspec", "agents"}
_PROGRAM = """
import sys
from tocsin.cli import main
try:
    main(["--help"])
except SystemExit:
    pass
print(*sorted(sys.modules), file=sys.stderr)
"""


def help_text() -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True, cwd=ROOT)


def test_help_imports_nothing_heavy() -> None:
    imported = {module.partition(".")[0] for module in help_text().stderr.split()}
    assert "tocsin" in imported
    assert not imported & _HEAVY


def test_help_is_there_before_one_notices() -> None:
    fastest = float("inf")
    for _ in range(5):  # a busy machine may slow some of them
        began = time.perf_counter()
        help_text()
        fastest = min(fastest, time.perf_counter() - began)
    assert fastest < 0.3


def test_help_names_every_command_with_what_it_does() -> None:
    told = help_text().stdout
    for name, (_, about) in COMMANDS.items():
        assert any(line.split(maxsplit=1) == [name, about] for line in told.splitlines())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_that_help_names_can_be_run(name: str) -> None:
    module = importlib.import_module(f"tocsin.cli.{COMMANDS[name][0]}")
    assert callable(module.configure)
    assert callable(module.run)


def test_every_module_that_is_a_command_is_named_by_help() -> None:
    known = {module for module, _ in COMMANDS.values()}
    for path in (ROOT / "tocsin" / "cli").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "\ndef configure(" in text and "\ndef run(" in text:
            assert path.stem in known, f"tocsin/cli/{path.name} is a command that help does not name"
