"""Windows by author: drop repeats, add what we know of the author, forward to the brand and to every matched topic.

A mention waits for the end of its second; the mentions of a second are then taken in the order of (posted_at, key), so
that the order of arrival cannot matter: among repeats the smallest wins, and who is new is decided by time, not by
luck. A high-risk mention is *announced* at once, and counted at its second like any other.

Repeats of (source, mention id, brand) are dropped inside 24 hours, among the newest 256 mentions of an author and
brand. An older repeat that carries its old time can join no bucket any more and is counted late, never twice.

Deletions and erasures wait for their second, too; what they have erased is told without text and name from then on.

Rows (the prefix of their keys): `p|` mentions that wait, `a|` what is remembered of an author and brand (there may be
millions: read one by one, never all), `h|` an hour to be reported, `r|` an announced mention, `w` the last tick judged;
and those of `erased`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from operator import itemgetter
from zlib import crc32

import msgspec

from schemas import streams
from schemas.activity import AuthorActivity
from schemas.mention import WHOLE_BRAND, Author, AuthorProfile, ScoredMention, Trace
from schemas.signal import SignalState
from tocsin.detection.agenda import ByTick
from tocsin.detection.author_rows import (
    IDLE_MS,
    PACK_LIMIT,
    AnnouncedRow,
    AuthorRow,
    HistoryRow,
    JudgedRow,
    Known,
    OpenHourRow,
    PackRow,
    Waiting,
    wait_for_tick,
)  # fmt: skip
from tocsin.detection.distinct import hash_once
from tocsin.detection.erased import ERASING, Erased, erased_name
from tocsin.detection.forgetting import tell_topics
from tocsin.detection.influence import DEFAULT as INFLUENCE
from tocsin.detection.profile import BUSY_DAY, BUSY_HOUR, Heard, profile_author
from tocsin.detection.setup import Setup
from tocsin.detection.signals import author_burst_signal, high_risk_signal
from tocsin.flow import Emit, Rows
from tocsin.instants import DAY_MS, HOUR_MS, SECOND_MS, instant, milliseconds, tick_end

#: Mentions are put in order a second at a time: it divides the tick of judgement, and a busy worker passes on a little
#: all the time instead of two hundred thousand mentions every ten seconds. No window depends on it.
AUTHOR_TICK_MS = SECOND_MS

#: Authors are kept in 256 shelves; one is swept every three hours, so that each is every 32 days.
_SHELVES = 256
_SWEEP_MS = 3 * HOUR_MS

#: An author burst is told again inside a day only when it has grown so much.
_GROWTH = 1.65

_KIND_ORDER = {"mention": 0, "edit": 1, "engagement": 2, "deletion": 3, "erasure": 4}


_Order = tuple[int, str, str, int]


class WindowAuthor:
    """The windows of the authors of one partition; key `source|author id`."""

    def __init__(self, setup: Setup, rows: Rows) -> None:
        self._relations = setup.matcher.relations
        self._brands = setup.matcher.watchlist.brands
        self._rows = rows
        #: For metrics: mentions that were counted before.
        self.noted: dict[str, int] = {}
        judged = rows.get("w")
        self._judged_ms: int = judged.judged_ms if judged else 0
        self._waiting: ByTick[list[PackRow]] = ByTick()
        for (tick, _), pack in sorted(((_place(key), row) for key, row in rows.items("p|")), key=itemgetter(0)):
            self._packs_at(tick).append(pack)
        self._hours: ByTick[set[str]] = ByTick()
        for key, _ in rows.items("h|"):
            _, hour, author_brand = key.split("|", 2)
            self._close_later(int(hour), author_brand)
        self._announced: dict[str, int] = {key[2:]: row.posted_ms for key, row in rows.items("r|")}
        self._erased = Erased(rows)

    def take(self, record: ScoredMention, appended_ms: int) -> Iterator[Emit]:  # noqa: ARG002 (event time only)
        posted_ms = milliseconds(record.posted_at)
        row = wait_for_tick(record, posted_ms)
        emits = self._announce(row) if record.high_risk and row.kind in ("mention", "edit") else ()
        tick = tick_end(posted_ms, AUTHOR_TICK_MS)
        if tick <= self._judged_ms:
            tick = self._judged_ms + AUTHOR_TICK_MS
        packs = self._packs_at(tick)
        if not packs or len(packs[-1].mentions) >= PACK_LIMIT:
            packs.append(PackRow())
        packs[-1].mentions.append(row)
        self._rows.put(f"p|{tick}|{len(packs)}", packs[-1])
        return iter(emits)

    def advance(self, watermark_ms: int) -> Iterator[Emit]:
        emits: list[Emit] = []
        while (tick := self._find_next_tick()) is not None and tick <= watermark_ms:
            self._turn(tick, emits)
        judged_ms = watermark_ms - watermark_ms % AUTHOR_TICK_MS
        if judged_ms > self._judged_ms:
            if self._judged_ms and watermark_ms < streams.END_OF_TIME_MS:
                self._sweep(self._judged_ms, judged_ms)
                if self._erased.known and judged_ms // HOUR_MS > self._judged_ms // HOUR_MS:
                    self._erased.forget(judged_ms)
            self._judged_ms = judged_ms
            self._rows.put("w", JudgedRow(judged_ms))
            for key in [key for key, posted_ms in self._announced.items() if posted_ms < judged_ms - DAY_MS]:
                del self._announced[key]
                self._rows.delete(f"r|{key}")
        return iter(emits)

    def _packs_at(self, tick: int) -> list[PackRow]:
        """What waits for a tick; mentions are added to the last pack."""
        packs = self._waiting.get(tick)
        if packs is None:
            packs = self._waiting[tick] = []
        return packs

    def _close_later(self, hour: int, author_brand: str) -> None:
        if hour not in self._hours:
            self._hours[hour] = set()
        self._hours[hour].add(author_brand)

    def _find_next_tick(self) -> int | None:
        """The next tick at which something waits, or an hour closes: all others would change nothing."""
        waiting = self._waiting.first()
        closing = self._hours.first()
        if closing is not None:
            closing = (closing + 1) * HOUR_MS
        return min((tick for tick in (waiting, closing) if tick is not None), default=None)

    def _announce(self, row: Waiting) -> list[Emit]:
        """Signal a high-risk mention at once, for it does not wait to be counted; a repeat of it is silent."""
        if self._erased.known:
            row = self._erased.hide(row)
        mention = row.counted
        key = f"{mention.brand}|{mention.mention}"
        if key in self._announced or row.posted_ms < self._judged_ms - DAY_MS:
            return []
        self._announced[key] = row.posted_ms
        self._rows.put(f"r|{key}", AnnouncedRow(row.posted_ms))
        emits = []
        if row.evidence is not None:
            emits.append(Emit(streams.EVIDENCE, mention.mention, row.evidence, is_urgent=True))
        # What was heard before is not said: how much of it has been counted yet is a matter of luck.
        announced = mention.replace(has_evidence=bool(emits), profile=self._profile(row, None))
        emits.append(Emit(streams.INBOX, mention.brand, high_risk_signal(announced), is_urgent=True))
        return emits

    # --- one tick -----------------------------------------------------------------------------------------------

    def _turn(self, tick: int, emits: list[Emit]) -> None:
        """Apply the mentions of a tick in their own order, tell of busy authors, close hours."""
        touched: dict[str, HistoryRow] = {}
        complaints: dict[str, Waiting] = {}
        packs = self._waiting.pop(tick, [])
        for row in _in_order([row for pack in packs for row in pack.mentions]):
            if row.kind in ERASING:
                self._erase(row, touched, complaints, tick, emits)
                continue
            if self._erased.known:
                row = self._erased.hide(row)
            mention = row.counted
            key = _history_key(mention.author, mention.brand)
            history = touched.get(key)
            if history is None:
                history = touched[key] = self._open(key, row.posted_ms)
            is_counted = self._apply(row, history, tick, emits)
            if is_counted and mention.label == "negative" and mention.relation != "official":
                complaints[key] = row
        for number in range(1, len(packs) + 1):
            self._rows.delete(f"p|{tick}|{number}")
        for key in sorted(complaints):
            self._tell_burst(complaints[key], touched[key], tick, emits)
        for key, history in touched.items():
            history.forget(tick)
            self._rows.put(key, history)
        if tick % HOUR_MS == 0:
            self._close_hour(tick // HOUR_MS - 1, emits)

    def _open(self, key: str, posted_ms: int) -> HistoryRow:
        history: HistoryRow | None = self._rows.get(key)
        if history is None or posted_ms - history.last_ms > IDLE_MS:
            return HistoryRow()
        return history

    def _apply(self, row: Waiting, history: HistoryRow, tick: int, emits: list[Emit]) -> bool:
        """Apply one mention; True when it was counted."""
        mention = row.counted
        identity = hash_once(mention.mention)
        known = history.find(identity, tick)
        if known is None:
            if row.kind == "engagement":
                return False
            known = history.known[identity] = Known(row.posted_ms)
        if row.kind == "edit" and known.has_evidence and row.evidence is not None:
            emits.append(Emit(streams.EVIDENCE, mention.mention, row.evidence))
        if known.is_counted:
            if row.kind == "mention":
                self.noted["repeated"] = self.noted.get("repeated", 0) + 1
            self._update(row, known, emits)
            return False
        if row.kind == "engagement":
            return False
        self._count(row, history, known, tick, emits)
        return True

    def _count(self, row: Waiting, history: HistoryRow, known: Known, tick: int, emits: list[Emit]) -> None:
        mention = row.counted
        is_new = not history.first_ms
        history.first_ms = history.first_ms or row.posted_ms
        if row.followers:
            history.followers = row.followers
        mentions = history.count(row.posted_ms, mention.label == "negative")
        known.is_counted, known.reach, known.weight = True, mention.reach, int(mention.weight * 1000)
        known.has_evidence = mention.has_evidence
        if known.has_evidence:
            emits.append(Emit(streams.EVIDENCE, mention.mention, row.evidence))
        counted = mention.replace(is_new_author=is_new, author_mentions=mentions, has_evidence=known.has_evidence)
        if mention.label == "negative" and row.followers >= INFLUENCE.notable_followers:
            heard = history.recall(tick, 0 if is_new else history.first_ms)
            counted = counted.replace(profile=self._profile(row, heard))
        emits.append(Emit(streams.BY_TOPIC, counted.topic_key, counted))
        sketch = Trace(sketch=mention.trace.sketch) if row.topics else mention.trace
        for topic in row.topics:
            topical = counted.replace(topic=topic, trace=sketch, profile=None)
            emits.append(Emit(streams.BY_TOPIC, f"{mention.brand}|{topic}", topical))
        hour = row.posted_ms // HOUR_MS
        if history.hours[hour] == 2 and (hour + 1) * HOUR_MS >= tick:
            author_brand = f"{mention.author}|{mention.brand}"
            self._close_later(hour, author_brand)
            self._rows.put(f"h|{hour}|{author_brand}", OpenHourRow())

    @staticmethod
    def _update(row: Waiting, known: Known, emits: list[Emit]) -> None:
        """Newer engagement of a mention that was counted moves its reach by what it grew, and nothing else."""
        mention = row.counted
        weight = int(mention.weight * 1000)
        if mention.reach <= known.reach and weight <= known.weight:
            return
        grown = max(0, mention.reach - known.reach)
        known.reach, known.weight = max(known.reach, mention.reach), max(known.weight, weight)
        update = mention.replace(is_update=True, reach=grown, high_risk=(), risk=0, has_evidence=known.has_evidence)
        for topic in (WHOLE_BRAND, *row.topics):
            emits.append(Emit(streams.BY_TOPIC, f"{mention.brand}|{topic}", update.replace(topic=topic)))

    def _tell_burst(self, row: Waiting, history: HistoryRow, tick: int, emits: list[Emit]) -> None:
        """Tell of an author who complains again and again: once a day, and again when it has grown."""
        hour, day = history.count_negatives(tick)
        if hour < BUSY_HOUR and day < BUSY_DAY:
            return
        count = max(hour, day)
        is_cooling = tick - history.alerted_ms < DAY_MS and history.alerted > 0
        if is_cooling and count < _GROWTH * history.alerted:
            return
        if not is_cooling:
            history.opened_ms = tick
        history.alerted_ms, history.alerted = tick, count
        state: SignalState = "grown" if is_cooling else "raised"
        profile = self._profile(row, history.recall(tick, history.first_ms))
        signal = author_burst_signal(row.counted, profile, history.opened_ms, state, hour, day, history.followers, tick)
        emits.append(Emit(streams.INBOX, signal.brand, signal))

    def _profile(self, row: Waiting, heard: Heard | None) -> AuthorProfile:
        mention = row.counted
        author = row.author or Author(id=mention.author)
        return profile_author(
            mention.author, author, heard, row.posted_ms, brand=mention.brand, relations=self._relations
        )

    def _erase(
        self, row: Waiting, touched: dict[str, HistoryRow], complaints: dict[str, Waiting], tick: int, emits: list[Emit]
    ) -> None:
        """Carry out a deletion; or an erasure: what the author's key has kept goes on under another name."""
        mention = row.counted
        # Of an erasure there is no text to erase: whoever has asked for it sees by this that it was carried out.
        emits.append(Emit(streams.EVIDENCE, mention.mention, None))
        if row.kind == "deletion":
            self._erased.note_mention(mention.mention, tick)
            return
        author, name = mention.author, erased_name(mention)
        if not self._erased.note_author(author, tick, row.posted_ms, name):
            return
        kept = dict(self._rows.items(_history_key(author, ""))) | touched
        for old, history in kept.items():
            brand = old.rpartition("|")[2]
            if old != _history_key(author, brand):
                continue
            new = _history_key(name, brand)
            self._rows.delete(old)
            touched.pop(old, None)
            touched[new] = history
            if old in complaints:
                complaints[new] = self._erased.hide(complaints.pop(old))
        for hour, waiting in self._hours.items():
            for author_brand in [each for each in waiting if each.rpartition("|")[0] == author]:
                waiting.remove(author_brand)
                waiting.add(renamed := f"{name}|{author_brand.rpartition('|')[2]}")
                self._rows.delete(f"h|{hour}|{author_brand}")
                self._rows.put(f"h|{hour}|{renamed}", OpenHourRow())
        emits += tell_topics(mention, name, self._brands)

    def _close_hour(self, hour: int, emits: list[Emit]) -> None:
        for author_brand in sorted(self._hours.pop(hour, ())):
            self._rows.delete(f"h|{hour}|{author_brand}")
            author, _, brand = author_brand.rpartition("|")
            history: HistoryRow | None = self._rows.get(_history_key(author, brand))
            if history is None or hour not in history.hours:
                continue
            mentions, negatives = history.hours[hour], history.angry_hours.get(hour, 0)
            activity = AuthorActivity(
                author=author,
                brand=brand,
                start_at=instant(hour * HOUR_MS),
                end_at=instant((hour + 1) * HOUR_MS),
                mentions=mentions,
                negatives=negatives,
                followers=history.followers,
                is_new=history.first_ms >= hour * HOUR_MS,
                negative_share=negatives / mentions,
            )
            emits.append(Emit(streams.BY_AUTHOR_ACTIVITY, author, activity))

    def _sweep(self, before_ms: int, now_ms: int) -> None:
        """Delete authors who have been idle for so long that they are new again, one shelf at a time."""
        first, last = before_ms // _SWEEP_MS, now_ms // _SWEEP_MS
        for turn in range(max(first, last - _SHELVES), last):
            for key, row in list(self._rows.items(f"a|{turn % _SHELVES:02x}|")):
                # A day more than the horizon: a late mention of yesterday still finds its author.
                if row.last_ms < now_ms - IDLE_MS - DAY_MS:
                    self._rows.delete(key)


def _history_key(author: str, brand: str) -> str:
    return f"a|{crc32(author.encode()) % _SHELVES:02x}|{author}|{brand}"


def _place(key: str) -> tuple[int, int]:
    """Tick and number of a pack."""
    _, tick, number = key.split("|")
    return int(tick), int(number)


def _order(row: Waiting) -> _Order:
    mention = row.counted
    return row.posted_ms, mention.mention, mention.brand, _KIND_ORDER[row.kind]


def _in_order(waiting: list[Waiting]) -> list[Waiting]:
    """By time, mention, brand and kind; repeats, which are equal in these, by what they say."""
    ordered = sorted(zip(map(_order, waiting), waiting, strict=True), key=itemgetter(0))
    if any(one[0] == other[0] for one, other in pairwise(ordered)):
        ordered.sort(key=lambda each: (each[0], msgspec.msgpack.encode(each[1])))
    return [row for _, row in ordered]


__all__ = ["AuthorRow", "WindowAuthor"]
