"""The command line and the settings as documents: docs/commands.md and the table in docs/settings.md.

`python -m tocsin.command_documents` writes them, `--check` compares them.
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib
import importlib.util
import re
import sys
from pathlib import Path
from typing import Any

from tocsin import generated
from tocsin.cli.main import COMMANDS
from tocsin.settings import Settings, variable_of

_HEAD = """\
<!-- Generated from the command line itself by `python -m tocsin.command_documents`: do not edit. -->
# Commands

`tocsin COMMAND --help` tells the same. Exit status: 0 done, 1 failed, 2 wrong configuration or usage, 3 Kafka is not
usable, 130 interrupted. Settings that are not options come from the environment: see [settings](settings.md).
"""


def has_module(name: str) -> bool:
    """The subcommand's module is there."""
    return importlib.util.find_spec(f"tocsin.cli.{COMMANDS[name][0]}") is not None


def parser_of(name: str) -> argparse.ArgumentParser:
    """The subcommand's parser, as `tocsin NAME` makes it."""
    parser = argparse.ArgumentParser(prog=f"tocsin {name}", add_help=False)
    importlib.import_module(f"tocsin.cli.{COMMANDS[name][0]}").configure(parser)
    return parser


def commands_page() -> str:
    """docs/commands.md: each command with its arguments."""
    parts = [_HEAD]
    for name, (_, about) in COMMANDS.items():
        if has_module(name):
            parts.append(f"\n## `tocsin {name}`\n\n{_sentence(about)}\n")
            parts.append(_arguments(parser_of(name)))
    return "".join(parts)


def _arguments(parser: argparse.ArgumentParser) -> str:
    rows: list[str] = []
    nested: list[str] = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            abouts = {choice.dest: choice.help or "" for choice in action._choices_actions}
            for name, inner in action.choices.items():
                about = f"{_sentence(abouts[name])}\n" if abouts.get(name) else ""
                nested.append(f"\n### `{parser.prog} {name}`\n\n{about}{_arguments(inner)}")
        elif action.help != argparse.SUPPRESS and not isinstance(action, argparse._HelpAction):
            rows.append(f"| {_title(action)} | {_default(action)} | {_help(action, parser.prog)} |")
    table = "\n| argument | default | what it does |\n|---|---|---|\n" + "\n".join(rows) + "\n" if rows else ""
    return table + "".join(nested)


def _title(action: argparse.Action) -> str:
    value = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    if action.choices is not None:
        value = " ".join(map(str, action.choices))
    if not action.option_strings:
        return f"`{value}`"
    takes_value = action.nargs != 0
    return ", ".join(f"`{option} {value}`" if takes_value else f"`{option}`" for option in action.option_strings)


def _default(action: argparse.Action) -> str:
    if action.required:
        return "required"
    default = action.default
    if default in (None, argparse.SUPPRESS, "", (), []) or isinstance(default, bool):
        return ""
    return f"`{default.as_posix() if isinstance(default, Path) else default}`"


def _help(action: argparse.Action, prog: str) -> str:
    # The table has a column for the default: the help's own words for it are left out.
    text = re.sub(r"\s*\(default:? %\(default\)s\)", "", action.help or "")
    values: dict[str, Any] = vars(action) | {"prog": prog}
    return _sentence((text % values).replace("|", "\\|")) if text else ""


def settings_table() -> str:
    """The table of docs/settings.md: each environment variable, its default and its meaning."""
    fields = dataclasses.fields(Settings)
    _, texts = generated.described(Settings, [field.name for field in fields])
    rows = ["| variable | default | what it is |", "|---|---|---|"]
    for field in fields:
        variable = variable_of(field.name)
        text = re.sub(rf"\s*\({variable}(?:=\w+)?\)", "", texts[field.name])
        default = field.default
        shown = default.as_posix() if isinstance(default, Path) else default
        shown = int(default) if isinstance(default, bool) else shown
        rows.append(f"| `{variable}` | {'' if shown in (None, '') else f'`{shown}`'} | {_sentence(text)} |")
    return "\n".join(rows) + "\n"


def files() -> dict[Path, str]:
    """Every generated file with its text."""
    docs = generated.ROOT / "docs"
    page = docs / "settings.md"
    return {
        docs / "commands.md": commands_page(),
        page: generated.between("settings", page.read_text(encoding="utf-8"), settings_table()),
    }


def _sentence(text: str) -> str:
    text = text[0].upper() + text[1:]
    return text if text.endswith((".", "?", "!")) else f"{text}."


if __name__ == "__main__":
    sys.exit(generated.run("tocsin.command_documents", files()))
