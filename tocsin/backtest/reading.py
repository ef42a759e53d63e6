"""History of any size, in the order of its time, in bounded memory: read once, checked, sorted on disk if need be.

The rules of reading are those of `tocsin.sources.files`. A row that cannot be read is listed in `skipped.jsonl` with
its line and its cause; what is wrong with the file as a whole stops at once.
"""

from __future__ import annotations

import gzip
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from heapq import merge
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, TextIO

import orjson

from schemas.mention import Mention
from tocsin.errors import ConfigurationError
from tocsin.sources import files

#: Mentions that are sorted in memory at once: some 75 MB.
BUFFERED = 50_000
#: Runs on disk before they are merged into one: each is an open file later.
_MOST_RUNS = 64
#: How often progress is told, in rows.
_PROGRESS_EVERY = 5_000

_by_time = attrgetter("posted_at")


@dataclass(slots=True)
class Intake:
    """A history that was read and checked, ready to be played.

    Attributes:
        mentions: how many.
        skipped: rows that are no mentions; causes: how often each, in short.
        first_at, last_at: the span of event time.
        columns: field → column as it was used.
    """

    place: str
    mentions: int
    skipped: int
    causes: dict[str, int]
    first_at: datetime
    last_at: datetime
    columns: dict[str, str]
    _sorted: _Sorter = field(repr=False)

    def play(self) -> Iterator[Mention]:
        """The mentions by `posted_at`; equal times in the order of the file. Can be called again."""
        return self._sorted.play()


@contextmanager
def open_history(
    path: str | Path,
    folder: Path,
    *,
    columns: Mapping[str, str] | None = None,
    preset: str | None = None,
    zone: tzinfo | None = None,
    source: str | None = None,
    buffered: int = BUFFERED,
    on_row: Callable[[int], None] | None = None,
    standard_input: BinaryIO | None = None,
) -> Iterator[Intake]:
    """Read a file of mentions as `tocsin.sources.files.read_mentions` does, and keep little of it in memory.

    Args:
        folder: `skipped.jsonl` is written there; mentions that do not fit into memory wait there until the end.
        buffered: mentions sorted in memory at once.
        on_row: called now and then with the number of mentions read.

    Raises:
        ConfigurationError: no such file, nothing in it, no such column, a time without an offset, not one mention.
    """
    if preset is not None and preset not in files.PRESETS:
        raise ConfigurationError(f"there is no preset {preset!r}", f"presets: {', '.join(files.PRESETS)}")
    known = files.PRESETS[preset] if preset else None
    is_stdin = str(path) == "-"
    constants = {"source": files._source_name(path), **(known.constants if known else {})}
    mapping = files._Mapping(
        {**(known.columns if known else {}), **(columns or {})},
        constants | ({"source": source} if source else {}),
        zone,
        known.restore if known else None,
    )
    with ExitStack() as stack:
        skipped = stack.enter_context((folder / "skipped.jsonl").open("w", encoding="utf-8", newline="\n"))
        waiting = stack.enter_context(TemporaryDirectory(prefix=".sorting-", dir=folder))
        sorter = _Sorter(Path(waiting), buffered, on_row)
        reading = _Intaking("standard input" if is_stdin else str(path), skipped, sorter)
        with (standard_input or sys.stdin.buffer) if is_stdin else files._open(Path(path)) as stream:
            try:
                content = files._unpack(stream)
                head = files._check_head(content.peek(1 << 16), reading.place)
                if files._is_csv(str(path), head):
                    files._read_csv(content, head, reading, mapping)
                else:
                    files._read_json_lines(content, reading, mapping)
            except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                raise ConfigurationError(
                    f"{reading.place}: the gzip archive is damaged: {error}", "get it again"
                ) from None
        first, last = sorter.first_at, sorter.last_at
        if first is None or last is None:
            named = "".join(f"\n    {row}" for row in reading.refused)
            what = f"not one of its {reading.refused_count} rows is a mention:{named}" if named else "it holds no rows"
            raise ConfigurationError(f"{reading.place}: {what}")
        skipped.flush()
        yield Intake(
            place=reading.place,
            mentions=sorter.count,
            skipped=reading.refused_count,
            causes=dict(sorted(reading.causes.items(), key=lambda cause: (-cause[1], cause[0]))),
            first_at=first,
            last_at=last,
            columns=reading.columns,
            _sorted=sorter,
        )


