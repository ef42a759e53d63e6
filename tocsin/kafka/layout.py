"""What a stream has to look like on Kafka, and what is wrong with one as it was found. Pure: asks no broker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from schemas.streams import STREAMS, StreamSpec

#: The number of partitions of a new namespace: enough for twelve workers, few enough for a laptop.
DEFAULT_PARTITIONS = 12
#: As large as the local broker takes (kafka/settings.py); a publication of a chunk is one batch and must fit.
MAX_MESSAGE_BYTES = 4 << 20
#: Replicas that a cluster of several brokers should keep of what must not be lost.
SAFE_REPLICATION = 3

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Found:
    """A stream as a broker described it.

    Attributes:
        partitions: how many.
        replication: copies of its least replicated partition.
        leaderless: partitions that nobody serves now.
        configs: the topic's configuration that is in force, defaults included.
    """

    partitions: int
    replication: int = 1
    leaderless: int = 0
    configs: Mapping[str, str] | None = None


def stream_configs(stream: StreamSpec, replication: int | None = None) -> dict[str, str]:
    """The topic configuration that a stream is created with.

    Args:
        replication: copies of each partition; None leaves it, and what is safe with it, to the broker.
    """
    configs: dict[str, int | float | str] = {"max.message.bytes": MAX_MESSAGE_BYTES}
    if replication is not None and replication >= SAFE_REPLICATION:
        configs["min.insync.replicas"] = 2  # acks=all then means two disks
    if stream.retention is None:
        configs |= {
            "cleanup.policy": "compact,delete" if stream.expires else "compact",
            # Only closed segments are compacted, and recovery reads what is not: small ones, closed early.
            "segment.bytes": 16 << 20,
            "segment.ms": _ms(_HOUR),
            "min.cleanable.dirty.ratio": 0.3,
            # A tombstone is an erasure: what it erases is gone from the disk within a day, however quiet the stream.
            "max.compaction.lag.ms": _ms(_DAY),
            # And stays long enough for every reader to see it.
            "delete.retention.ms": _ms(_DAY),
        }
        if stream.expires:
            configs["retention.ms"] = _ms(stream.expires)
    else:
        configs |= {
            "cleanup.policy": "delete",
            "retention.ms": _ms(stream.retention),
            # Whole segments expire: a record stays at most a quarter longer than the retention promises.
            "segment.ms": _ms(min(stream.retention / 4, 7 * _DAY)),
            # Claimed times are bounded by the broker's clock; and retention never goes by a replay's event times.
            "message.timestamp.type": "LogAppendTime",
        }
    return {name: str(value) for name, value in configs.items()}


def group_counts(found: Mapping[str, Found]) -> dict[str, int]:
    """The partition count of each group of streams: the one that most of its existing streams have."""
    counts: dict[str, Counter[int]] = {}
    for stream in STREAMS:
        if stream.name in found:
            counts.setdefault(stream.group, Counter())[found[stream.name].partitions] += 1
    return {group: max(counter, key=lambda count: (counter[count], count)) for group, counter in counts.items()}


def find_problems(stream: StreamSpec, found: Mapping[str, Found]) -> list[str]:
    """What keeps this stream from being used, in words; empty when it is sound."""
    own = found.get(stream.name)
    if own is None:
        return [f"{stream.name} is missing"]
    problems = []
    usual = 1 if stream.group == "single" else group_counts(found)[stream.group]
    if own.partitions != usual:
        reason = (
            "its readers read one partition"
            if stream.group == "single"
            else f"the other streams of its group ({stream.group}) have {usual}; one key must be in the same "
            "partition of all of them"
        )
        problems.append(f"{stream.name} has {own.partitions} partitions, not {usual}: {reason}")
    if own.leaderless:
        problems.append(
            f"{stream.name}: {own.leaderless} of {own.partitions} partitions have no leader: is a broker down?"
        )
    return problems + [f"{stream.name}: {problem}" for problem in _find_config_problems(stream, own.configs or {})]


def find_notes(stream: StreamSpec, own: Found, brokers: int) -> list[str]:
    """What works but should be known before it matters."""
    notes = []
    if brokers > 1 and own.replication < SAFE_REPLICATION:
        notes.append(f"{stream.name} has {own.replication} replicas; {SAFE_REPLICATION} survive the loss of a broker")
    configs = own.configs or {}
    kept = configs.get("retention.ms")
    if stream.expires and configs and "delete" not in configs.get("cleanup.policy", ""):
        notes.append(f"{stream.name} is kept for ever, not {in_words(stream.expires)}: docs/privacy.md says what to do")
    if stream.retention and kept and 0 <= int(kept) < _ms(stream.retention):
        notes.append(
            f"{stream.name} is kept for {in_words(timedelta(milliseconds=int(kept)))}, not {in_words(stream.retention)}"
        )
    return notes


def in_words(span: timedelta) -> str:
    """A retention as people say it: `7 days`, `36 h`, `90 s`."""
    if span >= _DAY and not span % _DAY:
        return f"{span // _DAY} day{'s' if span > _DAY else ''}"
    return f"{span // _HOUR} h" if span >= _HOUR and not span % _HOUR else f"{span.total_seconds():g} s"


def _find_config_problems(stream: StreamSpec, configs: Mapping[str, str]) -> list[str]:
    wanted = stream_configs(stream)
    problems = []
    for name, consequence in (
        ("cleanup.policy", "it loses rows" if stream.retention is None else "it loses records of one key"),
        ("message.timestamp.type", "producers could claim any time"),
    ):
        if name == "cleanup.policy" and stream.expires and configs.get(name) == "compact":
            continue  # an older version made it: `find_notes` tells
        if name in wanted and name in configs and set(configs[name].split(",")) != set(wanted[name].split(",")):
            problems.append(f"{name} is {configs[name]}, not {wanted[name]}: {consequence}")
    limit = configs.get("max.message.bytes")
    if limit is not None and int(limit) < MAX_MESSAGE_BYTES:
        problems.append(f"max.message.bytes is {limit}, less than {MAX_MESSAGE_BYTES}: a full batch would be refused")
    return problems


def _ms(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)
