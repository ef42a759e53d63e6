"""The rows of the topic window: what it counts, and what it remembers of a topic."""

from __future__ import annotations

import msgspec

from schemas.mention import TopicMention
from tocsin.detection.baseline import Memory
from tocsin.detection.burst import Episode
from tocsin.detection.distinct import EXACT_LIMIT, Distinct, Tally, hash64
from tocsin.flow import Row

#: Telling mentions kept for a bucket.
TELLING_LIMIT = 5

#: Different texts counted for a bucket; sources likewise.
TALLY_LIMIT = 64

#: (rank, −posted_ms, mention key, author key, fingerprint): the greatest are the most telling.
Telling = tuple[int, int, str, str, str]

#: Negative mentions tell more than any other, whatever their weight (milli-units).
_NEGATIVE_RANK = 1_000_000


class CountsRow(Row, tag="counts"):
    """What is known of one bucket of one topic. A sum: any order, any grouping of its parts gives the same row.

    The same type holds a minute and the parts of a tick that waits to be judged.

    Attributes:
        reach: sum of authors' reach, and by how much newer engagement raised it.
        telling: at most 5, of different texts.
        late: mentions that came after their tick had been judged.
        configured_ms, configuration: the newest mention's version of the watchlist, and that mention's time.
    """

    mentions: int = 0
    negatives: int = 0
    positives: int = 0
    reach: int = 0
    new_authors: int = 0
    authors: Distinct = msgspec.field(default_factory=Distinct)
    negative_authors: Distinct = msgspec.field(default_factory=Distinct)
    sources: Tally = msgspec.field(default_factory=Tally)
    source_kinds: dict[str, int] = msgspec.field(default_factory=dict)
    fingerprints: Tally = msgspec.field(default_factory=Tally)
    telling: list[Telling] = msgspec.field(default_factory=list)
    late: int = 0
    configured_ms: int = 0
    configuration: str = ""

    @property
    def is_full(self) -> bool:
        """Has the part as many authors as it should hold? Then the next mention starts another part."""
        return len(self.authors.members) >= EXACT_LIMIT

    def count(self, mention: TopicMention, posted_ms: int, is_late: bool) -> None:
        """Add one mention; constant time."""
        self.reach += mention.reach
        if mention.has_evidence:
            self._tell(mention, posted_ms)
        if mention.is_update:
            return
        author = hash64(mention.author)
        self.mentions += 1
        self.authors.members.add(author)
        label = mention.label
        if label == "negative":
            self.negatives += 1
            self.negative_authors.members.add(author)
        elif label == "positive":
            self.positives += 1
        if mention.is_new_author:
            self.new_authors += 1
        # What is there already is counted here; calls would cost more than all else.
        source, sources = mention.source, self.sources.counts
        if source in sources:
            sources[source] += 1
        else:
            self.sources.add(source)
        kind, kinds = mention.source_kind, self.source_kinds
        kinds[kind] = kinds.get(kind, 0) + 1
        if mention.fingerprint:
            self.fingerprints.add(mention.fingerprint)
        if is_late:
            self.late += 1
        if posted_ms > self.configured_ms:
            self.configured_ms, self.configuration = posted_ms, mention.configuration
        elif posted_ms == self.configured_ms:
            self._configure(posted_ms, mention.configuration)

    def merge(self, part: CountsRow) -> None:
        """Add a part."""
        self.mentions += part.mentions
        self.negatives += part.negatives
        self.positives += part.positives
        self.reach += part.reach
        self.new_authors += part.new_authors
        self.authors.update(part.authors.members)
        self.negative_authors.update(part.negative_authors.members)
        self.merge_names(part)
        self.late += part.late
        self._configure(part.configured_ms, part.configuration)

    def merge_names(self, part: CountsRow) -> None:
        """Add what a signal shows of a part: sources, texts, telling mentions."""
        self.sources.merge(part.sources)
        for kind, count in part.source_kinds.items():
            self.source_kinds[kind] = self.source_kinds.get(kind, 0) + count
        self.fingerprints.merge(part.fingerprints)
        for telling in part.telling:
            self._keep(telling)

    def _tell(self, mention: TopicMention, posted_ms: int) -> None:
        rank = int(mention.weight * 1000) + (_NEGATIVE_RANK if mention.label == "negative" else 0)
        if len(self.telling) < TELLING_LIMIT or rank >= self.telling[-1][0]:
            fingerprint = mention.fingerprint or mention.mention
            self._keep((rank, -posted_ms, mention.mention, mention.author, fingerprint))

    def _keep(self, new: Telling) -> None:
        """Keep the most telling mention of each text, of the five most telling texts: order cannot matter."""
        telling = self.telling
        for place, old in enumerate(telling):
            if old[4] == new[4]:
                if new > old:
                    telling[place] = new
                    telling.sort(reverse=True)
                return
        telling.append(new)
        telling.sort(reverse=True)
        del telling[TELLING_LIMIT:]

    def _configure(self, at_ms: int, configuration: str) -> None:
        if (at_ms, configuration) > (self.configured_ms, self.configuration):
            self.configured_ms, self.configuration = at_ms, configuration


class KeyRow(Row, tag="key"):
    """What is remembered of one topic.

    Attributes:
        since_ms: when its baseline began: the first mention, or a change of what matches it.
        last_ms: posting time of the newest mention.
        learned_ms: the baselines have learned every window that ended until here.
        reported: the newest minute whose activity was emitted, and whose tick therefore has passed.
        memories: what is usual, of each kind of burst.
        configuration, configuration_before: the last two versions of the watchlist: while workers reload, both come.
        episodes: of each kind of burst, while it lasts or cools down.
    """

    since_ms: int
    last_ms: int = 0
    learned_ms: int = 0
    reported: int = -1
    late: int = 0
    configuration: str = ""
    configuration_before: str = ""
    memories: dict[str, Memory] = msgspec.field(default_factory=dict)
    episodes: dict[str, Episode] = msgspec.field(default_factory=dict)


class SeenRow(Row, tag="seen"):
    """A high-risk mention that was signalled, so that a repeat of it is not."""

    posted_ms: int


class WatermarkRow(Row, tag="watermark"):
    """The last tick that was judged."""

    judged_ms: int


TopicRow = CountsRow | KeyRow | SeenRow | WatermarkRow
