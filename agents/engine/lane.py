"""One step at work on one input partition: decodes, guards each mention, keeps event time, collects what goes out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

import orjson

from agents.engine.notes import Notes
from agents.engine.outbox import Append, Headers
from agents.engine.partition import Partitioner
from agents.engine.table import TablePartition
from agents.engine.watermark import BEGINNING_MS, Watermarks, read_watermark, write_watermark
from schemas.record import InvalidRecord, Record
from schemas.signal import Signal
from schemas.streams import END_OF_TIME_MS, REJECTED, WATERMARK_HEADER, StreamSpec, topic_name
from tocsin.flow import Emit, Processor, Rejection, Step

#: A raw mention above this is not read; its head is kept.
MAX_RAW_BYTES = 512 * 1024
KEPT_HEAD_BYTES = 16 * 1024
#: Event time is passed on when it has moved by this much: a heartbeat a second a channel in a live namespace.
WATERMARK_STEP_MS = 1_000
#: How long a step may judge, and how long it may take records, at a stretch. A commit needs a dozen turns of the event
#: loop, and every turn lasts as long as a chunk: the longer the chunks, the later a page.
ADVANCE_S = 0.02
TAKE_S = 0.005
#: A step that was never told the time is first told that of a week before its input's: nothing happened in 1970.
FIRST_STRETCHES_MS = 7 * 24 * 3_600_000

_NO_HEADERS: Headers = []
#: How to write to a partition of a topic, from now on.
Open = Callable[[str, int], Append]


class KafkaRecord(Protocol):
    """What a lane reads of a consumed record (aiokafka's ConsumerRecord, or Faust's Message)."""

    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes]]: ...


class Wiring:
    """Names and sizes of the streams of a namespace, and who writes into which: shared by all lanes of a process."""

    def __init__(self, namespace: str, steps: Sequence[Step], partitions: Mapping[str, int]) -> None:
        self.namespace = namespace
        self.steps = steps
        self._partitions = partitions
        self._outlets: dict[str, tuple[str, Partitioner]] = {}

    def outlet(self, stream: StreamSpec) -> tuple[str, Partitioner]:
        """Topic and partitioner of a stream."""
        outlet = self._outlets.get(stream.name)
        if outlet is None:
            outlet = topic_name(self.namespace, stream), Partitioner(self._partitions[stream.name])
            self._outlets[stream.name] = outlet
        return outlet

    def partitions(self, stream: StreamSpec) -> int:
        return self._partitions[stream.name]

    def is_forwarder(self, step: Step) -> bool:
        """A step without rows that maps each record in place: event time passes it channel by channel."""
        return step.state is None and not step.is_source

    def families(self, stream: StreamSpec) -> list[str]:
        """The steps whose partitions are the channels of this stream."""
        names: list[str] = []
        for step in self.steps:
            if stream in step.writes:
                names += self.families(step.reads) if self.is_forwarder(step) else [step.name]
        return names

    def followers(self, step: Step) -> list[StreamSpec]:
        """The streams written by a step that another step reads: event time goes there."""
        read = {other.reads.name for other in self.steps}
        return [stream for stream in step.writes if stream.name in read]


class Lane:
    """One step on one partition.

    Args:
        open_place: how to write to a partition, asked for once.
        rows: the step's rows of this partition; None when it keeps none.
        stall_ms: see `Watermarks`.
    """

    def __init__(
        self, step: Step, partition: int, wiring: Wiring, processor: Processor, open_place: Open,
        rows: TablePartition | None = None, stall_ms: int | None = None,
    ) -> None:  # fmt: skip
        self.step = step
        self.partition = partition
        self.processor = processor
        self.rows = rows
        self.is_urgent = False
        #: Counters, read and reset by whoever observes: records taken, taken without effect, written, refused by cause.
        self.taken = self.fruitless = self.emitted = 0
        self.rejected: dict[str, int] = {}
        #: How long the step has worked, seconds.
        self.seconds = 0.0
        #: What the step itself counts, if it does (`tocsin.flow.Processor`), and what rarely happens.
        self.noted: dict[str, int] = getattr(processor, "noted", {})
        self.heard: dict[str, int] = getattr(processor, "heard", {})
        self.count_crises: Callable[[], Mapping[tuple[str, str], int]] | None = getattr(processor, "count_crises", None)
        self.notes: Notes | None = None
        self.last_appended_ms = 0
        self._wiring = wiring
        self._decode: Callable[[bytes], Record] = step.reads.decoder()
        if Signal in step.reads.records:
            self._decode = partial(self._decode_and_note, self._decode)
        #: Stream → its partitioner, and how to write to each of its partitions.
        self._outlets: dict[str, tuple[Partitioner, list[Append]]] = {}
        for stream in (*step.writes, REJECTED):
            topic, places = wiring.outlet(stream)
            self._outlets[stream.name] = places, [open_place(topic, number) for number in range(places.count)]
        self._is_forwarder = wiring.is_forwarder(step)
        self._promised: dict[tuple[str, int, int], int] = {}
        self._sent: dict[tuple[str, int, int], int] = {}
        self._channel = (step.name, partition, wiring.partitions(step.reads))
        self._record_s = TAKE_S / 500
        self._has_heard = False
        self._reached_ms = self._newest_ms = BEGINNING_MS
        self._stride_ms = WATERMARK_STEP_MS
        self._watermarks: Watermarks | None = None
        if rows is not None:
            self._watermarks = Watermarks(wiring.families(step.reads), stall_ms)
            kept = rows.get_engine_row("watermarks")
            if kept is not None:
                self._reached_ms, self._newest_ms, promises = orjson.loads(kept)
                self._watermarks.load(promises)

    @property
    def watermark_ms(self) -> int:
        """How far event time has got here, ms since 1970; `BEGINNING_MS` when nothing is known."""
        if self._watermarks is not None:
            return self._reached_ms
        return min(self._promised.values(), default=BEGINNING_MS)

    @property
    def chunk_records(self) -> int:
        """How many records the step takes in about `TAKE_S`."""
        return max(20, int(TAKE_S / self._record_s))

    def take(self, records: Iterable[KafkaRecord]) -> None:
        """Run the step over records. An error inside one of them rejects that one and nothing else."""
        take, decode, address, outlets = self.processor.take, self._decode, self._address, self._outlets
        taken = fruitless = emitted = 0
        started = time.perf_counter()
        for record in records:
            value = record.value
            if not value and record.headers and record.headers[0][0] == WATERMARK_HEADER:
                self._hear(record.headers[0][1], record.timestamp)
                continue
            taken += 1
            try:
                if value is None:
                    raise InvalidRecord("null", "a record without a value")
                if len(value) > MAX_RAW_BYTES:
                    raise InvalidRecord("oversize", f"{len(value)} bytes; the limit is {MAX_RAW_BYTES}")
                emits = take(decode(value), record.timestamp)
                emit = emits[0] if type(emits) is list and len(emits) == 1 else None
                if emit is not None and emit.key is not None and not emit.headers and not emit.is_urgent:
                    # As nearly always: what `address` does, without a call and a list for it. 4 % of all our work.
                    partitioner, places = outlets[emit.stream.name]
                    name, partition = partitioner.place(emit.key)
                    data = None if emit.record is None else emit.record.encode()
                    out = None
                else:
                    out = address(emits, record.key)
            except (InvalidRecord, Rejection) as error:
                self._reject(record, error.cause, str(error))
                continue
            except Exception as error:
                self._reject(record, "step-failed", f"{type(error).__name__}: {error}")
                continue
            if out is None:
                places[partition](name, data, _NO_HEADERS)
                emitted += 1
                continue
            if not out:
                fruitless += 1
                continue
            for append, key, sent, headers in out:
                append(key, sent, headers)
            emitted += len(out)
        if taken:
            self.last_appended_ms = record.timestamp
            seconds = time.perf_counter() - started
            self.seconds += seconds
            # An average over some chunks, so that one odd mention does not count.
            self._record_s += 0.2 * (seconds / taken - self._record_s)
        self.taken += taken
        self.fruitless += fruitless
        self.emitted += emitted

    @property
    def is_behind(self) -> bool:
        """Event time has moved further than the step was told yet: `advance` again."""
        return self._watermarks is not None and self._reached_ms < self._watermarks.minimum_ms

    def advance(self) -> None:
        """Tell the step how far event time has got, if it has moved; in a replay that can be days at once.

        Takes about `ADVANCE_S`: the rest is left to later calls, so that heartbeats and commits get their turn. Steps
        do not mind in how many pieces time comes.
        """
        if self._watermarks is None:
            return
        self._watermarks.advance()
        target = self._watermarks.minimum_ms
        started = now = time.perf_counter()
        while self._reached_ms < target and now - started < ADVANCE_S:
            reached = min(target, self._reached_ms + self._stride_ms)
            if self._reached_ms == BEGINNING_MS:
                reached = max(reached, min(target, self._newest_ms) - FIRST_STRETCHES_MS)
            if reached > self._newest_ms and target == END_OF_TIME_MS:
                reached = target  # behind the data there are no days to go through, only the end
            for append, key, value, headers in self._address(self.processor.advance(reached), None):
                append(key, value, headers)
                self.emitted += 1
            self._reached_ms = self._promised[self._channel] = reached
            self._has_heard = True
            before, now = now, time.perf_counter()
            if now - before < ADVANCE_S / 8:
                self._stride_ms *= 2
            elif now - before > ADVANCE_S / 2:
                self._stride_ms = max(WATERMARK_STEP_MS, self._stride_ms // 2)
        self.seconds += now - started

    def promise(self, watermark_ms: int) -> bool:
        """A source's event time by the clock (live namespaces); True when it has moved enough to be passed on."""
        if watermark_ms > self._promised.get(self._channel, BEGINNING_MS):
            self._promised[self._channel] = watermark_ms
        return self._has_news()

    def pass_on_watermarks(self) -> None:
        """Write event time into the streams that follow, as records of their own."""
        if self._has_heard and self._watermarks is not None and self.rows is not None:
            self._has_heard = False
            self.rows.put_engine_row(
                "watermarks", orjson.dumps((self._reached_ms, self._newest_ms, self._watermarks.dump()))
            )
        for channel, watermark in self._promised.items():
            if not self._is_news(channel, watermark):
                continue
            self._sent[channel] = watermark
            if watermark == END_OF_TIME_MS:
                # How far the data went is told before their end, so that nobody goes through empty ages.
                self._tell(channel, self._newest_ms)
            self._tell(channel, watermark)

    def _tell(self, channel: tuple[str, int, int], watermark_ms: int) -> None:
        headers = [(WATERMARK_HEADER, write_watermark(*channel, watermark_ms))]
        followers = self._wiring.followers(self.step)
        for stream in followers:
            _, places = self._outlets[stream.name]
            for append in (places[self.partition],) if self._is_forwarder else places:
                append(None, None, headers)
        if not followers and self.step.writes and watermark_ms == END_OF_TIME_MS:
            # The end of a replay is told to whoever reads the last stream.
            _, places = self._outlets[self.step.writes[0].name]
            places[self.partition](None, None, headers)

    def _has_news(self) -> bool:
        return any(self._is_news(channel, watermark) for channel, watermark in self._promised.items())

    def _is_news(self, channel: tuple[str, int, int], watermark: int) -> bool:
        return watermark - self._sent.get(channel, BEGINNING_MS) >= WATERMARK_STEP_MS

    def _hear(self, value: bytes, appended_ms: int) -> None:
        try:
            family, channel, channels, watermark = read_watermark(value)
        except ValueError:
            return  # not ours: a producer's header of the same name says nothing
        if watermark != END_OF_TIME_MS:
            self._newest_ms = max(self._newest_ms, watermark)
        if self._watermarks is not None:
            self._watermarks.promise(family, channel, channels, watermark, appended_ms)
            self._has_heard = True
            return
        # A source hears the markers of a replay, which are about its own partition; a forwarder repeats its channels.
        where = self._channel if self.step.is_source else (family, channel, channels)
        if watermark > self._promised.get(where, BEGINNING_MS):
            self._promised[where] = watermark

    def _address(
        self, emits: Iterable[Emit], given_key: bytes | None
    ) -> list[tuple[Append, bytes | None, bytes | None, Headers]]:
        """Where each record goes to, and as what: all of them, before the first one is written."""
        outlets, out = self._outlets, []
        for emit in emits:
            partitioner, places = outlets[emit.stream.name]
            name, record, headers = emit.key, emit.record, emit.headers
            if name is None:
                key, append = given_key, places[self.partition]
            else:
                key, partition = partitioner.place(name)
                append = places[partition]
            if emit.is_urgent:
                self.is_urgent = True
            if headers or emit.is_urgent:
                self._note().note_sent(record)
            data = None if record is None else record.encode()
            out.append((append, key, data, list(headers) if headers else _NO_HEADERS))
        return out

    def _decode_and_note(self, decode: Callable[[bytes], Record], data: bytes) -> Record:
        record = decode(data)
        self._note().note_taken(record)
        return record

    def _note(self) -> Notes:
        if self.notes is None:
            self.notes = Notes()
        return self.notes

    def _reject(self, record: KafkaRecord, cause: str, message: str) -> None:
        """Keep what cannot be used, whole, with the reason and the place; a replay keeps its first failure's time."""
        value = record.value or b""
        kept = value[:KEPT_HEAD_BYTES] if cause == "oversize" else value
        earlier = dict(record.headers or ())
        first = earlier.get("first_failed_at") or datetime.now(UTC).isoformat().encode()
        headers = [
            ("cause", cause.encode()),
            ("message", message[:500].encode(errors="replace")),
            ("stream", self.step.reads.name.encode()),
            ("partition", str(self.partition).encode()),
            ("offset", str(record.offset).encode()),
            ("step", self.step.name.encode()),
            ("first_failed_at", first),
            ("size", str(len(value)).encode()),
            ("is_truncated", b"1" if len(kept) < len(value) else b"0"),
        ]
        _, places = self._outlets[REJECTED.name]
        places[self.partition % len(places)](record.key, record.value and kept, headers)
        self.rejected[cause] = self.rejected.get(cause, 0) + 1
