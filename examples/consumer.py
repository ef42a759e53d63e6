"""Prints each alarm of a namespace, and goes on where it stopped. Needs `pip install "aiokafka[zstd]"`."""

import asyncio
import json
import os

from aiokafka import AIOKafkaConsumer


async def main() -> None:
    async with AIOKafkaConsumer(
        os.environ.get("TOCSIN_NAMESPACE", "tocsin") + ".crises",
        bootstrap_servers=os.environ["KAFKA_BOOTSTRAP"],
        group_id="example",
        isolation_level="read_committed",  # what was not committed did not happen
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    ) as consumer:
        async for record in consumer:
            news = json.loads(record.value or "{}")  # a record without a value tells the time, and no news
            if news.get("type") in ("crisis.opened", "crisis.escalated", "crisis.reopened"):
                crisis = news["crisis"]
                print(news["id"], crisis["severity"], crisis["brand"], *crisis.get("reasons", ()), sep="\t", flush=True)
            await consumer.commit()  # after it was dealt with, so that a crash repeats it and loses nothing


asyncio.run(main())
