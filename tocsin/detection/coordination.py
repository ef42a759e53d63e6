"""Coordination: different accounts acting as one.

Two accounts *co-act* when, within an interval, they post the same text or nearly the same, the same link, or the same
set of hashtags (Pacheco et al. 2021; coordination interval: Giglietto et al. 2020, CooRnet; edge weight and symmetry:
Righetti & Balluff 2023, CooRTweet). One co-action means nothing: headlines, slogans, share buttons and giveaways make
thousands. What organic authors hardly ever do is to repeat it, with the same others, on different texts:

- an account's *score* is the sum of what it did alike; a text that many share says little, a short one half;
- it is flagged when that is worth two texts, with at least four others of which that is true as well, some of them
  twice, and is a fair share of all it says (a hyper-active account meets everybody by chance);
- an account that repeats one text of such a group, after them, while they are most of those who posted it, joins it.

Nothing depends on sentiment, and young accounts, no history with the brand or unusual hours only support what was
found. Marked and quoted reshares are not compared: repeating them is what they are for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from zlib import crc32

from tocsin.detection.coordination_memory import MENTIONS_JUDGED, PRUNE_MS, CoordinationMemory, is_worth
from tocsin.detection.coordination_policy import DEFAULT, CoordinationPolicy
from tocsin.detection.coordination_rows import (
    KINDS,
    NEW,
    OFF_HOURS,
    PARTNERS_LIMIT,
    POSTS_LIMIT,
    YOUNG,
    AccountRow,
    Finding,
    Post,
    Traced,
)
from tocsin.detection.coordination_words import FEWEST_KNOTTED, describe_crowd, describe_group, is_headline
from tocsin.detection.distinct import hash64
from tocsin.detection.traces import Trace
from tocsin.flow import Rows
from tocsin.instants import DAY_MS, HOUR_MS

_SAME_TEXT, _NEAR_TEXT, _SAME_LINK, _SAME_TAGS = range(len(KINDS))

_ORDER = attrgetter("posted_ms", "mention")

_YOUNG_MS = 30 * DAY_MS

#: Mentions from which on it is known when a brand is spoken of.
_ENOUGH_HOURS = 500


class Coordination:
    """The memory of one brand, and its judgement at every tick.

    The result is the same however mentions are ordered inside a tick and however event time jumps, and after the rows
    were written and read again by another process.

    Args:
        rows: where everything that must survive is kept.
        prefix: of its keys, for rows that are shared with others: the brand.

    >>> from tocsin.detection.coordination_rows import TracedMention
    >>> from tocsin.detection.traces import trace
    >>> from tocsin.flow import MemoryRows
    >>> watch = Coordination(MemoryRows())
    >>> texts = ["Shame on Acme, they poisoned us", "Never buy the soup of Acme again"]
    >>> wave = [
    ...     TracedMention(n * 1000 + who, f"x|{who}", f"x|{n}-{who}", trace(text))
    ...     for n, text in enumerate(texts)
    ...     for who in range(6)
    ... ]
    >>> finding = watch.take(10_000, wave)
    >>> finding.verdict, finding.accounts
    ('coordinated', 6)
    """

    def __init__(self, rows: Rows, prefix: str = "", policy: CoordinationPolicy = DEFAULT) -> None:
        self._policy = policy
        self._memory = CoordinationMemory(rows, prefix, policy)

    # --- one tick -----------------------------------------------------------------------------------------------

    def take(self, tick_ms: int, mentions: Iterable[Traced] = ()) -> Finding | None:
        """Take the mentions of one tick, in any order; ticks must rise.

        Returns:
            A finding to raise: the verdict became unclear or coordinated, or more accounts are flagged than were named.
        """
        self._memory.prune(tick_ms - tick_ms % PRUNE_MS)
        for mention in sorted(mentions, key=_ORDER):
            self._take(mention)
        for story, authors in self._memory.retold.items():
            self._memory.stories[story].authors.update(authors)
        fresh = self._judge(tick_ms)
        finding = self._raise(tick_ms, fresh)
        self._memory.write(tick_ms)
        return finding

    def due_ms(self) -> int | None:
        """When `take` should be called even if nothing comes: accounts wait to be named. None when none do."""
        is_due = self._memory.waiting and self._is_group()
        return self._memory.brand.raised_ms + self._policy.again_ms if is_due else None

    def assess(self, now_ms: int) -> Finding:
        """What can be said now, raised or not; `flagged` names who was not named yet."""
        policy = self._policy
        memory = self._memory
        if not self._is_group():
            return describe_crowd(now_ms, memory.accounts, memory.stories, policy.many)
        flagged = [account for account in memory.accounts.values() if account.flagged_ms]
        return describe_group(now_ms, flagged, sorted(memory.waiting)[: policy.names])

    # --- taking -------------------------------------------------------------------------------------------------

    def _take(self, mention: Traced) -> None:
        memory = self._memory
        posted_ms, author, trace = mention.posted_ms, mention.author, mention.trace
        hour = posted_ms // HOUR_MS % 24
        memory.brand.hours[hour] += 1
        memory.heard += 1
        if (account := memory.accounts.get(author)) is not None:
            account.mentions = mention.author_mentions
            memory.touched.add(author)
        if mention.is_reshare:
            return
        text, tags = trace.text, trace.tags
        post = (posted_ms, author, mention.mention, text, self._flags(mention, hour), mention.author_mentions)
        if text and memory.is_sampled(text):
            self._tell(post, trace)
        if not trace.links and len(tags) < 2:
            return
        used = tuple([f"l{link:08x}" for link in trace.links])
        if len(tags) > 1:
            used += (f"t{crc32(repr(tags).encode()):08x}",)
        for key in used:
            self._act(key, post)
        memory.remember_act(post, used)

    def _flags(self, mention: Traced, hour: int) -> int:
        heard, created_ms = self._memory.heard, mention.created_ms
        return (
            (NEW if mention.is_new_author else 0)
            | (YOUNG if created_ms and 0 < mention.posted_ms - created_ms < _YOUNG_MS else 0)
            | (OFF_HOURS if heard >= _ENOUGH_HOURS and self._memory.brand.hours[hour] * 48 < heard else 0)
        )

    def _tell(self, post: Post, trace: Trace) -> None:
        """Add a post to its story, and note with whom it is told."""
        memory = self._memory
        story = memory.stories.find(trace)
        if story is None:
            memory.begin(post, trace)
            return
        row = memory.stories[story]
        retold = memory.retold.get(story)
        if retold is None:
            retold = memory.retold[story] = set()
        if row.mentions == 1:  # the first author was alone until now
            retold.add(hash64(row.posts[0][1]))
        retold.add(hash64(post[1]))
        if not row.authors.is_sketched and len(row.authors.members) < self._policy.public:
            base = (self._policy.short_weight if row.length < self._policy.short else 1.0) * (
                self._policy.link_weight if row.links else 1.0
            )
            interval_ms = self._policy.campaign_ms if row.is_known else self._policy.text_interval_ms
            self._meet(story, post, row.posts, interval_ms, base, _SAME_TEXT)
        row.mentions += 1
        if row.links and trace.links and not set(row.links).isdisjoint(trace.links):
            row.linked += 1
        row.last_ms = max(row.last_ms, post[0])
        memory.stories.add(story, post)

    def _act(self, key: str, post: Post) -> None:
        """Note who used the same link or hashtags within a minute."""
        posts = self._memory.acts.get(key, [])
        if len(posts) == POSTS_LIMIT and posts[0][0] >= post[0] - self._policy.act_interval_ms:
            return  # everybody uses it
        is_link = key[0] == "l"
        base = self._policy.link_act if is_link else self._policy.tags_act
        self._meet(key, post, posts, self._policy.act_interval_ms, base, _SAME_LINK if is_link else _SAME_TAGS)

    def _meet(self, key: str, post: Post, posts: list[Post], interval_ms: int, base: float, kind: int) -> None:
        """Give this author and those of `posts` within the interval an item for what they share."""
        posted_ms, author = post[0], post[1]
        met = [each for each in posts if abs(each[0] - posted_ms) <= interval_ms and each[1] != author]
        if not met:
            return
        for other in met[-PARTNERS_LIMIT:]:
            like = _NEAR_TEXT if kind == _SAME_TEXT and other[3] != post[3] else kind
            self._memory.note(key, other, post, base, like)
            self._memory.note(key, post, other, base, like)

    # --- judging ------------------------------------------------------------------------------------------------

    def _judge(self, tick_ms: int) -> bool:
        """Flag whom the tick made evident. Returns whether something became worth telling as unclear."""
        policy, memory = self._policy, self._memory
        accounts = memory.accounts
        memory.touched &= accounts.keys()
        worthy, qualified = set(), []
        for author in memory.touched:
            account = accounts[author]
            before = is_worth(account, policy)
            account.score = memory.score(account)
            if is_worth(account, policy):
                worthy.add(author)
                memory.repeating.add(author)
                if not before:
                    qualified.append(author)
            elif author not in memory.members:
                memory.repeating.discard(author)
        members, knots = [], 0
        for author in self._with_partners(qualified, worthy):
            account = accounts[author]
            if account.flagged_ms and not account.is_joined:
                continue
            partners = self._find_members(account)
            if partners >= policy.partners:
                memory.flag(author, tick_ms, is_joined=False)
                members.append(author)
            elif partners >= 2 and not account.is_knotted:
                account.is_knotted = True
                knots += 1
                memory.touched.add(author)
        for author in members:
            for key, item in accounts[author].items.items():
                if item.kind <= _NEAR_TEXT and key in memory.stories:
                    self._know(key)
        if memory.members:  # nobody joins what is not there
            for author in self._with_partners(members, memory.touched):
                account = accounts[author]
                if not account.flagged_ms and self._has_joined(author, account):
                    memory.flag(author, tick_ms, is_joined=True)
        is_fresh = knots > 0 and sum(account.is_knotted for account in accounts.values()) >= FEWEST_KNOTTED
        for story in memory.retold:
            row = memory.stories[story]
            count = row.authors.count
            if count >= policy.many and count >= 4 * row.told and not is_headline(row):
                row.told, is_fresh = count, True
        return is_fresh

    def _with_partners(self, authors: Sequence[str], also: set[str]) -> set[str]:
        """`also`, and with whom `authors` acted alike; all of them are judged alike, so that order cannot matter."""
        found = set(also)
        for author in authors:
            for item in self._memory.accounts[author].items.values():
                found.update(item.partners)
        return found & self._memory.accounts.keys()

    def _find_members(self, account: AccountRow) -> int:
        """With how many others, who repeat co-actions too, this account does; 0 unless often enough and again."""
        policy, memory = self._policy, self._memory
        if not is_worth(account, policy):
            return 0
        if all(item.is_first for item in account.items.values()):
            return 0  # everybody's model is nobody's follower
        met: list[str] = []
        worth = 0.0
        for key, item in account.items.items():
            alike = memory.repeating.intersection(item.partners)
            if alike:
                met += alike
                worth += item.weight / memory.commonness(key)
        others = set(met)
        return len(others) if worth >= policy.score and len(others) < len(met) else 0

    def _has_joined(self, author: str, account: AccountRow) -> bool:
        """Did this account repeat a text of an established group after it, most of whose authors belong to it?"""
        policy, memory = self._policy, self._memory
        if account.score < policy.share * min(account.mentions, MENTIONS_JUDGED):
            return False
        for key, item in account.items.items():
            if item.kind != _SAME_TEXT or item.is_first or len(item.partners) < policy.joined_members:
                continue
            if memory.members.isdisjoint(item.partners) or (row := memory.stories.get(key)) is None:
                continue
            authors = {post[1] for post in row.posts} - {author}
            members = authors & memory.members
            if (
                row.length >= policy.short
                and len(members.intersection(item.partners)) >= policy.joined_members
                and 2 * len(members) >= len(authors)
            ):
                return True
        return False

    def _know(self, story: str) -> None:
        """Mark a story when the group made it its own."""
        row = self._memory.stories[story]
        authors = {post[1] for post in row.posts}
        members = len(authors & self._memory.members)
        if not row.is_known and members >= self._policy.known_members and 2 * members >= len(authors):
            row.is_known = True
            self._memory.changed.add(story)

    def _is_group(self) -> bool:
        """Are enough accounts flagged for what they repeat? Fewer are chance on a busy day, and nobody is named."""
        return len(self._memory.members) > self._policy.partners

    # --- telling ------------------------------------------------------------------------------------------------

    def _raise(self, tick_ms: int, is_fresh: bool) -> Finding | None:
        policy, brand = self._policy, self._memory.brand
        if self._memory.waiting and self._is_group():
            is_first = brand.verdict != "coordinated"
            if not (
                is_first or len(self._memory.waiting) >= policy.names or tick_ms >= brand.raised_ms + policy.again_ms
            ):
                return None
        elif not is_fresh or brand.verdict == "coordinated":
            return None
        finding = self.assess(tick_ms)
        for author in finding.flagged:
            self._memory.accounts[author].is_told = True
            self._memory.waiting.discard(author)
            self._memory.touched.add(author)
        brand.raised_ms, brand.verdict = tick_ms, finding.verdict
        return finding
