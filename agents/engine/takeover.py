"""Taking over partitions: where to go on, and the rows as the predecessor left them. Exactly, or not at all.

Order matters. Our own producer was initialised before the group was joined, so nothing of an earlier life of this
worker is still open. The committed offsets are asked for with `require_stable`: while a predecessor's transaction
holds offsets of ours, the answer is "not yet". Rows are read up to the *high watermark*, not the last stable offset:
a dead worker's open transaction hides committed rows behind it until it ends, so we wait for its end, which the
broker brings about within the transaction time-out.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.client import ConnectionGroup
from aiokafka.errors import KafkaError

from agents.engine.protocol import UNSTABLE_OFFSET_COMMIT, StableOffsetFetch
from agents.engine.table import TablePartition

logger = logging.getLogger(__name__)

_RETRY_S = 0.05


async def fetch_stable_offsets(
    coordinator: Any, group: str, partitions: set[TopicPartition]
) -> dict[TopicPartition, int]:
    """Committed offsets of the group (absent: none yet), once no transaction that moves them is open.

    Args:
        coordinator: aiokafka's group coordinator of the consumer.
    """
    if not partitions:
        return {}
    while True:
        try:
            await coordinator.ensure_coordinator_known()
            response = await coordinator._client.send(
                coordinator.coordinator_id, StableOffsetFetch(group, partitions), group=ConnectionGroup.COORDINATION
            )
        except KafkaError as error:
            logger.info("the group's coordinator did not answer (%s); asking again", error)
            coordinator.coordinator_dead()
            await asyncio.sleep(_RETRY_S)
            continue
        offsets: dict[TopicPartition, int] = {}
        codes = {response.error_code}
        for topic, numbers, _tags in response.topics:
            for partition, offset, _epoch, _metadata, code, _more in numbers:
                codes.add(code)
                if offset >= 0:
                    offsets[TopicPartition(topic, partition)] = offset
        codes.discard(0)
        if not codes:
            return offsets
        if codes != {UNSTABLE_OFFSET_COMMIT}:
            logger.info("offsets are not to be had yet (error codes %s); asking again", sorted(codes))
            coordinator.coordinator_dead()
        await asyncio.sleep(_RETRY_S)


class Changelogs:
    """Reads rows back from the changelogs, through consumers of its own that belong to no group."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._options = options
        self._reader: AIOKafkaConsumer | None = None
        self._prober: AIOKafkaConsumer | None = None

    async def start(self) -> None:
        shared = {**self._options, "enable_auto_commit": False, "auto_offset_reset": "earliest"}
        self._reader = AIOKafkaConsumer(
            isolation_level="read_committed", max_partition_fetch_bytes=4 << 20, fetch_max_wait_ms=50, **shared
        )
        # The end of what is written, committed or not: only an uncommitted reader is told.
        self._prober = AIOKafkaConsumer(isolation_level="read_uncommitted", **shared)
        await self._reader.start()
        await self._prober.start()

    async def stop(self) -> None:
        for consumer in (self._reader, self._prober):
            if consumer is not None:
                await consumer.stop()

    async def restore(self, tables: Mapping[TopicPartition, TablePartition]) -> int:
        """Bring every table up to the end of its changelog.

        Returns:
            How many rows were read.
        """
        if not tables:
            return 0
        assert self._reader is not None
        assert self._prober is not None
        reader = self._reader
        ends = await self._prober.end_offsets(list(tables))
        beginnings = await self._prober.beginning_offsets(list(tables))
        behind: dict[TopicPartition, int] = {}
        for tp, table in tables.items():
            stamp = table.stamp
            if stamp is None or not beginnings[tp] <= stamp.offset <= ends[tp]:
                # No copy, too old a copy, or a copy of another life of this stream.
                table.forget()
                behind[tp] = beginnings[tp]
            elif stamp.offset < ends[tp]:
                behind[tp] = stamp.offset
        behind = {tp: start for tp, start in behind.items() if start < ends[tp]}
        if not behind:
            return 0
        started = time.monotonic()
        reader.assign(list(behind))
        for tp, start in behind.items():
            reader.seek(tp, start)
        rows = 0
        while behind:
            batches = await reader.getmany(*behind, timeout_ms=100, max_records=20_000)
            for tp, records in batches.items():
                rows += len(records)
                tables[tp].restore([(r.key, r.value) for r in records], records[-1].offset + 1)
            for tp in list(behind):
                # By position: the last offsets may be control records, which no reader is given.
                position = await reader.position(tp)
                if position >= ends[tp]:
                    tables[tp].restore([], position)
                    del behind[tp]
        logger.info("%d rows restored in %.2f s", rows, time.monotonic() - started)
        return rows
