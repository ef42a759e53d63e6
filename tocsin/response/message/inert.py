"""Text that strangers wrote, made harmless: it is read, and does nothing else wherever it arrives.

`make_inert` is for every text, wherever it is shown. `break_links` is for services that make a link of anything that
looks like one, `break_markup` for those whose markup we cannot know.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

#: Where a program would see a link or a name that is called: behind a scheme, before a top-level domain, behind an @.
_LINK: Final = re.compile(r"(?<=[A-Za-z]:)(?=//)|(?<=[\w-]\.)(?=[^\W\d_]{2})|(?<=@)")
#: Characters that are markup somewhere, and others that look like them and are markup nowhere.
_LOOK_ALIKES: Final = str.maketrans("<>[]*_`~|\\#", "‹›⟦⟧∗＿ˋ∼∣∖＃")  # noqa: RUF001 - to look alike is the point
#: Of no width, and no line breaks there: what it stands in is one word to a reader and two to a program.
_GAP: Final = "\u2060"


def make_inert(text: str) -> str:
    """`text` as one line that does nothing but be read.

    White space becomes a space. Control characters, escapes, direction marks, invisible, private and unassigned
    characters become U+FFFD; marks stacked higher than two are dropped.

    >>> make_inert("calm\\x1b[2J\\u202egnihton")
    'calm\\ufffd[2J\\ufffdgnihton'
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    kept: list[str] = []
    stacked = 0
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        if category in ("Mn", "Me"):
            stacked += 1
            if stacked <= 2:
                kept.append(character)
            continue
        stacked = 0
        if character.isspace():
            kept.append(" ")
        elif category[0] == "C":
            kept.append("\ufffd")
        else:
            kept.append(character)
    return " ".join("".join(kept).split())


def make_lines_inert(text: str) -> str:
    """The same for text of several lines: line feeds and indentation stay, and what belongs to them is ours."""
    return "\n".join(
        line[: len(line) - len(line.lstrip(" "))] + make_inert(line) for line in text.replace("\t", " ").split("\n")
    )


def break_links(text: str) -> str:
    """`text` in which no program finds a web address, a mail address or a name to call; it looks as before.

    >>> break_links("pay at https://evil.example, 1.3 times")
    'pay at https:\\u2060//evil.\\u2060example, 1.3 times'
    """
    return _LINK.sub(_GAP, text)


def break_markup(text: str) -> str:
    """`text` that calls nobody, links nowhere and forms nothing in any service's markup.

    >>> ascii(break_markup("<!here>"))
    "'\\\\u2039!here\\\\u203a'"
    """
    return break_links(text.translate(_LOOK_ALIKES))
