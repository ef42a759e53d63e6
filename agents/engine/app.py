"""A Faust App whose agents run steps: on the engine, or unchanged on Faust's own transport (`TOCSIN_STOCK=1`)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import faust

from agents.engine.credentials import make_credentials
from agents.engine.engine import Engine
from agents.engine.lane import Wiring
from agents.engine.observer import Observer, PrometheusObserver
from agents.engine.stock import StockRuntime
from agents.engine.table import TablePartition
from schemas.streams import topic_name
from tocsin.flow import Step
from tocsin.notifiers.heartbeat import Heartbeat
from tocsin.preflight import Ready
from tocsin.settings import Settings

Agent = Callable[[Any], Awaitable[None]]
Check = Callable[[Settings], Awaitable[Ready]]


class BytesTopic(faust.Topic):
    """A topic whose events carry what the transport delivered: a chunk, or a message's bytes. Lanes decode."""

    def _compile_decode(self) -> None:
        """Keep `Channel.decode`, which hands the message's value on as it is."""

    async def decode(self, message: Any, *, propagate: bool = False) -> Any:
        return self._create_event(message.key, message.value, message.headers, message=message)


class App(faust.App):
    """One consumer group: a worker's steps, or the notifier.

    Attributes:
        runtime: the engine (or the stock runtime); made when the app starts, after the surroundings were checked.
        ready: what the check found; set beforehand by whoever has checked already.
    """

    runtime: Any = None
    ready: Ready | None = None
    observer: Observer = PrometheusObserver()
    _heartbeat: asyncio.Task[None] | None = None
    on_ready: Callable[[], None] = staticmethod(lambda: None)
    #: What stands behind the agents on Faust's own transport.
    stock: type[StockRuntime] = StockRuntime

    def __init__(
        self, name: str, settings: Settings, steps: Sequence[Step], check: Check, *,
        table: type[TablePartition] = TablePartition,
    ) -> None:  # fmt: skip
        self.tocsin = settings
        self.steps = tuple(steps)
        self.check = check
        self._table = table
        self.role = name
        self.group = f"{settings.namespace}.{name}"
        scheme = "kafka" if settings.is_stock else "tocsin"
        super().__init__(
            self.group,
            broker=f"{scheme}://{settings.bootstrap or '127.0.0.1:9092'}".replace(",", f";{scheme}://"),
            broker_credentials=make_credentials(settings) if settings.is_stock else None,  # the engine's own: client.py
            datadir=str(Path(settings.state_directory) / f"faust-{settings.worker}"),
            Topic=BytesTopic,
            topic_disable_leader=True,
            topic_allow_declare=settings.is_stock,
            web_enabled=False,
            store="memory://",
            stream_buffer_maxsize=64 if not settings.is_stock else 4096,
            stream_wait_empty=True,
            broker_request_timeout=120.0,
            broker_session_timeout=settings.session_timeout_ms / 1000,
            broker_heartbeat_interval=max(0.5, settings.session_timeout_ms / 5000),
            broker_commit_interval=1.0,
            broker_max_poll_records=500,
            consumer_auto_offset_reset="earliest",
            consumer_group_instance_id=settings.worker,
            consumer_max_fetch_size=1 << 20,
            producer_compression_type="zstd",
            producer_linger=0.01,
            producer_max_batch_size=256 << 10,
            producer_acks=-1,
            table_standby_replicas=0,
            worker_redirect_stdouts=False,
        )

    def source(self, step: Step) -> Any:
        """The Faust topic that a step reads."""
        return self.topic(topic_name(self.tocsin.namespace, step.reads), key_type=bytes, value_type=bytes)

    def find_last_step(self) -> str:
        """The step that event time reaches last; empty where none reaches any, as in the notifier."""
        return self.steps[-1].name if any(step.is_source for step in self.steps) else ""

    async def on_first_start(self) -> None:
        Path(self.conf.datadir).parent.mkdir(parents=True, exist_ok=True)
        await super().on_first_start()

    def on_rebalance_end(self) -> None:
        super().on_rebalance_end()
        if self.tocsin.is_stock:
            self.on_ready()  # the engine says so itself

    async def on_start(self) -> None:
        ready = self.ready or await self.check(self.tocsin)
        wiring = Wiring(self.tocsin.namespace, self.steps, ready.partitions)
        if self.tocsin.is_stock:
            self.runtime = self.stock(self, wiring, ready.setup, self.tocsin.namespace)
            await self.runtime.create_changelogs(self.tocsin)
        else:
            self.runtime = Engine(
                self.tocsin,
                self.group,
                wiring,
                ready.setup,
                is_live=ready.time == "live",
                observe=self.observer,
                table=self._table,
            )
            self.runtime.on_ready = self.on_ready
        if self.tocsin.heartbeat_url and isinstance(self.observer, PrometheusObserver):
            self._heartbeat = asyncio.ensure_future(self._make_heartbeat(self.observer).run())
        await super().on_start()

    async def on_stop(self) -> None:
        if self._heartbeat is not None:
            self._heartbeat.cancel()
            await asyncio.gather(self._heartbeat, return_exceptions=True)
        await super().on_stop()

    def _make_heartbeat(self, observer: PrometheusObserver) -> Heartbeat:
        settings = self.tocsin
        return Heartbeat(
            settings.heartbeat_url,
            f"{self.role} {settings.worker} of {settings.namespace}",
            observer.health,
            lambda: observer.event_time_ms,
            allow_private=settings.heartbeat_allow_private,
        )
