"""What was erased: mentions whose text is never told again, and authors who have no key any more.

Whatever of a mention comes after its deletion, or before it and waits, is counted without its text. An author who was
erased is called by another name for everything posted until then; who writes again afterwards is a new author.

Rows (the prefix of their keys): `e|` and the hash of what was erased, so that the memory of an erasure names nobody.
"""

from __future__ import annotations

from typing import Final

from schemas.mention import TopicMention
from tocsin.detection.author_rows import ErasedRow, Waiting
from tocsin.detection.distinct import hash_once
from tocsin.flow import Rows
from tocsin.instants import DAY_MS

#: As long as raw mentions are kept: what comes again later than that does not come from us.
KEPT_FOR_MS: Final = 7 * DAY_MS

#: Erasures remembered in one partition; beyond it the oldest are forgotten first.
ERASED_LIMIT: Final = 16_384

#: Kinds that are no mentions, but say that something has to go.
ERASING: Final = frozenset({"deletion", "erasure"})


class Erased:
    """What was erased in one partition.

    Attributes:
        known: by hash. Asked before anything else is: it is mostly empty.
    """

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self.known: dict[int, ErasedRow] = {int(key[2:]): row for key, row in rows.items("e|")}

    def note_mention(self, mention: str, at_ms: int) -> None:
        """Remember that a mention was deleted; `at_ms` is the tick that learnt of it."""
        self._note(mention, ErasedRow(at_ms))

    def note_author(self, author: str, at_ms: int, until_ms: int, erased_as: str) -> bool:
        """Remember that an author is erased until an instant; False when this erasure was known already."""
        known = self.known.get(hash_once(author))
        if known is not None and known.erased_as == erased_as:
            return False
        self._note(author, ErasedRow(at_ms, until_ms, erased_as))
        return True

    def hide(self, row: Waiting) -> Waiting:
        """A mention as it may be told: without text when it was deleted, under another name when its author was."""
        mention = row.counted
        author = self.known.get(hash_once(mention.author))
        if author is not None and row.posted_ms <= author.until_ms:
            return self._hide(row, mention.replace(author=author.erased_as))
        return self._hide(row, mention) if hash_once(mention.mention) in self.known else row

    def forget(self, now_ms: int) -> None:
        """Forget what is old enough, and the oldest beyond the limit."""
        excess = len(self.known) - ERASED_LIMIT
        by_age = sorted((row.at_ms, identity) for identity, row in self.known.items())
        for place, (at_ms, identity) in enumerate(by_age):
            if at_ms >= now_ms - KEPT_FOR_MS and place >= excess:
                break
            del self.known[identity]
            self._rows.delete(f"e|{identity}")

    def _note(self, name: str, row: ErasedRow) -> None:
        identity = hash_once(name)
        self.known[identity] = row
        self._rows.put(f"e|{identity}", row)

    @staticmethod
    def _hide(row: Waiting, mention: TopicMention) -> Waiting:
        return Waiting(
            row.kind, row.posted_ms, mention.replace(has_evidence=False), row.topics, row.followers, None, None
        )


def erased_name(mention: TopicMention) -> str:
    """What takes the place of an author's key: the erasure's own, for it was not made from the author."""
    return f"{mention.source}|erased-{mention.mention.removeprefix(f'{mention.source}|')}"
