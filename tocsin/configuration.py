"""Reads the configuration files and presets; what they mean is decided in `tocsin.detection` and `tocsin.response`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from importlib import resources
from pathlib import Path

from tocsin.detection.matching import Matcher
from tocsin.detection.watchlist import Watchlist, parse_watchlist
from tocsin.errors import ConfigurationError
from tocsin.response.plan import Plan, parse_plan
from tocsin.response.playbooks.read import Library, read_library
from tocsin.setup import Setup
from tocsin.strict_yaml import suggest

_PRESETS = resources.files("tocsin") / "presets"


def load_watchlist(path: Path) -> Watchlist:
    """Read a `watchlist.yaml`.

    Raises:
        ConfigurationError: it cannot be read or understood.
    """
    return parse_watchlist(read_text(path), str(path))


def load_response(path: Path, brands: Collection[str] | None = None, now: datetime | None = None) -> Plan:
    """Read a `response.yaml`.

    Args:
        brands: ids of the watchlist's brands, if the plan is to be held to them.
        now: silences and maintenance that have ended by then are refused; None: they are taken.

    Raises:
        ConfigurationError: it cannot be read or understood.
    """
    return parse_plan(read_text(path), str(path), brands, now)


def load_playbooks(plan: Plan, path: Path) -> Library:
    """The shipped playbooks, with those of the folder that the plan names.

    Args:
        path: of the plan's `response.yaml`; the folder is looked for beside it.

    Raises:
        ConfigurationError: there is no such folder, or a playbook cannot be read or understood.
    """
    texts = {}
    if plan.playbooks is not None:
        folder = path.parent / plan.playbooks
        if not folder.is_dir():
            raise ConfigurationError(f"{path}: there is no folder {folder}", "make it, or remove the key `playbooks`")
        texts = {str(file): read_text(file) for file in sorted(folder.glob("*.yaml"))}
    return read_library(texts, [*(person.id for person in plan.people), *(team.id for team in plan.teams)])


def preset_names() -> list[str]:
    """The watchlists that come with Tocsin."""
    return sorted(entry.name.removesuffix(".yaml") for entry in _PRESETS.iterdir() if entry.name.endswith(".yaml"))


def load_preset(name: str) -> Watchlist:
    """The watchlist of a preset, such as "airline".

    Raises:
        ConfigurationError: there is none of that name.
    """
    names = preset_names()
    if name not in names:
        raise ConfigurationError(f'there is no preset "{name}"', suggest(name, names))
    file = f"{name}.yaml"
    return parse_watchlist((_PRESETS / file).read_text(encoding="utf-8"), file)


def load_setup(
    watchlist: Path | str,
    *,
    namespace: str = "tocsin",
    is_exercise: bool = False,
    is_live: bool = True,
    response: Path | None = None,
) -> Setup:
    """What the steps are told, with the watchlist compiled (some 10 ms for a thousand terms).

    Args:
        watchlist: the path of a file, or the name of a preset as text.
        response: the path of a `response.yaml`; None: nobody is paged, and the shipped playbooks are chosen from.

    Raises:
        ConfigurationError: a file cannot be read or understood.
    """
    loaded = load_watchlist(watchlist) if isinstance(watchlist, Path) else load_preset(watchlist)
    plan = None if response is None else load_response(response)
    return Setup(
        matcher=Matcher(loaded),
        namespace=namespace,
        is_exercise=is_exercise,
        is_live=is_live,
        plan=plan,
        library=read_library() if plan is None or response is None else load_playbooks(plan, response),
    )


def read_text(path: Path) -> str:
    """The text of a file.

    Raises:
        ConfigurationError: it is not there, not UTF-8, or cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigurationError(f"{path} is not there", "write a starter with `tocsin init`") from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise ConfigurationError(f"{path}:{line}: not UTF-8", "save the file as UTF-8") from None
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from None
