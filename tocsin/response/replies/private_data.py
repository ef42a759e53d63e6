"""Questions for private data: whose answer would stand where everybody reads it.

A request is no breach when its own sentence names a private channel, or says not to tell. Secrets (passwords, card
numbers, codes) are asked for nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from tocsin.response.replies.forbidden import DENIAL, read_words
from tocsin.response.replies.spelling import Spelling

_WORDS: Final = {kind: "|".join(patterns) for kind, patterns in read_words("private_data.tsv").items()}
#: Names of private ways that any reader understands, beside those of the policy.
_ASIDE: Final = re.compile(
    r"\b(?:in private|privately|private(?:ly)? messages?|private chat|direct messages?|dms?|by dm|via dm"
    r"|(?:en|por) privado|mensajes? (?:privados?|directos?)|md|chat privado"
    r"|tin nhan rieng|nhan tin rieng|nhan rieng|trao doi rieng|inbox|ib)\b"
)
_NOT_TO: Final = re.compile(rf"(?:{DENIAL}|\b(?:out of|fuera de)\b)[^.!?,;:]{{0,40}}$")
#: Words between the request and the data: at most eight, of one sentence.
_REQUEST: Final = rf"(?<!\w)(?:{_WORDS['request']})(?!\w)(?:[^\w.!?\n]+\w+){{0,8}}?[^\w.!?\n]+"
_ASKS: Final = re.compile(rf"{_REQUEST}(?:{_WORDS['data']})(?!\w)")
_ASKS_SECRET: Final = re.compile(rf"{_REQUEST}(?:{_WORDS['secret']})(?!\w)")
#: "Your booking number, please?": data as a question of its own.
_BLUNT: Final = re.compile(
    rf"(?:^|[.!?\n])\s*(?:and |y |va )?(?:your|tu|su|el|so|ma)?\s*(?:{_WORDS['data']}|{_WORDS['secret']})"
    r"(?: cua (?:ban|quy khach|anh|chi))?(?:,? (?:please|por favor|a|nhe|la gi))?\s*\?"
)
_SENTENCE: Final = re.compile(r"(?:[^.!?\n]|[.](?=\S))+[.!?]*")


def find_asked(spelling: Spelling, private: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Place and words of each request for private data.

    Args:
        private: names and addresses of the policy's private channels, bare.
    """
    for sentence in _SENTENCE.finditer(spelling.bare):
        said, start = sentence[0], sentence.start()
        is_aside = _ASIDE.search(said) is not None or any(name in said for name in private)
        for pattern, may_be_aside in ((_ASKS_SECRET, False), (_ASKS, True), (_BLUNT, False)):
            match = pattern.search(said)
            if match is None or (may_be_aside and is_aside):
                continue
            end = start + match.end()
            if not _NOT_TO.search(spelling.lowered[start:end].rsplit(" ", 1)[0]):
                yield start + match.start(), spelling.shown[start + match.start() : end].strip()
                break
