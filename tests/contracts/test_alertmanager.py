"""The Alertmanager: what an alert says, that it is repeated while it stands, and a real one where there is one."""

from __future__ import annotations

import asyncio
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from schemas.crisis import Delivery
from tests.deliveries import NOON, MemoryBook, SetClock, a_crisis, a_delivery, courier, message_of, settle_down, until
from tests.receiver import Receiver
from tests.services import alertmanager
from tests.tools import require_tool
from tocsin.notifiers.alertmanager import AlertmanagerNotifier
from tocsin.notifiers.standing import Repeater

TEMPLATES = Path("/usr/share/prometheus/alertmanager/default.tmpl")

pytestmark = pytest.mark.timeout(60)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def a_told(sequence: int = 1, crisis: str = "crisis-1", **fields: Any) -> Delivery:
    """A receipt of an event that an Alertmanager was told of."""
    delivery = a_delivery(id=f"{crisis}-{sequence}", crisis=crisis, sequence=sequence, **fields)
    severity = delivery.event.crisis.peak_severity
    return delivery.replace(state="delivered", attempts=1, delivered_at=NOON, reference=severity)


def test_an_alert_is_known_by_bounded_labels_and_says_the_rest_in_annotations(tmp_path: Path) -> None:
    async def story() -> None:
        async with alertmanager(tmp_path) as bench:
            delivery = a_delivery()
            assert await bench.notifier.send(delivery, message_of(delivery)) == "severe"
            await bench.notifier.close()
            assert bench.http is not None
            (request,) = bench.http.requests
            assert request.headers["Authorization"] == "Bearer token"
            (alert,) = request.json
            assert alert["labels"] == {
                "alertname": "TocsinCrisis",
                "brand": "acme",
                "subject": "delivery",
                "crisis": "crisis-1",
                "severity": "severe",
                "exercise": "false",
                "team": "social",
            }
            assert alert["annotations"]["summary"].startswith("SEVERE · acme · delivery")
            assert "41 distinct authors, usually 3" in alert["annotations"]["description"]
            assert instant(alert["startsAt"]) == NOON
            assert instant(alert["endsAt"]) > datetime.now(UTC) + timedelta(minutes=4)

    asyncio.run(story())


def test_the_all_clear_ends_the_alert_that_was_raised(tmp_path: Path) -> None:
    async def story() -> None:
        async with alertmanager(tmp_path) as bench:
            opened = a_delivery()
            over = opened.replace(
                event=opened.event.replace(type="crisis.resolved", crisis=a_crisis(status="resolved"))
            )
            for delivery in (opened, over):
                await bench.notifier.send(delivery, message_of(delivery))
            await bench.notifier.close()
            assert bench.http is not None
            (first,), (last,) = [request.json for request in bench.http.requests]
            assert first["labels"] == last["labels"]
            assert instant(last["endsAt"]) <= datetime.now(UTC)

    asyncio.run(story())


def test_when_a_crisis_gets_worse_the_former_alert_ends_as_the_new_one_begins(tmp_path: Path) -> None:
    async def story() -> None:
        async with alertmanager(tmp_path) as bench:
            worse = a_delivery(severity="critical").replace(reference="severe")
            assert await bench.notifier.send(worse, message_of(worse)) == "critical"
            await bench.notifier.close()
            assert bench.http is not None
            new, former = bench.http.requests[0].json
            assert (new["labels"]["severity"], former["labels"]["severity"]) == ("critical", "severe")
            assert instant(former["endsAt"]) <= datetime.now(UTC) < instant(new["endsAt"])

    asyncio.run(story())


