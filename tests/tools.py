"""Programs of others that some tests run where they can be found: promtool, Prometheus, amtool."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

#: `make tools` unpacks Debian's packages here, without touching the rest of the machine.
UNPACKED = Path(__file__).resolve().parents[1] / ".venv" / "tools" / "usr" / "bin"


def find_tool(name: str) -> str | None:
    """The program's path; None when it is not on this machine."""
    return shutil.which(name) or shutil.which(name, path=str(UNPACKED))


def require_tool(name: str) -> str:
    """The program's path; the test that asks is skipped where there is none."""
    found = find_tool(name)
    if found is None:
        pytest.skip(f"no {name} here: `make tools` unpacks it on Debian, or install Prometheus")
    return found
