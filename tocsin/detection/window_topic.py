"""Windows by topic: who speaks about a topic, how many of them complain, and is that a burst?

A mention is added on arrival to the part of its tick; a part is a sum, so that the order of arrival cannot matter. When
the watermark passes the end of a tick, its parts join their minutes and the topics they touched are judged. What comes
after its tick was judged joins its own minute at the next tick, inside the horizon of six hours, and is counted late.

Rows (the prefix of their keys): `b|` a minute, `k|` what is remembered of a topic, `w` the last tick judged; and those
of `topic_parts`, `topic_told` and `brand_watches`.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush

from schemas import streams
from schemas.mention import WHOLE_BRAND, TopicMention
from tocsin.detection.baseline import LEARN_EVERY_MS, SPANS_MINUTES, Memory
from tocsin.detection.brand_watches import BrandWatches
from tocsin.detection.burst import (
    DEFAULT,
    KINDS,
    BurstPolicy,
    Circumstances,
    is_high,
    judge,
    may_be_burst,
    measure_spans,
    weigh_share,
)  # fmt: skip
from tocsin.detection.forgetting import erase_from_topic, tell_crises
from tocsin.detection.measures import measure_hour, next_measure_ms
from tocsin.detection.series import DEFAULT_PLAN, Series, SeriesPlan
from tocsin.detection.signals import (
    CELL_MS,
    burst_signal,
    count_signal,
    minute_activity,
    silence_ended_signal,
)
from tocsin.detection.spans import HORIZON_MINUTES, Spans
from tocsin.detection.topic_parts import TopicParts
from tocsin.detection.topic_rows import CountsRow, KeyRow, PartRow, TopicRow, WatermarkRow
from tocsin.detection.topic_told import TopicTold
from tocsin.flow import Emit, Rows
from tocsin.instants import DAY_MS, HOUR_MS, MINUTE_MS, TICK_MS, digest, milliseconds, tick_end

#: What was usual is forgotten after so long without a mention.
FORGET_AFTER_MS = 60 * DAY_MS

_WHOLE_BRAND = f"|{WHOLE_BRAND}"
#: A silence is an alarm only when the hours of the day are known: before that it is watched.
_RHYTHM_KNOWN_MS = 7 * DAY_MS
_LEARN_STEP_MS = min(LEARN_EVERY_MS.values())


class WindowTopic:
    """The windows of the topics of one partition; key `brand|topic`.

    Args:
        policy, plan: when a burst is one, and a record, climb or silence.
    """

    def __init__(
        self,
        setup: object,  # noqa: ARG002 (every step is started alike)
        rows: Rows,
        policy: BurstPolicy = DEFAULT,
        plan: SeriesPlan = DEFAULT_PLAN,
    ) -> None:
        self._rows = rows
        self._policy = policy
        self._plan_of_counts = plan
        #: For metrics: mentions that came after their tick had been judged.
        self.noted: dict[str, int] = {}
        self._begin()

    def _begin(self) -> None:
        """Begin from the rows."""
        rows = self._rows
        watermark = rows.get("w")
        self._judged_ms: int = watermark.judged_ms if watermark else 0
        self._keys: dict[str, KeyRow] = {}
        self._spans: dict[str, Spans] = {}
        self._told = TopicTold(rows)
        self._watches: dict[str, BrandWatches] = {}
        self._parts = TopicParts(rows)
        #: The last tick of which anything is known: after the end of a replay nothing is silent.
        self._last_ms = streams.END_OF_TIME_MS
        self._due: dict[str, int] = {}
        self._agenda: list[tuple[int, str]] = []
        self._restore()

    def take(self, record: TopicMention, appended_ms: int) -> Iterator[Emit]:  # noqa: ARG002 (event time only)
        if record.erased_as:
            return self._erase(record)
        self._parts.add(record, milliseconds(record.posted_at), self._judged_ms)
        return iter(())

    def advance(self, watermark_ms: int) -> Iterator[Emit]:
        emits: list[Emit] = []
        if watermark_ms >= streams.END_OF_TIME_MS == self._last_ms:
            self._end()
        while (tick := self._find_next_tick()) is not None and tick <= watermark_ms:
            waiting = self._parts.pop(tick)
            while self._agenda and self._agenda[0][0] <= tick:
                due, key = heappop(self._agenda)
                if self._due.get(key) == due:
                    waiting.setdefault(key, {})
            for key in sorted(waiting):
                self._turn(key, waiting[key], tick, emits)
        judged_ms = watermark_ms - watermark_ms % TICK_MS
        if judged_ms > self._judged_ms:
            self._judged_ms = judged_ms
            self._parts.close()
            self._rows.put("w", WatermarkRow(judged_ms))
        return iter(emits)

    # --- taking -------------------------------------------------------------------------------------------------

    def _erase(self, record: TopicMention) -> Iterator[Emit]:
        """Erase an author from the rows of a topic, and begin again from them; crises are told in the same words."""
        if erase_from_topic(self._rows, record):
            self._begin()
        return iter([Emit(streams.INBOX, record.brand, tell_crises(record))])

    # --- judging ------------------------------------------------------------------------------------------------

    def _find_next_tick(self) -> int | None:
        """The next tick at which something waits or is due: all others would change nothing."""
        while self._agenda and self._due.get(self._agenda[0][1]) != self._agenda[0][0]:
            heappop(self._agenda)
        waiting = self._parts.find_first()
        due = self._agenda[0][0] if self._agenda else None
        return min((tick for tick in (waiting, due) if tick is not None), default=None)

    def _turn(self, key: str, parts: dict[int, list[PartRow]], tick: int, emits: list[Emit]) -> None:
        """One tick of one topic: learn what has passed, add what came, judge, and say what has closed."""
        row = self._keys.get(key)
        if row is None:
            since_ms = min((minute for minute in parts if minute >= 0), default=tick // MINUTE_MS) * MINUTE_MS
            row = self._keys[key] = KeyRow(since_ms, learned_ms=since_ms - since_ms % _LEARN_STEP_MS)
            row.memories = {kind: Memory() for kind in KINDS}
        spans = self._spans.setdefault(key, Spans())
        changed = self._learn(key, row, spans, tick, emits)
        self._slide(key, spans, tick - 1)
        for minute in sorted(parts):
            changed |= self._add(key, row, spans, minute, parts[minute], tick)
        self._told.forget_old(key, tick)
        changed |= self._judge(key, row, spans, tick, emits)
        if key.endswith(_WHOLE_BRAND):
            self._watch(key, parts, tick, emits)
        changed |= self._report(key, row, spans, tick, emits)
        if not spans.buckets and tick - row.last_ms >= FORGET_AFTER_MS:
            del self._keys[key], self._spans[key]
            self._told.forget(key)
            if (watches := self._watches.pop(key, None)) is not None:
                watches.forget()
            self._due.pop(key, None)
            self._rows.delete(f"k|{key}")
            return
        if changed:
            self._rows.put(f"k|{key}", row)
        self._plan(key, row, spans, tick)

    def _add(self, key: str, row: KeyRow, spans: Spans, minute: int, parts: list[PartRow], tick: int) -> bool:
        """Join the parts of a tick to their minute and their cell."""
        before = (row.late, row.last_ms, row.configuration)
        bucket = None
        for part in parts:
            counts = part.counts
            if counts.late:
                row.late += counts.late
                self.noted["late"] = self.noted.get("late", 0) + counts.late
            if minute > spans.now - HORIZON_MINUTES:
                bucket = spans.add(minute, counts)
                row.last_ms = max(row.last_ms, (minute + 1) * MINUTE_MS)
                self._told.add(key, minute, part)
            if counts.mentions:
                self._notice_configuration(row, counts, tick)
        if bucket is not None:
            self._rows.put(f"b|{minute}|{key}", bucket)
        return before != (row.late, row.last_ms, row.configuration)

    def _notice_configuration(self, row: KeyRow, part: CountsRow, tick: int) -> None:
        """A change of what matches is no burst: the baseline begins again."""
        if part.configuration in (row.configuration, row.configuration_before):
            return
        if row.configuration:
            row.since_ms = tick
            row.memories = {kind: Memory() for kind in KINDS}
            row.series = Series()
        row.configuration_before, row.configuration = row.configuration, part.configuration

    def _learn(self, key: str, row: KeyRow, spans: Spans, tick: int, emits: list[Emit]) -> bool:
        """Let the baselines learn every window that ended since the last time, loud or quiet."""
        before = row.learned_ms
        at_ms = row.learned_ms + _LEARN_STEP_MS
        while at_ms <= tick - TICK_MS:
            self._slide(key, spans, at_ms - 1)
            if at_ms % HOUR_MS == 0 and at_ms + TICK_MS <= self._last_ms:
                hour = measure_hour(key, row, spans, at_ms, self._policy.baseline)
                emits.extend([Emit(streams.INBOX, hour.brand, hour)] if hour else [])
            for place, span in enumerate(SPANS_MINUTES):
                if at_ms % LEARN_EVERY_MS[span]:
                    continue
                age_ms = at_ms - row.since_ms
                if age_ms < span * MINUTE_MS:
                    continue  # a window that began before the first mention would teach silence
                for kind, count in zip(KINDS, spans.distinct_at(place), strict=True):
                    row.memories[kind].learn(place, count, at_ms, age_ms, self._policy.baseline)
            self._count_cell(key, row, spans, at_ms // CELL_MS - 1, tick, emits)
            if at_ms % HOUR_MS == 0:
                self._told.learn_words(key, at_ms // HOUR_MS - 1)
            row.learned_ms = at_ms
            at_ms += _LEARN_STEP_MS
        return row.learned_ms != before

    def _count_cell(self, key: str, row: KeyRow, spans: Spans, cell: int, tick: int, emits: list[Emit]) -> None:
        """Give the authors of five minutes that have ended to those who watch for records, climbs and silence."""
        if cell <= row.series.cell or cell * CELL_MS >= self._last_ms:
            return
        brand, _, topic = key.rpartition("|")
        first = cell * CELL_MS // MINUTE_MS
        count = spans.authors_between(first, first + CELL_MS // MINUTE_MS)
        for finding in row.series.step(cell, count, self._plan_of_counts):
            if finding.kind == "silence":
                is_known = tick - row.since_ms >= _RHYTHM_KNOWN_MS
                if topic != WHOLE_BRAND or (finding.state == "grown" and not is_known):
                    continue  # a night that was never heard before is no dead source
                row.silence_id = row.silence_id or digest("silence", key, str(finding.began))
                episode = row.silence_id
            else:
                if finding.current < self._policy.distinct_authors:
                    continue  # a record of a quiet topic: fewer people than this are no crowd
                if finding.state == "raised" or not row.record_id:
                    row.record_id = digest("record", key, str(finding.cell))
                episode = row.record_id
            shown = self._told.shown(key, spans)
            emits.append(Emit(streams.INBOX, brand, count_signal(finding, key, episode, row, shown, tick)))
        if row.silence_id and row.series.silence.began < 0:
            emits.append(Emit(streams.INBOX, brand, silence_ended_signal(key, row.silence_id, row, tick)))
            row.silence_id = ""

    def _watch(self, key: str, parts: dict[int, list[PartRow]], tick: int, emits: list[Emit]) -> None:
        """Let those who watch the brand as a whole, mention by mention, see what came."""
        brand = key.rpartition("|")[0]
        watches = self._watches.get(key)
        if watches is None:
            watches = self._watches[key] = BrandWatches(self._rows, brand)
        heard = [each for minute in parts.values() for part in minute for each in part.voices]
        for signal in watches.turn(heard, tick):
            emits.append(Emit(streams.INBOX, brand, signal))

    def _judge(self, key: str, row: KeyRow, spans: Spans, tick: int, emits: list[Emit]) -> bool:
        """Judge both kinds of burst at the end of this tick."""
        changed = False
        for kind in KINDS:
            episode = row.episodes.get(kind)
            counts = spans.distinct_authors() if kind == "burst" else spans.distinct_negative_authors()
            expected = row.memories[kind].expect(tick, self._policy.baseline)
            is_active = episode is not None and episode.is_active
            if not is_active and not may_be_burst(counts, expected, self._policy):
                continue
            measured = measure_spans(row.memories[kind], counts, expected, tick, self._policy)
            if kind == "negative_burst":
                usual = row.memories["burst"].expect(tick, self._policy.baseline)
                measured = weigh_share(measured, spans.distinct_authors(), [mean for mean, _ in usual])
            if episode and is_active and is_high(measured, episode, self._policy):
                episode.high_ms, changed = tick, True
            at = Circumstances(
                kind=kind,
                is_whole_brand=key.endswith(_WHOLE_BRAND),
                now_ms=tick,
                age_ms=tick - row.since_ms,
                negative_share=spans.negative_share(0),
            )
            state, best = judge(measured, episode, at, self._policy)
            if state is None or best is None:
                continue
            changed = True
            episode = row.move(kind, key, state, measured, best, tick)
            brand = key.rpartition("|")[0]
            shown = self._told.shown(key, spans)
            signal = burst_signal(kind, state, key, episode, best, row, shown, tick, self._policy)
            emits.append(Emit(streams.INBOX, brand, signal))
        return changed

    # --- closing ------------------------------------------------------------------------------------------------

    def _report(self, key: str, row: KeyRow, spans: Spans, tick: int, emits: list[Emit]) -> bool:
        """Emit the activity of the newest minute once it has closed."""
        minute = row.last_ms // MINUTE_MS - 1
        if minute <= row.reported or (minute + 1) * MINUTE_MS > tick or minute not in spans.buckets:
            return False
        row.reported = minute
        emits.append(Emit(streams.BY_TOPIC_ACTIVITY, key, minute_activity(key, minute, row, spans)))
        return True

    def _slide(self, key: str, spans: Spans, now_ms: int) -> None:
        for minute in spans.slide(now_ms // MINUTE_MS):
            self._rows.delete(f"b|{minute}|{key}")

    # --- the agenda ---------------------------------------------------------------------------------------------

    def _plan(self, key: str, row: KeyRow, spans: Spans, now_ms: int) -> None:
        """Note the next tick after `now_ms` at which this topic must be turned even if nothing comes."""
        due: list[int] = []
        if row.last_ms // MINUTE_MS - 1 > row.reported:
            due.append(row.last_ms)
        if any(episode.is_active for episode in row.episodes.values()):
            due.append(now_ms - now_ms % MINUTE_MS + MINUTE_MS)
        if spans.buckets:
            due.append((spans.oldest + HORIZON_MINUTES + 1) * MINUTE_MS)
        elif self._last_ms == streams.END_OF_TIME_MS:
            due.append(row.last_ms + FORGET_AFTER_MS)
        learns_ms = row.learned_ms + _LEARN_STEP_MS + TICK_MS
        if row.last_ms > row.learned_ms or (key.endswith(_WHOLE_BRAND) and learns_ms <= self._last_ms):
            # Records are judged when their five minutes have ended, and a silence when nothing comes at all.
            due.append(learns_ms)
        if (measured_ms := next_measure_ms(row)) is not None:
            due.append(measured_ms)
        if key in self._watches and (waits_ms := self._watches[key].due_ms()) is not None:
            due.append(max(tick_end(waits_ms), now_ms + TICK_MS))
        self._due.pop(key, None)
        if due:
            self._due[key] = tick = min(due)
            heappush(self._agenda, (tick, key))

    def _end(self) -> None:
        """No more data will come: what only time would change is left to who asks later."""
        self._last_ms = self._parts.find_last() or self._judged_ms
        for key, row in self._keys.items():
            self._plan(key, row, self._spans[key], self._judged_ms)

    def _restore(self) -> None:
        for key, row in self._rows.items("k|"):
            self._keys[key[2:]] = row
            self._spans[key[2:]] = Spans()
            if key.endswith(_WHOLE_BRAND):
                self._watches[key[2:]] = BrandWatches(self._rows, key[2:].rpartition("|")[0])
        for key, row in self._rows.items("b|"):
            _, minute, topic_key = key.split("|", 2)
            self._spans[topic_key].restore(int(minute), row)
        for key, spans in self._spans.items():
            self._plan(key, self._keys[key], spans, self._judged_ms)


__all__ = ["TopicRow", "WindowTopic"]
