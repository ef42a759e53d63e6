"""The pool starts, watches, restarts and ends processes. The workers here are scripts of a few lines."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tocsin import workers
from tocsin.errors import BrokerError, ConfigurationError, TocsinError
from tocsin.kafka.state import find_start
from tocsin.settings import Settings
from tocsin.workers import WorkerPool

READY = """
    import os, sys, time
    name = os.environ["TOCSIN_WORKER"]
    print(f"tocsin: worker {name} is ready, metrics on port 4711", flush=True)
"""
SLEEP = "time.sleep(60)"


class Told(list[str]):
    """What the pool said."""


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def pool_of(tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch) -> Callable[..., WorkerPool]:
    """Makes a pool of workers that run a script; delays are a fiftieth of the real ones."""
    monkeypatch.setattr(workers, "FIRST_DELAY_SECONDS", 0.02)
    monkeypatch.setattr(workers, "LONGEST_DELAY_SECONDS", 0.08)
    monkeypatch.setattr(workers, "POLL_SECONDS", 0.005)

    def make(*script: str, count: int = 1, **options: bool) -> WorkerPool:
        return WorkerPool(
            Settings(bootstrap="127.0.0.1:1", state_directory=tmp_path / "state"),
            count=count,
            log_directory=tmp_path / "logs",
            say=told.append,
            command=(sys.executable, "-S", "-c", "\n".join(map(textwrap.dedent, script))),
            **options,
        )

    return make


def run(pool: WorkerPool, during: Callable[[WorkerPool], object] | None = None) -> None:
    async def go() -> None:
        async with pool:
            await pool.wait_ready(10)
            if during:
                outcome = during(pool)
                if asyncio.iscoroutine(outcome):
                    await outcome

    asyncio.run(go())


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


def test_each_worker_has_a_name_a_state_directory_and_a_log_of_its_own(
    pool_of: Callable[..., WorkerPool], tmp_path: Path
) -> None:
    pool = pool_of(
        READY, "print(sys.argv[1], os.environ['TOCSIN_STATE_DIR'], flush=True)", SLEEP, count=2, with_notifier=True
    )

    def look(pool: WorkerPool) -> None:
        assert set(pool.pids()) == {"worker-1", "worker-2", "notifier"}
        assert pool.metrics_ports() == dict.fromkeys(pool.pids(), 4711)

    run(pool, look)

    assert pool.pids() == {}
    said = {name: (tmp_path / "logs" / f"{name}.log").read_text().split()[-2:] for name in ("worker-2", "notifier")}
    assert said == {
        "worker-2": ["worker", str(tmp_path / "state" / "worker-2")],
        "notifier": ["notify", str(tmp_path / "state" / "notifier")],
    }


def test_workers_that_log_in_json_are_understood_as_well(pool_of: Callable[..., WorkerPool]) -> None:
    ready = """
        import json, os, sys, time
        name = os.environ["TOCSIN_WORKER"]
        text = f"tocsin: worker {name} is ready, metrics on port 4711"
        print(json.dumps({"level": "info", "message": text, "worker": name}, separators=(",", ":")), flush=True)
    """
    run(pool_of(ready, SLEEP), lambda pool: pool.metrics_ports() == {"worker-1": 4711} or pytest.fail("no port"))


def test_the_words_of_one_that_cannot_start_are_found_in_a_log_of_json(pool_of: Callable[..., WorkerPool]) -> None:
    script = """
        import json, sys
        text = "tocsin worker: brands is missing\\n  → add it"
        print(json.dumps({"level": "error", "message": text}, separators=(",", ":")), file=sys.stderr)
        sys.exit(2)
    """
    with pytest.raises(ConfigurationError) as raised:
        run(pool_of(script))
    assert str(raised.value) == "worker-1 cannot start: brands is missing\n  → add it"


def test_one_that_is_killed_comes_back_under_its_name_and_the_other_is_left_alone(
    pool_of: Callable[..., WorkerPool], told: Told
) -> None:
    async def during(pool: WorkerPool) -> None:
        before = pool.pids()
        pool.kill("worker-1")
        await pool.wait_ready(10)
        after = pool.pids()
        assert after["worker-1"] != before["worker-1"]
        assert after["worker-2"] == before["worker-2"]

    run(pool_of(READY, SLEEP, count=2), during)

    assert told == [
        "worker-1 ended unexpectedly, by SIGKILL: tocsin: worker worker-1 is ready, metrics on port 4711; "
        "it starts again in 0 s"
    ]


def test_one_that_ends_again_and_again_is_given_longer_and_longer_pauses(
    pool_of: Callable[..., WorkerPool], told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    real_sleep = asyncio.sleep

    async def note(seconds: float) -> None:
        if seconds >= workers.FIRST_DELAY_SECONDS:
            pauses.append(seconds)
        await real_sleep(seconds)

    monkeypatch.setattr(asyncio, "sleep", note)

    async def during(_: WorkerPool) -> None:
        await until(lambda: len(pauses) >= 5)

    run(pool_of(READY, "sys.stdout.flush(); raise SystemExit('the disk is full')"), during)

    assert pauses[:5] == [0.02, 0.04, 0.08, 0.08, 0.08]
    assert told[0].startswith("worker-1 ended unexpectedly, exit status 1: the disk is full; it starts again")


@pytest.mark.parametrize(("status", "family"), [(2, ConfigurationError), (3, BrokerError)])
def test_a_wrong_configuration_or_no_kafka_at_the_first_start_ends_the_pool_in_the_workers_own_words(
    pool_of: Callable[..., WorkerPool], told: Told, status: int, family: type[TocsinError]
) -> None:
    script = f"import sys\nprint('tocsin worker: brands is missing\\n  → add it', file=sys.stderr)\nsys.exit({status})"

    with pytest.raises(family) as raised:
        run(pool_of(script))

    assert str(raised.value) == "worker-1 cannot start: brands is missing\n  → add it"
    assert raised.value.status == status
    assert told == []


def test_a_broker_that_is_away_later_is_waited_for(
    pool_of: Callable[..., WorkerPool], tmp_path: Path, told: Told
) -> None:
    mark = tmp_path / "was-here"
    script = f"""
        from pathlib import Path
        starts = Path({str(mark)!r})
        count = len(starts.read_text()) if starts.exists() else 0
        starts.write_text("x" * (count + 1))
        if 0 < count < 3:
            sys.exit(3)
    """

    async def during(pool: WorkerPool) -> None:
        pool.kill("worker-1")
        await until(lambda: mark.read_text() == "xxxx")
        await pool.wait_ready(10)

    run(pool_of(READY.replace("print", "say = lambda: print"), script, "say()", SLEEP), during)

    assert [line.split(",")[1].split(":")[0].strip() for line in told] == [
        "by SIGKILL",
        "exit status 3",
        "exit status 3",
    ]


def test_without_restart_the_end_of_all_is_the_end_of_the_pool(pool_of: Callable[..., WorkerPool], told: Told) -> None:
    async def during(pool: WorkerPool) -> None:
        pool.kill("worker-1")
        await asyncio.wait_for(pool.wait(), 10)
        assert pool.pids() == {}

    run(pool_of(READY, SLEEP, restart=False), during)

    assert len(told) == 1


def test_one_that_never_gets_ready_is_named_with_its_last_words(pool_of: Callable[..., WorkerPool]) -> None:
    async def go() -> None:
        async with pool_of("import time\nprint('recovering', flush=True)\ntime.sleep(60)") as pool:
            await pool.wait_ready(0.5)

    with pytest.raises(TocsinError, match="not ready after 0 s: worker-1; worker-1 says: recovering"):
        asyncio.run(go())


def test_one_that_ignores_sigterm_is_killed_when_its_time_is_up(
    pool_of: Callable[..., WorkerPool], told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "STOP_SECONDS", 0.2)
    pool = pool_of("import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)", READY, SLEEP)

    run(pool)

    assert pool.pids() == {}
    assert told == ["worker-1 did not end within 0 s and was killed"]


def test_hurry_ends_the_wait_of_a_stop(pool_of: Callable[..., WorkerPool]) -> None:
    pool = pool_of("import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)", READY, SLEEP)

    async def go() -> float:
        async with pool:
            await pool.wait_ready(10)
            asyncio.get_running_loop().call_later(0.1, pool.hurry)
            began = time.monotonic()
            await pool.stop()
            return time.monotonic() - began

    assert asyncio.run(go()) < 5


def test_a_paused_worker_hears_that_it_should_end(pool_of: Callable[..., WorkerPool]) -> None:
    began = time.monotonic()

    run(pool_of(READY, SLEEP), lambda pool: os.kill(pool.pids()["worker-1"], signal.SIGSTOP))

    assert time.monotonic() - began < workers.STOP_SECONDS


def test_the_log_of_the_run_before_is_kept(pool_of: Callable[..., WorkerPool], tmp_path: Path) -> None:
    run(pool_of(READY, "print('first', flush=True)", SLEEP))
    run(pool_of(READY, "print('second', flush=True)", SLEEP))

    assert "first" in (tmp_path / "logs" / "worker-1.log.1").read_text()
    assert "second" in (tmp_path / "logs" / "worker-1.log").read_text()


def test_workers_end_with_the_process_that_started_them_even_when_that_is_killed(tmp_path: Path) -> None:
    parent = tmp_path / "parent.py"
    parent.write_text(
        textwrap.dedent(
            f"""
            import asyncio, sys
            from pathlib import Path
            from tocsin.settings import Settings
            from tocsin.workers import WorkerPool

            async def main():
                command = (sys.executable, "-S", "-c", "import time; time.sleep(60)")
                pool = WorkerPool(Settings(), count=2, log_directory=Path({str(tmp_path)!r}), command=command)
                async with pool:
                    print(*pool.pids().values(), flush=True)
                    await asyncio.sleep(60)

            asyncio.run(main())
            """
        )
    )
    with subprocess.Popen([sys.executable, parent], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        pids = [int(pid) for pid in process.stdout.readline().split()]
        assert len(pids) == 2
        assert all(find_start(pid) for pid in pids)
        process.kill()
    end = time.monotonic() + 10
    while any(find_start(pid) for pid in pids) and time.monotonic() < end:
        time.sleep(0.02)

    assert not any(find_start(pid) for pid in pids)
