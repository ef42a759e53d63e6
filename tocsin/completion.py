"""What makes a shell complete `tocsin` commands: a script for each shell, made from the command line itself.

The script is a table, so that a press of the tab key starts no Python. In it a place is the command that was typed so
far: empty, `streams`, `streams create`.
"""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True)
class Option:
    """One option, or a positional argument when it has no names.

    Attributes:
        values: what it takes; empty when that is not known.
        is_file: it takes the path of a file or folder.
        takes_value: it is followed by a value.
    """

    names: tuple[str, ...]
    about: str
    values: tuple[str, ...] = ()
    is_file: bool = False
    takes_value: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """What can follow the command that was typed so far.

    Attributes:
        path: that command, without `tocsin`.
        commands: what it can go on with → what that does.
    """

    path: str
    commands: Mapping[str, str] = field(default_factory=dict)
    options: tuple[Option, ...] = ()

    @property
    def words(self) -> dict[str, str]:
        """Everything that can be typed next, with what it does."""
        values = {value: "" for each in self.options if not each.names for value in each.values}
        names = {name: each.about for each in self.options for name in each.names}
        return {**self.commands, **values, **names}

    @property
    def has_files(self) -> bool:
        """Whether a path can be typed next."""
        return any(each.is_file for each in self.options if not each.names)


def find_places(commands: Mapping[str, str], parser_of: Callable[[str], argparse.ArgumentParser]) -> list[Place]:
    """Every place of a command line, the outermost first.

    Args:
        commands: name → one line of help.
    """
    top = (Option(("--help",), "show what there is"), Option(("--version",), "print the version and stop"))
    places = [Place("", commands, top)]
    for name in commands:
        places.extend(_places_of(name, parser_of(name)))
    return places


def _places_of(path: str, parser: argparse.ArgumentParser) -> Iterator[Place]:
    commands: dict[str, str] = {}
    options = [Option(("--help",), "show the arguments")]
    inner: dict[str, argparse.ArgumentParser] = {}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            abouts = {choice.dest: choice.help or "" for choice in action._choices_actions}
            commands |= {name: abouts.get(name, "") for name in action.choices}
            inner |= action.choices
        elif action.help != argparse.SUPPRESS and not isinstance(action, argparse._HelpAction):
            options.append(_option(action, parser.prog))
    yield Place(path, commands, tuple(options))
    for name, nested in inner.items():
        yield from _places_of(f"{path} {name}", nested)


def _option(action: argparse.Action, prog: str) -> Option:
    about = (action.help or "") % (vars(action) | {"prog": prog})
    return Option(
        names=tuple(action.option_strings),
        about=about.partition(" (default")[0],
        values=tuple(map(str, action.choices or ())),
        is_file=action.type is Path or action.dest == "file",  # a file or standard input is kept as text
        takes_value=action.nargs != 0,
    )


# -- scripts -------------------------------------------------------------------------------------------------------

_BASH_HEAD: Final = r"""# Completes tocsin in bash: source <(tocsin completion bash)
_tocsin() {
    local IFS=$'\n' current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" place="" files="" i
    local words=""
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        case "$place ${COMP_WORDS[i]}" in
            @STEPS@) place="${place:+$place }${COMP_WORDS[i]}" ;;
        esac
    done
"""
_BASH_TAIL: Final = r"""    if [[ -n $files && $current != -* ]]; then
        compopt -o filenames 2>/dev/null
        COMPREPLY=($(compgen -f -- "$current") $(compgen -W "$words" -- "$current"))
    else
        COMPREPLY=($(compgen -W "$words" -- "$current"))
    fi
}
complete -F _tocsin tocsin
"""
_ZSH_HEAD: Final = r"""#compdef tocsin
# Completes tocsin in zsh: source <(tocsin completion zsh), after compinit
_tocsin() {
    local previous="${words[CURRENT-1]}" place="" files="" each
    local -a answers
    for each in "${(@)words[2,CURRENT-1]}"; do
        case "$place $each" in
            @STEPS@) place="${place:+$place }$each" ;;
        esac
    done
"""
_ZSH_TAIL: Final = r"""    (( ${#answers} )) && _describe 'tocsin' answers
    [[ -n $files ]] && _files
}
compdef _tocsin tocsin
"""
_FISH_HEAD: Final = r"""# Completes tocsin in fish: tocsin completion fish | source
function __tocsin_at
    set -l place
    for word in (commandline -opc)[2..-1]
        switch "$place $word"
            case @STEPS@
                set place (string trim "$place $word")
        end
    end
    test "$place" = "$argv[1]"
end
complete -c tocsin -f
"""