class _Intaking(files.Reading):
    """A reading whose mentions go to a sorter and whose refused rows go to a file."""

    def __init__(self, place: str, skipped: TextIO, sorter: _Sorter) -> None:
        super().__init__(place)
        self.mentions = sorter  # type: ignore[assignment]
        self.causes: Counter[str] = Counter()
        self._skipped = skipped

    def refuse(self, line: int, reason: str) -> None:
        super().refuse(line, reason)
        self._skipped.write(orjson.dumps({"line": line, "cause": reason}).decode() + "\n")
        # Values differ from row to row and would make as many causes as rows.
        self.causes[_shorten(reason)] += 1


def _shorten(reason: str) -> str:
    """A cause without the value that it quotes: `'soon' is not a time (…)` → `… is not a time`."""
    words = reason.partition(" (")[0]
    before, quote, rest = words.partition("'")
    if quote and (after := rest.rpartition("'")[2]):
        words = f"{before}…{after}"
    return "".join("#" if character.isdigit() else character for character in words)[:80]


class _Sorter:
    """Mentions by time, whatever their number. A sorted file makes one run; any other is merged from several."""

    def __init__(self, folder: Path, buffered: int, on_row: Callable[[int], None] | None) -> None:
        self.count = 0
        self.first_at: datetime | None = None
        self.last_at: datetime | None = None
        self._folder = folder
        self._buffered = buffered
        self._on_row = on_row
        self._buffer: list[Mention] = []
        self._runs: list[Path] = []
        self._made = 0
        self._run_ends_at: datetime | None = None

    def append(self, mention: Mention) -> None:
        at = mention.posted_at
        if self.first_at is None or at < self.first_at:
            self.first_at = at
        if self.last_at is None or at > self.last_at:
            self.last_at = at
        self._buffer.append(mention)
        self.count += 1
        if len(self._buffer) >= self._buffered:
            self._spill()
        if self._on_row and not self.count % _PROGRESS_EVERY:
            self._on_row(self.count)

    def play(self) -> Iterator[Mention]:
        self._buffer.sort(key=_by_time)
        # Runs in the order in which they were read, what is in memory last: `merge` keeps it where times are equal.
        return merge(*(_read(run) for run in self._runs), iter(self._buffer), key=_by_time)

    def _spill(self) -> None:
        buffer, self._buffer = self._buffer, []
        buffer.sort(key=_by_time)
        is_next = self._run_ends_at is not None and buffer[0].posted_at >= self._run_ends_at
        if not is_next:
            if len(self._runs) >= _MOST_RUNS:
                self._unite()
            self._runs.append(self._name_run())
        with self._runs[-1].open("ab") as run:
            run.writelines(mention.encode() + b"\n" for mention in buffer)
        self._run_ends_at = buffer[-1].posted_at

    def _unite(self) -> None:
        """Merge all runs into one."""
        united = self._name_run()
        with united.open("wb") as run:
            mentions = merge(*(_read(each) for each in self._runs), key=_by_time)
            run.writelines(mention.encode() + b"\n" for mention in mentions)
        for each in self._runs:
            each.unlink()
        self._runs = [united]

    def _name_run(self) -> Path:
        self._made += 1
        return self._folder / f"run-{self._made}"


def _read(run: Path) -> Iterator[Mention]:
    with run.open("rb") as lines:
        for line in lines:
            yield Mention.decode(line)
