"""The back-test: history through the steps of the live pipeline, without Kafka, in event time, deterministic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import orjson

from schemas import streams
from schemas.crisis import Crisis, EscalationEvent, Severity
from schemas.mention import WHOLE_BRAND, Evidence, Mention, TopicMention
from schemas.signal import Signal
from tocsin.backtest.alerts import Alert, AlertDesk
from tocsin.backtest.crises import CrisisBook, CrisisStory, Quotes
from tocsin.backtest.curves import Curve, Drawer
from tocsin.backtest.reading import Intake
from tocsin.backtest.sensitivity import SENSITIVITIES, Sensitivity, Tally, choose_steps, is_call
from tocsin.flow import Emit
from tocsin.instants import DAY_MS, milliseconds
from tocsin.loop import run

#: Alerts that the report can show, the worst first; all of them are in `alerts.jsonl`.
SHOWN_ALERTS = 1_000
#: How often progress is told, in mentions.
_PROGRESS_EVERY = 1_000
#: Later than any alert.
_END_MS = streams.END_OF_TIME_MS * 2

_encoder = msgspec.json.Encoder()


@dataclass(slots=True)
class Outcome:
    """What a back-test came to.

    Attributes:
        alerts: how many, by severity; kinds: how many alarms, by kind.
        shown: those of the report, by time.
        stories: crises as they ended.
        curves: by brand; brands that nobody mentioned have none.
        quotes: texts that alerts and crises name.
        calls: how often somebody would have been told; most alarms join a crisis that people know of.
        tallies: what each sensitivity comes to on this history; empty unless they were compared.
    """

    first_at: datetime
    last_at: datetime
    mentions: int
    alerts: Counter[Severity]
    kinds: Counter[str]
    shown: list[Alert]
    stories: list[CrisisStory]
    curves: dict[str, Curve]
    quotes: Quotes
    sensitivity: Sensitivity
    calls: int
    tallies: dict[Sensitivity, Tally]

    @property
    def alarms(self) -> int:
        return sum(count for severity, count in self.alerts.items() if severity != "watch")

    @property
    def weeks(self) -> float:
        """How long the history is, at least a day."""
        length_ms = milliseconds(self.last_at) - milliseconds(self.first_at)
        return max(length_ms, DAY_MS) / (7 * DAY_MS)


def back_test(
    intake: Intake,
    setup: Any,
    folder: Path,
    *,
    sensitivity: Sensitivity = "balanced",
    is_compared: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
) -> Outcome:
    """Play a history and write `alerts.jsonl` and `crises.jsonl`.

    Args:
        setup: what the steps are told; not live (`load_setup(…, is_live=False)`).
        folder: where the files go.
        is_compared: count the alarms of the other sensitivities as well; takes up to three times as long.
        on_progress: called with the mentions played so far and the event time reached, ms.
    """
    tallies = {word: Tally() for word in SENSITIVITIES} if is_compared else {}
    steps = choose_steps(sensitivity, tallies or None)
    clock = _Clock(on_progress)
    with (folder / "alerts.jsonl").open("wb") as file:
        scribe = _Scribe(intake, file)
        for emit in run(clock.follow(intake.play()), setup, steps=steps):
            scribe.hear(emit)
            if clock.has_moved():
                scribe.settle(clock.now_ms)
        scribe.settle(_END_MS)
    stories = scribe.book.stories
    with (folder / "crises.jsonl").open("wb") as file:
        for story in stories:
            crisis = story.crisis
            # The crisis is a record: fields that this version does not know are written as they came, and those that
            # have their default are left out, but for the ones that everybody asks for.
            asked = {"status": crisis.status, "resolved_at": crisis.resolved_at}
            told = orjson.dumps(asked | orjson.loads(crisis.encode()), option=orjson.OPT_UTC_Z)
            told = b'{"crisis":' + told + b',"history":' + _encoder.encode(story.history) + b"}\n"
            file.write(told)
            scribe.quotes.keep(story.crisis.evidence)
    return Outcome(
        first_at=intake.first_at,
        last_at=intake.last_at,
        mentions=intake.mentions,
        alerts=scribe.severities,
        kinds=scribe.kinds,
        shown=sorted(scribe.shown, key=lambda alert: alert.order),
        stories=stories,
        curves=scribe.drawer.finish(),
        quotes=scribe.quotes,
        sensitivity=sensitivity,
        calls=scribe.calls,
        tallies=tallies,
    )


class _Clock:
    """Event time as the mentions tell it while they pass."""

    def __init__(self, on_progress: Callable[[int, int], None] | None) -> None:
        self.now_ms = 0
        self._told_ms = 0
        self._count = 0
        self._on_progress = on_progress

    def follow(self, mentions: Iterable[Mention]) -> Iterator[Mention]:
        for mention in mentions:
            self.now_ms = milliseconds(mention.posted_at)
            self._count += 1
            if self._on_progress and not self._count % _PROGRESS_EVERY:
                self._on_progress(self._count, self.now_ms)
            yield mention
        if self._on_progress:
            self._on_progress(self._count, self.now_ms)

    def has_moved(self) -> bool:
        """By an hour since the last time that it was asked and had."""
        if self.now_ms - self._told_ms < DAY_MS // 24:
            return False
        self._told_ms = self.now_ms
        return True


class _Scribe:
    """Hears everything that the steps write, and keeps of it what files and the report tell."""

    def __init__(self, intake: Intake, file: BinaryIO) -> None:
        self.severities: Counter[Severity] = Counter()
        self.kinds: Counter[str] = Counter()
        self.calls = 0
        self.shown: list[Alert] = []
        self.book = CrisisBook()
        self.quotes = Quotes()
        self.drawer = Drawer(intake.first_at, intake.last_at)
        self._desk = AlertDesk()
        self._file = file

    def hear(self, emit: Emit) -> None:
        record = emit.record
        if emit.stream is streams.BY_TOPIC:
            if isinstance(record, TopicMention) and record.topic == WHOLE_BRAND:
                self.drawer.count(record)
        elif emit.stream is streams.INBOX:
            if isinstance(record, Signal):
                self.quotes.keep((*record.evidence, record.first_mention))
                self._desk.raise_signal(record)
        elif emit.stream is streams.EVIDENCE:
            self.quotes.learn(emit.key or "", record if isinstance(record, Evidence) else None)
        elif isinstance(record, EscalationEvent):
            self.calls += is_call(record)
            self.book.hear(record)
            self._desk.hear_event(record)
        elif isinstance(record, Crisis):
            self.book.see(record)
            self._desk.see_crisis(record)

    def settle(self, now_ms: int) -> None:
        """Write the alerts that nothing can come before any more."""
        for alert in self._desk.settle(now_ms):
            self._file.write(_encoder.encode(alert) + b"\n")
            self.severities[alert.severity] += 1
            if alert.is_alarm:
                self.kinds[alert.kind] += 1
            self.shown.append(alert)
        if len(self.shown) > 2 * SHOWN_ALERTS:
            self._shorten()

    def _shorten(self) -> None:
        """Keep the worst; among equals, the most surprising."""
        self.shown.sort(key=lambda alert: (-alert.rank, -alert.score, alert.order))
        del self.shown[SHOWN_ALERTS:]
