"""What no file may hold, how long it may be, and that every exception to a rule has its reason."""

from __future__ import annotations

import ast
import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import agents
from tests.house.checkout import ROOT, files, name

_LONGEST = 400
# Put together from parts, so that this file does not hold what it forbids.
_MACHINE_PATHS = tuple("/" + folder + "/" for folder in ("work", "root"))
_REGISTRIES = (
    "pypi" + ".org",
    "python" + "hosted.org",
    "repo1." + "maven.org",
    "repo." + "maven.apache.org",
    "registry." + "npmjs.org",
    "proxy." + "golang.org",
)
_INDEX_VARIABLES = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX", "MAVEN_MIRROR_URL")
#: Words of the glossary's last column that can be told from other uses: the right-hand word is the house's.
_AVOIDED = {
    "scraper": "source",
    "connector": "source",
    "spike": "burst",
    "incident": "crisis",
    "mute": "silence",
    "bots": "coordination",
}
#: Words that tell nothing when a file or a class is named by them.
_EMPTY = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}


def text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""  # a picture


def registries() -> tuple[str, ...]:
    """Package registries by name, and the mirror that this machine uses."""
    addresses = " ".join(os.environ.get(variable, "") for variable in _INDEX_VARIABLES).split()
    mirrors = tuple(urlsplit(address).hostname or address for address in addresses)
    return _REGISTRIES + tuple(mirror for mirror in mirrors if mirror not in ("localhost", "127.0.0.1"))


def test_agents_is_ours_and_not_the_other_package_of_that_name() -> None:
    assert agents.__file__ is not None
    assert Path(agents.__file__).resolve() == ROOT / "agents" / "__init__.py"


def test_the_walk_over_the_files_sees_them() -> None:
    seen = {name(path) for path in files()}
    assert {"pyproject.toml", "schemas/record.py", "tests/house/test_files.py", ".gitignore"} <= seen
    assert not any(path.startswith((".venv/", ".git/")) for path in seen)


@pytest.mark.parametrize("path", list(files()), ids=name)
def test_no_file_names_a_place_on_a_machine_or_a_package_registry(path: Path) -> None:
    text = text_of(path)
    found = [word for word in (*_MACHINE_PATHS, *registries()) if word in text]
    assert not found, f"{name(path)} holds {found}"


def test_no_python_file_is_longer_than_one_can_keep_in_mind() -> None:
    lengths = {name(path): len(text_of(path).splitlines()) for path in files(".py")}
    assert not {path: length for path, length in lengths.items() if length > _LONGEST}


def test_no_file_ends_without_a_line_end() -> None:
    texts = {name(path): text_of(path) for path in files(".py", ".md", ".toml", ".yaml", ".yml", ".json")}
    assert not [path for path, text in texts.items() if text and not text.endswith("\n")]


def words_of(identifier: str) -> list[str]:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", identifier).lower().split("_")


@pytest.mark.parametrize("path", list(files(".py")), ids=name)
def test_names_use_the_words_of_the_house(path: Path) -> None:
    defined = [path.stem, *_defined(ast.parse(text_of(path)))]
    found = {f"{each}: say {_AVOIDED[word]}" for each in defined for word in words_of(each) if word in _AVOIDED}
    assert not found


@pytest.mark.parametrize("path", list(files(".py")), ids=name)
def test_files_and_classes_are_named_by_what_they_do(path: Path) -> None:
    classes = [node.name for node in ast.walk(ast.parse(text_of(path))) if isinstance(node, ast.ClassDef)]
    assert not [each for each in (path.stem, *classes) if _EMPTY & set(words_of(each))]


def _defined(tree: ast.Module) -> list[str]:
    """The names that a module gives: of classes, functions, arguments and variables."""
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            names.append(node.name)
        elif isinstance(node, ast.arg):
            names.append(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.append(node.id)
    return names


def test_every_ignored_rule_has_its_reason() -> None:
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    begin = lines.index("ignore = [")
    ignored = lines[begin + 1 : lines.index("]", begin)]
    begin = lines.index("[tool.ruff.lint.per-file-ignores]")
    ignored += [line for line in lines[begin + 1 : lines.index("", begin)] if line]
    ignored += [line for line in lines if re.match(r"(ignore_missing_imports|disallow_\w+) = (true|false)", line)]
    assert ignored
    assert not [line for line in ignored if not re.search(r"# \S+ \S+", line)]


def test_every_exception_in_the_code_names_its_rule() -> None:
    blanket = re.compile(r"#\s*(noqa(?!:)|type: ignore(?!\[))")
    for path in files(".py"):
        for number, line in enumerate(text_of(path).splitlines(), 1):
            assert not blanket.search(line) or "blanket" in line, f"{name(path)}:{number} ignores everything"
