"""Nothing that Tocsin reads can become code: no pickle, no eval, no shell. Faust's own web is off."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

from agents.app import app as worker
from agents.notify import app as notifier
from tests.house.checkout import ROOT, files, name

_OURS = [path for path in files(".py") if name(path).startswith(("schemas/", "tocsin/", "agents/"))]
#: Modules that make objects, and so code, from bytes.
_MODULES = {"pickle", "cPickle", "_pickle", "marshal", "shelve", "dill", "cloudpickle", "jsonpickle", "code", "codeop"}
#: Calls that do, or that give a text to a shell.
_CALLS = {
    "eval", "exec", "compile", "__import__", "os.system", "os.popen", "subprocess.getoutput",
    "subprocess.getstatusoutput", "asyncio.create_subprocess_shell", "yaml.load", "yaml.load_all", "yaml.unsafe_load",
    "yaml.full_load", "tempfile.mktemp", "ssl._create_unverified_context",
}  # fmt: skip
#: Arguments that turn a safe call into one that is not: name → the value that does.
_ARGUMENTS = {"shell": True, "verify": False, "check_hostname": False, "verify_ssl": False}
#: The rules of ruff that watch over the same (bandit's), and that no line of ours may put aside.
_RULES = ("S102", "S301", "S302", "S307", "S323", "S501", "S506", "S602", "S604", "S605")


@pytest.mark.parametrize("path", _OURS, ids=name)
def test_no_module_makes_code_from_what_it_reads(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert list(find_dangers(ast.parse(text))) == []
    assert not re.search(rf"noqa:.*\b({'|'.join(_RULES)})\b", text)


def find_dangers(tree: ast.AST) -> list[str]:
    """What should not be there, with its line."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [f"{node.lineno}: {each.name}" for each in node.names if each.name.split(".")[0] in _MODULES]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in _MODULES:
            found.append(f"{node.lineno}: {node.module}")
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            found += [f"{node.lineno}: {called}"] * (called in _CALLS)
            for argument in node.keywords:
                value = argument.value.value if isinstance(argument.value, ast.Constant) else None
                if argument.arg in _ARGUMENTS and value is _ARGUMENTS[argument.arg]:
                    found.append(f"{node.lineno}: {called}({argument.arg}={value})")
    return found


@pytest.mark.parametrize(
    "line",
    [
        "import pickle", "from marshal import loads", "eval(text)", "yaml.load(text)", "os.system(text)",
        "subprocess.run(text, shell=True)", "session.get(url, verify_ssl=False)",
    ],
)  # fmt: skip
def test_the_search_finds_what_it_is_for(line: str) -> None:
    assert len(find_dangers(ast.parse(line))) == 1


def test_the_linter_watches_over_the_same() -> None:
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]
    ignored = {*lint["ignore"], *(rule for rules in lint["per-file-ignores"].values() for rule in rules)}

    assert "S" in lint["select"]
    assert ignored.isdisjoint(_RULES)


@pytest.mark.parametrize("app", [worker, notifier], ids=["worker", "notifier"])
def test_fausts_own_web_is_off(app: object) -> None:
    assert app.conf.web_enabled is False  # type: ignore[attr-defined] # Faust is untyped