def write_script(shell: str, places: Sequence[Place]) -> str:
    """The script of one of `SHELLS`."""
    return SHELLS[shell](places)


def _bash(places: Sequence[Place]) -> str:
    lines = [_BASH_HEAD.replace("@STEPS@", _steps(places, "|")), '    case "$place $previous" in\n']
    for pattern, option in _values(places):
        answer = "files=1" if option.is_file else f"words={_words(option.values)}"
        lines.append(f"        {pattern}) {answer} ;;\n")
    lines.append('        *) case "$place" in\n')
    for place in places:
        files = "; files=1" if place.has_files else ""
        lines.append(f"            {shlex.quote(place.path)}) words={_words(place.words)}{files} ;;\n")
    return "".join([*lines, "        esac ;;\n    esac\n", _BASH_TAIL])


def _zsh(places: Sequence[Place]) -> str:
    lines = [_ZSH_HEAD.replace("@STEPS@", _steps(places, "|")), '    case "$place $previous" in\n']
    for pattern, option in _values(places):
        answer = "files=1" if option.is_file else f"answers=({' '.join(map(shlex.quote, option.values))})"
        lines.append(f"        {pattern}) {answer} ;;\n")
    lines.append('        *) case "$place" in\n')
    for place in places:
        # A colon parts the word from what it does.
        words = " ".join(shlex.quote(f"{word}:{about}" if about else word) for word, about in place.words.items())
        files = "; files=1" if place.has_files else ""
        lines.append(f"            {shlex.quote(place.path)}) answers=({words}){files} ;;\n")
    return "".join([*lines, "        esac ;;\n    esac\n", _ZSH_TAIL])


def _fish(places: Sequence[Place]) -> str:
    lines = [_FISH_HEAD.replace("@STEPS@", _steps(places, " "))]
    for place in places:
        at = f"complete -c tocsin -n {_fish_quote(f'__tocsin_at {_fish_quote(place.path)}')}"
        for name, about in place.commands.items():
            lines.append(f"{at} -a {name} -d {_fish_quote(about)}\n")
        for option in place.options:
            lines.append(f"{at}{_fish_option(option)}\n")
    return "".join(lines)


def _fish_option(option: Option) -> str:
    names = [f" -l {name[2:]}" if name.startswith("--") else f" -s {name[1:]}" for name in option.names]
    if not option.names:
        return " -F" if option.is_file else f" -a {_fish_quote(' '.join(option.values))}"
    takes = "" if not option.takes_value else " -r" if option.is_file else " -x"
    files = " -F" if option.is_file else f" -a {_fish_quote(' '.join(option.values))}" if option.values else ""
    return f"{''.join(names)}{takes}{files} -d {_fish_quote(option.about)}"


def _steps(places: Sequence[Place], between: str) -> str:
    """Patterns of a place and the word that leads on from it."""
    return between.join(shlex.quote(f"{place.path} {name}") for place in places for name in place.commands)


def _values(places: Sequence[Place]) -> Iterator[tuple[str, Option]]:
    """Patterns of a place and an option that a value follows."""
    for place in places:
        for option in place.options:
            if option.names and option.takes_value:
                yield "|".join(shlex.quote(f"{place.path} {name}") for name in option.names), option


def _words(words: Sequence[str] | Mapping[str, str]) -> str:
    """Words, one a line, as one word of a shell."""
    return "$'" + "\\n".join(word.replace("\\", "\\\\").replace("'", "\\'") for word in words) + "'" if words else "''"


def _fish_quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


#: Shell → what writes its script.
SHELLS: Final[Mapping[str, Callable[[Sequence[Place]], str]]] = {"bash": _bash, "zsh": _zsh, "fish": _fish}
