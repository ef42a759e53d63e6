"""Event time of one input partition: the least of what its upstream channels have promised. Pure.

A channel is one partition of the step that writes into this stream. Each promises, by watermark records, that every
record before an instant has been written; the input as a whole has got as far as its slowest channel. (The idea:
Akidau et al. 2015, The Dataflow Model; per-channel minimum as in Apache Flink.)
"""

from __future__ import annotations

from collections.abc import Iterable

from schemas.streams import END_OF_TIME_MS

#: Before anything was promised.
BEGINNING_MS = 0


def write_watermark(family: str, channel: int, channels: int, watermark_ms: int) -> bytes:
    """The header value of a watermark record: `family:channel/channels@milliseconds`."""
    return f"{family}:{channel}/{channels}@{watermark_ms}".encode()


def read_watermark(value: bytes) -> tuple[str, int, int, int]:
    """Family, channel, number of channels and milliseconds of a watermark record's header.

    Raises:
        ValueError: not a watermark.
    """
    who, _, instant = value.decode().rpartition("@")
    family, _, place = who.rpartition(":")
    channel, _, channels = place.partition("/")
    return family, int(channel), int(channels), int(instant)


class Watermarks:
    """Per-channel promises of one input partition, and their minimum.

    Args:
        families: the steps that write into this stream; each has to be heard on all its channels.
        stall_ms: a channel unheard of for so long, by Kafka's append times, no longer holds the others (live
            namespaces); None waits for ever (replays, where silence means only that a worker is slow).
    """

    def __init__(self, families: Iterable[str], stall_ms: int | None = None) -> None:
        self._promises: dict[str, dict[int, int]] = {family: {} for family in families}
        self._heard: dict[str, dict[int, int]] = {family: {} for family in families}
        self._channels: dict[str, int] = {}
        self._stall_ms = stall_ms
        self._newest_ms = 0
        self.minimum_ms = BEGINNING_MS

    def promise(self, family: str, channel: int, channels: int, watermark_ms: int, appended_ms: int) -> None:
        """A channel has got to `watermark_ms`; a promise never moves back."""
        promises = self._promises.get(family)
        if promises is None:
            return  # a step that this version does not know: nothing of ours depends on it
        if channels > self._channels.get(family, 0):
            self._channels[family] = channels
        if watermark_ms > promises.get(channel, -1):
            promises[channel] = watermark_ms
        self._heard[family][channel] = appended_ms
        self._newest_ms = max(self._newest_ms, appended_ms)

    def advance(self) -> int | None:
        """The new minimum, if it has moved since the last call."""
        least = END_OF_TIME_MS
        for family, promises in self._promises.items():
            if not promises or len(promises) < self._channels[family]:
                return None
            least = min(least, self._least(family, promises))
        if least <= self.minimum_ms:
            return None
        self.minimum_ms = least
        return least

    def _least(self, family: str, promises: dict[int, int]) -> int:
        if self._stall_ms is None:
            return min(promises.values())
        heard, deadline = self._heard[family], self._newest_ms - self._stall_ms
        live = [w for channel, w in promises.items() if heard[channel] >= deadline]
        return min(live) if live else max(promises.values())

    def dump(self) -> list[list[str | int]]:
        """The promises as plain lists, to be kept with the rows."""
        return [
            [family, channel, self._channels[family], promise, self._heard[family][channel]]
            for family, promises in self._promises.items()
            for channel, promise in promises.items()
        ]

    def load(self, dumped: Iterable[Iterable[str | int]]) -> None:
        """Take back what `dump` gave."""
        for family, channel, channels, promise, heard in dumped:
            self.promise(str(family), int(channel), int(channels), int(promise), int(heard))
        self.advance()
