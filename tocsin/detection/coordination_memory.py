"""What coordination remembers of a brand: texts that wait for a partner, stories, accounts that acted alike.

Rows (after the prefix of their keys): `g` the brand, `s|` a story, `a|` an account, `r|` the mentions of a tick of the
last hour, from which texts that wait for a partner, links and hashtags are known again after a restart.
"""

from __future__ import annotations

from bisect import insort
from math import log2

from tocsin.detection.coordination_policy import CoordinationPolicy
from tocsin.detection.coordination_rows import (
    ITEMS_LIMIT,
    PARTNERS_LIMIT,
    POSTS_LIMIT,
    AccountRow,
    BrandRow,
    Item,
    Post,
    RecentRow,
    StoryRow,
)
from tocsin.detection.coordination_stories import Stories
from tocsin.detection.traces import Trace
from tocsin.flow import Rows
from tocsin.instants import MINUTE_MS

#: Old things are forgotten at these steps of event time, whenever ticks come.
PRUNE_MS = 10 * MINUTE_MS

#: Texts that wait for a partner, texts that have one, accounts that did something alike. Above the first, texts are
#: sampled by their fingerprint (equal texts together); above the others the least telling are forgotten.
ALONE_LIMIT = 50_000
SHARED_LIMIT = 5_000
ACCOUNTS_LIMIT = 20_000

#: An account is judged by so many of its mentions at most: only so many co-actions are remembered.
MENTIONS_JUDGED = 100

#: Mentions in one row of the last hour.
_CHUNK = 128

#: Mentions by hour of the day are halved above so many: habits change.
_HOURS_LIMIT = 50_000


