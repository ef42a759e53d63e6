"""`tocsin completion`: print what makes a shell complete these commands."""

from __future__ import annotations

import argparse

from tocsin.completion import SHELLS, find_places, write_script


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `tocsin completion`."""
    parser.add_argument(
        "shell", choices=[*SHELLS], help="for this shell; in bash: `source <(tocsin completion bash)` in ~/.bashrc"
    )


def run(args: argparse.Namespace) -> int:
    """0."""
    from tocsin.cli.main import COMMANDS
    from tocsin.command_documents import parser_of

    places = find_places({name: about for name, (_, about) in COMMANDS.items()}, parser_of)
    print(write_script(args.shell, places), end="")
    return 0
