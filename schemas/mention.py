"""One message about something we watch, as it travels: Mention → EnrichedMention → ScoredMention → TopicMention."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from schemas.record import Record

#: An instant with its offset; a time without one would be somebody's local guess.
Instant = Annotated[datetime, Meta(tz=True)]
Identifier = Annotated[str, Meta(min_length=1, max_length=512)]
#: Up to the largest whole number that every JSON reader keeps exactly.
Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Share = Annotated[float, Meta(ge=0.0, le=1.0)]
Sentiment = Annotated[float, Meta(ge=-1.0, le=1.0)]
#: Defaults are left out by identity, and of all numbers only small whole ones are the same object everywhere.
Risk = Annotated[float, Meta(ge=0.0)]

#: `deletion`: of one mention, as its source tells it; `erasure`: of what is known of its author, on request.
Kind = Literal["mention", "edit", "engagement", "deletion", "erasure"]
SourceKind = Literal["social", "press", "review", "forum", "support"]
Label = Literal["negative", "neutral", "positive"]
#: What an author is to the brand, as the watchlist declares it; `watched`: another brand of the watchlist.
Relation = Literal["official", "employee", "competitor", "watched", "public"]
#: `fresh`: the first mention of this brand that we know of; `returning`: heard before; "": it was not looked up.
History = Literal["", "fresh", "returning", "repeat_complainer"]

#: The topic that stands for the brand as a whole.
WHOLE_BRAND = "*"


class Author(Record, frozen=True, kw_only=True):
    """The account that posted. `id` is unique within the source."""

    id: Identifier
    handle: str | None = None
    name: str | None = None
    followers: Count | None = None
    created_at: Instant | None = None
    verified: bool | None = None


class AuthorProfile(Record, frozen=True, kw_only=True):
    """Who speaks: what we know of one author with one brand. Indicators for a person to weigh, never an accusation.

    Attributes:
        author: their key (`source|id`).
        speaks_for: the watched brand whose own account it is; empty if it is none.
        history: empty for a high-risk mention, which is told before it is its turn to be counted.
        known_days: since when the author has been heard with this brand, in days.
        mentions, negatives: of this brand by this author in the last 24 h, as far as they were counted.
        indicators: what the account does not say, or says oddly (`tocsin.detection.profile`); of the public only.
        is_anonymous: several indicators together.
        followers: None when the source does not tell.
        reasons: all of it as sentences, most important first.
    """

    author: Identifier
    relation: Relation = "public"
    speaks_for: str = ""
    history: History = ""
    known_days: Count = 0
    mentions: Count = 0
    negatives: Count = 0
    indicators: tuple[str, ...] = ()
    is_anonymous: bool = False
    followers: Count | None = None
    reasons: tuple[str, ...] = ()


class Engagement(Record, frozen=True, kw_only=True):
    """What readers did, as counted when the mention was observed."""

    likes: Count = 0
    reshares: Count = 0
    replies: Count = 0
    views: Count = 0


class Mention(Record, frozen=True, kw_only=True):
    """A raw mention: the contract with producers (stream `mentions.raw`).

    Attributes:
        id: unique within the source; of an `erasure` its own, made by whoever asks for it, not from the author.
        text: empty for an engagement, a deletion and an erasure; whatever these two carry is dropped at once.
        posted_at: of a deletion when it was deleted, of an erasure the instant up to which the author is erased.
    """

    VERSION: ClassVar[int] = 2

    id: Identifier
    text: Annotated[str, Meta(max_length=100_000)]
    source: Identifier
    posted_at: Instant
    author: Author
    kind: Kind = "mention"
    source_kind: SourceKind = "social"
    observed_at: Instant | None = None
    url: str | None = None
    lang: str | None = None
    in_reply_to: str | None = None
    reshare_of: str | None = None
    engagement: Engagement = Engagement()
    private: bool = False

    @property
    def key(self) -> str:
        """What identifies this mention among all sources."""
        return f"{self.source}|{self.id}"

    @property
    def author_key(self) -> str:
        """What identifies its author among all sources: the key of the streams up to the author window."""
        return f"{self.source}|{self.author.id}"


class Trace(Record, frozen=True, kw_only=True):
    """What is compared of one text, made by `tocsin.detection.traces`; empty: nothing.

    Attributes:
        text: hash of the author's own words: equal for the same text but for links, @handles, case, accents.
        length: characters of the text without quoted words, at most 255: short texts are shared by chance.
        sketch: the smallest hashes of its pairs of words, 4 bytes each, ascending; b"" when it has too few words. Of
            a reshare that says nothing of its own: those of what it passes on.
        tags: hashes of its hashtags, ascending.
        links: hashes of what it links to (host and path; no tracking), ascending.
    """

    text: str = ""
    length: int = 0
    sketch: bytes = b""
    tags: tuple[int, ...] = ()
    links: tuple[int, ...] = ()


class EnrichedMention(Record, frozen=True, kw_only=True):
    """A mention matched to one brand: what was said, about whom, in which language.

    Attributes:
        posted_at: event time: `mention.posted_at`, clamped when it claimed the near future.
        topics: ids of the brand's topics that it matched; empty when it speaks of the brand alone.
        matched: the terms of the watchlist that were found, as written there.
        high_risk: the high-risk terms among them; not empty means "judge this one at once".
        language: ISO 639-1 code, or `und`.
        fingerprint: hash of the normalised text (links, handles and "RT" stripped): equal for reposts of one text.
        configuration: version of the watchlist that matched it.
        relation: what its author is to the brand.
        risk: how much the high-risk terms weigh together; 1 or more is enough for an alarm.
    """

    VERSION: ClassVar[int] = 2

    mention: Mention
    brand: Identifier
    posted_at: Instant
    topics: tuple[str, ...] = ()
    matched: tuple[str, ...] = ()
    high_risk: tuple[str, ...] = ()
    language: str = "und"
    fingerprint: str = ""
    configuration: str = ""
    relation: Relation = "public"
    risk: Risk = 0


class Weight(Record, frozen=True, kw_only=True):
    """How much one mention matters, with its parts: `total = sentiment × (reach + engagement)`.

    Attributes:
        sentiment: 1 (neutral) to 2 (extreme): strength of feeling.
        reach: log10(10 + followers).
        engagement: log10(1 + reshares·3 + replies·2 + likes).
    """

    sentiment: float = 1.0
    reach: float = 1.0
    engagement: float = 0.0
    total: float = 1.0


class ScoredMention(EnrichedMention, frozen=True, kw_only=True):
    """An enriched mention with its sentiment and its weight.

    Attributes:
        reasons: what a negative mention complains about (ids of `tocsin.detection.reasons`), most likely first.
        cause: whose fault its words say it is (a kind of `tocsin.detection.causes`); empty when they do not say.
        terms: its telling words, for the words of a burst.
        trace: what is compared of its text; empty for the brand's own people, who are meant to speak alike.
    """

    VERSION: ClassVar[int] = 3

    sentiment: Sentiment = 0.0
    label: Label = "neutral"
    weight: Weight = Weight()
    reasons: tuple[str, ...] = ()
    cause: str = ""
    terms: tuple[str, ...] = ()
    trace: Trace = Trace()


class TopicMention(Record, frozen=True, kw_only=True):
    """What the topic window needs of a mention, once for the brand as a whole and once for each matched topic.

    Holds no text: texts of telling mentions live in `mentions.evidence`, where an erasure is a tombstone.

    Attributes:
        mention: its key (`source|id`).
        author: its author's key (`source|author id`).
        reach: followers of the author (people who could have seen it); 0 when unknown.
        is_update: newer engagement of a mention that was counted before: moves reach (by `reach`, its growth), not
            counts. With `high_risk` set: announces a high-risk mention at once; it is counted later, at its tick.
        is_new_author: the author was not seen with this brand before.
        author_mentions: mentions of this brand by this author in the last 24 h, this one included.
        has_evidence: the text was written to `mentions.evidence`.
        reasons, cause, terms, trace: see `ScoredMention`; the brand as a whole is told the trace, a topic its sketch.
        followers: of the author, 0 when unknown; author_since: when the account was made, if that is known.
        reshare_of: key of the mention that it reshares; reshares: how often itself was reshared, when observed.
        relation, risk: see `EnrichedMention`; a risk of 0 beside high-risk terms: they were not weighed yet.
        profile: who its author is, told to the brand as a whole, of a mention that is a signal by itself: it names a
            high risk, or is a complaint that many could read.
        erased_as: not empty: no mention, but the erasure of its author; this takes the place of the author's key.
    """

    VERSION: ClassVar[int] = 3

    mention: Identifier
    author: Identifier
    brand: Identifier
    topic: str
    posted_at: Instant
    source: str
    source_kind: SourceKind = "social"
    sentiment: Sentiment = 0.0
    label: Label = "neutral"
    weight: float = 1.0
    reach: Count = 0
    fingerprint: str = ""
    high_risk: tuple[str, ...] = ()
    is_update: bool = False
    is_reshare: bool = False
    is_new_author: bool = False
    author_mentions: Count = 1
    has_evidence: bool = False
    private: bool = False
    configuration: str = ""
    reasons: tuple[str, ...] = ()
    cause: str = ""
    terms: tuple[str, ...] = ()
    trace: Trace = Trace()
    followers: Count = 0
    author_since: Instant | None = None
    reshare_of: str = ""
    reshares: Count = 0
    relation: Relation = "public"
    risk: Risk = 0
    profile: AuthorProfile | None = None
    erased_as: str = ""

    @property
    def topic_key(self) -> str:
        return f"{self.brand}|{self.topic}"


class Evidence(Record, frozen=True, kw_only=True):
    """The text of a telling mention, kept apart so that it can be erased (stream `mentions.evidence`, compacted).

    Attributes:
        author: key of its author (`source|author id`), by which all of an author's texts are found and erased; empty
            when an older version wrote it.
        source_kind: `social` also when an older version wrote it.
        reasons: what it complains about.
        language: which `tocsin.detection.sentiment.judge` needs to say why the text is felt as it is.
    """

    VERSION: ClassVar[int] = 3

    mention: Identifier
    brand: Identifier
    source: str
    posted_at: Instant
    text: str
    author_handle: str | None = None
    author_name: str | None = None
    followers: Count | None = None
    url: str | None = None
    sentiment: Sentiment = 0.0
    label: Label = "neutral"
    private: bool = False
    reasons: tuple[str, ...] = ()
    language: str = "und"
    author: str = ""
    source_kind: SourceKind = "social"


class RejectedMention(Record, frozen=True, kw_only=True):
    """Bytes that could not become a mention, kept whole with the reason (stream `mentions.rejected`).

    The stream's record value is the original bytes; this is what its headers say and `tocsin rejected list` shows.

    Attributes:
        cause: one of `schemas.record.CAUSES`.
        message: what was wrong, naming the field.
        stream, partition, offset: where it was read.
        step: the step that refused it.
        size: bytes of the whole value.
        first_failed_at: when it was first refused; kept over replays.
        is_truncated: it was above the size limit, only its head was kept.
    """

    cause: str
    message: str
    stream: str
    partition: int
    offset: int
    step: str
    first_failed_at: Instant
    size: int = 0
    is_truncated: bool = False
