"""What is deployed passes the linters of its kind, where they are; each that is not here is named as skipped."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.checkout import ROOT
from tests.house.manifests import VARIABLES
from tocsin.cli.main import COMMANDS
from tocsin.command_documents import parser_of

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.*"))
SERVICES = [path for path in UNITS if path.suffix == ".service"]
_INSTALLED = "/opt/tocsin/bin/tocsin"


def run(*command: str) -> None:
    outcome = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=ROOT)
    assert (outcome.returncode, outcome.stderr.strip()) == (0, ""), outcome.stdout + outcome.stderr


def test_hadolint_accepts_the_dockerfile() -> None:
    if shutil.which("hadolint") is None:
        pytest.skip("no hadolint")
    run("hadolint", str(DEPLOY / "Dockerfile"))


def test_compose_accepts_its_file(tmp_path: Path) -> None:
    command = ["docker", "compose"]
    if shutil.which("docker") is None or subprocess.run([*command, "version"], capture_output=True).returncode:
        pytest.skip("no docker compose")
    shutil.copytree(DEPLOY, tmp_path / "deploy")
    (tmp_path / "deploy" / "respond.env").write_text("TOCSIN_RESPOND_URL=https://respond.example.org\n")
    run(*command, "--file", str(tmp_path / "deploy" / "compose.yaml"), "--profile", "respond", "config", "--quiet")


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze")
    tocsin = str(Path(sys.executable).with_name("tocsin"))
    for unit in UNITS:
        if unit.suffix in (".service", ".target"):
            text = unit.read_text(encoding="utf-8").replace(_INSTALLED, tocsin)
            (tmp_path / unit.name.replace("@.", "@1.")).write_text(text)
    run("systemd-analyze", "verify", "--man=no", *map(str, sorted(tmp_path.iterdir())))


def commands_of(unit: Path) -> Iterator[list[str]]:
    for line in re.findall(r"^Exec\w+=(.+)$", unit.read_text(encoding="utf-8"), re.MULTILINE):
        yield shlex.split(line)


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_a_unit_runs_a_command_that_there_is_with_settings_that_are_read(unit: Path) -> None:
    commands = list(commands_of(unit))
    assert commands
    for program, command, *rest in commands:
        assert program == _INSTALLED
        assert command in COMMANDS
        parser_of(command).parse_args(rest)
    text = unit.read_text(encoding="utf-8")
    named = set(re.findall(r"\b((?:KAFKA|TOCSIN)_[A-Z_]+)", text))
    assert named <= VARIABLES
    assert "NoNewPrivileges=yes" in text
    assert re.search(r"^User=(?!root)", text, re.MULTILINE)


def test_every_process_of_the_machine_has_a_name_and_a_port_of_its_own() -> None:
    texts = [unit.read_text(encoding="utf-8").replace("%i", "1") for unit in SERVICES]
    for variable in ("TOCSIN_WORKER", "TOCSIN_METRICS_PORT"):
        values = [
            value for text in texts for value in re.findall(rf"^Environment={variable}=(.+)$", text, re.MULTILINE)
        ]
        assert len(values) >= 2
        assert len(set(values)) == len(values)


def test_every_unit_belongs_to_the_target() -> None:
    for unit in SERVICES:
        text = unit.read_text(encoding="utf-8")
        assert "PartOf=tocsin.target" in text
        assert "WantedBy=tocsin.target" in text


def test_the_settings_of_the_machine_are_settings() -> None:
    lines = (DEPLOY / "systemd" / "tocsin.env").read_text(encoding="utf-8").splitlines()
    named = {line.partition("=")[0] for line in lines if line and not line.startswith("#")}
    assert "KAFKA_BOOTSTRAP" in named
    assert named <= VARIABLES
