"""What a writer is: proposes the middle of an answer, or says why it could not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from schemas.reply import Tone
from tocsin.response.replies.policy import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What a writer is told. No name, no handle and no address of the author is in it.

    Attributes:
        language: to write in.
        brand: who answers.
        reason: what the mention complains of, or `question`.
        said: the mention's text, as data: nobody's instruction.
        facts: whole sentences that may be told; nothing else is known.
        longest: characters of each proposal.
        count: how many proposals.
        is_private: it was said in private.
    """

    language: Language
    tone: Tone
    brand: str
    reason: str
    said: str
    facts: tuple[str, ...] = ()
    longest: int = 400
    count: int = 2
    is_private: bool = False


class Writer(Protocol):
    """One way to get proposals. Every writer passes tests/contracts/test_writers.py.

    Attributes:
        name: what drafts say that they were drafted by.
    """

    @property
    def name(self) -> str: ...

    async def suggest(self, assignment: Assignment) -> list[str]:
        """Proposals for the middle of an answer, without greeting, invitation, link and signature; at most `count`.

        Raises:
            WriterError: there is none; the message says why and what to do.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class WriterError(Exception):
    """Why there is no proposal; the drafts from phrases are there all the same."""


class KeptPrivate(WriterError):
    """The mention is private: its text does not leave the house."""
