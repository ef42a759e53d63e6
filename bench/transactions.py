"""What exactly-once costs: one fenced transactional producer a process, against one producer a partition number.

    python -m bench.transactions [--json] [--rounds N] [--records N]

A round is one commit of a process that owns twelve partitions: records to each of them, the offsets of its inputs, and
the end of the transaction (of all twelve transactions). A round with one record a partition shows the cost of a commit,
the difference to a round with many the cost of a record. Rounds of both designs alternate. The one is our own producer,
the many are aiokafka's.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from agents.engine.outbox import Outbox
from agents.engine.producer import TransactionalProducer
from agents.engine.protocol import Membership
from bench.stand import Stand, arguments, cpu_seconds, stand

PARTITIONS = 12
VALUE = b"x" * 300
INPUT, OUTPUT = "bench-transactions.in", "bench-transactions.out"


@dataclass(slots=True)
class Cost:
    """Sums over rounds: wall seconds, CPU seconds of this process and of the broker."""

    rounds: int = 0
    wall_s: float = 0.0
    client_s: float = 0.0
    broker_s: float = 0.0

    def per_round(self) -> tuple[float, float, float]:
        """Wall, client CPU and broker CPU, ms."""
        return tuple(1e3 * each / self.rounds for each in (self.wall_s, self.client_s, self.broker_s))  # type: ignore[return-value]


async def send(producer: AIOKafkaProducer, partition: int, records: int) -> asyncio.Future[object]:
    """Hand one batch over; the future is its acknowledgement."""
    batch = producer.create_batch()
    for _ in range(records):
        batch.append(timestamp=None, key=b"k", value=VALUE, headers=[])
    sent: asyncio.Future[object] = await producer.send_batch(batch, OUTPUT, partition=partition)
    return sent


async def commit_as_one(producer: TransactionalProducer, member: Membership, records: int, offset: int) -> None:
    """One transaction for all partitions, its offsets bound to the group's generation."""
    outbox = Outbox()
    for partition in range(PARTITIONS):
        append = outbox.open(OUTPUT, partition)
        for _ in range(records):
            append(b"k", VALUE, [])
    offsets = {TopicPartition(INPUT, partition): offset for partition in range(PARTITIONS)}
    await producer.publish(outbox.collect(), offsets, member)
    await producer.commit()


async def commit_as_many(producers: list[AIOKafkaProducer], records: int, offset: int) -> None:
    """One transaction a partition number, all at once."""

    async def commit(partition: int, producer: AIOKafkaProducer) -> None:
        await producer.begin_transaction()
        sent = await send(producer, partition, records)
        await producer.send_offsets_to_transaction({TopicPartition(INPUT, partition): offset}, "bench-many")
        await sent
        await producer.commit_transaction()

    await asyncio.gather(*(commit(partition, producer) for partition, producer in enumerate(producers)))


async def compare(place: Stand, rounds: int, records: int) -> dict[str, Cost]:
    """Alternate rounds of both designs with many records and with one; the first of each is not counted."""
    options = {
        "bootstrap_servers": place.bootstrap, "acks": "all", "compression_type": "zstd", "max_batch_size": 500_000,
        "transaction_timeout_ms": 10_000, "retry_backoff_ms": 20,
    }  # fmt: skip
    admin = AIOKafkaAdminClient(bootstrap_servers=place.bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(INPUT, PARTITIONS, 1), NewTopic(OUTPUT, PARTITIONS, 1)])
    await admin.close()
    async with AsyncExitStack() as stack:
        consumer = AIOKafkaConsumer(
            INPUT, bootstrap_servers=place.bootstrap, group_id="bench-one", group_instance_id="bench",
            enable_auto_commit=False,
        )  # fmt: skip
        await stack.enter_async_context(consumer)
        coordinator = consumer._coordinator
        member = Membership("bench-one", coordinator.generation, coordinator.member_id, "bench")
        one = TransactionalProducer({"bootstrap_servers": place.bootstrap}, "bench-one", timeout_ms=10_000)
        await one.start()
        stack.push_async_callback(one.stop)
        many = [
            await stack.enter_async_context(AIOKafkaProducer(transactional_id=f"bench-many-{number}", **options))
            for number in range(PARTITIONS)
        ]
        ways: dict[str, Callable[[int], Awaitable[None]]] = {
            "one, full": lambda offset: commit_as_one(one, member, records, offset),
            "many, full": lambda offset: commit_as_many(many, records, offset),
            "one, single": lambda offset: commit_as_one(one, member, 1, offset),
            "many, single": lambda offset: commit_as_many(many, 1, offset),
        }
        costs = {name: Cost() for name in ways}
        for number in range(rounds + 1):
            for name, way in ways.items():
                broker_s = cpu_seconds(place.broker_pid) if place.broker_pid else 0.0
                client_s, began = time.process_time(), time.perf_counter()
                await way(number)
                if number:
                    cost = costs[name]
                    cost.rounds += 1
                    cost.wall_s += time.perf_counter() - began
                    cost.client_s += time.process_time() - client_s
                    cost.broker_s += (cpu_seconds(place.broker_pid) if place.broker_pid else 0.0) - broker_s
    return costs


def summarise(costs: dict[str, Cost], records: int) -> dict[str, float]:
    """The result as one flat object: a commit in ms, a record in µs; CPU of the client unless named otherwise."""
    summary: dict[str, float] = {}
    for name in ("one", "many"):
        wall_ms, commit_ms, broker_ms = costs[f"{name}, single"].per_round()
        _, full_ms, _ = costs[f"{name}, full"].per_round()
        summary |= {
            f"{name}_commit_ms": round(commit_ms, 2),
            f"{name}_commit_wall_ms": round(wall_ms, 1),
            f"{name}_commit_broker_ms": round(broker_ms, 1),
            f"{name}_full_us_a_record": round(full_ms * 1e3 / (records * PARTITIONS), 2),
        }
    return summary | {"ratio": round(summary["many_commit_ms"] / summary["one_commit_ms"], 1)}


def main() -> int:
    """Print the table, or JSON with `--json`."""
    args = arguments(
        "transactions", "One transactional producer a process against one a partition number.",
        rounds=(100, "commits of each kind"), records=(150, "records a partition in a full commit"),
    ).parse_args()  # fmt: skip
    with stand() as place:
        costs = asyncio.run(compare(place, args.rounds, args.records))
    summary = summarise(costs, args.records)
    if args.json:
        print(json.dumps(summary))
        return 0
    print(f"  {'':<34} {'commit ms CPU':>14} {'broker ms CPU':>14} {'ms wall':>9} {'full: µs a record':>18}")
    for name, about in (("one", "one producer a process"), ("many", f"{PARTITIONS}, one a partition number")):
        print(
            f"  {about:<34} {summary[f'{name}_commit_ms']:>14.2f} {summary[f'{name}_commit_broker_ms']:>14.1f} "
            f"{summary[f'{name}_commit_wall_ms']:>9.1f} {summary[f'{name}_full_us_a_record']:>18.2f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
