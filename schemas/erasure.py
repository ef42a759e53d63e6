"""The erasure of an author, on its way to the crises that name them."""

from __future__ import annotations

from schemas.mention import Identifier, Instant
from schemas.record import Record


class Erasure(Record, frozen=True, kw_only=True, tag_field="type", tag="erasure"):
    """An author's key has to go from the crises of a brand (stream `inbox`, key = brand).

    Attributes:
        id: hash of the request, the author and the topic that passed it on: a replay makes the same one.
        author: their key (`source|author id`).
        erased_as: what takes its place: one name for everything an author did, so that counts stay; it tells nothing.
        at: the instant up to which the author is erased.
    """

    id: Identifier
    brand: Identifier
    author: Identifier
    erased_as: Identifier
    at: Instant