class CoordinationMemory:
    """Everything remembered of one brand; limits are stated above, and by `CoordinationPolicy` in time.

    Attributes:
        waiting: flagged accounts that no raised finding has named.
        members: accounts that are flagged for what they repeated, not for one text of a group.
        repeating: accounts that repeat co-actions (`is_worth`, as last judged), or belong to a group that did.
        heard: sum of the brand's `hours`.
        touched: accounts whose row this tick changed; changed: stories likewise.
        retold: stories that this tick added to → hashes of the authors.
    """

    def __init__(self, rows: Rows, prefix: str, policy: CoordinationPolicy) -> None:
        self._rows = rows
        self._prefix = prefix
        self._policy = policy
        self.brand: BrandRow = rows.get(f"{prefix}g") or BrandRow()
        self.accounts: dict[str, AccountRow] = {}
        self.stories = Stories()
        self.acts: dict[str, list[Post]] = {}
        self.waiting: set[str] = set()
        self.members: set[str] = set()
        self.repeating: set[str] = set()
        self.touched: set[str] = set()
        self.changed: set[str] = set()
        self.retold: dict[str, set[int]] = {}
        self._recent: dict[tuple[int, int], None] = {}
        self._alone: list[tuple[Post, Trace]] = []
        self._acted: list[tuple[Post, tuple[str, ...]]] = []
        #: What was shared → its commonness now; forgotten when that may change.
        self._common: dict[str, float] = {}
        self._restore()
        self.heard = sum(self.brand.hours)

    def is_sampled(self, text: str) -> bool:
        """Is this text looked at? All are, unless too many wait for a partner."""
        level = self.brand.level
        return not level or not int(text, 16) & ((1 << level) - 1)

    def begin(self, post: Post, trace: Trace) -> None:
        """Remember a text that nobody else has posted."""
        self.stories.begin(trace.text, StoryRow(trace.length, trace.sketch, trace.links, [post], post[0], mentions=1))
        self._alone.append((post, trace))

    def remember_act(self, post: Post, used: tuple[str, ...]) -> None:
        """Remember the links and hashtags of a post."""
        self._acted.append((post, used))
        self._add_act(post, used)

    def _add_act(self, post: Post, used: tuple[str, ...]) -> None:
        for key in used:
            posts = self.acts.setdefault(key, [])
            insort(posts, post)
            del posts[:-POSTS_LIMIT]

    def note(self, key: str, post: Post, other: Post, weight: float, kind: int) -> None:
        """Note for the author of `post` that the author of `other` did the same."""
        author, partner, posted_ms = post[1], other[1], post[0]
        account = self.accounts.get(author)
        if account is None:
            if len(self.accounts) >= 2 * ACCOUNTS_LIMIT:
                return
            account = self.accounts[author] = AccountRow(mentions=post[5])
        item = account.items.get(key)
        if item is None:
            item = account.items[key] = Item(posted_ms, post[2], kind, weight, is_first=True)
            if len(account.items) > ITEMS_LIMIT:
                del account.items[min(account.items, key=lambda each: (account.items[each].posted_ms, each))]
        partners = item.partners
        has_room = len(partners) < PARTNERS_LIMIT and partner not in partners
        if not has_room and posted_ms <= item.posted_ms and kind >= item.kind:
            return  # nothing new: most of what happens to a text that many post
        if posted_ms > item.posted_ms:
            item.posted_ms = posted_ms
        if has_room:
            partners.append(partner)
        if kind < item.kind:
            item.kind = kind
        if item.is_first and posted_ms + self._policy.act_interval_ms > other[0]:
            item.is_first = False
        account.flags |= post[4]
        self.touched.add(author)

    def flag(self, author: str, tick_ms: int, *, is_joined: bool) -> None:
        """Flag an account, or learn that one which had joined a group belongs to it by itself."""
        account = self.accounts[author]
        if not account.flagged_ms:
            account.flagged_ms = tick_ms
            self.waiting.add(author)
        account.is_joined = is_joined
        if not is_joined:
            self.members.add(author)
            self.repeating.add(author)
        self.touched.add(author)

    def score(self, account: AccountRow) -> float:
        best: dict[str, float] = {}
        common = self._common
        for key, item in account.items.items():
            weight = item.weight / (common.get(key) or self.commonness(key))
            mention = item.mention
            if weight > best.get(mention, 0.0):
                best[mention] = weight
        return sum(best.values())

    def commonness(self, key: str) -> float:
        """1 for what few authors share, one more for each doubling; endless for what is everybody's."""
        known = self._common.get(key)
        if known is not None:
            return known
        row = self.stories.get(key)
        count = len(row.authors.members) if row else len({post[1] for post in self.acts.get(key, ())})
        if row and (row.authors.is_sketched or count >= self._policy.public):
            found = float("inf")
        else:
            found = 1.0 + log2(count / self._policy.common) if count > self._policy.common else 1.0
        self._common[key] = found
        return found

    def is_member(self, author: str) -> bool:
        return author in self.members

    def prune(self, until_ms: int) -> None:
        """Forget what is older than it deserves at `until_ms`; the steps between do not matter."""
        brand, policy, prefix = self.brand, self._policy, self._prefix
        if until_ms <= brand.pruned_ms:
            return
        brand.pruned_ms = until_ms
        stories = self.stories
        alone_until, until = until_ms - policy.text_interval_ms, until_ms - policy.memory_ms
        campaign = until_ms - policy.campaign_ms
        for story, row in list(stories.items()):
            if row.last_ms >= alone_until:
                continue
            if row.mentions == 1 and not row.is_known and self.is_member(row.posts[0][1]):
                row.is_known = True
                self.changed.add(story)
            if row.last_ms < (campaign if row.is_known else alone_until if row.mentions == 1 else until):
                self._forget_story(story)
        kept = sorted((row.is_known, row.last_ms, story) for story, row in stories.items() if _is_kept(row))
        for _, last_ms, story in kept[: max(0, len(kept) - SHARED_LIMIT)]:
            if last_ms < alone_until:
                self._forget_story(story)
        self._sample()
        for key, posts in list(self.acts.items()):
            self.acts[key] = posts = [post for post in posts if post[0] >= until_ms - policy.act_interval_ms]
            if not posts:
                del self.acts[key]
        for tick, chunk in list(self._recent):
            if tick < alone_until:
                del self._recent[tick, chunk]
                self._rows.delete(f"{prefix}r|{tick}|{chunk}")
        self._prune_accounts(until, campaign)
        if self.heard > _HOURS_LIMIT:
            brand.hours = [count // 2 for count in brand.hours]
            self.heard = sum(brand.hours)
        self._common.clear()

    def _prune_accounts(self, until_ms: int, campaign_ms: int) -> None:
        accounts = self.accounts
        for author, account in list(accounts.items()):
            old = [key for key, item in account.items.items() if item.posted_ms < until_ms]
            if old:
                for key in old:
                    del account.items[key]
                account.score = self.score(account)
                self.touched.add(author)
            if not account.items and account.flagged_ms <= max(campaign_ms, 0):
                self._forget_account(author)
        if len(accounts) > ACCOUNTS_LIMIT:
            least = sorted(
                accounts,
                key=lambda each: (accounts[each].flagged_ms > 0, accounts[each].score, accounts[each].mentions, each),
            )
            for author in least[: len(accounts) - ACCOUNTS_LIMIT]:
                self._forget_account(author)
        if not any(account.flagged_ms for account in accounts.values()):
            self.brand.verdict = "organic"

    def _forget_account(self, author: str) -> None:
        del self.accounts[author]
        self.waiting.discard(author)
        self.members.discard(author)
        self.repeating.discard(author)
        self.touched.discard(author)
        self._rows.delete(f"{self._prefix}a|{author}")

    def _forget_story(self, story: str) -> None:
        if _is_kept(self.stories[story]):
            self._rows.delete(f"{self._prefix}s|{story}")
            self.changed.discard(story)
        self.stories.forget(story)

    def _sample(self) -> None:
        """Look at every second text only when too many wait for a partner, and at all again when few do."""
        brand = self.brand
        alone = [story for story, row in self.stories.items() if not _is_kept(row)]
        if len(alone) * 4 < ALONE_LIMIT:
            brand.level = max(0, brand.level - 1)
        while len(alone) > ALONE_LIMIT:
            brand.level += 1
            for story in alone:
                if int(story, 16) & ((1 << brand.level) - 1):
                    self._forget_story(story)
            alone = [story for story in alone if story in self.stories]

    def write(self, tick_ms: int) -> None:
        put, prefix = self._rows.put, self._prefix
        for story in self.retold.keys() | self.changed:
            put(f"{prefix}s|{story}", self.stories[story])
        for author in self.touched:
            put(f"{prefix}a|{author}", self.accounts[author])
        for chunk in range(0, max(len(self._alone), len(self._acted)), _CHUNK):
            row = RecentRow(self._alone[chunk : chunk + _CHUNK], self._acted[chunk : chunk + _CHUNK])
            self._recent[tick_ms, chunk] = None
            put(f"{prefix}r|{tick_ms}|{chunk}", row)
        put(f"{prefix}g", self.brand)
        self.retold, self.changed, self.touched = {}, set(), set()
        self._alone, self._acted = [], []
        self._common.clear()

    def _restore(self) -> None:
        rows, prefix, brand = self._rows, self._prefix, self.brand
        for key, row in rows.items(f"{prefix}s|"):
            self.stories.begin(key[len(prefix) + 2 :], row)
        for key, row in rows.items(f"{prefix}a|"):
            self.accounts[key[len(prefix) + 2 :]] = row
        self.waiting = {author for author, row in self.accounts.items() if row.flagged_ms and not row.is_told}
        self.members = {author for author, row in self.accounts.items() if row.flagged_ms and not row.is_joined}
        self.repeating = {
            author for author, row in self.accounts.items() if author in self.members or is_worth(row, self._policy)
        }
        recent = []
        for key, row in rows.items(f"{prefix}r|"):
            tick, chunk = key[len(prefix) + 2 :].split("|")
            recent.append(((int(tick), int(chunk)), row))
        mask = (1 << brand.level) - 1
        for place, row in sorted(recent, key=lambda each: each[0]):
            self._recent[place] = None
            for post, trace in row.alone:
                is_kept = post[0] >= brand.pruned_ms - self._policy.text_interval_ms and not int(trace.text, 16) & mask
                if is_kept and trace.text not in self.stories:
                    alone = StoryRow(trace.length, trace.sketch, trace.links, [post], post[0], mentions=1)
                    self.stories.begin(trace.text, alone)
            for post, used in row.acts:
                if post[0] >= brand.pruned_ms - self._policy.act_interval_ms:
                    self._add_act(post, used)


def is_worth(account: AccountRow, policy: CoordinationPolicy) -> bool:
    """Is what an account did alike worth two texts, and a fair share of all it says?"""
    score = account.score
    return score >= policy.score and score >= policy.share * min(account.mentions, MENTIONS_JUDGED)


def _is_kept(row: StoryRow) -> bool:
    """Has the story a row of its own? Others are kept in the rows of the last hour."""
    return row.mentions > 1 or row.is_known
