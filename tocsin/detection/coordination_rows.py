"""What coordination is told, what it remembers and what it answers."""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol

import msgspec

from tocsin.detection.distinct import Distinct
from tocsin.detection.traces import Trace
from tocsin.flow import Row

Verdict = Literal["organic", "unclear", "coordinated"]
#: How two accounts acted alike.
CoAction = Literal["same text", "near-identical text", "same link", "same hashtags"]

#: Newest posts of a text, a link or a set of hashtags that newcomers are compared with.
POSTS_LIMIT = 32

#: Accounts remembered of one co-action, and co-actions of one author.
PARTNERS_LIMIT = 16
ITEMS_LIMIT = 32


class Traced(Protocol):
    """What coordination sees of one mention.

    Attributes:
        author, mention: their keys (`source|id`).
        created_ms: when the account was made; 0 when unknown.
        author_mentions: mentions of this brand by this author in the last 24 h, this one included.
    """

    @property
    def posted_ms(self) -> int: ...
    @property
    def author(self) -> str: ...
    @property
    def mention(self) -> str: ...
    @property
    def trace(self) -> Trace: ...
    @property
    def created_ms(self) -> int: ...
    @property
    def is_new_author(self) -> bool: ...
    @property
    def author_mentions(self) -> int: ...
    @property
    def is_reshare(self) -> bool: ...


class TracedMention(NamedTuple):
    """One mention that was traced."""

    posted_ms: int
    author: str
    mention: str
    trace: Trace
    followers: int = 0
    created_ms: int = 0
    is_new_author: bool = False
    author_mentions: int = 1
    is_reshare: bool = False


#: Flags of an author at the time of a post.
NEW, YOUNG, OFF_HOURS = 1, 2, 4

#: (posted_ms, author, mention, fingerprint, flags, author's mentions of the day)
Post = tuple[int, str, str, str, int, int]


class StoryRow(Row, tag="story", gc=False):
    """One text and the texts that are nearly the same.

    Attributes:
        posts: the newest `POSTS_LIMIT`, oldest first.
        authors: how many different authors.
        mentions, linked: posts; posts that share a link with the first.
        told: authors when it was last told as unclear.
        is_known: most of its authors belong to a group: whoever posts it, however much later, does as they did.
    """

    length: int
    sketch: bytes
    links: tuple[int, ...]
    posts: list[Post]
    last_ms: int
    authors: Distinct = msgspec.field(default_factory=Distinct)
    mentions: int = 0
    linked: int = 0
    told: int = 0
    is_known: bool = False


class RecentRow(Row, tag="recent"):
    """Mentions of one tick, kept for the hour in which a text may find its partner.

    Attributes:
        alone: posts whose text nobody else had posted, with what their texts left.
        acts: posts with the links and hashtags that they used.
    """

    alone: list[tuple[Post, Trace]] = msgspec.field(default_factory=list)
    acts: list[tuple[Post, tuple[str, ...]]] = msgspec.field(default_factory=list)


class Item(msgspec.Struct, array_like=True, omit_defaults=True, gc=False):
    """One thing that an author did as others did.

    Attributes:
        kind: place in `KINDS`.
        weight: how much it says, 0 to 1, when it was last seen.
        partners: accounts that did the same within the interval, at most `PARTNERS_LIMIT`.
        is_first: all others did it a minute later or more.
    """

    posted_ms: int
    mention: str
    kind: int
    weight: float
    partners: list[str] = msgspec.field(default_factory=list)
    is_first: bool = False


KINDS: tuple[CoAction, ...] = ("same text", "near-identical text", "same link", "same hashtags")


class AccountRow(Row, tag="account", gc=False):
    """One author who acted as others did.

    Attributes:
        items: what was done alike, by what was shared (a story, a link, a set of hashtags); the newest `ITEMS_LIMIT`.
        mentions: of the brand by this author in 24 h, as last known.
        flags: `NEW`, `YOUNG`, `OFF_HOURS`: true of any of its posts.
        score: sum of the items' weights; each mention counts once.
        flagged_ms: the tick at which it was flagged; 0 when it is not.
        is_joined: flagged for one text of an established group.
        is_knotted: repeats co-actions with too few others to be flagged.
        is_told: a raised finding has named it.
    """

    items: dict[str, Item] = msgspec.field(default_factory=dict)
    mentions: int = 1
    flags: int = 0
    score: float = 0.0
    flagged_ms: int = 0
    is_joined: bool = False
    is_knotted: bool = False
    is_told: bool = False


class BrandRow(Row, tag="brand"):
    """What is remembered of the brand.

    Attributes:
        pruned_ms: what is older than it deserves was forgotten until here.
        raised_ms: tick of the last finding that was raised.
        hours: mentions by hour of the day (UTC), halved now and then.
        level: texts are looked at when the lowest `level` bits of their fingerprint are zero.
    """

    pruned_ms: int = 0
    raised_ms: int = 0
    verdict: Verdict = "organic"
    hours: list[int] = msgspec.field(default_factory=lambda: [0] * 24)
    level: int = 0


CoordinationRow = StoryRow | RecentRow | AccountRow | BrandRow


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What can be said of accounts that act alike. Never an accusation.

    Attributes:
        at_ms: the tick that found it.
        verdict: "coordinated" when enough accounts repeatedly acted alike; "unclear" when something is shared by many
            or repeated by few; else "organic".
        accounts: how many accounts are flagged now, exactly.
        flagged: those of them that no raised finding has named yet, at most `CoordinationPolicy.names`.
        joined: how many of all are flagged for one text only, of a group that is established.
        kinds: co-actions of the flagged accounts in the last 24 h, by kind.
        mentions: keys of at most five mentions with the texts that most of the accounts shared.
    """

    at_ms: int
    verdict: Verdict
    accounts: int = 0
    flagged: tuple[str, ...] = ()
    joined: int = 0
    kinds: dict[str, int] = msgspec.field(default_factory=dict)
    mentions: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
