"""The door: finds the subcommand, imports it alone (help stays fast), turns errors into one clear message."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

from tocsin.errors import TocsinError

#: name → (module under tocsin.cli, one line of help). A module offers `configure(parser)` and `run(args) -> int`.
COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("init", "write a commented watchlist.yaml and response.yaml to start from"),
    "check-config": ("check_config", "tell what is wrong and what is doubtful in watchlist.yaml and response.yaml"),
    "config": ("config", "compare two versions of a watchlist or a response plan, in words"),
    "doctor": ("doctor", "look the whole installation over, and say what to do about what is wrong"),
    "up": ("up", "start everything here: broker, streams, workers, notifier, until Ctrl-C"),
    "worker": ("worker", "run one worker: all steps, on an existing Kafka"),
    "notify": ("notify", "run the notifier: delivers escalation events to people and programs"),
    "on-call": ("on_call", "say who is on duty, and who would be told of a crisis, when, how and why"),
    "crises": ("crises", "see what goes on, and act: acknowledge, note, resolve, …; verify the log"),
    "replies": ("replies", "draft answers to mentions, approve them, say when they were sent"),
    "review": ("review", "draft the review of a crisis, with changes to the files that a person can apply"),
    "silence": ("silence", "silence a brand or a topic for a time"),
    "erase": ("erase", "erase what is kept of an author, or the text of one mention"),
    "respond": ("respond", "serve the pages behind acknowledge links"),
    "replay": ("replay", "play a file of mentions (JSONL, CSV) through the pipeline"),
    "backtest": ("backtest", "find out what a history of mentions would have raised, without Kafka"),
    "simulate": ("simulate", "make a seeded, labelled synthetic world of mentions"),
    "score": ("score", "tell the feeling of texts (JSONL), what they complain of, and why"),
    "tail": ("tail", "show escalation cards as they fire"),
    "rejected": ("rejected", "list the mentions that were rejected, with their causes"),
    "streams": ("streams", "create, list or check the streams on Kafka; list the rights they need"),
    "kafka": ("kafka", "start, stop or inspect the local Kafka broker"),
    "completion": ("completion", "print what makes a shell complete these commands"),
}


def build_parser() -> argparse.ArgumentParser:
    """The top level alone: naming a command does not import it."""
    width = max(map(len, COMMANDS))
    listing = "\n".join(f"  {name:<{width}}  {text}" for name, (_, text) in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="tocsin",
        description="Early warning and response for brand reputation crises.",
        epilog=f"commands:\n{listing}\n\n`tocsin COMMAND --help` tells more about one.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="tocsin [--version] COMMAND ...",
    )
    parser.add_argument("--version", action="store_true", help="print the version and stop")
    parser.add_argument("command", nargs="?", choices=[*COMMANDS], metavar="COMMAND", help=argparse.SUPPRESS)
    parser.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        The exit status: 0 done, 1 failed, 2 wrong configuration or usage, 3 Kafka is not usable, 130 interrupted.
    """
    parser = build_parser()
    args = parser.parse_args(argv)
    if args.version:
        from importlib.metadata import version

        print(f"tocsin {version('tocsin')}")
        return 0
    if args.command is None:
        parser.print_help()
        return 0
    module_name, text = COMMANDS[args.command]
    module = importlib.import_module(f"tocsin.cli.{module_name}")
    command = argparse.ArgumentParser(prog=f"tocsin {args.command}", description=text[0].upper() + text[1:] + ".")
    module.configure(command)
    try:
        return int(module.run(command.parse_args(args.rest)))
    except TocsinError as error:
        print(f"tocsin {args.command}: {error}", file=sys.stderr)
        return error.status
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 0


if __name__ == "__main__":
    sys.exit(main())
