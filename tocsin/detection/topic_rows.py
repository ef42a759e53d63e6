"""The rows of the topic window: what it counts, and what it remembers of a topic."""

from __future__ import annotations

import msgspec

from schemas.mention import WHOLE_BRAND, TopicMention
from schemas.signal import SignalState
from tocsin.detection.baseline import Memory
from tocsin.detection.burst import Episode, Measured
from tocsin.detection.coordination_rows import CoordinationRow
from tocsin.detection.distinct import Distinct, Tally, class_of, hash64
from tocsin.detection.influence import BrandReach
from tocsin.detection.series import Series
from tocsin.detection.stories import Wave
from tocsin.detection.telling import Voice
from tocsin.detection.terms import TermCounts, UsualTerms
from tocsin.detection.virality import Cascade
from tocsin.flow import Row
from tocsin.instants import digest

#: Sources counted for a bucket.
TALLY_LIMIT = 64

#: Mentions that wait together in one row: some 40 kB at most.
PART_LIMIT = 128


class CountsRow(Row, tag="counts"):
    """What is counted of one minute of one topic. A sum: any order, any grouping of its parts gives the same row.

    Attributes:
        reach: sum of authors' reach, and by how much newer engagement raised it.
        causes: what negative mentions complain about → mentions; kinds: whose fault they say it is → mentions.
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
    causes: dict[str, int] = msgspec.field(default_factory=dict)
    kinds: dict[str, int] = msgspec.field(default_factory=dict)
    late: int = 0
    configured_ms: int = 0
    configuration: str = ""

    def count(self, mention: TopicMention, posted_ms: int, is_late: bool) -> None:
        """Add one mention; constant time."""
        self.reach += mention.reach
        if mention.is_update:
            return
        author = hash64(mention.author)
        self.mentions += 1
        self.authors.members.add(author)
        label = mention.label
        if label == "negative":
            self.negatives += 1
            self.negative_authors.members.add(author)
            for reason in mention.reasons[:1]:
                self.causes[reason] = self.causes.get(reason, 0) + 1
            if mention.cause:
                self.kinds[mention.cause] = self.kinds.get(mention.cause, 0) + 1
        elif label == "positive":
            self.positives += 1
        if mention.is_new_author:
            self.new_authors += 1
        # What is there already is counted here; calls would cost more than all else.
        source, sources = mention.source, self.sources.counts
        if source in sources:
            sources[source] += 1
        else:
            self.sources.add(source, limit=TALLY_LIMIT)
        kind, kinds = mention.source_kind, self.source_kinds
        kinds[kind] = kinds.get(kind, 0) + 1
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
        """Add what a signal shows of a part: sources and causes."""
        self.sources.merge(part.sources, TALLY_LIMIT)
        for kind, count in part.source_kinds.items():
            self.source_kinds[kind] = self.source_kinds.get(kind, 0) + count
        for cause, count in part.causes.items():
            self.causes[cause] = self.causes.get(cause, 0) + count
        for kind, count in part.kinds.items():
            self.kinds[kind] = self.kinds.get(kind, 0) + count

    def _configure(self, at_ms: int, configuration: str) -> None:
        if (at_ms, configuration) > (self.configured_ms, self.configuration):
            self.configured_ms, self.configuration = at_ms, configuration


class PartRow(Row, tag="part"):
    """What came for one minute and waits for the tick that judges it. The order of mentions does not matter.

    Attributes:
        voices: every mention; of a brand as a whole also those updates that count reshares.
    """

    counts: CountsRow = msgspec.field(default_factory=CountsRow)
    voices: list[Voice] = msgspec.field(default_factory=list)

    @property
    def is_full(self) -> bool:
        """Does the part hold as much as one row should? Then the next mention starts another part."""
        return len(self.voices) >= PART_LIMIT

    def count(self, mention: TopicMention, posted_ms: int, is_late: bool) -> None:
        """Add one mention; constant time."""
        self.counts.count(mention, posted_ms, is_late)
        if not mention.is_update or (mention.reshares and mention.topic == WHOLE_BRAND):
            self.voices.append(Voice.of(mention, posted_ms))


class CellRow(Row, tag="cell"):
    """What five minutes of a topic told, and in which words: what a signal shows."""

    wave: Wave = msgspec.field(default_factory=Wave)
    terms: TermCounts = msgspec.field(default_factory=TermCounts)

    def add(self, voice: Voice) -> None:
        """Add one mention; constant time."""
        place = class_of(voice.mention)
        self.wave.hear(voice, place)
        if voice.terms:
            self.terms.count(place, voice.terms)

    def merge(self, other: CellRow) -> None:
        """Add another cell."""
        self.wave.merge(other.wave)
        self.terms.merge(other.terms)


class UsualRow(Row, tag="usual"):
    """How often a topic's mentions usually hold a term."""

    terms: UsualTerms = msgspec.field(default_factory=UsualTerms)


class ReachRow(Row, tag="reach"):
    """How far a brand's authors usually reach, and who was told of.

    Attributes:
        told: author of influence → tick at which it was last told of.
        alike: accounts acting alike, when that was last told as an alarm.
    """

    usual: BrandReach = msgspec.field(default_factory=BrandReach)
    told: dict[str, int] = msgspec.field(default_factory=dict)
    alike: int = 0


class CascadeRow(Row, tag="cascade"):
    """The reshares of one mention.

    Attributes:
        negatives: of its reshares and itself that are negative; told: reshares when it was signalled.
    """

    cascade: Cascade
    author: str = ""
    negatives: int = 0
    heard: int = 0
    told: int = 0
    has_evidence: bool = False


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
        series: records, climbs and silences of the authors of each five minutes.
        record_id: the episode of the last record or climb; silence_id: of the silence that lasts.
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
    series: Series = msgspec.field(default_factory=Series)
    record_id: str = ""
    silence_id: str = ""

    def move(
        self, kind: str, key: str, state: SignalState, measured: list[Measured], best: Measured, tick: int
    ) -> Episode:
        """The episode of a kind of burst after a signal of this state."""
        episode = self.episodes.get(kind)
        if state == "ended" and episode is not None:
            episode.is_active = False
            return episode
        levels = [each.count for each in measured]
        if state == "grown" and episode is not None:
            episode.alerted_ms, episode.levels, episode.high_ms = tick, levels, tick
            return episode
        episode = self.episodes[kind] = Episode(digest("episode", kind, key, str(tick)), best.place, tick, levels, tick)
        return episode


class WatermarkRow(Row, tag="watermark"):
    """The last tick that was judged."""

    judged_ms: int


TopicRow = CountsRow | PartRow | CellRow | KeyRow | UsualRow | ReachRow | CascadeRow | WatermarkRow | CoordinationRow
