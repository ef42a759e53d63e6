"""What a wave keeps of single mentions: those that may be shown, and how the greatest of them are kept.

Keeping is commutative: the order in which mentions come cannot matter.
"""

from __future__ import annotations

from typing import Final

import msgspec

from schemas.mention import AuthorProfile, Relation, TopicMention, Trace
from tocsin.detection.traces import HASH_BYTES

#: Mentions from which the telling ones are chosen: the best of so many stories, of the press, of so many sources, and
#: the earliest ones.
BEST_LIMIT: Final = 16
PRESS_LIMIT: Final = 3
SOURCES_LIMIT: Final = 6
FIRST_LIMIT: Final = 3
DRIVERS_LIMIT: Final = 12

#: Negative mentions tell more than any other, whatever their weight (milli-units); as in the topic window.
NEGATIVE_RANK: Final = 1_000_000


class Voice(msgspec.Struct, array_like=True, omit_defaults=True, gc=False):
    """One mention of a topic as its wave, its words and the watches of its brand see it; no text.

    Attributes:
        story: fingerprint of its text, or its key where that is too short.
        terms: telling words; none for an author's repeats.
        trace: what its text leaves to compare.
        followers: of its author; created_ms: when the account was made; 0 when unknown.
        reshare_of: key of what it reshares; reshares: how often itself was, as a service counted.
        is_update: newer engagement of a mention that was heard before.
        relation: what its author is to the brand; profile: who it is, of a complaint that many could read.
    """

    posted_ms: int
    mention: str
    author: str
    reach: int = 0
    weight: float = 1.0
    story: str = ""
    source: str = ""
    source_kind: str = "social"
    author_mentions: int = 1
    is_negative: bool = False
    terms: tuple[str, ...] = ()
    trace: Trace = Trace()
    followers: int = 0
    created_ms: int = 0
    is_new_author: bool = False
    has_evidence: bool = False
    is_reshare: bool = False
    reshare_of: str = ""
    reshares: int = 0
    is_update: bool = False
    relation: Relation = "public"
    profile: AuthorProfile | None = None

    @classmethod
    def of(cls, mention: TopicMention, posted_ms: int) -> Voice:
        """What is kept of a mention; its time is given, for whoever counts it knows it already."""
        key, again, since = mention.mention, mention.author_mentions, mention.author_since
        return cls(
            posted_ms,
            key,
            mention.author,
            mention.reach,
            mention.weight,
            mention.fingerprint or key,
            mention.source,
            mention.source_kind,
            again,
            mention.label == "negative",
            # An author's repeats say nothing new, or the words of one hot-head would be those of the burst.
            mention.terms if again == 1 else (),
            mention.trace,
            mention.followers,
            0 if since is None else int(since.timestamp() * 1000),
            mention.is_new_author,
            mention.has_evidence,
            mention.is_reshare,
            mention.reshare_of,
            mention.reshares,
            mention.is_update,
            mention.relation,
            mention.profile,
        )


class Telling(msgspec.Struct, array_like=True, frozen=True, omit_defaults=True, order=True):
    """A mention that may be shown. Ordered: a greater one tells more; ties go to the earlier, then by name.

    Attributes:
        rank: weight in thousandths, less the more often the author has spoken today (divided by the root), so that one
            who writes all day does not fill the list; and a million for a negative one.
        minus_ms: −posting time, so that earlier is greater.
        story: fingerprint, or the mention's key for a text too short to have one.
        sketch: of its text, by which near-identical ones are known; b"" when there is none.
    """

    rank: int
    minus_ms: int
    mention: str
    author: str
    story: str
    source: str = ""
    source_kind: str = "social"
    reach: int = 0
    sketch: bytes = b""

    @property
    def kin(self) -> bytes | str:
        """What near-identical texts mostly have in common, unlike others: the smallest hash, or else the text."""
        return self.sketch[:HASH_BYTES] or self.story

    @property
    def posted_ms(self) -> int:
        return -self.minus_ms

    @property
    def weight(self) -> float:
        return self.rank % NEGATIVE_RANK / 1000

    @property
    def is_negative(self) -> bool:
        return self.rank >= NEGATIVE_RANK


class Told(msgspec.Struct, array_like=True, omit_defaults=True):
    """One text and its reposts, in the sample.

    Attributes:
        reach: sum of the authors' reach.
        sketch: the greatest that a mention of this text had: few have none, and fewer another.
    """

    mentions: int = 0
    reach: int = 0
    sketch: bytes = b""

    def add(self, part: Told) -> None:
        """Add a part."""
        self.mentions += part.mentions
        self.reach += part.reach
        self.sketch = max(self.sketch, part.sketch)


def keep_best(kept: list[Telling], new: Telling, limit: int) -> None:
    """Keep the most telling mention of each text and its kin, of the most telling ones: order cannot matter.

    Variants of one text, however many, would otherwise leave no room for anybody else.
    """
    if len(kept) >= limit and new <= kept[-1]:
        return  # less than all that are kept, and than another of its kin if that is one of them
    kin = new.kin
    for place, old in enumerate(kept):
        if old.kin == kin:
            if new <= old:
                return
            del kept[place]
            break
    _insert(kept, new)
    del kept[limit:]


def _insert(kept: list[Telling], new: Telling) -> None:
    """Insert where it belongs, greatest first; few are kept, so that a walk is as quick as a search."""
    for place, old in enumerate(kept):
        if new > old:
            kept.insert(place, new)
            return
    kept.append(new)


def keep_first(kept: list[Telling], new: Telling) -> None:
    if new not in kept:
        kept.append(new)
        kept.sort(key=lambda each: (each.posted_ms, each.mention, each))
        del kept[FIRST_LIMIT:]


def keep_driver(kept: list[tuple[int, int, str]], new: tuple[int, int, str]) -> None:
    """Keep the greatest (reach, mentions) of each author, of the greatest authors."""
    order = _driver_order(new)
    if len(kept) >= DRIVERS_LIMIT and order >= _driver_order(kept[-1]):
        return  # less than all that are kept, its author's own among them
    author = new[2]
    for place, old in enumerate(kept):
        if old[2] == author:
            if new <= old:
                return
            del kept[place]
            break
    for place, old in enumerate(kept):
        if order < _driver_order(old):
            kept.insert(place, new)
            break
    else:
        kept.append(new)
    del kept[DRIVERS_LIMIT:]


def _driver_order(driver: tuple[int, int, str]) -> tuple[int, int, str]:
    return -driver[0], -driver[1], driver[2]
