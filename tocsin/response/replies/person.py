"""How a person is addressed: by a name that is one, else by the handle, else by none."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from schemas.mention import Evidence
from tocsin.response.replies.forbidden import read_words
from tocsin.response.replies.spelling import spell

_WORD: Final = r"[^\W\d_]+(?:['’.-][^\W\d_]+)*\.?"
#: A name: one to four words that begin large, as people write their own.
_NAME: Final = re.compile(rf"{_WORD}(?: {_WORD}){{0,3}}")
_HANDLE: Final = re.compile(r"[A-Za-z0-9_.]{1,29}[A-Za-z0-9_]")
_LONGEST: Final = 40
#: Of a handle; with more it was made by a machine, and nobody feels called by it.
_MOST_DIGITS: Final = 5
_SMALL_PARTS: Final = ("de", "del", "la", "las", "los", "y", "van", "von", "der", "da", "dos", "di", "le")


def find_name(mention: Evidence, language: str, is_formal: bool) -> str:
    """How the author is addressed in an answer: `Ana`, `Ana Gómez` when formal, `@ana_g`, or "" for not at all.

    Nothing that authors call themselves reaches an answer unless it looks like a name: no links, no signs, no jokes at
    somebody's cost. A Vietnamese name is called by its last word, others by their first.
    """
    name = _find_full_name(mention.author_name or "")
    if name:
        words = name.split()
        return name if is_formal else words[-1] if language == "vi" and len(words) > 1 else words[0]
    handle = (mention.author_handle or "").removeprefix("@")
    bare = handle.lower().replace("_", "")
    is_joke = any(part in bare for part in _no_names()["part"]) or mention.brand.replace("-", "") in bare
    is_number = sum(letter.isdigit() for letter in handle) > _MOST_DIGITS
    return f"@{handle}" if _HANDLE.fullmatch(handle) and not is_joke and not is_number else ""


def _find_full_name(written: str) -> str:
    name = " ".join(written.split())
    if len(name) > _LONGEST or not _NAME.fullmatch(name):
        return ""
    words = name.split()
    begins_large = all(word[0].isupper() or word in _SMALL_PARTS for word in words)
    if not begins_large or len(words[0].rstrip(".")) < 2 or _no_names()["word"] & set(spell(name).bare.split()):
        return ""
    return name.title() if name.isupper() else name


@cache
def _no_names() -> dict[str, frozenset[str]]:
    return {kind: frozenset(words) for kind, words in read_words("no_names.tsv").items()}