def test_what_stands_is_repeated_from_the_receipts_alone_and_what_is_over_is_not(tmp_path: Path) -> None:
    async def story() -> None:
        over = a_told(2, "over").event.crisis.replace(status="resolved")
        ended = a_told(2, "over")
        book = MemoryBook(
            a_told(1, "stands"), a_told(2, "stands", severity="critical"), a_told(1, "over"),
            ended.replace(event=ended.event.replace(crisis=over)), a_delivery(crisis="pending"),
        )  # fmt: skip
        async with alertmanager(tmp_path) as bench:
            repeater = Repeater([bench.notifier], book, message_of, SetClock(NOON + timedelta(hours=5)))
            assert isinstance(bench.notifier, AlertmanagerNotifier)
            assert await repeater.repeat(bench.notifier) == 1
            assert bench.http is not None
            ((alert,),) = [request.json for request in bench.http.requests]
            assert (alert["labels"]["crisis"], alert["labels"]["severity"]) == ("stands", "critical")
            later = Repeater([bench.notifier], book, message_of, SetClock(NOON + timedelta(days=4)))
            assert await later.repeat(bench.notifier) == 0, "nothing was heard of it for days"
            await bench.notifier.close()

    asyncio.run(story())


def test_it_goes_on_repeating_while_the_alertmanager_is_away_and_when_it_is_back(tmp_path: Path) -> None:
    async def story() -> None:
        async with alertmanager(tmp_path) as bench:
            assert isinstance(bench.notifier, AlertmanagerNotifier)
            assert bench.http is not None
            bench.notifier.repeat_every = timedelta(seconds=0.05)
            await bench.break_down()
            repeater = Repeater([bench.notifier], MemoryBook(a_told()), message_of, SetClock())
            running = asyncio.create_task(repeater.run())
            await asyncio.sleep(0.2)
            assert not running.done()
            await bench.mend()
            await until(lambda: len(bench.http.requests) >= 2 if bench.http else False)
            running.cancel()
            await settle_down()
            await bench.notifier.close()

    asyncio.run(story())


# -- a real one ----------------------------------------------------------------------------------------------------


@asynccontextmanager
async def a_real_one(folder: Path, hook: str) -> AsyncIterator[str]:
    """Its address, while it runs with one receiver."""
    binary = require_tool("prometheus-alertmanager")
    if not TEMPLATES.exists():
        pytest.skip(f"Debian's Alertmanager reads {TEMPLATES}: it has to be installed, not only unpacked")
    config = folder / "alertmanager.yml"
    config.write_text(
        "route: {receiver: hook, group_by: [crisis], group_wait: 1s, group_interval: 1s, repeat_interval: 1h}\n"
        f"receivers: [{{name: hook, webhook_configs: [{{url: '{hook}', send_resolved: true}}]}}]\n"
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [binary, f"--config.file={config}", f"--storage.path={folder / 'data'}", "--cluster.listen-address="]
    process = subprocess.Popen([*command, f"--web.listen-address=127.0.0.1:{port}"], stderr=subprocess.DEVNULL)
    try:
        async with aiohttp.ClientSession() as session:
            async with asyncio.timeout(20):
                while True:
                    try:
                        async with session.get(f"http://127.0.0.1:{port}/-/ready") as answer:
                            if answer.status == 200:
                                break
                    except aiohttp.ClientError:
                        pass
                    await asyncio.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def test_a_real_alertmanager_fires_one_alert_a_crisis_and_resolves_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with Receiver(is_trusting=True) as hook, a_real_one(tmp_path, hook.url) as address:
            notifier = AlertmanagerNotifier("desk", address, allow_private=True)
            opened = a_delivery("desk")
            worse = a_delivery("desk", id="event-2", sequence=2, severity="critical", type="crisis.escalated")
            over = a_delivery("desk", id="event-3", sequence=3, severity="critical", type="crisis.resolved")
            over = over.replace(event=over.event.replace(crisis=over.event.crisis.replace(status="resolved")))
            book = MemoryBook(opened)
            async with courier(book, notifier) as working:
                for told, delivery in enumerate((worse, over), 1):
                    await until(lambda told=told: len(hook.requests) >= told, seconds=15)  # type: ignore[misc]
                    book.add(delivery)
                    working.wake()
                await until(lambda: any(request.json["status"] == "resolved" for request in hook.requests), seconds=15)
            states = [
                (a["labels"]["severity"], a["status"]) for request in hook.requests for a in request.json["alerts"]
            ]
            assert states[0] == ("severe", "firing")
            assert ("critical", "firing") in states
            assert states[-1] == ("critical", "resolved")

    asyncio.run(story())
